/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From a path to the row of the route table. Layer 2.
 *
 * Paths are split before they are decoded, so that an encoded slash stays inside its segment. A
 * fixed segment wins over a variable at the same place.
 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "jalon/memory.h"

struct jalon_router {
    size_t count;
    struct jalon_pattern patterns[];
};

static const char *const method_names[JALON_METHOD_COUNT] = {
    [JALON_GET] = "GET",     [JALON_POST] = "POST",     [JALON_PUT] = "PUT",
    [JALON_PATCH] = "PATCH", [JALON_DELETE] = "DELETE",
};

const char *jalon_method_name(enum jalon_method method)
{
    return method_names[method];
}

/* Takes the next segment off the path, which is what follows a slash. */
static struct jalon_text next_segment(struct jalon_text *rest)
{
    size_t end = jalon_text_find(*rest, '/');
    struct jalon_text segment = {rest->data, end};
    size_t skip = end < rest->length ? end + 1 : end;
    *rest = jalon_text_slice(rest->data + skip, rest->length - skip);
    return segment;
}

static enum jalon_status compile(struct jalon_context *ctx, const struct jalon_route *route,
                                 struct jalon_pattern *out)
{
    *out = (struct jalon_pattern){.segment_count = 0};
    struct jalon_text rest = jalon_text_from(route->path);
    if (rest.length == 0 || rest.data[0] != '/') {
        return jalon_fail(ctx, JALON_INVALID, "route %s does not start with a slash", route->path);
    }
    rest = jalon_text_slice(rest.data + 1, rest.length - 1);
    while (rest.length > 0) {
        struct jalon_text text = next_segment(&rest);
        bool variable = text.length > 2 && text.data[0] == '{' &&
                        text.data[text.length - 1] == '}';
        if (text.length == 0 || out->segment_count == JALON_SEGMENTS_MAX) {
            return jalon_fail(ctx, JALON_INVALID, "route %s has an empty segment or too many",
                              route->path);
        }
        out->segments[out->segment_count++] = (struct jalon_segment){
            variable ? jalon_text_slice(text.data + 1, text.length - 2) : text, variable};
    }
    out->routes[route->method] = route;
    return JALON_OK;
}

/* Fixed before variable, so that the first pattern that matches is the right one. */
static int compare_patterns(const void *left, const void *right)
{
    const struct jalon_pattern *a = left;
    const struct jalon_pattern *b = right;
    if (a->segment_count != b->segment_count) {
        return a->segment_count < b->segment_count ? -1 : 1;
    }
    for (size_t i = 0; i < a->segment_count; i++) {
        if (a->segments[i].variable != b->segments[i].variable) {
            return a->segments[i].variable ? 1 : -1;
        }
        int order = a->segments[i].variable
                        ? 0
                        : jalon_text_compare(a->segments[i].text, b->segments[i].text);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

/* Adds the route to a pattern of the same shape, or as a new one. */
static enum jalon_status add_route(struct jalon_context *ctx, struct jalon_router *router,
                                   const struct jalon_route *route)
{
    struct jalon_pattern pattern;
    enum jalon_status status = compile(ctx, route, &pattern);
    if (status != JALON_OK) {
        return status;
    }
    for (size_t i = 0; i < router->count; i++) {
        struct jalon_pattern *known = &router->patterns[i];
        if (compare_patterns(known, &pattern) != 0) {
            continue;
        }
        for (size_t s = 0; s < known->segment_count; s++) {
            if (!jalon_text_equal(known->segments[s].text, pattern.segments[s].text)) {
                return jalon_fail(ctx, JALON_INVALID, "route %s names a variable differently",
                                  route->path);
            }
        }
        if (known->routes[route->method] != NULL) {
            return jalon_fail(ctx, JALON_INVALID, "route %s %s is there twice",
                              jalon_method_name(route->method), route->path);
        }
        known->routes[route->method] = route;
        return JALON_OK;
    }
    router->patterns[router->count++] = pattern;
    return JALON_OK;
}

enum jalon_status jalon_router_create(struct jalon_context *ctx, const struct jalon_route *routes,
                                      struct jalon_router **out)
{
    size_t count = 0;
    while (routes[count].path != NULL) {
        count++;
    }
    struct jalon_router *router =
        jalon_memory_allocate(sizeof *router + count * sizeof router->patterns[0]);
    if (router == NULL) {
        return jalon_no_memory(ctx);
    }
    router->count = 0;
    for (size_t i = 0; i < count; i++) {
        enum jalon_status status = add_route(ctx, router, &routes[i]);
        if (status != JALON_OK) {
            jalon_router_destroy(router);
            return status;
        }
    }
    qsort(router->patterns, router->count, sizeof router->patterns[0], compare_patterns);
    *out = router;
    return JALON_OK;
}

void jalon_router_destroy(struct jalon_router *router)
{
    jalon_memory_release(router);
}

static bool pattern_matches(const struct jalon_pattern *pattern, const struct jalon_text *segments,
                            size_t count)
{
    if (pattern->segment_count != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!pattern->segments[i].variable &&
            !jalon_text_equal(pattern->segments[i].text, segments[i])) {
            return false;
        }
    }
    return true;
}

/* Decodes the segments of a path; *out_count may pass JALON_SEGMENTS_MAX: then nothing matches. */
static enum jalon_status split_path(struct jalon_context *ctx, struct jalon_text path,
                                    struct jalon_text *out, size_t *out_count)
{
    size_t count = 0;
    struct jalon_text rest = jalon_text_slice(path.data + 1, path.length - 1);
    while (rest.length > 0) {
        struct jalon_text decoded;
        if (!jalon_percent_decode(ctx, next_segment(&rest), false, &decoded)) {
            return jalon_fail(ctx, JALON_INVALID,
                              "the path is not percent-encoded UTF-8 without control characters");
        }
        if (count == JALON_SEGMENTS_MAX || decoded.length == 0 || jalon_text_is(decoded, ".") ||
            jalon_text_is(decoded, "..")) {
            return jalon_fail(ctx, JALON_NOT_FOUND, "there is nothing at this address");
        }
        out[count++] = decoded;
    }
    *out_count = count;
    return JALON_OK;
}

static void fill_match(const struct jalon_pattern *pattern, const struct jalon_text *segments,
                       struct jalon_match *out)
{
    out->pattern = pattern;
    out->variable_count = 0;
    for (size_t i = 0; i < pattern->segment_count; i++) {
        if (pattern->segments[i].variable) {
            out->variables[out->variable_count++] =
                (struct jalon_pair){pattern->segments[i].text, segments[i]};
        }
    }
}

enum jalon_status jalon_router_match(struct jalon_context *ctx, const struct jalon_router *router,
                                     struct jalon_text path, struct jalon_match *out)
{
    struct jalon_text segments[JALON_SEGMENTS_MAX];
    size_t count = 0;
    enum jalon_status status = split_path(ctx, path, segments, &count);
    if (status != JALON_OK) {
        return status;
    }
    for (size_t i = 0; i < router->count; i++) {
        const struct jalon_pattern *pattern = &router->patterns[i];
        if (!pattern_matches(pattern, segments, count)) {
            continue;
        }
        fill_match(pattern, segments, out);
        out->slash_at_end = path.length > 1 && path.data[path.length - 1] == '/';
        return JALON_OK;
    }
    return jalon_fail(ctx, JALON_NOT_FOUND, "there is nothing at this address");
}

void jalon_pattern_allow(const struct jalon_pattern *pattern, unsigned barred,
                         struct jalon_buffer *out)
{
    jalon_buffer_append_string(out, pattern->routes[JALON_GET] != NULL ? "GET, HEAD, OPTIONS"
                                                                       : "OPTIONS");
    for (int method = JALON_POST; method < JALON_METHOD_COUNT; method++) {
        if (pattern->routes[method] != NULL && (barred & (1U << method)) == 0) {
            jalon_buffer_append_string(out, ", ");
            jalon_buffer_append_string(out, method_names[method]);
        }
    }
}
