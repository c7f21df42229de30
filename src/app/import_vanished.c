/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The end of an import: what the source has brought and the file does not hold. Layer 3 (app). */
#include "jalon/clock.h"

#include "import_state.h"

enum { VANISHED_BATCH = 256 };

/* Its digest is kept, so that the row is recognised when it comes back. */
static enum jalon_status mark_digest(struct jalon_context *ctx, struct jalon_import *import,
                                     const struct jalon_contribution *row, struct jalon_text *out)
{
    struct jalon_source_row earlier;
    enum jalon_status status =
        jalon_store_find_source_row(ctx, import->session, &import->map, import->collection,
                                    row->source, row->source_id, &earlier);
    if (status == JALON_OK) {
        *out = jalon_text_format(ctx->arena, "%s%s", IMPORT_WITHDRAWN, earlier.digest.data);
        status = out->data != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    return status;
}

static enum jalon_status withdraw(struct jalon_context *ctx, struct jalon_import *import,
                                  int64_t number)
{
    struct jalon_contribution before, after;
    struct jalon_write write = {
        .action = JALON_ACTION_DELETE,
        .author = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT("no longer in the source"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .charter = import->map.rules.charter,
    };
    enum jalon_status status = jalon_import_need_session(ctx, import);
    if (status == JALON_OK) {
        status = jalon_store_load_contribution(ctx, import->session, &import->map, number, &before);
    }
    if (status != JALON_OK || before.moderation == JALON_MODERATION_DELETED) {
        return status; /* what somebody has deleted meanwhile stays so */
    }
    status = mark_digest(ctx, import, &before, &write.source_digest);
    if (status != JALON_OK) {
        return status;
    }
    after = before;
    after.version++;
    after.updated_us = jalon_clock_not_before_us(before.updated_us);
    after.moderation = JALON_MODERATION_DELETED;
    status = jalon_history_changes(ctx, &import->map, &before, &after, &write.changes);
    if (status == JALON_OK) {
        status = jalon_import_put(ctx, import, &after, &write);
    }
    import->report.withdrawn += status == JALON_OK;
    return status;
}

static void tell(struct jalon_context *ctx, struct jalon_import *import,
                 const struct jalon_contribution *row)
{
    struct jalon_text reason = jalon_text_format(ctx->arena, "'%s' (%s) is no longer in the file",
                                                 row->source_id.data, row->title.data);
    jalon_import_notify(import, 0, false, JALON_TEXT("source_id"),
                        reason.data != NULL ? reason : row->source_id);
}

/* Numbers grow: what this run has made, and all after it, is in the file. */
static bool is_of_this_run(const struct jalon_import *import, int64_t number)
{
    return import->first_created != 0 && number >= import->first_created;
}

static bool is_in_file(const struct jalon_import *import,
                       const struct jalon_contribution *contribution)
{
    const struct known_row *row = jalon_known_find(&import->known, contribution->source_id);
    return row != NULL && jalon_known_is_seen(row);
}

/* The next vanished rows after *after, which is INT64_MAX when there are no more. */
static enum jalon_status list_vanished(struct jalon_context *ctx, struct jalon_import *import,
                                       int64_t *after, int64_t numbers[VANISHED_BATCH],
                                       size_t *out_count)
{
    struct jalon_contribution_filter filter = {import->collection, import->options.source, *after};
    struct jalon_contribution_cursor *cursor = NULL;
    struct jalon_session *session = NULL;
    struct jalon_context *row = jalon_context_create();
    struct jalon_contribution contribution;
    size_t count = 0;
    enum jalon_status status =
        row == NULL ? jalon_no_memory(ctx) : jalon_store_read(ctx, import->app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_scan_contributions(ctx, session, &import->map, &filter, &cursor);
    }
    while (status == JALON_OK && count < VANISHED_BATCH) {
        jalon_context_reset(row);
        status = jalon_contribution_cursor_next(row, cursor, &contribution);
        if (status == JALON_OK && is_of_this_run(import, contribution.number)) {
            status = JALON_NOT_FOUND;
        }
        if (status == JALON_OK && !is_in_file(import, &contribution) &&
            contribution.moderation != JALON_MODERATION_DELETED) {
            numbers[count++] = contribution.number;
            tell(row, import, &contribution);
        }
        *after = status == JALON_OK ? contribution.number : INT64_MAX;
    }
    jalon_contribution_cursor_end(cursor);
    jalon_session_end(session);
    jalon_context_destroy(row);
    *out_count = count;
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

/* May what is missing be withdrawn? What cannot be told apart from a broken file is not. */
static bool may_withdraw(struct jalon_import *import)
{
    if (!import->options.sync) {
        return false;
    }
    const char *obstacle =
        import->report.rows == 0 ? "the file has no rows: nothing is withdrawn"
        : import->unidentified
            ? "rows that could not be read may be among those that vanished: nothing is withdrawn"
            : NULL;
    if (obstacle != NULL) {
        jalon_import_notify(import, 0, false, JALON_TEXT_EMPTY, jalon_text_from(obstacle));
    }
    return obstacle == NULL && !import->options.dry_run;
}

enum jalon_status jalon_import_handle_vanished(struct jalon_context *ctx,
                                               struct jalon_import *import)
{
    int64_t numbers[VANISHED_BATCH];
    size_t count = 0;
    /* All that is known being in the file there are none. */
    bool whole = import->known.count > 0 && import->known.seen == import->known.count;
    int64_t after = whole ? INT64_MAX : 0;
    bool withdraws = may_withdraw(import);
    struct jalon_context *row = jalon_context_create();
    enum jalon_status status = row == NULL ? jalon_no_memory(ctx) : JALON_OK;
    while (status == JALON_OK && after != INT64_MAX) {
        jalon_context_reset(row);
        status = list_vanished(row, import, &after, numbers, &count);
        import->report.vanished += (int64_t)count;
        for (size_t i = 0; status == JALON_OK && withdraws && i < count; i++) {
            jalon_context_reset(row);
            status = withdraw(row, import, numbers[i]);
        }
        if (status == JALON_OK) {
            status = jalon_import_end_batch(row, import);
        }
    }
    if (status != JALON_OK && row != NULL) {
        status = jalon_fail(ctx, status, "%s", row->error.message.data);
    }
    jalon_context_destroy(row);
    return status;
}
