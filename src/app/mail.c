/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Mail into the outbox. Layer 3 (app). */
#include "jalon/app_mail.h"

#include <assert.h>
#include <string.h>

#include "words.h"

enum { ADDRESS_MAX = 254, LOCAL_MAX = 64, SUBJECT_MAX = 200, BODY_BYTES_MAX = 64 << 10 };

/* A character of an address that is not quoted (RFC 5321, 4.1.2; RFC 6531, 3.3: also UTF-8). */
static bool is_atom(unsigned char c)
{
    return c > ' ' && c != 0x7f && strchr("()<>[]:;@\\,\"", c) == NULL;
}

bool jalon_mail_is_address(struct jalon_text address)
{
    size_t at = jalon_text_find(address, '@');
    bool good = at > 0 && at <= LOCAL_MAX && at + 1 < address.length &&
                address.length <= ADDRESS_MAX && address.data[0] != '-' &&
                jalon_text_is_utf8(address);
    for (size_t i = 0; good && i < address.length; i++) {
        good = i == at || is_atom((unsigned char)address.data[i]);
    }
    return good;
}

/* What a body may hold: no control character but the line feed, the tab, and JALON_MAIL_HERE. */
static bool is_kept(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte >= ' ' && byte != 0x7f) || c == '\n' || c == '\t' || c == JALON_MAIL_HERE[0];
}

static void append_body(struct jalon_buffer *out, struct jalon_text body)
{
    for (size_t i = 0; i < body.length; i++) {
        bool is_end_of_line = body.data[i] == '\r' && i + 1 < body.length &&
                              body.data[i + 1] == '\n';
        if (!is_end_of_line) {
            jalon_buffer_append_char(out, is_kept(body.data[i]) ? body.data[i] : ' ');
        }
    }
}

/* What became of the buffers, which go. */
static enum jalon_status finish(struct jalon_context *ctx, struct jalon_buffer *a,
                                struct jalon_buffer *b, enum jalon_status status)
{
    jalon_buffer_finish(a);
    jalon_buffer_finish(b);
    return status == JALON_NO_MEMORY ? jalon_no_memory(ctx)
           : status == JALON_TOO_LARGE
               ? jalon_fail(ctx, status, "this mail is too long to be sent")
               : status;
}

static enum jalon_status status_of(const struct jalon_buffer *a, const struct jalon_buffer *b)
{
    enum jalon_status status = jalon_buffer_status(a);
    return status == JALON_OK ? jalon_buffer_status(b) : status;
}

enum jalon_status jalon_mail_queue(struct jalon_context *ctx, struct jalon_session *session,
                                   struct jalon_text recipient, struct jalon_text subject,
                                   struct jalon_text body)
{
    struct jalon_buffer line, text;
    if (!jalon_mail_is_address(recipient) && !jalon_text_is(recipient, JALON_MAIL_NOBODY)) {
        return jalon_fail(ctx, JALON_INVALID, "this is no address that mail can be sent to");
    }
    jalon_buffer_init(&line, BODY_BYTES_MAX);
    jalon_buffer_init(&text, BODY_BYTES_MAX);
    jalon_words_append_line(&line, subject, SUBJECT_MAX);
    append_body(&text, body);
    enum jalon_status status = status_of(&line, &text);
    if (status == JALON_OK) {
        status = jalon_store_queue_mail(ctx, session, recipient, jalon_buffer_text(&line),
                                        jalon_buffer_text(&text));
    }
    return finish(ctx, &line, &text, status);
}

/* The words of a key that there is, with values. */
static enum jalon_status fill(struct jalon_context *ctx, struct jalon_text language,
                              const char *key, const struct jalon_mail_value *values, size_t count,
                              struct jalon_buffer *out)
{
    struct jalon_text words;
    bool is_there = false;
    enum jalon_status status = jalon_words_find(ctx, language, key, &is_there, &words);
    assert(status != JALON_OK || is_there);
    if (status == JALON_OK) {
        jalon_words_fill(out, words, values, count);
        status = jalon_buffer_status(out);
    }
    return status;
}

enum jalon_status jalon_mail_write(struct jalon_context *ctx, struct jalon_session *session,
                                   struct jalon_text recipient, struct jalon_text language,
                                   const char *key, const struct jalon_mail_value *values,
                                   size_t count)
{
    struct jalon_buffer subject, body;
    struct jalon_text subject_key = jalon_text_format(ctx->arena, "%s.subject", key);
    struct jalon_text body_key = jalon_text_format(ctx->arena, "%s.body", key);
    if (subject_key.data == NULL || body_key.data == NULL) {
        return jalon_no_memory(ctx);
    }
    jalon_buffer_init(&subject, BODY_BYTES_MAX);
    jalon_buffer_init(&body, BODY_BYTES_MAX);
    enum jalon_status status = fill(ctx, language, subject_key.data, values, count, &subject);
    if (status == JALON_OK) {
        status = fill(ctx, language, body_key.data, values, count, &body);
    }
    if (status == JALON_OK) {
        status = jalon_mail_queue(ctx, session, recipient, jalon_buffer_text(&subject),
                                  jalon_buffer_text(&body));
    }
    return finish(ctx, &subject, &body, status);
}

enum jalon_status jalon_mail_say(struct jalon_context *ctx, struct jalon_text language,
                                 const char *key, const struct jalon_mail_value *values,
                                 size_t count, struct jalon_text *out)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, BODY_BYTES_MAX);
    enum jalon_status status = fill(ctx, language, key, values, count, &buffer);
    struct jalon_text copy = {NULL, 0};
    if (status == JALON_OK) {
        copy = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
        status = copy.data != NULL ? JALON_OK : JALON_NO_MEMORY;
    }
    status = finish(ctx, &buffer, &(struct jalon_buffer){.data = NULL}, status);
    if (status == JALON_OK) {
        *out = copy;
    }
    return status;
}
