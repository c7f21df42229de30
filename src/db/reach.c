/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whether a database server can be reached: attempts to connect that do not pile up, and not asking
 * who does not answer. Layer 1 (db).
 *
 * The first attempt after a loss is made at once; after a failure only one at a time, and none
 * before a while has passed that doubles from one failure to the next. Whoever needs a connection
 * meanwhile is refused at once, so that no thread waits for what is not there.
 *
 * A server that is frozen, or behind a network that swallows packets, is found out by a question
 * that is asked again and again (pulse.c): while that has no answer for a moment, nobody else asks,
 * and when it is given up so are the other connections of that time.
 */
#include "db/driver.h"
#include "jalon/id.h"

enum {
    FIRST_PAUSE_US = 100000,
    LONGEST_PAUSE_US = 5000000,
    DOUBLINGS_MAX = 6,
    SILENCE_US = 2000000,
    QUICK_US = 1000000, /* who refuses so soon is not silent */
};

void jalon_db_reach_init(struct jalon_db *db)
{
    pthread_mutex_init(&db->reach.mutex, NULL);
}

void jalon_db_reach_destroy(struct jalon_db *db)
{
    pthread_mutex_destroy(&db->reach.mutex);
}

/* An engine of files says itself what is wrong, each time. */
static bool is_server(const struct jalon_db *db)
{
    return db->driver->prefix != NULL;
}

static enum jalon_status refuse(struct jalon_context *ctx, const char *why)
{
    jalon_error_internal(ctx, "%s", why);
    return jalon_fail(ctx, JALON_UNAVAILABLE,
                      "the database cannot be reached now; try again in a moment");
}

/* Between half of it and all, so that servers that lost the same database do not come back as one. */
static int64_t pause_us(unsigned failures)
{
    uint16_t chance;
    unsigned doublings = failures - 1 < DOUBLINGS_MAX ? failures - 1 : DOUBLINGS_MAX;
    int64_t pause = (int64_t)FIRST_PAUSE_US << doublings;
    pause = pause < LONGEST_PAUSE_US ? pause : LONGEST_PAUSE_US;
    jalon_random_bytes(&chance, sizeof chance);
    return pause / 2 + pause / 2 * chance / UINT16_MAX;
}

/* May an attempt be made now? Then it is this thread's. */
static bool begin_attempt(struct jalon_db_reach *reach)
{
    pthread_mutex_lock(&reach->mutex);
    bool again = reach->failures > 0;
    bool may = !again || (!reach->trying && jalon_clock_monotonic_us() >= reach->next_us);
    reach->trying = again ? reach->trying || may : reach->trying;
    pthread_mutex_unlock(&reach->mutex);
    return may;
}

static void end_attempt(struct jalon_db_reach *reach, bool good)
{
    pthread_mutex_lock(&reach->mutex);
    reach->trying = false;
    if (good) {
        reach->failures = 0;
        reach->regained += reach->regained < reach->lost;
    } else {
        reach->failures++;
        reach->refused++;
        reach->next_us = jalon_clock_monotonic_us() + pause_us(reach->failures);
    }
    pthread_mutex_unlock(&reach->mutex);
}

static enum jalon_status attempt(struct jalon_context *ctx, struct jalon_db *db,
                                 enum jalon_db_mode mode, struct jalon_db_connection **out)
{
    enum jalon_status status = db->driver->connect(ctx, db, mode, out);
    end_attempt(&db->reach, status == JALON_OK);
    if (status == JALON_OK || status == JALON_NO_MEMORY || !is_server(db)) {
        return status;
    }
    /* Whatever it is, a wrong password too: at the start it was right, and the client has no part in
       it. */
    struct jalon_text why = jalon_text_format(ctx->arena, "%s (%s)", ctx->error.message.data,
                                              ctx->error.internal.data);
    return refuse(ctx, why.data != NULL ? why.data : "connect");
}

enum jalon_status jalon_db_reach_connect(struct jalon_context *ctx, struct jalon_db *db,
                                         enum jalon_db_mode mode, struct jalon_db_connection **out)
{
    return is_server(db) && !begin_attempt(&db->reach)
               ? refuse(ctx, "connect: put off, the last attempt failed")
               : attempt(ctx, db, mode, out);
}

void jalon_db_reach_lose(struct jalon_db *db)
{
    pthread_mutex_lock(&db->reach.mutex);
    db->reach.lost++;
    pthread_mutex_unlock(&db->reach.mutex);
}

void jalon_db_measure_reach(struct jalon_db *db, uint64_t *out_lost, uint64_t *out_regained,
                            uint64_t *out_refused)
{
    pthread_mutex_lock(&db->reach.mutex);
    *out_lost = db->reach.lost;
    *out_regained = db->reach.regained;
    *out_refused = db->reach.refused;
    pthread_mutex_unlock(&db->reach.mutex);
}

/* --- Silence --- */

/* Notes when the oldest question was asked that has no answer. */
static int64_t ask(struct jalon_db_reach *reach)
{
    int64_t now_us = jalon_clock_monotonic_us(), none = 0;
    (void)atomic_compare_exchange_strong(&reach->asked_us, &none, now_us);
    return now_us;
}

static void hear(struct jalon_db_reach *reach, int64_t asked_us, bool answered)
{
    if (answered || jalon_clock_monotonic_us() - asked_us < QUICK_US) {
        atomic_store(&reach->asked_us, 0);
    }
}

void jalon_db_reach_begin_era(struct jalon_db *db)
{
    atomic_fetch_add(&db->reach.era, 1);
}

void jalon_db_reach_look(struct jalon_context *ctx, struct jalon_db *db,
                         struct jalon_db_connection **connection)
{
    if (*connection == NULL && !begin_attempt(&db->reach)) {
        return;
    }
    int64_t asked_us = ask(&db->reach);
    enum jalon_status status =
        *connection == NULL ? attempt(ctx, db, JALON_DB_READ, connection) : JALON_OK;
    if (status == JALON_OK) {
        status = db->driver->ping(ctx, *connection);
    }
    if (*connection != NULL && (*connection)->broken) {
        if (jalon_db_reach_is_silent(db)) {
            jalon_db_reach_begin_era(db);
        }
        jalon_db_reach_lose(db);
        db->driver->disconnect(*connection);
        *connection = NULL;
    }
    hear(&db->reach, asked_us, status == JALON_OK);
}

bool jalon_db_reach_is_silent(struct jalon_db *db)
{
    int64_t asked_us = atomic_load_explicit(&db->reach.asked_us, memory_order_relaxed);
    return asked_us != 0 && jalon_clock_monotonic_us() - asked_us > SILENCE_US && is_server(db);
}

bool jalon_db_reach_is_hopeless(const struct jalon_db_connection *connection)
{
    struct jalon_db *db = connection->db;
    return connection->era != atomic_load_explicit(&db->reach.era, memory_order_relaxed) ||
           jalon_db_reach_is_silent(db);
}

enum jalon_status jalon_db_reach_check(struct jalon_context *ctx, struct jalon_db *db)
{
    return jalon_db_reach_is_silent(db) ? refuse(ctx, "the server does not answer") : JALON_OK;
}
