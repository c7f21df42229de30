/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Several servers that write to one database: nothing is lost, done twice or waited for for ever,
 * whatever the order in which they come to the maps.
 */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { SERVERS = 2, ROUNDS = 15, TOGETHER = 3, TRIES_MAX = 5 };

/* Another process with a connection of its own, and the thread that answers its writers. */
struct server {
    struct jalon_context *ctx;
    struct jalon_app *app;
    pthread_t thread;
    pthread_barrier_t *barrier;
    const char *maps[2]; /* in the order in which it comes to them */
    int64_t done;
    int failures;
    struct jalon_contributed kept[ROUNDS];
};

static void start_servers(struct fixture *fixture, struct server servers[SERVERS],
                          pthread_barrier_t *barrier)
{
    assert_int_equal(pthread_barrier_init(barrier, NULL, SERVERS), 0);
    for (int i = 0; i < SERVERS; i++) {
        servers[i] = (struct server){
            .ctx = jalon_context_create(),
            .app = open_app(fixture, false),
            .barrier = barrier,
            .maps = {i == 0 ? "sample" : "other", i == 0 ? "other" : "sample"},
        };
        assert_non_null(servers[i].ctx);
    }
}

static void run_servers(struct server servers[SERVERS], void *(*run)(void *))
{
    for (int i = 0; i < SERVERS; i++) {
        assert_int_equal(pthread_create(&servers[i].thread, NULL, run, &servers[i]), 0);
    }
    for (int i = 0; i < SERVERS; i++) {
        pthread_join(servers[i].thread, NULL);
        assert_int_equal(servers[i].failures, 0);
    }
}

static void stop_servers(struct server servers[SERVERS], pthread_barrier_t *barrier)
{
    for (int i = 0; i < SERVERS; i++) {
        jalon_app_close(servers[i].app);
        jalon_context_destroy(servers[i].ctx);
    }
    pthread_barrier_destroy(barrier);
}

static enum jalon_status add(struct server *server, const char *map, const char *key,
                             struct jalon_contributed *out)
{
    static const char json[] =
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.87,43.61]},"
        "\"properties\":{\"title\":\"Ramp\"}}";
    struct jalon_record record;
    struct jalon_contribute command = {
        .map = jalon_text_from(map),
        .collection = JALON_TEXT("places"),
        .record = &record,
        .actor.account = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
        .idempotency_key = jalon_text_from(key),
        .said = jalon_text_from(key),
    };
    enum jalon_status status = jalon_feature_read(server->ctx, jalon_text_from(json), &record);
    return status == JALON_OK ? jalon_app_contribute(server->ctx, server->app, &command, out)
                              : status;
}

/* By itself, as often as another writer is in the way. */
static void add_alone(struct server *server, const char *map)
{
    struct jalon_contributed done;
    enum jalon_status status = JALON_RETRY;
    for (int i = 0; i < TRIES_MAX && status == JALON_RETRY; i++) {
        status = add(server, map, "", &done);
    }
    server->done += status == JALON_OK;
    server->failures += status != JALON_OK;
}

/* A group about the one map and the other in turn. */
static void add_together(struct server *server)
{
    enum jalon_status statuses[TOGETHER];
    struct jalon_contributed done;
    server->failures += jalon_app_begin_group(server->ctx, server->app) != JALON_OK;
    for (int i = 0; i < TOGETHER; i++) {
        statuses[i] = add(server, server->maps[i % 2], "", &done);
    }
    enum jalon_status end = jalon_app_end_group(server->ctx);
    server->failures += end != JALON_OK && end != JALON_RETRY;
    for (int i = 0; i < TOGETHER; i++) {
        if (end == JALON_RETRY || statuses[i] == JALON_RETRY) {
            add_alone(server, server->maps[i % 2]);
        } else {
            server->done += statuses[i] == JALON_OK;
            server->failures += statuses[i] != JALON_OK;
        }
    }
}

static void *serve_maps(void *argument)
{
    struct server *server = argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(server->barrier); /* at the same moment */
        add_together(server);
        jalon_context_reset(server->ctx);
    }
    return NULL;
}

static void test_maps_in_opposite_order(void **state)
{
    struct fixture *fixture = *state;
    struct server servers[SERVERS];
    pthread_barrier_t barrier;
    struct jalon_map sample = fixture->map;
    size_t of_sample, of_other;
    create_map(fixture, "other");
    start_servers(fixture, servers, &barrier);
    run_servers(servers, serve_maps);
    list_events(fixture, &of_other);
    fixture->map = sample;
    list_events(fixture, &of_sample);
    assert_int_equal(of_sample + of_other, SERVERS * ROUNDS * TOGETHER);
    assert_int_equal(servers[0].done + servers[1].done, SERVERS * ROUNDS * TOGETHER);
    stop_servers(servers, &barrier);
}

static void *serve_keys(void *argument)
{
    struct server *server = argument;
    for (int i = 0; i < ROUNDS; i++) {
        struct jalon_text key = jalon_text_format(server->ctx->arena, "key-%d", i);
        pthread_barrier_wait(server->barrier);
        enum jalon_status status;
        int tries = 0;
        do {
            status = add(server, "sample", key.data, &server->kept[i]);
        } while (asks_again(server->ctx, status, &tries));
        server->failures += status != JALON_OK;
    }
    return NULL;
}

static void test_a_key_at_two_servers(void **state)
{
    struct fixture *fixture = *state;
    struct server servers[SERVERS];
    pthread_barrier_t barrier;
    size_t events;
    start_servers(fixture, servers, &barrier);
    run_servers(servers, serve_keys);
    for (int i = 0; i < ROUNDS; i++) {
        const struct jalon_contributed *a = &servers[0].kept[i], *b = &servers[1].kept[i];
        assert_int_equal(jalon_id_compare(a->id, b->id), 0);
        assert_string_equal(a->json.data, b->json.data);
        assert_string_equal(a->edit_secret.data, b->edit_secret.data);
        assert_int_equal(a->seq, b->seq);
        assert_int_equal(a->seq, i + 1);
    }
    list_events(fixture, &events);
    assert_int_equal(events, ROUNDS);
    stop_servers(servers, &barrier);
}

/* --- An import that withdraws, beside people who edit --- */

struct importer {
    struct fixture fixture; /* of its own, on the same database */
    atomic_bool done;
    int failures;
};

static void *import_again_and_again(void *argument)
{
    static const char *const texts[] = {
        "title,lon,lat,source_id\nA,3.8,43.6,1\nB,3.8,43.6,2\nC,3.8,43.6,3\n",
        "title,lon,lat,source_id\nA2,3.8,43.6,1\nC2,3.8,43.6,3\n",
    };
    struct importer *importer = argument;
    struct importing options = {.sync = true};
    for (int i = 0; i <= ROUNDS; i++) { /* the last one holds all rows */
        struct imported imported = import_text(&importer->fixture, options, texts[(i + 1) % 2]);
        importer->failures += imported.status != JALON_OK;
    }
    atomic_store(&importer->done, true);
    return NULL;
}

static enum jalon_status delete_row(struct fixture *fixture, const char *source_id)
{
    struct jalon_contribution row = imported_row(fixture, "places", "file.csv", source_id);
    struct jalon_contributed done;
    struct jalon_edit edit = {
        .map = JALON_TEXT("sample"),
        .collection = JALON_TEXT("places"),
        .id = row.id,
        .actor = {.account = JALON_TEXT("ada"),
                  .scopes = JALON_SCOPE_ALL,
                  .secret = JALON_TEXT_EMPTY},
        .reason = JALON_TEXT("gone"),
        .if_match = {.given = true, .any = true},
        .kind = JALON_EDIT_DELETE,
    };
    jalon_error_clear(fixture->ctx);
    return jalon_app_edit(fixture->ctx, fixture->app, &edit, &done);
}

static void test_an_import_beside_edits(void **state)
{
    struct fixture *fixture = *state;
    struct importing first = {.sync = true};
    struct importer importer = {.fixture = *fixture};
    const struct jalon_assignment policy = {JALON_TEXT("policy"), JALON_TEXT("contributory")};
    pthread_t thread;
    size_t events, revisions, all = 0;
    int64_t deleted = 0;
    expect(fixture->ctx, JALON_OK,
           jalon_app_set_map(fixture->ctx, fixture->app, fixture->map.slug, &policy, 1));
    struct imported imported = import_text(
        fixture, first, "title,lon,lat,source_id\nA,3.8,43.6,1\nB,3.8,43.6,2\nC,3.8,43.6,3\n");
    assert_int_equal(imported.status, JALON_OK);
    importer.fixture.ctx = jalon_context_create();
    importer.fixture.app = open_app(fixture, false);
    assert_int_equal(pthread_create(&thread, NULL, import_again_and_again, &importer), 0);
    while (deleted == 0 && !atomic_load(&importer.done)) {
        deleted += delete_row(fixture, "2") == JALON_OK; /* not while it is withdrawn */
    }
    while (!atomic_load(&importer.done)) {
        static const struct timespec pause = {.tv_nsec = 5000000}; /* as between two people */
        int tries = 0;
        enum jalon_status status;
        do {
            status = contribute(fixture, "places", at_point(fixture, "'title':'Ramp'"), "", NULL);
        } while (asks_again(fixture->ctx, status, &tries));
        expect(fixture->ctx, JALON_OK, status);
        nanosleep(&pause, NULL);
    }
    pthread_join(thread, NULL);
    assert_int_equal(importer.failures, 0);
    struct jalon_event *list = list_events(fixture, &events);
    for (size_t i = 0; i < events; i++) {
        all += list[i].version == 1; /* each contribution once, its versions without gap */
        list_revisions(fixture, list[i].contribution, &revisions);
        assert_true(list[i].version <= (int64_t)revisions);
    }
    assert_true(all >= 3);
    /* What a person deleted stays so, whenever it was. */
    struct jalon_contribution row = imported_row(fixture, "places", "file.csv", "2");
    assert_int_equal(row.moderation,
                     deleted > 0 ? JALON_MODERATION_DELETED : JALON_MODERATION_PUBLISHED);
    jalon_app_close(importer.fixture.app);
    jalon_context_destroy(importer.fixture.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_maps_in_opposite_order),
        RUN(test_a_key_at_two_servers),
        RUN(test_an_import_beside_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
