/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading on a server that follows the one that is written to, where there is one. Layer 1 (db).
 *
 * It is never needed: who finds none, or one that fails, reads where is written. So nobody waits for
 * a free connection here, one thread at a time tries to make one, and after a failure none does for a
 * while.
 */
#include "db/driver.h"

enum {
    CONNECTIONS_MAX = 4,
    FIRST_PAUSE_US = 2000000,
    LONGEST_PAUSE_US = 60000000,
    DOUBLINGS_MAX = 5,
};

/* With the mutex: one connection less, and none for a while. */
static void pause_after_failure(struct jalon_db *db)
{
    struct jalon_db_standby *standby = &db->standby;
    int64_t pause_us = (int64_t)FIRST_PAUSE_US << standby->failures;
    standby->failures += standby->failures < DOUBLINGS_MAX;
    standby->next_us = jalon_clock_monotonic_us() +
                       (pause_us < LONGEST_PAUSE_US ? pause_us : LONGEST_PAUSE_US);
    standby->count--;
}

static enum jalon_status lease(struct jalon_context *ctx, struct jalon_db *db,
                               struct jalon_db_connection **out)
{
    struct jalon_db_standby *standby = &db->standby;
    bool make = false;
    pthread_mutex_lock(&db->mutex);
    struct jalon_db_connection *connection = NULL;
    if (jalon_clock_monotonic_us() < standby->next_us) {
        /* What is idle may be of the server that failed. */
    } else if (standby->idle != NULL) {
        connection = standby->idle;
        standby->idle = connection->next;
    } else if (!standby->trying && standby->count < CONNECTIONS_MAX) {
        make = standby->trying = true;
        standby->count++;
    }
    pthread_mutex_unlock(&db->mutex);
    if (make) {
        enum jalon_status status =
            db->driver->connect(ctx, db, JALON_DB_STANDBY, &connection);
        pthread_mutex_lock(&db->mutex);
        standby->trying = false;
        if (status == JALON_OK) {
            standby->failures = 0;
        } else {
            connection = NULL;
            pause_after_failure(db);
        }
        pthread_mutex_unlock(&db->mutex);
    }
    if (connection == NULL) {
        jalon_error_clear(ctx);
        return JALON_NOT_FOUND;
    }
    *out = connection;
    return JALON_OK;
}

enum jalon_status jalon_db_begin_standby(struct jalon_context *ctx, struct jalon_db *db,
                                         struct jalon_db_connection **out)
{
    struct jalon_db_connection *connection = NULL;
    if (db->driver->has_standby == NULL || !db->driver->has_standby(db)) {
        return JALON_NOT_FOUND;
    }
    enum jalon_status status = lease(ctx, db, &connection);
    if (status != JALON_OK) {
        return status;
    }
    bool good = db->driver->is_alive == NULL || db->driver->is_alive(connection);
    if (!good || db->driver->begin(ctx, connection, 0) != JALON_OK) {
        connection->broken = true;
        jalon_db_standby_give_back(connection);
        jalon_error_clear(ctx);
        return JALON_NOT_FOUND;
    }
    atomic_fetch_add_explicit(&db->begun[JALON_DB_STANDBY], 1, memory_order_relaxed);
    connection->in_transaction = true;
    connection->was_used = true;
    *out = connection;
    return JALON_OK;
}

void jalon_db_standby_give_back(struct jalon_db_connection *connection)
{
    struct jalon_db *db = connection->db;
    bool is_broken = connection->broken;
    pthread_mutex_lock(&db->mutex);
    if (is_broken) {
        pause_after_failure(db);
    } else {
        connection->next = db->standby.idle;
        db->standby.idle = connection;
    }
    pthread_mutex_unlock(&db->mutex);
    if (is_broken) {
        db->driver->disconnect(connection);
    }
}

void jalon_db_standby_disconnect(struct jalon_db *db)
{
    while (db->standby.idle != NULL) {
        struct jalon_db_connection *connection = db->standby.idle;
        db->standby.idle = connection->next;
        db->driver->disconnect(connection);
    }
}
