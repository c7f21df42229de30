/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* String slices and numbers in text. UTF-8 and folding are in text_unicode.c. Layer 0. */
#include "jalon/text.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jalon/arena.h"

struct jalon_text jalon_text_from(const char *string)
{
    return string != NULL ? (struct jalon_text){string, strlen(string)} : JALON_TEXT_EMPTY;
}

struct jalon_text jalon_text_slice(const char *data, size_t length)
{
    return (struct jalon_text){data, length};
}

bool jalon_text_equal(struct jalon_text a, struct jalon_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool jalon_text_is(struct jalon_text a, const char *string)
{
    return jalon_text_equal(a, jalon_text_from(string));
}

static char lower_ascii(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool jalon_text_equal_ascii_case(struct jalon_text a, struct jalon_text b)
{
    if (a.length != b.length) {
        return false;
    }
    for (size_t i = 0; i < a.length; i++) {
        if (lower_ascii(a.data[i]) != lower_ascii(b.data[i])) {
            return false;
        }
    }
    return true;
}

int jalon_text_compare(struct jalon_text a, struct jalon_text b)
{
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    if (order != 0) {
        return order;
    }
    return (a.length > b.length) - (a.length < b.length);
}

bool jalon_text_starts_with(struct jalon_text a, const char *prefix)
{
    size_t length = strlen(prefix);
    return a.length >= length && memcmp(a.data, prefix, length) == 0;
}

bool jalon_text_ends_with(struct jalon_text a, const char *suffix)
{
    size_t length = strlen(suffix);
    return a.length >= length && memcmp(a.data + a.length - length, suffix, length) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct jalon_text jalon_text_trim(struct jalon_text a)
{
    while (a.length > 0 && is_space(a.data[0])) {
        a.data++;
        a.length--;
    }
    while (a.length > 0 && is_space(a.data[a.length - 1])) {
        a.length--;
    }
    return a;
}

size_t jalon_text_find(struct jalon_text a, char byte)
{
    const char *at = a.length > 0 ? memchr(a.data, byte, a.length) : NULL;
    return at != NULL ? (size_t)(at - a.data) : a.length;
}

struct jalon_text jalon_text_copy(struct jalon_arena *arena, struct jalon_text a)
{
    char *data = jalon_arena_allocate(arena, a.length + 1);
    if (data == NULL) {
        return (struct jalon_text){NULL, 0};
    }
    if (a.length > 0) {
        memcpy(data, a.data, a.length);
    }
    data[a.length] = '\0';
    return (struct jalon_text){data, a.length};
}

struct jalon_text jalon_text_format(struct jalon_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *data = length < 0 ? NULL : jalon_arena_allocate(arena, (size_t)length + 1);
    if (data != NULL) {
        vsnprintf(data, (size_t)length + 1, format, again);
    }
    va_end(again);
    va_end(args);
    return (struct jalon_text){data, data != NULL ? (size_t)length : 0};
}

bool jalon_text_to_int64(struct jalon_text a, int64_t *out)
{
    size_t at = a.length > 0 && (a.data[0] == '-' || a.data[0] == '+');
    bool negative = at == 1 && a.data[0] == '-';
    if (at == a.length) {
        return false;
    }
    uint64_t const limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t value = 0;
    for (; at < a.length; at++) {
        unsigned digit = (unsigned)(unsigned char)a.data[at] - '0';
        if (digit > 9 || value > (limit - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

static size_t skip_digits(struct jalon_text a, size_t at)
{
    while (at < a.length && a.data[at] >= '0' && a.data[at] <= '9') {
        at++;
    }
    return at;
}

/* sign? (digits dot? digits?) (e sign? digits)? with at least one digit before the exponent */
static bool is_decimal(struct jalon_text a)
{
    size_t start = a.length > 0 && (a.data[0] == '-' || a.data[0] == '+');
    size_t at = skip_digits(a, start);
    size_t digit_count = at - start;
    if (at < a.length && a.data[at] == '.') {
        size_t end = skip_digits(a, at + 1);
        digit_count += end - at - 1;
        at = end;
    }
    if (digit_count == 0) {
        return false;
    }
    if (at < a.length && (a.data[at] == 'e' || a.data[at] == 'E')) {
        at++;
        at += at < a.length && (a.data[at] == '-' || a.data[at] == '+');
        size_t end = skip_digits(a, at);
        if (end == at) {
            return false;
        }
        at = end;
    }
    return at == a.length;
}

/*
 * Decimals as they nearly all are, without exponent and of at most 15 digits: both the digits as an
 * integer and the power of ten are exact doubles, so that one division rounds once and right
 * (Clinger, "How to read floating point numbers accurately", 1990). False: not of this kind.
 */
static bool read_short_decimal(struct jalon_text a, double *out)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    enum { DIGITS_MAX = 15 };
    size_t at = a.length > 0 && (a.data[0] == '-' || a.data[0] == '+');
    size_t digits = 0, decimals = 0;
    int64_t value = 0;
    bool point = false;
    for (; at < a.length && digits <= DIGITS_MAX; at++) {
        char c = a.data[at];
        if (c >= '0' && c <= '9') {
            value = value * 10 + (c - '0');
            digits++;
            decimals += point;
        } else if (c == '.' && !point) {
            point = true;
        } else {
            return false;
        }
    }
    if (digits == 0 || digits > DIGITS_MAX) {
        return false;
    }
    double quotient = (double)value / powers[decimals];
    *out = a.data[0] == '-' ? -quotient : quotient;
    return true;
}

bool jalon_text_to_double(struct jalon_text a, double *out)
{
    char copy[512];
    if (a.length >= sizeof copy || !is_decimal(a)) {
        return false;
    }
    if (FLT_EVAL_METHOD == 0 && read_short_decimal(a, out)) {
        return true;
    }
    memcpy(copy, a.data, a.length);
    copy[a.length] = '\0';
    double value = strtod(copy, NULL);
    if (!isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}
