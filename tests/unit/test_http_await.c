/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests that wait for the event of their Jalon-Seq: who waits, for how long, and who does not. */
#include "http_client.h"

#include <pthread.h>
#include <stdatomic.h>

#include "jalon/http.h"
#include "jalon/log.h"

#define HOST "Host: x\r\n"

static struct jalon_http *server;
static uint16_t port;
static _Atomic int64_t shown;
static _Atomic enum jalon_status otherwise; /* what is said of an event that is not shown */
static atomic_int looks;
static atomic_int handled;

static enum jalon_status shows(struct jalon_request *request, int64_t seq, int64_t since_us,
                               bool at_once)
{
    assert_true(since_us > 0);
    atomic_fetch_add(&looks, at_once);
    if (jalon_text_is(request->path, "/broken")) {
        return at_once ? JALON_OK : jalon_fail(request->ctx, JALON_INTERNAL, "it cannot be read");
    }
    return seq <= atomic_load(&shown) ? JALON_OK : atomic_load(&otherwise);
}

static enum jalon_status answer_it(struct jalon_request *request, struct jalon_response *response)
{
    atomic_fetch_add(&handled, 1);
    response->seq = atomic_load(&shown);
    jalon_buffer_append_text(&response->body, request->path);
    return JALON_OK;
}

static const struct jalon_representation plain[] = {{"text", "text/plain"}, {NULL, NULL}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_route routes[] = {
    {.path = "/it", .handler = answer_it, .representations = plain},
    {.path = "/it", .method = JALON_POST, .handler = answer_it, .representations = plain,
     .body_types = json_body},
    {.path = "/broken", .handler = answer_it, .representations = plain},
    {.path = NULL},
};

/* How long requests wait: for longer than any machine stands still, unless that is the test. */
enum { LONG_S = 50, SHORT_S = 1 };

static int begin_for(unsigned await_s)
{
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_http_options options = {.address = JALON_TEXT("127.0.0.1"),
                                         .threads = 2,
                                         .await_s = await_s,
                                         .routes = routes,
                                         .shows = shows};
    atomic_store(&shown, 7);
    atomic_store(&otherwise, JALON_RETRY);
    atomic_store(&looks, 0);
    atomic_store(&handled, 0);
    assert_int_equal(jalon_http_start(ctx, &options, &server), JALON_OK);
    port = jalon_http_port(server);
    jalon_context_destroy(ctx);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    return begin_for(LONG_S);
}

static int begin_shortly(void **state)
{
    (void)state;
    return begin_for(SHORT_S);
}

static int end(void **state)
{
    (void)state;
    jalon_http_stop(server, 1000);
    return 0;
}

static struct answer ask_seq(const char *lines)
{
    char request[512];
    snprintf(request, sizeof request, "GET /it HTTP/1.1\r\n" HOST "%s\r\n", lines);
    return ask(port, request);
}

static struct client say_seq(const char *path, const char *seq)
{
    char request[512];
    struct client client = client_open(port);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "Jalon-Seq: %s\r\n\r\n", path,
             seq);
    client_say(&client, request);
    return client;
}

static void expect_answer(struct client *client, int code, const char *words)
{
    struct answer answer = client_take(client, 0);
    assert_int_equal(answer.code, code);
    assert_non_null(strstr(answer.body, words));
    answer_free(&answer);
    client_close(client);
}

/* Until so many have been looked after at least once. */
static void wait_for_looks(int count)
{
    for (int i = 0; i < 12000 && atomic_load(&looks) < count; i++) {
        usleep(5000);
    }
    assert_true(atomic_load(&looks) >= count);
}

static void what_is_shown_is_answered_at_once(void **state)
{
    static const char *const lines[] = {"", "Jalon-Seq: 0\r\n", "Jalon-Seq: 7\r\n",
                                        "jalon-seq:  0000000000000000000000007 \r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct answer answer = ask_seq(lines[i]);
        assert_int_equal(answer.code, 200);
        assert_string_equal(answer_header(&answer, "Jalon-Seq"), "7");
        assert_null(strstr(answer_header(&answer, "Vary"), "Jalon-Seq"));
        answer_free(&answer);
    }
    assert_int_equal(atomic_load(&looks), 0);
}

static void what_is_no_number_of_an_event_is_refused(void **state)
{
    static const char *const lines[] = {
        "Jalon-Seq:\r\n",       "Jalon-Seq: -1\r\n",  "Jalon-Seq: +1\r\n",
        "Jalon-Seq: 1.0\r\n",   "Jalon-Seq: 1e3\r\n", "Jalon-Seq: 0x7\r\n",
        "Jalon-Seq: \"7\"\r\n", "Jalon-Seq: 7 7\r\n", "Jalon-Seq: 9223372036854775808\r\n",
        "Jalon-Seq: 7\r\nJalon-Seq: 7\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct answer answer = ask_seq(lines[i]);
        assert_int_equal(answer.code, 400);
        assert_non_null(strstr(answer.body, "\"parameter\":\"Jalon-Seq\""));
        answer_free(&answer);
    }
    assert_int_equal(atomic_load(&handled), 0);
}

static void who_waits_is_answered_when_it_shows(void **state)
{
    (void)state;
    struct client client = say_seq("/it", "8");
    wait_for_looks(1);
    /* No thread is held: others are answered, on any of the server's two. */
    for (int i = 0; i < 8; i++) {
        struct answer answer = ask_seq("");
        assert_int_equal(answer.code, 200);
        answer_free(&answer);
    }
    assert_int_equal(atomic_load(&handled), 8);
    atomic_store(&shown, 9);
    jalon_http_look_again(server);
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer_header(&answer, "Jalon-Seq"), "9");
    answer_free(&answer);
    client_close(&client);
}

/* Nobody said that something has happened. */
static void who_waits_is_looked_after_anyway(void **state)
{
    (void)state;
    struct client client = say_seq("/it", "8");
    wait_for_looks(1);
    atomic_store(&shown, 8);
    expect_answer(&client, 200, "/it");
}

static void a_write_waits_before_it_is_done(void **state)
{
    (void)state;
    struct client client = client_open(port);
    client_say(&client, "POST /it HTTP/1.1\r\n" HOST "Jalon-Seq: 8\r\nContent-Length: 2\r\n"
                        "Content-Type: application/json\r\n\r\n{}");
    wait_for_looks(1);
    assert_int_equal(atomic_load(&handled), 0);
    atomic_store(&shown, 8);
    jalon_http_look_again(server);
    expect_answer(&client, 200, "/it");
    assert_int_equal(atomic_load(&handled), 1);
}

static void waiting_has_an_end(void **state)
{
    (void)state;
    struct client client = say_seq("/it", "8");
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 503);
    assert_string_equal(answer_header(&answer, "Retry-After"), "1");
    assert_non_null(strstr(answer.body, "event 8 could not be fetched"));
    answer_free(&answer);
    client_close(&client);
    /* The database was asked and has no such event: it is no use to ask again. */
    atomic_store(&otherwise, JALON_PRECONDITION);
    client = say_seq("/it", "9223372036854775807");
    expect_answer(&client, 412, "there is no event 9223372036854775807");
    assert_int_equal(atomic_load(&handled), 0);
}

static void what_cannot_be_looked_for_is_told(void **state)
{
    (void)state;
    struct client client = say_seq("/broken", "8");
    expect_answer(&client, 500, "it cannot be read");
    assert_int_equal(atomic_load(&handled), 0);
}

static void one_address_has_few_that_wait(void **state)
{
    enum { OF_ONE = 32 };
    struct client clients[OF_ONE];
    (void)state;
    for (int i = 0; i < OF_ONE; i++) {
        clients[i] = say_seq("/it", "8");
    }
    wait_for_looks(OF_ONE);
    /* Each may come while another's place is being looked at: the last of them is in at a second look. */
    int before = atomic_load(&looks);
    wait_for_looks(before + 2 * OF_ONE);
    struct client more = say_seq("/it", "8");
    expect_answer(&more, 503, "too many wait already");
    struct answer answer = ask_seq("Jalon-Seq: 7\r\n");
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    atomic_store(&shown, 8);
    jalon_http_look_again(server);
    for (int i = 0; i < OF_ONE; i++) {
        expect_answer(&clients[i], 200, "/it");
    }
}

static void *stop_server(void *argument)
{
    (void)argument;
    jalon_http_stop(server, 0);
    return NULL;
}

static void stopping_lets_them_go(void **state)
{
    pthread_t stopper;
    struct client client = say_seq("/it", "8");
    wait_for_looks(1);
    assert_int_equal(pthread_create(&stopper, NULL, stop_server, NULL), 0);
    pthread_join(stopper, NULL);
    client_close(&client);
    assert_int_equal(begin(state), 0);
}

#define RUN(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(what_is_shown_is_answered_at_once),
        RUN(what_is_no_number_of_an_event_is_refused),
        RUN(who_waits_is_answered_when_it_shows),
        RUN(who_waits_is_looked_after_anyway),
        RUN(a_write_waits_before_it_is_done),
        cmocka_unit_test_setup_teardown(waiting_has_an_end, begin_shortly, end),
        RUN(what_cannot_be_looked_for_is_told),
        RUN(one_address_has_few_that_wait),
        RUN(stopping_lets_them_go),
    };
    jalon_log_configure(stderr, JALON_LOG_AS_TEXT, JALON_LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
