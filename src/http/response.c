/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From what a handler said to what is sent: coding, ETag, 304, header lines. Layer 2.
 */
#include "exchange.h"

#include <assert.h>
#include <string.h>

enum { COMPRESS_FROM_BYTES = 1024 };

static void add_header(struct jalon_exchange *exchange, const char *name, struct jalon_text value)
{
    assert(exchange->reply_header_count < JALON_REPLY_HEADERS_MAX);
    if (value.data == NULL) {
        return; /* no memory to say it: the answer stands without */
    }
    exchange->reply_headers[exchange->reply_header_count++] =
        (struct jalon_pair){jalon_text_from(name), value};
}

static void add_text(struct jalon_exchange *exchange, const char *name, struct jalon_text value)
{
    if (value.length > 0) {
        add_header(exchange, name, value);
    }
}

static void add_number(struct jalon_exchange *exchange, const char *name, int64_t value)
{
    add_header(exchange, name,
               jalon_text_format(exchange->request.ctx->arena, "%lld", (long long)value));
}

static bool is_get(const struct jalon_exchange *exchange)
{
    return jalon_text_is(exchange->head.method, "GET") ||
           jalon_text_is(exchange->head.method, "HEAD");
}

static const char *media_type_of(const struct jalon_exchange *exchange)
{
    if (exchange->response.media_type != NULL) {
        return exchange->response.media_type;
    }
    const struct jalon_representation *representation = exchange->request.representation;
    return representation != NULL ? representation->media_type : NULL;
}

static void add_media_type(struct jalon_exchange *exchange, const char *media_type)
{
    bool text = strncmp(media_type, "text/", 5) == 0 && strchr(media_type, ';') == NULL;
    add_header(exchange, "Content-Type",
               text ? jalon_text_format(exchange->request.ctx->arena, "%s; charset=utf-8",
                                        media_type)
                    : jalon_text_from(media_type));
}

/* Replaces the body by its coded form where the client takes it and it pays. */
static void compress_body(struct jalon_exchange *exchange, const char *media_type)
{
    struct jalon_buffer coded = {0};
    struct jalon_buffer *body = &exchange->response.body;
    if (exchange->response.gzipped) {
        exchange->coding = JALON_GZIP;
        return;
    }
    if (exchange->accepted_coding != JALON_GZIP || body->length < COMPRESS_FROM_BYTES ||
        !jalon_media_type_compresses(media_type) ||
        !jalon_compress_gzip(jalon_buffer_text(body), &coded)) {
        return;
    }
    jalon_buffer_finish(body);
    *body = coded;
    exchange->coding = JALON_GZIP;
}

static void add_vary(struct jalon_exchange *exchange, const char *media_type)
{
    const struct jalon_route *route = exchange->request.route;
    bool chosen = route != NULL && route->representations != NULL &&
                  route->representations[0].name != NULL && route->representations[1].name != NULL;
    bool spoken = route != NULL && !route->one_language;
    bool coded = media_type != NULL && jalon_media_type_compresses(media_type);
    struct jalon_text vary =
        jalon_text_format(exchange->request.ctx->arena, "%s%s%s", chosen ? ", Accept" : "",
                          coded ? ", Accept-Encoding" : "", spoken ? ", Accept-Language" : "");
    if (vary.data != NULL && vary.length > 2) {
        add_header(exchange, "Vary", jalon_text_slice(vary.data + 2, vary.length - 2));
    }
}

static void add_caching(struct jalon_exchange *exchange)
{
    const struct jalon_response *response = &exchange->response;
    struct jalon_text control = response->cache_control;
    bool success = response->code < 400;
    if (!success || (control.length == 0 && exchange->etag.length == 0)) {
        control = JALON_TEXT("no-store");
    } else if (control.length == 0) {
        control = exchange->request.account.length > 0 ? JALON_TEXT("private, no-cache")
                                                       : JALON_TEXT("no-cache");
    }
    add_header(exchange, "Cache-Control", control);
    if (success) {
        add_text(exchange, "ETag", exchange->etag);
    }
}

/* Public reads are open to every page; writes are not (fetch standard, CORS protocol). */
static void add_cors(struct jalon_exchange *exchange)
{
    struct jalon_text ignored;
    if (is_get(exchange)) {
        add_header(exchange, "Access-Control-Allow-Origin", JALON_TEXT("*"));
        add_header(exchange, "Access-Control-Expose-Headers",
                   JALON_TEXT("ETag, Link, Location, Retry-After, Jalon-Seq, Jalon-Request-Id"));
    } else if (exchange->options && exchange->status == JALON_OK &&
               exchange->match.pattern != NULL &&
               exchange->match.pattern->routes[JALON_GET] != NULL &&
               jalon_exchange_header(exchange, "Access-Control-Request-Method", &ignored)) {
        add_header(exchange, "Access-Control-Allow-Origin", JALON_TEXT("*"));
        add_header(exchange, "Access-Control-Allow-Methods", JALON_TEXT("GET, HEAD"));
        add_header(exchange, "Access-Control-Allow-Headers",
                   JALON_TEXT("Accept, Accept-Language, Authorization, If-None-Match, Prefer"));
        add_header(exchange, "Access-Control-Max-Age", JALON_TEXT("86400"));
    }
}

static void add_safety(struct jalon_exchange *exchange, const char *media_type)
{
    struct jalon_text policy = exchange->response.content_security_policy;
    add_header(exchange, "X-Content-Type-Options", JALON_TEXT("nosniff"));
    /* Base map providers ask for the origin; nobody needs the path. */
    add_header(exchange, "Referrer-Policy", JALON_TEXT("strict-origin-when-cross-origin"));
    if (exchange->response.code == 304) {
        /* A browser would put it on the page it has kept: that one came with its own. */
        return;
    }
    if (policy.length == 0 && media_type != NULL && strncmp(media_type, "text/html", 9) == 0) {
        policy = JALON_TEXT("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                            "form-action 'none'");
    }
    add_text(exchange, "Content-Security-Policy", policy);
}

static void add_refusal(struct jalon_exchange *exchange)
{
    struct jalon_response *response = &exchange->response;
    add_text(exchange, "Allow", exchange->allow);
    add_text(exchange, "Accept", exchange->accept);
    if (exchange->refuses_coding) {
        add_header(exchange, "Accept-Encoding", JALON_TEXT("identity"));
    }
    if (response->code == 401) {
        add_header(exchange, "WWW-Authenticate",
                   exchange->challenge.length > 0 ? exchange->challenge
                                                  : JALON_TEXT("Bearer realm=\"jalon\""));
    }
    if (response->retry_after_s > 0) {
        add_number(exchange, "Retry-After", response->retry_after_s);
    } else if (response->code == 429 || response->code == 503) {
        add_number(exchange, "Retry-After", 1);
    }
}

/* Unchanged state: the body that was made, if any, goes. */
static void drop_body(struct jalon_exchange *exchange)
{
    jalon_buffer_finish(&exchange->response.body);
    exchange->coding = JALON_IDENTITY;
}

void jalon_response_complete(struct jalon_exchange *exchange)
{
    struct jalon_response *response = &exchange->response;
    const char *media_type = media_type_of(exchange);
    bool unchanged = response->code == 304;
    if (!unchanged && response->code == 200 && response->etag.length > 0) {
        unchanged = jalon_etag_unchanged(exchange);
    }
    if (unchanged) {
        drop_body(exchange);
    } else if (media_type != NULL) {
        compress_body(exchange, media_type);
    }
    if (!unchanged && response->etag.length > 0 && response->code < 400) {
        struct jalon_text etag = jalon_etag_make(exchange, exchange->coding);
        exchange->etag = etag.data != NULL ? etag : JALON_TEXT_EMPTY;
    }
    if (response->body.length > 0 && media_type != NULL) {
        add_media_type(exchange, media_type);
    }
    if (exchange->coding == JALON_GZIP) {
        add_header(exchange, "Content-Encoding", JALON_TEXT("gzip"));
    }
    add_vary(exchange, media_type);
    add_caching(exchange);
    add_cors(exchange);
    add_safety(exchange, media_type);
    add_refusal(exchange);
    add_text(exchange, "Location", response->location);
    add_text(exchange, "Content-Disposition", response->disposition);
    add_text(exchange, "Link", response->links);
    if (response->seq > 0) {
        add_number(exchange, "Jalon-Seq", response->seq);
    }
    add_header(exchange, "Jalon-Request-Id", jalon_text_from(exchange->request.id));
    if (exchange->close) {
        add_header(exchange, "Connection", JALON_TEXT("close"));
    }
}
