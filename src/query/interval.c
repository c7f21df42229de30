/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parameters that are times: an instant, a day, an interval. Layer 1 (query). */
#include "jalon/query.h"

#include <stdio.h>
#include <string.h>

#include "jalon/clock.h"

#define DAY_US (INT64_C(24) * 60 * 60 * 1000000)

/*
 * A plus sign that was not written as %2B has come as a space: it can only be that of the offset,
 * as in "T08:00:00 02:00".
 */
static bool parse_time(struct jalon_text text, int64_t *out_us)
{
    enum { OFFSET = 6, LONGEST = 64 };
    char mended[LONGEST];
    if (text.length <= OFFSET || text.length > LONGEST ||
        text.data[text.length - OFFSET] != ' ') {
        return jalon_clock_parse(text, out_us);
    }
    memcpy(mended, text.data, text.length);
    mended[text.length - OFFSET] = '+';
    return jalon_clock_parse(jalon_text_slice(mended, text.length), out_us);
}

/* A time, or a day from its first to its last microsecond. */
static bool read_time(struct jalon_text text, struct jalon_query_interval *out)
{
    int64_t time_us;
    if (parse_time(text, &time_us)) {
        *out = (struct jalon_query_interval){time_us, time_us};
        return true;
    }
    if (jalon_clock_parse_date(text, &time_us)) {
        *out = (struct jalon_query_interval){time_us, time_us + DAY_US - 1};
        return true;
    }
    return false;
}

static bool is_open(struct jalon_text text)
{
    return text.length == 0 || jalon_text_is(text, "..");
}

/* --- Durations --- */

/* As written: P1Y2M3W4DT5H6M7S. */
struct duration {
    int64_t months, days, seconds;
};

/* A whole number and its unit; *at moves behind them. */
static bool read_part(struct jalon_text text, size_t *at, int64_t *out, char *out_unit)
{
    enum { DIGITS = 6 };
    size_t start = *at;
    *out = 0;
    while (*at < text.length && text.data[*at] >= '0' && text.data[*at] <= '9') {
        *out = *out * 10 + (text.data[*at] - '0');
        if (++*at - start > DIGITS) {
            return false;
        }
    }
    if (*at == start || *at == text.length) {
        return false;
    }
    *out_unit = text.data[(*at)++];
    return true;
}

/* Units come in their order, each once. */
static bool read_duration(struct jalon_text text, struct duration *out)
{
    static const char units[] = "YMWDTHMS";
    struct duration duration = {0};
    size_t unit = 0, parts = 0;
    for (size_t at = 1; at < text.length; parts++) {
        int64_t number;
        char letter;
        if (text.data[at] == 'T' && unit <= 4) {
            unit = 5;
            at++;
        }
        if (!read_part(text, &at, &number, &letter)) {
            return false;
        }
        size_t const end = unit < 5 ? 4 : sizeof units - 1;
        while (unit < end && units[unit] != letter) {
            unit++;
        }
        switch (unit < end ? unit : sizeof units) {
        case 0: duration.months += 12 * number; break;
        case 1: duration.months += number; break;
        case 2: duration.days += 7 * number; break;
        case 3: duration.days += number; break;
        case 5: duration.seconds += 3600 * number; break;
        case 6: duration.seconds += 60 * number; break;
        case 7: duration.seconds += number; break;
        default: return false;
        }
        unit++;
    }
    *out = duration;
    return parts > 0 && text.data[0] == 'P';
}

/* So many months later, on the same day or, where there is none, the last one before. */
static bool add_months(int64_t time_us, int64_t months, int64_t *out_us)
{
    enum { DATE = 10, DAY_AT = 8 };
    char text[JALON_CLOCK_TEXT_SIZE];
    int64_t month = jalon_clock_month(time_us) + months, midnight_us;
    jalon_clock_format(time_us, text);
    int day = 10 * (text[DAY_AT] - '0') + text[DAY_AT + 1] - '0';
    do {
        char date[2 * JALON_CLOCK_TEXT_SIZE];
        snprintf(date, sizeof date, "%04d-%02d-%02d", (int)(month / 12), (int)(month % 12) + 1,
                 day);
        if (jalon_clock_parse_date(jalon_text_from(date), &midnight_us)) {
            *out_us = midnight_us + (time_us - jalon_clock_day(time_us) * DAY_US);
            return true;
        }
    } while (--day > 27);
    return false;
}

/* The last moment of a duration from then on. */
static bool read_end_after(int64_t from_us, struct jalon_text text, int64_t *out_us)
{
    struct duration duration;
    int64_t end_us;
    if (!read_duration(text, &duration) || !add_months(from_us, duration.months, &end_us)) {
        return false;
    }
    *out_us = end_us + duration.days * DAY_US + duration.seconds * 1000000 - 1;
    return true;
}

/* --- Intervals --- */

/* One end at least has to be said. */
static bool read_ends(struct jalon_text start, struct jalon_text end,
                      struct jalon_query_interval *out)
{
    struct jalon_query_interval from = {INT64_MIN, INT64_MIN}, to = {INT64_MAX, INT64_MAX};
    if (jalon_text_starts_with(end, "P") && !is_open(start)) {
        if (!read_time(start, &from) || !read_end_after(from.first_us, end, &to.last_us)) {
            return false;
        }
        *out = (struct jalon_query_interval){from.first_us, to.last_us};
        return true;
    }
    if ((is_open(start) && is_open(end)) || (!is_open(start) && !read_time(start, &from)) ||
        (!is_open(end) && !read_time(end, &to))) {
        return false;
    }
    *out = (struct jalon_query_interval){from.first_us, to.last_us};
    return true;
}

enum jalon_status jalon_query_read_interval(struct jalon_context *ctx, const char *parameter,
                                            struct jalon_text text,
                                            struct jalon_query_interval *out)
{
    size_t slash = jalon_text_find(text, '/');
    struct jalon_text start = jalon_text_slice(text.data, slash);
    struct jalon_query_interval interval;
    bool is_read = slash == text.length
                       ? read_time(text, &interval)
                       : read_ends(start,
                                   jalon_text_slice(text.data + slash + 1, text.length - slash - 1),
                                   &interval);
    if (!is_read) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, parameter,
                             "expected a date or an RFC 3339 time (2026-11-21T08:52:00Z), or two "
                             "with \"/\" between, one of which may be \"..\"");
    }
    if (interval.first_us > interval.last_us) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, parameter,
                             "expected an interval that does not end before it starts");
    }
    *out = interval;
    return JALON_OK;
}
