/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A database server that goes away and comes back: connections that broke are replaced, attempts do
 * not pile up, nobody waits for who is known to be silent. The server is a driver of this test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "db/driver.h"
#include "jalon/memory.h"

/* What the server does, and what it saw. */
static _Atomic bool is_up, is_frozen, has_restarted, gives_up;
static _Atomic int attempts;

static enum jalon_status test_open(struct jalon_context *ctx,
                                   const struct jalon_db_options *options, struct jalon_db **out)
{
    (void)options;
    *out = jalon_memory_allocate_zeroed(1, sizeof **out);
    return *out != NULL ? JALON_OK : jalon_no_memory(ctx);
}

static void test_close(struct jalon_db *db)
{
    jalon_memory_release(db);
}

static enum jalon_status test_connect(struct jalon_context *ctx, struct jalon_db *db,
                                      enum jalon_db_mode mode, struct jalon_db_connection **out)
{
    attempts++;
    if (!is_up) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "nobody is there");
    }
    has_restarted = false;
    struct jalon_db_connection *connection =
        jalon_memory_allocate_zeroed(1, sizeof *connection);
    *connection = (struct jalon_db_connection){
        .db = db, .mode = mode, .era = atomic_load(&db->reach.era)};
    *out = connection;
    return JALON_OK;
}

static void test_disconnect(struct jalon_db_connection *connection)
{
    jalon_memory_release(connection);
}

static bool test_is_alive(struct jalon_db_connection *connection)
{
    (void)connection;
    return !has_restarted;
}

static enum jalon_status test_begin(struct jalon_context *ctx,
                                    struct jalon_db_connection *connection, int64_t deadline_us)
{
    (void)deadline_us;
    if (is_up) {
        return JALON_OK;
    }
    connection->broken = true;
    return jalon_fail(ctx, JALON_UNAVAILABLE, "nobody is there any more");
}

static void test_rollback(struct jalon_db_connection *connection)
{
    (void)connection;
}

static enum jalon_status test_ping(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection)
{
    while (is_frozen) {
        usleep(1000);
    }
    if (atomic_exchange(&gives_up, false)) {
        connection->broken = true;
        return jalon_fail(ctx, JALON_UNAVAILABLE, "no answer");
    }
    return JALON_OK;
}

static const struct jalon_db_driver driver = {
    .prefix = "test://",
    .open = test_open,
    .close = test_close,
    .connect = test_connect,
    .disconnect = test_disconnect,
    .is_alive = test_is_alive,
    .ping = test_ping,
    .begin = test_begin,
    .rollback = test_rollback,
};

static struct jalon_context *ctx;
static struct jalon_db *db;

static int set_up(void **state)
{
    (void)state;
    const struct jalon_db_options options = {.location = JALON_TEXT("test://"), .wait_ms = 100};
    ctx = jalon_context_create();
    is_up = true;
    is_frozen = has_restarted = gives_up = false;
    if (jalon_db_open_driver(ctx, &driver, &options, &db) != JALON_OK) {
        return 1;
    }
    attempts = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    jalon_db_close(db);
    jalon_context_destroy(ctx);
    return 0;
}

static enum jalon_status transact(enum jalon_db_mode mode)
{
    struct jalon_db_connection *connection;
    enum jalon_status status = jalon_db_begin(ctx, db, mode, &connection);
    if (status == JALON_OK) {
        jalon_db_end(connection);
    }
    return status;
}

static void measures(uint64_t lost, uint64_t regained, uint64_t refused)
{
    uint64_t got[3];
    jalon_db_measure_reach(db, &got[0], &got[1], &got[2]);
    assert_int_equal(got[0], lost);
    assert_int_equal(got[1], regained);
    assert_int_equal(got[2], refused);
}

/* Nobody fails for a server that has come back before they asked. */
static void an_idle_connection_that_broke_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(transact(JALON_DB_READ), JALON_OK);
    assert_int_equal(transact(JALON_DB_WRITE), JALON_OK);
    measures(0, 0, 0);
    has_restarted = true;
    assert_int_equal(transact(JALON_DB_READ), JALON_OK);
    has_restarted = true;
    assert_int_equal(transact(JALON_DB_WRITE), JALON_OK);
    measures(2, 2, 0);
    assert_int_equal(attempts, 3);
}

static void attempts_do_not_pile_up(void **state)
{
    (void)state;
    assert_int_equal(transact(JALON_DB_READ), JALON_OK);
    is_up = false;
    attempts = 0;
    enum { TIMES = 20000 };
    for (int i = 0; i < TIMES; i++) {
        assert_int_equal(transact(i % 2 == 0 ? JALON_DB_READ : JALON_DB_WRITE), JALON_UNAVAILABLE);
    }
    assert_in_range(attempts, 1, TIMES / 100);
    uint64_t refused = (uint64_t)attempts;
    measures(2, 0, refused);
    /* The first attempt after a pause finds it; both come back. */
    is_up = true;
    for (int i = 0; i < 10000 && transact(JALON_DB_READ) != JALON_OK; i++) {
        usleep(1000);
    }
    assert_int_equal(transact(JALON_DB_READ), JALON_OK);
    assert_int_equal(transact(JALON_DB_WRITE), JALON_OK);
    measures(2, 2, refused);
    assert_int_equal(attempts, refused + 2);
}

static void wait_for(enum jalon_status status)
{
    for (int i = 0; i < 2000 && transact(JALON_DB_READ) != status; i++) {
        usleep(10000);
    }
    assert_int_equal(transact(JALON_DB_READ), status);
    assert_int_equal(transact(JALON_DB_WRITE), status);
}

static void who_is_silent_is_not_waited_for(void **state)
{
    (void)state;
    struct jalon_db_connection *connection;
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_READ, &connection), JALON_OK);
    assert_int_equal(jalon_db_start_pulse(ctx, db), JALON_OK);
    assert_false(jalon_db_reach_is_hopeless(connection));
    is_frozen = true;
    wait_for(JALON_UNAVAILABLE);
    assert_true(jalon_db_reach_is_hopeless(connection));
    is_frozen = false;
    wait_for(JALON_OK);
    assert_false(jalon_db_reach_is_hopeless(connection));
    jalon_db_end(connection);
    measures(0, 0, 0);
}

/* What the question was given up for holds for the others of that time. */
static void connections_of_a_silent_time_are_given_up(void **state)
{
    (void)state;
    struct jalon_db_connection *connection;
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_READ, &connection), JALON_OK);
    assert_int_equal(jalon_db_start_pulse(ctx, db), JALON_OK);
    is_frozen = true;
    wait_for(JALON_UNAVAILABLE);
    gives_up = true;
    is_frozen = false;
    wait_for(JALON_OK);
    assert_true(jalon_db_reach_is_hopeless(connection));
    jalon_db_end(connection);
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_READ, &connection), JALON_OK);
    assert_false(jalon_db_reach_is_hopeless(connection));
    jalon_db_end(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_idle_connection_that_broke_is_replaced, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(attempts_do_not_pile_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_is_silent_is_not_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(connections_of_a_silent_time_are_given_up, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
