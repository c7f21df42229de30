/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Requests that wait for the event of their Jalon-Seq. Layer 2.
 *
 * Who sends back the number that a write was answered with has to wait for no longer than it takes to
 * fetch what another server has stored. Who makes a number up waits for nothing: so all that this
 * costs is a place among those that wait, and of these one address has few.
 */
#include "await.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

enum {
    WAITING_MAX = 256,
    WAITING_OF_ONE = 32, /* address */
    LOOK_EVERY_MS = 50, /* also when nobody says that something has happened */
};
static const char seq_header[] = "Jalon-Seq";

struct waiting {
    struct MHD_Connection *connection;
    struct jalon_exchange *exchange;
    uint8_t group[JALON_ADDRESS_SIZE];
};

struct jalon_awaiting {
    jalon_seq_check shows;
    _Atomic uint64_t failed;
    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t changed;
    pthread_t thread;
    bool is_started;
    bool closed;
    bool look_again;
    size_t count;
    struct waiting list[WAITING_MAX];
};

/* --- The header --- */

static bool parse_seq(struct jalon_text text, int64_t *out)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return jalon_text_to_int64(text, out);
}

enum jalon_status jalon_await_read(struct jalon_exchange *exchange)
{
    struct jalon_text value;
    if (exchange->http->options.shows == NULL ||
        !jalon_exchange_header(exchange, seq_header, &value) ||
        parse_seq(value, &exchange->wanted_seq)) {
        return JALON_OK;
    }
    return jalon_fail_at(exchange->request.ctx, JALON_INVALID, JALON_ERROR_PARAMETER, seq_header,
                         "expected the number of an event, once: a whole number from 0 to "
                         "9223372036854775807, as the Jalon-Seq of an answer");
}

/* --- Those that wait --- */

static bool goes_on_waiting(enum jalon_status status)
{
    return status == JALON_RETRY || status == JALON_PRECONDITION;
}

static bool is_late_at(const struct jalon_exchange *exchange, int64_t now_us)
{
    return now_us >= exchange->awaits_us + exchange->http->options.await_s * INT64_C(1000000);
}

/* Takes out who need not wait any longer; with the mutex. */
static size_t take_ready(struct jalon_awaiting *awaiting, struct waiting out[WAITING_MAX])
{
    int64_t now_us = jalon_clock_monotonic_us();
    size_t kept = 0, taken = 0;
    for (size_t i = 0; i < awaiting->count; i++) {
        struct waiting one = awaiting->list[i];
        const struct jalon_exchange *exchange = one.exchange;
        if (!awaiting->closed && !is_late_at(exchange, now_us) &&
            goes_on_waiting(awaiting->shows(&one.exchange->request, exchange->wanted_seq,
                                            exchange->awaits_us, true))) {
            awaiting->list[kept++] = one;
        } else {
            out[taken++] = one;
        }
    }
    awaiting->count = kept;
    return taken;
}

/* Until somebody says so, or the time to look has come; with the mutex. */
static void wait_to_look(struct jalon_awaiting *awaiting)
{
    struct timespec until;
    int waited = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_EVERY_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    while (!awaiting->look_again && !awaiting->closed && waited == 0) {
        waited = awaiting->count > 0
                     ? pthread_cond_timedwait(&awaiting->changed, &awaiting->mutex, &until)
                     : pthread_cond_wait(&awaiting->changed, &awaiting->mutex);
    }
    awaiting->look_again = false;
}

static void *look_after_all(void *argument)
{
    struct jalon_awaiting *awaiting = argument;
    struct waiting ready[WAITING_MAX];
    bool goes_on = true;
    while (goes_on) {
        pthread_mutex_lock(&awaiting->mutex);
        wait_to_look(awaiting);
        size_t count = take_ready(awaiting, ready);
        goes_on = !awaiting->closed;
        pthread_mutex_unlock(&awaiting->mutex);
        for (size_t i = 0; i < count; i++) {
            MHD_resume_connection(ready[i].connection);
        }
    }
    return NULL;
}

struct jalon_awaiting *jalon_awaiting_create(jalon_seq_check shows)
{
    struct jalon_awaiting *awaiting = jalon_memory_allocate_zeroed(1, sizeof *awaiting);
    if (awaiting == NULL) {
        return NULL;
    }
    awaiting->shows = shows;
    pthread_mutex_init(&awaiting->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&awaiting->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return awaiting;
}

static size_t count_group(const struct jalon_awaiting *awaiting,
                          const uint8_t group[JALON_ADDRESS_SIZE])
{
    size_t count = 0;
    for (size_t i = 0; i < awaiting->count; i++) {
        count += memcmp(awaiting->list[i].group, group, JALON_ADDRESS_SIZE) == 0;
    }
    return count;
}

/* False: too many wait, or it is closed. */
static bool push(struct jalon_awaiting *awaiting, struct MHD_Connection *connection,
                 struct jalon_exchange *exchange)
{
    struct waiting one = {.connection = connection, .exchange = exchange};
    jalon_client_network(&exchange->request.client, one.group);
    pthread_mutex_lock(&awaiting->mutex);
    bool taken = !awaiting->closed && awaiting->count < WAITING_MAX &&
                 count_group(awaiting, one.group) < WAITING_OF_ONE;
    if (taken && !awaiting->is_started) {
        taken = pthread_create(&awaiting->thread, NULL, look_after_all, awaiting) == 0;
        awaiting->is_started = taken;
    }
    if (taken) {
        /* Before the thread can resume it. */
        MHD_suspend_connection(connection);
        awaiting->list[awaiting->count++] = one;
        awaiting->look_again = true; /* it may show since it was looked for */
        pthread_cond_signal(&awaiting->changed);
    }
    pthread_mutex_unlock(&awaiting->mutex);
    return taken;
}

/* Why it does not wait, or not any longer. */
static void fail_awaited(struct jalon_awaiting *awaiting, struct jalon_exchange *exchange,
                         enum jalon_status status, bool is_late)
{
    long long seq = exchange->wanted_seq;
    atomic_fetch_add(&awaiting->failed, 1);
    if (!goes_on_waiting(status)) {
        exchange->status = status; /* the message is there */
        return;
    }
    if (!is_late) {
        jalon_exchange_fail(
            exchange, JALON_UNAVAILABLE,
            "event %lld is not here yet, and too many wait already: ask again in a moment", seq);
    } else if (status == JALON_PRECONDITION) {
        jalon_exchange_fail(exchange, status,
                            "there is no event %lld here: leave Jalon-Seq out to see what there is",
                            seq);
    } else {
        jalon_exchange_fail(
            exchange, JALON_UNAVAILABLE,
            "event %lld could not be fetched from the database yet: ask again in a moment", seq);
    }
}

bool jalon_await_holds(struct jalon_awaiting *awaiting, struct MHD_Connection *connection,
                       struct jalon_exchange *exchange)
{
    if (exchange->answered || exchange->status != JALON_OK || exchange->wanted_seq == 0) {
        return false;
    }
    int64_t now_us = jalon_clock_monotonic_us();
    if (exchange->awaits_us == 0) {
        exchange->awaits_us = now_us;
    }
    enum jalon_status status = awaiting->shows(&exchange->request, exchange->wanted_seq,
                                               exchange->awaits_us, false);
    if (status == JALON_OK) {
        exchange->wanted_seq = 0;
        return false;
    }
    bool is_late = is_late_at(exchange, now_us);
    if (goes_on_waiting(status) && !is_late && push(awaiting, connection, exchange)) {
        return true;
    }
    fail_awaited(awaiting, exchange, status, is_late);
    return false;
}

void jalon_awaiting_look(struct jalon_awaiting *awaiting)
{
    pthread_mutex_lock(&awaiting->mutex);
    awaiting->look_again = awaiting->count > 0;
    pthread_cond_signal(&awaiting->changed);
    pthread_mutex_unlock(&awaiting->mutex);
}

void jalon_awaiting_measure(struct jalon_awaiting *awaiting, size_t *out_waiting,
                            uint64_t *out_failed)
{
    pthread_mutex_lock(&awaiting->mutex);
    *out_waiting = awaiting->count;
    pthread_mutex_unlock(&awaiting->mutex);
    *out_failed = atomic_load(&awaiting->failed);
}

void jalon_awaiting_close(struct jalon_awaiting *awaiting)
{
    if (awaiting == NULL) {
        return;
    }
    pthread_mutex_lock(&awaiting->mutex);
    bool is_running = awaiting->is_started && !awaiting->closed;
    awaiting->closed = true;
    pthread_cond_signal(&awaiting->changed);
    pthread_mutex_unlock(&awaiting->mutex);
    if (is_running) {
        pthread_join(awaiting->thread, NULL);
    }
}

void jalon_awaiting_destroy(struct jalon_awaiting *awaiting)
{
    if (awaiting != NULL) {
        pthread_cond_destroy(&awaiting->changed);
        pthread_mutex_destroy(&awaiting->mutex);
        jalon_memory_release(awaiting);
    }
}
