/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The engine of PostgreSQL: transactions, cursors, what is deferred, connections that are lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "database.h"
#include "jalon/db.h"
#include "jalon/queries.h"

enum { MAP = 7, CONTRIBUTION = 11, WAIT_MS = 300 };

struct fixture {
    struct jalon_context *ctx;
    struct jalon_db *db;
    char url[256];
};

static void expect(struct jalon_context *ctx, enum jalon_status expected, enum jalon_status status)
{
    if (status != expected) {
        print_error("status %d instead of %d: %.*s (%.*s)\n", (int)status, (int)expected,
                    JALON_TEXT_ARGS(ctx->error.message), JALON_TEXT_ARGS(ctx->error.internal));
    }
    assert_int_equal(status, expected);
    jalon_error_clear(ctx);
}

static struct jalon_db *open_db(struct fixture *fixture)
{
    struct jalon_db_options options = {
        .location = jalon_text_from(fixture->url), .create = true, .wait_ms = WAIT_MS};
    struct jalon_db *db = NULL;
    expect(fixture->ctx, JALON_OK, jalon_db_open(fixture->ctx, &options, &db));
    return db;
}

static struct jalon_db_connection *begin(struct fixture *fixture, struct jalon_db *db,
                                         enum jalon_db_mode mode)
{
    struct jalon_db_connection *connection = NULL;
    expect(fixture->ctx, JALON_OK, jalon_db_begin(fixture->ctx, db, mode, &connection));
    return connection;
}

static void commit(struct fixture *fixture, struct jalon_db_connection *connection)
{
    expect(fixture->ctx, JALON_OK, jalon_db_commit(fixture->ctx, connection));
    jalon_db_end(connection);
}

static enum jalon_status record_schema(struct fixture *fixture,
                                       struct jalon_db_connection *connection, int64_t number,
                                       int64_t *out_changed)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(number),
        jalon_db_text(JALON_TEXT("name")),
        jalon_db_text(JALON_TEXT("program")),
        jalon_db_time(1),
    };
    return jalon_db_execute(fixture->ctx, connection, JALON_QUERY_SCHEMA_RECORD, values, 4,
                            out_changed);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->ctx = jalon_context_create();
    make_database(fixture->url);
    fixture->db = open_db(fixture);
    for (int64_t number = 1; number <= jalon_db_schema_newest(); number++) {
        struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
        struct jalon_text name;
        expect(fixture->ctx, JALON_OK,
               jalon_db_migrate(fixture->ctx, connection, number, &name));
        expect(fixture->ctx, JALON_OK, record_schema(fixture, connection, number, NULL));
        commit(fixture, connection);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    jalon_db_close(fixture->db);
    drop_database(fixture->url);
    jalon_context_destroy(fixture->ctx);
    free(fixture);
    return 0;
}

/* --- Rows to work with: revisions, which need no other row --- */

static enum jalon_status insert_revision(struct fixture *fixture,
                                         struct jalon_db_connection *connection, int64_t version,
                                         int64_t time_us, struct jalon_text changes,
                                         int64_t *out_changed)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(MAP),
        jalon_db_integer(CONTRIBUTION),
        jalon_db_integer(version),
        jalon_db_time(time_us),
        jalon_db_null(),
        jalon_db_text(JALON_TEXT("update")),
        jalon_db_text(JALON_TEXT("because 'of' \"quotes\" and $1; é")),
        jalon_db_text(changes),
        jalon_db_null(),
        jalon_db_null(),
    };
    return jalon_db_execute(fixture->ctx, connection, JALON_QUERY_REVISION_INSERT, values, 10,
                            out_changed);
}

static void insert_revisions(struct fixture *fixture, int64_t count)
{
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    for (int64_t version = 1; version <= count; version++) {
        expect(fixture->ctx, JALON_OK,
               insert_revision(fixture, connection, version, version, JALON_TEXT("[]"), NULL));
    }
    commit(fixture, connection);
}

/* The newest first. The values are of whoever calls: a cursor borrows them. */
static struct jalon_db_cursor *list_revisions(struct fixture *fixture,
                                              struct jalon_db_connection *connection,
                                              struct jalon_db_value values[4])
{
    values[0] = jalon_db_integer(MAP);
    values[1] = jalon_db_integer(CONTRIBUTION);
    values[2] = values[3] = jalon_db_integer(INT32_MAX);
    struct jalon_db_cursor *cursor = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_db_query(fixture->ctx, connection, JALON_QUERY_REVISION_LIST, values, 4, &cursor));
    return cursor;
}

static int64_t step_version(struct fixture *fixture, struct jalon_db_cursor *cursor)
{
    const struct jalon_db_value *row = NULL;
    expect(fixture->ctx, JALON_OK, jalon_db_step(fixture->ctx, cursor, &row));
    return jalon_db_to_integer(&row[0]);
}

static int64_t count_revisions(struct fixture *fixture, struct jalon_db_connection *connection)
{
    struct jalon_db_value values[4];
    struct jalon_db_cursor *cursor = list_revisions(fixture, connection, values);
    const struct jalon_db_value *row = NULL;
    int64_t count = 0;
    enum jalon_status status;
    while ((status = jalon_db_step(fixture->ctx, cursor, &row)) == JALON_OK) {
        count++;
    }
    assert_int_equal(status, JALON_NOT_FOUND);
    jalon_db_cursor_end(cursor);
    return count;
}

/* --- Tests --- */

static void every_value_comes_back(void **state)
{
    static const int64_t times[] = {0, 1, -1, INT64_C(-62135596800000000), 946684799999999,
                                    1763712000123456, INT64_C(253402300799999999)};
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        expect(fixture->ctx, JALON_OK,
               insert_revision(fixture, connection, (int64_t)i + 1, times[i],
                               JALON_TEXT("{\"b\": 1.50,  \"a\":\"\\u00e9\", \"b\":2}"), NULL));
    }
    struct jalon_db_value values[4];
    struct jalon_db_cursor *cursor = list_revisions(fixture, connection, values);
    for (size_t i = sizeof times / sizeof times[0]; i > 0; i--) {
        const struct jalon_db_value *row = NULL;
        expect(fixture->ctx, JALON_OK, jalon_db_step(fixture->ctx, cursor, &row));
        assert_int_equal(jalon_db_to_integer(&row[0]), i);
        assert_int_equal(row[1].kind, JALON_DB_TIME);
        assert_int_equal(jalon_db_to_time_us(&row[1]), times[i - 1]);
        assert_int_equal(row[2].kind, JALON_DB_NULL);
        assert_true(jalon_text_equal(jalon_db_to_text(&row[4]),
                                     JALON_TEXT("because 'of' \"quotes\" and $1; é")));
        assert_true(jalon_text_equal(jalon_db_to_text(&row[5]),
                                     JALON_TEXT("{\"b\": 1.50,  \"a\":\"\\u00e9\", \"b\":2}")));
    }
    jalon_db_cursor_end(cursor);
    jalon_db_end(connection);
}

static void bytes_may_be_any(void **state)
{
    struct fixture *fixture = *state;
    char bytes[256];
    for (int i = 0; i < 256; i++) {
        bytes[i] = (char)(unsigned char)i;
    }
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    struct jalon_db_value values[] = {jalon_db_text(JALON_TEXT("all")),
                                      jalon_db_blob(bytes, sizeof bytes)};
    expect(fixture->ctx, JALON_OK,
           jalon_db_execute(fixture->ctx, connection, JALON_QUERY_SECRET_INSERT, values, 2, NULL));
    struct jalon_db_cursor *cursor = NULL;
    const struct jalon_db_value *row = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_db_query(fixture->ctx, connection, JALON_QUERY_SECRET_FIND, values, 1, &cursor));
    expect(fixture->ctx, JALON_OK, jalon_db_step(fixture->ctx, cursor, &row));
    assert_int_equal(row[0].kind, JALON_DB_BLOB);
    assert_int_equal(row[0].text.length, sizeof bytes);
    assert_memory_equal(row[0].text.data, bytes, sizeof bytes);
    jalon_db_end(connection);
}

static void statements_run_while_rows_come(void **state)
{
    enum { COUNT = 5000 };
    struct fixture *fixture = *state;
    insert_revisions(fixture, COUNT);
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    struct jalon_db_value values[4], other_values[4];
    struct jalon_db_cursor *cursor = list_revisions(fixture, connection, values);
    for (int64_t version = COUNT; version > COUNT - 10; version--) {
        assert_int_equal(step_version(fixture, cursor), version);
    }
    struct jalon_db_cursor *other = list_revisions(fixture, connection, other_values);
    assert_int_equal(step_version(fixture, other), COUNT);
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, COUNT + 1, 0, JALON_TEXT("[]"), NULL));
    for (int64_t version = COUNT - 10; version > 0; version--) {
        assert_int_equal(step_version(fixture, cursor), version);
    }
    const struct jalon_db_value *row;
    assert_int_equal(jalon_db_step(fixture->ctx, cursor, &row), JALON_NOT_FOUND);
    assert_int_equal(jalon_db_step(fixture->ctx, cursor, &row), JALON_NOT_FOUND);
    jalon_db_cursor_end(cursor);
    assert_int_equal(step_version(fixture, other), COUNT - 1);
    jalon_db_cursor_end(other);
    assert_int_equal(count_revisions(fixture, connection), COUNT + 1);
    commit(fixture, connection);
}

static void rows_that_nobody_wants_cost_no_transaction(void **state)
{
    enum { COUNT = 5000 };
    static const enum jalon_db_mode modes[] = {JALON_DB_READ, JALON_DB_WRITE};
    struct fixture *fixture = *state;
    insert_revisions(fixture, COUNT);
    for (size_t i = 0; i < 2; i++) {
        struct jalon_db_connection *connection = begin(fixture, fixture->db, modes[i]);
        struct jalon_db_value values[4];
        struct jalon_db_cursor *cursor = list_revisions(fixture, connection, values);
        assert_int_equal(step_version(fixture, cursor), COUNT);
        jalon_db_cursor_end(cursor);
        if (modes[i] == JALON_DB_WRITE) {
            assert_int_equal(count_revisions(fixture, connection), COUNT);
            commit(fixture, connection);
        } else {
            jalon_db_end(connection);
        }
        connection = begin(fixture, fixture->db, modes[i]);
        assert_int_equal(count_revisions(fixture, connection), COUNT);
        jalon_db_end(connection);
    }
}

static void a_taken_key_leaves_the_transaction_alive(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    int64_t changed = -1;
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 1, 0, JALON_TEXT("[]"), &changed));
    assert_int_equal(changed, 1);
    expect(fixture->ctx, JALON_CONFLICT,
           insert_revision(fixture, connection, 1, 0, JALON_TEXT("[]"), &changed));
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 2, 0, JALON_TEXT("[]"), &changed));
    assert_int_equal(count_revisions(fixture, connection), 2);
    commit(fixture, connection);
}

static void what_is_deferred_fails_at_the_commit(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    for (int i = 0; i < 2; i++) {
        expect(fixture->ctx, JALON_OK,
               insert_revision(fixture, connection, 1, 0, JALON_TEXT("[]"), NULL));
    }
    expect(fixture->ctx, JALON_INTERNAL, jalon_db_commit(fixture->ctx, connection));
    jalon_db_end(connection);
    connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    assert_int_equal(count_revisions(fixture, connection), 0);
    jalon_db_end(connection);
}

static void a_savepoint_undoes_what_failed(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 1, 0, JALON_TEXT("[]"), NULL));
    expect(fixture->ctx, JALON_OK, jalon_db_set_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 2, 0, JALON_TEXT("no JSON"), NULL));
    expect(fixture->ctx, JALON_OK, jalon_db_undo_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_OK, jalon_db_set_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 3, 0, JALON_TEXT("[]"), NULL));
    expect(fixture->ctx, JALON_OK, jalon_db_keep_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_OK, jalon_db_set_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 3, 0, JALON_TEXT("[]"), NULL));
    expect(fixture->ctx, JALON_OK, jalon_db_keep_savepoint(fixture->ctx, connection));
    /* What fails after it was kept is not undone by what comes next, as if it had been kept. */
    expect(fixture->ctx, JALON_OK, jalon_db_set_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_INTERNAL, jalon_db_undo_savepoint(fixture->ctx, connection));
    expect(fixture->ctx, JALON_INTERNAL, jalon_db_commit(fixture->ctx, connection));
    jalon_db_end(connection);
    connection = begin(fixture, fixture->db, JALON_DB_READ);
    assert_int_equal(count_revisions(fixture, connection), 0);
    jalon_db_end(connection);
}

/* Long enough for many to be sent while others are collected. */
static void add_revisions(struct fixture *fixture, struct jalon_db_connection *connection,
                          int64_t first, int64_t count)
{
    static char changes[1000];
    memset(changes, ' ', sizeof changes);
    memcpy(changes, "[]", 2);
    for (int64_t version = first; version < first + count; version++) {
        struct jalon_db_value revision[] = {
            jalon_db_integer(MAP),
            jalon_db_integer(CONTRIBUTION),
            jalon_db_integer(version),
            jalon_db_time(version),
            jalon_db_null(),
            jalon_db_text(JALON_TEXT("update")),
            jalon_db_text_or_null(JALON_TEXT_EMPTY),
            jalon_db_text((struct jalon_text){changes, sizeof changes}),
            jalon_db_null(),
            jalon_db_null(),
        };
        struct jalon_db_value event[] = {jalon_db_integer(MAP), jalon_db_integer(version),
                                         jalon_db_integer(CONTRIBUTION),
                                         jalon_db_integer(version), jalon_db_null()};
        expect(fixture->ctx, JALON_OK,
               jalon_db_add(fixture->ctx, connection, JALON_QUERY_REVISION_INSERT, revision, 10));
        expect(fixture->ctx, JALON_OK,
               jalon_db_add(fixture->ctx, connection, JALON_QUERY_EVENT_INSERT, event, 5));
    }
}

static int64_t last_event(struct fixture *fixture, struct jalon_db_connection *connection)
{
    struct jalon_db_value map = jalon_db_integer(MAP);
    struct jalon_db_cursor *cursor = NULL;
    const struct jalon_db_value *row = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_db_query(fixture->ctx, connection, JALON_QUERY_EVENT_LAST_SEQ, &map, 1, &cursor));
    expect(fixture->ctx, JALON_OK, jalon_db_step(fixture->ctx, cursor, &row));
    int64_t seq = jalon_db_to_integer(&row[0]);
    jalon_db_cursor_end(cursor);
    return seq;
}

static void many_rows_are_added(void **state)
{
    enum { COUNT = 5000 };
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, COUNT + 1, 1, JALON_TEXT("[]"), NULL));
    add_revisions(fixture, connection, 1, 10);
    struct jalon_db_value values[4];
    struct jalon_db_cursor *cursor = list_revisions(fixture, connection, values);
    assert_int_equal(step_version(fixture, cursor), COUNT + 1);
    add_revisions(fixture, connection, 11, COUNT - 10);
    assert_int_equal(step_version(fixture, cursor), 10);
    assert_int_equal(last_event(fixture, connection), COUNT);
    assert_int_equal(count_revisions(fixture, connection), COUNT + 1);
    commit(fixture, connection);
    connection = begin(fixture, fixture->db, JALON_DB_READ);
    assert_int_equal(count_revisions(fixture, connection), COUNT + 1);
    jalon_db_end(connection);
}

static void rows_that_were_added_are_undone(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    add_revisions(fixture, connection, 1, 500);
    jalon_db_end(connection);
    connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    add_revisions(fixture, connection, 1, 3);
    expect(fixture->ctx, JALON_OK, jalon_db_set_savepoint(fixture->ctx, connection));
    add_revisions(fixture, connection, 4, 500);
    expect(fixture->ctx, JALON_OK, jalon_db_undo_savepoint(fixture->ctx, connection));
    add_revisions(fixture, connection, 4, 2);
    commit(fixture, connection);
    connection = begin(fixture, fixture->db, JALON_DB_READ);
    assert_int_equal(count_revisions(fixture, connection), 5);
    assert_int_equal(last_event(fixture, connection), 5);
    jalon_db_end(connection);
}

/* At the latest by the commit, and the connection goes on. */
static void what_is_added_may_fail(void **state)
{
    static const struct {
        const char *changes;
        enum jalon_status status;
    } faults[] = {{"[]", JALON_CONFLICT}, {"no JSON", JALON_INTERNAL}};
    struct fixture *fixture = *state;
    insert_revisions(fixture, 1);
    for (int i = 0; i < 2; i++) {
        struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
        struct jalon_db_value revision[] = {
            jalon_db_integer(MAP),
            jalon_db_integer(CONTRIBUTION),
            jalon_db_integer(i + 1),
            jalon_db_time(0),
            jalon_db_null(),
            jalon_db_text(JALON_TEXT("update")),
            jalon_db_null(),
            jalon_db_text(jalon_text_from(faults[i].changes)),
            jalon_db_null(),
            jalon_db_null(),
        };
        add_revisions(fixture, connection, 5, 400);
        expect(fixture->ctx, JALON_OK,
               jalon_db_add(fixture->ctx, connection, JALON_QUERY_REVISION_INSERT, revision, 10));
        expect(fixture->ctx, faults[i].status, jalon_db_commit(fixture->ctx, connection));
        jalon_db_end(connection);
        connection = begin(fixture, fixture->db, JALON_DB_WRITE);
        assert_int_equal(count_revisions(fixture, connection), 1);
        jalon_db_end(connection);
    }
}

static void who_reads_sees_one_state(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *reader = begin(fixture, fixture->db, JALON_DB_READ);
    assert_int_equal(count_revisions(fixture, reader), 0);
    insert_revisions(fixture, 3);
    assert_int_equal(count_revisions(fixture, reader), 0);
    expect(fixture->ctx, JALON_UNAVAILABLE,
           insert_revision(fixture, reader, 9, 0, JALON_TEXT("[]"), &(int64_t){0}));
    jalon_db_end(reader);
    reader = begin(fixture, fixture->db, JALON_DB_READ);
    assert_int_equal(count_revisions(fixture, reader), 3);
    jalon_db_end(reader);
}

static void a_commit_changes_the_data_version(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db *other = open_db(fixture);
    int64_t before = 0, same = 0, after = 0;
    expect(fixture->ctx, JALON_OK, jalon_db_data_version(fixture->ctx, other, &before));
    insert_revisions(fixture, 1);
    expect(fixture->ctx, JALON_OK, jalon_db_data_version(fixture->ctx, other, &after));
    assert_true(after > before);
    expect(fixture->ctx, JALON_OK, jalon_db_data_version(fixture->ctx, other, &same));
    assert_true(same >= after);
    jalon_db_close(other);
}

static void who_waits_too_long_for_a_row_may_try_again(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db *other = open_db(fixture);
    struct jalon_db_connection *first = begin(fixture, fixture->db, JALON_DB_WRITE);
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, first, 1, 0, JALON_TEXT("[]"), &(int64_t){0}));
    struct jalon_db_connection *second = begin(fixture, other, JALON_DB_WRITE);
    expect(fixture->ctx, JALON_RETRY,
           insert_revision(fixture, second, 1, 0, JALON_TEXT("[]"), &(int64_t){0}));
    jalon_db_end(second);
    commit(fixture, first);
    second = begin(fixture, other, JALON_DB_WRITE);
    assert_int_equal(count_revisions(fixture, second), 1);
    jalon_db_end(second);
    jalon_db_close(other);
}

static void terminate_all(const struct fixture *fixture)
{
    run_in_database(fixture->url, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                                  "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

static void an_idle_connection_may_be_lost(void **state)
{
    enum { READERS = 3 };
    struct fixture *fixture = *state;
    struct jalon_db_connection *readers[READERS];
    for (int i = 0; i < READERS; i++) {
        readers[i] = begin(fixture, fixture->db, JALON_DB_READ);
        assert_int_equal(count_revisions(fixture, readers[i]), 0);
    }
    for (int i = 0; i < READERS; i++) {
        jalon_db_end(readers[i]);
    }
    insert_revisions(fixture, 1);
    terminate_all(fixture);
    insert_revisions(fixture, 0);
    for (int i = 0; i < READERS; i++) {
        readers[i] = begin(fixture, fixture->db, JALON_DB_READ);
        assert_int_equal(count_revisions(fixture, readers[i]), 1);
    }
    for (int i = 0; i < READERS; i++) {
        jalon_db_end(readers[i]);
    }
}

static void a_transaction_may_be_lost(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    expect(fixture->ctx, JALON_OK,
           insert_revision(fixture, connection, 1, 0, JALON_TEXT("[]"), &(int64_t){0}));
    terminate_all(fixture);
    expect(fixture->ctx, JALON_UNAVAILABLE, jalon_db_commit(fixture->ctx, connection));
    jalon_db_end(connection);
    connection = begin(fixture, fixture->db, JALON_DB_WRITE);
    assert_int_equal(count_revisions(fixture, connection), 0);
    commit(fixture, connection);
}

static void rows_may_be_lost_on_their_way(void **state)
{
    enum { COUNT = 200000 };
    struct fixture *fixture = *state;
    run_in_database(fixture->url,
                    "INSERT INTO revision (map, contribution, version, time, action, changes) "
                    "SELECT 7, 11, version, now(), 'update', '[]' "
                    "FROM generate_series(1, 200000) AS version");
    struct jalon_db_connection *connection = begin(fixture, fixture->db, JALON_DB_READ);
    struct jalon_db_value values[4];
    struct jalon_db_cursor *cursor = list_revisions(fixture, connection, values);
    assert_int_equal(step_version(fixture, cursor), COUNT);
    terminate_all(fixture);
    const struct jalon_db_value *row;
    enum jalon_status status;
    int64_t count = 1;
    while ((status = jalon_db_step(fixture->ctx, cursor, &row)) == JALON_OK) {
        count++;
    }
    expect(fixture->ctx, JALON_UNAVAILABLE, status);
    assert_true(count < COUNT);
    jalon_db_cursor_end(cursor);
    jalon_db_end(connection);
}

#define RUN(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(every_value_comes_back),
        RUN(bytes_may_be_any),
        RUN(statements_run_while_rows_come),
        RUN(rows_that_nobody_wants_cost_no_transaction),
        RUN(a_taken_key_leaves_the_transaction_alive),
        RUN(what_is_deferred_fails_at_the_commit),
        RUN(a_savepoint_undoes_what_failed),
        RUN(many_rows_are_added),
        RUN(rows_that_were_added_are_undone),
        RUN(what_is_added_may_fail),
        RUN(who_reads_sees_one_state),
        RUN(a_commit_changes_the_data_version),
        RUN(who_waits_too_long_for_a_row_may_try_again),
        RUN(an_idle_connection_may_be_lost),
        RUN(a_transaction_may_be_lost),
        RUN(rows_may_be_lost_on_their_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
