/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Numbers, JSON, HTML and URL text into a buffer: the hot writers. Layer 0. */
#include "jalon/buffer.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes the digits of `value` ending before `end`; answers where they start. */
static char *write_digits(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    return end;
}

void jalon_buffer_append_int(struct jalon_buffer *buffer, int64_t value)
{
    char digits[24];
    char *end = digits + sizeof digits;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    char *start = write_digits(end, magnitude);
    if (value < 0) {
        *--start = '-';
    }
    jalon_buffer_append(buffer, start, (size_t)(end - start));
}

/* Appends units / 10^places, without trailing zeros, never "-0". */
static void append_decimal(struct jalon_buffer *buffer, bool negative, uint64_t units, int places)
{
    char digits[32];
    char *end = digits + sizeof digits;
    char *start = end;
    bool zero = units == 0;
    for (; places > 0 && units % 10 == 0; places--) {
        units /= 10;
    }
    for (int i = 0; i < places; i++) {
        *--start = (char)('0' + units % 10);
        units /= 10;
    }
    if (places > 0) {
        *--start = '.';
    }
    start = write_digits(start, units);
    if (negative && !zero) {
        *--start = '-';
    }
    jalon_buffer_append(buffer, start, (size_t)(end - start));
}

/*
 * Widths, heights and positions as people write them, without printf: when value * 10^7 is within
 * rounding of a whole number, and that number divided by 10^7 is the value again, these digits read
 * back as it. Both are exact doubles, so the division rounds as reading does.
 */
static bool append_short_decimal(struct jalon_buffer *buffer, double value)
{
    const double power = 1e7; /* fewer decimals are these with zeros behind, which are left out */
    double magnitude = fabs(value);
    if (magnitude < 1e-4 || magnitude >= 1e8) { /* 15 digits at most: each a double of its own */
        return false;
    }
    uint64_t units = (uint64_t)(magnitude * power + 0.5);
    if ((double)units / power != magnitude) {
        return false;
    }
    append_decimal(buffer, value < 0, units, 7);
    return true;
}

void jalon_buffer_append_double(struct jalon_buffer *buffer, double value)
{
    assert(isfinite(value));
    if (fabs(value) < 1e15 && value == (double)(int64_t)value) {
        jalon_buffer_append_int(buffer, (int64_t)value);
        return;
    }
    if (append_short_decimal(buffer, value)) {
        return;
    }
    char text[32];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    jalon_buffer_append_string(buffer, text);
}

void jalon_buffer_append_coordinate(struct jalon_buffer *buffer, double value)
{
    assert(isfinite(value));
    double scaled = fabs(value) * 1e7;
    if (scaled >= 9e18) {
        jalon_buffer_append_double(buffer, value);
        return;
    }
    append_decimal(buffer, value < 0, (uint64_t)(scaled + 0.5), 7);
}

static void append_json_escape(struct jalon_buffer *buffer, unsigned char c)
{
    switch (c) {
    case '"': jalon_buffer_append(buffer, "\\\"", 2); break;
    case '\\': jalon_buffer_append(buffer, "\\\\", 2); break;
    case '\n': jalon_buffer_append(buffer, "\\n", 2); break;
    case '\r': jalon_buffer_append(buffer, "\\r", 2); break;
    case '\t': jalon_buffer_append(buffer, "\\t", 2); break;
    case '\b': jalon_buffer_append(buffer, "\\b", 2); break;
    case '\f': jalon_buffer_append(buffer, "\\f", 2); break;
    default: jalon_buffer_append_format(buffer, "\\u%04x", c); break;
    }
}

static bool needs_json_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* Some byte of the eight is 0 in `word` (which may also be so for one above a byte that is). */
static uint64_t has_zero(uint64_t word)
{
    return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

/* May one of the eight bytes at `at` need an escape? Texts nearly never have one. */
static bool may_need_json_escape(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    uint64_t low = (word - UINT64_C(0x2020202020202020)) & ~word & UINT64_C(0x8080808080808080);
    return (low | has_zero(word ^ UINT64_C(0x2222222222222222)) |
            has_zero(word ^ UINT64_C(0x5c5c5c5c5c5c5c5c))) != 0;
}

/* How many bytes at the start need no escape. */
static size_t clean_length(struct jalon_text text)
{
    size_t i = 0;
    while (text.length - i >= 8 && !may_need_json_escape(text.data + i)) {
        i += 8;
    }
    while (i < text.length && !needs_json_escape((unsigned char)text.data[i])) {
        i++;
    }
    return i;
}

void jalon_buffer_append_json(struct jalon_buffer *buffer, struct jalon_text text)
{
    jalon_buffer_append_char(buffer, '"');
    for (;;) {
        size_t clean = clean_length(text);
        jalon_buffer_append(buffer, text.data, clean);
        if (clean == text.length) {
            break;
        }
        append_json_escape(buffer, (unsigned char)text.data[clean]);
        text = jalon_text_slice(text.data + clean + 1, text.length - clean - 1);
    }
    jalon_buffer_append_char(buffer, '"');
}

void jalon_buffer_append_html(struct jalon_buffer *buffer, struct jalon_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        switch (text.data[i]) {
        case '&': jalon_buffer_append_string(buffer, "&amp;"); break;
        case '<': jalon_buffer_append_string(buffer, "&lt;"); break;
        case '>': jalon_buffer_append_string(buffer, "&gt;"); break;
        case '"': jalon_buffer_append_string(buffer, "&quot;"); break;
        case '\'': jalon_buffer_append_string(buffer, "&#39;"); break;
        default: jalon_buffer_append_char(buffer, text.data[i]); break;
        }
    }
}

void jalon_buffer_append_url(struct jalon_buffer *buffer, struct jalon_text text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool kept = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                    (c != '\0' && strchr("-._~", c) != NULL);
        if (kept) {
            jalon_buffer_append_char(buffer, (char)c);
        } else {
            char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
            jalon_buffer_append(buffer, escaped, sizeof escaped);
        }
    }
}
