/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Telling other programs on the database that something was committed, and being told: NOTIFY and
 * LISTEN (PostgreSQL's manual). Layer 1.
 *
 * A thread with a connection of its own does both. The statement is sent after the commit, by nobody
 * who waits: within the writer's transaction it would make all commits of the database queue for one
 * lock. Nobody may rely on it. A connection that was lost comes back, and what was told meanwhile is
 * in the tables.
 */
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "db/postgres.h"
#include "jalon/clock.h"
#include "jalon/memory.h"

enum {
    TELL_EVERY_US = 20000, /* at most */
    AGAIN_US = 250000,     /* after a failure; reach.c has longer pauses */
    IDLE_US = 60000000,
    PATIENCE_US = 5000000,
};
/* A transaction of its own, that waits for no disk and no standby. */
static const char tell_sql[] =
    "SELECT set_config('synchronous_commit', 'off', true), pg_notify('jalon', '')";

struct jalon_postgres_watch {
    struct jalon_db *db;
    void (*wake)(void *object);
    void *object;
    pthread_t thread;
    int signal; /* an eventfd: something is to be told, or it is over */
    _Atomic bool untold;
    _Atomic bool stopping;
};

static void signal_thread(struct jalon_postgres_watch *watch)
{
    uint64_t one = 1;
    ssize_t written = write(watch->signal, &one, sizeof one);
    (void)written; /* one that is full has been signalled */
}

void jalon_postgres_watch_tell(struct jalon_postgres_watch *watch)
{
    if (watch != NULL && !atomic_exchange(&watch->untold, true)) {
        signal_thread(watch);
    }
}

/* Until something comes, or the time is over. */
static void wait_for(struct jalon_postgres_watch *watch, PGconn *handle, int64_t wait_us)
{
    uint64_t count;
    struct pollfd files[] = {
        {.fd = watch->signal, .events = POLLIN},
        {.fd = handle != NULL ? PQsocket(handle) : -1, .events = POLLIN},
    };
    if (wait_us > 0 && poll(files, 2, (int)(wait_us / 1000) + 1) > 0 &&
        (files[0].revents & POLLIN) != 0) {
        ssize_t got = read(watch->signal, &count, sizeof count);
        (void)got; /* what it says is in the struct */
    }
}

/* One that listens; NULL: not now. */
static struct jalon_postgres_connection *listen_in(struct jalon_context *ctx, struct jalon_db *db)
{
    struct jalon_db_connection *base = NULL;
    if (jalon_db_reach_connect(ctx, db, JALON_DB_READ, &base) != JALON_OK) {
        return NULL;
    }
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    PGresult *answer = NULL;
    connection->patience_us = PATIENCE_US;
    if (jalon_postgres_ask(ctx, connection, "LISTEN jalon", &answer) != JALON_OK) {
        db->driver->disconnect(base);
        return NULL;
    }
    PQclear(answer);
    return connection;
}

/* Has anybody else told something? False: the connection is lost. */
static bool hear(struct jalon_postgres_connection *connection, bool *out_heard)
{
    bool good = PQconsumeInput(connection->handle) != 0;
    PGnotify *notice;
    while ((notice = PQnotifies(connection->handle)) != NULL) {
        *out_heard = *out_heard || notice->be_pid != PQbackendPID(connection->handle);
        PQfreemem(notice);
    }
    return good;
}

/* Tells and listens until the connection is lost, or it is over. */
static void serve(struct jalon_postgres_watch *watch, struct jalon_context *ctx,
                  struct jalon_postgres_connection *connection)
{
    int64_t told_us = 0;
    bool good = true;
    while (good && !atomic_load(&watch->stopping)) {
        int64_t early_us = told_us + TELL_EVERY_US - jalon_clock_monotonic_us();
        bool heard = false;
        if (early_us <= 0 && atomic_exchange(&watch->untold, false)) {
            PGresult *answer = NULL;
            told_us = jalon_clock_monotonic_us();
            good = jalon_postgres_ask(ctx, connection, tell_sql, &answer) == JALON_OK;
            PQclear(answer);
        } else {
            bool waits_to_tell = early_us > 0 && atomic_load(&watch->untold);
            wait_for(watch, connection->handle, waits_to_tell ? early_us : IDLE_US);
        }
        good = good && hear(connection, &heard);
        if (heard) {
            watch->wake(watch->object);
        }
        jalon_context_reset(ctx);
    }
}

static void *run(void *argument)
{
    struct jalon_postgres_watch *watch = argument;
    struct jalon_context *ctx = NULL;
    while (!atomic_load(&watch->stopping)) {
        ctx = ctx != NULL ? ctx : jalon_context_create();
        struct jalon_postgres_connection *connection =
            ctx != NULL ? listen_in(ctx, watch->db) : NULL;
        if (connection != NULL) {
            watch->wake(watch->object); /* for what was told before */
            serve(watch, ctx, connection);
            jalon_db_reach_lose(watch->db);
            watch->db->driver->disconnect(&connection->base);
        } else {
            wait_for(watch, NULL, AGAIN_US);
        }
        if (ctx != NULL) {
            jalon_context_reset(ctx);
        }
    }
    jalon_context_destroy(ctx);
    return NULL;
}

enum jalon_status jalon_postgres_watch_start(struct jalon_context *ctx, struct jalon_db *db,
                                             void (*wake)(void *object), void *object,
                                             struct jalon_postgres_watch **out)
{
    struct jalon_postgres_watch *watch = jalon_memory_allocate_zeroed(1, sizeof *watch);
    if (watch == NULL) {
        return jalon_no_memory(ctx);
    }
    watch->db = db;
    watch->wake = wake;
    watch->object = object;
    watch->signal = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->signal < 0 || pthread_create(&watch->thread, NULL, run, watch) != 0) {
        if (watch->signal >= 0) {
            close(watch->signal);
        }
        jalon_memory_release(watch);
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads or files");
    }
    *out = watch;
    return JALON_OK;
}

void jalon_postgres_watch_stop(struct jalon_postgres_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    atomic_store(&watch->stopping, true);
    signal_thread(watch);
    pthread_join(watch->thread, NULL);
    close(watch->signal);
    jalon_memory_release(watch);
}
