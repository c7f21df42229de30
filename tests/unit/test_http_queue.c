/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writers in whose way another one was: how often they are answered again, and what is left of it. */
#include "http_client.h"

#include <stdatomic.h>

#include "jalon/http.h"

#define HOST "Host: map.example\r\n"

static uint16_t port;
static atomic_int handled;  /* calls of the handler */
static atomic_int retries;  /* of its next calls, which are in another's way */
static atomic_int in_group; /* what the handler is called in */
static atomic_int last_in_group;
static _Atomic enum jalon_status end = JALON_OK; /* of groups */

static enum jalon_status post(struct jalon_request *request, struct jalon_response *response)
{
    int call = atomic_fetch_add(&handled, 1);
    atomic_store(&last_in_group, atomic_load(&in_group));
    response->code = 201;
    response->seq = call + 1;
    response->location = jalon_text_format(request->ctx->arena, "http://map.example/%d", call);
    jalon_buffer_append_format(&response->body, "call %d of %.*s", call,
                               JALON_TEXT_ARGS(request->body));
    if (atomic_fetch_sub(&retries, 1) > 0) {
        jalon_error_add(request->ctx, JALON_ERROR_PARAMETER, "map", "is another's");
        return jalon_fail(request->ctx, JALON_RETRY, "others are writing");
    }
    return JALON_OK;
}

static enum jalon_status refuse(struct jalon_request *request, struct jalon_response *response)
{
    (void)response;
    atomic_fetch_add(&handled, 1);
    return jalon_fail(request->ctx, JALON_PRECONDITION, "changed since");
}

static enum jalon_status begin_group(struct jalon_context *ctx, void *application)
{
    (void)ctx;
    (void)application;
    atomic_store(&in_group, 1);
    return JALON_OK;
}

static enum jalon_status end_group(struct jalon_context *ctx, void *application)
{
    (void)application;
    atomic_store(&in_group, 0);
    enum jalon_status status = atomic_load(&end);
    return status == JALON_OK ? status : jalon_fail(ctx, status, "told to fail");
}

static const struct jalon_representation plain[] = {{"text", "text/plain"}, {NULL, NULL}};
static const char *const types[] = {"application/json", NULL};
static const struct jalon_route routes[] = {
    {.path = "/items", .method = JALON_POST, .handler = post, .representations = plain,
     .body_types = types},
    {.path = "/refused", .method = JALON_POST, .handler = refuse, .representations = plain,
     .body_types = types},
    {.path = NULL},
};

static int start(void **state)
{
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_http *server = NULL;
    struct jalon_http_options options = {
        .address = JALON_TEXT("127.0.0.1"), .threads = 2, .routes = routes,
        .begin_group = begin_group, .end_group = end_group};
    assert_int_equal(jalon_http_start(ctx, &options, &server), JALON_OK);
    port = jalon_http_port(server);
    jalon_context_destroy(ctx);
    *state = server;
    return 0;
}

static int stop(void **state)
{
    jalon_http_stop(*state, 10000);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    atomic_store(&handled, 0);
    atomic_store(&retries, 0);
    atomic_store(&end, JALON_OK);
    return 0;
}

static struct answer send_to(const char *path)
{
    char request[256];
    snprintf(request, sizeof request,
             "POST %s HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
             "Content-Length: 2\r\n\r\n{}", path);
    return ask(port, request);
}

static size_t count_headers(const struct answer *answer, const char *name)
{
    size_t count = 0;
    for (const char *at = strstr(answer->head, name); at != NULL;
         at = strstr(at + 1, name)) {
        count++;
    }
    return count;
}

/* One answer, all of it the last call's. */
static void expect_done(const char *body, const char *location)
{
    struct answer answer = send_to("/items");
    assert_int_equal(answer.code, 201);
    assert_string_equal(answer.body, body);
    assert_int_equal(count_headers(&answer, "\nLocation:"), 1);
    assert_non_null(strstr(answer.head, location));
    assert_int_equal(count_headers(&answer, "\nRetry-After:"), 0);
    answer_free(&answer);
}

static void who_is_put_off_is_answered_again(void **state)
{
    (void)state;
    atomic_store(&retries, 1);
    expect_done("call 1 of {}", "http://map.example/1");
    assert_int_equal(atomic_load(&last_in_group), 0);
    atomic_store(&retries, 2);
    expect_done("call 4 of {}", "http://map.example/4");
    assert_int_equal(atomic_load(&handled), 5);
}

static void it_ends(void **state)
{
    (void)state;
    atomic_store(&retries, 1000);
    struct answer answer = send_to("/items");
    assert_int_equal(answer.code, 503);
    assert_int_equal(count_headers(&answer, "\nRetry-After: 1"), 1);
    assert_int_equal(count_headers(&answer, "\nLocation:"), 0);
    assert_int_equal(count_headers(&answer, "\nJalon-Seq:"), 0);
    assert_non_null(strstr(answer.body, "others are writing"));
    /* Each try has its own words: those of the last one. */
    assert_null(strstr(strstr(answer.body, "is another's") + 1, "is another's"));
    answer_free(&answer);
    assert_int_equal(atomic_load(&handled), 4);
}

static void a_lost_group_is_answered_one_by_one(void **state)
{
    (void)state;
    atomic_store(&end, JALON_RETRY);
    expect_done("call 1 of {}", "http://map.example/1");
    assert_int_equal(atomic_load(&last_in_group), 0);
    /* What was refused in it may have been so for what was lost. */
    struct answer answer = send_to("/refused");
    assert_int_equal(answer.code, 412);
    answer_free(&answer);
    assert_int_equal(atomic_load(&handled), 4);
}

static void what_may_have_been_kept_is_not_done_again(void **state)
{
    (void)state;
    atomic_store(&end, JALON_UNAVAILABLE);
    struct answer answer = send_to("/items");
    assert_int_equal(answer.code, 503);
    assert_int_equal(count_headers(&answer, "\nRetry-After: 1"), 1);
    assert_non_null(strstr(answer.body, "told to fail"));
    answer_free(&answer);
    assert_int_equal(atomic_load(&handled), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_is_put_off_is_answered_again, reset),
        cmocka_unit_test_setup(it_ends, reset),
        cmocka_unit_test_setup(a_lost_group_is_answered_one_by_one, reset),
        cmocka_unit_test_setup(what_may_have_been_kept_is_not_done_again, reset),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
