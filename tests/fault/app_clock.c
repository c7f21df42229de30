/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The clock jumps by a day, on and back, while a server runs: nothing is created after it was
 * updated, ids go up, events follow each other, tags and tiles change with what they show and with
 * nothing else, keys and tokens hold, nobody is timed out.
 */
#include "served.h"

#include "jalon/clock.h"
#include "jalon/log.h"

#define DAY_US INT64_C(86400000000)
/* 2030-06-15T12:00:00Z */
#define NOON_US (INT64_C(1907755200) * 1000000)

struct scene {
    struct fixture *fixture;
    struct served served;
    char authorization[160]; /* the header line of an account */
    char id[40], etag[80];   /* of the contribution made last, as answered last */
    int64_t seq;
};

static void jump(int days)
{
    jalon_clock_set_us(NOON_US + days * DAY_US);
}

/* --- Requests --- */

static struct answer send_to(struct scene *scene, const char *method, const char *path,
                             const char *headers, const char *body)
{
    const char *text =
        jalon_text_format(scene->fixture->ctx->arena,
                          "%s /maps/sample%s HTTP/1.1\r\nHost: x\r\n%s%sContent-Length: "
                          "%zu\r\n\r\n%s",
                          method, path, scene->authorization, headers, strlen(body), body)
            .data;
    return ask(scene->served.port, text);
}

static int code_of(struct scene *scene, const char *path)
{
    struct answer answer = send_to(scene, "GET", path, "", "");
    int code = answer.code;
    answer_free(&answer);
    return code;
}

/* A member's text in a JSON body; fails the test when it is not there. */
static void member(const struct answer *answer, const char *name, char *out, size_t size)
{
    char quoted[40];
    snprintf(quoted, sizeof quoted, "\"%s\":\"", name);
    const char *at = answer->body != NULL ? strstr(answer->body, quoted) : NULL;
    if (at == NULL) {
        fail_msg("no %s in %d %s", name, answer->code, answer->body);
        return;
    }
    at += strlen(quoted);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
}

/* Takes what the answer of a write says, and checks that it follows the one before. */
static void take_write(struct scene *scene, const struct answer *answer, int code)
{
    char created[40], updated[40];
    if (answer->code != code) {
        fail_msg("%d: %s", answer->code, answer->body);
    }
    member(answer, "created", created, sizeof created);
    member(answer, "updated", updated, sizeof updated);
    assert_true(strcmp(created, updated) <= 0);
    int64_t seq = strtoll(answer_header(answer, "Jalon-Seq"), NULL, 10);
    assert_int_equal(seq, scene->seq + 1);
    scene->seq = seq;
    assert_string_not_equal(answer_header(answer, "ETag"), scene->etag);
    snprintf(scene->etag, sizeof scene->etag, "%.79s", answer_header(answer, "ETag"));
}

static const char bench[] =
    "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.87,43.61]},"
    "\"properties\":{\"title\":\"Bench\"}}";

static void post(struct scene *scene)
{
    char id[40];
    struct answer answer = send_to(scene, "POST", "/collections/places/items",
                                   "Content-Type: application/geo+json\r\n", bench);
    take_write(scene, &answer, 201);
    member(&answer, "id", id, sizeof id);
    assert_true(strcmp(scene->id, id) < 0); /* made later, whatever the clock says */
    snprintf(scene->id, sizeof scene->id, "%s", id);
    answer_free(&answer);
}

static void patch(struct scene *scene, const char *title)
{
    char path[120], headers[200], body[80];
    snprintf(path, sizeof path, "/collections/places/items/%s", scene->id);
    snprintf(headers, sizeof headers,
             "If-Match: %s\r\nContent-Type: application/merge-patch+json\r\n", scene->etag);
    snprintf(body, sizeof body, "{\"properties\":{\"title\":\"%s\"}}", title);
    struct answer answer = send_to(scene, "PATCH", path, headers, body);
    take_write(scene, &answer, 200);
    answer_free(&answer);
}

/* The ETag of what is there. */
static const char *tag_of(struct scene *scene, const char *path)
{
    struct answer answer = send_to(scene, "GET", path, "", "");
    assert_int_equal(answer.code, 200);
    const char *tag =
        jalon_text_copy(scene->fixture->ctx->arena, jalon_text_from(answer_header(&answer, "ETag")))
            .data;
    answer_free(&answer);
    return tag;
}

/* --- Tests --- */

static const char account_name[] = "anne";

static void begin(struct scene *scene, struct fixture *fixture, int64_t token_expires_us)
{
    struct jalon_account account = {
        .name = jalon_text_from(account_name), .email = JALON_TEXT_EMPTY};
    struct jalon_token_order order = {.account = account.name,
                                      .name = JALON_TEXT_EMPTY,
                                      .scopes = JALON_TEXT_EMPTY,
                                      .expires_us = token_expires_us};
    struct jalon_token token;
    struct jalon_text secret;
    *scene = (struct scene){.fixture = fixture};
    jump(0);
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_account(fixture->ctx, fixture->app, &account, JALON_TEXT_EMPTY));
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_token(fixture->ctx, fixture->app, &order, &token, &secret));
    snprintf(scene->authorization, sizeof scene->authorization, "Authorization: Bearer %s\r\n",
             secret.data);
    jalon_app_close(fixture->app);
    expect(fixture->ctx, JALON_OK, serve(fixture, &scene->served));
}

static void take(void *handle, const struct jalon_finding *finding)
{
    size_t *found = handle;
    print_error("%.*s %.*s: %.*s\n", JALON_TEXT_ARGS(finding->table),
                JALON_TEXT_ARGS(finding->key), JALON_TEXT_ARGS(finding->what));
    ++*found;
}

static void end(struct scene *scene)
{
    struct fixture *fixture = scene->fixture;
    size_t found = 0;
    stop_serving(fixture, &scene->served);
    jalon_clock_set_us(0);
    expect(fixture->ctx, JALON_OK,
           jalon_app_check(fixture->ctx, jalon_text_from(fixture->location), false, take, &found));
    assert_int_equal(found, 0);
    fixture->app = open_app(fixture, false);
}

/* The day of each step, one write after the other. */
static void writes_follow_each_other(void **state)
{
    static const int days[] = {0, 1, -1, 0, -1, 1, 0};
    struct fixture *fixture = *state;
    struct scene scene;
    char title[40];
    begin(&scene, fixture, 0);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        jump(days[i]);
        scene.etag[0] = '\0';
        post(&scene);
        for (size_t j = 0; j < sizeof days / sizeof days[0]; j++) {
            jump(days[j]);
            snprintf(title, sizeof title, "Bench %zu-%zu", i, j);
            patch(&scene, title);
        }
    }
    /* Rows of an import that come again, change and vanish. */
    struct importing options = {.source = "file.csv", .sync = true};
    jump(1);
    struct imported imported =
        import_text(fixture, options, "title,lon,lat,source_id\nA,3.8,43.6,1\nB,3.8,43.6,2\n");
    expect_counts(&imported, 2, 2, 0, 0, 0, 0, 0);
    jump(-1);
    imported = import_text(fixture, options, "title,lon,lat,source_id\nAA,3.8,43.6,1\n");
    expect_counts(&imported, 1, 0, 1, 0, 0, 1, 1);
    end(&scene);
}

/* A tag changes when what it stands for does, and not because of the time. */
static void tags_are_of_what_they_stand_for(void **state)
{
    static const char *const paths[] = {
        "/collections/places/items?limit=10",
        "/tiles/WebMercatorQuad/12/1495/2092?f=mvt",
        "/clusters?zoom=9&bbox=3,43,4,44",
        "/stats?by=category",
    };
    enum { PATHS = sizeof paths / sizeof paths[0] };
    static const int days[] = {1, 0, -1, 0};
    struct fixture *fixture = *state;
    struct scene scene;
    const char *before[PATHS];
    begin(&scene, fixture, 0);
    post(&scene);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        for (size_t j = 0; j < PATHS; j++) {
            before[j] = tag_of(&scene, paths[j]);
        }
        jump(days[i]);
        /* Statistics say what is stale today: they may have another tag. */
        for (size_t j = 0; j + 1 < PATHS; j++) {
            assert_string_equal(tag_of(&scene, paths[j]), before[j]);
        }
        scene.etag[0] = '\0';
        post(&scene);
        for (size_t j = 0; j < PATHS; j++) {
            assert_string_not_equal(tag_of(&scene, paths[j]), before[j]);
        }
    }
    end(&scene);
}

static void keys_and_tokens_hold(void **state)
{
    static const char key[] =
        "Idempotency-Key: \"one\"\r\nContent-Type: application/geo+json\r\n";
    static const int days[] = {1, -1, 0};
    struct fixture *fixture = *state;
    struct scene scene;
    char first[40], again[40];
    begin(&scene, fixture, NOON_US + 2 * DAY_US);
    struct answer answer = send_to(&scene, "POST", "/collections/places/items", key, bench);
    assert_int_equal(answer.code, 201);
    member(&answer, "id", first, sizeof first);
    answer_free(&answer);
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        jump(days[i]);
        answer = send_to(&scene, "POST", "/collections/places/items", key, bench);
        assert_int_equal(answer.code, 201);
        member(&answer, "id", again, sizeof again);
        assert_string_equal(again, first);
        answer_free(&answer);
    }
    /* A token that has ended by the clock is valid again when that was a mistake. */
    jump(3);
    assert_int_equal(code_of(&scene, "/collections/places/items"), 401);
    jump(0);
    assert_int_equal(code_of(&scene, "/collections/places/items"), 200);
    end(&scene);
}

/* Deadlines are not of this clock: who is slow while it jumps is waited for as before. */
static void nobody_is_timed_out(void **state)
{
    struct fixture *fixture = *state;
    struct scene scene;
    char head[400];
    begin(&scene, fixture, 0);
    struct client client = client_open(scene.served.port);
    client_say(&client, "POST /maps/sample/collections/places/items HTTP/1.1\r\n");
    jump(1);
    snprintf(head, sizeof head,
             "Host: x\r\nContent-Type: application/geo+json\r\nContent-Length: %zu\r\n\r\n",
             strlen(bench));
    client_say(&client, head);
    jump(-1);
    client_send(&client, bench, 20);
    usleep(300000); /* whoever looks after slow clients has looked */
    jump(1);
    client_say(&client, bench + 20);
    struct answer answer = client_take(&client, 0);
    assert_int_equal(answer.code, 201);
    answer_free(&answer);
    /* The connection is kept alive over a jump, too. */
    jump(-1);
    client_say(&client, "GET /maps/sample HTTP/1.1\r\nHost: x\r\n\r\n");
    answer = client_take(&client, 0);
    assert_int_equal(answer.code, 200);
    answer_free(&answer);
    client_close(&client);
    end(&scene);
}

static int forget_clock(void **state)
{
    jalon_clock_set_us(0);
    return teardown(state);
}

#define SCENE(function) cmocka_unit_test_setup_teardown(function, setup, forget_clock)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(writes_follow_each_other),
        SCENE(tags_are_of_what_they_stand_for),
        SCENE(keys_and_tokens_hold),
        SCENE(nobody_is_timed_out),
    };
    FILE *nowhere = fopen("/dev/null", "w");
    jalon_log_configure(nowhere, JALON_LOG_AS_TEXT, JALON_LOG_ERROR);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    fclose(nowhere);
    return result;
}
