/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Counting requests, and writing counts for Prometheus. Layer 2.
 *
 * The series are known when the server starts: a route, a method and a class of codes each, and the
 * buckets of each group of routes. Counters are added to without order between them; a reader may
 * see one request in one of them and not yet in the next.
 */
#include "metrics.h"

#include <stdatomic.h>
#include <string.h>

#include "jalon/memory.h"
#include "jalon/metrics.h"

enum { METHODS = 8, CLASSES = 6, GROUPS_MAX = 24, BUCKETS = 15 };

static const char *const methods[METHODS] = {"other",  "GET", "HEAD",   "OPTIONS",
                                             "POST", "PUT", "PATCH", "DELETE"};
/* Of a request that ended without an answer: none. */
static const char *const classes[CLASSES] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

/* Upper bounds; what took longer is in one more. */
static const double bounds_s[BUCKETS] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                         0.05,   0.1,     0.25,   0.5,   1,      2.5,   10};

struct durations {
    const char *group; /* the routes' tag */
    _Atomic uint64_t buckets[BUCKETS + 1];
    _Atomic uint64_t sum_us;
};

struct jalon_counts {
    const struct jalon_route *routes;
    size_t route_count;
    size_t group_count;
    struct durations groups[GROUPS_MAX];
    _Atomic uint64_t sent_bytes;
    /* route (the last: none), method, class */
    _Atomic uint64_t requests[][METHODS][CLASSES];
};

static size_t find_group(struct jalon_counts *counts, const char *name)
{
    size_t i = 0;
    while (i < counts->group_count && strcmp(counts->groups[i].group, name) != 0) {
        i++;
    }
    return i;
}

struct jalon_counts *jalon_counts_create(const struct jalon_route *routes)
{
    size_t count = 0;
    while (routes[count].path != NULL) {
        count++;
    }
    struct jalon_counts *counts = jalon_memory_allocate_zeroed(
        1, sizeof *counts + (count + 1) * sizeof counts->requests[0]);
    if (counts == NULL) {
        return NULL;
    }
    counts->routes = routes;
    counts->route_count = count;
    for (size_t i = 0; i < count; i++) {
        const char *tag = routes[i].tag;
        if (tag != NULL && counts->group_count < GROUPS_MAX &&
            find_group(counts, tag) == counts->group_count) {
            counts->groups[counts->group_count++].group = tag;
        }
    }
    return counts;
}

void jalon_counts_destroy(struct jalon_counts *counts)
{
    jalon_memory_release(counts);
}

static void add(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t read(_Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

/* The route of a request; of one that no route answers, another one of the same address, or NULL. */
static const struct jalon_route *route_of(const struct jalon_exchange *exchange)
{
    const struct jalon_route *route = exchange->request.route;
    const struct jalon_pattern *pattern = exchange->match.pattern;
    for (int i = 0; route == NULL && pattern != NULL && i < JALON_METHOD_COUNT; i++) {
        route = pattern->routes[i];
    }
    return route;
}

static size_t method_of(const struct jalon_exchange *exchange)
{
    size_t method = METHODS - 1;
    while (method > 0 && !jalon_text_is(exchange->head.method, methods[method])) {
        method--;
    }
    return method;
}

static void add_duration(struct durations *durations, int64_t took_us)
{
    size_t bucket = 0;
    while (bucket < BUCKETS && (double)took_us > bounds_s[bucket] * 1e6) {
        bucket++;
    }
    add(&durations->buckets[bucket], 1);
    add(&durations->sum_us, (uint64_t)took_us);
}

void jalon_counts_add(struct jalon_counts *counts, const struct jalon_exchange *exchange)
{
    const struct jalon_route *route = route_of(exchange);
    size_t index = route != NULL ? (size_t)(route - counts->routes) : counts->route_count;
    size_t class = exchange->response.code / 100;
    bool answered = exchange->answered_us > 0;
    add(&counts->requests[index][method_of(exchange)][answered && class < CLASSES ? class : 0], 1);
    add(&counts->sent_bytes, exchange->sent_bytes);
    if (answered && route != NULL && route->tag != NULL) {
        size_t group = find_group(counts, route->tag);
        if (group < counts->group_count) {
            add_duration(&counts->groups[group], exchange->answered_us - exchange->started_us);
        }
    }
}

/* --- Writing --- */

void jalon_metric_describe(struct jalon_buffer *out, const char *name, enum jalon_metric_type type,
                           const char *help)
{
    static const char *const types[] = {
        [JALON_METRIC_COUNTER] = "counter",
        [JALON_METRIC_GAUGE] = "gauge",
        [JALON_METRIC_HISTOGRAM] = "histogram",
    };
    jalon_buffer_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

void jalon_metric_put(struct jalon_buffer *out, const char *name, const char *labels, double value)
{
    jalon_buffer_append_string(out, name);
    if (labels != NULL) {
        jalon_buffer_append_format(out, "{%s}", labels);
    }
    jalon_buffer_append_char(out, ' ');
    jalon_buffer_append_double(out, value);
    jalon_buffer_append_char(out, '\n');
}

void jalon_metric_put_one(struct jalon_buffer *out, const char *name, enum jalon_metric_type type,
                          const char *help, double value)
{
    jalon_metric_describe(out, name, type, help);
    jalon_metric_put(out, name, NULL, value);
}

static void write_requests(struct jalon_counts *counts, struct jalon_buffer *out)
{
    static const char name[] = "jalon_http_requests_total";
    jalon_metric_describe(out, name, JALON_METRIC_COUNTER,
                          "Requests by operation of the API description, method and class of the "
                          "status code.");
    for (size_t i = 0; i <= counts->route_count; i++) {
        const char *operation =
            i < counts->route_count ? counts->routes[i].operation_id : "none";
        for (size_t cell = 0; cell < METHODS * CLASSES; cell++) {
            size_t method = cell / CLASSES, class = cell % CLASSES;
            uint64_t count = read(&counts->requests[i][method][class]);
            if (count > 0) {
                jalon_buffer_append_format(
                    out, "%s{operation=\"%s\",method=\"%s\",code=\"%s\"} %llu\n", name,
                    operation != NULL ? operation : "", methods[method], classes[class],
                    (unsigned long long)count);
            }
        }
    }
}

static void write_durations(struct durations *durations, struct jalon_buffer *out)
{
    static const char name[] = "jalon_http_request_duration_seconds";
    uint64_t count = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        count += read(&durations->buckets[i]);
        jalon_buffer_append_format(out, "%s_bucket{group=\"%s\",le=\"", name, durations->group);
        if (i < BUCKETS) {
            jalon_buffer_append_double(out, bounds_s[i]);
        } else {
            jalon_buffer_append_string(out, "+Inf");
        }
        jalon_buffer_append_format(out, "\"} %llu\n", (unsigned long long)count);
    }
    jalon_buffer_append_format(out, "%s_sum{group=\"%s\"} ", name, durations->group);
    jalon_buffer_append_double(out, (double)read(&durations->sum_us) / 1e6);
    jalon_buffer_append_format(out, "\n%s_count{group=\"%s\"} %llu\n", name, durations->group,
                               (unsigned long long)count);
}

void jalon_counts_write(struct jalon_counts *counts, struct jalon_buffer *out)
{
    write_requests(counts, out);
    jalon_metric_describe(out, "jalon_http_request_duration_seconds", JALON_METRIC_HISTOGRAM,
                          "From the request line until the answer is made and, of a write, on disk.");
    for (size_t i = 0; i < counts->group_count; i++) {
        write_durations(&counts->groups[i], out);
    }
    jalon_metric_put_one(out, "jalon_http_response_bytes_total", JALON_METRIC_COUNTER,
                         "Bytes of response bodies.", (double)read(&counts->sent_bytes));
}
