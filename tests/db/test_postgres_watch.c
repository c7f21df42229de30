/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Being told of other programs' commits: LISTEN, NOTIFY, and connections that are lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "database.h"
#include "jalon/clock.h"
#include "jalon/db.h"
#include "jalon/queries.h"

enum { TRIES = 6000, TRY_MS = 10, QUIET_MS = 300, TOLD_EVERY_US = 20000 };

/* Two programs on one database. */
struct program {
    struct jalon_db *db;
    atomic_int woken;
};
struct fixture {
    struct jalon_context *ctx;
    char url[256];
    struct program programs[2];
};

static void pause_ms(long ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    nanosleep(&wait, NULL);
}

static void be_woken(void *object)
{
    atomic_fetch_add((atomic_int *)object, 1);
}

static void wait_woken(struct program *program, int more_than)
{
    for (int i = 0; i < TRIES && atomic_load(&program->woken) <= more_than; i++) {
        pause_ms(TRY_MS);
    }
    assert_true(atomic_load(&program->woken) > more_than);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->ctx = jalon_context_create();
    make_database(fixture->url);
    run_in_database(fixture->url,
                    "CREATE TABLE secret (name text PRIMARY KEY, value bytea NOT NULL)");
    for (int i = 0; i < 2; i++) {
        struct program *program = &fixture->programs[i];
        struct jalon_db_options options = {
            .location = jalon_text_from(fixture->url), .create = true, .wait_ms = 2000};
        bool wakes = false;
        assert_int_equal(jalon_db_open(fixture->ctx, &options, &program->db), JALON_OK);
        assert_int_equal(
            jalon_db_start_watch(fixture->ctx, program->db, be_woken, &program->woken, &wakes),
            JALON_OK);
        assert_true(wakes);
    }
    for (int i = 0; i < 2; i++) { /* it listens */
        wait_woken(&fixture->programs[i], 0);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 2; i++) {
        jalon_db_close(fixture->programs[i].db);
    }
    drop_database(fixture->url);
    jalon_context_destroy(fixture->ctx);
    free(fixture);
    return 0;
}

/* Writes something, or begins to and thinks better of it. */
static void write_secret(struct fixture *fixture, int program, const char *name, bool keep)
{
    struct jalon_db_connection *connection = NULL;
    struct jalon_db_value values[] = {jalon_db_text(jalon_text_from(name)),
                                      jalon_db_blob("x", 1)};
    assert_int_equal(jalon_db_begin(fixture->ctx, fixture->programs[program].db, JALON_DB_WRITE,
                                    &connection),
                     JALON_OK);
    assert_int_equal(jalon_db_execute(fixture->ctx, connection, JALON_QUERY_SECRET_INSERT, values,
                                      2, NULL),
                     JALON_OK);
    if (keep) {
        assert_int_equal(jalon_db_commit(fixture->ctx, connection), JALON_OK);
    }
    jalon_db_end(connection);
}

static void a_commit_wakes_the_other_program(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct fixture *fixture = *state;
    for (int i = 0; i < 6; i++) {
        struct program *other = &fixture->programs[1 - i % 2];
        int before = atomic_load(&other->woken);
        write_secret(fixture, i % 2, names[i], true);
        wait_woken(other, before);
    }
}

/* Neither its own commits wake a program, nor what is not kept anybody. */
static void nothing_else_wakes(void **state)
{
    struct fixture *fixture = *state;
    int before[] = {atomic_load(&fixture->programs[0].woken),
                    atomic_load(&fixture->programs[1].woken)};
    write_secret(fixture, 0, "undone", false);
    pause_ms(QUIET_MS);
    assert_int_equal(atomic_load(&fixture->programs[0].woken), before[0]);
    assert_int_equal(atomic_load(&fixture->programs[1].woken), before[1]);
    write_secret(fixture, 0, "kept", true);
    wait_woken(&fixture->programs[1], before[1]);
    pause_ms(QUIET_MS);
    assert_int_equal(atomic_load(&fixture->programs[0].woken), before[0]);
}

/* Many commits are told of together: nobody is woken as often as somebody writes. */
static void many_commits_are_told_together(void **state)
{
    enum { COMMITS = 200 };
    struct fixture *fixture = *state;
    int before = atomic_load(&fixture->programs[1].woken);
    int64_t began_us = jalon_clock_monotonic_us();
    for (int i = 0; i < COMMITS; i++) {
        char name[] = {'n', (char)('A' + i / 26), (char)('a' + i % 26), '\0'};
        write_secret(fixture, 0, name, true);
    }
    wait_woken(&fixture->programs[1], before);
    pause_ms(QUIET_MS);
    int woken = atomic_load(&fixture->programs[1].woken) - before;
    /* However slowly they come. */
    int64_t most = (jalon_clock_monotonic_us() - began_us) / TOLD_EVERY_US + 2;
    assert_in_range(woken, 1, most < COMMITS ? most : COMMITS);
    /* The last one was not forgotten in that: it stands behind the pause. */
    before = atomic_load(&fixture->programs[1].woken);
    write_secret(fixture, 0, "last", true);
    wait_woken(&fixture->programs[1], before);
}

/* Who was not there wakes when it is back: it may have missed something. */
static void a_connection_that_was_lost_comes_back(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        int before[] = {atomic_load(&fixture->programs[0].woken),
                        atomic_load(&fixture->programs[1].woken)};
        run_in_database(fixture->url,
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                        "AND query ~ 'LISTEN|pg_notify'");
        for (int k = 0; k < 2; k++) {
            wait_woken(&fixture->programs[k], before[k]);
        }
        static const char *const names[] = {"x", "y", "z"};
        int known = atomic_load(&fixture->programs[1].woken);
        write_secret(fixture, 0, names[i], true);
        wait_woken(&fixture->programs[1], known);
    }
}

#define RUN(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_commit_wakes_the_other_program),
        RUN(nothing_else_wakes),
        RUN(many_commits_are_told_together),
        RUN(a_connection_that_was_lost_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
