/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The clock over all connections: whoever is too slow is hung up on. Layer 2.
 *
 * The library's own timeout counts inactivity only, and one byte every two seconds lives on for
 * ever. A pass over all connections four times a second costs less than a timer for each byte.
 * Nobody is blamed for what this server has not read or not made yet.
 */
#include "connection_private.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "jalon/clock.h"

enum {
    PERIOD_MS = 250,
    DRAINING_PERIOD_MS = 20,
    DRAINING_IDLE_S = 2,
    ROOM_AFTER_US = 2000000, /* answers that may be broken off to make room are older */
};

/* Before the least rate counts; shorter when everybody is waited for. */
static const int64_t grace_us = 10000000;
static const int64_t draining_grace_us = 2000000;

/* What was asked just before the end may still be on its way. */
static const int64_t draining_idle_us = 500000;

/* The time to read why one was refused. */
static const int64_t refused_us = 1000000;

struct sweep {
    const struct jalon_connection_limits *limits;
    bool draining;
    bool last_call; /* who asks nothing now will not be heard */
    int64_t now_us;
};

static bool has_passed(const struct sweep *sweep, int64_t since_us, unsigned seconds)
{
    return sweep->now_us - since_us >= (int64_t)seconds * 1000000;
}

/* Are they fewer than the least rate would have brought? */
static bool is_slow(const struct sweep *sweep, int64_t since_us, uint64_t bytes)
{
    int64_t counted_us =
        sweep->now_us - since_us - (sweep->draining ? draining_grace_us : grace_us);
    return counted_us > 0 &&
           bytes < (uint64_t)counted_us / 1000 * sweep->limits->bytes_a_second / 1000;
}

/* How long nothing may come, or be taken, where something should. */
static unsigned idle_s(const struct sweep *sweep)
{
    unsigned most = sweep->limits->idle_s;
    return sweep->draining && most > DRAINING_IDLE_S ? DRAINING_IDLE_S : most;
}

/* Bytes that have come and that the library has not read yet, or went and were not acknowledged. */
static bool has_queued(const struct jalon_connection *connection, unsigned long what)
{
    int bytes = 0;
    return ioctl(connection->socket, what, &bytes) == 0 && bytes > 0;
}

static void look_at_head(const struct sweep *sweep, struct jalon_connection *connection)
{
    bool silent = jalon_framing_phase(&connection->framing) == JALON_PHASE_BETWEEN;
    bool late = sweep->last_call || has_passed(sweep, connection->since_us, sweep->limits->head_s);
    if (!late || has_queued(connection, FIONREAD)) {
        return;
    }
    if (sweep->draining || silent) {
        jalon_connection_cut(connection);
    } else {
        jalon_connection_refuse(connection, 408, "the request's head did not come in time");
    }
}

static void look_at_body(const struct sweep *sweep, struct jalon_connection *connection)
{
    bool late = has_passed(sweep, connection->since_us, sweep->limits->body_s) ||
                has_passed(sweep, connection->last_us, idle_s(sweep)) ||
                is_slow(sweep, connection->since_us, connection->bytes);
    if (late && !has_queued(connection, FIONREAD)) {
        jalon_connection_refuse(connection, 408, "the request's body did not come in time");
    }
}

static void look_at_answer(const struct sweep *sweep, struct jalon_connection *connection)
{
    uint64_t taken;
    if (!jalon_connection_taken(connection, &taken)) {
        return;
    }
    if (connection->sending_us == 0) {
        connection->sending_us = sweep->now_us;
        connection->taken_at_start = taken;
    }
    if (connection->taken_us < connection->sending_us || taken != connection->taken ||
        !has_queued(connection, TIOCOUTQ)) {
        connection->taken = taken;
        connection->taken_us = sweep->now_us;
        if (!has_queued(connection, TIOCOUTQ)) {
            return;
        }
    }
    if (has_passed(sweep, connection->taken_us, idle_s(sweep)) ||
        is_slow(sweep, connection->sending_us, taken - connection->taken_at_start)) {
        jalon_connection_cut(connection);
    }
}

/* Hanging up at once would reset the connection of who still sends, and lose the answer. */
static void look_at_refused(const struct sweep *sweep, struct jalon_connection *connection)
{
    if (connection->refused_us != 0 && sweep->now_us - connection->refused_us >= refused_us) {
        connection->refused_us = 0;
        jalon_connection_cut(connection);
    }
}

static void look_at(const struct sweep *sweep, struct jalon_connection *connection)
{
    const struct jalon_framing *framing = &connection->framing;
    enum jalon_phase phase = jalon_framing_phase(framing);
    if (connection->cut) {
        look_at_refused(sweep, connection);
    } else if (connection->sending) {
        look_at_answer(sweep, connection);
    } else if (framing->ended > connection->answered) {
        return; /* it is this server's turn */
    } else if (phase == JALON_PHASE_BODY) {
        look_at_body(sweep, connection);
    } else if (phase == JALON_PHASE_HEAD || (phase == JALON_PHASE_BETWEEN && framing->ended == 0)) {
        look_at_head(sweep, connection);
    } else if ((sweep->last_call || phase == JALON_PHASE_OVER ||
                has_passed(sweep, connection->since_us, sweep->limits->idle_s)) &&
               !has_queued(connection, FIONREAD)) {
        jalon_connection_cut(connection);
    }
}

/* With the set's mutex. */
static void look_at_all(struct jalon_connections *connections)
{
    int64_t now_us = jalon_clock_monotonic_us();
    int64_t since_us = connections->draining_us;
    const struct sweep sweep = {&connections->limits, since_us != 0,
                                since_us != 0 && now_us - since_us >= draining_idle_us, now_us};
    for (size_t i = 0; i < JALON_CONNECTION_BUCKETS; i++) {
        for (struct jalon_connection *connection = connections->buckets[i]; connection != NULL;
             connection = connection->next) {
            pthread_mutex_lock(&connection->mutex);
            look_at(&sweep, connection);
            pthread_mutex_unlock(&connection->mutex);
        }
    }
}

static struct timespec after(int64_t wait_us)
{
    int64_t until_us = jalon_clock_monotonic_us() + wait_us;
    return (struct timespec){(time_t)(until_us / 1000000), (long)(until_us % 1000000 * 1000)};
}

void *jalon_sweep_run(void *argument)
{
    struct jalon_connections *connections = argument;
    pthread_mutex_lock(&connections->mutex);
    while (!connections->ending) {
        if (connections->count == 0) {
            pthread_cond_wait(&connections->changed, &connections->mutex);
            continue;
        }
        struct timespec until =
            after((connections->draining_us != 0 ? DRAINING_PERIOD_MS : PERIOD_MS) * 1000);
        pthread_cond_timedwait(&connections->changed, &connections->mutex, &until);
        look_at_all(connections);
    }
    pthread_mutex_unlock(&connections->mutex);
    return NULL;
}

/* With the set's mutex. */
static void cut_all(struct jalon_connections *connections)
{
    for (size_t i = 0; i < JALON_CONNECTION_BUCKETS; i++) {
        for (struct jalon_connection *connection = connections->buckets[i]; connection != NULL;
             connection = connection->next) {
            pthread_mutex_lock(&connection->mutex);
            jalon_connection_cut(connection);
            pthread_mutex_unlock(&connection->mutex);
        }
    }
}

void jalon_connections_drain(struct jalon_connections *connections, int64_t wait_ms)
{
    struct timespec until = after(wait_ms * 1000);
    int result = 0;
    pthread_mutex_lock(&connections->mutex);
    connections->draining_us = jalon_clock_monotonic_us();
    pthread_cond_broadcast(&connections->changed);
    while (connections->count > 0 && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&connections->changed, &connections->mutex, &until);
    }
    cut_all(connections);
    pthread_mutex_unlock(&connections->mutex);
}

/* Who has been taking an answer for longest, or NULL; with the set's mutex. */
static struct jalon_connection *find_slowest(struct jalon_connections *connections)
{
    struct jalon_connection *slowest = NULL;
    int64_t oldest_us = jalon_clock_monotonic_us() - ROOM_AFTER_US;
    for (size_t i = 0; i < JALON_CONNECTION_BUCKETS; i++) {
        for (struct jalon_connection *connection = connections->buckets[i]; connection != NULL;
             connection = connection->next) {
            pthread_mutex_lock(&connection->mutex);
            if (connection->answer_bytes > 0 && connection->sending_us != 0 &&
                connection->sending_us < oldest_us) {
                oldest_us = connection->sending_us;
                slowest = connection;
            }
            pthread_mutex_unlock(&connection->mutex);
        }
    }
    return slowest;
}

bool jalon_sweep_make_room(struct jalon_connections *connections)
{
    struct jalon_connection *slowest = NULL;
    pthread_mutex_lock(&connections->mutex);
    size_t most = connections->limits.answers_bytes_max;
    while (atomic_load(&connections->answers_bytes) > most &&
           (slowest = find_slowest(connections)) != NULL) {
        pthread_mutex_lock(&slowest->mutex);
        atomic_fetch_sub(&connections->answers_bytes, slowest->answer_bytes);
        slowest->answer_bytes = 0;
        jalon_connection_cut(slowest);
        pthread_mutex_unlock(&slowest->mutex);
    }
    bool room = atomic_load(&connections->answers_bytes) <= most;
    pthread_mutex_unlock(&connections->mutex);
    return room;
}
