/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Writes that share a flush: each kept or undone by itself, shown when all are on disk, none kept
 * when the flush fails. And requests that are sent again.
 */
#include "support.h"

#include <string.h>

#include "db/fake.h"
#include "jalon/queries.h"
#include "store/private.h"

static const char *const point = "{'type':'Feature','geometry':{'type':'Point','coordinates':"
                                 "[3.87,43.61]},'properties':{'title':'Ramp'}}";

/* Adds a place; key and out may be NULL. */
static enum jalon_status add(struct fixture *fixture, const char *json, const char *account,
                             const char *key, struct jalon_contributed *out)
{
    struct jalon_record record = body(fixture, json);
    struct jalon_contribute command = {
        .map = fixture->map.slug,
        .collection = JALON_TEXT("places"),
        .record = &record,
        .actor = {.account = jalon_text_from(account), .scopes = JALON_SCOPE_ALL},
        .idempotency_key = key != NULL ? jalon_text_from(key) : JALON_TEXT_EMPTY,
        .said = jalon_text_from(json),
    };
    struct jalon_contributed ignored;
    return jalon_app_contribute(fixture->ctx, fixture->app, &command, out != NULL ? out : &ignored);
}

static void begin_group(struct fixture *fixture)
{
    expect(fixture->ctx, JALON_OK, jalon_app_begin_group(fixture->ctx, fixture->app));
}

/* --- Groups --- */

static void test_a_group_shows_at_its_end(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first, second;
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    begin_group(fixture);
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &first));
    expect(ctx, JALON_INVALID, add(fixture, "{'type':'Feature','geometry':null,'properties':{}}",
                                   "", NULL, NULL));
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &second));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    assert_int_equal(first.seq, 1);
    assert_int_equal(second.seq, 2);
    assert_non_null(shown(fixture, fixture->app, "places", first.id));
    assert_non_null(shown(fixture, fixture->app, "places", second.id));
    /* Another process sees the same. */
    struct jalon_app *other = open_app(fixture, false);
    assert_int_equal(shown_count(fixture, other, "places"), 2);
    jalon_app_close(other);
}

/* Puts what `like` is under another id, and ends the turn, which has begun, with `status`. */
static int64_t put_in(struct fixture *fixture, struct jalon_turn *turn,
                      const struct jalon_contribution *like, enum jalon_status status)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution row = *like;
    struct jalon_write write = {
        .action = JALON_ACTION_CREATE,
        .author = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT_EMPTY,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    int64_t seq = 0;
    row.id = jalon_id_make();
    row.version = 1;
    expect(ctx, JALON_OK, jalon_turn_put(ctx, turn, &row, &write, &seq));
    assert_false(jalon_turn_is_flushed(turn, seq));
    expect(ctx, status, jalon_turn_end(ctx, turn, status));
    return seq;
}

static int64_t take_turn(struct fixture *fixture, const struct jalon_contribution *like,
                         enum jalon_status status)
{
    struct jalon_turn turn;
    expect(fixture->ctx, JALON_OK,
           jalon_turn_begin(fixture->ctx, fixture->app, &fixture->map, &turn));
    return put_in(fixture, &turn, like, status);
}

static int64_t take_decided_turn(struct fixture *fixture, const struct jalon_contribution *like,
                                 enum jalon_status status)
{
    struct jalon_turn turn;
    expect(fixture->ctx, JALON_OK,
           jalon_turn_begin_decided(fixture->ctx, fixture->app, &fixture->map, &turn));
    return put_in(fixture, &turn, like, status);
}

static void test_a_turn_is_undone_alone(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed first;
    size_t events;
    expect(fixture->ctx, JALON_OK, add(fixture, point, "", NULL, &first));
    struct jalon_contribution like = stored(fixture, "places", first.id);
    expect(fixture->ctx, JALON_OK,
           jalon_app_find_map(fixture->ctx, fixture->app, fixture->map.slug, &fixture->map));
    begin_group(fixture);
    assert_int_equal(take_turn(fixture, &like, JALON_OK), 2);
    assert_int_equal(take_turn(fixture, &like, JALON_CONFLICT), 3);
    assert_int_equal(take_turn(fixture, &like, JALON_OK), 3); /* without gap */
    expect(fixture->ctx, JALON_OK, jalon_app_end_group(fixture->ctx));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
    list_events(fixture, &events);
    assert_int_equal(events, 3);
    /* Outside a group likewise. */
    take_turn(fixture, &like, JALON_CONFLICT);
    assert_int_equal(take_turn(fixture, &like, JALON_OK), 4);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 4);
}

/* Without a savepoint: what is refused before it writes takes nothing with it, what fails after all. */
static void test_a_decided_turn_takes_the_group_with_it(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first;
    struct jalon_turn turn;
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &first));
    struct jalon_contribution like = stored(fixture, "places", first.id);
    expect(ctx, JALON_OK, jalon_app_find_map(ctx, fixture->app, fixture->map.slug, &fixture->map));
    begin_group(fixture);
    assert_int_equal(take_turn(fixture, &like, JALON_OK), 2);
    expect(ctx, JALON_OK, jalon_turn_begin_decided(ctx, fixture->app, &fixture->map, &turn));
    expect(ctx, JALON_FORBIDDEN, jalon_turn_end(ctx, &turn, JALON_FORBIDDEN));
    assert_int_equal(take_decided_turn(fixture, &like, JALON_OK), 3);
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
    begin_group(fixture);
    assert_int_equal(take_turn(fixture, &like, JALON_OK), 4);
    take_decided_turn(fixture, &like, JALON_CONFLICT);
    expect(ctx, JALON_RETRY, jalon_turn_begin(ctx, fixture->app, &fixture->map, &turn));
    expect(ctx, JALON_RETRY, jalon_app_end_group(ctx));
    jalon_error_clear(ctx);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
    assert_int_equal(take_turn(fixture, &like, JALON_OK), 4);
}

static struct jalon_db_fake fake;

/* The application over a database that fails when it is told to. */
static void make_fallible(struct fixture *fixture)
{
    struct jalon_db_options options = {
        .location = jalon_text_from(fixture->location), .create = true, .wait_ms = 1000};
    struct jalon_db *db;
    fake = (struct jalon_db_fake){.driver = jalon_db_find_driver(options.location)};
    jalon_store_close(fixture->app->store);
    expect(fixture->ctx, JALON_OK, jalon_db_fake_open(fixture->ctx, &fake, &options, &db));
    expect(fixture->ctx, JALON_OK,
           jalon_store_open_db(fixture->ctx, db, true, &fixture->app->store));
}

static void test_nothing_is_kept_when_the_flush_fails(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first;
    size_t events;
    make_fallible(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    begin_group(fixture);
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &first));
    fake.fail_at = 1;
    fake.status = JALON_NO_SPACE;
    expect(ctx, JALON_NO_SPACE, jalon_app_end_group(ctx));
    jalon_error_clear(ctx);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    list_events(fixture, &events);
    assert_int_equal(events, 0);
    begin_group(fixture);
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &first));
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
}

/* Whichever call fails: what was answered with success in a group that ends well is there. */
static void test_every_call_may_fail(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    int64_t there = 0;
    bool was_reached = true;
    make_fallible(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    for (int64_t n = 1; was_reached; n++) {
        int64_t done = 0;
        begin_group(fixture);
        fake.fail_at = n;
        fake.status = JALON_UNAVAILABLE;
        for (int i = 0; i < 3; i++) {
            done += add(fixture, point, "", NULL, NULL) == JALON_OK;
        }
        bool is_kept = jalon_app_end_group(ctx) == JALON_OK;
        there += is_kept ? done : 0;
        was_reached = !is_kept || done < 3;
        fake.fail_at = 0;
        jalon_error_clear(ctx);
        assert_int_equal(shown_count(fixture, fixture->app, "places"), there);
    }
    assert_true(there > 3);
    struct jalon_app *other = open_app(fixture, false);
    assert_int_equal(shown_count(fixture, other, "places"), there);
    jalon_app_close(other);
}

/* What a server does with requests that come together: those in whose way another was, alone again. */
static int64_t serve_together(struct fixture *fixture, int count)
{
    enum jalon_status statuses[8];
    int64_t done = 0;
    begin_group(fixture);
    for (int i = 0; i < count; i++) {
        statuses[i] = add(fixture, point, "", NULL, NULL);
    }
    enum jalon_status end = jalon_app_end_group(fixture->ctx);
    for (int i = 0; i < count; i++) {
        bool again = end == JALON_RETRY || statuses[i] == JALON_RETRY;
        jalon_error_clear(fixture->ctx);
        enum jalon_status status = again             ? add(fixture, point, "", NULL, NULL)
                                   : end != JALON_OK ? end
                                                     : statuses[i];
        done += status == JALON_OK;
    }
    return done;
}

/* Whichever call another writer, or a break before the commit, is in the way of: all is done, once. */
static void test_what_was_lost_is_done_again(void **state)
{
    static const enum jalon_status losses[] = {JALON_RETRY, JALON_UNAVAILABLE};
    struct fixture *fixture = *state;
    int64_t there = 0;
    make_fallible(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    for (int64_t n = 1; n < 40; n++) {
        for (size_t k = 0; k < 2; k++) {
            int64_t committed = fake.committed;
            fake.fail_at = n;
            fake.status = losses[k];
            int64_t done = serve_together(fixture, 3);
            fake.fail_at = 0;
            jalon_error_clear(fixture->ctx);
            there += done;
            assert_int_equal(shown_count(fixture, fixture->app, "places"), there);
            /* Not what failed by itself for want of the database, nor what may have been kept. */
            assert_true(done == 3 || losses[k] == JALON_UNAVAILABLE);
            assert_true(fake.committed > committed || losses[k] == JALON_UNAVAILABLE);
        }
    }
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, there);
}

/* A map that somebody else writes to is not waited for by who has another one. */
static void test_a_group_waits_for_one_map_only(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first, second;
    struct jalon_map sample = fixture->map;
    size_t events;
    make_fallible(fixture);
    create_map(fixture, "other");
    struct jalon_map other = fixture->map;
    fake.muted_query = JALON_QUERY_MAP_LOCK_FREE;
    begin_group(fixture);
    fixture->map = sample;
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &first));
    fixture->map = other;
    expect(ctx, JALON_RETRY, add(fixture, point, "", NULL, NULL));
    jalon_error_clear(ctx);
    fixture->map = sample;
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &second));
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    assert_int_equal(second.seq, 2);
    fixture->map = other;
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, &first)); /* alone it waits */
    /* When it is free both are in one group, and each counts its own events. */
    fake.muted_query = 0;
    begin_group(fixture);
    for (int i = 0; i < 3; i++) {
        fixture->map = i % 2 == 0 ? sample : other;
        expect(ctx, JALON_OK, add(fixture, point, "", NULL, NULL));
        fixture->map = i % 2 == 0 ? other : sample;
        expect(ctx, JALON_OK, add(fixture, point, "", NULL, NULL));
    }
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    fixture->map = sample;
    list_events(fixture, &events);
    assert_int_equal(events, 5);
    fixture->map = other;
    list_events(fixture, &events);
    assert_int_equal(events, 4);
}

/* Somebody keeps a map for long: it is waited for once, and again when it has been seen free. */
static void test_a_busy_map_is_waited_for_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    make_fallible(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    begin_group(fixture);
    fake.fail_at = 2; /* begin, then the lock */
    fake.status = JALON_RETRY;
    expect(ctx, JALON_RETRY, add(fixture, point, "", NULL, NULL));
    fake.muted_query = JALON_QUERY_MAP_LOCK_FREE; /* whoever waits has it now */
    expect(ctx, JALON_RETRY, add(fixture, point, "", NULL, NULL));
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    expect(ctx, JALON_RETRY, add(fixture, point, "", NULL, NULL));
    fake.muted_query = JALON_QUERY_MAP_LOCK;
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, NULL));
    fake.muted_query = JALON_QUERY_MAP_LOCK_FREE;
    expect(ctx, JALON_OK, add(fixture, point, "", NULL, NULL));
    fake.muted_query = 0;
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2);
}

/* --- Requests that are sent again --- */

static void expect_same(const struct jalon_contributed *a, const struct jalon_contributed *b)
{
    assert_int_equal(jalon_id_compare(a->id, b->id), 0);
    assert_string_equal(a->json.data, b->json.data);
    assert_string_equal(a->edit_secret.data, b->edit_secret.data);
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->state.version, b->state.version);
    assert_int_equal(a->state.updated_us, b->state.updated_us);
}

static void test_a_request_is_done_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first, again, other;
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &first));
    assert_true(first.edit_secret.length > 20);
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &again));
    expect_same(&first, &again);
    expect(ctx, JALON_OK, add(fixture, point, "", "key-2", &other));
    assert_int_not_equal(jalon_id_compare(first.id, other.id), 0);
    assert_string_not_equal(first.edit_secret.data, other.edit_secret.data);
    expect(ctx, JALON_OK, add(fixture, point, "ada", "key-1", &other));
    assert_int_not_equal(jalon_id_compare(first.id, other.id), 0);
    assert_int_equal(other.edit_secret.length, 0);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
    /* A restart. */
    jalon_app_close(fixture->app);
    fixture->app = open_app(fixture, false);
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &again));
    expect_same(&first, &again);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
}

static void test_the_secret_that_is_answered_is_the_one_that_counts(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed done;
    struct jalon_session *session;
    struct jalon_text kept, given;
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &done));
    struct jalon_contribution row = stored(fixture, "places", done.id);
    expect(ctx, JALON_OK, jalon_store_read(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK,
           jalon_store_find_edit_secret(ctx, session, &fixture->map, row.number, &kept));
    jalon_session_end(session);
    expect(ctx, JALON_OK, jalon_secret_hash(ctx, done.edit_secret, &given));
    assert_string_equal(kept.data, given.data);
}

static void test_a_key_belongs_to_one_request(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first;
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &first));
    expect(ctx, JALON_MISMATCH,
           add(fixture,
               "{'type':'Feature','geometry':{'type':'Point','coordinates':[3.87,43.61]},"
               "'properties':{'title':'Step'}}",
               "", "key-1", NULL));
    expect_detail(ctx, "Idempotency-Key", "another request");
    jalon_error_clear(ctx);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    /* In the same group the first one is not on disk yet. */
    begin_group(fixture);
    expect(ctx, JALON_OK, add(fixture, point, "", "key-2", &first));
    expect(ctx, JALON_CONFLICT, add(fixture, point, "", "key-2", NULL));
    expect_detail(ctx, "Idempotency-Key", "still being done");
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, jalon_app_end_group(ctx));
    expect(ctx, JALON_OK, add(fixture, point, "", "key-2", NULL));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2);
}

static void test_answers_are_forgotten(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed first, again;
    struct jalon_session *session;
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &first));
    expect(ctx, JALON_OK, jalon_store_write(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK, jalon_store_forget_answers(ctx, session, &fixture->map, INT64_C(1) << 52));
    expect(ctx, JALON_OK, jalon_session_commit(ctx, session));
    jalon_session_end(session);
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &again));
    assert_int_not_equal(jalon_id_compare(first.id, again.id), 0);
    /* They go with their map. */
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, fixture->app, fixture->map.slug));
    create_map(fixture, "sample");
    expect(ctx, JALON_OK, add(fixture, point, "", "key-1", &first));
    assert_int_equal(first.seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_a_group_shows_at_its_end),
        RUN(test_a_turn_is_undone_alone),
        RUN(test_a_decided_turn_takes_the_group_with_it),
        RUN(test_nothing_is_kept_when_the_flush_fails),
        RUN(test_every_call_may_fail),
        RUN(test_what_was_lost_is_done_again),
        RUN(test_a_group_waits_for_one_map_only),
        RUN(test_a_busy_map_is_waited_for_once),
        RUN(test_a_request_is_done_once),
        RUN(test_the_secret_that_is_answered_is_the_one_that_counts),
        RUN(test_a_key_belongs_to_one_request),
        RUN(test_answers_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
