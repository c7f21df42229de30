/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From what a handler said to what is sent: coding, ETag, 304, header lines. Layer 2.
 */
#include "exchange.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum { COMPRESS_FROM_BYTES = 1024 };

/* Whatever a value was made of, it cannot become another header line (RFC 9110, 5.5). */
static bool is_one_line(struct jalon_text value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static void add_header(struct jalon_exchange *exchange, const char *name, struct jalon_text value)
{
    assert(exchange->reply_header_count < JALON_REPLY_HEADERS_MAX);
    if (value.data == NULL || !is_one_line(value)) {
        return; /* no memory to say it, or not a value: the answer stands without */
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
    enum jalon_coding coding = exchange->codings.preferred;
    bool always = !jalon_coding_is_accepted(exchange->codings, JALON_IDENTITY);
    bool pays = body->length >= COMPRESS_FROM_BYTES && jalon_media_type_compresses(media_type);
    exchange->coding = exchange->response.coding;
    if (exchange->coding != JALON_IDENTITY || coding == JALON_IDENTITY || body->length == 0 ||
        !(pays || always) || !jalon_compress(coding, jalon_buffer_text(body), always, &coded)) {
        return;
    }
    jalon_buffer_finish(body);
    *body = coded;
    exchange->coding = coding;
}

static void add_vary(struct jalon_exchange *exchange, const char *media_type)
{
    const struct jalon_route *route = exchange->request.route;
    bool chosen = route != NULL && route->representations != NULL &&
                  route->representations[0].name != NULL && route->representations[1].name != NULL;
    bool spoken = jalon_is_spoken(&exchange->request) || exchange->status != JALON_OK;
    bool asked = route != NULL && !route->for_everyone;
    /* Any body is coded for a client that refuses it as it is. */
    bool coded = media_type != NULL;
    struct jalon_text vary =
        jalon_text_format(exchange->request.ctx->arena, "%s%s%s%s", chosen ? ", Accept" : "",
                          coded ? ", Accept-Encoding" : "", spoken ? ", Accept-Language" : "",
                          asked ? ", Authorization, Cookie" : "");
    if (vary.data != NULL && vary.length > 2) {
        add_header(exchange, "Vary", jalon_text_slice(vary.data + 2, vary.length - 2));
    }
}

/* Does the request say who asks? Then the answer is theirs, even where it happens to be anybody's. */
static bool says_who(struct jalon_exchange *exchange)
{
    static const char *const names[] = {"Authorization", "Cookie", "Jalon-Edit-Secret"};
    struct jalon_text ignored;
    bool says = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        says = says || jalon_exchange_header(exchange, names[i], &ignored);
    }
    return says;
}

/* No shared cache may keep it (RFC 9111, 5.2.2.7). */
static struct jalon_text make_private(struct jalon_exchange *exchange, struct jalon_text control)
{
    static const char public[] = "public, ";
    bool told = jalon_text_starts_with(control, "private") ||
                jalon_text_starts_with(control, "no-store");
    size_t skip = jalon_text_starts_with(control, public) ? sizeof public - 1 : 0;
    struct jalon_text changed =
        told ? control
             : jalon_text_format(exchange->request.ctx->arena, "private, %s", control.data + skip);
    return changed.data != NULL ? changed : JALON_TEXT("no-store");
}

static void add_caching(struct jalon_exchange *exchange)
{
    const struct jalon_response *response = &exchange->response;
    struct jalon_text control = response->cache_control;
    bool success = response->code < 400;
    if (!success || (control.length == 0 && exchange->etag.length == 0)) {
        control = JALON_TEXT("no-store");
    } else if (control.length == 0) {
        control = JALON_TEXT("no-cache");
    }
    if (says_who(exchange)) {
        control = make_private(exchange, control);
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
                   JALON_TEXT("Content-Crs, ETag, Link, Location, Retry-After, Jalon-Seq, "
                              "Jalon-Request-Id"));
    } else if (exchange->options && exchange->status == JALON_OK &&
               exchange->match.pattern != NULL &&
               exchange->match.pattern->routes[JALON_GET] != NULL &&
               jalon_exchange_header(exchange, "Access-Control-Request-Method", &ignored)) {
        add_header(exchange, "Access-Control-Allow-Origin", JALON_TEXT("*"));
        add_header(exchange, "Access-Control-Allow-Methods", JALON_TEXT("GET, HEAD"));
        add_header(exchange, "Access-Control-Allow-Headers",
                   JALON_TEXT("Accept, Accept-Language, Authorization, If-None-Match, Jalon-Seq, "
                              "Prefer"));
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
    add_text(exchange, "Accept-Post", exchange->body_types[JALON_POST]);
    add_text(exchange, "Accept-Patch", exchange->body_types[JALON_PATCH]);
    if (exchange->refuses_coding) {
        add_header(exchange, "Accept-Encoding", JALON_TEXT("identity"));
    }
    if (response->code == 401 || (response->code == 403 && exchange->lacks_scope)) {
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
    if (exchange->response.file >= 0) {
        close(exchange->response.file);
        exchange->response.file = -1;
    }
    exchange->coding = JALON_IDENTITY;
}

/* The body in its coding with the tag of both, or none of it when the client has it already. */
static void settle_body(struct jalon_exchange *exchange, const char *media_type)
{
    struct jalon_response *response = &exchange->response;
    bool conditional = response->etag.length > 0 && response->code < 300;
    if (response->code == 304 || (conditional && jalon_etag_unchanged(exchange))) {
        drop_body(exchange);
        return;
    }
    if (media_type != NULL) {
        compress_body(exchange, media_type);
    }
    if (response->etag.length > 0 && response->code < 400) {
        struct jalon_text etag = jalon_etag_make(exchange, exchange->coding);
        exchange->etag = etag.data != NULL ? etag : JALON_TEXT_EMPTY;
    }
    if (conditional && jalon_etag_none_wanted(exchange)) {
        response->code = 304;
        drop_body(exchange);
    }
}

void jalon_response_complete(struct jalon_exchange *exchange)
{
    struct jalon_response *response = &exchange->response;
    const char *media_type = media_type_of(exchange);
    settle_body(exchange, media_type);
    if ((response->body.length > 0 || response->file >= 0) && media_type != NULL) {
        add_media_type(exchange, media_type);
    }
    if (exchange->status != JALON_OK) {
        add_header(exchange, "Content-Language", jalon_problem_language(exchange->request.ctx));
    }
    add_text(exchange, "Content-Encoding", jalon_text_from(jalon_coding_name(exchange->coding)));
    add_vary(exchange, media_type);
    add_caching(exchange);
    add_cors(exchange);
    add_safety(exchange, media_type);
    add_refusal(exchange);
    add_text(exchange, "Set-Cookie", jalon_credentials_cookie(exchange));
    add_text(exchange, "Location", response->location);
    add_text(exchange, "Content-Disposition", response->disposition);
    add_text(exchange, "Content-Crs", response->content_crs);
    add_text(exchange, "Link", response->links);
    add_text(exchange, "Preference-Applied", response->preference_applied);
    if (response->seq > 0) {
        add_number(exchange, "Jalon-Seq", response->seq);
    }
    add_header(exchange, "Jalon-Request-Id", jalon_text_from(exchange->request.id));
    if (exchange->close) {
        add_header(exchange, "Connection", JALON_TEXT("close"));
    }
}
