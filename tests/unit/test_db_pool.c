/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who writes next: whoever has waited longest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "db/driver.h"

enum { WRITERS = 6, PATIENT_MS = 120000 };

static char folder[64];
static struct jalon_context *ctx;

static struct jalon_db *open_db(int64_t wait_ms)
{
    struct jalon_db *db;
    const struct jalon_db_options options = {
        .location = jalon_text_from(folder), .create = true, .wait_ms = wait_ms};
    assert_int_equal(jalon_db_open(ctx, &options, &db), JALON_OK);
    return db;
}

static int set_up(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    snprintf(folder, sizeof folder, "/tmp/jalon-pool-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/jalon.sqlite%s", folder, suffixes[i]);
        unlink(path);
    }
    jalon_context_destroy(ctx);
    return rmdir(folder);
}

static size_t count_waiting(struct jalon_db *db)
{
    size_t count = 0;
    pthread_mutex_lock(&db->mutex);
    for (const struct jalon_db_turn *turn = db->turns; turn != NULL; turn = turn->next) {
        count++;
    }
    pthread_mutex_unlock(&db->mutex);
    return count;
}

static void wait_for_waiting(struct jalon_db *db, size_t count)
{
    while (count_waiting(db) != count) {
        usleep(1000);
    }
}

struct writer {
    struct jalon_db *db;
    pthread_t thread;
    enum jalon_status status;
    int place; /* of those who have written */
};

static _Atomic int written;

static void *write_once(void *argument)
{
    struct writer *writer = argument;
    struct jalon_context *own = jalon_context_create();
    struct jalon_db_connection *connection;
    writer->status = jalon_db_begin(own, writer->db, JALON_DB_WRITE, &connection);
    if (writer->status == JALON_OK) {
        writer->place = written++;
        jalon_db_end(connection);
    }
    jalon_context_destroy(own);
    return NULL;
}

static void start(struct writer *writer, struct jalon_db *db)
{
    *writer = (struct writer){.db = db, .place = -1};
    assert_int_equal(pthread_create(&writer->thread, NULL, write_once, writer), 0);
}

static void writers_take_turns_as_they_came(void **state)
{
    (void)state;
    struct jalon_db *db = open_db(PATIENT_MS);
    struct jalon_db_connection *connection;
    struct writer writers[WRITERS];
    written = 0;
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection), JALON_OK);
    for (size_t i = 0; i < WRITERS; i++) {
        start(&writers[i], db);
        wait_for_waiting(db, i + 1);
    }
    jalon_db_end(connection);
    /* Comes back at once, and after all of them. */
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection), JALON_OK);
    assert_int_equal(written, WRITERS);
    jalon_db_end(connection);
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        assert_int_equal(writers[i].status, JALON_OK);
        assert_int_equal(writers[i].place, i);
    }
    jalon_db_close(db);
}

/* Nobody is kept waiting by those who have gone. */
static void who_gives_up_leaves_the_queue(void **state)
{
    (void)state;
    struct jalon_db *db = open_db(1);
    struct jalon_db_connection *connection;
    struct writer writers[WRITERS];
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection), JALON_OK);
    for (size_t i = 0; i < WRITERS; i++) {
        start(&writers[i], db);
    }
    for (size_t i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        assert_int_equal(writers[i].status, JALON_RETRY);
    }
    assert_int_equal(count_waiting(db), 0);
    jalon_db_end(connection);
    assert_int_equal(jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection), JALON_OK);
    jalon_db_end(connection);
    jalon_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writers_take_turns_as_they_came, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_gives_up_leaves_the_queue, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
