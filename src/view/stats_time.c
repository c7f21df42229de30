/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* When contributions were made, and how old they are. Layer 2 (view). */
#include "stats_parts.h"

#include "jalon/clock.h"

enum {
    AGES_WITH_END = JALON_STATS_AGES - 1,
    DAYS_PER_MONTH = 31,
    MONTHS_LOOKED_UP = 12 * 400, /* days of more are not worth a table */
};

/* --- Months --- */

enum jalon_status jalon_stats_months_init(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_stats_request *request,
                                          struct jalon_stats_months *out)
{
    int64_t first_us, last_us, first = INT64_MAX, last = INT64_MIN, earliest_us = INT64_MAX;
    for (size_t i = 0; i < request->query_count; i++) {
        if (jalon_snapshot_interval(snapshot, request->queries[i].collection, &first_us,
                                    &last_us)) {
            int64_t from = jalon_clock_month(first_us), to = jalon_clock_month(last_us);
            earliest_us = first_us < earliest_us ? first_us : earliest_us;
            first = from < first ? from : first;
            last = to > last ? to : last;
        }
    }
    struct jalon_stats_months months = {.first = first};
    months.count = first <= last ? (size_t)(last - first) + 1 : 0;
    months.counts = jalon_arena_allocate_zeroed(ctx->arena, months.count, sizeof *months.counts);
    months.day_count = months.count * DAYS_PER_MONTH;
    months.by_day =
        months.count <= MONTHS_LOOKED_UP
            ? jalon_arena_allocate_zeroed(ctx->arena, months.day_count, sizeof *months.by_day)
            : NULL;
    months.first_day = jalon_clock_day(earliest_us);
    if (months.counts == NULL || (months.by_day == NULL && months.count <= MONTHS_LOOKED_UP)) {
        return jalon_no_memory(ctx);
    }
    *out = months;
    return JALON_OK;
}

static size_t find_month(const struct jalon_stats_months *months, int64_t created_us)
{
    size_t at = (size_t)(jalon_clock_month(created_us) - months->first);
    /* Nothing is created after its last update, but in a file that others wrote. */
    return at < months->count ? at : months->count - 1;
}

void jalon_stats_months_count(struct jalon_stats_months *months, int64_t created_us)
{
    size_t day = (size_t)(jalon_clock_day(created_us) - months->first_day);
    if (months->by_day == NULL || day >= months->day_count) {
        months->counts[find_month(months, created_us)]++;
        return;
    }
    if (months->by_day[day] == 0) {
        months->by_day[day] = (uint32_t)find_month(months, created_us) + 1;
    }
    months->counts[months->by_day[day] - 1]++;
}

enum jalon_status jalon_stats_months_table(struct jalon_context *ctx,
                                           const struct jalon_stats_months *months,
                                           struct jalon_stats_table *out)
{
    size_t first = 0, end = months->count;
    while (first < end && months->counts[first] == 0) {
        first++;
    }
    while (end > first && months->counts[end - 1] == 0) {
        end--;
    }
    struct jalon_stats_row *rows =
        jalon_arena_allocate_zeroed(ctx->arena, end - first, sizeof *rows);
    if (rows == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = first; i < end; i++) {
        int month = (int)(months->first + (int64_t)i);
        struct jalon_text key =
            jalon_text_format(ctx->arena, "%04d-%02d", month / 12, month % 12 + 1);
        if (key.data == NULL) {
            return jalon_no_memory(ctx);
        }
        rows[i - first] = jalon_stats_row_make(key, JALON_STATS_NO_LABEL, months->counts[i]);
    }
    *out = (struct jalon_stats_table){.dimension = JALON_STATS_MONTH,
                                      .kind = JALON_TEXT_EMPTY,
                                      .rows = rows,
                                      .row_count = end - first};
    return JALON_OK;
}

/* --- Ages --- */

int64_t jalon_stats_age_begin(struct jalon_text observed, struct jalon_text confirmed,
                              int64_t updated_us)
{
    int64_t observed_us = INT64_MIN, confirmed_us = INT64_MIN;
    bool is_seen = jalon_clock_parse_date(observed, &observed_us);
    is_seen = jalon_clock_parse_date(confirmed, &confirmed_us) || is_seen;
    return !is_seen                     ? updated_us
           : observed_us > confirmed_us ? observed_us
                                        : confirmed_us;
}

size_t jalon_stats_age(int64_t time_us, int64_t today)
{
    static const int64_t most_days[AGES_WITH_END] = {30, 90, 365, 730, 1825};
    int64_t days = today - jalon_clock_day(time_us);
    size_t age = 0;
    while (age < AGES_WITH_END && days > most_days[age]) {
        age++;
    }
    return age;
}

enum jalon_status jalon_stats_ages_table(struct jalon_context *ctx,
                                         const int64_t counts[JALON_STATS_AGES],
                                         struct jalon_stats_table *out)
{
    static const char *const keys[JALON_STATS_AGES] = {"0-30",    "31-90",    "91-365",
                                                       "366-730", "731-1825", "1826+"};
    struct jalon_stats_row *rows =
        jalon_arena_allocate_zeroed(ctx->arena, JALON_STATS_AGES, sizeof *rows);
    if (rows == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < JALON_STATS_AGES; i++) {
        rows[i] = jalon_stats_row_make(jalon_text_from(keys[i]), JALON_STATS_NO_LABEL, counts[i]);
    }
    *out = (struct jalon_stats_table){.dimension = JALON_STATS_FRESHNESS,
                                      .kind = JALON_TEXT_EMPTY,
                                      .rows = rows,
                                      .row_count = JALON_STATS_AGES};
    return JALON_OK;
}
