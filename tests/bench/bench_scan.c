/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading a whole map from the store, as the view does when it is first asked for, but without the
 * view: rows into contributions, nothing else.
 *
 *   bench_scan FOLDER MAP [TIMES]     3 times by default; the fastest counts
 *
 * `scan` is one thread; `scan_ahead` a thread that reads while this one takes. Prints "name value
 * unit ratio" lines.
 */
#include <stdio.h>
#include <stdlib.h>

#include "jalon/clock.h"
#include "jalon/store.h"

enum { BATCH = 100 };

static const struct jalon_contribution_filter all = {.collection = -1};

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

struct totals {
    int64_t count, sum;
};

static struct totals scan(struct jalon_context *ctx, struct jalon_session *session,
                          const struct jalon_map *map)
{
    struct jalon_context *batch = jalon_context_create();
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution row;
    struct totals totals = {0, 0};
    if (batch == NULL ||
        jalon_store_scan_contributions(ctx, session, map, &all, &cursor) != JALON_OK) {
        stop(ctx, "scan");
    }
    enum jalon_status status;
    while ((status = jalon_contribution_cursor_next(batch, cursor, &row)) == JALON_OK) {
        totals.sum += weigh(&row);
        if (++totals.count % BATCH == 0) {
            jalon_context_reset(batch);
        }
    }
    if (status != JALON_NOT_FOUND) {
        stop(batch, "row");
    }
    jalon_contribution_cursor_end(cursor);
    jalon_context_destroy(batch);
    return totals;
}

static struct totals scan_ahead(struct jalon_context *ctx, struct jalon_session *session,
                                const struct jalon_map *map)
{
    struct jalon_contribution_reader *reader;
    const struct jalon_contribution *rows;
    size_t count = 1;
    struct totals totals = {0, 0};
    if (jalon_store_read_ahead(ctx, session, map, &all, &reader) != JALON_OK) {
        stop(ctx, "ahead");
    }
    while (count > 0) {
        if (jalon_contribution_reader_next(ctx, reader, &rows, &count) != JALON_OK) {
            stop(ctx, "rows");
        }
        totals.count += (int64_t)count;
        for (size_t i = 0; i < count; i++) {
            totals.sum += weigh(&rows[i]);
        }
    }
    jalon_contribution_reader_end(reader);
    return totals;
}

typedef struct totals scanner(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_map *map);

static struct totals measure(struct jalon_context *ctx, struct jalon_store *store,
                             struct jalon_text slug, const char *name, scanner *run, long times)
{
    struct totals totals = {0, 0};
    int64_t best_us = INT64_MAX;
    for (long i = 0; i < times; i++) {
        struct jalon_session *session;
        struct jalon_map map;
        int64_t start_us = jalon_clock_monotonic_us();
        if (jalon_store_read(ctx, store, &session) != JALON_OK ||
            jalon_store_load_map(ctx, session, slug, &map) != JALON_OK) {
            stop(ctx, "map");
        }
        totals = run(ctx, session, &map);
        jalon_session_end(session);
        int64_t took_us = jalon_clock_monotonic_us() - start_us;
        best_us = took_us < best_us ? took_us : best_us;
    }
    printf("%s %.0f rows/s -\n", name, (double)totals.count * 1e6 / (double)best_us);
    return totals;
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
    struct jalon_text slug = jalon_text_from(argv[2]);
    long times = argc > 3 ? strtol(argv[3], NULL, 10) : 3;
    struct totals one = measure(ctx, store, slug, "scan", scan, times);
    struct totals two = measure(ctx, store, slug, "scan_ahead", scan_ahead, times);
    jalon_store_close(store);
    jalon_context_destroy(ctx);
    if (one.count != two.count || one.sum != two.sum) {
        fputs("bench_scan: the two ways read different rows\n", stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
