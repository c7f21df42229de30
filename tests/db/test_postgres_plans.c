/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How PostgreSQL does what the store asks of one large map among others: by an index, in the order of
 * the rows. Told by the server's own counters, over the connections that the store makes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "database.h"
#include "jalon/store.h"

/* So many rows of this size are more than what a sort may hold in memory (work_mem, 4 MB). */
enum { MAPS = 3, ROWS = 12000, ROUNDS = 8 };

/* Contributions in turn to each map, as if people had added them; one more in the third map. */
static const char fill[] =
    "INSERT INTO contribution (map, collection, id, version, created, updated, title, description,"
    "    fields, categories, moderation, source, source_id, geometry) "
    "SELECT map.number, collection.number, gen_random_uuid(), 1, now(), now(), 'title',"
    "    repeat('long ', 100), '{}', '[]', 'published', 'source', CAST(i AS text),"
    "    ST_SetSRID(ST_MakePoint(3, 43), 4326) "
    "FROM generate_series(1, 12000) AS i CROSS JOIN map JOIN collection ON collection.map = map.number "
    "ORDER BY i, map.number;"
    "INSERT INTO revision (map, contribution, version, time, action, changes) "
    "SELECT map, number, 1, now(), 'create', '[]' FROM contribution ORDER BY number;"
    "INSERT INTO event (map, seq, contribution, version) "
    "SELECT map, row_number() OVER (PARTITION BY map ORDER BY number), number, 1 FROM contribution;"
    "INSERT INTO idempotency (map, account, key, digest, seq, contribution, repaired, answer, created) "
    "SELECT map.number, '', CAST(i AS text), '', i, gen_random_uuid(), false, '{}', now() "
    "FROM map CROSS JOIN generate_series(1, 5000) AS i;"
    "ANALYZE map, collection, contribution, revision, event, idempotency;";

/* What the counters said before the store was asked. */
static const char note[] =
    "CREATE TABLE before AS SELECT relname, seq_scan FROM pg_stat_user_tables;"
    "ALTER TABLE before ADD COLUMN files bigint;"
    "UPDATE before SET files = (SELECT temp_files FROM pg_stat_database"
    "    WHERE datname = current_database());";

/* Fails by what it names: a table that was read from its beginning, or rows that were sorted on disk. */
static const char judge[] =
    "DO $$ DECLARE what text; BEGIN "
    "SELECT string_agg(relname || ' ' || now.seq_scan - before.seq_scan, ', ') INTO what "
    "FROM pg_stat_user_tables AS now JOIN before USING (relname) "
    "WHERE now.seq_scan > before.seq_scan"
    "    AND relname IN ('contribution', 'revision', 'event', 'idempotency');"
    "IF what IS NOT NULL THEN RAISE EXCEPTION 'read as a whole: %', what; END IF;"
    "IF (SELECT temp_files FROM pg_stat_database WHERE datname = current_database())"
    "    > (SELECT max(files) FROM before) THEN RAISE EXCEPTION 'sorted on disk'; END IF;"
    "IF (SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'contribution') = 0"
    "    THEN RAISE EXCEPTION 'nothing was counted'; END IF;"
    "END $$;";

struct fixture {
    struct jalon_context *ctx;
    char url[256];
    struct jalon_map map;
};

static void ok(struct fixture *fixture, enum jalon_status status)
{
    if (status != JALON_OK) {
        print_error("%s (%s)\n", fixture->ctx->error.message.data,
                    fixture->ctx->error.internal.data);
    }
    assert_int_equal(status, JALON_OK);
}

static struct jalon_store *open_store(struct fixture *fixture)
{
    struct jalon_store_options options = {.data = jalon_text_from(fixture->url), .create = true};
    struct jalon_store *store = NULL;
    ok(fixture, jalon_store_open(fixture->ctx, &options, &store));
    return store;
}

static const struct jalon_collection places = {
    .key = {"places", 6},
    .title = {{"Lieux", 5}, {"Places", 6}},
    .description = {{"", 0}, {"", 0}},
    .color = {"", 0},
    .geometry_types = JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT),
    JALON_COLLECTION_DEFAULTS,
    .attribution = {"", 0},
    .licence = {"", 0},
};

static void make_maps(struct fixture *fixture, struct jalon_store *store)
{
    static const char *const slugs[MAPS] = {"one", "two", "three"};
    struct jalon_session *session;
    ok(fixture, jalon_store_write(fixture->ctx, store, &session));
    for (int i = 0; i < MAPS; i++) {
        fixture->map = (struct jalon_map){
            .slug = jalon_text_from(slugs[i]),
            .title = {{"Carte", 5}, {"Map", 3}},
            .description = {{"", 0}, {"", 0}},
            .template_name = JALON_TEXT_EMPTY,
            .licence = JALON_TEXT_EMPTY,
            .attribution = JALON_TEXT_EMPTY,
            .box = {3, 43, 4, 44},
            .collections = &places,
            .collection_count = 1,
        };
        ok(fixture, jalon_store_insert_map(fixture->ctx, session, &fixture->map));
    }
    ok(fixture, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

static int64_t walk(struct fixture *fixture, struct jalon_session *session, int64_t after,
                    struct jalon_contribution *out_last)
{
    struct jalon_contribution_filter filter = {
        .collection = -1, .source = JALON_TEXT_EMPTY, .after = after};
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution row;
    int64_t count = 0;
    ok(fixture, jalon_store_scan_contributions(fixture->ctx, session, &fixture->map, &filter,
                                               &cursor));
    while (jalon_contribution_cursor_next(fixture->ctx, cursor, &row) == JALON_OK) {
        *out_last = row;
        count++;
    }
    jalon_contribution_cursor_end(cursor);
    return count;
}

static enum jalon_status take_nothing(struct jalon_context *ctx, void *object,
                                      struct jalon_text source_id, struct jalon_text digest)
{
    (void)ctx, (void)object, (void)source_id, (void)digest;
    return JALON_OK;
}

/* What answering requests, following and importing read; `row` is one of the map. */
static void read_one_by_one(struct fixture *fixture, struct jalon_session *session,
                            const struct jalon_contribution *row)
{
    struct jalon_context *ctx = fixture->ctx;
    const struct jalon_map *map = &fixture->map;
    struct jalon_contribution found;
    struct jalon_revision *revisions;
    struct jalon_event *events;
    struct jalon_change *changes;
    struct jalon_source_row source;
    struct jalon_map_progress progress = {.map = map->number, .known_seq = ROWS};
    struct jalon_kept_answer answer;
    struct jalon_map_summary *maps;
    struct jalon_text text;
    size_t count;
    int64_t seq, time_us;
    ok(fixture, jalon_store_find_contribution(ctx, session, map, 0, row->id, &found));
    ok(fixture, jalon_store_load_contribution(ctx, session, map, row->number, &found));
    ok(fixture, jalon_store_find_edit_secret(ctx, session, map, row->number, &text));
    ok(fixture, jalon_store_list_revisions(ctx, session, map, row->number, 0, 10, &revisions,
                                           &count));
    ok(fixture, jalon_store_list_events(ctx, session, map, ROWS - 5, 100, &events, &count));
    assert_true(count >= 5);
    ok(fixture, jalon_store_list_events(ctx, session, map, 0, 10, &events, &count));
    assert_int_equal(count, 10);
    ok(fixture, jalon_store_list_changes(ctx, session, map, ROWS - 5, 1000, &changes, &count));
    assert_true(count >= 5);
    ok(fixture, jalon_store_last_event(ctx, session, map, &seq, &time_us));
    ok(fixture, jalon_store_follow(ctx, session, &progress, 1));
    assert_int_equal(progress.last_seq, seq);
    ok(fixture, jalon_store_find_source_row(ctx, session, map, 0, JALON_TEXT("source"),
                                            row->source_id, &source));
    assert_int_equal(source.number, row->number);
    ok(fixture, jalon_store_each_source_row(ctx, session, map, 0, JALON_TEXT("source"), ROWS - 5,
                                            take_nothing, NULL));
    ok(fixture, jalon_store_find_answer(ctx, session, map, JALON_TEXT_EMPTY, JALON_TEXT("7"), 0,
                                        &answer));
    ok(fixture, jalon_store_list_maps(ctx, session, &maps, &count));
    assert_int_equal(count, MAPS);
    walk(fixture, session, row->number - 1, &found);
}

static void change(struct fixture *fixture, struct jalon_store *store,
                   struct jalon_contribution *row)
{
    struct jalon_session *session;
    struct jalon_write write = {
        .action = JALON_ACTION_UPDATE,
        .author = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT_EMPTY,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    int64_t seq;
    row->version++;
    ok(fixture, jalon_store_write(fixture->ctx, store, &session));
    ok(fixture, jalon_store_put_contribution(fixture->ctx, session, &fixture->map, row, &write,
                                             &seq));
    ok(fixture, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

static void what_is_done_for_a_map_goes_by_an_index(void **state)
{
    (void)state;
    struct fixture fixture = {.ctx = jalon_context_create()};
    make_database(fixture.url);
    struct jalon_store *store = open_store(&fixture);
    make_maps(&fixture, store);
    jalon_store_close(store);
    run_in_database(fixture.url, fill);
    settle_database(fixture.url); /* its counters are told at the end */
    run_in_database(fixture.url, note);
    store = open_store(&fixture);
    struct jalon_contribution last;
    /* More often than a plan is made for its own values. */
    for (int i = 0; i < ROUNDS; i++) {
        struct jalon_session *session;
        ok(&fixture, jalon_store_read(fixture.ctx, store, &session));
        if (i == 0) {
            assert_int_equal(walk(&fixture, session, 0, &last), ROWS);
        }
        read_one_by_one(&fixture, session, &last);
        jalon_session_end(session);
        change(&fixture, store, &last);
    }
    jalon_store_close(store);
    settle_database(fixture.url);
    run_in_database(fixture.url, judge);
    drop_database(fixture.url);
    jalon_context_destroy(fixture.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_done_for_a_map_goes_by_an_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
