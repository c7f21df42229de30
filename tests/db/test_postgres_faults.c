/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What becomes of a transaction when the server fails it, by each of its error codes, ends the
 * connection or lets no more in; and when memory runs out here, in libpq too. Whatever it was, the
 * next one goes well, and nothing of the failed one is there.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "database.h"
#include "jalon/db.h"
#include "jalon/memory.h"
#include "jalon/queries.h"

struct fixture {
    struct jalon_context *ctx;
    struct jalon_db *db;
    char url[256];
    int64_t next; /* number of a row that is not there yet */
};

static struct jalon_db *open_db(struct fixture *fixture)
{
    struct jalon_db_options options = {
        .location = jalon_text_from(fixture->url), .create = true, .wait_ms = 300};
    struct jalon_db *db = NULL;
    assert_int_equal(jalon_db_open(fixture->ctx, &options, &db), JALON_OK);
    return db;
}

/* A table of this test's, filled by the statement that records migrations. */
static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->ctx = jalon_context_create();
    fixture->next = 1;
    make_database(fixture->url);
    run_in_database(fixture->url,
                    "CREATE TABLE schema_migration (number bigint PRIMARY KEY, name text, program "
                    "text, applied timestamptz); "
                    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                    "IF NEW.name <> '' THEN RAISE EXCEPTION 'as told' USING ERRCODE = NEW.name; "
                    "END IF; RETURN NEW; END $$; "
                    "CREATE TRIGGER fail BEFORE INSERT ON schema_migration "
                    "FOR EACH ROW EXECUTE FUNCTION fail()");
    fixture->db = open_db(fixture);
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

/* Inserts a row; the server fails it with the code, "" with none. */
static enum jalon_status insert(struct fixture *fixture, struct jalon_db_connection *connection,
                                const char *code)
{
    int64_t changed;
    struct jalon_db_value values[] = {
        jalon_db_integer(fixture->next++),
        jalon_db_text(jalon_text_from(code)),
        jalon_db_text(JALON_TEXT("program")),
        jalon_db_time(1),
    };
    return jalon_db_execute(fixture->ctx, connection, JALON_QUERY_SCHEMA_RECORD, values, 4,
                            &changed);
}

/* A whole transaction: a row that goes well, and one that may not. */
static enum jalon_status write_rows(struct fixture *fixture, const char *code)
{
    struct jalon_db_connection *connection = NULL;
    enum jalon_status status =
        jalon_db_begin(fixture->ctx, fixture->db, JALON_DB_WRITE, &connection);
    if (status != JALON_OK) {
        return status;
    }
    status = insert(fixture, connection, "");
    if (status == JALON_OK) {
        status = insert(fixture, connection, code);
    }
    if (status == JALON_OK) {
        status = jalon_db_commit(fixture->ctx, connection);
    }
    jalon_db_end(connection);
    return status;
}

/* The highest number that is there, by the engine's own question. */
static enum jalon_status read_last(struct fixture *fixture, int64_t *out)
{
    struct jalon_db_connection *connection = NULL;
    enum jalon_status status =
        jalon_db_begin(fixture->ctx, fixture->db, JALON_DB_READ, &connection);
    if (status == JALON_OK) {
        status = jalon_db_schema_version(fixture->ctx, connection, out);
        jalon_db_end(connection);
    }
    return status;
}

static int64_t last(struct fixture *fixture)
{
    int64_t number = -1;
    assert_int_equal(read_last(fixture, &number), JALON_OK);
    return number;
}

/* Whoever asks for a transaction now has it; a pause of the reach may have to pass before. */
static void goes_well_again(struct fixture *fixture)
{
    static const struct timespec pause = {.tv_nsec = 10000000};
    enum jalon_status status = JALON_UNAVAILABLE;
    for (int i = 0; i < 6000 && status == JALON_UNAVAILABLE; i++) {
        status = write_rows(fixture, "");
        if (status != JALON_OK) {
            nanosleep(&pause, NULL);
        }
    }
    assert_int_equal(status, JALON_OK);
    assert_int_equal(last(fixture), fixture->next - 1);
    jalon_error_clear(fixture->ctx);
}

static void every_code_has_its_status(void **state)
{
    static const struct {
        const char *code;
        enum jalon_status status;
    } codes[] = {
        {"40001", JALON_RETRY},       {"40P01", JALON_RETRY},       {"55P03", JALON_RETRY},
        {"53100", JALON_NO_SPACE},    {"53200", JALON_UNAVAILABLE}, {"53300", JALON_UNAVAILABLE},
        {"57014", JALON_UNAVAILABLE}, {"57P01", JALON_UNAVAILABLE}, {"57P02", JALON_UNAVAILABLE},
        {"57P03", JALON_UNAVAILABLE}, {"25006", JALON_UNAVAILABLE}, {"58030", JALON_UNAVAILABLE},
        {"XX001", JALON_UNAVAILABLE}, {"08006", JALON_UNAVAILABLE}, {"54000", JALON_TOO_LARGE},
        {"42P01", JALON_INTERNAL},    {"22012", JALON_INTERNAL},    {"23503", JALON_INTERNAL},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        int64_t before = last(fixture);
        enum jalon_status status = write_rows(fixture, codes[i].code);
        if (status != codes[i].status) {
            fail_msg("%s is %s", codes[i].code, jalon_status_name(status));
        }
        /* In words for a client. */
        assert_non_null(fixture->ctx->error.message.data);
        assert_null(strstr(fixture->ctx->error.message.data, "as told"));
        assert_null(strstr(fixture->ctx->error.message.data, codes[i].code));
        assert_non_null(strstr(fixture->ctx->error.internal.data, codes[i].code));
        assert_int_equal(last(fixture), before);
        goes_well_again(fixture);
    }
}

/* Returns when the server has ended all transactions of others in which nothing is asked. */
static const char wait_for_idle_ones[] =
    "DO $$ BEGIN "
    "WHILE EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
    "    AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%') LOOP "
    "    PERFORM pg_sleep(0.01);"
    "    PERFORM pg_stat_clear_snapshot();"
    "END LOOP; END $$;";

/* The server ends it while nothing is asked: 25P03. */
static void a_transaction_may_be_idle_for_too_long(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *connection = NULL;
    jalon_db_close(fixture->db);
    run_in_database(fixture->url,
                    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "
                    "idle_in_transaction_session_timeout = 100', current_database()); END $$");
    fixture->db = open_db(fixture);
    int64_t before = last(fixture);
    assert_int_equal(jalon_db_begin(fixture->ctx, fixture->db, JALON_DB_WRITE, &connection),
                     JALON_OK);
    assert_int_equal(insert(fixture, connection, ""), JALON_OK);
    run_in_database(fixture->url, wait_for_idle_ones);
    assert_int_equal(insert(fixture, connection, ""), JALON_UNAVAILABLE);
    jalon_db_end(connection);
    assert_int_equal(last(fixture), before);
    goes_well_again(fixture);
}

static void no_connection_may_be_left(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_db_connection *readers[2] = {NULL};
    assert_int_equal(jalon_db_begin(fixture->ctx, fixture->db, JALON_DB_READ, &readers[0]),
                     JALON_OK); /* beside the writer's, which is kept */
    run_in_database(fixture->url, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT "
                                  "2', current_database()); END $$");
    assert_int_equal(jalon_db_begin(fixture->ctx, fixture->db, JALON_DB_READ, &readers[1]),
                     JALON_UNAVAILABLE);
    assert_non_null(strstr(fixture->ctx->error.internal.data, "no connections left"));
    assert_null(strstr(fixture->ctx->error.message.data, "connections"));
    assert_int_equal(write_rows(fixture, ""), JALON_OK);
    jalon_db_end(readers[0]);
    goes_well_again(fixture);
}

/* --- Memory --- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { OWN_MALLOC = 0 }; /* the sanitizer has its own */
static uint64_t malloc_fails_at, mallocs;
#else
enum { OWN_MALLOC = 1 };
static uint64_t malloc_fails_at, mallocs; /* of all libraries, in the test's only thread */

static bool fails_now(void)
{
    return malloc_fails_at > 0 && ++mallocs == malloc_fails_at;
}

/* Instead of the C library's: the program's own go before those of libraries (ELF). */
void *malloc(size_t size);
void *realloc(void *block, size_t size);

void *malloc(size_t size)
{
    static void *(*real)(size_t);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "malloc");
    }
    return fails_now() ? NULL : real(size);
}

void *realloc(void *block, size_t size)
{
    static void *(*real)(void *, size_t);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "realloc");
    }
    return fails_now() ? NULL : real(block, size);
}
#endif

static void fail_at(bool own, uint64_t n)
{
    if (own) {
        jalon_memory_fail_at(n);
    } else {
        mallocs = 0;
        malloc_fails_at = n;
    }
}

/*
 * From nothing, so that connecting is a part of it; of the library's memory that alone: libpq 15
 * forgets the end of a pipeline that it has no memory for, and only our patience ends that.
 */
static enum jalon_status work(struct fixture *fixture, bool own)
{
    struct jalon_db_options options = {
        .location = jalon_text_from(fixture->url), .create = true, .wait_ms = 300};
    int64_t number;
    enum jalon_status status = jalon_db_open(fixture->ctx, &options, &fixture->db);
    if (status == JALON_OK && own) {
        status = write_rows(fixture, "");
    }
    return status == JALON_OK && own ? read_last(fixture, &number) : status;
}

static void fail_at_every_allocation(struct fixture *fixture, bool own)
{
    bool reached = true;
    jalon_db_close(fixture->db);
    for (uint64_t n = 1; reached; n++) {
        fixture->db = NULL;
        jalon_context_reset(fixture->ctx);
        fail_at(own, n);
        enum jalon_status status = work(fixture, own);
        reached = (own ? jalon_memory_count() : mallocs) >= n;
        fail_at(own, 0);
        if (status != JALON_OK && status != JALON_NO_MEMORY && status != JALON_UNAVAILABLE) {
            fail_msg("allocation %llu is %s", (unsigned long long)n, jalon_status_name(status));
        }
        assert_true(reached || status == JALON_OK);
        jalon_db_close(fixture->db);
    }
    fixture->db = open_db(fixture);
    goes_well_again(fixture);
}

static void our_memory_may_run_out(void **state)
{
    fail_at_every_allocation(*state, true);
}

static void memory_of_the_library_may_run_out(void **state)
{
    if (!OWN_MALLOC) {
        skip();
    }
    fail_at_every_allocation(*state, false);
}

int main(void)
{
#define RUN(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
    const struct CMUnitTest tests[] = {
        RUN(every_code_has_its_status),
        RUN(a_transaction_may_be_idle_for_too_long),
        RUN(no_connection_may_be_left),
        RUN(our_memory_may_run_out),
        RUN(memory_of_the_library_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
