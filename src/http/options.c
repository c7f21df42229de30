/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * OPTIONS: what may be done at an address, by whoever asks (RFC 9110, 9.3.7; OGC 20-002, options;
 * RFC 5789, 3.1). Layer 2.
 */
#include "exchange.h"

enum jalon_status jalon_options_say_allow(struct jalon_exchange *exchange, unsigned barred)
{
    struct jalon_buffer allow;
    jalon_buffer_init(&allow, 256);
    jalon_pattern_allow(exchange->match.pattern, barred, &allow);
    struct jalon_text copy =
        jalon_text_copy(exchange->request.ctx->arena, jalon_buffer_text(&allow));
    jalon_buffer_finish(&allow);
    if (copy.data == NULL) {
        return jalon_no_memory(exchange->request.ctx);
    }
    exchange->allow = copy;
    return JALON_OK;
}

/* Whether this requester may use the method, at this address as it is now. */
static enum jalon_status ask(struct jalon_exchange *exchange, const struct jalon_route *route,
                             bool *out_barred)
{
    struct jalon_request *request = &exchange->request;
    if (route->may == NULL) {
        return JALON_OK;
    }
    request->route = route;
    enum jalon_status status = route->may(request);
    request->route = NULL;
    if (status == JALON_UNAUTHENTICATED || status == JALON_FORBIDDEN ||
        status == JALON_NOT_FOUND) {
        jalon_error_clear(request->ctx);
        *out_barred = true;
        return JALON_OK;
    }
    return status;
}

enum jalon_status jalon_options_open(struct jalon_exchange *exchange)
{
    const struct jalon_pattern *pattern = exchange->match.pattern;
    unsigned barred = 0;
    enum jalon_status status = jalon_exchange_authenticate(exchange);
    for (int i = 0; status == JALON_OK && i < JALON_METHOD_COUNT; i++) {
        bool is_barred = false;
        if (pattern->routes[i] == NULL) {
            continue;
        }
        status = ask(exchange, pattern->routes[i], &is_barred);
        if (is_barred) {
            barred |= 1U << i;
        } else if (status == JALON_OK && pattern->routes[i]->body_types != NULL) {
            exchange->body_types[i] = jalon_body_types(exchange, pattern->routes[i]);
        }
    }
    return status == JALON_OK ? jalon_options_say_allow(exchange, barred) : status;
}
