/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The queue of requests that change something. Layer 2. */
#include "queue.h"

#include <pthread.h>

#include "jalon/memory.h"

/* Requests that may wait: at a thousand a second, a quarter of a second of them. */
enum { WAITING_MAX = 256 };

struct waiting {
    struct MHD_Connection *connection;
    struct jalon_exchange *exchange;
};

struct jalon_queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    pthread_t thread;
    bool closed;
    size_t first;
    size_t count;
    struct waiting ring[WAITING_MAX];
};

/* The next request, waiting for it; false: closed and empty. */
static bool take(struct jalon_queue *queue, struct waiting *out)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->closed) {
        pthread_cond_wait(&queue->filled, &queue->mutex);
    }
    bool taken = queue->count > 0;
    if (taken) {
        *out = queue->ring[queue->first];
        queue->first = (queue->first + 1) % WAITING_MAX;
        queue->count--;
    }
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

static void *answer_all(void *argument)
{
    struct waiting waiting;
    while (take(argument, &waiting)) {
        jalon_exchange_answer(waiting.exchange);
        waiting.exchange->answered = true;
        MHD_resume_connection(waiting.connection);
    }
    return NULL;
}

struct jalon_queue *jalon_queue_create(void)
{
    struct jalon_queue *queue = jalon_memory_allocate_zeroed(1, sizeof *queue);
    if (queue == NULL) {
        return NULL;
    }
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->filled, NULL);
    if (pthread_create(&queue->thread, NULL, answer_all, queue) != 0) {
        queue->closed = true; /* there is no thread to wait for */
        jalon_queue_destroy(queue);
        return NULL;
    }
    return queue;
}

bool jalon_queue_push(struct jalon_queue *queue, struct MHD_Connection *connection,
                      struct jalon_exchange *exchange)
{
    pthread_mutex_lock(&queue->mutex);
    bool taken = !queue->closed && queue->count < WAITING_MAX;
    if (taken) {
        /* Before the thread can resume it. */
        MHD_suspend_connection(connection);
        queue->ring[(queue->first + queue->count++) % WAITING_MAX] =
            (struct waiting){connection, exchange};
        pthread_cond_signal(&queue->filled);
    }
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

void jalon_queue_close(struct jalon_queue *queue)
{
    if (queue == NULL) {
        return;
    }
    pthread_mutex_lock(&queue->mutex);
    bool is_open = !queue->closed;
    queue->closed = true;
    pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->mutex);
    if (is_open) {
        pthread_join(queue->thread, NULL);
    }
}

void jalon_queue_destroy(struct jalon_queue *queue)
{
    if (queue != NULL) {
        pthread_cond_destroy(&queue->filled);
        pthread_mutex_destroy(&queue->mutex);
        jalon_memory_release(queue);
    }
}
