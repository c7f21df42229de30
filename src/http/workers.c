/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A few threads for answers that take long to make. Layer 2. */
#include "workers.h"

#include <pthread.h>

#include "jalon/memory.h"

#include "line.h"

/* At once, and waiting for one of these to end. */
enum { THREADS = 2, WAITING_MAX = 16 };

struct jalon_workers {
    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t filled;
    pthread_t threads[THREADS];
    unsigned thread_count;
    unsigned idle;
    bool closed;
    struct jalon_line line;
};

/* The next request, waiting for it; false: closed and empty. */
static bool take(struct jalon_workers *workers, struct jalon_waiting *out)
{
    pthread_mutex_lock(&workers->mutex);
    workers->idle++;
    while (workers->line.count == 0 && !workers->closed) {
        pthread_cond_wait(&workers->filled, &workers->mutex);
    }
    workers->idle--;
    bool taken = workers->line.count > 0;
    if (taken) {
        *out = jalon_line_take(&workers->line);
    }
    pthread_mutex_unlock(&workers->mutex);
    return taken;
}

static void *answer_all(void *argument)
{
    struct jalon_waiting waiting;
    while (take(argument, &waiting)) {
        jalon_exchange_answer(waiting.exchange);
        MHD_resume_connection(waiting.connection);
    }
    return NULL;
}

struct jalon_workers *jalon_workers_create(void)
{
    struct jalon_workers *workers = jalon_memory_allocate_zeroed(1, sizeof *workers);
    if (workers != NULL) {
        workers->line.most = WAITING_MAX;
        pthread_mutex_init(&workers->mutex, NULL);
        pthread_cond_init(&workers->filled, NULL);
    }
    return workers;
}

/* Is there a thread to come to it? The caller has the mutex. */
static bool have_thread(struct jalon_workers *workers)
{
    if (workers->idle <= workers->line.count && workers->thread_count < THREADS &&
        pthread_create(&workers->threads[workers->thread_count], NULL, answer_all, workers) == 0) {
        workers->thread_count++;
    }
    return workers->thread_count > 0;
}

bool jalon_workers_push(struct jalon_workers *workers, struct MHD_Connection *connection,
                        struct jalon_exchange *exchange)
{
    pthread_mutex_lock(&workers->mutex);
    bool taken = !workers->closed && have_thread(workers) &&
                 jalon_line_add(&workers->line, connection, exchange);
    if (taken) {
        pthread_cond_signal(&workers->filled);
    }
    pthread_mutex_unlock(&workers->mutex);
    return taken;
}

void jalon_workers_close(struct jalon_workers *workers)
{
    if (workers == NULL) {
        return;
    }
    pthread_mutex_lock(&workers->mutex);
    unsigned count = workers->closed ? 0 : workers->thread_count;
    workers->closed = true;
    pthread_cond_broadcast(&workers->filled);
    pthread_mutex_unlock(&workers->mutex);
    for (unsigned i = 0; i < count; i++) {
        pthread_join(workers->threads[i], NULL);
    }
}

void jalon_workers_destroy(struct jalon_workers *workers)
{
    if (workers != NULL) {
        pthread_cond_destroy(&workers->filled);
        pthread_mutex_destroy(&workers->mutex);
        jalon_memory_release(workers);
    }
}
