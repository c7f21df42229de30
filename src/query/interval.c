/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parameters that are times: an instant, a day, an interval. Layer 1 (query). */
#include "jalon/query.h"

#include <string.h>

#include "jalon/clock.h"

#define DAY_US (INT64_C(24) * 60 * 60 * 1000000)

/*
 * A plus sign that was not written as %2B has come as a space: it can only be that of the offset, as
 * in "T08:00:00 02:00".
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

/* One end at least has to be said. */
static bool read_ends(struct jalon_text start, struct jalon_text end,
                      struct jalon_query_interval *out)
{
    struct jalon_query_interval from = {INT64_MIN, INT64_MIN}, to = {INT64_MAX, INT64_MAX};
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
