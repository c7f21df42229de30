/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The queue of requests that change something. Layer 2. */
#include "queue.h"

#include <pthread.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

#include "line.h"

/* Requests that may wait: at a thousand a second, a quarter of a second of them. */
enum { WAITING_MAX = JALON_LINE_MAX };

/* One that another writer was in the way of is tried again so often, for so long. */
enum { AGAIN_MAX = 3, AGAIN_US = 5000000 };

struct jalon_queue {
    const struct jalon_http_options *options;
    struct jalon_context *ctx; /* of groups */
    pthread_mutex_t mutex;     /* of all below */
    pthread_cond_t filled;
    pthread_t thread;
    bool closed;
    uint64_t refused;
    struct jalon_line line;
};

/* All that is waiting, at least one; 0: closed and empty. */
static size_t take_all(struct jalon_queue *queue, struct jalon_waiting out[WAITING_MAX])
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->line.count == 0 && !queue->closed) {
        pthread_cond_wait(&queue->filled, &queue->mutex);
    }
    size_t count = 0;
    while (queue->line.count > 0) {
        out[count++] = jalon_line_take(&queue->line);
    }
    pthread_mutex_unlock(&queue->mutex);
    return count;
}

/* What was answered with success was not kept. */
static void take_back(const struct jalon_waiting *group, size_t count, enum jalon_status status,
                      const struct jalon_context *ctx)
{
    for (size_t i = 0; i < count; i++) {
        if (group[i].exchange->status == JALON_OK) {
            jalon_exchange_fail_like(group[i].exchange, status, ctx);
        }
    }
}

/* One after the other in one group; its end. */
static enum jalon_status answer_together(struct jalon_queue *queue,
                                         const struct jalon_waiting *group, size_t count)
{
    const struct jalon_http_options *options = queue->options;
    struct jalon_context *ctx = queue->ctx;
    enum jalon_status status = JALON_OK;
    bool grouped = options->begin_group != NULL &&
                   options->begin_group(ctx, options->application) == JALON_OK;
    for (size_t i = 0; i < count; i++) {
        jalon_exchange_answer(group[i].exchange);
    }
    if (grouped) {
        status = options->end_group(ctx, options->application);
    }
    if (status != JALON_OK) {
        take_back(group, count, status, ctx);
    }
    jalon_context_reset(ctx);
    return status;
}

/* By itself, in no group: until it is done or refused, or there is no use in it. */
static void answer_alone(struct jalon_exchange *exchange, int64_t until_us)
{
    for (int i = 0; i < AGAIN_MAX && jalon_clock_monotonic_us() < until_us; i++) {
        jalon_exchange_answer_again(exchange);
        if (exchange->status != JALON_RETRY) {
            return;
        }
    }
}

/* Who has an answer gets it before the others are tried again, who may have to wait. */
static void answer_group(struct jalon_queue *queue, struct jalon_waiting *group, size_t count)
{
    int64_t until_us = jalon_clock_monotonic_us() + AGAIN_US;
    bool lost = answer_together(queue, group, count) == JALON_RETRY;
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (lost || group[i].exchange->status == JALON_RETRY) {
            group[left++] = group[i];
        } else {
            MHD_resume_connection(group[i].connection);
        }
    }
    for (size_t i = 0; i < left; i++) {
        answer_alone(group[i].exchange, until_us);
        MHD_resume_connection(group[i].connection);
    }
}

static void *answer_all(void *argument)
{
    struct jalon_queue *queue = argument;
    struct jalon_waiting group[WAITING_MAX];
    size_t count;
    while ((count = take_all(queue, group)) > 0) {
        answer_group(queue, group, count);
    }
    return NULL;
}

struct jalon_queue *jalon_queue_create(const struct jalon_http_options *options)
{
    struct jalon_queue *queue = jalon_memory_allocate_zeroed(1, sizeof *queue);
    if (queue == NULL) {
        return NULL;
    }
    queue->options = options;
    queue->line.most = WAITING_MAX;
    queue->ctx = jalon_context_create();
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->filled, NULL);
    if (queue->ctx == NULL || pthread_create(&queue->thread, NULL, answer_all, queue) != 0) {
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
    bool taken = !queue->closed && jalon_line_add(&queue->line, connection, exchange);
    if (taken) {
        pthread_cond_signal(&queue->filled);
    }
    queue->refused += !taken;
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

void jalon_queue_measure(struct jalon_queue *queue, size_t *out_waiting, uint64_t *out_refused)
{
    pthread_mutex_lock(&queue->mutex);
    *out_waiting = queue->line.count;
    *out_refused = queue->refused;
    pthread_mutex_unlock(&queue->mutex);
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
        jalon_context_destroy(queue->ctx);
        jalon_memory_release(queue);
    }
}
