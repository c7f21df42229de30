/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A server whose disk fails at the n-th call, goes on failing, is full or read-only: every answer
 * is a success that stays or a problem document that left nothing, and all works again once the
 * disk does. Then the same for memory.
 *
 *   fault_disk                 a sample, in seconds
 *   fault_disk 1 2000 [STEP]   every n, or every STEP-th, of every kind; a longer scene: minutes
 */
#include "served.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "jalon/log.h"
#include "jalon/memory.h"

#include "shim.h"

enum { TITLES_MAX = 256, POSTS = 8, MANY_POSTS = 120, ROWS = 40 };

static char operator_token[128]; /* of who may change everything */
static int64_t first = 0, last = 0, step = 1; /* 0: a sample */

/* --- A server on the fixture's folder, and what it was told --- */

/* What came of a write. */
enum outcome {
    REFUSED, /* nothing of it may be there */
    ACKNOWLEDGED,
    UNANSWERED, /* there was no memory for an answer: wholly there or not at all */
    REPLACED,   /* by a later one */
};

static const char *const outcomes[] = {"refused", "acknowledged", "unanswered", "replaced"};

struct scene {
    struct fixture *fixture;
    struct served served;
    struct {
        const char *member, *text; /* what the write says: "title" of a new one, "description" */
        enum outcome outcome;
        char id[40]; /* what was changed; empty: a new one */
    } sent[TITLES_MAX];
    size_t sent_count;
    char id[40], etag[80]; /* of the one acknowledged last; empty id: none is */
    bool imported;
};

/* --- Requests --- */

static bool is_failure_code(int code)
{
    return code == 503 || code == 507;
}

/* Takes what a later PATCH needs. */
static void take_state(struct scene *scene, const struct answer *answer)
{
    const char *location = answer_header(answer, "Location");
    if (location != NULL) {
        snprintf(scene->id, sizeof scene->id, "%.39s", strrchr(location, '/') + 1);
    }
    snprintf(scene->etag, sizeof scene->etag, "%.79s", answer_header(answer, "ETag"));
}

/* The answer's code; anything but what is wanted or a problem document of a disk fails the test. */
static int request(struct scene *scene, const char *text, int wanted)
{
    struct answer answer = ask(scene->served.port, text);
    if (answer.code != wanted && answer.code != 204) { /* an empty tile is 204, too */
        const char *type = answer.code != 0 ? answer_header(&answer, "Content-Type") : NULL;
        bool told = is_failure_code(answer.code) && type != NULL &&
                    strncmp(type, "application/problem+json", 24) == 0;
        /* Without memory for an answer there is none. */
        if (!told && !(answer.code == 0 && jalon_memory_count() > 0)) {
            print_error("%.60s\n  is answered with %d: %s\n", text, answer.code, answer.body);
            fail();
        }
    }
    int code = answer.code;
    if (code == wanted && text[0] == 'P') {
        take_state(scene, &answer);
    }
    answer_free(&answer);
    return code;
}

static int get(struct scene *scene, const char *path)
{
    char text[512];
    snprintf(text, sizeof text, "GET /maps/sample%s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    return request(scene, text, 200);
}

/* Sends a write that says `text` in `member`; remembers whether it was acknowledged. */
static int write_text(struct scene *scene, const char *head, const char *body, const char *name,
                      const char *text, int wanted)
{
    size_t at = scene->sent_count++;
    assert_true(at < TITLES_MAX);
    const char *whole =
        jalon_text_format(scene->fixture->ctx->arena,
                          "%sHost: x\r\nContent-Length: %zu\r\n\r\n%s", head, strlen(body), body)
            .data;
    int code = request(scene, whole, wanted);
    scene->sent[at].member = name;
    scene->sent[at].text = text;
    /* 204: stored, and no memory to show it. */
    bool stored_it = code == wanted || code == 204;
    scene->sent[at].outcome = stored_it ? ACKNOWLEDGED : code == 0 ? UNANSWERED : REFUSED;
    scene->sent[at].id[0] = '\0';
    return code;
}

static int post(struct scene *scene, const char *prefix)
{
    struct jalon_arena *arena = scene->fixture->ctx->arena;
    const char *title = jalon_text_format(arena, "%s-%zu", prefix, scene->sent_count).data;
    const char *body =
        jalon_text_format(arena,
                          "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\","
                          "\"coordinates\":[3.87%zu,43.61]},\"properties\":{\"title\":\"%s\","
                          "\"width\":2.5,\"access\":\"full\",\"categories\":[\"sport-chess\"]}}",
                          scene->sent_count, title)
            .data;
    return write_text(scene,
                      "POST /maps/sample/collections/places/items HTTP/1.1\r\n"
                      "Content-Type: application/geo+json\r\n",
                      body, "title", title, 201);
}

/* Changes the contribution that was acknowledged last. */
static void patch(struct scene *scene)
{
    struct jalon_arena *arena = scene->fixture->ctx->arena;
    if (scene->id[0] == '\0') {
        return;
    }
    const char *text = jalon_text_format(arena, "patched-%zu", scene->sent_count).data;
    const char *head =
        jalon_text_format(arena,
                          "PATCH /maps/sample/collections/places/items/%s HTTP/1.1\r\n"
                          "If-Match: %s\r\nAuthorization: Bearer %s\r\n"
                          "Content-Type: application/merge-patch+json\r\n",
                          scene->id, scene->etag, operator_token)
            .data;
    const char *body =
        jalon_text_format(arena, "{\"properties\":{\"description\":\"%s\"}}", text).data;
    char id[40];
    snprintf(id, sizeof id, "%s", scene->id);
    int code = write_text(scene, head, body, "description", text, 200);
    if (code != 200) {
        scene->id[0] = '\0'; /* its tag is not known now */
    }
    for (size_t i = 0; (code == 200 || code == 204) && i < scene->sent_count; i++) {
        if (strcmp(scene->sent[i].id, id) == 0) {
            scene->sent[i].outcome = REPLACED;
        }
    }
    memcpy(scene->sent[scene->sent_count - 1].id, id, sizeof id);
}

static void import(struct scene *scene)
{
    char text[ROWS * 40 + 40] = "title,lon,lat,source_id\n";
    for (int i = 0; i < ROWS; i++) {
        snprintf(text + strlen(text), 40, "row-%d,3.8%d,43.6,%d\n", i, i, i);
    }
    struct importing importing = {.source = "rows.csv"};
    struct imported imported = import_text(scene->fixture, importing, text);
    if (imported.status != JALON_OK && imported.status != JALON_UNAVAILABLE &&
        imported.status != JALON_NO_SPACE && imported.status != JALON_NO_MEMORY &&
        imported.status != JALON_RETRY) {
        print_error("import: %s: %s\n", jalon_status_name(imported.status),
                    scene->fixture->ctx->error.message.data);
        fail();
    }
    scene->imported = imported.status == JALON_OK;
}

static void reads(struct scene *scene)
{
    get(scene, "/collections/places/items?filter=width%20%3E%202&q=t&limit=5");
    get(scene, "/tiles/WebMercatorQuad/10/373/523?f=mvt");
    get(scene, "/clusters?zoom=9&bbox=3,43,4,44");
    get(scene, "/stats?by=category");
    get(scene, "/collections");
}

/* What a server does in its life, while something fails. */
static void live(struct scene *scene, int64_t n)
{
    if (serve(scene->fixture, &scene->served) != JALON_OK) {
        /* It could not be started: the operator looks after the disk. */
        assert_true(shim_has_failed());
        shim_heal();
        expect(scene->fixture->ctx, JALON_OK, serve(scene->fixture, &scene->served));
        return;
    }
    reads(scene);
    for (int i = 0; i < (last > 0 ? MANY_POSTS : POSTS); i++) {
        post(scene, "live");
        if (i % 4 == 3) {
            patch(scene);
        }
    }
    import(scene);
    reads(scene);
    post(scene, "live");
    /* So many calls there are at least. */
    assert_true(shim_has_failed() || n > 30);
}

/* --- What is there afterwards --- */

/* How many contributions have this title or description. */
static int count_text(sqlite3 *handle, const char *text)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(handle,
                                        "SELECT count(*) FROM contribution"
                                        " WHERE ?1 IN (title, description)",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
}

static void take(void *handle, const struct jalon_finding *finding)
{
    size_t *found = handle;
    print_error("%.*s %.*s: %.*s\n", JALON_TEXT_ARGS(finding->table),
                JALON_TEXT_ARGS(finding->key), JALON_TEXT_ARGS(finding->what));
    ++*found;
}

static void check_stored(struct scene *scene)
{
    struct fixture *fixture = scene->fixture;
    sqlite3 *handle = NULL;
    size_t found = 0;
    char title[32];
    expect(fixture->ctx, JALON_OK,
           jalon_app_check(fixture->ctx, jalon_text_from(fixture->location), false, take, &found));
    assert_int_equal(found, 0);
    const char *file =
        jalon_text_format(fixture->ctx->arena, "%s/jalon.sqlite", fixture->location).data;
    assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
    for (size_t i = 0; i < scene->sent_count; i++) {
        int count = count_text(handle, scene->sent[i].text);
        enum outcome outcome = scene->sent[i].outcome;
        if (outcome == UNANSWERED ? count > 1 : count != (outcome == ACKNOWLEDGED)) {
            print_error("%s (%s) is there %d times\n", scene->sent[i].text, outcomes[outcome],
                        count);
            fail();
        }
    }
    for (int i = 0; i < ROWS; i++) {
        snprintf(title, sizeof title, "row-%d", i);
        assert_int_equal(count_text(handle, title), 1);
    }
    sqlite3_close(handle);
}

/* The view has what the database has: one list, asked for in the living server. */
static void check_shown(struct scene *scene)
{
    struct answer answer = ask(
        scene->served.port,
        "GET /maps/sample/collections/places/items?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(answer.code, 200);
    for (size_t i = 0; i < scene->sent_count; i++) {
        char said[64];
        snprintf(said, sizeof said, "\"%s\":\"%s\"", scene->sent[i].member,
                 scene->sent[i].text);
        const char *shown = strstr(answer.body, said);
        enum outcome outcome = scene->sent[i].outcome;
        if (outcome != UNANSWERED && (outcome == ACKNOWLEDGED) != (shown != NULL)) {
            print_error("%s was %s, and is%s shown\n", said, outcomes[outcome],
                        shown != NULL ? "" : " not");
            fail();
        }
        assert_true(shown == NULL || strstr(shown + 1, said) == NULL);
    }
    answer_free(&answer);
}

/* Nothing fails any more: all works at once, and what is there is what was said. */
static void recover(struct scene *scene)
{
    jalon_memory_fail_at(0);
    shim_heal();
    if (post(scene, "healed") != 201) {
        fail_msg("a write fails although nothing does");
    }
    assert_int_equal(get(scene, "/collections/places/items?limit=5"), 200);
    import(scene);
    assert_true(scene->imported);
    check_shown(scene);
    stop_serving(scene->fixture, &scene->served);
    check_stored(scene);
}

/* --- Disks --- */

typedef void (*begin_failing)(int64_t n);

static void fail_once(int64_t n)
{
    shim_fail_at(n, false);
}

static void fail_on(int64_t n)
{
    shim_fail_at(n, true);
}

static void fill_up(int64_t n)
{
    shim_fill_after((n - 1) * 1024);
}

static void play(struct fixture *fixture, begin_failing begin, int64_t n)
{
    struct scene scene = {.fixture = fixture};
    begin(n);
    live(&scene, n);
    recover(&scene);
}

/* Of a database that nobody has open. */
static void copy_folder(const char *from, const char *to)
{
    char path[512], bytes[65536];
    assert_int_equal(mkdir(to, 0700), 0);
    snprintf(path, sizeof path, "%s/jalon.sqlite", from);
    FILE *in = fopen(path, "rb");
    snprintf(path, sizeof path, "%s/jalon.sqlite", to);
    FILE *out = fopen(path, "wb");
    assert_true(in != NULL && out != NULL);
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, in)) > 0;) {
        assert_int_equal(fwrite(bytes, 1, got, out), got);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"jalon.sqlite", "jalon.sqlite-wal", "jalon.sqlite-shm"};
    char path[512];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0); /* nothing else is there */
}

/* A folder of its own for each n, as the fixture's was. */
static void play_each(struct fixture *fixture, begin_failing begin, const char *what)
{
    static const int64_t sample[] = {1,  2,  3,  5,  9,  14,  21,  30,  38,  47,  60, 75,
                                     90, 110, 133, 160, 190, 222, 260, 300, 350, 420};
    jalon_app_close(fixture->app);
    fixture->app = NULL;
    struct fixture whole = *fixture;
    size_t const samples = sizeof sample / sizeof sample[0];
    int64_t const count = last > 0 ? (last - first) / step + 1 : (int64_t)samples;
    for (int64_t i = 0; i < count; i++) {
        int64_t n = last > 0 ? first + i * step : sample[i];
        struct fixture own = whole;
        own.ctx = jalon_context_create();
        snprintf(own.location, sizeof own.location, "%.200s-%lld", whole.location, (long long)n);
        copy_folder(whole.location, own.location);
        if (last > 0) {
            print_message("%s %lld\r", what, (long long)n);
        }
        play(&own, begin, n);
        remove_folder(own.location);
        jalon_context_destroy(own.ctx);
    }
    *fixture = whole;
    shim_heal();
    fixture->app = open_app(fixture, false);
}

static void one_call_fails(void **state)
{
    play_each(*state, fail_once, "one call fails:");
}

static void all_calls_fail_from_then_on(void **state)
{
    play_each(*state, fail_on, "all calls fail from:");
}

static void the_disk_is_full(void **state)
{
    play_each(*state, fill_up, "full after KB:");
}

static void the_disk_is_read_only(void **state)
{
    play_each(*state, shim_read_only_at, "read-only from:");
}

/* A full disk is told as such, every time, and reading goes on. */
static void full_is_507(void **state)
{
    struct fixture *fixture = *state;
    struct scene scene = {.fixture = fixture};
    jalon_app_close(fixture->app);
    expect(fixture->ctx, JALON_OK, serve(fixture, &scene.served));
    assert_int_equal(post(&scene, "before"), 201);
    /* What the log has grown to already may still be used. */
    shim_fill_after(0);
    int codes[600] = {0};
    for (int i = 0; i < 40; i++) {
        codes[post(&scene, "full")]++;
        assert_int_equal(get(&scene, "/collections/places/items?limit=5"), 200);
    }
    assert_true(codes[507] > 20);
    assert_int_equal(codes[507] + codes[201], 40);
    recover(&scene);
    fixture->app = open_app(fixture, false);
}

/* --- Memory --- */

/* Each on a server that is warm: the write, the filter, the tile, the import. */
static void one_post(struct scene *scene)
{
    post(scene, "memory");
}

static void one_patch(struct scene *scene)
{
    if (scene->id[0] == '\0') {
        jalon_memory_fail_at(0);
        shim_heal();
        post(scene, "memory");
        return; /* and the next time it is changed */
    }
    patch(scene);
}

static void one_filter(struct scene *scene)
{
    get(scene, "/collections/places/items?filter=width%20%3E%202%20AND%20title%20LIKE%20'%25e%25'");
}

static void one_tile(struct scene *scene)
{
    static int row = 0;
    char path[80];
    snprintf(path, sizeof path, "/tiles/WebMercatorQuad/12/%d/2092?f=mvt", 1490 + row++ % 10);
    get(scene, path);
}

static void without_memory(struct fixture *fixture, void (*fails)(int64_t n))
{
    void (*const works[])(struct scene *) = {one_post, one_patch, one_filter, one_tile, import};
    struct scene scene = {.fixture = fixture};
    jalon_app_close(fixture->app);
    expect(fixture->ctx, JALON_OK, serve(fixture, &scene.served));
    reads(&scene);
    import(&scene);
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        int64_t const to = last > 0 ? last : 400, by = last > 0 ? step : 13;
        for (int64_t n = first > 0 ? first : 1; n <= to; n += by) {
            if (scene.sent_count > TITLES_MAX - 4) {
                recover(&scene);
                scene = (struct scene){.fixture = fixture};
                expect(fixture->ctx, JALON_OK, serve(fixture, &scene.served));
                reads(&scene);
            }
            fails(n);
            works[i](&scene);
            fails(0);
        }
    }
    recover(&scene);
    fixture->app = open_app(fixture, false);
}

static void fail_ours(int64_t n)
{
    jalon_memory_fail_at((uint64_t)n);
}

static void fail_theirs(int64_t n)
{
    if (n > 0) {
        shim_memory_fail_at(n);
    } else {
        shim_heal();
    }
}

static void our_memory_runs_out(void **state)
{
    without_memory(*state, fail_ours);
}

static void sqlite_runs_out_of_memory(void **state)
{
    without_memory(*state, fail_theirs);
}

/* Whatever the test before left. */
static int begin(void **state)
{
    shim_heal();
    jalon_memory_fail_at(0);
    if (setup(state) != 0) {
        return -1;
    }
    struct fixture *fixture = *state;
    struct jalon_account account = {
        .name = JALON_TEXT("operator"), .email = JALON_TEXT_EMPTY, .is_operator = true};
    struct jalon_token_order order = {
        .account = account.name, .name = JALON_TEXT_EMPTY, .scopes = JALON_TEXT_EMPTY};
    struct jalon_token token;
    struct jalon_text secret;
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_account(fixture->ctx, fixture->app, &account, JALON_TEXT_EMPTY));
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_token(fixture->ctx, fixture->app, &order, &token, &secret));
    snprintf(operator_token, sizeof operator_token, "%s", secret.data);
    return 0;
}

#define PLAY(function) cmocka_unit_test_setup_teardown(function, begin, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        PLAY(one_call_fails),        PLAY(all_calls_fail_from_then_on),
        PLAY(the_disk_is_full),      PLAY(the_disk_is_read_only),
        PLAY(full_is_507),           PLAY(our_memory_runs_out),
        PLAY(sqlite_runs_out_of_memory),
    };
    if (argc >= 3) {
        first = strtoll(argv[1], NULL, 10);
        last = strtoll(argv[2], NULL, 10);
        step = argc > 3 ? strtoll(argv[3], NULL, 10) : 1;
    }
    shim_install();
    FILE *nowhere = fopen(getenv("FAULT_LOG") != NULL ? getenv("FAULT_LOG") : "/dev/null", "w");
    jalon_log_configure(nowhere, JALON_LOG_AS_TEXT, JALON_LOG_ERROR);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    fclose(nowhere);
    return result;
}
