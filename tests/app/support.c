/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of app share. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jalon/clock.h"

/* --- Application --- */
struct jalon_app *open_app(struct fixture *fixture, bool follow)
{
    struct jalon_app_options options = {
        .data = jalon_text_from(fixture->location),
        .create = true,
        .follow = follow,
        .password_memory = 1 << 20, /* what a hash costs is no part of these tests */
    };
    struct jalon_app *app = NULL;
    expect(fixture->ctx, JALON_OK, jalon_app_open(fixture->ctx, &options, &app));
    return app;
}

static struct jalon_text read_sample(struct jalon_context *ctx)
{
    FILE *file = fopen(SAMPLE_TEMPLATE, "rb");
    assert_non_null(file);
    size_t const size = 65536;
    char *text = jalon_arena_allocate(ctx->arena, size);
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
    return jalon_text_slice(text, length);
}

void create_map(struct fixture *fixture, const char *slug)
{
    struct jalon_context *ctx = fixture->ctx;
    expect(ctx, JALON_OK, jalon_template_read(ctx, read_sample(ctx), &fixture->map));
    fixture->map.slug = jalon_text_from(slug);
    expect(ctx, JALON_OK, jalon_app_create_map(ctx, fixture->app, &fixture->map));
}

int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->ctx = jalon_context_create();
    make_folder(fixture->folder);
    make_location(fixture->location);
    fixture->app = open_app(fixture, false);
    create_map(fixture, "sample");
    *state = fixture;
    return 0;
}

int teardown(void **state)
{
    struct fixture *fixture = *state;
    jalon_app_close(fixture->app);
    forget_location(fixture->location);
    forget_folder(fixture->folder);
    jalon_context_destroy(fixture->ctx);
    free(fixture);
    return 0;
}

/* --- Expectations --- */
static void print_details(struct jalon_context *ctx)
{
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        print_error("    %s: %s\n", ctx->error.details[i].where.data,
                    ctx->error.details[i].reason.data);
    }
}

void expect_status(struct jalon_context *ctx, enum jalon_status expected, enum jalon_status status,
                   const char *file, int line)
{
    if (status != expected) {
        print_error("%s:%d: %s instead of %s: %s [%s]\n", file, line, jalon_status_name(status),
                    jalon_status_name(expected), ctx->error.message.data, ctx->error.internal.data);
        print_details(ctx);
        _fail(file, line);
    }
    if (expected == JALON_OK) {
        jalon_error_clear(ctx);
    }
}

void expect_detail_at(struct jalon_context *ctx, const char *where, const char *words,
                      const char *file, int line)
{
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &ctx->error.details[i];
        if (jalon_text_is(detail->where, where) && strstr(detail->reason.data, words) != NULL) {
            return;
        }
    }
    print_error("%s:%d: no detail '%s: … %s …' but\n", file, line, where, words);
    print_details(ctx);
    _fail(file, line);
}

/* --- Contributing --- */
static char *copy_string(struct fixture *fixture, const char *string)
{
    size_t const size = strlen(string) + 1;
    char *copy = jalon_arena_allocate(fixture->ctx->arena, size);
    assert_non_null(copy);
    return memcpy(copy, string, size);
}

static const char *with_quotes(struct fixture *fixture, const char *json)
{
    char *copy = copy_string(fixture, json);
    for (char *c = strchr(copy, '\''); c != NULL; c = strchr(c, '\'')) {
        *c = '"';
    }
    return copy;
}

struct jalon_record body(struct fixture *fixture, const char *json)
{
    struct jalon_record record;
    expect(fixture->ctx, JALON_OK,
           jalon_feature_read(fixture->ctx, jalon_text_from(with_quotes(fixture, json)), &record));
    return record;
}

enum jalon_status contribute(struct fixture *fixture, const char *collection, const char *json,
                             const char *account, struct jalon_contributed *out)
{
    struct jalon_contributed ignored;
    struct jalon_record record = body(fixture, json);
    struct jalon_contribute command = {
        .map = JALON_TEXT("sample"),
        .collection = jalon_text_from(collection),
        .record = &record,
        .actor = {.account = jalon_text_from(account), .scopes = JALON_SCOPE_ALL},
    };
    return jalon_app_contribute(fixture->ctx, fixture->app, &command, out != NULL ? out : &ignored);
}

bool asks_again(struct jalon_context *ctx, enum jalon_status status, int *tries)
{
    enum { TRIES_MAX = 20 };
    bool again = status == JALON_RETRY && ++*tries < TRIES_MAX;
    if (again) {
        jalon_error_clear(ctx);
    }
    return again;
}

const char *at_point(struct fixture *fixture, const char *properties)
{
    return jalon_text_format(fixture->ctx->arena,
                             "{'type':'Feature','geometry':{'type':'Point','coordinates':[3.87,"
                             "43.61]},'properties':{%s}}",
                             properties)
        .data;
}

struct jalon_contribution stored(struct fixture *fixture, const char *collection,
                                 struct jalon_id id)
{
    struct jalon_contribution out;
    struct jalon_session *session = NULL;
    int32_t index = jalon_map_find_collection(&fixture->map, jalon_text_from(collection));
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_contribution(fixture->ctx, session, &fixture->map, index, id, &out));
    jalon_session_end(session);
    return out;
}

const char *shown(struct fixture *fixture, struct jalon_app *app, const char *collection,
                  struct jalon_id id)
{
    struct jalon_reading reading;
    struct jalon_view_item item;
    const char *json = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_app_read(fixture->ctx, app, JALON_TEXT("sample"), NULL, &reading));
    int32_t index = jalon_map_find_collection(reading.map, jalon_text_from(collection));
    if (jalon_snapshot_find(reading.snapshot, index, id, &item)) {
        json = jalon_text_copy(fixture->ctx->arena, item.json).data;
    }
    jalon_app_end_reading(app, &reading);
    return json;
}

int64_t shown_count(struct fixture *fixture, struct jalon_app *app, const char *collection)
{
    struct jalon_reading reading;
    expect(fixture->ctx, JALON_OK,
           jalon_app_read(fixture->ctx, app, JALON_TEXT("sample"), NULL, &reading));
    int32_t index = jalon_map_find_collection(reading.map, jalon_text_from(collection));
    int64_t count = jalon_snapshot_count(reading.snapshot, index);
    jalon_app_end_reading(app, &reading);
    return count;
}

struct jalon_event *list_events(struct fixture *fixture, size_t *out_count)
{
    struct jalon_event *events = NULL;
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_list_events(fixture->ctx, session, &fixture->map, 0, SIZE_MAX, &events,
                                   out_count));
    jalon_session_end(session);
    for (size_t i = 0; i < *out_count; i++) {
        assert_int_equal(events[i].seq, (int64_t)i + 1);
    }
    return events;
}

struct jalon_revision *list_revisions(struct fixture *fixture, int64_t contribution,
                                      size_t *out_count)
{
    struct jalon_revision *revisions = NULL;
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_list_revisions(fixture->ctx, session, &fixture->map, contribution, 0,
                                      SIZE_MAX, &revisions, out_count));
    jalon_session_end(session);
    return revisions;
}

void edit(struct fixture *fixture, struct jalon_contribution *contribution,
          enum jalon_action action, const char *author)
{
    struct jalon_write write = {
        .action = action,
        .author = jalon_text_from(author),
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT("[]"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_session *session = NULL;
    int64_t seq;
    contribution->version++;
    contribution->updated_us = jalon_clock_now_us();
    expect(fixture->ctx, JALON_OK, jalon_store_write(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, contribution, &write,
                                        &seq));
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

/* --- Importing --- */
struct memory_source {
    const char *data;
    size_t left;
};

static enum jalon_status read_memory(struct jalon_context *ctx, void *handle, void *data,
                                     size_t size, size_t *out_size)
{
    (void)ctx;
    struct memory_source *source = handle;
    *out_size = size < source->left ? size : source->left;
    memcpy(data, source->data, *out_size);
    source->data += *out_size;
    source->left -= *out_size;
    return JALON_OK;
}

static void keep_notice(void *handle, const struct jalon_import_notice *notice)
{
    struct imported *imported = handle;
    size_t used = strlen(imported->notices);
    snprintf(imported->notices + used, sizeof imported->notices - used, "%lld%s %.*s: %.*s\n",
             (long long)notice->row, notice->refused ? "!" : "", JALON_TEXT_ARGS(notice->column),
             JALON_TEXT_ARGS(notice->reason));
}

/* "a=b c=d", with ~ for blanks. */
static size_t split_pairs(struct fixture *fixture, const char *pairs, struct jalon_assignment *out)
{
    size_t count = 0;
    char *copy = copy_string(fixture, pairs);
    char *rest = NULL;
    for (char *pair = strtok_r(copy, " ", &rest); pair != NULL; pair = strtok_r(NULL, " ", &rest)) {
        char *sign = strchr(pair, '=');
        assert_non_null(sign);
        for (char *c = strchr(pair, '~'); c != NULL; c = strchr(c, '~')) {
            *c = ' ';
        }
        *sign = '\0';
        out[count++] = (struct jalon_assignment){jalon_text_from(pair), jalon_text_from(sign + 1)};
    }
    return count;
}

/* Another import of the same source, between two batches of this one. */
static enum jalon_status import_meanwhile(struct fixture *fixture, struct jalon_import *import,
                                          struct importing asked)
{
    const char *text = asked.meanwhile;
    asked.meanwhile = NULL;
    asked.dry_run = false;
    enum jalon_status status = jalon_import_break_off(fixture->ctx, import);
    return status == JALON_OK ? import_text(fixture, asked, text).status : status;
}

static enum jalon_status import_rows(struct fixture *fixture, struct jalon_reader *reader,
                                     struct jalon_import *import, struct importing asked,
                                     struct jalon_import_report *counts)
{
    struct jalon_context *row = jalon_context_create();
    enum jalon_status status = row != NULL ? JALON_OK : jalon_no_memory(fixture->ctx);
    for (int i = 1; status == JALON_OK; i++) {
        struct jalon_record record;
        jalon_context_reset(row);
        status = jalon_reader_next(row, reader, &record);
        if (status == JALON_OK) {
            status = jalon_import_row(row, import, &record);
        } else if (status == JALON_INVALID) {
            jalon_import_refuse(row, import, record.row);
            status = JALON_OK;
        }
        if (status == JALON_OK && i == 1 && asked.meanwhile != NULL) {
            status = import_meanwhile(fixture, import, asked);
        }
    }
    if (status == JALON_NOT_FOUND) {
        status = jalon_import_finish(fixture->ctx, import, counts);
    } else if (row != NULL) {
        status = jalon_fail(fixture->ctx, status, "%s", row->error.message.data);
    }
    jalon_context_destroy(row);
    return status;
}

struct imported import_text(struct fixture *fixture, struct importing asked, const char *text)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_assignment mapping[16], constants[16];
    struct imported imported = {.notices = ""};
    struct memory_source memory = {text, strlen(text)};
    struct jalon_source source = {read_memory, &memory};
    struct jalon_reader_options reading = {
        .encoding = JALON_TEXT_EMPTY,
        .srid = asked.srid != 0 ? asked.srid : JALON_SRID_WGS84,
        .x_column = JALON_TEXT_EMPTY,
        .y_column = JALON_TEXT_EMPTY,
        .wkt_column = JALON_TEXT_EMPTY,
    };
    struct jalon_import_options options = {
        .map = fixture->map.slug,
        .collection = jalon_text_from(asked.collection != NULL ? asked.collection : "places"),
        .source = jalon_text_from(asked.source != NULL ? asked.source : "file.csv"),
        .licence = JALON_TEXT_EMPTY,
        .mapping = mapping,
        .mapping_count = split_pairs(fixture, asked.map != NULL ? asked.map : "", mapping),
        .constants = constants,
        .constant_count = split_pairs(fixture, asked.set != NULL ? asked.set : "", constants),
        .omit_invalid = asked.omit_invalid,
        .dry_run = asked.dry_run,
        .sync = asked.sync,
    };
    struct jalon_reader *reader = NULL;
    struct jalon_import *import = NULL;
    const struct jalon_format *format =
        jalon_format_find(jalon_text_from(asked.format != NULL ? asked.format : "csv"));
    jalon_error_clear(ctx);
    imported.status = format->open_reader(ctx, &source, &reading, &reader);
    if (imported.status == JALON_OK) {
        struct jalon_columns columns = jalon_reader_columns(reader);
        imported.status = jalon_import_begin(ctx, fixture->app, &options, columns.names,
                                             columns.count, keep_notice, &imported, &import);
    }
    if (imported.status == JALON_OK) {
        imported.status = import_rows(fixture, reader, import, asked, &imported.counts);
    }
    jalon_import_close(import);
    jalon_reader_close(reader);
    return imported;
}

void expect_counts_at(const struct imported *imported, const int64_t counts[7], const char *file,
                      int line)
{
    const struct jalon_import_report *got = &imported->counts;
    const int64_t found[7] = {got->rows,    got->created,  got->updated,  got->unchanged,
                              got->refused, got->vanished, got->withdrawn};
    static const char *const names[7] = {"rows",    "created",  "updated",  "unchanged",
                                         "refused", "vanished", "withdrawn"};
    bool same = imported->status == JALON_OK;
    for (size_t i = 0; i < 7; i++) {
        same = same && found[i] == counts[i];
    }
    if (same) {
        return;
    }
    print_error("%s:%d: %s\n", file, line, jalon_status_name(imported->status));
    for (size_t i = 0; i < 7; i++) {
        print_error("    %s %lld, expected %lld\n", names[i], (long long)found[i],
                    (long long)counts[i]);
    }
    print_error("%s", imported->notices);
    _fail(file, line);
}

void expect_notice_at(const struct imported *imported, const char *words, const char *file,
                      int line)
{
    if (strstr(imported->notices, words) == NULL) {
        print_error("%s:%d: no notice '%s' but\n%s", file, line, words, imported->notices);
        _fail(file, line);
    }
}

struct jalon_contribution imported_row(struct fixture *fixture, const char *collection,
                                       const char *source, const char *source_id)
{
    struct jalon_contribution out;
    struct jalon_source_row row;
    struct jalon_session *session = NULL;
    int32_t index = jalon_map_find_collection(&fixture->map, jalon_text_from(collection));
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_source_row(fixture->ctx, session, &fixture->map, index,
                                       jalon_text_from(source), jalon_text_from(source_id), &row));
    expect(fixture->ctx, JALON_OK,
           jalon_store_load_contribution(fixture->ctx, session, &fixture->map, row.number, &out));
    jalon_session_end(session);
    return out;
}

const char *value_text(struct jalon_context *ctx, struct jalon_value value)
{
    struct jalon_text text = JALON_TEXT_EMPTY;
    switch (value.kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: text = value.text; break;
    case JALON_VALUE_NUMBER: text = jalon_text_format(ctx->arena, "%.15g", value.number); break;
    case JALON_VALUE_INTEGER:
        text = jalon_text_format(ctx->arena, "%lld", (long long)value.integer);
        break;
    case JALON_VALUE_BOOLEAN: text = jalon_text_from(value.boolean ? "true" : "false"); break;
    case JALON_VALUE_LIST:
        for (size_t i = 0; i < value.list.count; i++) {
            text = jalon_text_format(ctx->arena, "%s%s%s", text.data, i > 0 ? ";" : "",
                                     value.list.items[i].data);
        }
        break;
    }
    return text.data;
}

const char *field_text(struct fixture *fixture, const struct jalon_contribution *contribution,
                       const char *key)
{
    const struct jalon_collection *collection = &fixture->map.collections[contribution->collection];
    int32_t field = jalon_collection_find_field(collection, jalon_text_from(key));
    assert_true(field >= 0);
    return value_text(fixture->ctx, contribution->fields[field]);
}
