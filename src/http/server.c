/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The server's life: options, start, draining, stop. Layer 2. */
#include "wire.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/memory.h"
#include "jalon/metrics.h"

#include "linger.h"
#include "metrics.h"
#include "queue.h"

enum {
    DEFAULT_CONNECTIONS = 1000,
    DEFAULT_TIMEOUT_S = 30,
    DEFAULT_BODY_MAX = 1 << 20,
    LEAST_THREADS = 4,
};

/* Where jalon_http_stop waits for the last request. */
struct jalon_drain {
    pthread_mutex_t mutex;
    pthread_cond_t idle;
};

static struct jalon_drain *drain_create(void)
{
    struct jalon_drain *drain = jalon_memory_allocate(sizeof *drain);
    pthread_condattr_t attributes;
    if (drain == NULL) {
        return NULL;
    }
    pthread_mutex_init(&drain->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&drain->idle, &attributes);
    pthread_condattr_destroy(&attributes);
    return drain;
}

static void drain_destroy(struct jalon_drain *drain)
{
    if (drain != NULL) {
        pthread_cond_destroy(&drain->idle);
        pthread_mutex_destroy(&drain->mutex);
        jalon_memory_release(drain);
    }
}

void jalon_http_request_done(struct jalon_http *http)
{
    /* Either the stopper sees no request, or this sees that it stops: both orders are total. */
    if (atomic_fetch_sub(&http->running, 1) == 1 && atomic_load(&http->stopping)) {
        pthread_mutex_lock(&http->drain->mutex);
        pthread_cond_broadcast(&http->drain->idle);
        pthread_mutex_unlock(&http->drain->mutex);
    }
}

static void wait_until_idle(struct jalon_http *http, int64_t wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + wait_ms % 1000 * 1000000;
    until.tv_sec += (time_t)(wait_ms / 1000 + nanoseconds / 1000000000);
    until.tv_nsec = (long)(nanoseconds % 1000000000);
    int result = 0;
    pthread_mutex_lock(&http->drain->mutex);
    while (atomic_load(&http->running) > 0 && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&http->drain->idle, &http->drain->mutex, &until);
    }
    pthread_mutex_unlock(&http->drain->mutex);
}

static unsigned default_threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = processors > 0 && processors < 1024 ? (unsigned)processors * 2 : 0;
    return threads > LEAST_THREADS ? threads : LEAST_THREADS;
}

static void fill_defaults(struct jalon_http_options *options)
{
    options->threads = options->threads > 0 ? options->threads : default_threads();
    if (options->connections_max == 0) {
        options->connections_max = DEFAULT_CONNECTIONS;
    }
    if (options->connections_max < options->threads) {
        options->connections_max = options->threads; /* the library shares them out */
    }
    options->timeout_s = options->timeout_s > 0 ? options->timeout_s : DEFAULT_TIMEOUT_S;
    options->body_max = options->body_max > 0 ? options->body_max : DEFAULT_BODY_MAX;
}

/* Where clients find this server when nobody said: the address that is listened on. */
static struct jalon_text own_url(struct jalon_arena *arena, struct jalon_text address,
                                 uint16_t port)
{
    bool six = jalon_text_find(address, ':') < address.length;
    if (jalon_text_is(address, "0.0.0.0")) {
        address = JALON_TEXT("127.0.0.1");
    } else if (jalon_text_is(address, "::")) {
        address = JALON_TEXT("::1");
    }
    return jalon_text_format(arena, six ? "http://[%.*s]:%u" : "http://%.*s:%u",
                             JALON_TEXT_ARGS(address), (unsigned)port);
}

static enum jalon_status keep_texts(struct jalon_context *ctx, struct jalon_http *http)
{
    struct jalon_http_options *options = &http->options;
    struct jalon_text url = options->public_url;
    while (url.length > 0 && url.data[url.length - 1] == '/') {
        url.length--;
    }
    url = url.length > 0 ? jalon_text_copy(http->ctx->arena, url)
                         : own_url(http->ctx->arena, options->address, http->port);
    if (url.data == NULL) {
        return jalon_no_memory(ctx);
    }
    options->public_url = url;
    return JALON_OK;
}

static struct MHD_Daemon *start_daemon(struct jalon_http *http, int listening)
{
    const struct jalon_http_options *options = &http->options;
    struct MHD_OptionItem pool[] = {
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_USE_ITC |
            MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL,
        jalon_wire_request, http, MHD_OPTION_EXTERNAL_LOGGER, jalon_wire_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_CONNECTION_LIMIT, options->connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_s,
        /* What 1 refuses 0.9.75 answers with two heads; the guard refuses it in one. */
        MHD_OPTION_STRICT_FOR_CLIENT, jalon_wire_layout_is_known() ? 0 : 1,
        MHD_OPTION_URI_LOG_CALLBACK, jalon_wire_begin, http, MHD_OPTION_NOTIFY_COMPLETED,
        jalon_wire_end, http, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
}

static enum jalon_status start(struct jalon_context *ctx, struct jalon_http *http)
{
    int listening;
    http->ctx = jalon_context_create();
    http->drain = drain_create();
    http->linger = jalon_linger_create();
    http->queue = jalon_queue_create(&http->options);
    http->counts = jalon_counts_create(http->options.routes);
    if (http->ctx == NULL || http->drain == NULL || http->linger == NULL || http->queue == NULL ||
        http->counts == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = jalon_router_create(ctx, http->options.routes, &http->router);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_listen_open(ctx, http->options.address, http->options.port, &listening,
                               &http->port);
    if (status != JALON_OK) {
        return status;
    }
    status = keep_texts(ctx, http);
    if (status == JALON_OK) {
        http->daemon = start_daemon(http, listening);
        if (http->daemon == NULL) {
            status = jalon_fail(ctx, JALON_INTERNAL, "the HTTP server could not be started");
        }
    }
    if (status != JALON_OK) {
        close(listening);
    }
    return status;
}

static void release(struct jalon_http *http)
{
    jalon_router_destroy(http->router);
    jalon_linger_destroy(http->linger);
    jalon_queue_close(http->queue);
    jalon_queue_destroy(http->queue);
    jalon_counts_destroy(http->counts);
    drain_destroy(http->drain);
    jalon_context_destroy(http->ctx);
    jalon_memory_release(http);
}

enum jalon_status jalon_http_start(struct jalon_context *ctx,
                                   const struct jalon_http_options *options,
                                   struct jalon_http **out)
{
    struct jalon_http *http = jalon_memory_allocate_zeroed(1, sizeof *http);
    if (http == NULL) {
        return jalon_no_memory(ctx);
    }
    http->options = *options;
    fill_defaults(&http->options);
    enum jalon_status status = start(ctx, http);
    if (status != JALON_OK) {
        release(http);
        return status;
    }
    *out = http;
    return JALON_OK;
}

uint16_t jalon_http_port(const struct jalon_http *http)
{
    return http->port;
}

struct jalon_text jalon_http_public_url(const struct jalon_http *http)
{
    return http->options.public_url;
}

void jalon_http_write_metrics(const struct jalon_request *request, struct jalon_buffer *out)
{
    const struct jalon_http *http = ((const struct jalon_exchange *)request)->http;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    size_t waiting;
    uint64_t refused;
    jalon_queue_measure(http->queue, &waiting, &refused);
    jalon_counts_write(http->counts, out);
    jalon_metric_put_one(out, "jalon_http_requests_running", JALON_METRIC_GAUGE,
                         "Requests that have begun and not ended, this one included.",
                         atomic_load(&http->running));
    jalon_metric_put_one(out, "jalon_http_connections", JALON_METRIC_GAUGE, "Open connections.",
                         info != NULL ? info->num_connections : 0);
    jalon_metric_put_one(out, "jalon_http_connections_max", JALON_METRIC_GAUGE,
                         "Connections that may be open at once.", http->options.connections_max);
    jalon_metric_put_one(out, "jalon_write_queue_length", JALON_METRIC_GAUGE,
                         "Writes that wait for their turn.", (double)waiting);
    jalon_metric_put_one(out, "jalon_write_queue_refusals_total", JALON_METRIC_COUNTER,
                         "Writes answered 503 because too many were waiting.", (double)refused);
}

bool jalon_request_server_stops(const struct jalon_request *request)
{
    return atomic_load(&((const struct jalon_exchange *)request)->http->stopping);
}

void jalon_http_stop(struct jalon_http *http, int64_t wait_ms)
{
    if (http == NULL) {
        return;
    }
    atomic_store(&http->stopping, true);
    MHD_socket listening = MHD_quiesce_daemon(http->daemon);
    wait_until_idle(http, wait_ms > 0 ? wait_ms : 0);
    jalon_queue_close(http->queue); /* a suspended connection cannot be stopped */
    MHD_stop_daemon(http->daemon);
    if (listening != MHD_INVALID_SOCKET) {
        close(listening);
    }
    release(http);
}
