/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The body of a request: what kind and size is taken, and taking it. Layer 2. */
#include "exchange.h"

#include <string.h>

/* What a chunked body may run on beyond its limit before the connection is dropped. */
enum { OVERRUN_MAX = 1 << 20 };

/* The media type in lower case without parameters; false when its charset is not UTF-8. */
static bool read_body_type(struct jalon_exchange *exchange, struct jalon_text *out)
{
    struct jalon_text header;
    if (!jalon_exchange_header(exchange, "Content-Type", &header)) {
        *out = JALON_TEXT_EMPTY;
        return true;
    }
    char *data = (char *)header.data; /* our own copy */
    for (size_t i = 0; i < header.length; i++) {
        data[i] = data[i] >= 'A' && data[i] <= 'Z' ? (char)(data[i] - 'A' + 'a') : data[i];
    }
    const char *charset = strstr(data, "charset=");
    if (charset != NULL) {
        charset += strlen("charset=");
        charset += *charset == '"' ? 1 : 0;
        if (strncmp(charset, "utf-8", 5) != 0 && strncmp(charset, "us-ascii", 8) != 0) {
            return false;
        }
    }
    struct jalon_text type =
        jalon_text_trim(jalon_text_slice(data, jalon_text_find(header, ';')));
    data[type.data - data + (ptrdiff_t)type.length] = '\0';
    *out = type;
    return true;
}

struct jalon_text jalon_body_types(struct jalon_exchange *exchange,
                                   const struct jalon_route *route)
{
    struct jalon_text list = jalon_text_from(route->body_types[0]);
    for (size_t i = 1; route->body_types[i] != NULL && list.data != NULL; i++) {
        list = jalon_text_format(exchange->request.ctx->arena, "%s, %s", list.data,
                                 route->body_types[i]);
    }
    return list;
}

/* 415 for another type; 400 for a body of which none is said (OGC 20-002, post-content-type). */
static enum jalon_status refuse_body_type(struct jalon_exchange *exchange)
{
    const struct jalon_route *route = exchange->request.route;
    struct jalon_text list = jalon_body_types(exchange, route), ignored;
    bool is_said = jalon_exchange_header(exchange, "Content-Type", &ignored);
    if (list.data == NULL) {
        return jalon_no_memory(exchange->request.ctx);
    }
    exchange->accept = list;
    exchange->body_types[route->method] = list;
    return jalon_fail(exchange->request.ctx, is_said ? JALON_UNSUPPORTED : JALON_INVALID,
                      "send the body in UTF-8 with one of these as its Content-Type: %s",
                      list.data);
}

enum jalon_status jalon_body_too_large(struct jalon_exchange *exchange)
{
    return jalon_fail(exchange->request.ctx, JALON_TOO_LARGE,
                      "the body is larger than the %zu bytes that are accepted here",
                      exchange->body_max);
}

enum jalon_status jalon_body_check(struct jalon_exchange *exchange)
{
    const struct jalon_route *route = exchange->request.route;
    struct jalon_text coding;
    if (!exchange->body_follows) {
        return JALON_OK;
    }
    if (route->body_types == NULL) {
        return jalon_fail(exchange->request.ctx, JALON_INVALID, "no body is expected here");
    }
    exchange->body_max = route->body_max > 0 ? route->body_max : exchange->http->options.body_max;
    jalon_buffer_init(&exchange->body, exchange->body_max);
    if (exchange->body_announced > exchange->body_max) {
        return jalon_body_too_large(exchange);
    }
    if (jalon_exchange_header(exchange, "Content-Encoding", &coding) &&
        !jalon_text_equal_ascii_case(coding, JALON_TEXT("identity"))) {
        exchange->refuses_coding = true;
        return jalon_fail(exchange->request.ctx, JALON_UNSUPPORTED,
                          "send the body without Content-Encoding");
    }
    if (!read_body_type(exchange, &exchange->request.body_type)) {
        return refuse_body_type(exchange);
    }
    for (size_t i = 0; route->body_types[i] != NULL; i++) {
        if (jalon_text_is(exchange->request.body_type, route->body_types[i])) {
            return JALON_OK;
        }
    }
    return refuse_body_type(exchange);
}

bool jalon_body_feed(struct jalon_exchange *exchange, const char *data, size_t size)
{
    if (size > exchange->body_max - exchange->body.length && !exchange->body_too_large) {
        exchange->body_too_large = true;
    }
    if (exchange->body_too_large) {
        exchange->body_overrun += size;
        return exchange->body_overrun <= OVERRUN_MAX;
    }
    jalon_buffer_append(&exchange->body, data, size);
    return true;
}
