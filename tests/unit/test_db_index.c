/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Many rows into the spatial index at once: the engine's own check and searches find the tree as if
 * the engine had made it, and the engine goes on with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "jalon/db.h"
#include "jalon/memory.h"
#include "jalon/queries.h"
#include "jalon/store.h"

#define INDEX "idx_contribution_geometry"

enum { ROWS_MAX = 40000 };

static const struct jalon_db_index statements = {
    .find_node = JALON_QUERY_CONTRIBUTION_INDEX_NODE,
    .last_node = JALON_QUERY_CONTRIBUTION_INDEX_LAST_NODE,
    .put_node = JALON_QUERY_CONTRIBUTION_INDEX_PUT_NODE,
    .put_row = JALON_QUERY_CONTRIBUTION_INDEX_PUT_ROW,
    .put_parent = JALON_QUERY_CONTRIBUTION_INDEX_PUT_PARENT,
};

static struct jalon_context *ctx;
static char folder[64], file[80];
static struct jalon_db *db;
static sqlite3 *other; /* another program */
static struct jalon_db_index_row rows[ROWS_MAX];
static size_t row_count;
static uint64_t seed;

static int open_all(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    snprintf(folder, sizeof folder, "/tmp/jalon-index-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/jalon.sqlite", folder);
    struct jalon_store_options options = {.data = jalon_text_from(folder), .create = true};
    struct jalon_store *store;
    assert_int_equal(jalon_store_open(ctx, &options, &store), JALON_OK);
    jalon_store_close(store);
    struct jalon_db_options database = {.location = jalon_text_from(folder), .wait_ms = 2000};
    assert_int_equal(jalon_db_open(ctx, &database, &db), JALON_OK);
    assert_int_equal(sqlite3_open(file, &other), SQLITE_OK);
    row_count = 0;
    seed = 42;
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    sqlite3_close(other);
    jalon_db_close(db);
    for (int i = 0; i < 3; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s%s", file, suffixes[i]);
        unlink(path);
    }
    rmdir(folder);
    jalon_context_destroy(ctx);
    return 0;
}

/* --- Rows --- */

/* 0 … 1; a linear congruence of 64 bits (Knuth's MMIX). */
static double draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) / 9007199254740992.0;
}

typedef void shape(struct jalon_db_index_row *row);

static void point_anywhere(struct jalon_db_index_row *row)
{
    row->west = row->east = draw() * 360 - 180;
    row->south = row->north = draw() * 180 - 90;
}

static void point_in_town(struct jalon_db_index_row *row)
{
    row->west = row->east = 3.8 + draw() * 0.1;
    row->south = row->north = 43.6 + draw() * 0.05;
}

static void one_point(struct jalon_db_index_row *row)
{
    row->west = row->east = -1.5536210;
    row->south = row->north = 47.2183710;
}

static void box_of_any_size(struct jalon_db_index_row *row)
{
    point_anywhere(row);
    row->east += draw() * draw() * draw() * (180 - row->east);
    row->north += draw() * draw() * draw() * (90 - row->north);
}

static enum jalon_status add(size_t count, shape *make, bool commit)
{
    struct jalon_db_connection *connection;
    assert_true(row_count + count <= ROWS_MAX);
    for (size_t i = 0; i < count; i++) {
        rows[row_count + i].number = (int64_t)(row_count + i + 1);
        make(&rows[row_count + i]);
    }
    enum jalon_status status = jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection);
    if (status == JALON_OK) {
        status = jalon_db_index_many(ctx, connection, &statements, rows + row_count, count);
        if (status == JALON_OK && commit) {
            status = jalon_db_commit(ctx, connection);
        }
        jalon_db_end(connection);
    }
    row_count += status == JALON_OK && commit ? count : 0;
    return status;
}

/* --- Another program --- */

static void tell(const char *sql)
{
    char *words = NULL;
    if (sqlite3_exec(other, sql, NULL, NULL, &words) != SQLITE_OK) {
        print_error("%s: %s\n", sql, words);
        fail();
    }
}

static sqlite3_stmt *ask(const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(other, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static int64_t ask_number(const char *sql)
{
    sqlite3_stmt *statement = ask(sql);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

static void assert_tree_is_right(void)
{
    sqlite3_stmt *statement = ask("SELECT rtreecheck('" INDEX "')");
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    assert_int_equal(ask_number("SELECT count(*) FROM " INDEX), (int64_t)row_count);
    assert_int_equal(ask_number("SELECT count(*) FROM " INDEX "_rowid"), (int64_t)row_count);
}

static bool touches(const struct jalon_db_index_row *row, const double box[4], double margin)
{
    return row->east >= box[0] - margin && row->west <= box[1] + margin &&
           row->north >= box[2] - margin && row->south <= box[3] + margin;
}

/* Each search finds what touches the box, and nothing that is farther than the rounding. */
static void assert_searches_are_right(int searches)
{
    static bool found[ROWS_MAX + 1];
    sqlite3_stmt *statement = ask("SELECT pkid FROM " INDEX " WHERE xmax >= ?1 AND xmin <= ?2"
                                  " AND ymax >= ?3 AND ymin <= ?4");
    for (int i = 0; i < searches; i++) {
        struct jalon_db_index_row at = rows[(size_t)(draw() * (double)row_count)];
        double size = draw() * draw() * 5;
        const double box[4] = {at.west - size, at.west + size, at.south - size, at.south + size};
        for (int j = 0; j < 4; j++) {
            sqlite3_bind_double(statement, j + 1, box[j]);
        }
        memset(found, 0, sizeof found);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            int64_t number = sqlite3_column_int64(statement, 0);
            assert_in_range(number, 1, row_count);
            assert_false(found[number]);
            found[number] = true;
        }
        for (size_t j = 0; j < row_count; j++) {
            assert_true(found[j + 1] || !touches(&rows[j], box, 0));
            assert_true(!found[j + 1] || touches(&rows[j], box, 1e-4));
        }
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
}

/* --- Tests --- */

static void batches_of_any_size_make_a_right_tree(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        shape *make;
    } batches[] = {
        {1, point_anywhere},      {50, point_anywhere},  {1, point_anywhere}, {1, one_point},
        {300, box_of_any_size},   {5000, point_in_town}, {200, one_point},    {2, point_in_town},
        {9000, point_anywhere},   {700, box_of_any_size}, {3000, one_point},  {40, point_in_town},
        {5000, box_of_any_size},
    };
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        assert_int_equal(add(batches[i].count, batches[i].make, true), JALON_OK);
        assert_tree_is_right();
        assert_searches_are_right(10);
    }
}

static void a_first_large_batch_makes_a_deep_tree(void **state)
{
    (void)state;
    assert_int_equal(add(30000, point_anywhere, true), JALON_OK);
    assert_tree_is_right();
    assert_searches_are_right(20);
    /* Full enough: at most 31 rows a leaf would be a tree that wastes half. */
    assert_true(ask_number("SELECT count(*) FROM " INDEX "_node") < 30000 / 31);
    assert_int_equal(ask_number("SELECT unicode(substr(hex(data), 4, 1)) - unicode('0') FROM " INDEX
                                "_node WHERE nodeno = 1"),
                     2);
}

static void the_engine_goes_on_with_it(void **state)
{
    (void)state;
    assert_int_equal(add(6000, point_anywhere, true), JALON_OK);
    tell("DELETE FROM " INDEX " WHERE pkid % 3 = 0");
    tell("INSERT INTO " INDEX " SELECT pkid + 100000, xmin, xmax, ymin, ymax FROM " INDEX
         " WHERE pkid % 3 = 1");
    assert_int_equal(ask_number("SELECT rtreecheck('" INDEX "') = 'ok'"), 1);
    assert_int_equal(ask_number("SELECT count(*) FROM " INDEX), 6000);
    assert_int_equal(add(2000, box_of_any_size, true), JALON_OK);
    assert_int_equal(ask_number("SELECT rtreecheck('" INDEX "') = 'ok'"), 1);
    assert_int_equal(ask_number("SELECT count(*) FROM " INDEX), 8000);
    tell("DELETE FROM " INDEX);
    row_count = 0;
    assert_tree_is_right();
    assert_int_equal(add(500, box_of_any_size, true), JALON_OK);
    assert_tree_is_right();
}

static void what_is_not_committed_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(add(1000, point_in_town, true), JALON_OK);
    assert_int_equal(add(5000, point_anywhere, false), JALON_OK);
    assert_tree_is_right();
    assert_int_equal(add(5000, point_anywhere, true), JALON_OK);
    assert_tree_is_right();
}

static void without_memory_nothing_is_there(void **state)
{
    (void)state;
    assert_int_equal(add(2500, point_in_town, true), JALON_OK);
    bool reached = true;
    for (uint64_t n = 1; reached; n++) {
        jalon_memory_fail_at(n);
        enum jalon_status status = add(200, point_in_town, false);
        reached = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        assert_int_equal(status, reached ? JALON_NO_MEMORY : JALON_OK);
        jalon_context_reset(ctx);
    }
    assert_tree_is_right();
}

/* The tables are put right again by a rollback. */
static void damage_is_told(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE " INDEX "_node SET data = x'' WHERE nodeno = 1",
        "UPDATE " INDEX "_node SET data = x'0000' WHERE nodeno = 1",
        "UPDATE " INDEX "_node SET data = x'00290001' || substr(data, 5) WHERE nodeno = 1",
        "UPDATE " INDEX "_node SET data = x'0000ffff' || substr(data, 5) WHERE nodeno = 1",
        "UPDATE " INDEX "_node SET data = x'00010000' || substr(data, 5) WHERE nodeno = 1",
        "UPDATE " INDEX "_node SET data = zeroblob(60000) WHERE nodeno = 1",
        "UPDATE " INDEX "_node SET data = x'00000000' || substr(data, 5) WHERE nodeno > 1",
        "UPDATE " INDEX "_node SET data = substr(data, 1, 900) WHERE nodeno > 1",
        "DELETE FROM " INDEX "_node WHERE nodeno > 1",
        "DELETE FROM " INDEX "_node",
    };
    assert_int_equal(add(300, point_in_town, true), JALON_OK);
    tell("CREATE TABLE kept AS SELECT * FROM " INDEX "_node");
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        tell(damages[i]);
        assert_int_equal(add(200, point_in_town, true), JALON_UNAVAILABLE);
        assert_string_equal(ctx->error.message.data, "the spatial index is damaged");
        tell("INSERT OR REPLACE INTO " INDEX "_node SELECT * FROM kept");
        jalon_context_reset(ctx);
    }
    assert_tree_is_right();
    assert_int_equal(add(200, point_in_town, true), JALON_OK);
    assert_tree_is_right();
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(batches_of_any_size_make_a_right_tree),
        RUN(a_first_large_batch_makes_a_deep_tree),
        RUN(the_engine_goes_on_with_it),
        RUN(what_is_not_committed_is_not_there),
        RUN(without_memory_nothing_is_there),
        RUN(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
