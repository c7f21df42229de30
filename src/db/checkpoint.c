/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Keeps an engine's log short in a thread of its own, so that no writer waits for it. Layer 1.
 *
 * Writing the log back into the database takes longer than a commit. The commit that finds the log
 * long wakes the thread; between two rounds there is a pause, so that a page which changes again and
 * again is written back once.
 */
#include <errno.h>
#include <time.h>

#include "db/driver.h"
#include "jalon/memory.h"

enum {
    START_BYTES = 4 << 20, /* the log from which on a commit wakes the thread */
    PAUSE_MS = 50,
};

struct jalon_db_checkpoints {
    struct jalon_db *db;
    struct jalon_db_connection *connection;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool wanted;
    bool ending;
};

/* Waits until there is something to do, with a pause before; false at the end. */
static bool wait_for_work(struct jalon_db_checkpoints *self)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
    nanosleep(&pause, NULL);
    pthread_mutex_lock(&self->mutex);
    while (!self->wanted && !self->ending) {
        pthread_cond_wait(&self->wake, &self->mutex);
    }
    bool go_on = !self->ending;
    self->wanted = false;
    pthread_mutex_unlock(&self->mutex);
    return go_on;
}

static void *run(void *argument)
{
    struct jalon_db_checkpoints *self = argument;
    while (wait_for_work(self)) {
        self->db->driver->checkpoint(self->connection);
    }
    return NULL;
}

void jalon_db_checkpoints_wake(struct jalon_db *db)
{
    struct jalon_db_checkpoints *self = db->checkpoints;
    if (self != NULL && atomic_load(&db->log_length) >= START_BYTES) {
        pthread_mutex_lock(&self->mutex);
        self->wanted = true;
        pthread_cond_signal(&self->wake);
        pthread_mutex_unlock(&self->mutex);
    }
}

enum jalon_status jalon_db_start_checkpoints(struct jalon_context *ctx, struct jalon_db *db)
{
    if (db->driver->checkpoint == NULL) {
        return JALON_OK; /* the engine sees to it */
    }
    struct jalon_db_checkpoints *self = jalon_memory_allocate_zeroed(1, sizeof *self);
    if (self == NULL) {
        return jalon_no_memory(ctx);
    }
    self->db = db;
    enum jalon_status status =
        db->driver->connect(ctx, db, JALON_DB_READ, &self->connection);
    if (status != JALON_OK) {
        jalon_memory_release(self);
        return status;
    }
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->wake, NULL);
    if (pthread_create(&self->thread, NULL, run, self) != 0) {
        pthread_cond_destroy(&self->wake);
        pthread_mutex_destroy(&self->mutex);
        db->driver->disconnect(self->connection);
        jalon_memory_release(self);
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    db->checkpoints = self;
    return JALON_OK;
}

void jalon_db_checkpoints_stop(struct jalon_db *db)
{
    struct jalon_db_checkpoints *self = db->checkpoints;
    if (self == NULL) {
        return;
    }
    db->checkpoints = NULL;
    pthread_mutex_lock(&self->mutex);
    self->ending = true;
    pthread_cond_signal(&self->wake);
    pthread_mutex_unlock(&self->mutex);
    pthread_join(self->thread, NULL);
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->mutex);
    db->driver->disconnect(self->connection);
    jalon_memory_release(self);
}
