/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words and signs of OpenStreetMap's opening_hours. Layer 3 (app). */
#include "opening_hours.h"

#include <string.h>

static const char expected[] = JALON_WORDS(
    "must be opening hours as OpenStreetMap writes them (Mo-Fr 09:00-18:00; Sa 10:00-12:00)");

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_known_word(struct jalon_text word)
{
    static const char *const words[] = {
        "Mo",      "Tu",     "We",   "Th",   "Fr",     "Sa",   "Su",      "PH",   "SH",
        "Jan",     "Feb",    "Mar",  "Apr",  "May",    "Jun",  "Jul",     "Aug",  "Sep",
        "Oct",     "Nov",    "Dec",  "off",  "closed", "open", "unknown", "week", "easter",
        "sunrise", "sunset", "dawn", "dusk", "day",    "days",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (jalon_text_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

/* Two-digit value at `at`, or -1. */
static int pair(struct jalon_text text, size_t at)
{
    if (at + 1 >= text.length || !is_digit(text.data[at]) || !is_digit(text.data[at + 1])) {
        return -1;
    }
    return (text.data[at] - '0') * 10 + text.data[at + 1] - '0';
}

/* A number and, when a colon follows, its minutes: hours up to 48 for times after midnight. */
static bool take_number(struct jalon_text text, size_t *at)
{
    size_t start = *at;
    long value = 0;
    while (*at < text.length && is_digit(text.data[*at])) {
        value = value * 10 + (text.data[*at] - '0');
        if (++*at - start > 4) {
            return false;
        }
    }
    if (*at < text.length && text.data[*at] == ':') {
        int minutes = pair(text, *at + 1);
        *at += 3;
        return value <= 48 && minutes >= 0 && minutes <= 59;
    }
    return true;
}

static bool take_comment(struct jalon_text text, size_t *at)
{
    for (++*at; *at < text.length; ++*at) {
        if (text.data[*at] == '"') {
            ++*at;
            return true;
        }
    }
    return false;
}

static bool take_word(struct jalon_text text, size_t *at)
{
    size_t start = *at;
    while (*at < text.length && is_letter(text.data[*at])) {
        ++*at;
    }
    return is_known_word(jalon_text_slice(text.data + start, *at - start));
}

const char *jalon_opening_hours_fault(struct jalon_text text)
{
    size_t words = 0;
    for (size_t at = 0; at < text.length;) {
        char c = text.data[at];
        bool good = true;
        words += is_letter(c) || is_digit(c) || c == '"';
        if (is_letter(c)) {
            good = take_word(text, &at);
        } else if (is_digit(c)) {
            good = take_number(text, &at);
        } else if (c == '"') {
            good = take_comment(text, &at);
        } else {
            good = strchr(" ,;-+()[]|/:", c) != NULL;
            at++;
        }
        if (!good) {
            return expected;
        }
    }
    return words > 0 ? NULL : expected;
}
