/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A database of an earlier schema is brought to this one and keeps everything. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>
#include <spatialite.h>

#include "store/private.h"

/* --- The earlier database --- */

/* Schema 1 as it was then: the first migration, and nothing after it. */
static void make_first_schema(struct jalon_context *ctx, const char *location)
{
    struct jalon_db_options options = {
        .location = jalon_text_from(location), .create = true, .wait_ms = 5000};
    struct jalon_db *db;
    struct jalon_db_connection *connection;
    struct jalon_text name;
    expect(ctx, JALON_OK, jalon_db_open(ctx, &options, &db));
    expect(ctx, JALON_OK, jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection));
    expect(ctx, JALON_OK, jalon_db_migrate(ctx, connection, 1, &name));
    struct jalon_db_value values[] = {jalon_db_integer(1), jalon_db_text(name),
                                      jalon_db_text(JALON_TEXT("0.1.0")), jalon_db_time(0)};
    expect(ctx, JALON_OK,
           jalon_db_execute(ctx, connection, JALON_QUERY_SCHEMA_RECORD, values, 4, NULL));
    expect(ctx, JALON_OK, jalon_db_commit(ctx, connection));
    jalon_db_end(connection);
    jalon_db_close(db);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_in_range(fread(text, 1, (1 << 16) - 1, file), 1, (1 << 16) - 2);
    fclose(file);
    return text;
}

struct file {
    sqlite3 *handle;
    void *spatialite;
};

static struct file open_file(const char *location)
{
    char path[300];
    struct file file;
    snprintf(path, sizeof path, "%s/jalon.sqlite", location);
    assert_int_equal(sqlite3_open(path, &file.handle), SQLITE_OK);
    file.spatialite = spatialite_alloc_connection();
    spatialite_init_ex(file.handle, file.spatialite, 0);
    return file;
}

static void close_file(struct file file)
{
    sqlite3_close(file.handle);
    spatialite_cleanup_ex(file.spatialite);
}

static void write_rows(const char *location)
{
    struct file file = open_file(location);
    char *rows = read_file(JALON_TEST_STORE "/version_1.sqlite.sql");
    char *words = NULL;
    if (sqlite3_exec(file.handle, rows, NULL, NULL, &words) != SQLITE_OK) {
        print_error("%s\n", words);
        fail();
    }
    free(rows);
    close_file(file);
}

/* --- What was in it --- */

/* Table and columns as schema 1 had them; the box of the spatial index too. */
static const char *const readings[] = {
    "SELECT number, slug, title_fr, title_en, template, licence, policy, account_needed, west,"
    " south, east, north, created FROM map",
    "SELECT * FROM category ORDER BY position",
    "SELECT number, map, position, key, title_fr, title_en, description_fr, description_en, color,"
    " geometry_types, visibility, attribution, licence FROM collection",
    "SELECT * FROM collection_category",
    "SELECT * FROM field ORDER BY position",
    "SELECT * FROM choice ORDER BY position",
    "SELECT * FROM workflow_status ORDER BY position",
    "SELECT * FROM transition",
    "SELECT number, map, collection, id, version, title, description, fields, categories, status,"
    " moderation, author, source, source_id, source_digest, licence, observed, edit_secret_hash,"
    " created, updated, hex(geometry) FROM contribution ORDER BY number",
    "SELECT pkid, xmin, xmax, ymin, ymax FROM idx_contribution_geometry ORDER BY pkid",
    "SELECT map, contribution, version, time, author, action, reason, changes FROM revision"
    " ORDER BY contribution, version",
    "SELECT map, seq, contribution, version FROM event ORDER BY seq",
    "SELECT number, name, email, is_operator, created FROM account",
    "SELECT id, account, hash, scopes, expires, created FROM token",
};

static void append_row(sqlite3_stmt *statement, char **text, size_t *length)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *cell = (const char *)sqlite3_column_text(statement, i);
        size_t size = cell != NULL ? strlen(cell) : 1;
        *text = realloc(*text, *length + size + 2);
        memcpy(*text + *length, cell != NULL ? cell : "~", size);
        (*text)[*length + size] = i + 1 < sqlite3_column_count(statement) ? '|' : '\n';
        *length += size + 1;
        (*text)[*length] = '\0';
    }
}

/* Everything, as text; the caller frees it. */
static char *read_everything(const char *location)
{
    struct file file = open_file(location);
    char *text = calloc(1, 1);
    size_t length = 0;
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        sqlite3_stmt *statement;
        size_t before = length;
        assert_int_equal(sqlite3_prepare_v2(file.handle, readings[i], -1, &statement, NULL),
                         SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            append_row(statement, &text, &length);
        }
        sqlite3_finalize(statement);
        assert_true(length > before);
    }
    close_file(file);
    return text;
}

/* --- Tests --- */

struct earlier {
    struct jalon_context *ctx;
    char location[256];
};

static int make_earlier(void **state)
{
    struct earlier *earlier = calloc(1, sizeof *earlier);
    earlier->ctx = jalon_context_create();
    make_location(earlier->location);
    make_first_schema(earlier->ctx, earlier->location);
    write_rows(earlier->location);
    *state = earlier;
    return 0;
}

static int drop_earlier(void **state)
{
    struct earlier *earlier = *state;
    forget_location(earlier->location);
    jalon_context_destroy(earlier->ctx);
    free(earlier);
    return 0;
}

static void every_row_is_kept(void **state)
{
    struct earlier *earlier = *state;
    char *before = read_everything(earlier->location);
    jalon_store_close(open_store(earlier->ctx, earlier->location));
    char *after = read_everything(earlier->location);
    assert_string_equal(after, before);
    /* Opened once more there is nothing left to do. */
    jalon_store_close(open_store(earlier->ctx, earlier->location));
    char *again = read_everything(earlier->location);
    assert_string_equal(again, before);
    free(before);
    free(after);
    free(again);
}

static void new_settings_are_what_was_so_for_all(void **state)
{
    struct earlier *earlier = *state;
    struct jalon_context *ctx = earlier->ctx;
    struct jalon_store *store = open_store(ctx, earlier->location);
    struct jalon_session *session;
    struct jalon_map map;
    expect(ctx, JALON_OK, jalon_store_read(ctx, store, &session));
    expect(ctx, JALON_OK, jalon_store_load_map(ctx, session, JALON_TEXT("old"), &map));
    assert_int_equal(map.collection_count, 1);
    const struct jalon_collection *things = &map.collections[0];
    assert_int_equal(things->cluster_radius, 40);
    assert_int_equal(things->cluster_min_points, 2);
    assert_int_equal(things->cluster_max_zoom, 16);
    assert_int_equal(things->stale_after_days, 0);
    assert_false(things->chooses_tile_fields);
    jalon_session_end(session);
    jalon_store_close(store);
}

/* The first contribution of the map. */
static void load_first(struct jalon_context *ctx, struct jalon_session *session,
                       const struct jalon_map *map, struct jalon_contribution *out)
{
    expect(ctx, JALON_OK, jalon_store_load_contribution(ctx, session, map, 1, out));
}

static void contributions_are_read_and_written_on(void **state)
{
    struct earlier *earlier = *state;
    struct jalon_context *ctx = earlier->ctx;
    struct jalon_store *store = open_store(ctx, earlier->location);
    struct jalon_session *session;
    struct jalon_map map;
    struct jalon_contribution lamp, read;
    struct jalon_write write = {
        .action = JALON_ACTION_UPDATE,
        .author = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT("[]"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    int64_t seq;
    expect(ctx, JALON_OK, jalon_store_write(ctx, store, &session));
    expect(ctx, JALON_OK, jalon_store_load_map(ctx, session, JALON_TEXT("old"), &map));
    load_first(ctx, session, &map, &lamp);
    assert_string_equal(lamp.title.data, "Lampadaire rallumé");
    assert_int_equal(lamp.version, 2);
    assert_int_equal(lamp.campaign.length, 0);
    assert_true(lamp.fields[0].number == 2.5);
    lamp.version++;
    lamp.campaign = JALON_TEXT("spring-2026");
    expect(ctx, JALON_OK, jalon_store_put_contribution(ctx, session, &map, &lamp, &write, &seq));
    assert_int_equal(seq, 6);
    expect(ctx, JALON_OK, jalon_session_commit(ctx, session));
    jalon_session_end(session);
    expect(ctx, JALON_OK, jalon_store_read(ctx, store, &session));
    load_first(ctx, session, &map, &read);
    assert_string_equal(read.campaign.data, "spring-2026");
    jalon_session_end(session);
    jalon_store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_earlier, drop_earlier)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_row_is_kept),
        TEST(new_settings_are_what_was_so_for_all),
        TEST(contributions_are_read_and_written_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
