/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading a whole map from the store, as the view does when it is first asked for, but without the
 * view: rows into contributions, nothing else.
 *
 *   bench_scan FOLDER MAP [TIMES]     3 times by default; the fastest counts
 *
 * Prints "name value unit ratio" lines.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "jalon/clock.h"
#include "jalon/store.h"

enum { BATCH = 100 };

static _Noreturn void stop(struct jalon_context *ctx, const char *what)
{
    fprintf(stderr, "bench_scan: %s: %.*s\n", what, JALON_TEXT_ARGS(ctx->error.message));
    exit(EXIT_FAILURE);
}

static struct jalon_store *open_store(struct jalon_context *ctx, const char *folder)
{
    struct jalon_store_options options = {.data = jalon_text_from(folder)};
    struct jalon_store *store;
    if (jalon_store_open(ctx, &options, &store) != JALON_OK) {
        stop(ctx, "open");
    }
    return store;
}

/* Something of every row, so that reading it cannot be left out. */
static int64_t weigh(const struct jalon_contribution *row)
{
    int64_t sum = row->number + row->version + (int64_t)row->category_count + row->updated_us % 7;
    return sum + (int64_t)(row->title.length + row->geometry.position_count);
}

static int64_t scan(struct jalon_context *ctx, struct jalon_store *store, struct jalon_text slug,
                    int64_t *out_sum)
{
    struct jalon_context *batch = jalon_context_create();
    struct jalon_session *session;
    struct jalon_map map;
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution_filter all = {.collection = -1, .source = JALON_TEXT_EMPTY};
    if (batch == NULL || jalon_store_read(ctx, store, &session) != JALON_OK ||
        jalon_store_load_map(ctx, session, slug, &map) != JALON_OK ||
        jalon_store_scan_contributions(ctx, session, &map, &all, &cursor) != JALON_OK) {
        stop(ctx, "scan");
    }
    struct jalon_contribution row;
    enum jalon_status status;
    int64_t count = 0, sum = 0;
    while ((status = jalon_contribution_cursor_next(batch, cursor, &row)) == JALON_OK) {
        sum += weigh(&row);
        if (++count % BATCH == 0) {
            jalon_context_reset(batch);
        }
    }
    if (status != JALON_NOT_FOUND) {
        stop(batch, "row");
    }
    jalon_contribution_cursor_end(cursor);
    jalon_session_end(session);
    jalon_context_destroy(batch);
    *out_sum = sum;
    return count;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        fputs("bench_scan FOLDER MAP [TIMES]\n", stderr);
        return 2;
    }
    struct jalon_context *ctx = jalon_context_create();
    if (ctx == NULL) {
        return EXIT_FAILURE;
    }
    struct jalon_store *store = open_store(ctx, argv[1]);
    long times = argc > 3 ? strtol(argv[3], NULL, 10) : 3;
    int64_t best_us = INT64_MAX, count = 0, sum = 0;
    for (long i = 0; i < times; i++) {
        int64_t start_us = jalon_clock_monotonic_us();
        count = scan(ctx, store, jalon_text_from(argv[2]), &sum);
        int64_t took_us = jalon_clock_monotonic_us() - start_us;
        best_us = took_us < best_us ? took_us : best_us;
    }
    printf("scan %.0f rows/s -\n", (double)count * 1e6 / (double)best_us);
    printf("scan_time %.3f s -\n", (double)best_us / 1e6);
    fprintf(stderr, "bench_scan: %" PRId64 " contributions, %" PRId64 "\n", count, sum);
    jalon_store_close(store);
    jalon_context_destroy(ctx);
    return EXIT_SUCCESS;
}
