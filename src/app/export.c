/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading a collection from the store to its end in constant memory. Layer 3 (app).
 *
 * A batch of rows is put into a view of its own, which is asked what of it is to be shown and then
 * goes: so that an export shows what the same query over HTTP shows, whatever is filtered or hidden.
 */
#include <assert.h>

#include "jalon/licence.h"
#include "jalon/memory.h"

#include "internal.h"

/* Rows of one batch, read in one short transaction: a long one would keep the log from shrinking. */
enum { BATCH_ROWS = 4096 };

struct jalon_export {
    struct jalon_app *app;
    struct jalon_context *batch_ctx;
    const struct jalon_map *map;
    struct jalon_view_query query;
    int64_t after; /* the number of the last row that was read */
    bool over;
    bool only_open; /* data */
    struct jalon_view *view; /* of the batch */
    const struct jalon_snapshot *snapshot;
};

static enum jalon_status compile_filter(struct jalon_export *run, struct jalon_context *ctx,
                                        struct jalon_text filter)
{
    struct jalon_cql2 *cql2 = jalon_arena_allocate(ctx->arena, sizeof *cql2);
    struct jalon_text trimmed = jalon_text_trim(filter);
    if (trimmed.length == 0) {
        return JALON_OK;
    }
    if (cql2 == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = trimmed.data[0] == '{' ? jalon_cql2_parse_json(ctx, filter, cql2)
                                                      : jalon_cql2_parse_text(ctx, filter, cql2);
    return status == JALON_OK
               ? jalon_view_filter_compile(ctx, run->map, run->query.collection, cql2,
                                           JALON_TEXT_EMPTY, &run->query.filter)
               : status;
}

enum jalon_status jalon_export_begin(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_map *map, int32_t collection,
                                     struct jalon_text filter, struct jalon_export **out)
{
    struct jalon_export *run = jalon_memory_allocate_zeroed(1, sizeof *run);
    if (run == NULL) {
        return jalon_no_memory(ctx);
    }
    run->app = app;
    run->map = map;
    run->batch_ctx = jalon_context_create();
    run->query = (struct jalon_view_query){
        .collection = collection, .category = -1, .status = -1, .limit = 2 * BATCH_ROWS};
    enum jalon_status status =
        run->batch_ctx == NULL ? jalon_no_memory(ctx) : compile_filter(run, ctx, filter);
    if (status == JALON_OK && map->collections[collection].visibility != JALON_VISIBILITY_PUBLIC) {
        status = jalon_fail(ctx, JALON_NOT_FOUND, "the collection '%s' is not public",
                            map->collections[collection].key.data);
    }
    if (status != JALON_OK) {
        jalon_export_end(run);
        return status;
    }
    *out = run;
    return JALON_OK;
}

void jalon_export_only_open(struct jalon_export *run)
{
    run->only_open = true;
}

static void drop_batch(struct jalon_export *run)
{
    if (run->snapshot != NULL) {
        jalon_view_unpin(run->view, run->snapshot);
    }
    jalon_view_destroy(run->view);
    run->view = NULL;
    run->snapshot = NULL;
    jalon_context_reset(run->batch_ctx);
}

/* Puts the next rows into the view; the last number and whether these were all is noted. */
static enum jalon_status load_rows(struct jalon_export *run, struct jalon_session *session)
{
    struct jalon_context *ctx = run->batch_ctx;
    struct jalon_contribution_filter filter = {
        .collection = run->query.collection, .source = JALON_TEXT_EMPTY, .after = run->after};
    struct jalon_contribution_reader *reader = NULL;
    const struct jalon_contribution *rows = NULL;
    size_t count = 0, total = 0;
    enum jalon_status status = jalon_store_read_ahead(ctx, session, run->map, &filter, &reader);
    while (status == JALON_OK && !run->over && total < BATCH_ROWS) {
        status = jalon_contribution_reader_next(ctx, reader, &rows, &count);
        if (status == JALON_OK && count > 0) {
            status = jalon_view_load(ctx, run->view, rows, count);
            run->after = rows[count - 1].number;
        }
        run->over = status == JALON_OK && count == 0;
        total += count;
    }
    jalon_contribution_reader_end(reader);
    return status == JALON_OK ? jalon_view_set_seq(ctx, run->view, 1, 1) : status;
}

static enum jalon_status load_batch(struct jalon_export *run)
{
    struct jalon_context *ctx = run->batch_ctx;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_view_create(ctx, run->map, &run->view);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, run->app->store, &session);
    }
    if (status == JALON_OK) {
        status = load_rows(run, session);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        run->snapshot = jalon_view_pin(run->view);
    }
    return status;
}

/* What of the batch is to be shown. */
static enum jalon_status select_rows(struct jalon_export *run, const struct jalon_exported **out,
                                     size_t *out_count)
{
    struct jalon_context *ctx = run->batch_ctx;
    struct jalon_view_result found = {0};
    enum jalon_status status = jalon_snapshot_query(ctx, run->snapshot, &run->query, &found);
    struct jalon_exported *rows =
        jalon_arena_allocate_zeroed(ctx->arena, found.count + 1, sizeof *rows);
    if (status == JALON_OK && rows == NULL) {
        return jalon_no_memory(ctx);
    }
    assert(!found.more); /* the reader gives a few rows more than a batch, not twice as many */
    size_t count = 0;
    for (size_t i = 0; status == JALON_OK && i < found.count; i++) {
        struct jalon_exported *row = &rows[count];
        row->json = found.items[i].json;
        status = jalon_snapshot_read(ctx, run->snapshot, &found.items[i], &row->contribution);
        count += status == JALON_OK &&
                 (!run->only_open || jalon_licence_lets_sell(jalon_contribution_licence(
                                         run->map, row->contribution)));
    }
    *out = rows;
    *out_count = count;
    return status;
}

enum jalon_status jalon_export_next(struct jalon_context *ctx, struct jalon_export *run,
                                    const struct jalon_exported **out, size_t *out_count)
{
    enum jalon_status status = JALON_OK;
    size_t count = 0;
    drop_batch(run);
    while (status == JALON_OK && count == 0 && !run->over) {
        drop_batch(run);
        status = load_batch(run);
        if (status == JALON_OK) {
            status = select_rows(run, out, &count);
        }
    }
    if (status != JALON_OK) {
        struct jalon_text inner = run->batch_ctx->error.internal;
        jalon_error_internal(ctx, "%s", inner.length > 0 ? inner.data : "");
        return jalon_fail(ctx, status, "the collection could not be read");
    }
    *out_count = count;
    return JALON_OK;
}

void jalon_export_end(struct jalon_export *run)
{
    if (run == NULL) {
        return;
    }
    if (run->batch_ctx != NULL) {
        drop_batch(run);
    }
    jalon_context_destroy(run->batch_ctx);
    jalon_memory_release(run);
}
