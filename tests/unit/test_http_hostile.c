/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Clients that are slow, too many, or do not speak HTTP: each is refused, and nobody else suffers. */
#include "http_client.h"

#include <pthread.h>
#include <stdatomic.h>

#include "jalon/clock.h"
#include "jalon/context.h"
#include "jalon/http.h"
#include "jalon/log.h"
#include "jalon/metrics.h"

#define HOST "Host: x\r\n"
#define GET "GET /who HTTP/1.1\r\n" HOST "\r\n"
#define POST "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"

enum { BIG_BYTES = 24 << 20 };

static atomic_int handled;
static atomic_int may_end;
static atomic_int later_runs;

static enum jalon_status get_who(struct jalon_request *request, struct jalon_response *response)
{
    jalon_buffer_append_string(&response->body, request->client.text);
    return JALON_OK;
}

static enum jalon_status get_big(struct jalon_request *request, struct jalon_response *response)
{
    static char block[65536];
    (void)request;
    for (int i = 0; i < BIG_BYTES / (int)sizeof block; i++) {
        jalon_buffer_append(&response->body, block, sizeof block);
    }
    return JALON_OK;
}

static enum jalon_status get_later(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    atomic_store(&later_runs, 1);
    while (atomic_load(&may_end) == 0) {
        usleep(1000);
    }
    jalon_buffer_append_string(&response->body, "done");
    return JALON_OK;
}

static enum jalon_status post_echo(struct jalon_request *request, struct jalon_response *response)
{
    atomic_fetch_add(&handled, 1);
    jalon_buffer_append_text(&response->body, request->body);
    return JALON_OK;
}

static enum jalon_status get_metrics(struct jalon_request *request,
                                     struct jalon_response *response)
{
    jalon_http_write_metrics(request, &response->body);
    return JALON_OK;
}

static const struct jalon_representation octets[] = {{"bin", "application/octet-stream"}, {0}};
static const char *const plain[] = {"text/plain", NULL};
static const struct jalon_route routes[] = {
    {.method = JALON_GET, .path = "/who", .handler = get_who, .representations = octets},
    {.method = JALON_GET, .path = "/big", .handler = get_big, .representations = octets},
    {.method = JALON_GET, .path = "/later", .handler = get_later, .representations = octets},
    {.method = JALON_GET, .path = "/metrics", .handler = get_metrics, .representations = octets},
    {.method = JALON_POST,
     .path = "/echo",
     .handler = post_echo,
     .representations = octets,
     .body_types = plain},
    {0},
};

struct server {
    struct jalon_context *ctx;
    struct jalon_http *http;
    uint16_t port;
};

static struct server start(struct jalon_http_options options)
{
    struct server server = {.ctx = jalon_context_create()};
    options.address = JALON_TEXT("127.0.0.1");
    options.public_url = JALON_TEXT_EMPTY;
    options.routes = routes;
    options.threads = 2;
    if (jalon_http_start(server.ctx, &options, &server.http) != JALON_OK) {
        fail_msg("%s", server.ctx->error.message.data);
    }
    server.port = jalon_http_port(server.http);
    return server;
}

static void stop(struct server *server)
{
    jalon_http_stop(server->http, 60000);
    jalon_context_destroy(server->ctx);
}

/* Where the machine stood still before the request was sent, it came too late: once more. */
static struct answer ask_in_time(uint16_t port, const char *request)
{
    struct answer answer = ask(port, request);
    for (int i = 0; i < 10 && answer.code == 408; i++) {
        answer_free(&answer);
        answer = ask(port, request);
    }
    return answer;
}

static void assert_served(uint16_t port)
{
    struct answer answer = ask_in_time(port, GET);
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, "127.0.0.1");
    answer_free(&answer);
}

/* The next answer is a problem of this code, and the connection ends with it. */
static void assert_refused(struct client *client, int code, const char *what)
{
    struct answer answer = client_take(client, 0);
    if (answer.code != code || strstr(answer.head, "application/problem+json") == NULL ||
        strstr(answer.head, "Connection: close") == NULL) {
        fail_msg("%s: %d\n%s", what, answer.code, answer.head);
    }
    if (!client_is_closed(client)) {
        fail_msg("%s: not closed: %.*s", what, (int)client->length, client->bytes);
    }
    answer_free(&answer);
    client_close(client);
}

/* --- Slow ones --- */

static void a_head_must_come_in_time(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.head_s = 2});
    struct client silent = client_open(server.port);
    struct client once = client_open(server.port);
    client_say(&once, "GET /who HTTP/1.1\r\n");
    struct client dripping = client_open(server.port);
    struct client second = client_open(server.port);
    client_say(&second, GET);
    struct answer answer = client_take(&second, 0);
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    client_say(&second, "GET /who HTTP/1.1\r\nX");
    client_say(&dripping, "GET /who HTTP/1.1\r\nX: ");
    for (int i = 0; i < 1000 && client_send(&dripping, "y", 1); i++) {
        assert_served(server.port);
        usleep(50000); /* never quiet for long */
    }
    assert_refused(&once, 408, "all at once, and no more");
    assert_refused(&dripping, 408, "dripping");
    assert_refused(&second, 408, "the second request");
    assert_true(client_is_closed(&silent));
    client_close(&silent);
    stop(&server);
}

static void a_body_must_come_in_time(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.body_s = 2, .idle_s = 1});
    struct client stalled = client_open(server.port);
    struct client dripping = client_open(server.port);
    client_say(&stalled, POST "Content-Length: 5\r\n\r\nab");
    client_say(&dripping, POST "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 1000 && client_send(&dripping, "1\r\nx\r\n", 6); i++) {
        usleep(50000);
    }
    assert_refused(&stalled, 408, "stalled");
    assert_refused(&dripping, 408, "dripping");
    stop(&server);
}

/* Until somebody was hung up on and only who asks for that is left. */
static void wait_until_the_others_are_cut(uint16_t port)
{
    bool is_cut = false;
    for (int i = 0; i < 6000 && !is_cut; i++) {
        struct answer answer = ask(port, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
        assert_int_equal(answer.code, 200);
        is_cut = strstr(answer.body, "\njalon_http_connections_cut_total 0\n") == NULL &&
                 strstr(answer.body, "\njalon_http_connections 1\n") != NULL;
        answer_free(&answer);
        usleep(is_cut ? 0 : 10000);
    }
    assert_true(is_cut);
}

static void an_answer_must_be_taken(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.idle_s = 1});
    struct client client = client_open(server.port);
    size_t taken = 0;
    char bytes[65536];
    ssize_t got;
    client_say(&client, "GET /big HTTP/1.1\r\n" HOST "\r\n");
    wait_until_the_others_are_cut(server.port);
    while ((got = client_wait(&client, bytes, sizeof bytes)) > 0) {
        taken += (size_t)got;
    }
    assert_true(taken > 0 && taken < BIG_BYTES);
    assert_served(server.port);
    client_close(&client);
    stop(&server);
}

static void who_asks_nothing_is_let_go(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.idle_s = 1});
    struct client client = client_open(server.port);
    client_say(&client, GET);
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    assert_null(answer_header(&answer, "Connection"));
    assert_true(client_is_closed(&client));
    answer_free(&answer);
    client_close(&client);
    stop(&server);
}

/* Lets the handler go on two seconds after it began. */
static void *end_later(void *argument)
{
    while (atomic_load(&later_runs) == 0) {
        usleep(1000);
    }
    sleep(2);
    atomic_store(&may_end, 1);
    return argument;
}

/* The deadlines are the clients', not the server's. */
static void a_slow_handler_is_nobodys_fault(void **state)
{
    (void)state;
    struct server server =
        start((struct jalon_http_options){.head_s = 1, .body_s = 1, .idle_s = 1});
    pthread_t ending;
    atomic_store(&may_end, 0);
    atomic_store(&later_runs, 0);
    assert_int_equal(pthread_create(&ending, NULL, end_later, NULL), 0);
    struct answer answer = ask_in_time(server.port, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    pthread_join(ending, NULL);
    stop(&server);
}

/* Two take an answer as slowly as can be: the code for a third, within the time in which they may. */
static int ask_beside_slow_ones(struct server *server, struct client readers[2])
{
    enum { ROOM_AFTER_US = 2000000 }; /* then the slowest makes room */
    bool is_sure = false;
    int code = 0;
    while (!is_sure) { /* again where the machine stood still */
        *server = start((struct jalon_http_options){
            .idle_s = 60, .answers_bytes_max = 2 * BIG_BYTES + 65536});
        int64_t began_us = jalon_clock_monotonic_us();
        for (int i = 0; i < 2; i++) {
            readers[i] = client_open(server->port);
            client_say(&readers[i], "GET /big HTTP/1.1\r\n" HOST "\r\n");
            assert_true(client_receive(&readers[i]));
        }
        struct answer answer = ask(server->port, "GET /big HTTP/1.1\r\n" HOST "\r\n");
        code = answer.code;
        is_sure = code != 200 || jalon_clock_monotonic_us() - began_us < ROOM_AFTER_US;
        if (code == 503) {
            assert_string_equal(answer_header(&answer, "Retry-After"), "1");
        }
        answer_free(&answer);
        for (int i = 0; i < 2 && !is_sure; i++) {
            client_close(&readers[i]);
        }
        if (!is_sure) {
            stop(server);
        }
    }
    return code;
}

static void answers_that_wait_are_bounded(void **state)
{
    (void)state;
    struct server server;
    struct client readers[2];
    struct answer answer = {.code = 503};
    assert_int_equal(ask_beside_slow_ones(&server, readers), 503);
    assert_served(server.port);
    for (int i = 0; i < 600 && answer.code == 503; i++) { /* until the slowest has made room */
        answer_free(&answer);
        usleep(500000);
        answer = ask(server.port, "GET /big HTTP/1.1\r\n" HOST "\r\n");
    }
    assert_int_equal(answer.code, 200);
    assert_int_equal(answer.length, BIG_BYTES);
    answer_free(&answer);
    client_close(&readers[0]);
    client_close(&readers[1]);
    stop(&server);
}

/* --- Too many --- */

static void connections_are_counted(void **state)
{
    (void)state;
    static const struct jalon_http_options limits[] = {
        {.connections_max = 8},
        {.connections_per_address = {.most = 8}},
    };
    for (size_t l = 0; l < 2; l++) {
        struct server server = start(limits[l]);
        struct client clients[8];
        for (int i = 0; i < 8; i++) {
            clients[i] = client_open(server.port);
            client_say(&clients[i], GET);
            struct answer answer = client_take(&clients[i], 0);
            assert_int_equal(answer.code, 200);
            answer_free(&answer);
        }
        for (int i = 0; i < 20; i++) {
            struct client excess = client_open(server.port);
            client_say(&excess, GET);
            assert_refused(&excess, 503, "one too many");
        }
        client_close(&clients[0]);
        int code = 503;
        for (int i = 0; i < 3000 && code != 200; i++) { /* until the server sees it */
            usleep(10000);
            struct answer answer = ask(server.port, GET);
            code = answer.code;
            answer_free(&answer);
        }
        assert_int_equal(code, 200);
        for (int i = 1; i < 8; i++) {
            client_close(&clients[i]);
        }
        stop(&server);
    }
}

static void this_machine_may_be_spared(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){
        .connections_per_address = {1, true}, .writes_per_minute = {1, true}});
    struct client first = client_open(server.port);
    assert_served(server.port);
    for (int i = 0; i < 3; i++) {
        struct answer answer = ask(server.port, POST "Content-Length: 2\r\n\r\nab");
        assert_int_equal(answer.code, 200);
        answer_free(&answer);
    }
    client_close(&first);
    stop(&server);
}

/* What six reads and two writes in turn were answered. */
struct tries {
    int reads[6], writes[2];
    int64_t retry_after_s[6];
};

static void try_all(uint16_t port, struct tries *out)
{
    for (int i = 0; i < 6; i++) {
        struct answer answer =
            ask(port, i % 2 == 0 ? GET : "HEAD /who HTTP/1.1\r\n" HOST "\r\n");
        const char *seconds = answer.code == 429 ? answer_header(&answer, "Retry-After") : NULL;
        out->reads[i] = answer.code;
        out->retry_after_s[i] = 0;
        assert_true(seconds == NULL ||
                    jalon_text_to_int64(jalon_text_from(seconds), &out->retry_after_s[i]));
        answer_free(&answer);
    }
    for (int i = 0; i < 2; i++) {
        struct answer answer = ask(port, POST "Content-Length: 2\r\n\r\nab");
        out->writes[i] = answer.code;
        answer_free(&answer);
    }
}

static void rates_are_limited(void **state)
{
    enum { ONE_READ_US = 20000000 };
    struct tries tries;
    int64_t began_us, took_us;
    int before;
    (void)state;
    do { /* again where the machine stood still until one more might come */
        struct server server = start((struct jalon_http_options){
            .reads_per_minute = {3, false}, .writes_per_minute = {1, false}});
        before = atomic_load(&handled);
        began_us = jalon_clock_monotonic_us();
        try_all(server.port, &tries);
        took_us = jalon_clock_monotonic_us() - began_us;
        stop(&server);
    } while (took_us >= ONE_READ_US);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(tries.reads[i], i < 3 ? 200 : 429);
        if (i >= 3) {
            assert_in_range(tries.retry_after_s[i], 20 - took_us / 1000000, 20);
        }
    }
    assert_int_equal(tries.writes[0], 200);
    assert_int_equal(tries.writes[1], 429);
    assert_int_equal(atomic_load(&handled), before + 1);
}

/* --- Behind proxies --- */

static void only_trusted_proxies_speak_for_others(void **state)
{
    (void)state;
    static const struct jalon_text trusted[] = {{"127.0.0.0/8", 11}, {"10.0.0.0/8", 10}};
    static const struct {
        const char *headers;
        const char *client; /* when the peer is trusted */
    } cases[] = {
        {"", "127.0.0.1"},
        {"X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 203.0.113.1, 192.0.2.7\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 203.0.113.1, 192.0.2.7, 10.1.2.3\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 192.0.2.7:99\r\n", "192.0.2.7"},
        {"X-Forwarded-For: 203.0.113.1, nonsense\r\n", "127.0.0.1"},
        {"X-Forwarded-For: 203.0.113.1, nonsense, 10.1.2.3\r\n", "10.1.2.3"},
        {"X-Forwarded-For: 10.9.9.9\r\n", "10.9.9.9"},
        {"X-Forwarded-For: 2001:db8::7\r\n", "2001:db8::7"},
        {"Forwarded: for=192.0.2.7;proto=https;by=203.0.113.43\r\n", "192.0.2.7"},
        {"Forwarded: for=203.0.113.1, proto=https; FOR=\"[2001:db8::7]:4711\"\r\n",
         "2001:db8::7"},
        {"Forwarded: for=203.0.113.1, for=unknown\r\n", "127.0.0.1"},
        {"Forwarded: for=203.0.113.1, by=192.0.2.1\r\n", "127.0.0.1"},
        {"Forwarded: for=203.0.113.1\r\nX-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7"},
    };
    struct server behind =
        start((struct jalon_http_options){.proxies = trusted, .proxy_count = 2});
    struct server open = start((struct jalon_http_options){.proxy_count = 0});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[512];
        snprintf(request, sizeof request, "GET /who HTTP/1.1\r\n" HOST "%s\r\n", cases[i].headers);
        struct answer answer = ask(behind.port, request);
        if (strcmp(answer.body, cases[i].client) != 0) {
            fail_msg("%s: %s", cases[i].headers, answer.body);
        }
        answer_free(&answer);
        answer = ask(open.port, request);
        assert_string_equal(answer.body, "127.0.0.1");
        answer_free(&answer);
    }
    stop(&behind);
    stop(&open);
}

static void limits_count_who_is_behind_a_proxy(void **state)
{
    (void)state;
    static const struct jalon_text trusted[] = {{"127.0.0.1", 9}};
    struct server server = start((struct jalon_http_options){.proxies = trusted,
                                                             .proxy_count = 1,
                                                             .connections_per_address = {1, false},
                                                             .reads_per_minute = {1, false}});
    struct client other = client_open(server.port); /* the proxy has as many as it needs */
    static const char *const addresses[] = {"192.0.2.1", "192.0.2.2", "2001:db8::1",
                                            "2001:db8:0:1::1", "192.0.2.1", "2001:db8::2"};
    for (size_t i = 0; i < 6; i++) {
        char request[256];
        snprintf(request, sizeof request,
                 "GET /who HTTP/1.1\r\n" HOST "X-Forwarded-For: %s\r\n\r\n", addresses[i]);
        struct answer answer = ask(server.port, request);
        assert_int_equal(answer.code, i < 4 ? 200 : 429);
        answer_free(&answer);
    }
    client_close(&other);
    stop(&server);
}

static void a_proxy_must_be_an_address(void **state)
{
    (void)state;
    static const struct jalon_text wrong[] = {{"proxy.example", 13}};
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_http *http = NULL;
    const struct jalon_http_options options = {.address = JALON_TEXT("127.0.0.1"),
                                               .public_url = JALON_TEXT_EMPTY,
                                               .routes = routes,
                                               .proxies = wrong,
                                               .proxy_count = 1};
    assert_int_equal(jalon_http_start(ctx, &options, &http), JALON_INVALID);
    assert_non_null(strstr(ctx->error.message.data, "proxy.example"));
    jalon_context_destroy(ctx);
}

/* --- Not HTTP --- */

static void what_is_malformed_is_answered_once(void **state)
{
    (void)state;
#define BYTES(literal) {"" literal, sizeof(literal) - 1}
    static const struct {
        struct jalon_text bytes;
        int code;
    } cases[] = {
        {BYTES("GET /who\r\n\r\n" GET), 400},
        {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
        {BYTES("\0\0" GET), 400},
        {BYTES("GET /who HTTP/1.1\r\n" HOST "\n" GET), 400},
        {BYTES("GET /who HTTP/1.1\r\n" HOST "Host: x\r\n\r\n" GET), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost:\r\n\r\n"), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost: a,b\r\n\r\n"), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost: a:8x\r\n\r\n"), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost: [::1\r\n\r\n"), 400},
        {BYTES("GET /who HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
        {BYTES("GET http://y/who HTTP/1.1\r\n" HOST "\r\n"), 400},
        {BYTES("GET http://x@y/who HTTP/1.1\r\nHost: y\r\n\r\n"), 400},
        {BYTES("GET who HTTP/1.1\r\n" HOST "\r\n" GET), 400},
        {BYTES("GET * HTTP/1.1\r\n" HOST "\r\n" GET), 400},
        {BYTES("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n" GET), 501},
        {BYTES("GET /who HTTP/1.1\r\n" HOST "Expect: a-miracle\r\n\r\n"), 417},
        {BYTES(POST "Content-Length: 5\r\nExpect: 200-ok\r\n\r\nabcde" GET), 417},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n5\nabcde\r\n0\r\n\r\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n5;\0\r\nabcde\r\n0\r\n\r\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n5\r\nabcdefg\r\n0\r\n\r\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n" GET), 400},
        {BYTES(POST "Transfer-Encoding: gzip\r\n\r\n" GET), 400},
        {BYTES(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" GET), 400},
        {BYTES(POST "Content-Length: 99999999999999999999\r\n\r\n" GET), 400},
    };
    struct server server = start((struct jalon_http_options){.proxy_count = 0});
    int before = atomic_load(&handled);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int apart = 0; apart < 2; apart++) {
            struct client client = client_open(server.port);
            if (apart) {
                for (size_t b = 0; b < cases[i].bytes.length; b++) {
                    client_send(&client, cases[i].bytes.data + b, 1);
                    usleep(100);
                }
            } else {
                client_send(&client, cases[i].bytes.data, cases[i].bytes.length);
            }
            assert_refused(&client, cases[i].code, cases[i].bytes.data);
        }
    }
    assert_int_equal(atomic_load(&handled), before);
    assert_served(server.port);
    stop(&server);
}

/* Those before it are answered, then it is refused, and what follows is nobody's. */
static void a_pipeline_ends_with_what_is_malformed(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.proxy_count = 0});
    struct client client = client_open(server.port);
    client_say(&client, GET POST "Content-Length: 2\r\n\r\nab" GET "GET  /who HTTP/1.1\r\n" HOST
                                 "\r\n" GET GET);
    for (int i = 0; i < 3; i++) {
        struct answer answer = client_take(&client, 0);
        assert_int_equal(answer.code, 200);
        assert_string_equal(answer.body, i == 1 ? "ab" : "127.0.0.1");
        answer_free(&answer);
    }
    assert_refused(&client, 400, "the fourth");
    client = client_open(server.port);
    client_say(&client, "GET /who HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n\0garbage");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    assert_true(client_is_closed(&client));
    client_close(&client);
    stop(&server);
}

static void sizes_have_their_codes(void **state)
{
    (void)state;
    static char request[200000];
    static const struct {
        const char *before, *part;
        int count;
        const char *after;
        int code;
    } cases[] = {
        {"GET /who?", "a", 8000, " HTTP/1.1\r\n" HOST "\r\n", 400}, /* a is not known */
        {"GET /", "a", 9000, " HTTP/1.1\r\n" HOST "\r\n", 414},
        {"GET /who HTTP/1.1\r\n" HOST "X: ", "y", 15000, "\r\n\r\n", 200},
        {"GET /who HTTP/1.1\r\n" HOST "X: ", "y", 150000, "\r\n\r\n", 431},
        {"GET /who HTTP/1.1\r\n" HOST, "X: y\r\n", 99, "\r\n", 200},
        {"GET /who HTTP/1.1\r\n" HOST, "X: y\r\n", 20000, "\r\n", 431},
        {"GET /who HTTP/1.1\r\n" HOST "Cookie: ", "a=b; ", 150, "c=d\r\n\r\n", 200},
        {"GET /who HTTP/1.1\r\n" HOST "Cookie: a=", "0123456789", 1400, "\r\n\r\n", 200},
        {"GET /who HTTP/1.1\r\n" HOST "Cookie: ", "a;", 3000, "\r\n\r\n", 431},
        {"GET /who?", "a&", 210, " HTTP/1.1\r\n" HOST "\r\n", 400}, /* too many parameters */
        {"GET /who?", "a&", 3000, " HTTP/1.1\r\n" HOST "\r\n", 431},
    };
    struct server server = start((struct jalon_http_options){.proxy_count = 0});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = (size_t)snprintf(request, sizeof request, "%s", cases[i].before);
        for (int p = 0; p < cases[i].count; p++) {
            length += (size_t)snprintf(request + length, sizeof request - length, "%s",
                                       cases[i].part);
        }
        snprintf(request + length, sizeof request - length, "%s", cases[i].after);
        struct answer answer = ask(server.port, request);
        if (answer.code != cases[i].code ||
            (answer.code >= 400 && strstr(answer.head, "problem+json") == NULL)) {
            fail_msg("case %zu: %d\n%s", i, answer.code, answer.head);
        }
        answer_free(&answer);
    }
    stop(&server);
}

static void old_clients_are_closed_unless_they_ask(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.proxy_count = 0});
    struct client client = client_open(server.port);
    client_say(&client, "GET /who HTTP/1.0\r\n\r\n");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    assert_true(client_is_closed(&client));
    answer_free(&answer);
    client_close(&client);
    client = client_open(server.port);
    for (int i = 0; i < 2; i++) {
        client_say(&client, "GET /who HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        answer = client_take(&client, 0);
        assert_int_equal(answer.code, 200);
        assert_int_equal(strcasecmp(answer_header(&answer, "Connection"), "keep-alive"), 0);
        answer_free(&answer);
    }
    client_close(&client);
    stop(&server);
}

static void expectations_are_met_or_refused(void **state)
{
    (void)state;
    struct server server = start((struct jalon_http_options){.body_max = 100});
    struct client client = client_open(server.port);
    client_say(&client, POST "Content-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 100);
    answer_free(&answer);
    client_say(&client, "ab");
    answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    client_say(&client, POST "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n");
    assert_refused(&client, 413, "a body too large");
    client = client_open(server.port);
    client_say(&client, "POST /nowhere HTTP/1.1\r\n" HOST
                        "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assert_refused(&client, 404, "a body for nobody");
    stop(&server);
}

/* --- The end --- */

static void *stop_slowly(void *server)
{
    stop(server);
    return NULL;
}

/* Slow ones are not waited for; who runs is, while another server has the port. */
static void stopping_waits_for_who_runs_only(void **state)
{
    (void)state;
    enum { SLOW = 60 };
    static const char *const beginnings[] = {
        "", "GET /w", "GET /who HTTP/1.1\r\nX: y", POST "Content-Length: 9\r\n\r\nabc",
        "GET /big HTTP/1.1\r\n" HOST "\r\n",
    };
    struct server server = start((struct jalon_http_options){.connections_max = 200});
    struct client slow[SLOW];
    pthread_t stopper;
    atomic_store(&may_end, 0);
    atomic_store(&later_runs, 0);
    for (int i = 0; i < SLOW; i++) {
        slow[i] = client_open(server.port);
        client_say(&slow[i], beginnings[i % 5]);
    }
    struct client idle = client_open(server.port);
    client_say(&idle, GET);
    struct answer answer = client_take(&idle, 0);
    answer_free(&answer);
    struct client running = client_open(server.port);
    client_say(&running, "GET /later HTTP/1.1\r\n" HOST "\r\n");
    while (atomic_load(&later_runs) == 0) {
        usleep(1000);
    }
    assert_int_equal(pthread_create(&stopper, NULL, stop_slowly, &server), 0);
    assert_true(client_is_closed(&idle));
    assert_true(client_is_closed(&slow[0]));

    struct server next = {.ctx = jalon_context_create()};
    const struct jalon_http_options options = {.address = JALON_TEXT("127.0.0.1"),
                                               .port = server.port,
                                               .public_url = JALON_TEXT_EMPTY,
                                               .routes = routes};
    if (jalon_http_start(next.ctx, &options, &next.http) != JALON_OK) {
        fail_msg("%s", next.ctx->error.message.data);
    }
    assert_served(jalon_http_port(next.http));
    atomic_store(&may_end, 1);
    answer = client_take(&running, 0);
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, "done");
    assert_string_equal(answer_header(&answer, "Connection"), "close");
    answer_free(&answer);
    pthread_join(stopper, NULL);
    for (int i = 0; i < SLOW; i++) {
        client_close(&slow[i]);
    }
    client_close(&idle);
    client_close(&running);
    stop(&next);
}

int main(void)
{
    jalon_log_configure(NULL, JALON_LOG_AS_TEXT, JALON_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_must_come_in_time),
        cmocka_unit_test(a_body_must_come_in_time),
        cmocka_unit_test(an_answer_must_be_taken),
        cmocka_unit_test(who_asks_nothing_is_let_go),
        cmocka_unit_test(a_slow_handler_is_nobodys_fault),
        cmocka_unit_test(answers_that_wait_are_bounded),
        cmocka_unit_test(connections_are_counted),
        cmocka_unit_test(this_machine_may_be_spared),
        cmocka_unit_test(rates_are_limited),
        cmocka_unit_test(only_trusted_proxies_speak_for_others),
        cmocka_unit_test(limits_count_who_is_behind_a_proxy),
        cmocka_unit_test(a_proxy_must_be_an_address),
        cmocka_unit_test(what_is_malformed_is_answered_once),
        cmocka_unit_test(a_pipeline_ends_with_what_is_malformed),
        cmocka_unit_test(sizes_have_their_codes),
        cmocka_unit_test(old_clients_are_closed_unless_they_ask),
        cmocka_unit_test(expectations_are_met_or_refused),
        cmocka_unit_test(stopping_waits_for_who_runs_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
