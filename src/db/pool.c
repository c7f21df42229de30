/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The bounded pool of a database's connections, and who may write. Layer 1 (db).
 *
 * One write connection serves the process: writers queue with a deadline, then the engine waits for
 * other processes with what is left of it. They take turns as they came: a thread that writes again
 * and again would otherwise always be faster than those it has to wake.
 */
#include <assert.h>
#include <errno.h>
#include <time.h>

#include "db/driver.h"
#include "jalon/clock.h"

/* Waits on `freed`, the mutex held; false when the deadline has passed. */
static bool wait_until(struct jalon_db *db, int64_t deadline_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(deadline_us / 1000000),
        .tv_nsec = (long)(deadline_us % 1000000) * 1000,
    };
    return pthread_cond_timedwait(&db->freed, &db->mutex, &until) != ETIMEDOUT;
}

struct jalon_db_connection *jalon_db_pool_keep(struct jalon_db_connection *connection)
{
    const struct jalon_db_driver *driver = connection->db->driver;
    bool is_of_now = connection->era == atomic_load(&connection->db->reach.era);
    if (is_of_now && (driver->is_alive == NULL || driver->is_alive(connection))) {
        return connection;
    }
    jalon_db_reach_lose(connection->db);
    driver->disconnect(connection);
    return NULL;
}

/* Becomes who writes, the mutex held; false when the deadline has passed. */
static bool take_turn(struct jalon_db *db, int64_t deadline_us)
{
    struct jalon_db_turn mine = {NULL};
    struct jalon_db_turn **at = &db->turns;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = &mine;
    while ((db->writing || db->turns != &mine) && wait_until(db, deadline_us)) {
    }
    bool is_mine = !db->writing && db->turns == &mine;
    for (at = &db->turns; *at != &mine; at = &(*at)->next) {
    }
    *at = mine.next;
    if (is_mine) {
        db->writing = true;
    } else { /* whoever is the first now may not know it */
        pthread_cond_broadcast(&db->freed);
    }
    return is_mine;
}

static enum jalon_status lease_writer(struct jalon_context *ctx, struct jalon_db *db,
                                      int64_t deadline_us, struct jalon_db_connection **out)
{
    enum jalon_status status = JALON_OK;
    pthread_mutex_lock(&db->mutex);
    bool is_mine = take_turn(db, deadline_us);
    pthread_mutex_unlock(&db->mutex);
    if (!is_mine) {
        return jalon_fail(ctx, JALON_RETRY, "others are writing; try again in a moment");
    }
    db->writer = db->writer != NULL ? jalon_db_pool_keep(db->writer) : NULL;
    if (db->writer == NULL) {
        status = jalon_db_reach_connect(ctx, db, JALON_DB_WRITE, &db->writer);
    }
    if (status != JALON_OK) {
        pthread_mutex_lock(&db->mutex);
        db->writing = false;
        pthread_cond_broadcast(&db->freed);
        pthread_mutex_unlock(&db->mutex);
        return status;
    }
    *out = db->writer;
    return JALON_OK;
}

static enum jalon_status lease_reader(struct jalon_context *ctx, struct jalon_db *db,
                                      int64_t deadline_us, struct jalon_db_connection **out)
{
    struct jalon_db_connection *reader = NULL;
    bool make = false;
    pthread_mutex_lock(&db->mutex);
    do {
        if (db->idle_readers != NULL) {
            reader = db->idle_readers;
            db->idle_readers = reader->next;
        } else if (db->reader_count < JALON_DB_READERS_MAX) {
            make = true;
            db->reader_count++;
        }
    } while (reader == NULL && !make && wait_until(db, deadline_us));
    pthread_mutex_unlock(&db->mutex);
    enum jalon_status status = JALON_OK;
    if (reader != NULL) {
        reader = jalon_db_pool_keep(reader);
        make = reader == NULL;
    }
    if (make) {
        status = jalon_db_reach_connect(ctx, db, JALON_DB_READ, &reader);
        if (status != JALON_OK) {
            pthread_mutex_lock(&db->mutex);
            db->reader_count--;
            pthread_cond_broadcast(&db->freed);
            pthread_mutex_unlock(&db->mutex);
        }
    } else if (reader == NULL) {
        status = jalon_fail(ctx, JALON_RETRY, "too many are reading; try again in a moment");
    }
    if (status == JALON_OK) {
        *out = reader;
    }
    return status;
}

void jalon_db_pool_give_back(struct jalon_db_connection *connection)
{
    struct jalon_db *db = connection->db;
    enum jalon_db_mode mode = connection->mode;
    if (mode == JALON_DB_STANDBY) {
        jalon_db_standby_give_back(connection);
        return;
    }
    struct jalon_db_connection *broken = NULL;
    pthread_mutex_lock(&db->mutex);
    if (connection->broken) {
        broken = connection;
    }
    if (mode == JALON_DB_WRITE) {
        db->writing = false;
        db->writer = broken == NULL ? connection : NULL;
    } else if (broken == NULL) {
        connection->next = db->idle_readers;
        db->idle_readers = connection;
    } else {
        db->reader_count--;
    }
    pthread_cond_broadcast(&db->freed);
    pthread_mutex_unlock(&db->mutex);
    if (broken != NULL) {
        jalon_db_reach_lose(db);
        db->driver->disconnect(broken);
    }
}

enum jalon_status jalon_db_pool_lease(struct jalon_context *ctx, struct jalon_db *db,
                                      enum jalon_db_mode mode, int64_t deadline_us,
                                      struct jalon_db_connection **out)
{
    enum jalon_status status = jalon_db_reach_check(ctx, db);
    if (status != JALON_OK) {
        return status;
    }
    return mode == JALON_DB_WRITE ? lease_writer(ctx, db, deadline_us, out)
                                  : lease_reader(ctx, db, deadline_us, out);
}

void jalon_db_pool_disconnect_readers(struct jalon_db *db)
{
    while (db->idle_readers != NULL) {
        struct jalon_db_connection *reader = db->idle_readers;
        db->idle_readers = reader->next;
        db->reader_count--;
        db->driver->disconnect(reader);
    }
    assert(db->reader_count == 0);
    if (db->watch != NULL) {
        db->driver->disconnect(db->watch);
        db->watch = NULL;
    }
}
