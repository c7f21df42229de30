/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A mail as a message: header fields and one part of plain text (RFC 5322; RFC 2045, 6.7: quoted
 * printable; RFC 2047: subjects that are not ASCII; RFC 3834, 5: Auto-Submitted). Layer 4 (job).
 *
 * Nothing that comes from outside can end a line: subject and address are encoded, the text is quoted.
 */
#include <string.h>
#include <time.h>

#include "jalon/job.h"

enum {
    LINE_MAX_QUOTED = 75, /* and the "=" of a soft break */
    WORD_BYTES = 42,      /* =?utf-8?B? + 56 + ?= are 68 of at most 75 characters */
};

static void append_date(struct jalon_buffer *out, int64_t time_us)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    jalon_buffer_append_format(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n",
                               days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
                               tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void append_base64(struct jalon_buffer *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        unsigned group = (unsigned)bytes[i] << 16;
        group |= i + 1 < size ? (unsigned)bytes[i + 1] << 8 : 0;
        group |= i + 2 < size ? (unsigned)bytes[i + 2] : 0;
        char four[4] = {digits[group >> 18 & 63], digits[group >> 12 & 63],
                        i + 1 < size ? digits[group >> 6 & 63] : '=',
                        i + 2 < size ? digits[group & 63] : '='};
        jalon_buffer_append(out, four, 4);
    }
}

static bool is_plain(struct jalon_text subject)
{
    for (size_t i = 0; i < subject.length; i++) {
        unsigned char c = (unsigned char)subject.data[i];
        if (c < ' ' || c > '~') {
            return false;
        }
    }
    return subject.length <= 60 && strstr(subject.data, "=?") == NULL;
}

/* Encoded words, none of which parts a character. */
static void append_subject(struct jalon_buffer *out, struct jalon_text subject)
{
    jalon_buffer_append_string(out, "Subject: ");
    if (is_plain(subject)) {
        jalon_buffer_append_text(out, subject);
        jalon_buffer_append_string(out, "\r\n");
        return;
    }
    for (size_t at = 0; at < subject.length;) {
        size_t size = subject.length - at < WORD_BYTES ? subject.length - at : WORD_BYTES;
        while (at + size < subject.length && size > 1 &&
               ((unsigned char)subject.data[at + size] & 0xc0) == 0x80) {
            size--;
        }
        jalon_buffer_append_string(out, at == 0 ? "=?utf-8?B?" : " =?utf-8?B?");
        append_base64(out, (const unsigned char *)subject.data + at, size);
        jalon_buffer_append_string(out, "?=\r\n");
        at += size;
    }
}

/* Is this byte to be written as =XX? Also a dot or "From " that begins a line, and what ends it. */
static bool is_quoted(struct jalon_text body, size_t at, bool begins_line)
{
    unsigned char c = (unsigned char)body.data[at];
    bool ends_line = at + 1 == body.length || body.data[at + 1] == '\n';
    if (c == ' ' || c == '\t') {
        return ends_line;
    }
    return c < ' ' || c > '~' || c == '=' || (begins_line && (c == '.' || c == 'F'));
}

static void append_quoted(struct jalon_buffer *out, struct jalon_text body)
{
    size_t column = 0;
    for (size_t i = 0; i < body.length; i++) {
        unsigned char c = (unsigned char)body.data[i];
        if (c == '\n') {
            jalon_buffer_append_string(out, "\r\n");
            column = 0;
            continue;
        }
        if (column + 3 > LINE_MAX_QUOTED) {
            jalon_buffer_append_string(out, "=\r\n");
            column = 0;
        }
        if (is_quoted(body, i, column == 0)) {
            jalon_buffer_append_format(out, "=%02X", c);
            column += 3;
        } else {
            jalon_buffer_append_char(out, (char)c);
            column++;
        }
    }
    jalon_buffer_append_string(out, "\r\n");
}

/* Where JALON_MAIL_HERE stands there comes the address. */
static void append_body(struct jalon_buffer *out, struct jalon_text body,
                        struct jalon_text public_url)
{
    struct jalon_buffer filled;
    jalon_buffer_init(&filled, out->maximum);
    while (body.length > 0) {
        size_t here = jalon_text_find(body, JALON_MAIL_HERE[0]);
        jalon_buffer_append(&filled, body.data, here);
        if (here == body.length) {
            break;
        }
        jalon_buffer_append_text(&filled, public_url);
        body = jalon_text_slice(body.data + here + 1, body.length - here - 1);
    }
    append_quoted(out, jalon_buffer_text(&filled));
    if (jalon_buffer_status(&filled) != JALON_OK && out->status == JALON_OK) {
        out->status = jalon_buffer_status(&filled);
    }
    jalon_buffer_finish(&filled);
}

void jalon_job_write_message(struct jalon_buffer *out, const struct jalon_mail *mail,
                             struct jalon_text from, struct jalon_text public_url)
{
    size_t at = jalon_text_find(from, '@');
    struct jalon_text domain = jalon_text_slice(from.data + at + 1, from.length - at - 1);
    append_date(out, mail->created_us);
    jalon_buffer_append_format(out, "From: <%.*s>\r\nTo: <%.*s>\r\n", JALON_TEXT_ARGS(from),
                               JALON_TEXT_ARGS(mail->recipient));
    append_subject(out, mail->subject);
    /* Of the row, not of the attempt: so that what was sent twice can be seen to be one. */
    jalon_buffer_append_format(out, "Message-ID: <%lld.%lld.jalon@%.*s>\r\n",
                               (long long)mail->number, (long long)mail->created_us,
                               JALON_TEXT_ARGS(domain));
    jalon_buffer_append_string(out, "Auto-Submitted: auto-generated\r\n"
                                    "MIME-Version: 1.0\r\n"
                                    "Content-Type: text/plain; charset=utf-8\r\n"
                                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    append_body(out, mail->body, public_url);
}
