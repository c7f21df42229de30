/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How spreadsheets and other programs write numbers, dates, yes and no. Layer 3 (app). */
#include "lenient.h"

#include <stdio.h>
#include <string.h>

#include "jalon/clock.h"

/* Bytes of the no-break space (U+00A0, U+202F) at this place; 0: there is none. */
static size_t hard_space(struct jalon_text text, size_t at)
{
    static const char *const spaces[] = {"\xC2\xA0", "\xE2\x80\xAF"};
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        size_t length = strlen(spaces[i]);
        if (text.length - at >= length && memcmp(text.data + at, spaces[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

struct jalon_text jalon_lenient_spaces(struct jalon_context *ctx, struct jalon_text text)
{
    char *plain = jalon_arena_allocate(ctx->arena, text.length + 1);
    if (plain == NULL) {
        return (struct jalon_text){NULL, 0};
    }
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        size_t space = hard_space(text, at);
        plain[length++] = space > 0 ? ' ' : text.data[at];
        at += space > 0 ? space : 1;
    }
    struct jalon_text trimmed = jalon_text_trim(jalon_text_slice(plain, length));
    plain[(size_t)(trimmed.data - plain) + trimmed.length] = '\0';
    return trimmed;
}

struct jalon_text jalon_lenient_unquote(struct jalon_text text)
{
    bool quoted = text.length >= 2 && text.data[0] == '"' && text.data[text.length - 1] == '"';
    return quoted ? jalon_text_trim(jalon_text_slice(text.data + 1, text.length - 2)) : text;
}

bool jalon_lenient_number(struct jalon_text text, double *out)
{
    char plain[64];
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        size_t space = text.data[at] == ' ' ? 1 : hard_space(text, at);
        if (space > 0) {
            at += space;
            continue;
        }
        if (length == sizeof plain) {
            return false;
        }
        plain[length++] = text.data[at] == ',' ? '.' : text.data[at];
        at++;
    }
    return jalon_text_to_double(jalon_text_slice(plain, length), out);
}

bool jalon_lenient_boolean(struct jalon_value value, bool *out)
{
    static const char *const words[2][6] = {
        {"non", "no", "false", "faux", "n", "0"},
        {"oui", "yes", "true", "vrai", "o", "1"},
    };
    double number = value.kind == JALON_VALUE_INTEGER  ? (double)value.integer
                    : value.kind == JALON_VALUE_NUMBER ? value.number
                                                       : -1;
    for (int meaning = 0; meaning < 2; meaning++) {
        bool found = !(number < meaning) && !(number > meaning);
        for (size_t i = 0; value.kind == JALON_VALUE_TEXT && !found && i < 6; i++) {
            found = jalon_text_equal_ascii_case(value.text, jalon_text_from(words[meaning][i]));
        }
        if (found) {
            *out = meaning == 1;
            return true;
        }
    }
    return false;
}

/* The number of 1 to 8 digits at *at, which moves behind it; -1 when there is none. */
static int take_digits(struct jalon_text text, size_t *at, size_t *out_count)
{
    int number = 0;
    size_t start = *at;
    while (*at < text.length && *at - start < 8 && text.data[*at] >= '0' && text.data[*at] <= '9') {
        number = number * 10 + (text.data[(*at)++] - '0');
    }
    *out_count = *at - start;
    return *out_count > 0 ? number : -1;
}

/* Nothing, or a time of day as programs write it: " 08:30", "T08:30:00.5Z", " 08:30:00+00". */
static bool is_time_or_nothing(struct jalon_text text)
{
    bool has_colon = false;
    for (size_t i = 1; i < text.length; i++) {
        has_colon = has_colon || text.data[i] == ':';
        if (strchr("0123456789:.,+-Z", text.data[i]) == NULL || text.data[i] == '\0') {
            return false;
        }
    }
    return text.length == 0 || ((text.data[0] == ' ' || text.data[0] == 'T') && has_colon);
}

/* Year, month and day of the text's beginning, *at behind them; false when it is no date. */
static bool take_date(struct jalon_text text, size_t *at, int out[3])
{
    size_t digits[3];
    int part[3] = {take_digits(text, at, &digits[0]), 0, 0};
    if (digits[0] == 8) {
        out[0] = part[0] / 10000;
        out[1] = part[0] / 100 % 100;
        out[2] = part[0] % 100;
        return true;
    }
    char sign = *at < text.length ? text.data[*at] : '\0';
    for (size_t i = 1; i < 3; i++) {
        if (part[0] < 0 || strchr("-/.", sign) == NULL || *at >= text.length ||
            text.data[*at] != sign) {
            return false;
        }
        ++*at;
        part[i] = take_digits(text, at, &digits[i]);
    }
    bool year_first = digits[0] == 4 && digits[1] <= 2 && digits[2] <= 2;
    bool day_first = digits[0] <= 2 && digits[1] <= 2 && digits[2] == 4;
    out[0] = part[year_first ? 0 : 2];
    out[1] = part[1];
    out[2] = part[year_first ? 2 : 0];
    return (year_first || day_first) && part[1] >= 0 && part[2] >= 0;
}

bool jalon_lenient_date(struct jalon_text text, char out[11])
{
    int date[3];
    size_t at = 0;
    char written[32];
    int64_t time_us;
    if (!take_date(text, &at, date) ||
        !is_time_or_nothing(jalon_text_slice(text.data + at, text.length - at))) {
        return false;
    }
    snprintf(written, sizeof written, "%04d-%02d-%02d", date[0], date[1], date[2]);
    if (!jalon_clock_parse_date(jalon_text_from(written), &time_us)) {
        return false;
    }
    memcpy(out, written, 11);
    return true;
}

static bool is_host_byte(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

bool jalon_lenient_is_host(struct jalon_text text)
{
    size_t length = 0;
    size_t dot = 0;
    while (length < text.length && is_host_byte(text.data[length])) {
        dot = text.data[length] == '.' ? length : dot;
        length++;
    }
    bool named = dot > 0 && dot + 1 < length && text.data[0] != '.';
    if (!named || length == text.length) {
        return named;
    }
    char next = text.data[length];
    bool port = next == ':' && length + 1 < text.length && text.data[length + 1] >= '0' &&
                text.data[length + 1] <= '9';
    return port || next == '/' || next == '?' || next == '#';
}

bool jalon_lenient_next_word(struct jalon_text *rest, const char *signs, struct jalon_text *out)
{
    if (rest->length == 0) {
        return false;
    }
    size_t end = 0;
    while (end < rest->length &&
           (rest->data[end] == '\0' || strchr(signs, rest->data[end]) == NULL)) {
        end++;
    }
    *out = jalon_text_trim(jalon_text_slice(rest->data, end));
    size_t used = end < rest->length ? end + 1 : end;
    *rest = jalon_text_slice(rest->data + used, rest->length - used);
    return true;
}
