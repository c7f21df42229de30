/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The file that the SQLite engine makes, as others see it: SpatiaLite, QGIS, an operator with a
 * damaged disk. The store's contract is in tests/store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>
#include <spatialite.h>

#include "jalon/geo.h"
#include "jalon/store.h"

static struct jalon_context *ctx;
static char folder[64], file[80];

static int make_folder(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    snprintf(folder, sizeof folder, "/tmp/jalon-sqlite-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/jalon.sqlite", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s%s", file, suffixes[i]);
        unlink(path);
    }
    rmdir(folder);
    jalon_context_destroy(ctx);
    return 0;
}

static enum jalon_status open_store(bool create, struct jalon_store **out)
{
    struct jalon_store_options options = {
        .data = jalon_text_from(folder),
        .create = create,
        .write_wait_ms = 2000,
    };
    return jalon_store_open(ctx, &options, out);
}

static void assert_ok(enum jalon_status status)
{
    if (status != JALON_OK) {
        print_error("%s [%s]\n", ctx->error.message.data, ctx->error.internal.data);
    }
    assert_int_equal(status, JALON_OK);
}

/* --- Another program --- */

struct other {
    sqlite3 *handle;
    void *spatialite;
};

static struct other open_other(void)
{
    struct other other;
    assert_int_equal(sqlite3_open(file, &other.handle), SQLITE_OK);
    other.spatialite = spatialite_alloc_connection();
    spatialite_init_ex(other.handle, other.spatialite, 0);
    return other;
}

static void close_other(struct other other)
{
    sqlite3_close(other.handle);
    spatialite_cleanup_ex(other.spatialite);
}

static int64_t ask(struct other other, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(other.handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

static void tell(struct other other, const char *sql)
{
    char *words = NULL;
    if (sqlite3_exec(other.handle, sql, NULL, NULL, &words) != SQLITE_OK) {
        print_error("%s: %s\n", sql, words);
        fail();
    }
}

/* --- What we write --- */

#define WORD(string) {"" string, sizeof(string) - 1}
#define NOTHING {"", 0}

static const struct jalon_collection collections[] = {{
    .key = WORD("things"), .title = {WORD("Choses"), WORD("Things")},
    .description = {NOTHING, NOTHING}, .color = NOTHING,
    .geometry_types = JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT), .attribution = NOTHING,
    .licence = NOTHING, JALON_COLLECTION_DEFAULTS,
}};

static void make_map(struct jalon_store *store, struct jalon_map *out)
{
    struct jalon_session *session;
    *out = (struct jalon_map){
        .slug = WORD("m"), .title = {WORD("Carte"), WORD("Map")},
        .description = {NOTHING, NOTHING}, .template_name = NOTHING, .licence = NOTHING,
        .attribution = NOTHING, .collections = collections, .collection_count = 1,
    };
    assert_ok(jalon_store_write(ctx, store, &session));
    assert_ok(jalon_store_insert_map(ctx, session, out));
    assert_ok(jalon_session_commit(ctx, session));
    jalon_session_end(session);
}

/* Version 1 creates a point, a later one moves it; NONE takes the shape away. */
static void put(struct jalon_store *store, const struct jalon_map *map,
                struct jalon_contribution *row, enum jalon_geometry_type type, double lon)
{
    struct jalon_write write = {
        .action = row->number == 0 ? JALON_ACTION_CREATE : JALON_ACTION_UPDATE,
        .author = NOTHING, .reason = NOTHING, .changes = NOTHING, .edit_secret_hash = NOTHING,
        .source_digest = NOTHING,
    };
    if (row->number == 0) {
        *row = (struct jalon_contribution){
            .id = jalon_id_make(), .title = NOTHING, .description = NOTHING, .status = -1,
            .author = NOTHING, .source = NOTHING, .source_id = NOTHING, .licence = NOTHING,
            .observed = NOTHING,
            .campaign = NOTHING,
        };
    }
    row->version++;
    row->geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84};
    if (type == JALON_GEOMETRY_POINT) {
        assert_ok(jalon_geometry_make_point(ctx, (struct jalon_position){lon, 43.123456789},
                                            JALON_SRID_WGS84, &row->geometry));
    }
    struct jalon_session *session;
    int64_t seq;
    assert_ok(jalon_store_write(ctx, store, &session));
    assert_ok(jalon_store_put_contribution(ctx, session, map, row, &write, &seq));
    assert_ok(jalon_session_commit(ctx, session));
    jalon_session_end(session);
}

static void the_file_is_a_spatialite_file(void **state)
{
    (void)state;
    struct jalon_store *store;
    struct jalon_map map;
    struct jalon_contribution rows[4] = {{0}};
    assert_ok(open_store(true, &store));
    make_map(store, &map);
    for (int i = 0; i < 4; i++) {
        put(store, &map, &rows[i], JALON_GEOMETRY_POINT, 3.1 + i);
    }
    put(store, &map, &rows[0], JALON_GEOMETRY_POINT, -120.7);
    put(store, &map, &rows[1], JALON_GEOMETRY_NONE, 0);
    put(store, &map, &rows[2], JALON_GEOMETRY_NONE, 0);
    put(store, &map, &rows[2], JALON_GEOMETRY_POINT, 7);

    struct other other = open_other();
    assert_int_equal(ask(other, "SELECT CheckSpatialIndex('contribution', 'geometry')"), 1);
    assert_int_equal(ask(other, "SELECT CheckSpatialIndex('territory', 'geometry')"), 1);
    assert_int_equal(ask(other, "SELECT count(*) FROM geometry_columns"
                                " WHERE spatial_index_enabled = 1 AND srid = 4326"),
                     2);
    assert_int_equal(ask(other, "SELECT count(*) FROM idx_contribution_geometry"), 3);
    /* The index finds what was moved where it is now. */
    assert_int_equal(ask(other, "SELECT count(*) FROM contribution WHERE number IN"
                                " (SELECT rowid FROM SpatialIndex WHERE f_table_name ="
                                " 'contribution' AND search_frame ="
                                " BuildMbr(-121, 43, -120, 44, 4326))"),
                     1);
    assert_int_equal(ask(other, "SELECT ST_IsValid(geometry) AND ST_SRID(geometry) = 4326"
                                " AND abs(ST_X(geometry) + 120.7) < 1e-12 FROM contribution"),
                     1);
    assert_int_equal(ask(other, "SELECT count(*) FROM contribution WHERE created LIKE"
                                " '____-__-__T__:__:__.______Z'"),
                     4);
    assert_int_equal(ask(other, "PRAGMA application_id"), 0x4A414C4E);
    assert_int_equal(ask(other, "SELECT sql LIKE '%-- JSON object, by field.key%'"
                                " FROM sqlite_master WHERE name = 'contribution'"),
                     1);
    close_other(other);
    jalon_store_close(store);
}

static void edits_by_others_keep_the_index_right(void **state)
{
    (void)state;
    struct jalon_store *store;
    struct jalon_map map;
    struct jalon_contribution row = {0}, found;
    assert_ok(open_store(true, &store));
    make_map(store, &map);
    put(store, &map, &row, JALON_GEOMETRY_POINT, 3);

    struct other other = open_other();
    tell(other, "UPDATE contribution SET geometry = MakePoint(5, 44, 4326)");
    tell(other, "INSERT INTO contribution (map, collection, id, version, fields, categories,"
                " moderation, created, updated, geometry) SELECT map, collection,"
                " '01890000-0000-7000-8000-000000000000', 1, '{}', '[]', 'published', created,"
                " updated, MakePoint(6, 45, 4326) FROM contribution");
    assert_int_equal(ask(other, "SELECT CheckSpatialIndex('contribution', 'geometry')"), 1);
    assert_int_equal(sqlite3_exec(other.handle,
                                  "UPDATE contribution SET geometry = MakePoint(1, 1, 2154)", NULL,
                                  NULL, NULL),
                     SQLITE_CONSTRAINT);
    tell(other, "DELETE FROM contribution WHERE id LIKE '01890000%'");
    assert_int_equal(ask(other, "SELECT CheckSpatialIndex('contribution', 'geometry')"), 1);
    assert_int_equal(ask(other, "SELECT count(*) FROM idx_contribution_geometry"), 1);
    close_other(other);

    struct jalon_session *session;
    assert_ok(jalon_store_read(ctx, store, &session));
    assert_ok(jalon_store_load_contribution(ctx, session, &map, row.number, &found));
    jalon_session_end(session);
    assert_true(found.geometry.positions[0].lon > 4.9);
    jalon_store_close(store);
}

/* Rows of one session go into the index together; those changed in the same session are there once. */
static void many_writes_of_one_session_keep_the_index_right(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    struct jalon_store *store;
    struct jalon_map map;
    struct jalon_session *session;
    struct jalon_contribution first = {0};
    assert_ok(open_store(true, &store));
    make_map(store, &map);
    put(store, &map, &first, JALON_GEOMETRY_POINT, 3);
    struct jalon_write write = {
        .action = JALON_ACTION_CREATE, .author = NOTHING, .reason = NOTHING, .changes = NOTHING,
        .edit_secret_hash = NOTHING, .source_digest = NOTHING,
    };
    assert_ok(jalon_store_write(ctx, store, &session));
    for (int i = 0; i < ROWS; i++) {
        struct jalon_contribution row = first;
        int64_t seq;
        row.id = jalon_id_make();
        row.version = 1;
        row.geometry.type = i % 10 == 0 ? JALON_GEOMETRY_NONE : JALON_GEOMETRY_POINT;
        row.geometry.positions[0].lon = i * 0.01;
        write.action = JALON_ACTION_CREATE;
        assert_ok(jalon_store_put_contribution(ctx, session, &map, &row, &write, &seq));
        if (i % 700 == 1) {
            row.version = 2;
            row.geometry.positions[0].lon = -i * 0.01;
            write.action = JALON_ACTION_UPDATE;
            assert_ok(jalon_store_put_contribution(ctx, session, &map, &row, &write, &seq));
        }
    }
    assert_ok(jalon_session_commit(ctx, session));
    jalon_session_end(session);
    struct other other = open_other();
    assert_int_equal(ask(other, "SELECT rtreecheck('idx_contribution_geometry') = 'ok'"), 1);
    assert_int_equal(ask(other, "SELECT CheckSpatialIndex('contribution', 'geometry')"), 1);
    assert_int_equal(ask(other, "SELECT count(*) FROM idx_contribution_geometry"),
                     1 + ROWS - ROWS / 10);
    assert_ok(jalon_store_write(ctx, store, &session));
    struct jalon_contribution last = first;
    int64_t seq;
    last.id = jalon_id_make();
    last.version = 1;
    write.action = JALON_ACTION_CREATE;
    assert_ok(jalon_store_put_contribution(ctx, session, &map, &last, &write, &seq));
    assert_ok(jalon_store_delete_map(ctx, session, &map));
    assert_ok(jalon_session_commit(ctx, session));
    jalon_session_end(session);
    assert_int_equal(ask(other, "SELECT count(*) FROM idx_contribution_geometry"), 0);
    close_other(other);
    jalon_store_close(store);
}

static void spatialite_learns_that_layers_have_changed(void **state)
{
    (void)state;
    struct jalon_store *store;
    struct jalon_map map;
    struct jalon_contribution row = {0};
    assert_ok(open_store(true, &store));
    make_map(store, &map);
    put(store, &map, &row, JALON_GEOMETRY_POINT, 3);
    jalon_store_close(store);
    struct other other = open_other();
    assert_int_equal(ask(other, "SELECT last_insert > '2020' FROM geometry_columns_time"
                                " WHERE f_table_name = 'contribution'"),
                     1);
    close_other(other);
}

/* --- Damage --- */

static void expect_refusal(enum jalon_status expected, const char *words)
{
    struct jalon_store *store = NULL;
    enum jalon_status status = open_store(true, &store);
    if (status != expected || strstr(ctx->error.message.data, words) == NULL) {
        print_error("%s: %s\n", jalon_status_name(status), ctx->error.message.data);
        fail();
    }
    jalon_context_reset(ctx);
}

static void make_database(void)
{
    struct jalon_store *store;
    struct jalon_map map;
    assert_ok(open_store(true, &store));
    make_map(store, &map);
    jalon_store_close(store);
}

static void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, size, out), size);
    fclose(out);
}

static void a_truncated_database_is_told(void **state)
{
    (void)state;
    make_database();
    struct stat info;
    assert_int_equal(stat(file, &info), 0);
    const off_t sizes[] = {info.st_size - 4096, info.st_size / 2 + 100, 5000, 4096, 99, 20};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(truncate(file, sizes[i]), 0);
        expect_refusal(JALON_INVALID, "damaged (truncated?): restore a backup");
        struct stat after;
        assert_int_equal(stat(file, &after), 0);
        assert_int_equal(after.st_size, sizes[i]); /* nothing was written into it */
    }
}

static void an_emptied_database_with_a_log_is_told(void **state)
{
    (void)state;
    char log[100];
    snprintf(log, sizeof log, "%s-wal", file);
    write_file(file, "", 0);
    write_file(log, "not empty", 9);
    expect_refusal(JALON_INVALID, "damaged");
}

static void other_files_are_told_and_left_alone(void **state)
{
    (void)state;
    char before[64] = "This is a letter to the mayor, and not any database", after[64];
    write_file(file, before, sizeof before);
    expect_refusal(JALON_INVALID, "is not a database");
    FILE *in = fopen(file, "rb");
    assert_int_equal(fread(after, 1, sizeof after, in), sizeof after);
    fclose(in);
    assert_memory_equal(before, after, sizeof before);

    unlink(file);
    struct other other = open_other();
    tell(other, "CREATE TABLE recipe (name TEXT)");
    close_other(other);
    expect_refusal(JALON_INVALID, "not one of Jalon's");
    other = open_other();
    assert_int_equal(ask(other, "SELECT count(*) FROM sqlite_master"), 1);
    assert_int_equal(ask(other, "SELECT journal_mode = 'delete' FROM pragma_journal_mode"), 1);
    close_other(other);

    unlink(file);
    assert_int_equal(mkdir(file, 0700), 0);
    expect_refusal(JALON_INVALID, "is not a file");
    rmdir(file);
}

static void a_first_start_that_was_killed_is_completed(void **state)
{
    (void)state;
    struct jalon_store *store;
    write_file(file, "", 0);
    int64_t has = -1, makes;
    struct jalon_store_options options = {.data = jalon_text_from(folder)};
    assert_ok(jalon_store_versions(ctx, &options, &has, &makes));
    assert_int_equal(has, 0);
    assert_int_equal(open_store(false, &store), JALON_NOT_FOUND);
    make_database();
    assert_ok(jalon_store_versions(ctx, &options, &has, &makes));
    assert_int_equal(has, makes);
}

/* As a user without rights: in a process of its own, since there is no way back. */
static void without_rights(mode_t folder_mode, mode_t file_mode, const char *words)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct jalon_store *store;
        if (geteuid() == 0 && (chmod(folder, folder_mode) != 0 || chmod(file, file_mode) != 0 ||
                               setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(2);
        }
        if (geteuid() != 65534 && (chmod(file, file_mode) != 0 || chmod(folder, folder_mode) != 0)) {
            _exit(2);
        }
        bool told = open_store(true, &store) == JALON_FORBIDDEN &&
                    strstr(ctx->error.message.data, folder) != NULL &&
                    strstr(ctx->error.message.data, words) != NULL;
        if (!told) {
            fprintf(stderr, "%s\n", ctx->error.message.data);
        }
        _exit(told ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(chmod(file, 0600), 0);
    assert_int_equal(status, 0);
}

static void missing_rights_are_told(void **state)
{
    (void)state;
    make_database();
    without_rights(0555, 0444, "chown");
    without_rights(0000, 0644, "chown");
    without_rights(0777, 0444, "chown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_file_is_a_spatialite_file, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(edits_by_others_keep_the_index_right, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(many_writes_of_one_session_keep_the_index_right,
                                        make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(spatialite_learns_that_layers_have_changed, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(a_truncated_database_is_told, make_folder, drop_folder),
        cmocka_unit_test_setup_teardown(an_emptied_database_with_a_log_is_told, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(other_files_are_told_and_left_alone, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(a_first_start_that_was_killed_is_completed, make_folder,
                                        drop_folder),
        cmocka_unit_test_setup_teardown(missing_rights_are_told, make_folder, drop_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
