/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What one process writes shows in another; threads that read and write at once. */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jalon/clock.h"
#include "store/private.h"

static void pause_ms(long ms)
{
    struct timespec wait = {.tv_nsec = ms * 1000000L};
    nanosleep(&wait, NULL);
}

/* Ample: the promise is 0.2 s, machines may be busy. */
enum { TRIES = 3000, TRY_MS = 20 };

static enum jalon_status read_status(struct fixture *fixture, struct jalon_app *app,
                                     struct jalon_reading *out)
{
    jalon_error_clear(fixture->ctx);
    return jalon_app_read(fixture->ctx, app, JALON_TEXT("sample"), NULL, out);
}

static void wait_count(struct fixture *fixture, struct jalon_app *app, int64_t count)
{
    int tries = 0;
    while (shown_count(fixture, app, "places") != count && tries++ < TRIES) {
        pause_ms(TRY_MS);
    }
    assert_int_equal(shown_count(fixture, app, "places"), count);
}

static void test_a_write_of_another_process_shows(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *reader = open_app(fixture, true);
    struct jalon_contributed made;
    assert_int_equal(shown_count(fixture, reader, "places"), 0);
    for (int i = 1; i <= 3; i++) {
        expect(fixture->ctx, JALON_OK,
               contribute(fixture, "places", at_point(fixture, "'title':'a'"), "", &made));
        wait_count(fixture, reader, i);
        assert_string_equal(shown(fixture, reader, "places", made.id), made.json.data);
    }
    /* Edited and withdrawn elsewhere. */
    struct jalon_contribution row = stored(fixture, "places", made.id);
    row.title = JALON_TEXT("edited");
    edit(fixture, &row, JALON_ACTION_UPDATE, "zoe");
    row.moderation = JALON_MODERATION_DELETED;
    edit(fixture, &row, JALON_ACTION_DELETE, "zoe");
    wait_count(fixture, reader, 2);
    assert_null(shown(fixture, reader, "places", made.id));
    jalon_app_close(reader);
}

/* In a turn of its own. */
static void support(struct fixture *fixture, const char *collection, struct jalon_id id)
{
    struct jalon_turn turn;
    int64_t seq;
    struct jalon_contribution row = stored(fixture, collection, id);
    expect(fixture->ctx, JALON_OK,
           jalon_turn_begin(fixture->ctx, fixture->app, &fixture->map, &turn));
    row.supports++;
    enum jalon_status status = jalon_turn_touch(fixture->ctx, &turn, &row, &seq);
    expect(fixture->ctx, JALON_OK, jalon_turn_end(fixture->ctx, &turn, status));
}

static void find_nothing(void *handle, const struct jalon_finding *finding)
{
    (void)handle;
    fail_msg("%s %s: %s", finding->table.data, finding->key.data, finding->what.data);
}

static void test_what_another_process_counts_shows(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *reader = open_app(fixture, true);
    struct jalon_contributed made;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'title':'a'"), "", &made));
    wait_count(fixture, reader, 1);
    assert_null(strstr(shown(fixture, fixture->app, "places", made.id), "supports"));
    support(fixture, "places", made.id);
    support(fixture, "places", made.id);
    assert_non_null(
        strstr(shown(fixture, fixture->app, "places", made.id), "\"supports\":2"));
    int tries = 0;
    while (strstr(shown(fixture, reader, "places", made.id), "\"supports\":2") == NULL &&
           tries++ < TRIES) {
        pause_ms(TRY_MS);
    }
    assert_string_equal(shown(fixture, reader, "places", made.id),
                        shown(fixture, fixture->app, "places", made.id));
    /* What is edited next keeps it. */
    struct jalon_contribution row = stored(fixture, "places", made.id);
    assert_int_equal(row.version, 1);
    assert_true(row.touched_us > row.updated_us);
    edit(fixture, &row, JALON_ACTION_UPDATE, "zoe");
    assert_int_equal(stored(fixture, "places", made.id).supports, 2);
    jalon_app_close(reader);
    jalon_app_close(fixture->app);
    expect(fixture->ctx, JALON_OK,
           jalon_app_check(fixture->ctx, jalon_text_from(fixture->location), false, find_nothing,
                           NULL));
    fixture->app = open_app(fixture, false);
}

static void test_an_import_of_another_process_shows(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *reader = open_app(fixture, true);
    assert_int_equal(shown_count(fixture, reader, "places"), 0);
    char csv[65536] = "id;x;y\n";
    size_t used = strlen(csv);
    for (int i = 0; i < 2500; i++) {
        used += (size_t)snprintf(csv + used, sizeof csv - used, "%d;3.%d;43.6\n", i, i);
    }
    struct imported done = import_text(fixture, (struct importing){.source = NULL}, csv);
    expect_counts(&done, 2500, 2500, 0, 0, 0, 0, 0);
    wait_count(fixture, reader, 2500);
    jalon_app_close(reader);
}

static void test_two_that_write_see_each_other(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *first = fixture->app;
    struct jalon_app *second = open_app(fixture, true);
    assert_int_equal(shown_count(fixture, first, "places"), 0);
    assert_int_equal(shown_count(fixture, second, "places"), 0);
    for (int i = 1; i <= 6; i++) {
        fixture->app = i % 2 == 0 ? first : second;
        expect(fixture->ctx, JALON_OK,
               contribute(fixture, "places", at_point(fixture, ""), "", NULL));
        /* Who writes has brought in what the other wrote before. */
        assert_int_equal(shown_count(fixture, fixture->app, "places"), i);
    }
    fixture->app = first;
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 6);
    jalon_app_close(second);
}

static void test_settings_of_another_process_show(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_app *reader = open_app(fixture, true);
    struct jalon_reading reading;
    shown_count(fixture, reader, "places");
    const struct jalon_assignment title = {JALON_TEXT("title_fr"), JALON_TEXT("Autre")};
    expect(ctx, JALON_OK, jalon_app_set_map(ctx, fixture->app, JALON_TEXT("sample"), &title, 1));
    bool changed = false;
    for (int i = 0; i < TRIES && !changed; i++) {
        expect(ctx, JALON_OK, read_status(fixture, reader, &reading));
        changed = jalon_text_is(reading.map->title.fr, "Autre");
        jalon_app_end_reading(reader, &reading);
        pause_ms(changed ? 0 : TRY_MS);
    }
    assert_true(changed);
    const struct jalon_assignment radius = {JALON_TEXT("places.cluster_radius"), JALON_TEXT("60")};
    expect(ctx, JALON_OK, jalon_app_set_map(ctx, fixture->app, JALON_TEXT("sample"), &radius, 1));
    changed = false;
    for (int i = 0; i < TRIES && !changed; i++) {
        expect(ctx, JALON_OK, read_status(fixture, reader, &reading));
        changed = reading.map->collections[0].cluster_radius == 60;
        jalon_app_end_reading(reader, &reading);
        pause_ms(changed ? 0 : TRY_MS);
    }
    assert_true(changed);
    jalon_app_close(reader);
}

static void test_a_map_deleted_elsewhere_goes(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_app *reader = open_app(fixture, true);
    struct jalon_reading reading;
    expect(ctx, JALON_OK, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    assert_int_equal(shown_count(fixture, reader, "places"), 1);
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, fixture->app, JALON_TEXT("sample")));
    enum jalon_status status = JALON_OK;
    for (int i = 0; i < TRIES && status == JALON_OK; i++) {
        status = read_status(fixture, reader, &reading);
        if (status == JALON_OK) {
            jalon_app_end_reading(reader, &reading);
            pause_ms(TRY_MS);
        }
    }
    assert_int_equal(status, JALON_NOT_FOUND);
    jalon_app_close(reader);
}

static void test_a_map_made_anew_elsewhere_is_the_new_one(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_app *reader = open_app(fixture, true);
    expect(ctx, JALON_OK, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    assert_int_equal(shown_count(fixture, reader, "places"), 1);
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, fixture->app, JALON_TEXT("sample")));
    create_map(fixture, "sample");
    wait_count(fixture, reader, 0);
    expect(ctx, JALON_OK, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    wait_count(fixture, reader, 1);
    jalon_app_close(reader);
}

/* The server holds a map that is no more, and somebody contributes before it has noticed. */
static void test_contributing_to_a_map_deleted_elsewhere(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_app *other = open_app(fixture, false);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, other, JALON_TEXT("sample")));
    expect(ctx, JALON_NOT_FOUND, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    jalon_error_clear(ctx);
    /* And to one that has been made anew: the first try may have to be repeated, no more. */
    struct jalon_app *first = fixture->app;
    fixture->app = other;
    create_map(fixture, "sample");
    assert_int_equal(shown_count(fixture, first, "places"), 0);
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, other, JALON_TEXT("sample")));
    create_map(fixture, "sample");
    fixture->app = first;
    enum jalon_status status = contribute(fixture, "places", at_point(fixture, ""), "", NULL);
    assert_true(status == JALON_OK || status == JALON_NOT_FOUND);
    jalon_error_clear(ctx);
    if (status != JALON_OK) {
        expect(ctx, JALON_OK, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    }
    assert_int_equal(shown_count(fixture, first, "places"), 1);
    jalon_app_close(other);
}

/* --- An import and a person at once --- */
struct importer {
    struct fixture fixture; /* its own context, the shared folder */
    struct imported done;
    char *csv;
};

static void *import_all(void *argument)
{
    struct importer *importer = argument;
    importer->done =
        import_text(&importer->fixture, (struct importing){.source = NULL}, importer->csv);
    return NULL;
}

static void test_people_get_their_turn_during_an_import(void **state)
{
    enum { ROWS = 30000, ROW_SIZE = 24 };
    struct fixture *fixture = *state;
    struct importer importer = {.fixture = *fixture, .csv = malloc((size_t)ROWS * ROW_SIZE)};
    assert_non_null(importer.csv);
    size_t used = (size_t)snprintf(importer.csv, ROW_SIZE, "id;x;y\n");
    for (int i = 0; i < ROWS - 1; i++) {
        used += (size_t)snprintf(importer.csv + used, ROW_SIZE, "%d;3.%05d;43.6\n", i, i);
    }
    importer.fixture.ctx = jalon_context_create();
    importer.fixture.app = open_app(fixture, false);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, import_all, &importer), 0);
    for (int i = 0; i < 5; i++) {
        int tries = 0;
        enum jalon_status status;
        do {
            status =
                contribute(fixture, "places", at_point(fixture, "'title':'a person'"), "", NULL);
        } while (asks_again(fixture->ctx, status, &tries));
        expect(fixture->ctx, JALON_OK, status);
    }
    pthread_join(thread, NULL);
    expect_counts(&importer.done, ROWS - 1, ROWS - 1, 0, 0, 0, 0, 0);
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, ROWS - 1 + 5);
    jalon_app_close(importer.fixture.app);
    jalon_context_destroy(importer.fixture.ctx);
    free(importer.csv);
}

/* --- A history that ends --- */

/* What a map holds goes, events and all, as when a database is put back to before it was written. */
static void put_back(struct fixture *fixture)
{
    static const int queries[] = {JALON_QUERY_CONTRIBUTION_DELETE, JALON_QUERY_REVISION_DELETE,
                                  JALON_QUERY_EVENT_DELETE,
                                  JALON_QUERY_COMMUNITY_DELETE_REVIEW,
                                  JALON_QUERY_COMMUNITY_DELETE_REPORT,
                                  JALON_QUERY_COMMUNITY_DELETE_PROPOSAL,
                                  JALON_QUERY_COMMUNITY_DELETE_BLOCK,
                                  JALON_QUERY_COMMUNITY_DELETE_ORIGIN,
                                  JALON_QUERY_COMMUNITY_DELETE_ZONE,
                                  JALON_QUERY_COMMUNITY_DELETE_TICKET};
    struct jalon_db_value value = jalon_db_integer(fixture->map.number);
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_store_write(fixture->ctx, fixture->app->store, &session));
    for (size_t i = 0; i < JALON_STORE_COUNT(queries); i++) {
        expect(fixture->ctx, JALON_OK,
               jalon_db_execute(fixture->ctx, session->connection, queries[i], &value, 1, NULL));
    }
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

static void add_some(struct fixture *fixture, int count, const char *properties,
                     struct jalon_contributed *out_last)
{
    for (int i = 0; i < count; i++) {
        expect(fixture->ctx, JALON_OK,
               contribute(fixture, "places", at_point(fixture, properties), "", out_last));
    }
}

static void test_events_that_are_lost_are_not_shown(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *reader = open_app(fixture, true);
    struct jalon_contributed lost, made;
    add_some(fixture, 3, "", &lost);
    wait_count(fixture, reader, 3);
    put_back(fixture);
    wait_count(fixture, reader, 0);
    assert_null(shown(fixture, reader, "places", lost.id));
    add_some(fixture, 1, "", &made);
    assert_int_equal(made.seq, 1);
    wait_count(fixture, reader, 1);
    jalon_app_close(reader);
}

/* Numbers are given again: one as high, one higher, before anybody has looked. */
static void test_events_that_take_the_numbers_of_lost_ones_show(void **state)
{
    struct fixture *fixture = *state;
    for (int more = 0; more <= 2; more++) {
        struct jalon_app *reader = open_app(fixture, false);
        struct jalon_contributed lost, made;
        put_back(fixture);
        add_some(fixture, 3, "'title':'lost'", &lost);
        assert_int_equal(shown_count(fixture, reader, "places"), 3);
        put_back(fixture);
        jalon_live_drop(fixture->app, JALON_TEXT("sample"));
        add_some(fixture, 3 + more, "'title':'kept'", &made);
        expect(fixture->ctx, JALON_OK, jalon_live_start_follower(fixture->ctx, reader));
        wait_count(fixture, reader, 3 + more);
        int tries = 0; /* with as many there was nothing to wait for */
        while (shown(fixture, reader, "places", made.id) == NULL && tries++ < TRIES) {
            pause_ms(TRY_MS);
        }
        assert_string_equal(shown(fixture, reader, "places", made.id), made.json.data);
        assert_null(shown(fixture, reader, "places", lost.id));
        jalon_app_close(reader);
    }
}

/* Who writes is not told to wait until the loss has been noticed: what was written shows. */
static void test_writing_after_a_loss_shows(void **state)
{
    struct fixture *fixture = *state;
    for (int kept = 0; kept <= 4; kept++) {
        struct jalon_app *writer = fixture->app;
        struct jalon_app *other = open_app(fixture, false);
        struct jalon_contributed lost, kept_one, made;
        put_back(fixture);
        jalon_live_drop(writer, JALON_TEXT("sample"));
        add_some(fixture, 3, "", &lost);
        assert_int_equal(shown_count(fixture, writer, "places"), 3);
        put_back(fixture);
        fixture->app = other;
        add_some(fixture, kept, "", &kept_one);
        fixture->app = writer;
        add_some(fixture, 1, "", &made);
        assert_int_equal(made.seq, kept + 1);
        assert_non_null(shown(fixture, writer, "places", made.id));
        if (kept != 3) { /* the number after the lost ones: the follower has to look */
            assert_int_equal(shown_count(fixture, writer, "places"), kept + 1);
            assert_null(shown(fixture, writer, "places", lost.id));
        }
        jalon_app_close(other);
    }
}

/* --- An event that is waited for --- */

static void count_moves(void *object)
{
    atomic_fetch_add((atomic_int *)object, 1);
}

static enum jalon_status shows(struct fixture *fixture, struct jalon_app *app, int64_t seq,
                               int64_t since_us, bool at_once)
{
    return jalon_app_shows(fixture->ctx, app, JALON_TEXT("sample"), seq, since_us, at_once);
}

/* Until it is no longer said to ask again. */
static enum jalon_status wait_shows(struct fixture *fixture, struct jalon_app *app, int64_t seq,
                                    int64_t since_us)
{
    enum jalon_status status = JALON_RETRY;
    for (int i = 0; i < TRIES * TRY_MS && status == JALON_RETRY; i++) {
        status = shows(fixture, app, seq, since_us, false);
        pause_ms(status == JALON_RETRY ? 1 : 0);
    }
    return status;
}

static void test_an_event_can_be_waited_for(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *reader = open_app(fixture, true);
    struct jalon_contributed made = {.seq = 0};
    atomic_int moves = 0;
    jalon_app_on_move(reader, count_moves, &moves);
    /* What is not in use is not loaded by who may not wait; then nothing is known of it. */
    assert_int_equal(shows(fixture, reader, 1, 1, true), JALON_OK);
    assert_null(jalon_live_hold_loaded(reader, JALON_TEXT("sample"), JALON_VISIBILITY_PUBLIC));
    assert_int_equal(shows(fixture, reader, 0, 1, false), JALON_OK);
    assert_int_equal(jalon_app_shows(fixture->ctx, reader, JALON_TEXT("nowhere"), 9, 1, false),
                     JALON_OK);
    jalon_error_clear(fixture->ctx);
    for (int i = 1; i <= 20; i++) {
        add_some(fixture, 1, "", &made);
        int64_t since_us = jalon_clock_monotonic_us(); /* as of who has been told its number */
        assert_int_equal(wait_shows(fixture, reader, made.seq, since_us), JALON_OK);
        assert_int_equal(shown_count(fixture, reader, "places"), i);
        assert_int_equal(shows(fixture, reader, made.seq, since_us, true), JALON_OK);
    }
    assert_true(atomic_load(&moves) > 0);
    jalon_app_on_move(reader, NULL, NULL);
    jalon_app_close(reader);
}

/* That there is none is known from a look after the request came, not from an earlier one. */
static void test_an_event_that_never_was_is_told(void **state)
{
    struct fixture *fixture = *state;
    const int64_t hour_us = INT64_C(3600000000);
    struct jalon_app *reader = open_app(fixture, true);
    add_some(fixture, 1, "", NULL);
    assert_int_equal(shown_count(fixture, reader, "places"), 1);
    for (int i = 0; i < 3; i++) {
        int64_t since_us = jalon_clock_monotonic_us();
        assert_int_equal(wait_shows(fixture, reader, 2, since_us), JALON_PRECONDITION);
        assert_int_equal(shows(fixture, reader, 2, since_us, true), JALON_PRECONDITION);
        /* All looks so far are earlier ones. */
        assert_int_equal(shows(fixture, reader, 2, since_us + hour_us, true), JALON_RETRY);
    }
    /* Nobody looks: then it is never known. */
    jalon_live_stop_follower(reader);
    int64_t since_us = jalon_clock_monotonic_us();
    assert_int_equal(shows(fixture, reader, 2, since_us, false), JALON_RETRY);
    pause_ms(300);
    assert_int_equal(shows(fixture, reader, 2, since_us, false), JALON_RETRY);
    jalon_app_close(reader);
}

/* --- Threads --- */
enum { WRITERS = 3, READERS = 3, WRITES = 40 };

struct crowd {
    struct fixture *fixture;
    struct jalon_app *apps[2];
    atomic_int turn;
    atomic_int writing;
    atomic_int failures;
};

static void *write_some(void *argument)
{
    struct crowd *crowd = argument;
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_app *app = crowd->apps[atomic_fetch_add(&crowd->turn, 1) % 2];
    struct jalon_position position = {3.87, 43.61};
    const struct jalon_record record = {
        .has_geometry = true,
        .geometry = {.type = JALON_GEOMETRY_POINT,
                     .srid = JALON_SRID_WGS84,
                     .positions = &position,
                     .position_count = 1},
        .id = JALON_TEXT_EMPTY,
    };
    const struct jalon_contribute command = {
        .map = JALON_TEXT("sample"),
        .collection = JALON_TEXT("places"),
        .record = &record,
        .actor.account = JALON_TEXT_EMPTY,
    };
    for (int i = 0; i < WRITES; i++) {
        struct jalon_contributed made;
        struct jalon_reading reading;
        struct jalon_view_item item;
        enum jalon_status status;
        int tries = 0;
        jalon_context_reset(ctx);
        do {
            status = jalon_app_contribute(ctx, app, &command, &made);
        } while (asks_again(ctx, status, &tries));
        bool good = status == JALON_OK &&
                    jalon_app_read(ctx, app, JALON_TEXT("sample"), NULL, &reading) == JALON_OK;
        if (good) {
            good = jalon_snapshot_find(reading.snapshot, 0, made.id, &item);
            jalon_app_end_reading(app, &reading);
        }
        atomic_fetch_add(&crowd->failures, good ? 0 : 1);
    }
    jalon_context_destroy(ctx);
    atomic_fetch_sub(&crowd->writing, 1);
    return NULL;
}

/* Counts only grow, and what a snapshot counts is what it lists. */
static void *read_some(void *argument)
{
    struct crowd *crowd = argument;
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_app *app = crowd->apps[atomic_fetch_add(&crowd->turn, 1) % 2];
    int64_t last = 0;
    while (atomic_load(&crowd->writing) > 0) {
        struct jalon_reading reading;
        struct jalon_view_result result;
        struct jalon_view_query query = {
            .collection = 0, .category = -1, .status = -1, .limit = 1000};
        jalon_context_reset(ctx);
        if (jalon_app_read(ctx, app, JALON_TEXT("sample"), NULL, &reading) != JALON_OK) {
            atomic_fetch_add(&crowd->failures, 1);
            continue;
        }
        int64_t count = jalon_snapshot_count(reading.snapshot, 0);
        bool good = jalon_snapshot_query(ctx, reading.snapshot, &query, &result) == JALON_OK &&
                    (int64_t)result.count == count && count >= last;
        last = count;
        jalon_app_end_reading(app, &reading);
        atomic_fetch_add(&crowd->failures, good ? 0 : 1);
        pause_ms(1);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

/* Settings change and the live map is made anew, in the middle of it all. */
static void *set_some(void *argument)
{
    struct crowd *crowd = argument;
    struct jalon_context *ctx = jalon_context_create();
    for (int i = 0; atomic_load(&crowd->writing) > 0; i++) {
        const struct jalon_assignment setting = {JALON_TEXT("title_fr"),
                                                 jalon_text_from(i % 2 == 0 ? "Un" : "Deux")};
        enum jalon_status status;
        int tries = 0;
        jalon_context_reset(ctx);
        do {
            status = jalon_app_set_map(ctx, crowd->apps[0], JALON_TEXT("sample"), &setting, 1);
        } while (asks_again(ctx, status, &tries));
        atomic_fetch_add(&crowd->failures, status == JALON_OK ? 0 : 1);
        pause_ms(30);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void run_crowd(struct fixture *fixture, bool with_settings)
{
    struct crowd crowd = {
        .fixture = fixture,
        .apps = {open_app(fixture, true), open_app(fixture, true)},
        .writing = WRITERS,
    };
    pthread_t threads[WRITERS + READERS + 1];
    size_t count = 0;
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_create(&threads[count++], NULL, write_some, &crowd), 0);
    }
    for (int i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&threads[count++], NULL, read_some, &crowd), 0);
    }
    if (with_settings) {
        assert_int_equal(pthread_create(&threads[count++], NULL, set_some, &crowd), 0);
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&crowd.failures), 0);
    for (int i = 0; i < 2; i++) {
        wait_count(fixture, crowd.apps[i], (int64_t)WRITERS * WRITES);
        jalon_app_close(crowd.apps[i]);
    }
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, WRITERS * WRITES);
}

static void test_threads_of_two_processes(void **state)
{
    run_crowd(*state, false);
}

static void test_threads_while_settings_change(void **state)
{
    run_crowd(*state, true);
}

/* Until it is ready, or not any longer; what it says then. */
static enum jalon_status wait_ready(struct fixture *fixture, struct jalon_app *app, bool ready)
{
    enum jalon_status status = JALON_OK;
    for (int i = 0; i < TRIES; i++) {
        jalon_error_clear(fixture->ctx);
        status = jalon_app_check_ready(fixture->ctx, app);
        if ((status == JALON_OK) == ready) {
            break;
        }
        pause_ms(TRY_MS);
    }
    return status;
}

/* All connections of the store are taken: nobody gets an answer, and that is told. */
static void test_a_store_that_does_not_answer_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *app = open_app(fixture, true);
    struct jalon_session *sessions[8];
    size_t count = 0;
    struct jalon_app_measures measures;
    expect(fixture->ctx, JALON_OK, wait_ready(fixture, app, true));
    while (count < 8) {
        expect(fixture->ctx, JALON_OK,
               jalon_store_read(fixture->ctx, app->store, &sessions[count++]));
    }
    expect(fixture->ctx, JALON_UNAVAILABLE, wait_ready(fixture, app, false));
    assert_non_null(strstr(fixture->ctx->error.message.data, "the store has not answered for"));
    while (count > 0) {
        jalon_session_end(sessions[--count]);
    }
    expect(fixture->ctx, JALON_OK, wait_ready(fixture, app, true));
    jalon_app_measure(app, &measures);
    assert_true(measures.store_reads > 8);
    jalon_app_close(app);
}

static void test_a_thread_that_stands_still_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *app = open_app(fixture, true);
    _Atomic int64_t *const seen[] = {&app->store_answered_us, &app->follower_seen_us,
                                     &app->keeper_seen_us};
    static const char *const words[] = {"the store has not answered", "brought up to date",
                                        "looked after"};
    const int64_t hour_us = INT64_C(3600000000);
    jalon_live_stop_follower(app); /* the keeper stops with it */
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        for (size_t k = 0; k < sizeof seen / sizeof seen[0]; k++) {
            atomic_store(seen[k], jalon_clock_monotonic_us() + hour_us);
        }
        jalon_error_clear(fixture->ctx);
        expect(fixture->ctx, JALON_OK, jalon_app_check_ready(fixture->ctx, app));
        atomic_fetch_sub(seen[i], 2 * hour_us);
        expect(fixture->ctx, JALON_UNAVAILABLE, jalon_app_check_ready(fixture->ctx, app));
        assert_non_null(strstr(fixture->ctx->error.message.data, words[i]));
    }
    jalon_app_close(app);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_a_write_of_another_process_shows),
        RUN(test_what_another_process_counts_shows),
        RUN(test_an_import_of_another_process_shows),
        RUN(test_two_that_write_see_each_other),
        RUN(test_settings_of_another_process_show),
        RUN(test_a_map_deleted_elsewhere_goes),
        RUN(test_a_map_made_anew_elsewhere_is_the_new_one),
        RUN(test_contributing_to_a_map_deleted_elsewhere),
        RUN(test_people_get_their_turn_during_an_import),
        RUN(test_events_that_are_lost_are_not_shown),
        RUN(test_events_that_take_the_numbers_of_lost_ones_show),
        RUN(test_writing_after_a_loss_shows),
        RUN(test_an_event_can_be_waited_for),
        RUN(test_an_event_that_never_was_is_told),
        RUN(test_threads_of_two_processes),
        RUN(test_threads_while_settings_change),
        RUN(test_a_store_that_does_not_answer_is_told),
        RUN(test_a_thread_that_stands_still_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
