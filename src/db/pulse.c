/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A thread that asks the database server again and again whether it is there, in a connection of its
 * own, so that a frozen one is found out by nobody who has something to do. Layer 1 (db).
 */
#include "db/driver.h"
#include "jalon/memory.h"

enum { EVERY_MS = 250 };

struct jalon_db_pulse {
    struct jalon_db *db;
    struct jalon_db_connection *connection; /* NULL: there is none now */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool ending;
};

static bool wait_tick(struct jalon_db_pulse *self)
{
    int64_t until_us = jalon_clock_monotonic_us() + EVERY_MS * 1000;
    struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                             .tv_nsec = (long)(until_us % 1000000) * 1000};
    pthread_mutex_lock(&self->mutex);
    int waited = 0;
    while (!self->ending && waited == 0) {
        waited = pthread_cond_timedwait(&self->wake, &self->mutex, &until);
    }
    bool go_on = !self->ending;
    pthread_mutex_unlock(&self->mutex);
    return go_on;
}

static void *run(void *argument)
{
    struct jalon_db_pulse *self = argument;
    struct jalon_context *ctx = jalon_context_create();
    while (wait_tick(self)) {
        if (ctx == NULL) {
            ctx = jalon_context_create();
            continue;
        }
        jalon_db_reach_look(ctx, self->db, &self->connection);
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void destroy(struct jalon_db_pulse *self)
{
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->mutex);
    if (self->connection != NULL) {
        self->db->driver->disconnect(self->connection);
    }
    jalon_memory_release(self);
}

enum jalon_status jalon_db_start_pulse(struct jalon_context *ctx, struct jalon_db *db)
{
    if (db->driver->ping == NULL) {
        return JALON_OK;
    }
    struct jalon_db_pulse *self = jalon_memory_allocate_zeroed(1, sizeof *self);
    if (self == NULL) {
        return jalon_no_memory(ctx);
    }
    self->db = db;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&self->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&self->thread, NULL, run, self) != 0) {
        destroy(self);
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    db->pulse = self;
    return JALON_OK;
}

void jalon_db_pulse_stop(struct jalon_db *db)
{
    struct jalon_db_pulse *self = db->pulse;
    if (self == NULL) {
        return;
    }
    db->pulse = NULL;
    pthread_mutex_lock(&self->mutex);
    self->ending = true;
    pthread_cond_signal(&self->wake);
    pthread_mutex_unlock(&self->mutex);
    pthread_join(self->thread, NULL);
    destroy(self);
}
