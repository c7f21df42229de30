/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Import: records of a file become contributions, and again on the next run. Layer 3 (app).
 *
 * Each row is found again by (collection, source, source_id); a digest of what it meant tells
 * whether it changed, so that an unchanged row costs one look-up and what people edited since stays.
 * Rows are committed in batches. What the file still holds is remembered as one bit a contribution.
 */
#include <string.h>

#include "jalon/buffer.h"
#include "jalon/clock.h"
#include "jalon/geo.h"
#include "jalon/memory.h"

#include "draft.h"
#include "import_columns.h"
#include "internal.h"

/* Rows a transaction: long enough for bulk speed, short enough for others who write meanwhile. */
enum { BATCH_ROWS = 2000, IDENTITY_CACHE = 1 << 14 };

/* How often an identity was met lately; a miss costs look-ups, not correctness. */
struct identity_count {
    uint64_t hash;
    int64_t count;
};

struct jalon_import {
    struct jalon_context *ctx; /* lives as long as the import */
    struct jalon_app *app;
    struct jalon_map map;
    int32_t collection;
    struct jalon_import_options options;
    struct import_columns columns;
    struct lexicon words;
    struct target *constant_targets;
    jalon_import_listener listener;
    void *listener_handle;
    struct jalon_session *session; /* NULL between batches */
    int64_t batch_rows;
    bool checked; /* every column of --map was met */
    uint8_t *seen; /* one bit a contribution's number */
    size_t seen_bytes;
    struct identity_count *identities;
    struct jalon_import_report report;
};

static void notify(struct jalon_import *import, int64_t row, bool refused, struct jalon_text column,
                   struct jalon_text reason)
{
    struct jalon_import_notice notice = {row, refused, column, reason};
    import->listener(import->listener_handle, &notice);
}

/* --- What the file still holds --- */
static enum jalon_status mark_seen(struct jalon_context *ctx, struct jalon_import *import,
                                   int64_t number)
{
    size_t byte = (size_t)number / 8;
    if (byte >= import->seen_bytes) {
        size_t grown_bytes = byte + 1 > 2 * import->seen_bytes ? byte + 1 : 2 * import->seen_bytes;
        uint8_t *grown = jalon_memory_resize(import->seen, grown_bytes);
        if (grown == NULL) {
            return jalon_no_memory(ctx);
        }
        memset(grown + import->seen_bytes, 0, grown_bytes - import->seen_bytes);
        import->seen = grown;
        import->seen_bytes = grown_bytes;
    }
    import->seen[byte] |= (uint8_t)(1U << (number % 8));
    return JALON_OK;
}

static bool is_seen(const struct jalon_import *import, int64_t number)
{
    size_t byte = (size_t)number / 8;
    return byte < import->seen_bytes && (import->seen[byte] & (1U << (number % 8))) != 0;
}

/* --- Transactions --- */
static enum jalon_status need_session(struct jalon_context *ctx, struct jalon_import *import)
{
    if (import->session != NULL) {
        return JALON_OK;
    }
    import->batch_rows = 0;
    return import->options.dry_run ? jalon_store_read(ctx, import->app->store, &import->session)
                                   : jalon_store_write(ctx, import->app->store, &import->session);
}

static enum jalon_status end_batch(struct jalon_context *ctx, struct jalon_import *import)
{
    if (import->session == NULL) {
        return JALON_OK;
    }
    enum jalon_status status = import->options.dry_run
                                   ? JALON_OK
                                   : jalon_session_commit(ctx, import->session);
    jalon_session_end(import->session);
    import->session = NULL;
    return status;
}

/* --- Beginning --- */
static enum jalon_status read_constants(struct jalon_context *ctx, struct jalon_import *import)
{
    size_t count = import->options.constant_count;
    import->constant_targets =
        jalon_arena_allocate_zeroed(ctx->arena, count, sizeof *import->constant_targets);
    if (import->constant_targets == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        enum jalon_status status = jalon_import_target_parse(
            ctx, import->columns.collection, import->options.constants[i].left, "set",
            &import->constant_targets[i]);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* Meets a column; the first time, one that is for nothing is reported. */
static enum jalon_status meet_column(struct jalon_context *ctx, struct jalon_import *import,
                                     struct jalon_text name, const struct import_column **out)
{
    bool is_new;
    enum jalon_status status =
        jalon_import_column_find(import->ctx, &import->columns, name, out, &is_new);
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "%s", import->ctx->error.message.data);
    }
    if (is_new && (*out)->target.kind == TARGET_NONE && !(*out)->mapped) {
        notify(import, 0, false, (*out)->name, JALON_TEXT("matches no field: left out"));
    }
    return JALON_OK;
}

static enum jalon_status meet_columns(struct jalon_context *ctx, struct jalon_import *import,
                                      const struct jalon_text *columns, size_t count)
{
    const struct import_column *column;
    for (size_t i = 0; i < count; i++) {
        enum jalon_status status = meet_column(ctx, import, columns[i], &column);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (count == 0) {
        return JALON_OK; /* known only after the first rows */
    }
    import->checked = true;
    return jalon_import_columns_check(ctx, &import->columns);
}

static enum jalon_status prepare(struct jalon_context *ctx, struct jalon_import *import,
                                 const struct jalon_text *columns, size_t column_count)
{
    const struct jalon_import_options *options = &import->options;
    enum jalon_status status =
        jalon_app_find_map(import->ctx, import->app, options->map, &import->map);
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "%s", import->ctx->error.message.data);
    }
    import->collection = jalon_map_find_collection(&import->map, options->collection);
    if (import->collection < 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no collection '%.*s' in the map '%.*s'",
                          JALON_TEXT_ARGS(options->collection), JALON_TEXT_ARGS(options->map));
    }
    import->columns = (struct import_columns){
        .map = &import->map,
        .collection = &import->map.collections[import->collection],
        .mapping = options->mapping,
        .mapping_count = options->mapping_count,
    };
    status = jalon_lexicon_make(import->ctx, &import->map, import->collection, &import->words);
    if (status == JALON_OK) {
        status = read_constants(ctx, import);
    }
    return status == JALON_OK ? meet_columns(ctx, import, columns, column_count) : status;
}

enum jalon_status jalon_import_begin(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_import_options *options,
                                     const struct jalon_text *columns, size_t column_count,
                                     jalon_import_listener listener, void *handle,
                                     struct jalon_import **out)
{
    struct jalon_import *import = jalon_memory_allocate_zeroed(1, sizeof *import);
    if (import == NULL) {
        return jalon_no_memory(ctx);
    }
    import->ctx = jalon_context_create();
    import->identities = jalon_memory_allocate_zeroed(IDENTITY_CACHE, sizeof *import->identities);
    import->app = app;
    import->options = *options;
    import->listener = listener;
    import->listener_handle = handle;
    enum jalon_status status = import->ctx == NULL || import->identities == NULL
                                   ? jalon_no_memory(ctx)
                                   : prepare(ctx, import, columns, column_count);
    if (status != JALON_OK) {
        jalon_import_close(import);
        return status;
    }
    *out = import;
    return JALON_OK;
}

void jalon_import_close(struct jalon_import *import)
{
    if (import == NULL) {
        return;
    }
    jalon_session_end(import->session);
    jalon_memory_release(import->seen);
    jalon_memory_release(import->identities);
    jalon_context_destroy(import->ctx);
    jalon_memory_release(import);
}

struct jalon_import_report jalon_import_progress(const struct jalon_import *import)
{
    return import->report;
}

/* --- One row --- */
void jalon_import_refuse(struct jalon_context *row_ctx, struct jalon_import *import, int64_t row)
{
    import->report.rows++;
    import->report.refused++;
    for (size_t i = 0; i < row_ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &row_ctx->error.details[i];
        notify(import, row, true, detail->where, detail->reason);
    }
    if (row_ctx->error.detail_count == 0) {
        notify(import, row, true, JALON_TEXT_EMPTY, row_ctx->error.message);
    }
}

/* Takes back the faults since `before`: the value is left out, its row is not refused. */
static void omit_faults(struct jalon_context *ctx, struct jalon_import *import, int64_t row,
                        size_t before)
{
    for (size_t i = before; i < ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &ctx->error.details[i];
        struct jalon_text reason = jalon_text_format(ctx->arena, "%s: imported without it",
                                                     detail->reason.data);
        notify(import, row, false, detail->where, reason.data != NULL ? reason : detail->reason);
    }
    ctx->error.detail_count = before;
    ctx->error.detail_total = before;
}

static enum jalon_status take_value(struct jalon_context *ctx, struct jalon_import *import,
                                    struct draft *draft, int64_t row,
                                    const struct jalon_record_value *value)
{
    const struct import_column *column = NULL;
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    enum jalon_status status = meet_column(ctx, import, value->name, &column);
    if (status != JALON_OK) {
        return status;
    }
    if (value->structured && column->target.kind != TARGET_NONE) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, column->name.data,
                        "is an object or mixed list: only texts, numbers and lists are taken");
        return JALON_OK;
    }
    size_t before = ctx->error.detail_total;
    status = jalon_draft_take(ctx, draft, column->target, value->value, column->name.data, &unknown);
    bool faulty = ctx->error.detail_total > before && before < JALON_ERROR_DETAILS_MAX;
    if (faulty && import->options.omit_invalid && column->target.kind == TARGET_FIELD &&
        !draft->collection->fields[column->target.field].required) {
        omit_faults(ctx, import, row, before);
    }
    if (status == JALON_OK && unknown.length > 0) {
        struct jalon_text reason = jalon_text_format(
            ctx->arena, "'%.*s' is not a category here: imported without it", JALON_TEXT_ARGS(unknown));
        notify(import, row, false, column->name, reason.data != NULL ? reason : unknown);
    }
    return status;
}

static enum jalon_status take_values(struct jalon_context *ctx, struct jalon_import *import,
                                     struct draft *draft, const struct jalon_record *record)
{
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < import->options.constant_count; i++) {
        const struct jalon_assignment *constant = &import->options.constants[i];
        struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = constant->right};
        status = jalon_draft_take(ctx, draft, import->constant_targets[i], value,
                                  constant->left.data, &unknown);
        if (unknown.length > 0) {
            return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "set",
                                 "'%.*s' is not a category here", JALON_TEXT_ARGS(unknown));
        }
    }
    for (size_t i = 0; status == JALON_OK && i < record->value_count; i++) {
        status = take_value(ctx, import, draft, record->row, &record->values[i]);
    }
    return status;
}

/* The record as a contribution; faults are in the error slot, *out_good tells. */
static enum jalon_status make_draft(struct jalon_context *ctx, struct jalon_import *import,
                                    const struct jalon_record *record, struct draft *draft,
                                    bool *out_good)
{
    enum jalon_status status =
        jalon_draft_begin(ctx, &import->map, import->collection, &import->words, draft);
    if (status == JALON_OK) {
        status = take_values(ctx, import, draft, record);
    }
    if (status == JALON_OK) {
        status = jalon_draft_take_geometry(ctx, draft, &record->geometry, "geometry");
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_draft_check_required(ctx, draft, "");
    struct jalon_contribution *contribution = &draft->contribution;
    contribution->source = import->options.source;
    if (contribution->licence.length == 0) {
        contribution->licence = import->options.licence;
    }
    if (contribution->source_id.length == 0 && record->id.length > 0 &&
        !jalon_import_columns_have(&import->columns, TARGET_SOURCE_ID)) {
        contribution->source_id = record->id;
    }
    *out_good = ctx->error.detail_total == 0;
    return JALON_OK;
}

/* --- Which earlier row is it? --- */
/* Rows without a key of their own: position and title, hashed. */
static enum jalon_status identity_hash(struct jalon_context *ctx,
                                       const struct jalon_contribution *contribution,
                                       struct jalon_text *out)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, SIZE_MAX / 2);
    jalon_geometry_write_json(&buffer, &contribution->geometry);
    jalon_buffer_append_text(&buffer, contribution->title);
    enum jalon_status status = jalon_buffer_status(&buffer);
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, jalon_buffer_text(&buffer), out);
    }
    jalon_buffer_finish(&buffer);
    return status == JALON_NO_MEMORY ? jalon_no_memory(ctx) : status;
}

static struct identity_count *identity_slot(struct jalon_import *import, struct jalon_text hash)
{
    uint64_t key;
    memcpy(&key, hash.data, sizeof key); /* hexadecimal digits: enough of them differ */
    struct identity_count *slot = &import->identities[(key ^ key >> 29) % IDENTITY_CACHE];
    if (slot->hash != key) {
        *slot = (struct identity_count){key, 0};
    }
    return slot;
}

static enum jalon_status find_row(struct jalon_context *ctx, struct jalon_import *import,
                                  struct jalon_text source_id, struct jalon_source_row *out,
                                  bool *out_found)
{
    enum jalon_status status =
        jalon_store_find_source_row(ctx, import->session, &import->map, import->collection,
                                    import->options.source, source_id, out);
    *out_found = status == JALON_OK;
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

/* The n-th row of its identity: the first number that this run has not used. */
static enum jalon_status find_by_identity(struct jalon_context *ctx, struct jalon_import *import,
                                          struct jalon_contribution *contribution,
                                          struct jalon_source_row *out, bool *out_found)
{
    struct jalon_text hash;
    enum jalon_status status = identity_hash(ctx, contribution, &hash);
    if (status != JALON_OK) {
        return status;
    }
    struct identity_count *slot = identity_slot(import, hash);
    do {
        struct jalon_text key = jalon_text_format(ctx->arena, "~%.32s-%lld", hash.data,
                                                  (long long)++slot->count);
        if (key.data == NULL) {
            return jalon_no_memory(ctx);
        }
        contribution->source_id = key;
        status = find_row(ctx, import, key, out, out_found);
    } while (status == JALON_OK && *out_found && is_seen(import, out->number));
    return status;
}

static enum jalon_status find_earlier(struct jalon_context *ctx, struct jalon_import *import,
                                      struct jalon_contribution *contribution,
                                      struct jalon_source_row *out, bool *out_found)
{
    return contribution->source_id.length == 0
               ? find_by_identity(ctx, import, contribution, out, out_found)
               : find_row(ctx, import, contribution->source_id, out, out_found);
}

/* --- Writing --- */
static enum jalon_status put(struct jalon_context *ctx, struct jalon_import *import,
                             struct jalon_contribution *contribution, enum jalon_action action,
                             struct jalon_text changes, struct jalon_text digest,
                             struct jalon_text reason)
{
    struct jalon_write write = {
        .action = action,
        .author = JALON_TEXT_EMPTY,
        .reason = reason,
        .changes = changes,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = digest,
    };
    int64_t seq;
    contribution->updated_us = jalon_clock_now_us();
    return jalon_store_put_contribution(ctx, import->session, &import->map, contribution, &write,
                                        &seq);
}

static enum jalon_status create_row(struct jalon_context *ctx, struct jalon_import *import,
                                    struct jalon_contribution *contribution,
                                    struct jalon_text changes, struct jalon_text digest)
{
    import->report.created++;
    if (import->options.dry_run) {
        return JALON_OK;
    }
    contribution->id = jalon_id_make();
    contribution->created_us = jalon_clock_now_us();
    enum jalon_status status = put(ctx, import, contribution, JALON_ACTION_CREATE, changes, digest,
                                   JALON_TEXT_EMPTY);
    return status == JALON_OK ? mark_seen(ctx, import, contribution->number) : status;
}

static enum jalon_status update_row(struct jalon_context *ctx, struct jalon_import *import,
                                    const struct jalon_source_row *earlier,
                                    struct jalon_contribution *contribution,
                                    struct jalon_text digest)
{
    struct jalon_contribution before;
    struct jalon_text changes;
    enum jalon_status status = jalon_store_load_contribution(ctx, import->session, &import->map,
                                                             earlier->number, &before);
    if (status != JALON_OK) {
        return status;
    }
    contribution->number = before.number;
    contribution->id = before.id;
    contribution->author = before.author;
    contribution->created_us = before.created_us;
    contribution->version = before.version + 1;
    bool withdrawn = before.moderation == JALON_MODERATION_DELETED;
    contribution->moderation = withdrawn ? JALON_MODERATION_PUBLISHED : before.moderation;
    status = jalon_history_changes(ctx, &import->map, &before, contribution, &changes);
    if (status != JALON_OK || jalon_text_is(changes, "[]")) {
        import->report.unchanged += status == JALON_OK;
        return status;
    }
    import->report.updated++;
    if (import->options.dry_run) {
        return JALON_OK;
    }
    return put(ctx, import, contribution, withdrawn ? JALON_ACTION_RESTORE : JALON_ACTION_UPDATE,
               changes, digest, JALON_TEXT_EMPTY);
}

static enum jalon_status write_row(struct jalon_context *ctx, struct jalon_import *import,
                                   int64_t row, struct draft *draft)
{
    struct jalon_contribution *contribution = &draft->contribution;
    struct jalon_source_row earlier;
    struct jalon_text changes, digest;
    bool found = false;
    enum jalon_status status = find_earlier(ctx, import, contribution, &earlier, &found);
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, &import->map, NULL, contribution, &changes);
    }
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, changes, &digest);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!found) {
        return create_row(ctx, import, contribution, changes, digest);
    }
    if (is_seen(import, earlier.number)) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, "source_id",
                        "'%s' is the key of an earlier row of this file",
                        contribution->source_id.data);
        import->report.rows--;
        jalon_import_refuse(ctx, import, row);
        return JALON_OK;
    }
    status = mark_seen(ctx, import, earlier.number);
    if (status != JALON_OK) {
        return status;
    }
    if (jalon_text_equal(earlier.digest, digest) &&
        earlier.moderation != JALON_MODERATION_DELETED) {
        import->report.unchanged++;
        return JALON_OK;
    }
    return update_row(ctx, import, &earlier, contribution, digest);
}

/* A file whose columns are known only from its rows: --map is checked before the first commit. */
static enum jalon_status check_columns(struct jalon_context *ctx, struct jalon_import *import)
{
    if (import->checked) {
        return JALON_OK;
    }
    import->checked = true;
    return jalon_import_columns_check(ctx, &import->columns);
}

enum jalon_status jalon_import_row(struct jalon_context *row_ctx, struct jalon_import *import,
                                   const struct jalon_record *record)
{
    struct draft draft;
    bool good = false;
    enum jalon_status status = make_draft(row_ctx, import, record, &draft, &good);
    if (status != JALON_OK) {
        return status;
    }
    if (!good) {
        jalon_import_refuse(row_ctx, import, record->row);
        return JALON_OK;
    }
    import->report.rows++;
    import->report.repaired += draft.repaired;
    status = need_session(row_ctx, import);
    if (status == JALON_OK) {
        status = write_row(row_ctx, import, record->row, &draft);
    }
    if (status == JALON_OK && ++import->batch_rows >= BATCH_ROWS) {
        status = check_columns(row_ctx, import);
        if (status == JALON_OK) {
            status = end_batch(row_ctx, import);
        }
    }
    return status;
}

/* --- The end: rows that are gone --- */
static enum jalon_status withdraw(struct jalon_context *ctx, struct jalon_import *import,
                                  int64_t number)
{
    struct jalon_contribution before;
    struct jalon_text changes;
    enum jalon_status status = need_session(ctx, import);
    if (status == JALON_OK) {
        status = jalon_store_load_contribution(ctx, import->session, &import->map, number, &before);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_contribution after = before;
    after.version++;
    after.moderation = JALON_MODERATION_DELETED;
    status = jalon_history_changes(ctx, &import->map, &before, &after, &changes);
    if (status == JALON_OK) {
        status = put(ctx, import, &after, JALON_ACTION_DELETE, changes, JALON_TEXT_EMPTY,
                     JALON_TEXT("no longer in the source"));
    }
    import->report.withdrawn += status == JALON_OK;
    return status == JALON_OK && ++import->batch_rows >= BATCH_ROWS ? end_batch(ctx, import)
                                                                    : status;
}

/* The vanished rows after `after`, at most `limit`; told to the listener. */
static enum jalon_status list_vanished(struct jalon_context *ctx, struct jalon_import *import,
                                       int64_t *after, int64_t *numbers, size_t limit,
                                       size_t *out_count)
{
    struct jalon_contribution_filter filter = {import->collection, import->options.source, *after};
    struct jalon_contribution_cursor *cursor = NULL;
    struct jalon_session *session = NULL;
    struct jalon_context *row = jalon_context_create();
    struct jalon_contribution contribution;
    size_t count = 0;
    enum jalon_status status = row == NULL
                                   ? jalon_no_memory(ctx)
                                   : jalon_store_read(ctx, import->app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_scan_contributions(ctx, session, &import->map, &filter, &cursor);
    }
    while (status == JALON_OK && count < limit) {
        jalon_context_reset(row);
        status = jalon_contribution_cursor_next(row, cursor, &contribution);
        if (status == JALON_OK && !is_seen(import, contribution.number) &&
            contribution.moderation != JALON_MODERATION_DELETED) {
            numbers[count++] = contribution.number;
            struct jalon_text reason =
                jalon_text_format(row->arena, "'%s' (%s) is no longer in the file",
                                  contribution.source_id.data, contribution.title.data);
            notify(import, 0, false, JALON_TEXT("source_id"),
                   reason.data != NULL ? reason : contribution.source_id);
        }
        *after = status == JALON_OK ? contribution.number : INT64_MAX;
    }
    jalon_contribution_cursor_end(cursor);
    jalon_session_end(session);
    jalon_context_destroy(row);
    *out_count = count;
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

static enum jalon_status handle_vanished(struct jalon_context *ctx, struct jalon_import *import)
{
    int64_t numbers[256];
    size_t count = 0;
    int64_t after = 0;
    struct jalon_context *row = jalon_context_create();
    enum jalon_status status = row == NULL ? jalon_no_memory(ctx) : JALON_OK;
    while (status == JALON_OK && after != INT64_MAX) {
        status = list_vanished(ctx, import, &after, numbers, sizeof numbers / sizeof numbers[0],
                               &count);
        import->report.vanished += (int64_t)count;
        for (size_t i = 0; status == JALON_OK && i < count && import->options.sync &&
                           !import->options.dry_run;
             i++) {
            status = withdraw(row, import, numbers[i]);
            jalon_context_reset(row);
        }
        if (status == JALON_OK) {
            status = end_batch(ctx, import);
        }
    }
    jalon_context_destroy(row);
    return status;
}

enum jalon_status jalon_import_finish(struct jalon_context *ctx, struct jalon_import *import,
                                      struct jalon_import_report *out)
{
    enum jalon_status status = check_columns(ctx, import);
    if (status == JALON_OK) {
        status = end_batch(ctx, import);
    }
    if (status == JALON_OK) {
        status = handle_vanished(ctx, import);
    }
    if (status == JALON_OK) {
        *out = import->report;
    }
    return status;
}
