/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Target: whole requests against the real route table and a small map. A line with method and
 * target, header lines, an empty line, the body.
 *
 * Nothing that is sent makes a failure of the server's (5xx), JSON is JSON, header lines are lines, a page holds no tag that
 * was sent, and no problem tells what only the operator may know.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "http/exchange.h"
#include "jalon/api.h"
#include "jalon/clock.h"
#include "jalon/crs.h"
#include "jalon/format.h"
#include "jalon/json.h"

enum { WRITES_MAX = 400 }; /* then the map is made anew: inputs stay about as fast as the first */

static struct jalon_context *owner;
static struct jalon_api api;
static struct jalon_http http;
static char folder[64];
static unsigned writes;

/* --- The server --- */
static void remove_folder(void)
{
    static const char *const names[] = {"jalon.sqlite", "jalon.sqlite-wal", "jalon.sqlite-shm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void close_server(void)
{
    jalon_app_close(api.app);
    jalon_router_destroy(http.router);
    jalon_context_destroy(owner);
    api.app = NULL;
    http.router = NULL;
    owner = NULL;
    remove_folder();
}

static void contribute(const char *body);

static void fill_map(void)
{
    static const char *const bodies[] = {
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.87,43.61]},"
        "\"properties\":{\"title\":\"Boulangerie\",\"description\":\"Une marche\"}}",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.88,43.62]},"
        "\"properties\":{\"title\":\"\\u00c9cole <b>\"}}",
    };
    for (size_t i = 0; i < 2; i++) {
        contribute(bodies[i]);
    }
}

static void open_server(void)
{
    struct jalon_map map = {0};
    const struct jalon_embedded *template = jalon_builtin_templates();
    owner = jalon_context_create();
    snprintf(folder, sizeof folder, "%s/jalon-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    HOLDS(mkdtemp(folder) != NULL);
    struct jalon_app_options options = {
        .data = jalon_text_from(folder), .create = true, .view_folder = JALON_TEXT_EMPTY};
    HOLDS(jalon_app_open(owner, &options, &api.app) == JALON_OK);
    while (strcmp(template->name, "cartomobilite") != 0) {
        template++;
    }
    HOLDS(jalon_template_read(owner, template->content, &map) == JALON_OK);
    map.slug = JALON_TEXT("test");
    HOLDS(jalon_app_create_map(owner, api.app, &map) == JALON_OK);
    HOLDS(jalon_crs_list_make(owner, NULL, 0, &api.crs) == JALON_OK);
    api.started_us = jalon_clock_now_us();
    http.options = (struct jalon_http_options){
        .public_url = JALON_TEXT("https://map.example.org"),
        .body_max = 1 << 16,
        .routes = jalon_api_routes(),
        .application = &api,
        .authenticate = jalon_api_authenticate,
    };
    HOLDS(jalon_router_create(owner, http.options.routes, &http.router) == JALON_OK);
    fill_map();
    writes = 0;
}

/* --- What holds of every answer --- */
static bool holds(struct jalon_text text, const char *words)
{
    size_t length = strlen(words);
    for (size_t i = 0; i + length <= text.length; i++) {
        if (memcmp(text.data + i, words, length) == 0) {
            return true;
        }
    }
    return false;
}

static void check_headers(const struct jalon_exchange *exchange)
{
    for (size_t i = 0; i < exchange->reply_header_count; i++) {
        struct jalon_text value = exchange->reply_headers[i].value;
        for (size_t j = 0; j < value.length; j++) {
            unsigned char byte = (unsigned char)value.data[j];
            HOLDS(byte >= 0x20 && byte != 0x7F);
        }
    }
}

static const char *reply_header(const struct jalon_exchange *exchange, const char *name)
{
    for (size_t i = 0; i < exchange->reply_header_count; i++) {
        if (jalon_text_is(exchange->reply_headers[i].name, name)) {
            return exchange->reply_headers[i].value.data;
        }
    }
    return "";
}

static void check_answer(struct jalon_exchange *exchange, struct jalon_text input)
{
    const struct jalon_json *json;
    struct jalon_text body = jalon_buffer_text(&exchange->response.body);
    const char *type = reply_header(exchange, "Content-Type");
    if (jalon_text_is(exchange->request.path, "/ready")) {
        return; /* nobody follows the store here: 503 is right */
    }
    if (exchange->response.code >= 500 && exchange->response.code != 501) {
        fprintf(stderr, "%u %.*s\n[%s]\n", exchange->response.code, JALON_TEXT_ARGS(body),
                exchange->request.ctx->error.internal.data);
    }
    /* 501 is what a proxy would do, and codings of transfer that are not there (RFC 9112, 6.1). */
    HOLDS(exchange->response.code >= 200 &&
          (exchange->response.code < 500 || exchange->response.code == 501));
    check_headers(exchange);
    if (exchange->coding != JALON_IDENTITY || body.length == 0) {
        return;
    }
    if (exchange->response.code >= 400) {
        HOLDS(strcmp(type, "application/problem+json") == 0);
        fuzz_check_words(body, input);
    }
    if (strstr(type, "json") != NULL && strstr(type, "seq") == NULL &&
        strstr(type, "ndjson") == NULL) {
        HOLDS(jalon_json_parse(exchange->request.ctx, body, &json) == JALON_OK);
    }
    if (strncmp(type, "text/html", 9) == 0) {
        HOLDS(jalon_text_is_utf8(body) && !holds(body, "<zz") && !holds(body, "javascript:zz\""));
    }
}

/* --- Requests --- */
/* A client that sends a body says its length, unless it says something else. */
static void announce(struct jalon_exchange *exchange, struct jalon_text body)
{
    struct jalon_text given;
    struct jalon_head *head = &exchange->head;
    if (body.length == 0 || head->header_count >= JALON_HEADERS_MAX ||
        jalon_exchange_header(exchange, "Content-Length", &given) ||
        jalon_exchange_header(exchange, "Transfer-Encoding", &given)) {
        return;
    }
    struct jalon_text length =
        jalon_text_format(exchange->request.ctx->arena, "%zu", body.length);
    head->headers[head->header_count++] =
        (struct jalon_pair){JALON_TEXT("Content-Length"), length};
}

static void answer(struct jalon_exchange *exchange, struct jalon_text body)
{
    announce(exchange, body);
    jalon_exchange_open(exchange);
    const struct jalon_route *route = exchange->request.route;
    if (route != NULL && strcmp(route->operation_id, "getMetrics") == 0) {
        return; /* measures a server's threads, which there are none of */
    }
    if (exchange->status == JALON_OK && exchange->body_follows) {
        jalon_body_feed(exchange, body.data, body.length);
    }
    writes += jalon_exchange_is_write(exchange);
    jalon_exchange_answer(exchange);
}

static void contribute(const char *body)
{
    struct jalon_exchange *exchange =
        jalon_exchange_create(&http, "/maps/test/collections/accessibility/items");
    exchange->head.method = JALON_TEXT("POST");
    exchange->head.version = JALON_TEXT("HTTP/1.1");
    exchange->head.headers[0] = (struct jalon_pair){JALON_TEXT("Host"), JALON_TEXT("x")};
    exchange->head.headers[1] =
        (struct jalon_pair){JALON_TEXT("Content-Type"), JALON_TEXT("application/geo+json")};
    exchange->head.header_count = 2;
    answer(exchange, jalon_text_from(body));
    if (exchange->response.code != 201) {
        fprintf(stderr, "%s\n", jalon_buffer_text(&exchange->response.body).data);
    }
    HOLDS(exchange->response.code == 201);
    jalon_exchange_destroy(exchange);
}

/* As wire.c gets strings from libmicrohttpd: they end at a NUL. */
static struct jalon_text string(struct jalon_context *ctx, struct jalon_text text)
{
    struct jalon_text copy =
        jalon_text_copy(ctx->arena, jalon_text_slice(text.data, jalon_text_find(text, '\0')));
    return copy.data != NULL ? copy : JALON_TEXT_EMPTY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    if (owner == NULL) {
        open_server();
        atexit(close_server);
    } else if (writes > WRITES_MAX) {
        close_server();
        open_server();
    }
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_text rest = input.text;
    struct jalon_text line = fuzz_take_until(&rest, '\n');
    struct jalon_text method = fuzz_take_until(&line, ' ');
    struct jalon_exchange *exchange =
        jalon_exchange_create(&http, string(input.ctx, line).data);
    exchange->head.method = string(input.ctx, method);
    exchange->head.version = JALON_TEXT("HTTP/1.1");
    exchange->head.headers[exchange->head.header_count++] =
        (struct jalon_pair){JALON_TEXT("Host"), JALON_TEXT("map.example.org")};
    for (line = fuzz_take_until(&rest, '\n'); line.length > 0;
         line = fuzz_take_until(&rest, '\n')) {
        struct jalon_text name = fuzz_take_until(&line, ':');
        if (exchange->head.header_count < JALON_HEADERS_MAX) {
            exchange->head.headers[exchange->head.header_count] = (struct jalon_pair){
                string(input.ctx, name), string(input.ctx, jalon_text_trim(line))};
        }
        exchange->head.header_count++;
    }
    answer(exchange, rest);
    check_answer(exchange, input.text);
    jalon_exchange_destroy(exchange);
    return fuzz_end(&input);
}
