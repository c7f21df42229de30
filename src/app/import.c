/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Import: records of a file become contributions, and again on the next run. Layer 3 (app).
 *
 * Each row is found again by (collection, source, source_id); a digest of what it said tells which
 * of its properties the source has changed (import_digest.h), so that what people edited since stays.
 * What the source has brought before is read at the start (import_known.h): an unchanged row costs
 * no statement, a new one those that write it. Rows are committed in batches.
 */
#include <time.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

#include "import_state.h"

void jalon_import_notify(struct jalon_import *import, int64_t row, bool refused,
                         struct jalon_text column, struct jalon_text reason)
{
    struct jalon_import_notice notice = {row, refused, column, reason};
    import->listener(import->listener_handle, &notice);
}

/* --- Transactions --- */
static enum jalon_status know_row(struct jalon_context *ctx, void *object,
                                  struct jalon_text source_id, struct jalon_text digest)
{
    struct jalon_import *import = object;
    struct known_row *row;
    return jalon_known_put(ctx, &import->known, source_id, digest, &row);
}

/* Learns what the source has brought, and later what others have written since the last batch. */
static enum jalon_status catch_up(struct jalon_context *ctx, struct jalon_import *import)
{
    int64_t seq, time_us;
    enum jalon_status status =
        jalon_store_last_event(ctx, import->session, &import->map, &seq, &time_us);
    if (status == JALON_OK && seq != import->known_seq) {
        status = jalon_store_each_source_row(ctx, import->session, &import->map,
                                             import->collection, import->options.source,
                                             import->known_seq, know_row, import);
    }
    if (status == JALON_OK) {
        import->known_seq = seq;
    }
    return status;
}

enum jalon_status jalon_import_need_session(struct jalon_context *ctx, struct jalon_import *import)
{
    if (import->session != NULL) {
        return JALON_OK;
    }
    if (import->committed > 0) {
        const struct timespec pause = {.tv_nsec = IMPORT_PAUSE_US * 1000L};
        nanosleep(&pause, NULL);
    }
    import->batch_rows = 0;
    import->batch_started_us = jalon_clock_monotonic_us();
    enum jalon_status status;
    if (import->options.dry_run) {
        status = jalon_store_read(ctx, import->app->store, &import->session);
    } else {
        status = jalon_store_write(ctx, import->app->store, &import->session);
        if (status == JALON_OK) {
            status = jalon_session_lock_map(ctx, import->session, &import->map, true);
        }
    }
    return status == JALON_OK ? catch_up(ctx, import) : status;
}

enum jalon_status jalon_import_end_batch(struct jalon_context *ctx, struct jalon_import *import)
{
    if (import->session == NULL) {
        return JALON_OK;
    }
    enum jalon_status status =
        import->options.dry_run ? JALON_OK : jalon_session_commit(ctx, import->session);
    jalon_session_end(import->session);
    import->session = NULL;
    if (status == JALON_OK && !import->options.dry_run) {
        import->committed = import->report.rows;
    }
    return status;
}

/* --- Beginning --- */
/* What --set gives goes into the draft that every row begins with. */
static enum jalon_status take_constant(struct jalon_context *ctx, struct jalon_import *import,
                                       const struct jalon_assignment *constant)
{
    struct target target;
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = constant->right};
    enum jalon_status status = jalon_import_target_parse(ctx, import->columns.collection,
                                                         constant->left, "--set", &target);
    if (status != JALON_OK) {
        return status;
    }
    if (target.kind == TARGET_POSITION || target.kind == TARGET_SOURCE_ID ||
        target.kind == TARGET_NONE) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "--set",
                             "'%s' cannot be the same in every row", constant->left.data);
    }
    status =
        jalon_draft_take(import->ctx, &import->base, target, value, constant->left.data, &unknown);
    if (status == JALON_OK && import->ctx->error.detail_count > 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "--set", "'%s=%s': %s",
                             constant->left.data, constant->right.data,
                             import->ctx->error.details[0].reason.data);
    }
    if (status == JALON_OK && unknown.length > 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "--set",
                             "'%s' is not a category of %s", unknown.data,
                             import->columns.collection->key.data);
    }
    return status;
}

static enum jalon_status read_constants(struct jalon_context *ctx, struct jalon_import *import)
{
    enum jalon_status status = jalon_draft_begin(import->ctx, &import->map, import->collection,
                                                 &import->words, &import->base);
    for (size_t i = 0; status == JALON_OK && i < import->options.constant_count; i++) {
        status = take_constant(ctx, import, &import->options.constants[i]);
    }
    import->base.contribution.source = import->options.source;
    if (import->base.contribution.licence.length == 0) {
        import->base.contribution.licence = import->options.licence;
    }
    return status;
}

/* A column for the position is the reader's; met here, it was not one that holds it. */
static enum jalon_status check_position(struct jalon_context *ctx,
                                        const struct import_column *column)
{
    if (!column->mapped || column->target.kind != TARGET_POSITION) {
        return JALON_OK;
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "--map",
                         "'%s' cannot be the position: this file has positions of its own",
                         column->name.data);
}

static void tell_if_left_out(struct jalon_import *import, const struct import_column *column)
{
    if (column->target.kind == TARGET_NONE && !column->mapped) {
        jalon_import_notify(import, 0, false, column->name,
                            JALON_TEXT("matches no field: left out"));
    }
}

static enum jalon_status meet_column(struct jalon_context *ctx, struct jalon_import *import,
                                     size_t at, struct jalon_text name,
                                     const struct import_column **out, bool *out_new)
{
    enum jalon_status status =
        jalon_import_column_find(import->ctx, &import->columns, at, name, out, out_new);
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "%s", import->ctx->error.message.data);
    }
    return *out_new ? check_position(ctx, *out) : JALON_OK;
}

/* Columns that are known before the first row: what is wrong with --map is all there is to tell. */
static enum jalon_status meet_columns(struct jalon_context *ctx, struct jalon_import *import,
                                      const struct jalon_text *columns, size_t count)
{
    const struct import_column *column;
    bool is_new;
    for (size_t i = 0; i < count; i++) {
        enum jalon_status status = meet_column(ctx, import, i, columns[i], &column, &is_new);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (count == 0) {
        return JALON_OK; /* known only after the first rows */
    }
    import->checked = true;
    enum jalon_status status = jalon_import_columns_check_met(ctx, &import->columns);
    for (size_t i = 0; status == JALON_OK && i < import->columns.count; i++) {
        tell_if_left_out(import, &import->columns.items[i]);
    }
    return status;
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
        .constants = options->constants,
        .constant_count = options->constant_count,
    };
    status = jalon_lexicon_make(import->ctx, &import->map, import->collection, &import->words);
    if (status == JALON_OK) {
        status =
            jalon_import_digest_names(import->ctx, import->columns.collection, &import->digest);
    }
    if (status == JALON_OK) {
        status = read_constants(ctx, import);
    }
    if (status == JALON_OK) {
        status = jalon_import_columns_check(ctx, &import->columns);
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
    import->identities =
        jalon_memory_allocate_zeroed(IMPORT_IDENTITY_CACHE, sizeof *import->identities);
    import->app = app;
    import->options = *options;
    import->listener = listener;
    import->listener_handle = handle;
    jalon_random_bytes(import->known.key, sizeof import->known.key);
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
    jalon_known_release(&import->known);
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
    import->unidentified = true;
    jalon_import_refuse_known(row_ctx, import, row);
}

int64_t jalon_import_committed(const struct jalon_import *import)
{
    return import->committed;
}

void jalon_import_refuse_known(struct jalon_context *row_ctx, struct jalon_import *import,
                               int64_t row)
{
    import->report.rows++;
    import->report.refused++;
    for (size_t i = 0; i < row_ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &row_ctx->error.details[i];
        jalon_import_notify(import, row, true, detail->where, detail->reason);
    }
    if (row_ctx->error.detail_count == 0) {
        jalon_import_notify(import, row, true, JALON_TEXT_EMPTY, row_ctx->error.message);
    }
}

/* Takes back the faults since `before`: the value is left out, its row is not refused. */
static void omit_faults(struct jalon_context *ctx, struct jalon_import *import, int64_t row,
                        size_t before)
{
    for (size_t i = before; i < ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &ctx->error.details[i];
        struct jalon_text reason =
            jalon_text_format(ctx->arena, "%s: imported without it", detail->reason.data);
        jalon_import_notify(import, row, false, detail->where,
                            reason.data != NULL ? reason : detail->reason);
    }
    ctx->error.detail_count = before;
    ctx->error.detail_total = before;
}

/* May a row do without this value? Not without its key: it would be another row. */
static bool is_optional(const struct draft *draft, struct target target)
{
    return target.kind == TARGET_FIELD ? !draft->collection->fields[target.field].required
                                       : target.kind != TARGET_SOURCE_ID;
}

static enum jalon_status take_value(struct jalon_context *ctx, struct jalon_import *import,
                                    struct draft *draft, int64_t row, size_t at,
                                    const struct jalon_record_value *value)
{
    const struct import_column *column = NULL;
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    bool is_new = false;
    enum jalon_status status = meet_column(ctx, import, at, value->name, &column, &is_new);
    if (status != JALON_OK) {
        return status;
    }
    if (is_new) {
        tell_if_left_out(import, column);
    }
    if (value->structured && column->target.kind != TARGET_NONE) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, column->name.data,
                        "is an object or mixed list: only texts, numbers and lists are taken");
        return JALON_OK;
    }
    size_t before = ctx->error.detail_total;
    status =
        jalon_draft_take(ctx, draft, column->target, value->value, column->name.data, &unknown);
    bool faulty = ctx->error.detail_total > before && before < JALON_ERROR_DETAILS_MAX;
    import->unidentified =
        import->unidentified || (faulty && column->target.kind == TARGET_SOURCE_ID);
    if (faulty && import->options.omit_invalid && is_optional(draft, column->target)) {
        omit_faults(ctx, import, row, before);
    }
    if (status == JALON_OK && unknown.length > 0) {
        struct jalon_text reason =
            jalon_text_format(ctx->arena, "'%.*s' is not a category here: imported without it",
                              JALON_TEXT_ARGS(unknown));
        jalon_import_notify(import, row, false, column->name,
                            reason.data != NULL ? reason : unknown);
    }
    return status;
}

/* A key has bounds, wherever it comes from: an index holds it. */
static enum jalon_status take_record_id(struct jalon_context *ctx, struct jalon_import *import,
                                        struct draft *draft, struct jalon_text id)
{
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = id};
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    size_t before = ctx->error.detail_total;
    enum jalon_status status = jalon_draft_take(
        ctx, draft, (struct target){.kind = TARGET_SOURCE_ID}, value, "id", &unknown);
    import->unidentified = import->unidentified || ctx->error.detail_total > before;
    return status;
}

/* The record as a contribution; faults are in the error slot, *out_good tells. */
static enum jalon_status make_draft(struct jalon_context *ctx, struct jalon_import *import,
                                    const struct jalon_record *record, struct draft *draft,
                                    bool *out_good)
{
    enum jalon_status status = jalon_draft_begin_as(ctx, &import->base, draft);
    for (size_t i = 0; status == JALON_OK && i < record->value_count; i++) {
        status = take_value(ctx, import, draft, record->row, i, &record->values[i]);
    }
    if (status == JALON_OK && record->id.length > 0 &&
        !jalon_import_columns_give_key(&import->columns)) {
        status = take_record_id(ctx, import, draft, record->id);
    }
    if (status == JALON_OK) {
        status = jalon_draft_take_geometry(ctx, draft, &record->geometry, "geometry");
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_draft_check_required(ctx, draft, "");
    *out_good = ctx->error.detail_total == 0;
    return JALON_OK;
}

/* A file whose columns are known only from its rows: --map is checked before the first commit. */
static enum jalon_status check_columns(struct jalon_context *ctx, struct jalon_import *import)
{
    if (import->checked) {
        return JALON_OK;
    }
    import->checked = true;
    return jalon_import_columns_check_met(ctx, &import->columns);
}

static enum jalon_status take_record(struct jalon_context *ctx, struct jalon_import *import,
                                     const struct jalon_record *record)
{
    struct draft draft;
    bool good = false;
    enum jalon_status status = make_draft(ctx, import, record, &draft, &good);
    if (status == JALON_OK) {
        status = jalon_import_need_session(ctx, import);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!good) {
        jalon_import_refuse_known(ctx, import, record->row);
        return jalon_import_see_refused(ctx, import, &draft);
    }
    import->report.rows++;
    import->report.repaired += draft.repaired;
    return jalon_import_write_row(ctx, import, record->row, &draft);
}

static bool is_full(const struct jalon_import *import)
{
    return import->batch_rows >= IMPORT_BATCH_ROWS ||
           jalon_clock_monotonic_us() - import->batch_started_us >= IMPORT_BATCH_US;
}

enum jalon_status jalon_import_row(struct jalon_context *row_ctx, struct jalon_import *import,
                                   const struct jalon_record *record)
{
    enum jalon_status status = take_record(row_ctx, import, record);
    if (status == JALON_OK && ++import->batch_rows % IMPORT_STEP_ROWS == 0 && is_full(import)) {
        status = check_columns(row_ctx, import);
        if (status == JALON_OK) {
            status = jalon_import_end_batch(row_ctx, import);
        }
    }
    return status;
}

/* --- The end --- */
enum jalon_status jalon_import_break_off(struct jalon_context *ctx, struct jalon_import *import)
{
    enum jalon_status status = check_columns(ctx, import);
    return status == JALON_OK ? jalon_import_end_batch(ctx, import) : status;
}

enum jalon_status jalon_import_finish(struct jalon_context *ctx, struct jalon_import *import,
                                      struct jalon_import_report *out)
{
    enum jalon_status status = jalon_import_break_off(ctx, import);
    if (status == JALON_OK) {
        status = jalon_import_handle_vanished(ctx, import);
    }
    if (status == JALON_OK) {
        *out = import->report;
    }
    return status;
}
