/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is kept for a time only goes. Layer 2. */
#include "jalon/store_tidy.h"

#include "jalon/clock.h"

#include "store/private.h"

enum { PARTS_MAX = 4 };

/* The statements of each kind. */
static const struct {
    int queries[PARTS_MAX];
    size_t count;
} kinds[JALON_TIDY_KIND_COUNT] = {
    [JALON_TIDY_CONTACTS] = {{JALON_QUERY_TIDY_CONTACTS}, 1},
    [JALON_TIDY_TRACES] = {{JALON_QUERY_TIDY_TRACES, JALON_QUERY_TIDY_COMMENTS,
                            JALON_QUERY_TIDY_CONFIRMATIONS, JALON_QUERY_TIDY_PROPOSALS},
                           4},
    [JALON_TIDY_REPORTS] = {{JALON_QUERY_TIDY_REPORTS}, 1},
    [JALON_TIDY_LATE] = {{JALON_QUERY_TIDY_LATE}, 1},
    [JALON_TIDY_SESSIONS] = {{JALON_QUERY_TIDY_SESSIONS}, 1},
    [JALON_TIDY_TICKETS] = {{JALON_QUERY_TIDY_TICKETS}, 1},
    [JALON_TIDY_MAILS] = {{JALON_QUERY_TIDY_MAILS}, 1},
    [JALON_TIDY_NOTIFICATIONS] = {{JALON_QUERY_TIDY_NOTIFICATIONS}, 1},
};

enum jalon_status jalon_store_tidy(struct jalon_context *ctx, struct jalon_session *session,
                                   enum jalon_tidy_kind kind, int64_t map, int64_t until_us,
                                   int64_t *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map),
        jalon_db_time(until_us),
        jalon_db_integer(JALON_TIDY_STEP),
        jalon_db_time(jalon_clock_now_us()),
    };
    bool is_of_map = kind < JALON_TIDY_MAP_COUNT;
    size_t count = kind == JALON_TIDY_LATE ? 4 : is_of_map ? 3 : 2;
    int64_t sum = 0;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < kinds[kind].count && status == JALON_OK; i++) {
        int64_t changed = 0;
        status = jalon_db_execute(ctx, session->connection, kinds[kind].queries[i],
                                  values + !is_of_map, count, &changed);
        sum += changed;
    }
    if (status == JALON_OK) {
        *out = sum;
    }
    return status;
}
