/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Moving house: all rows of all tables go into another database of the same engine, into a backup
 * file, and from there back, and are the same in every column; what follows goes on from there.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/driver.h"
#include "store/copy.h"

enum { ROWS = 150, NAME_SIZE = 80, TABLES_MAX = 64 };

/* --- A database with something in every table --- */

static void put_rows(struct fixture *fixture)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution row;
    struct jalon_session *session = write_session(fixture);
    struct jalon_write write = creation;
    int64_t seq;
    for (int n = 0; n < ROWS; n++) { /* enough for the spatial index to be written together */
        sample_contribution(ctx, &fixture->map, n, &row);
        row.observed = n % 3 == 0 ? row.observed : JALON_TEXT_EMPTY;
        if (n % 5 == 0) {
            row.geometry = square(ctx, 3.8 + 0.001 * n, 43.6, 0.0005 + n / 3e5);
        }
        write.edit_secret_hash = n % 2 == 0 ? JALON_TEXT("00ff") : JALON_TEXT_EMPTY;
        expect(ctx, JALON_OK,
               jalon_store_put_contribution(ctx, session, &fixture->map, &row, &write, &seq));
    }
    write.action = JALON_ACTION_DELETE;
    write.reason = JALON_TEXT("l'été \"n\"\n");
    row.version++;
    row.moderation = JALON_MODERATION_DELETED;
    row.updated_us += 987654;
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &row, &write, &seq));
    commit_session(fixture, session);
}

static void put_beside(struct fixture *fixture)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = write_session(fixture);
    struct jalon_account account = {
        .name = JALON_TEXT("zoe"), .email = JALON_TEXT("zoe@example.org"), .is_operator = true,
        .created_us = INT64_C(1790000000000001),
    };
    struct jalon_token token = {
        .id = jalon_id_make(), .hash = JALON_TEXT("aa55"), .scopes = JALON_TEXT_EMPTY,
        .created_us = INT64_C(1790000000000002),
    };
    struct jalon_kept_answer answer = {
        .digest = JALON_TEXT("digest"), .contribution = jalon_id_make(), .seq = 3,
        .repaired = true, .json = JALON_TEXT("{\"a\" :\t1.50}"),
        .created_us = INT64_C(1790000000000003),
    };
    static const unsigned char secret[] = {0, 255, 1, 0, 39};
    struct jalon_territory territory = {
        .id = jalon_id_make(), .key = JALON_TEXT("centre"), .name = JALON_TEXT("Écusson"),
        .kind = JALON_TEXT("quarter"), .parent = JALON_TEXT_EMPTY,
        .geometry = square(ctx, 3.87, 43.6, 0.02),
    };
    expect(ctx, JALON_OK, jalon_store_insert_account(ctx, session, &account));
    token.account = account.number;
    expect(ctx, JALON_OK, jalon_store_insert_token(ctx, session, &token));
    expect(ctx, JALON_OK,
           jalon_store_keep_answer(ctx, session, &fixture->map, JALON_TEXT_EMPTY,
                                   JALON_TEXT("key"), &answer));
    expect(ctx, JALON_OK, jalon_store_insert_secret(ctx, session, JALON_TEXT("server"), secret,
                                                    sizeof secret));
    expect(ctx, JALON_OK, jalon_store_put_territory(ctx, session, &fixture->map, &territory));
    commit_session(fixture, session);
}

/* One row in each table that the community fills, through the very statements that copy them. */
static void put_community(struct fixture *fixture)
{
#define INTEGER(value) jalon_db_integer(value)
#define TEXT(value) jalon_db_text(JALON_TEXT(value))
#define ID TEXT("01970000-0000-7000-8000-000000000001")
#define WRITE(NAME, ...)                                                                     \
    do {                                                                                     \
        const struct jalon_db_value values[] = {__VA_ARGS__};                                \
        expect(ctx, JALON_OK,                                                                \
               jalon_db_execute(ctx, session->connection, JALON_QUERY_COPY_##NAME##_WRITE,   \
                                values, JALON_STORE_COUNT(values), NULL));                   \
    } while (0)
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_account found;
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK, jalon_store_find_account(ctx, session, JALON_TEXT("zoe"), &found));
    struct jalon_db_value account = jalon_db_integer(found.number);
    struct jalon_db_value map = jalon_db_integer(fixture->map.number);
    struct jalon_geometry shape = square(ctx, 3.87, 43.6, 0.02);
    struct jalon_db_value area[5];
    expect(ctx, JALON_OK, jalon_store_put_geometry(ctx, session, &shape, area));
    WRITE(SESSION,
            TEXT("key"), account, jalon_db_time(INT64_C(1790000000000004)),
            jalon_db_time(INT64_C(1790000000000004)), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(TICKET,
            TEXT("key"), TEXT("l'été \"n\""), account, TEXT("l'été \"n\""), map, INTEGER(7),
            jalon_db_time(INT64_C(1790000000000004)), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(MEMBERSHIP,
            map, account, TEXT("l'été \"n\""), TEXT("{\"a\" :\t1.50}"), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(OUTBOX,
            INTEGER(7), TEXT("l'été \"n\""), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)), jalon_db_time(INT64_C(1790000000000004)),
            INTEGER(7), TEXT("l'été \"n\""), jalon_db_time(INT64_C(1790000000000004)),
            jalon_db_time(INT64_C(1790000000000005)));
    WRITE(NOTIFICATION,
            INTEGER(7), account, TEXT("l'été \"n\""), map, INTEGER(7), TEXT("l'été \"n\""),
            TEXT("{\"a\" :\t1.50}"), jalon_db_time(INT64_C(1790000000000004)),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(CHARTER,
            map, INTEGER(7), TEXT("l'été \"n\""), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(COMMENT,
            map, ID, INTEGER(7), ID, TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            TEXT("l'été \"n\""), jalon_db_null(), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(CONFIRMATION,
            map, ID, INTEGER(7), jalon_db_boolean(true), TEXT("2026-09-30"),
            TEXT("l'été \"n\""), TEXT("l'été \"n\""), jalon_db_null(),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(SUPPORT,
            map, INTEGER(7), TEXT("key"), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(LINK,
            map, ID, INTEGER(7), TEXT("l'été \"n\""), INTEGER(7), INTEGER(7),
            TEXT("l'été \"n\""), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(CLAIM,
            map, ID, INTEGER(7), TEXT("key"), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(REVIEW,
            map, INTEGER(7), TEXT("l'été \"n\""), TEXT("{\"a\" :\t1.50}"),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(REPORT,
            map, ID, INTEGER(7), TEXT("l'été \"n\""), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_null(), TEXT("l'été \"n\""), jalon_db_time(INT64_C(1790000000000004)),
            TEXT("l'été \"n\""), TEXT("l'été \"n\""), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(PROPOSAL,
            map, ID, INTEGER(7), INTEGER(7), TEXT("{\"a\" :\t1.50}"),
            TEXT("l'été \"n\""), jalon_db_null(), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            TEXT("{\"a\" :\t1.50}"), jalon_db_time(INT64_C(1790000000000004)),
            TEXT("l'été \"n\""), TEXT("l'été \"n\""), jalon_db_time(INT64_C(1790000000000004)));
    WRITE(AUDIT,
            map, INTEGER(7), jalon_db_time(INT64_C(1790000000000004)), TEXT("l'été \"n\""),
            TEXT("l'été \"n\""), INTEGER(7), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            TEXT("{\"a\" :\t1.50}"));
    WRITE(ORIGIN,
            map, INTEGER(7), jalon_db_null(), TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)), jalon_db_boolean(true),
            jalon_db_time(INT64_C(1790000000000004)));
    WRITE(ZONE,
            INTEGER(7), map, ID, TEXT("l'été \"n\""), TEXT("l'été \"n\""),
            jalon_db_time(INT64_C(1790000000000004)), jalon_db_time(INT64_C(1790000000000004)),
            area[0]);
    WRITE(BLOCK,
            map, ID, TEXT("l'été \"n\""), jalon_db_null(), TEXT("l'été \"n\""),
            TEXT("l'été \"n\""), TEXT("l'été \"n\""), jalon_db_time(INT64_C(1790000000000004)),
            jalon_db_time(INT64_C(1790000000000004)));
    commit_session(fixture, session);
#undef INTEGER
#undef TEXT
#undef ID
#undef WRITE
}

/* Two more maps, the last one gone again: its numbers are not to be given once more. */
static void put_maps(struct fixture *fixture, int64_t *out_gone)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_map map;
    struct jalon_session *session = write_session(fixture);
    for (int n = 0; n < 2; n++) {
        sample_map(ctx, &map);
        map.slug = n == 0 ? JALON_TEXT("second") : JALON_TEXT("gone");
        expect(ctx, JALON_OK, jalon_store_insert_map(ctx, session, &map));
    }
    expect(ctx, JALON_OK, jalon_store_delete_map(ctx, session, &map));
    commit_session(fixture, session);
    *out_gone = map.number;
}

static int setup_all(void **state)
{
    static int64_t gone;
    setup(state);
    put_rows(*state);
    put_beside(*state);
    put_community(*state);
    put_maps(*state, &gone);
    return 0;
}

/* --- Every table --- */

/* The tables that the engine says there are. */
struct names {
    size_t count;
    char name[TABLES_MAX][NAME_SIZE];
};

static enum jalon_status take_name(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    struct names *names = object;
    (void)ctx;
    assert_true(names->count < TABLES_MAX);
    snprintf(names->name[names->count++], NAME_SIZE, "%s", jalon_db_to_text(&row[0]).data);
    return JALON_OK;
}

static void list_tables(struct fixture *fixture, struct names *out)
{
    struct jalon_session *session = read_session(fixture);
    *out = (struct names){0};
    expect(fixture->ctx, JALON_OK,
           jalon_store_each_row(fixture->ctx, session, JALON_QUERY_COPY_COLUMNS, NULL, 0, take_name,
                                out));
    jalon_session_end(session);
    assert_true(out->count >= 16);
}

/* The statement "copy_<table>_read". */
static int find_reading(const char *table)
{
    char name[2 * NAME_SIZE];
    snprintf(name, sizeof name, "copy_%s_read", table);
    for (int query = 0; query < JALON_QUERY_COUNT; query++) {
        if (strcmp(jalon_db_statements[query].name, name) == 0) {
            return query;
        }
    }
    fail_msg("copying does not know the table '%s'", table);
    return -1;
}

static size_t count_columns(int query)
{
    const char *at = jalon_db_statements[query].sql[JALON_DB_SQLITE];
    const char *end = strstr(at, "FROM");
    size_t count = 1;
    while (at < end) {
        count += *at++ == ',';
    }
    return count;
}

static void compare_tables(struct fixture *a, struct jalon_store *other, const char *table)
{
    struct jalon_context *ctx = a->ctx;
    struct fixture b = {.ctx = ctx, .store = other};
    struct jalon_session *of_a = read_session(a), *of_b = read_session(&b);
    struct jalon_db_cursor *cursor_a, *cursor_b;
    const struct jalon_db_value *row_a, *row_b;
    int query = find_reading(table);
    size_t rows = 0, columns = count_columns(query);
    expect(ctx, JALON_OK, jalon_db_query(ctx, of_a->connection, query, NULL, 0, &cursor_a));
    expect(ctx, JALON_OK, jalon_db_query(ctx, of_b->connection, query, NULL, 0, &cursor_b));
    enum jalon_status status;
    while ((status = jalon_db_step(ctx, cursor_a, &row_a)) == JALON_OK) {
        expect(ctx, JALON_OK, jalon_db_step(ctx, cursor_b, &row_b));
        rows++;
        for (size_t i = 0; i < columns; i++) {
            assert_int_equal(row_a[i].kind, row_b[i].kind);
            struct jalon_text text = jalon_db_to_text(&row_a[i]);
            struct jalon_text same = jalon_db_to_text(&row_b[i]);
            assert_int_equal(text.length, same.length);
            assert_memory_equal(text.data, same.data, text.length);
            assert_int_equal(jalon_db_to_integer(&row_a[i]), jalon_db_to_integer(&row_b[i]));
            assert_true(jalon_db_to_double(&row_a[i]) == jalon_db_to_double(&row_b[i]));
        }
    }
    expect(ctx, JALON_NOT_FOUND, status);
    expect(ctx, JALON_NOT_FOUND, jalon_db_step(ctx, cursor_b, &row_b));
    assert_true(rows > 0);
    jalon_session_end(of_a);
    jalon_session_end(of_b);
}

static void find_fault(void *handle, const struct jalon_finding *finding)
{
    (void)handle;
    if (jalon_text_starts_with(finding->what, "fields: 'days'")) { /* the sample's own fault */
        return;
    }
    fail_msg("%s %s: %s", finding->table.data, finding->key.data, finding->what.data);
}

/* Every row of every table, and what this program has to say of them. */
static void compare(struct fixture *fixture, struct jalon_store *other)
{
    struct names tables;
    struct fixture b = {.ctx = fixture->ctx, .store = other};
    bool readable = false;
    list_tables(fixture, &tables);
    for (size_t i = 0; i < tables.count; i++) {
        if (strcmp(tables.name[i], "schema_migration") != 0) {
            compare_tables(fixture, other, tables.name[i]);
        }
    }
    struct jalon_session *session = read_session(&b);
    expect(fixture->ctx, JALON_OK,
           jalon_store_check(fixture->ctx, session, find_fault, NULL, &readable));
    assert_true(readable);
    expect(fixture->ctx, JALON_OK,
           jalon_store_check_map(fixture->ctx, session, &fixture->map, find_fault, NULL));
    jalon_session_end(session);
}

/* --- Tests --- */

static enum jalon_status copy_into(struct fixture *fixture, struct jalon_store *store)
{
    struct fixture b = {.ctx = fixture->ctx, .store = store};
    struct jalon_session *from = read_session(fixture), *to = write_session(&b);
    enum jalon_status status = jalon_store_copy(fixture->ctx, from, to);
    if (status == JALON_OK) {
        commit_session(&b, to);
    } else {
        jalon_session_end(to);
    }
    jalon_session_end(from);
    return status;
}

static void another_database_has_the_same(void **state)
{
    struct fixture *fixture = *state;
    char location[256];
    make_location(location);
    struct jalon_store *other = open_store(fixture->ctx, location);
    expect(fixture->ctx, JALON_OK, copy_into(fixture, other));
    compare(fixture, other);
    /* A second time there is something. */
    struct jalon_context *ctx = fixture->ctx;
    assert_int_equal(copy_into(fixture, other), JALON_CONFLICT);
    expect_text(ctx->error.message, "the database is not empty: restore into a new one");
    jalon_error_clear(ctx);
    jalon_store_close(other);
    forget_location(location);
}

/* Numbers of what was deleted are not given again, and events go on. */
static void what_follows_goes_on(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_map map, last;
    struct jalon_contribution row;
    char location[256];
    make_location(location);
    struct fixture b = {.ctx = ctx, .store = open_store(ctx, location)};
    int64_t gone;
    put_rows(fixture);
    put_maps(fixture, &gone);
    expect(ctx, JALON_OK, copy_into(fixture, b.store));
    struct jalon_session *session = write_session(&b);
    sample_map(ctx, &map);
    map.slug = JALON_TEXT("next");
    expect(ctx, JALON_OK, jalon_store_insert_map(ctx, session, &map));
    assert_true(map.number > gone);
    expect(ctx, JALON_OK, jalon_store_load_map(ctx, session, fixture->map.slug, &last));
    sample_contribution(ctx, &last, ROWS + 1, &row);
    int64_t seq;
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &last, &row, &creation, &seq));
    assert_int_equal(seq, ROWS + 2);
    assert_true(row.number > ROWS);
    commit_session(&b, session);
    jalon_store_close(b.store);
    forget_location(location);
}

static enum jalon_status accept(struct jalon_context *ctx, struct jalon_session *session,
                                void *object)
{
    (void)ctx, (void)session, (void)object;
    return JALON_OK;
}

/* Rows in a file, the file in a database: the file has no engine's marks. */
static void a_file_of_rows_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    char folder[256], file[300], location[256];
    make_folder(folder);
    make_location(location);
    snprintf(file, sizeof file, "%s/jalon.sqlite", folder);
    struct jalon_db *db;
    struct jalon_store *store = NULL;
    expect(ctx, JALON_OK, jalon_db_make_file(ctx, jalon_text_from(file), &db));
    assert_int_equal(access(file, F_OK), -1); /* not before it is whole */
    expect(ctx, JALON_OK, jalon_store_open_db(ctx, db, true, &store));
    expect(ctx, JALON_OK, copy_into(fixture, store));
    expect(ctx, JALON_OK, jalon_db_settle(ctx, db));
    jalon_store_close(store);
    struct jalon_store_options options = {.data = jalon_text_from(file), .read_only = true};
    expect(ctx, JALON_OK, jalon_store_open(ctx, &options, &store));
    struct jalon_session *session;
    expect(ctx, JALON_OK, jalon_store_read(ctx, store, &session));
    expect(ctx, JALON_OK,
           jalon_store_check_map(ctx, session, &fixture->map, find_fault, NULL));
    jalon_session_end(session);
    jalon_store_close(store);
    expect(ctx, JALON_OK,
           jalon_store_restore(ctx, jalon_text_from(file), jalon_text_from(location), accept,
                               NULL));
    options = (struct jalon_store_options){.data = jalon_text_from(location)};
    expect(ctx, JALON_OK, jalon_store_open(ctx, &options, &store));
    compare(fixture, store);
    jalon_store_close(store);
    forget_folder(folder);
    forget_location(location);
}

/* Given up or failed, nothing of it is left. */
static void a_file_that_is_not_settled_goes(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    char folder[256], file[300];
    make_folder(folder);
    snprintf(file, sizeof file, "%s/backup", folder);
    struct jalon_db *db;
    struct jalon_store *store = NULL;
    expect(ctx, JALON_OK, jalon_db_make_file(ctx, jalon_text_from(file), &db));
    expect(ctx, JALON_OK, jalon_store_open_db(ctx, db, true, &store));
    jalon_store_close(store);
    assert_int_equal(rmdir(folder), 0); /* so it is empty */
    expect(ctx, JALON_NOT_FOUND, jalon_db_make_file(ctx, jalon_text_from(file), &db));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_database_has_the_same, setup_all, teardown),
        RUN(what_follows_goes_on),
        cmocka_unit_test_setup_teardown(a_file_of_rows_comes_back, setup_all, teardown),
        RUN(a_file_that_is_not_settled_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
