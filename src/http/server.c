/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The server's life: options, start, draining, stop. Layer 2. */
#include "wire.h"

#include <sys/resource.h>
#include <unistd.h>

#include "jalon/log.h"
#include "jalon/memory.h"
#include "jalon/metrics.h"
#include "jalon/rate.h"

#include "await.h"
#include "connection.h"
#include "door.h"
#include "linger.h"
#include "metrics.h"
#include "queue.h"
#include "workers.h"

enum {
    DEFAULT_CONNECTIONS = 1000,
    DEFAULT_HEAD_S = 15,
    DEFAULT_BODY_S = 300,
    DEFAULT_IDLE_S = 30,
    DEFAULT_AWAIT_S = 2,
    DEFAULT_BYTES_A_SECOND = 1024,
    DEFAULT_BODY_MAX = 1 << 20,
    DEFAULT_ANSWERS_BYTES_MAX = 256 << 20,
    LEAST_THREADS = 4,
    OTHER_FILES = 256, /* databases, kept views, connections that are being closed */
};

static unsigned default_threads(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = processors > 0 && processors < 1024 ? (unsigned)processors * 2 : 0;
    return threads > LEAST_THREADS ? threads : LEAST_THREADS;
}

static void set_default(unsigned *value, unsigned fallback)
{
    *value = *value > 0 ? *value : fallback;
}

static void fill_defaults(struct jalon_http_options *options)
{
    set_default(&options->threads, default_threads());
    set_default(&options->connections_max, DEFAULT_CONNECTIONS);
    set_default(&options->head_s, DEFAULT_HEAD_S);
    set_default(&options->body_s, DEFAULT_BODY_S);
    set_default(&options->idle_s, DEFAULT_IDLE_S);
    set_default(&options->await_s, DEFAULT_AWAIT_S);
    set_default(&options->bytes_a_second, DEFAULT_BYTES_A_SECOND);
    options->body_max = options->body_max > 0 ? options->body_max : DEFAULT_BODY_MAX;
    if (options->answers_bytes_max == 0) {
        options->answers_bytes_max = DEFAULT_ANSWERS_BYTES_MAX;
    }
}

/* Every connection is an open file, and what a process may open is 1024 unless it asks for more. */
static void allow_files(struct jalon_http_options *options)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)options->connections_max + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted &&
        limit.rlim_cur > OTHER_FILES) {
        options->connections_max = (unsigned)(limit.rlim_cur - OTHER_FILES);
        const struct jalon_log_field field = {"connections", {NULL, 0}, options->connections_max};
        jalon_log_write(JALON_LOG_WARNING, "fewer connections than asked for: see ulimit -n", &field,
                        1);
    }
}

static enum jalon_status read_proxies(struct jalon_context *ctx, struct jalon_http *http)
{
    const struct jalon_http_options *options = &http->options;
    if (options->proxy_count == 0) {
        return JALON_OK;
    }
    http->proxies = jalon_arena_allocate(http->ctx->arena,
                                         options->proxy_count * sizeof http->proxies[0]);
    if (http->proxies == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < options->proxy_count; i++) {
        if (!jalon_network_parse(options->proxies[i], &http->proxies[i])) {
            return jalon_fail(ctx, JALON_INVALID,
                              "\"%.*s\" is not the address of a proxy: write 10.0.0.5, 10.0.0.0/8 "
                              "or 2001:db8::/32",
                              JALON_TEXT_ARGS(options->proxies[i]));
        }
    }
    http->proxy_count = options->proxy_count;
    return JALON_OK;
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

static struct MHD_Daemon *start_daemon(struct jalon_http *http)
{
    const struct jalon_http_options *options = &http->options;
    struct MHD_OptionItem pool[] = {
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_USE_ITC |
            MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME,
        0, NULL, NULL, jalon_wire_request, http, MHD_OPTION_EXTERNAL_LOGGER, jalon_wire_log, NULL,
        /* Ours are counted by connection.c; the library's limit, shared out among its threads, is
         * never met. */
        MHD_OPTION_CONNECTION_LIMIT, options->connections_max + 2 * options->threads,
        /* Deadlines are sweep.c's, and the library sees nothing that framing.c refuses. */
        MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_URI_LOG_CALLBACK, jalon_wire_begin, http, MHD_OPTION_NOTIFY_COMPLETED,
        jalon_wire_end, http, MHD_OPTION_NOTIFY_CONNECTION, jalon_wire_connection, http,
        MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
}

static enum jalon_status make_parts(struct jalon_context *ctx, struct jalon_http *http)
{
    const struct jalon_http_options *options = &http->options;
    const struct jalon_connection_limits limits = {
        .most = options->connections_max,
        .per_address = options->connections_per_address.most,
        .head_s = options->head_s,
        .body_s = options->body_s,
        .idle_s = options->idle_s,
        .bytes_a_second = options->bytes_a_second,
        .answers_bytes_max = options->answers_bytes_max,
    };
    http->ctx = jalon_context_create();
    http->rate = jalon_rate_create();
    http->linger = jalon_linger_create();
    http->queue = jalon_queue_create(options);
    http->workers = jalon_workers_create();
    http->apart = jalon_workers_create();
    http->awaiting = jalon_awaiting_create(options->shows);
    http->counts = jalon_counts_create(options->routes);
    if (http->linger != NULL) {
        http->connections = jalon_connections_create(&limits, http->linger);
    }
    return http->ctx == NULL || http->rate == NULL || http->queue == NULL ||
                   http->workers == NULL || http->apart == NULL || http->awaiting == NULL ||
                   http->counts == NULL || http->connections == NULL
               ? jalon_no_memory(ctx)
               : JALON_OK;
}

/* The library's threads, then the door: who comes in is served. */
static enum jalon_status open_up(struct jalon_context *ctx, struct jalon_http *http, int listening)
{
    http->daemon = start_daemon(http);
    http->door = http->daemon != NULL ? jalon_door_open(http, listening) : NULL;
    if (http->door == NULL) {
        MHD_stop_daemon(http->daemon);
        return jalon_fail(ctx, JALON_INTERNAL, "the HTTP server could not be started");
    }
    return JALON_OK;
}

static enum jalon_status start(struct jalon_context *ctx, struct jalon_http *http)
{
    int listening;
    allow_files(&http->options);
    enum jalon_status status = make_parts(ctx, http);
    status = status == JALON_OK ? read_proxies(ctx, http) : status;
    if (status == JALON_OK) {
        status = jalon_router_create(ctx, http->options.routes, &http->router);
    }
    if (status == JALON_OK) {
        status = jalon_listen_open(ctx, http->options.address, http->options.port, &listening,
                                   &http->port);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = keep_texts(ctx, http);
    status = status == JALON_OK ? open_up(ctx, http, listening) : status;
    if (status != JALON_OK) {
        close(listening);
    }
    return status;
}

static void release(struct jalon_http *http)
{
    jalon_router_destroy(http->router);
    jalon_connections_destroy(http->connections);
    jalon_linger_destroy(http->linger);
    jalon_awaiting_close(http->awaiting);
    jalon_awaiting_destroy(http->awaiting);
    jalon_queue_close(http->queue);
    jalon_queue_destroy(http->queue);
    jalon_workers_close(http->workers);
    jalon_workers_destroy(http->workers);
    jalon_workers_close(http->apart);
    jalon_workers_destroy(http->apart);
    jalon_counts_destroy(http->counts);
    jalon_rate_destroy(http->rate);
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

void jalon_http_look_again(struct jalon_http *http)
{
    jalon_awaiting_look(http->awaiting);
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
    size_t waiting, awaiting, connections;
    uint64_t refused, not_awaited, cut;
    jalon_queue_measure(http->queue, &waiting, &refused);
    jalon_awaiting_measure(http->awaiting, &awaiting, &not_awaited);
    jalon_connections_measure(http->connections, &connections, &cut);
    jalon_counts_write(http->counts, out);
    jalon_metric_put_one(out, "jalon_http_requests_running", JALON_METRIC_GAUGE,
                         "Requests that have begun and not ended, this one included.",
                         atomic_load(&http->running));
    jalon_metric_put_one(out, "jalon_http_connections", JALON_METRIC_GAUGE, "Open connections.",
                         (double)connections);
    jalon_metric_put_one(out, "jalon_http_connections_cut_total", JALON_METRIC_COUNTER,
                         "Connections refused or hung up on: too many, too slow, malformed.",
                         (double)cut);
    jalon_metric_put_one(out, "jalon_http_connections_max", JALON_METRIC_GAUGE,
                         "Connections that may be open at once.", http->options.connections_max);
    jalon_metric_put_one(out, "jalon_write_queue_length", JALON_METRIC_GAUGE,
                         "Writes that wait for their turn.", (double)waiting);
    jalon_metric_put_one(out, "jalon_write_queue_refusals_total", JALON_METRIC_COUNTER,
                         "Writes answered 503 because too many were waiting.", (double)refused);
    jalon_metric_put_one(out, "jalon_awaiting_requests", JALON_METRIC_GAUGE,
                         "Requests that wait for the event of their Jalon-Seq.", (double)awaiting);
    jalon_metric_put_one(out, "jalon_awaiting_refusals_total", JALON_METRIC_COUNTER,
                         "Requests whose Jalon-Seq was not shown in time or could not be waited for.",
                         (double)not_awaited);
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
    jalon_door_close(http->door);
    jalon_connections_drain(http->connections, wait_ms > 0 ? wait_ms : 0);
    atomic_store(&http->abandoning, true);
    jalon_awaiting_close(http->awaiting);
    jalon_workers_close(http->workers);
    jalon_workers_close(http->apart);
    jalon_queue_close(http->queue); /* a suspended connection cannot be stopped */
    MHD_stop_daemon(http->daemon);
    release(http);
}
