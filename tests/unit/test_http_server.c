/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The server on the loopback: what goes over the wire, byte by byte. */
#include "http_client.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <zlib.h>

#include "jalon/clock.h"
#include "jalon/http.h"
#include "jalon/log.h"
#include "jalon/metrics.h"

#define HOST "Host: x\r\n"

static struct jalon_http *server;
static uint16_t port;
static atomic_int slow_started;
static atomic_int slow_may_end;
static atomic_int handled;

static enum jalon_status get_hello(struct jalon_request *request, struct jalon_response *response)
{
    if (jalon_response_not_modified(request, response, JALON_TEXT("v1"))) {
        return JALON_OK;
    }
    struct jalon_text q = JALON_TEXT_EMPTY;
    (void)jalon_request_parameter(request, "q", &q);
    jalon_buffer_append_format(&response->body, "{\"%.*s\":\"%.*s\",\"as\":\"%s\",\"in\":\"%s\"}",
                               JALON_TEXT_ARGS(jalon_request_variable(request, "name")),
                               JALON_TEXT_ARGS(q), request->representation->name,
                               request->language.data);
    return JALON_OK;
}

static enum jalon_status post_echo(struct jalon_request *request, struct jalon_response *response)
{
    atomic_fetch_add(&handled, 1);
    response->code = 201;
    response->location = jalon_text_format(request->ctx->arena, "%.*s/echo/1",
                                           JALON_TEXT_ARGS(request->public_url));
    response->seq = 7;
    jalon_buffer_append_text(&response->body, request->body);
    return JALON_OK;
}

static enum jalon_status get_big(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    for (int i = 0; i < 100000; i++) {
        jalon_buffer_append_format(&response->body, "%09d\n", i);
    }
    return JALON_OK;
}

static enum jalon_status get_slow(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    atomic_store(&slow_started, 1);
    while (atomic_load(&slow_may_end) == 0) {
        usleep(1000);
    }
    jalon_buffer_append_string(&response->body, "done");
    return JALON_OK;
}

static enum jalon_status get_broken(struct jalon_request *request, struct jalon_response *response)
{
    jalon_buffer_append_string(&response->body, "half an answer");
    response->location = JALON_TEXT("http://nowhere");
    jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/properties/width", "must be > 0");
    response->code = 422;
    return jalon_error_verdict(request->ctx, "the contribution is not valid");
}

static enum jalon_status get_private(struct jalon_request *request, struct jalon_response *response)
{
    jalon_buffer_append_text(&response->body, request->account);
    return JALON_OK;
}

static enum jalon_status get_metrics(struct jalon_request *request,
                                     struct jalon_response *response)
{
    jalon_http_write_metrics(request, &response->body);
    return JALON_OK;
}

static enum jalon_status know(struct jalon_context *ctx, void *application,
                              enum jalon_credential credential, struct jalon_text secret,
                              struct jalon_identity *out)
{
    (void)ctx;
    (void)application;
    if (credential != JALON_CREDENTIAL_TOKEN || !jalon_text_is(secret, "secret")) {
        return JALON_UNAUTHENTICATED;
    }
    *out = (struct jalon_identity){JALON_TEXT("ada"), ~0U};
    return JALON_OK;
}

/* What the end of a group of writers answers. */
static _Atomic enum jalon_status flushed = JALON_OK;
static atomic_int groups;

static enum jalon_status begin_group(struct jalon_context *ctx, void *application)
{
    (void)ctx;
    (void)application;
    atomic_fetch_add(&groups, 1);
    return JALON_OK;
}

static enum jalon_status end_group(struct jalon_context *ctx, void *application)
{
    (void)application;
    enum jalon_status status = atomic_load(&flushed);
    return status == JALON_OK ? status : jalon_fail(ctx, status, "the disk is full");
}

static const struct jalon_representation json_or_csv[] = {
    {"json", "application/json"}, {"csv", "text/csv"}, {NULL, NULL}};
static const struct jalon_representation plain[] = {{"text", "text/plain"}, {NULL, NULL}};
static const struct jalon_parameter q[] = {{.name = "q"}, {.name = NULL}};
static const char *const json_body[] = {"application/json", NULL};

static const struct jalon_route routes[] = {
    {.path = "/hello/{name}", .handler = get_hello, .parameters = q,
     .representations = json_or_csv},
    {.path = "/echo", .method = JALON_POST, .handler = post_echo, .representations = json_or_csv,
     .body_types = json_body, .body_max = 100000},
    {.path = "/big", .handler = get_big, .representations = plain, .one_language = true},
    {.path = "/slow", .handler = get_slow, .representations = plain},
    {.path = "/slow", .method = JALON_POST, .handler = get_slow, .representations = plain},
    {.path = "/metrics", .handler = get_metrics, .representations = plain},
    {.path = "/broken", .handler = get_broken, .representations = plain},
    {.path = "/private", .handler = get_private, .representations = plain, .needs_account = true},
    {.path = NULL},
};

static void start_server(void)
{
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_http_options options = {
        .address = JALON_TEXT("127.0.0.1"), .threads = 2, .routes = routes, .authenticate = know,
        .begin_group = begin_group, .end_group = end_group};
    assert_int_equal(jalon_http_start(ctx, &options, &server), JALON_OK);
    port = jalon_http_port(server);
    jalon_context_destroy(ctx);
}

static int begin(void **state)
{
    (void)state;
    start_server();
    return 0;
}

static int end(void **state)
{
    (void)state;
    jalon_http_stop(server, 1000);
    return 0;
}

static void assert_header(const struct answer *answer, const char *name, const char *value)
{
    const char *found = answer_header(answer, name);
    if (value == NULL) {
        assert_null(found);
        return;
    }
    assert_non_null(found);
    assert_string_equal(found, value);
}

static void a_get_is_answered(void **state)
{
    (void)state;
    struct answer answer =
        ask(port, "GET /hello/caf%C3%A9?q=a+b%26 HTTP/1.1\r\n" HOST "Accept-Language: en\r\n\r\n");
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body,
                        "{\"caf\xc3\xa9\":\"a b&\",\"as\":\"json\",\"in\":\"en\"}");
    assert_header(&answer, "Content-Type", "application/json");
    assert_header(&answer, "ETag", "\"v1-json-en\"");
    assert_header(&answer, "Vary", "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie");
    assert_header(&answer, "Cache-Control", "no-cache");
    assert_header(&answer, "Access-Control-Allow-Origin", "*");
    assert_header(&answer, "X-Content-Type-Options", "nosniff");
    assert_int_equal(strlen(answer_header(&answer, "Jalon-Request-Id")), 36);
    answer_free(&answer);
}

static void head_is_get_without_the_body(void **state)
{
    (void)state;
    struct client client = client_open(port);
    client_say(&client, "HEAD /hello/x HTTP/1.1\r\n" HOST "\r\nGET /hello/x HTTP/1.1\r\n" HOST
                        "\r\n");
    struct answer head = client_take(&client, 1);
    struct answer get = client_take(&client, 0);
    assert_int_equal(head.code, 200);
    assert_int_equal(get.code, 200);
    char length[32];
    snprintf(length, sizeof length, "%zu", get.length);
    assert_header(&head, "Content-Length", length);
    assert_header(&head, "ETag", "\"v1-json-fr\"");
    answer_free(&head);
    answer_free(&get);
    client_close(&client);
}

static void a_known_state_is_not_sent_again(void **state)
{
    (void)state;
    struct client client = client_open(port);
    client_say(&client, "GET /hello/x HTTP/1.1\r\n" HOST
                        "If-None-Match: \"other\", W/\"v1-json-fr\"\r\n\r\n"
                        "GET /hello/x HTTP/1.1\r\n" HOST "If-None-Match: \"v1-csv-fr\"\r\n\r\n");
    struct answer answer = client_take(&client, 1);
    assert_int_equal(answer.code, 304);
    assert_header(&answer, "ETag", "\"v1-json-fr\"");
    assert_header(&answer, "Vary", "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie");
    assert_header(&answer, "Cache-Control", "no-cache");
    assert_header(&answer, "Content-Type", NULL);
    answer_free(&answer);
    answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    client_close(&client);
}

static void a_body_is_taken_whole_or_chunked(void **state)
{
    (void)state;
    struct client client = client_open(port);
    client_say(&client, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: Application/JSON; "
                        "charset=UTF-8\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
                        "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n");
    struct answer first = client_take(&client, 0);
    struct answer second = client_take(&client, 0);
    assert_int_equal(first.code, 201);
    assert_string_equal(first.body, "{\"a\":1}");
    char location[64];
    snprintf(location, sizeof location, "http://127.0.0.1:%u/echo/1", (unsigned)port);
    assert_header(&first, "Location", location);
    assert_header(&first, "Jalon-Seq", "7");
    assert_header(&first, "Cache-Control", "no-store");
    assert_header(&first, "Access-Control-Allow-Origin", NULL);
    assert_int_equal(second.code, 201);
    assert_string_equal(second.body, "[1,2]");
    answer_free(&first);
    answer_free(&second);
    client_close(&client);
}

static void bodies_that_are_refused_are_not_read(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int code;
        const char *problem;
    } cases[] = {
        {"Content-Type: application/json\r\nContent-Length: 100001\r\n", 413, "too-large"},
        {"Content-Type: application/json\r\nContent-Length: 99999999999\r\n"
         "Expect: 100-continue\r\n", 413, "too-large"},
        {"Content-Type: text/plain\r\nContent-Length: 5\r\n", 415, "unsupported-media-type"},
        {"Content-Length: 5\r\n", 400, "invalid"},
        {"Content-Type: application/json; charset=latin1\r\nContent-Length: 5\r\n", 415,
         "unsupported-media-type"},
        {"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n", 415,
         "unsupported-media-type"},
    };
    int before = atomic_load(&handled);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[512];
        snprintf(request, sizeof request, "POST /echo HTTP/1.1\r\n" HOST "%s\r\n", cases[i].head);
        struct client client = client_open(port);
        client_say(&client, request);
        struct answer answer = client_take(&client, 0);
        assert_int_equal(answer.code, cases[i].code);
        assert_header(&answer, "Content-Type", "application/problem+json");
        assert_header(&answer, "Connection", "close");
        assert_non_null(strstr(answer.body, cases[i].problem));
        assert_true(client_is_closed(&client));
        answer_free(&answer);
        client_close(&client);
    }
    assert_int_equal(atomic_load(&handled), before);
}

/* Sends all of a body that is refused, then reads; *out_us: how long that took. */
static bool is_told_after_sending(int64_t *out_us)
{
    static char megabyte[1 << 20];
    struct client client = client_open(port);
    int64_t began_us = jalon_clock_monotonic_us();
    bool good = true;
    client_say(&client, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                        "Content-Length: 8388608\r\n\r\n");
    for (int part = 0; part < 8; part++) {
        good = good && client_send(&client, megabyte, sizeof megabyte);
    }
    struct answer answer = client_take(&client, 0);
    good = good && answer.code == 413 && client_is_closed(&client);
    *out_us = jalon_clock_monotonic_us() - began_us;
    answer_free(&answer);
    client_close(&client);
    return good;
}

/* Many clients give up at the first failing send, without reading: it must not fail. */
static void a_refusal_reaches_who_is_still_sending(void **state)
{
    enum { LISTENS_US = 2000000 }; /* who takes longer was not waited for, and tries again */
    (void)state;
    for (int i = 0; i < 10; i++) {
        int64_t took_us = 0;
        bool is_told;
        do {
            is_told = is_told_after_sending(&took_us);
        } while (!is_told && took_us >= LISTENS_US);
        assert_true(is_told);
    }
}

static void a_chunked_body_is_bounded(void **state)
{
    (void)state;
    int before = atomic_load(&handled);
    struct client client = client_open(port);
    client_say(&client, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
    char chunk[10000];
    memset(chunk, ' ', sizeof chunk);
    for (int i = 0; i < 11; i++) {
        client_say(&client, "2710\r\n");
        client_send(&client, chunk, sizeof chunk);
        client_say(&client, "\r\n");
    }
    client_say(&client, "0\r\n\r\n");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 413);
    assert_int_equal(atomic_load(&handled), before);
    answer_free(&answer);
    client_close(&client);
}

static void a_client_may_ask_before_it_sends(void **state)
{
    (void)state;
    struct client client = client_open(port);
    client_say(&client, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                        "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 100);
    answer_free(&answer);
    client_say(&client, "{}");
    answer = client_take(&client, 0);
    assert_int_equal(answer.code, 201);
    answer_free(&answer);
    client_close(&client);
}

static void big_answers_arrive_whole(void **state)
{
    (void)state;
    struct answer answer = ask(port, "GET /big HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(answer.code, 200);
    assert_int_equal(answer.length, 1000000);
    assert_memory_equal(answer.body + 999990, "000099999\n", 10);
    assert_header(&answer, "Content-Type", "text/plain; charset=utf-8");
    assert_header(&answer, "Content-Encoding", NULL);
    assert_header(&answer, "Vary", "Accept-Encoding, Authorization, Cookie");
    answer_free(&answer);
}

static void gzip_gives_the_same_bytes_back(void **state)
{
    (void)state;
    struct answer answer =
        ask(port, "GET /big HTTP/1.1\r\n" HOST "Accept-Encoding: br;q=0.1, gzip;q=0.5\r\n\r\n");
    assert_int_equal(answer.code, 200);
    assert_header(&answer, "Content-Encoding", "gzip");
    assert_true(answer.length < 500000);
    unsigned char *plain_bytes = malloc(1000001);
    z_stream stream = {.next_in = (unsigned char *)answer.body,
                       .avail_in = (unsigned)answer.length,
                       .next_out = plain_bytes,
                       .avail_out = 1000001};
    assert_int_equal(inflateInit2(&stream, 31), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, 1000000);
    assert_memory_equal(plain_bytes + 999990, "000099999\n", 10);
    inflateEnd(&stream);
    free(plain_bytes);
    answer_free(&answer);
}

static void failures_become_problems(void **state)
{
    (void)state;
    struct answer answer = ask(port, "GET /broken HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(answer.code, 422);
    assert_header(&answer, "Location", NULL);
    assert_header(&answer, "Cache-Control", "no-store");
    char expected[4096];
    snprintf(expected, sizeof expected,
             "{\"type\":\"urn:jalon:problem:unprocessable\",\"title\":\"The request contradicts "
             "itself\",\"status\":422,\"detail\":\"the contribution is not valid\",\"instance\":"
             "\"urn:uuid:%s\",\"errors\":[{\"pointer\":\"/properties/width\",\"reason\":\"must be "
             "> 0\"}]}",
             answer_header(&answer, "Jalon-Request-Id"));
    assert_string_equal(answer.body, expected);
    answer_free(&answer);
}

static void refusals_have_their_codes(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int code;
        const char *header;
        const char *value;
        const char *said;
    } cases[] = {
        {"GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 404, NULL, NULL, "not-found"},
        {"POST /echo/ HTTP/1.1\r\n" HOST "\r\n", 404, NULL, NULL, "slash at its end"},
        {"GET /hello/%FF HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, "the path"},
        {"GET /hello/%00 HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, "the path"},
        {"DELETE /hello/x HTTP/1.1\r\n" HOST "\r\n", 405, "Allow", "GET, HEAD, OPTIONS",
         "method-not-allowed"},
        {"GET /echo HTTP/1.1\r\n" HOST "\r\n", 405, "Allow", "OPTIONS, POST", "POST"},
        {"BREW /echo HTTP/1.1\r\n" HOST "\r\n", 405, "Allow", "OPTIONS, POST", "POST"},
        {"GET /hello/x?nope=1 HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, "\"parameter\":\"nope\""},
        {"GET /hello/x?q=1&q=2 HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, "only once"},
        {"GET /hello/x?q=%zz HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, "\"parameter\":\"q\""},
        {"GET /hello/x?f=png HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, "json, csv"},
        {"GET /hello/x HTTP/1.1\r\n" HOST "Accept: image/png\r\n\r\n", 406, NULL, NULL,
         "application/json, text/csv"},
        {"GET /private HTTP/1.1\r\n" HOST "\r\n", 401, "WWW-Authenticate",
         "Bearer realm=\"jalon\"", "unauthenticated"},
        {"GET /hello/x HTTP/1.1\r\n" HOST "Authorization: Bearer wrong\r\n\r\n", 401,
         "WWW-Authenticate", "Bearer realm=\"jalon\", error=\"invalid_token\"", "token"},
        {"GET /hello/x HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", 400, "Connection",
         "close", "no body"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer answer = ask(port, cases[i].request);
        if (answer.code != cases[i].code || strstr(answer.body, cases[i].said) == NULL) {
            fail_msg("%s: %d %s", cases[i].request, answer.code, answer.body);
        }
        if (cases[i].header != NULL) {
            assert_header(&answer, cases[i].header, cases[i].value);
        }
        assert_header(&answer, "Content-Type", "application/problem+json");
        answer_free(&answer);
    }
}

static void a_slash_at_the_end_leads_on(void **state)
{
    (void)state;
    struct answer answer = ask(port, "GET /hello/a%2Fb/?q=%20 HTTP/1.1\r\n" HOST "\r\n");
    char location[64];
    snprintf(location, sizeof location, "http://127.0.0.1:%u/hello/a%%2Fb?q=%%20", (unsigned)port);
    assert_int_equal(answer.code, 308);
    assert_header(&answer, "Location", location);
    answer_free(&answer);
    answer = ask(port, "OPTIONS /hello/x/ HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
}

static void a_token_opens(void **state)
{
    (void)state;
    struct answer answer =
        ask(port, "GET /private HTTP/1.1\r\n" HOST "authorization: bearer secret\r\n\r\n");
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, "ada");
    answer_free(&answer);
}

static void options_say_what_is_possible(void **state)
{
    (void)state;
    struct answer answer = ask(port, "OPTIONS /echo HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(answer.code, 200);
    assert_header(&answer, "Allow", "OPTIONS, POST");
    assert_header(&answer, "Access-Control-Allow-Origin", NULL);
    answer_free(&answer);
    answer = ask(port, "OPTIONS /hello/x HTTP/1.1\r\n" HOST "Origin: https://a.example\r\n"
                       "Access-Control-Request-Method: GET\r\n\r\n");
    assert_int_equal(answer.code, 200);
    assert_header(&answer, "Access-Control-Allow-Origin", "*");
    assert_header(&answer, "Access-Control-Allow-Methods", "GET, HEAD");
    answer_free(&answer);
    answer = ask(port, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
}

/* What two readers of the same bytes could understand differently. */
static void ambiguous_requests_are_refused(void **state)
{
    (void)state;
#define BYTES(literal) {"" literal, sizeof(literal) - 1}
    static const struct {
        const char *data;
        size_t length;
    } cases[] = {
        BYTES("GET /hello/x HTTP/1.1\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"),
        BYTES("GET /hello/x\0y HTTP/1.1\r\nHost: a\r\n\r\n"),
        BYTES("GET /hello/x\x01 HTTP/1.1\r\nHost: a\r\n\r\n"),
        BYTES("GET  /hello/x HTTP/1.1\r\nHost: a\r\n\r\n"),
        BYTES("GET /hello/x#y HTTP/1.1\r\nHost: a\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\nY: c\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\nHost: a\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nX(y): b\r\n\r\n"),
        BYTES("GET /hello/x HTTP/1.1\r\nHost: a\r\nX: b\x07\r\n\r\n"),
        BYTES("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        BYTES("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        BYTES("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Content-Length: +2\r\n\r\n{}"),
        BYTES("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Content-Length: 2, 2\r\n\r\n{}"),
        BYTES("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        BYTES("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        BYTES("POST /echo HTTP/1.0\r\nHost: a\r\nContent-Type: application/json\r\n"
              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    };
    int before = atomic_load(&handled);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct client client = client_open(port);
        client_send(&client, cases[i].data, cases[i].length);
        struct answer answer = client_take(&client, 0);
        if (answer.code != 400 || strstr(answer.head, "problem+json") == NULL) {
            fail_msg("case %zu (%s): %d", i, cases[i].data, answer.code);
        }
        if (!client_is_closed(&client)) {
            fail_msg("case %zu (%s) is not closed: %s", i, cases[i].data, client.bytes);
        }
        answer_free(&answer);
        client_close(&client);
    }
    assert_int_equal(atomic_load(&handled), before);
}

static void *ask_many(void *argument)
{
    (void)argument;
    struct client client = client_open(port);
    intptr_t good = 0;
    for (int i = 0; i < 200; i++) {
        client_say(&client, i % 2 == 0 ? "GET /hello/x HTTP/1.1\r\n" HOST "\r\n"
                                       : "GET /nowhere HTTP/1.1\r\n" HOST "\r\n");
        struct answer answer = client_take(&client, 0);
        good += answer.code == (i % 2 == 0 ? 200 : 404);
        answer_free(&answer);
    }
    client_close(&client);
    return (void *)good;
}

static void clients_do_not_disturb_each_other(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *good;
        pthread_join(threads[i], &good);
        assert_int_equal((intptr_t)good, 200);
    }
}

static void *stop_server(void *argument)
{
    (void)argument;
    jalon_http_stop(server, 60000);
    server = NULL;
    return NULL;
}

/* A connection that has been served, and is kept: for stop_while_slow. */
static struct client keep_one(void)
{
    struct client client = client_open(port);
    client_say(&client, "GET /hello/x HTTP/1.1\r\n" HOST "\r\n");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    return client;
}

/* Has the server stopped, and lets it go on when that has begun: who asks nothing is let go then. */
static void stop_while_slow(struct client *kept, pthread_t *out_stopper)
{
    assert_int_equal(pthread_create(out_stopper, NULL, stop_server, NULL), 0);
    assert_true(client_is_closed(kept));
    client_close(kept);
    atomic_store(&slow_may_end, 1);
}

/* Waits until so many writes stand in the line. */
static void wait_in_line(int count)
{
    char line[64];
    bool stand = false;
    snprintf(line, sizeof line, "\njalon_write_queue_length %d\n", count);
    for (int i = 0; i < 6000 && !stand; i++) {
        struct answer answer = ask(port, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
        assert_int_equal(answer.code, 200);
        stand = strstr(answer.body, line) != NULL;
        answer_free(&answer);
        usleep(stand ? 0 : 10000);
    }
    assert_true(stand);
}

/* One that is being written and as many as may wait; the rest is told so. */
enum { WRITERS = 264, WAITING = 257 };

/* How many have an answer to read. */
static int count_answered(const struct client *clients, int count)
{
    struct pollfd polls[WRITERS];
    for (int i = 0; i < count; i++) {
        polls[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
    }
    return poll(polls, (nfds_t)count, 0);
}

static void writers_wait_and_readers_do_not(void **state)
{
    (void)state;
    static struct client clients[WRITERS];
    atomic_store(&slow_started, 0);
    atomic_store(&slow_may_end, 0);
    for (int i = 0; i < WRITERS; i++) {
        clients[i] = client_open(port);
        client_say(&clients[i], "POST /slow HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
        while (atomic_load(&slow_started) == 0) {
            usleep(1000); /* so that it does not count among those that wait */
        }
    }
    for (int i = 0; i < 20; i++) { /* on whichever thread */
        struct answer read = ask(port, "GET /hello/x HTTP/1.1\r\n" HOST "\r\n");
        assert_int_equal(read.code, 200);
        answer_free(&read);
    }
    while (count_answered(clients, WRITERS) < WRITERS - WAITING) {
        usleep(1000); /* the queue has room again as soon as it goes on */
    }
    atomic_store(&slow_may_end, 1);
    int done = 0, put_off = 0;
    for (int i = 0; i < WRITERS; i++) {
        struct answer answer = client_take(&clients[i], 0);
        done += answer.code == 200;
        put_off += answer.code == 503;
        if (answer.code == 503) {
            assert_header(&answer, "Retry-After", "1");
        }
        answer_free(&answer);
        client_close(&clients[i]);
    }
    assert_int_equal(done, WAITING);
    assert_int_equal(put_off, WRITERS - WAITING);
}

static void what_was_not_flushed_is_not_answered(void **state)
{
    (void)state;
    static const char post[] = "POST /echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
                               "Content-Length: 2\r\n\r\n{}";
    int before = atomic_load(&groups);
    atomic_store(&flushed, JALON_NO_SPACE);
    struct answer answer = ask(port, post);
    assert_int_equal(answer.code, 507);
    assert_header(&answer, "Content-Type", "application/problem+json");
    assert_header(&answer, "Location", NULL);
    assert_header(&answer, "Jalon-Seq", NULL);
    assert_non_null(strstr(answer.body, "the disk is full"));
    answer_free(&answer);
    /* What was refused anyway stays refused for its own reason. */
    answer = ask(port, "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"
                       "Content-Length: 1\r\n\r\nx");
    assert_int_equal(answer.code, 415);
    answer_free(&answer);
    atomic_store(&flushed, JALON_OK);
    answer = ask(port, post);
    assert_int_equal(answer.code, 201);
    answer_free(&answer);
    assert_int_equal(atomic_load(&groups), before + 2);
}

static void stopping_lets_those_who_wait_finish(void **state)
{
    (void)state;
    struct client clients[3], kept = keep_one();
    pthread_t stopper;
    atomic_store(&slow_started, 0);
    atomic_store(&slow_may_end, 0);
    for (int i = 0; i < 3; i++) {
        clients[i] = client_open(port);
        client_say(&clients[i], "POST /slow HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
        while (atomic_load(&slow_started) == 0) {
            usleep(1000); /* so that the others are not answered together with it */
        }
    }
    wait_in_line(2);
    stop_while_slow(&kept, &stopper);
    for (int i = 0; i < 3; i++) {
        struct answer answer = client_take(&clients[i], 0);
        assert_int_equal(answer.code, 200);
        answer_free(&answer);
        client_close(&clients[i]);
    }
    pthread_join(stopper, NULL);
    start_server();
}

static void stopping_lets_a_running_request_finish(void **state)
{
    (void)state;
    pthread_t stopper;
    struct client kept = keep_one(), client = client_open(port);
    client_say(&client, "GET /slow HTTP/1.1\r\n" HOST "\r\n");
    while (atomic_load(&slow_started) == 0) {
        usleep(1000);
    }
    stop_while_slow(&kept, &stopper);
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, "done");
    pthread_join(stopper, NULL);
    start_server();
    assert_header(&answer, "Connection", "close");
    answer_free(&answer);
    client_close(&client);
}

static void starting_says_why_not(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_http *none = NULL;
    struct jalon_http_options options = {
        .address = JALON_TEXT("127.0.0.1"), .port = port, .routes = routes};
    assert_int_equal(jalon_http_start(ctx, &options, &none), JALON_CONFLICT);
    assert_non_null(strstr(ctx->error.message.data, "is already in use"));
    options.port = 0;
    options.address = JALON_TEXT("192.0.2.1");
    assert_int_equal(jalon_http_start(ctx, &options, &none), JALON_INVALID);
    assert_non_null(strstr(ctx->error.message.data, "not an address of this machine"));
    options.address = JALON_TEXT("house");
    assert_int_equal(jalon_http_start(ctx, &options, &none), JALON_INVALID);
    assert_null(none);
    jalon_context_destroy(ctx);
}

int main(void)
{
    jalon_log_configure(NULL, JALON_LOG_AS_TEXT, JALON_LOG_ERROR);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_is_answered),
        cmocka_unit_test(head_is_get_without_the_body),
        cmocka_unit_test(a_known_state_is_not_sent_again),
        cmocka_unit_test(a_body_is_taken_whole_or_chunked),
        cmocka_unit_test(bodies_that_are_refused_are_not_read),
        cmocka_unit_test(a_refusal_reaches_who_is_still_sending),
        cmocka_unit_test(a_chunked_body_is_bounded),
        cmocka_unit_test(a_client_may_ask_before_it_sends),
        cmocka_unit_test(big_answers_arrive_whole),
        cmocka_unit_test(gzip_gives_the_same_bytes_back),
        cmocka_unit_test(failures_become_problems),
        cmocka_unit_test(refusals_have_their_codes),
        cmocka_unit_test(a_slash_at_the_end_leads_on),
        cmocka_unit_test(a_token_opens),
        cmocka_unit_test(options_say_what_is_possible),
        cmocka_unit_test(ambiguous_requests_are_refused),
        cmocka_unit_test(clients_do_not_disturb_each_other),
        cmocka_unit_test(stopping_lets_a_running_request_finish),
        cmocka_unit_test(what_was_not_flushed_is_not_answered),
        cmocka_unit_test(writers_wait_and_readers_do_not),
        cmocka_unit_test(stopping_lets_those_who_wait_finish),
        cmocka_unit_test(starting_says_why_not),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
