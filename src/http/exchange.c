/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One request from its head to its answer, in the order in which things are refused. Layer 2.
 *
 * Knows nothing of sockets: wire.c brings the bytes and takes the answer.
 */
#include "exchange.h"

#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/id.h"
#include "jalon/memory.h"

/* No handler answers more than this; it bounds what one request can take. */
static const size_t response_max = (size_t)1 << 30;

static struct jalon_response empty_response(unsigned code)
{
    return (struct jalon_response){
        .code = code,
        .file = -1,
        .etag = JALON_TEXT_EMPTY,
        .location = JALON_TEXT_EMPTY,
        .cache_control = JALON_TEXT_EMPTY,
        .content_security_policy = JALON_TEXT_EMPTY,
        .disposition = JALON_TEXT_EMPTY,
        .links = JALON_TEXT_EMPTY,
        .session = JALON_TEXT_EMPTY,
    };
}

struct jalon_exchange *jalon_exchange_create(const struct jalon_http *http, const char *target)
{
    struct jalon_exchange *exchange = jalon_memory_allocate_zeroed(1, sizeof *exchange);
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_text copy =
        ctx != NULL ? jalon_text_copy(ctx->arena, jalon_text_from(target)) : JALON_TEXT_EMPTY;
    if (exchange == NULL || ctx == NULL || copy.data == NULL) {
        jalon_context_destroy(ctx);
        jalon_memory_release(exchange);
        return NULL;
    }
    exchange->http = http;
    exchange->head.target = copy;
    exchange->started_us = jalon_clock_monotonic_us();
    exchange->codings = jalon_negotiate_coding(JALON_TEXT_EMPTY);
    exchange->etag = exchange->allow = exchange->challenge = exchange->accept = JALON_TEXT_EMPTY;
    for (int i = 0; i < JALON_METHOD_COUNT; i++) {
        exchange->body_types[i] = JALON_TEXT_EMPTY;
    }
    exchange->request = (struct jalon_request){
        .ctx = ctx,
        .application = http->options.application,
        .body = JALON_TEXT_EMPTY,
        .body_type = JALON_TEXT_EMPTY,
        .account = JALON_TEXT_EMPTY,
        .session = JALON_TEXT_EMPTY,
        .language = JALON_TEXT("fr"),
        .public_url = http->options.public_url,
        .path = JALON_TEXT_EMPTY,
        .query_string = JALON_TEXT_EMPTY,
    };
    exchange->socket = -1;
    exchange->response = empty_response(200);
    jalon_id_format(jalon_id_make(), exchange->request.id);
    jalon_buffer_init(&exchange->response.body, response_max);
    return exchange;
}

static void close_file(struct jalon_response *response)
{
    if (response->file >= 0) {
        close(response->file);
    }
    response->file = -1;
}

void jalon_exchange_destroy(struct jalon_exchange *exchange)
{
    if (exchange == NULL) {
        return;
    }
    jalon_buffer_finish(&exchange->body);
    jalon_buffer_finish(&exchange->response.body);
    close_file(&exchange->response);
    jalon_context_destroy(exchange->request.ctx);
    jalon_memory_release(exchange);
}

bool jalon_exchange_header(struct jalon_exchange *exchange, const char *name,
                           struct jalon_text *out)
{
    const struct jalon_head *head = &exchange->head;
    struct jalon_text joined = JALON_TEXT_EMPTY;
    bool found = false;
    for (size_t i = 0; i < head->header_count && i < JALON_HEADERS_MAX; i++) {
        if (!jalon_text_equal_ascii_case(head->headers[i].name, jalon_text_from(name))) {
            continue;
        }
        struct jalon_text value = jalon_text_trim(head->headers[i].value);
        joined = found ? jalon_text_format(exchange->request.ctx->arena, "%.*s, %.*s",
                                           JALON_TEXT_ARGS(joined), JALON_TEXT_ARGS(value))
                       : jalon_text_copy(exchange->request.ctx->arena, value);
        if (joined.data == NULL) {
            return false;
        }
        found = true;
    }
    if (found) {
        *out = joined;
    }
    return found;
}

bool jalon_request_header(const struct jalon_request *request, const char *name,
                          struct jalon_text *out)
{
    /* Joining takes memory from the arena, which is the exchange's to change. */
    return jalon_exchange_header((struct jalon_exchange *)request, name, out);
}

enum jalon_coding jalon_request_coding(const struct jalon_request *request)
{
    return ((const struct jalon_exchange *)request)->codings.preferred;
}

struct jalon_text jalon_request_variable(const struct jalon_request *request, const char *name)
{
    const struct jalon_match *match = &((const struct jalon_exchange *)request)->match;
    for (size_t i = 0; i < match->variable_count; i++) {
        if (jalon_text_is(match->variables[i].name, name)) {
            return match->variables[i].value;
        }
    }
    return JALON_TEXT_EMPTY;
}

/* --- Before the body --- */

/* Origin form, or what follows the authority of the absolute form (RFC 9112, 3.2). */
static enum jalon_status split_target(struct jalon_exchange *exchange)
{
    struct jalon_context *ctx = exchange->request.ctx;
    struct jalon_text target = exchange->head.target;
    struct jalon_text authority;
    bool absolute = jalon_target_split(target, &authority, &target);
    size_t mark = jalon_text_find(target, '?');
    struct jalon_text path = jalon_text_slice(target.data, mark);
    path = jalon_text_copy(ctx->arena, absolute && mark == 0 ? JALON_TEXT("/") : path);
    if (path.data == NULL) {
        return jalon_no_memory(ctx);
    }
    exchange->request.path = path;
    if (mark < target.length) {
        exchange->request.query_string =
            jalon_text_slice(target.data + mark + 1, target.length - mark - 1);
    }
    if (path.length == 0 || path.data[0] != '/') {
        exchange->close = true;
        return jalon_fail(ctx, JALON_INVALID, "the request's target is not a path");
    }
    return JALON_OK;
}

/* "/maps/test/": a reader is sent on, a writer is told. */
static enum jalon_status leave_out_slash(struct jalon_exchange *exchange)
{
    struct jalon_request *request = &exchange->request;
    if (!jalon_text_is(exchange->head.method, "GET") && !exchange->head_only) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND,
                          "there is nothing at this address: leave out the slash at its end");
    }
    struct jalon_text location = jalon_text_format(
        request->ctx->arena, "%.*s%.*s%s%.*s", JALON_TEXT_ARGS(request->public_url),
        (int)request->path.length - 1, request->path.data,
        request->query_string.length > 0 ? "?" : "", JALON_TEXT_ARGS(request->query_string));
    if (location.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    exchange->redirect = true;
    exchange->response.code = 308;
    exchange->response.location = location;
    return JALON_OK;
}

static enum jalon_status find_route(struct jalon_exchange *exchange)
{
    struct jalon_context *ctx = exchange->request.ctx;
    struct jalon_text method = exchange->head.method;
    enum jalon_status status =
        jalon_router_match(ctx, exchange->http->router, exchange->request.path, &exchange->match);
    if (status != JALON_OK) {
        return status;
    }
    exchange->options = jalon_text_is(method, "OPTIONS");
    exchange->head_only = jalon_text_is(method, "HEAD");
    if (exchange->options) {
        return jalon_options_open(exchange);
    }
    if (exchange->match.slash_at_end) {
        return leave_out_slash(exchange);
    }
    for (int i = 0; i < JALON_METHOD_COUNT; i++) {
        const struct jalon_route *route = exchange->match.pattern->routes[i];
        bool named = jalon_text_is(method, jalon_method_name((enum jalon_method)i));
        if (route != NULL && (named || (i == JALON_GET && exchange->head_only))) {
            exchange->request.route = route;
            return JALON_OK;
        }
    }
    status = jalon_options_say_allow(exchange, 0);
    if (status != JALON_OK) {
        return status;
    }
    exchange->response.code = 405;
    return jalon_fail(ctx, JALON_INVALID, "this address answers to: %s", exchange->allow.data);
}

static enum jalon_status read_parameters(struct jalon_exchange *exchange)
{
    struct jalon_request *request = &exchange->request;
    enum jalon_status status =
        jalon_parameters_parse(request->ctx, request->query_string, &exchange->parameters,
                               &exchange->parameter_count);
    return status != JALON_OK
               ? status
               : jalon_parameters_check(request->ctx, request->route, exchange->parameters,
                                        exchange->parameter_count);
}

static enum jalon_status choose_representation(struct jalon_exchange *exchange)
{
    struct jalon_request *request = &exchange->request;
    struct jalon_text f, accept;
    if (request->route->representations == NULL ||
        request->route->representations[0].name == NULL) {
        return JALON_OK;
    }
    bool has_f = jalon_request_parameter(request, "f", &f);
    bool has_accept = jalon_exchange_header(exchange, "Accept", &accept);
    enum jalon_status status = jalon_negotiate_representation(
        request->ctx, request->route->representations, has_f ? &f : NULL,
        has_accept ? &accept : NULL, &request->representation);
    if (status == JALON_UNSUPPORTED) {
        exchange->response.code = 406;
    }
    return status;
}

/* An answer can be sent as it is unless the client refuses that too (RFC 9110, 12.5.3). */
static enum jalon_status choose_coding(struct jalon_exchange *exchange)
{
    if (exchange->codings.accepted != 0) {
        return JALON_OK;
    }
    exchange->response.code = 406;
    return jalon_fail(exchange->request.ctx, JALON_UNSUPPORTED,
                      "Accept-Encoding names nothing that is here; here are: zstd, br, gzip, "
                      "identity");
}

/*
 * Pages and mails are for people, French here unless they say otherwise; a refusal is read by programs
 * too, which say nothing and know it in English.
 */
static void choose_language(struct jalon_exchange *exchange)
{
    const struct jalon_wording *wording = exchange->http->options.wording;
    struct jalon_text header;
    struct jalon_text language = jalon_exchange_header(exchange, "Accept-Language", &header)
                                     ? jalon_negotiate_language(header)
                                     : JALON_TEXT_EMPTY;
    if (language.length > 0) {
        exchange->request.language = language;
    }
    if (wording != NULL && jalon_text_equal(language, wording->language)) {
        exchange->request.ctx->wording = wording;
    }
}

static void negotiate_rest(struct jalon_exchange *exchange)
{
    struct jalon_text header;
    if (jalon_exchange_header(exchange, "Accept-Encoding", &header)) {
        exchange->codings = jalon_negotiate_coding(header);
    }
}

static enum jalon_status open_steps(struct jalon_exchange *exchange)
{
    static enum jalon_status (*const steps[])(struct jalon_exchange *) = {
        jalon_exchange_authenticate, read_parameters, jalon_await_read, choose_representation,
        jalon_exchange_check_account, choose_coding, jalon_body_check,
    };
    choose_language(exchange);
    enum jalon_status status = jalon_guard_check(exchange);
    if (status != JALON_OK) {
        return status;
    }
    negotiate_rest(exchange);
    if (jalon_text_is(exchange->head.method, "OPTIONS") &&
        jalon_text_is(exchange->head.target, "*")) {
        exchange->options = true;
        exchange->allow = JALON_TEXT("GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE");
        return JALON_OK;
    }
    jalon_client_find(exchange);
    status = jalon_limit_check(exchange);
    status = status == JALON_OK ? split_target(exchange) : status;
    status = status == JALON_OK ? find_route(exchange) : status;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (status == JALON_OK && !exchange->options && !exchange->redirect) {
            status = steps[i](exchange);
        }
    }
    return status;
}

void jalon_exchange_open(struct jalon_exchange *exchange)
{
    exchange->status = open_steps(exchange);
    bool needs_body = exchange->status == JALON_OK && !exchange->options && !exchange->redirect;
    if (exchange->body_follows && !needs_body) {
        exchange->body_unread = true;
        exchange->close = true;
    }
    if (needs_body && exchange->body_announced > 0) {
        (void)jalon_buffer_reserve(&exchange->body, (size_t)exchange->body_announced);
    }
}

/* --- The answer --- */

/* Nobody is told what is wrong with a request that they may not send. */
static enum jalon_status put_right_first(struct jalon_exchange *exchange, enum jalon_status status)
{
    const struct jalon_route *route = exchange->request.route;
    struct jalon_context *ctx = exchange->request.ctx;
    jalon_permission ask = route->asked_first != NULL ? route->asked_first : route->may;
    bool is_wrong = status == JALON_INVALID || status == JALON_UNSUPPORTED ||
                    status == JALON_TOO_LARGE;
    if (!is_wrong || ask == NULL) {
        return status;
    }
    const struct jalon_error told = ctx->error;
    jalon_error_clear(ctx);
    enum jalon_status right = ask(&exchange->request);
    if (right == JALON_UNAUTHENTICATED || right == JALON_FORBIDDEN || right == JALON_NOT_FOUND) {
        exchange->response.code = 200; /* the status says which */
        return right;
    }
    ctx->error = told;
    return status;
}

static enum jalon_status run_handler(struct jalon_exchange *exchange)
{
    struct jalon_context *ctx = exchange->request.ctx;
    if (exchange->body_too_large) {
        return jalon_body_too_large(exchange);
    }
    if (jalon_buffer_status(&exchange->body) != JALON_OK) {
        return jalon_no_memory(ctx);
    }
    exchange->request.body = jalon_buffer_text(&exchange->body);
    enum jalon_status status =
        exchange->request.route->handler(&exchange->request, &exchange->response);
    if (status != JALON_OK) {
        return put_right_first(exchange, status);
    }
    switch (jalon_buffer_status(&exchange->response.body)) {
    case JALON_OK:
        return jalon_etag_check_wanted(exchange);
    case JALON_TOO_LARGE:
        return jalon_fail(ctx, JALON_INTERNAL,
                          "the answer is larger than one response may be: ask for less at once");
    default:
        return jalon_no_memory(ctx);
    }
}

/* What a handler may have said about its answer is not said about another one. */
static void restart_response(struct jalon_exchange *exchange, unsigned code)
{
    struct jalon_response *response = &exchange->response;
    struct jalon_buffer body = response->body;
    jalon_buffer_clear(&body);
    close_file(response);
    *response = empty_response(code);
    response->body = body;
    exchange->etag = JALON_TEXT_EMPTY;
}

static void become_problem(struct jalon_exchange *exchange)
{
    struct jalon_response *response = &exchange->response;
    unsigned code =
        response->code >= 400 ? response->code : jalon_status_http_code(exchange->status);
    int64_t retry_after_s = response->retry_after_s > 0
                                ? response->retry_after_s
                                : exchange->request.ctx->error.retry_after_s;
    restart_response(exchange, jalon_problem_find(code)->code);
    response->media_type = "application/problem+json";
    response->retry_after_s = retry_after_s;
    jalon_problem_write(&response->body, code, exchange->request.ctx, exchange->request.id);
    if (jalon_buffer_status(&response->body) != JALON_OK) {
        jalon_buffer_finish(&response->body);
    }
}

bool jalon_exchange_is_write(const struct jalon_exchange *exchange)
{
    return !exchange->answered && exchange->status == JALON_OK && !exchange->options &&
           !exchange->redirect && exchange->request.route->method != JALON_GET;
}

bool jalon_exchange_is_apart(const struct jalon_exchange *exchange)
{
    return jalon_exchange_is_write(exchange) && exchange->request.route->apart;
}

bool jalon_exchange_takes_long(const struct jalon_exchange *exchange)
{
    const struct jalon_request *request = &exchange->request;
    return !exchange->answered && exchange->status == JALON_OK && !exchange->options &&
           !exchange->redirect && request->route->takes_long != NULL &&
           request->route->takes_long(request);
}

static void complete(struct jalon_exchange *exchange)
{
    exchange->answered = true;
    exchange->close = exchange->close || atomic_load(&exchange->http->stopping);
    jalon_response_complete(exchange);
}

/* What was completed is so no more; what it failed of is forgotten. */
static void reopen(struct jalon_exchange *exchange)
{
    jalon_error_clear(exchange->request.ctx);
    exchange->answered = false;
    exchange->reply_header_count = 0;
    exchange->coding = JALON_IDENTITY;
}

void jalon_exchange_answer_again(struct jalon_exchange *exchange)
{
    reopen(exchange);
    restart_response(exchange, 200);
    exchange->status = JALON_OK;
    jalon_exchange_answer(exchange);
}

void jalon_exchange_fail(struct jalon_exchange *exchange, enum jalon_status status,
                         const char *format, ...)
{
    va_list args;
    reopen(exchange);
    va_start(args, format);
    exchange->status = jalon_fail_list(exchange->request.ctx, status, format, args);
    va_end(args);
    become_problem(exchange);
    complete(exchange);
}

void jalon_exchange_fail_like(struct jalon_exchange *exchange, enum jalon_status status,
                              const struct jalon_context *other)
{
    reopen(exchange);
    exchange->status = jalon_fail_like(exchange->request.ctx, status, other);
    become_problem(exchange);
    complete(exchange);
}

void jalon_exchange_answer(struct jalon_exchange *exchange)
{
    if (exchange->status == JALON_OK && !exchange->options && !exchange->redirect) {
        exchange->status = run_handler(exchange);
    }
    if (exchange->status != JALON_OK) {
        become_problem(exchange);
    }
    complete(exchange);
}
