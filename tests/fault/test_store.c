/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store over a database that fails at the n-th call, for every n: the status comes up as it
 * was, what was begun is rolled back, and the same work succeeds afterwards. Then the same for
 * memory. Then rows that nobody of ours wrote.
 */
#include "support.h"

#include <string.h>

#include "db/fake.h"
#include "jalon/memory.h"
#include "store/private.h"

/* --- Works: each is one write session --- */

static struct jalon_contribution stored; /* one that is there from the start */
static struct jalon_account account;

static enum jalon_status add_map(struct jalon_context *ctx, struct jalon_session *session,
                                 const struct jalon_map *map)
{
    struct jalon_map second = *map;
    second.slug = JALON_TEXT("second");
    return jalon_store_insert_map(ctx, session, &second);
}

static enum jalon_status add_contribution(struct jalon_context *ctx,
                                          struct jalon_session *session,
                                          const struct jalon_map *map)
{
    struct jalon_contribution row;
    int64_t seq;
    sample_contribution(ctx, map, 7, &row);
    return jalon_store_put_contribution(ctx, session, map, &row, &creation, &seq);
}

static enum jalon_status change_contribution(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map)
{
    struct jalon_contribution row = stored;
    struct jalon_write write = creation;
    int64_t seq;
    row.version++;
    write.action = JALON_ACTION_UPDATE;
    return jalon_store_put_contribution(ctx, session, map, &row, &write, &seq);
}

static enum jalon_status add_territory(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_map *map)
{
    struct jalon_territory territory = {
        .id = jalon_id_make(),
        .key = JALON_TEXT("t"),
        .name = JALON_TEXT("T"),
        .kind = JALON_TEXT("city"),
        .parent = JALON_TEXT_EMPTY,
        .geometry = square(ctx, 1, 1, 1),
    };
    return jalon_store_put_territory(ctx, session, map, &territory);
}

static enum jalon_status add_account(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map)
{
    (void)map;
    account = (struct jalon_account){
        .name = JALON_TEXT("anna"),
        .email = JALON_TEXT_EMPTY,
    };
    struct jalon_token token = {
        .id = jalon_id_make(),
        .hash = JALON_TEXT("00ff"),
        .scopes = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = jalon_store_insert_account(ctx, session, &account);
    token.account = account.number;
    return status == JALON_OK ? jalon_store_insert_token(ctx, session, &token) : status;
}

static enum jalon_status remove_map(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map)
{
    return jalon_store_delete_map(ctx, session, map);
}

static enum jalon_status read_ahead(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map)
{
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    struct jalon_contribution_reader *reader;
    const struct jalon_contribution *rows;
    size_t count = 1;
    enum jalon_status status = jalon_store_read_ahead(ctx, session, map, &filter, &reader);
    if (status != JALON_OK) {
        return status;
    }
    while (status == JALON_OK && count > 0) {
        status = jalon_contribution_reader_next(ctx, reader, &rows, &count);
    }
    jalon_contribution_reader_end(reader);
    return status;
}

/* Reads of every kind, in one session. */
static enum jalon_status read_all(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map)
{
    struct jalon_map loaded;
    struct jalon_contribution row;
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    struct jalon_map_summary *maps;
    struct jalon_revision *revisions;
    struct jalon_event *events;
    struct jalon_territory *territories;
    struct jalon_source_row source;
    struct jalon_text hash;
    size_t count;
    int64_t seq, time_us;
    enum jalon_status status = jalon_store_load_map(ctx, session, map->slug, &loaded);
    if (status == JALON_OK) {
        status = jalon_store_find_contribution(ctx, session, map, 0, stored.id, &row);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_source_row(ctx, session, map, 0, stored.source, stored.source_id,
                                             &source);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_edit_secret(ctx, session, map, stored.number, &hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_scan_contributions(ctx, session, map, &filter, &cursor);
    }
    while (status == JALON_OK) {
        status = jalon_contribution_cursor_next(ctx, cursor, &row);
    }
    status = status == JALON_NOT_FOUND ? JALON_OK : status;
    if (status == JALON_OK) {
        status = read_ahead(ctx, session, map);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_maps(ctx, session, &maps, &count);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_revisions(ctx, session, map, stored.number, 0, 9, &revisions,
                                            &count);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_events(ctx, session, map, 0, 9, &events, &count);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_territories(ctx, session, map, &territories, &count);
    }
    return status == JALON_OK ? jalon_store_last_event(ctx, session, map, &seq, &time_us) : status;
}

typedef enum jalon_status work(struct jalon_context *, struct jalon_session *,
                               const struct jalon_map *);

/* --- What is there, in one number for each kind --- */

struct census {
    int64_t seq, version;
    size_t maps, territories, revisions, contributions;
    bool has_account;
};

static struct census count_all(struct fixture *fixture)
{
    struct jalon_context *ctx = fixture->ctx;
    struct census out = {0};
    struct jalon_session *session = read_session(fixture);
    struct jalon_map_summary *maps;
    struct jalon_territory *territories;
    struct jalon_revision *revisions;
    struct jalon_contribution row;
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    struct jalon_account found;
    int64_t time_us;
    expect(ctx, JALON_OK, jalon_store_list_maps(ctx, session, &maps, &out.maps));
    expect(ctx, JALON_OK,
           jalon_store_list_territories(ctx, session, &fixture->map, &territories,
                                        &out.territories));
    expect(ctx, JALON_OK,
           jalon_store_list_revisions(ctx, session, &fixture->map, stored.number, 0, 99, &revisions,
                                      &out.revisions));
    expect(ctx, JALON_OK,
           jalon_store_last_event(ctx, session, &fixture->map, &out.seq, &time_us));
    expect(ctx, JALON_OK,
           jalon_store_scan_contributions(ctx, session, &fixture->map, &filter, &cursor));
    while (jalon_contribution_cursor_next(ctx, cursor, &row) == JALON_OK) {
        out.contributions++;
        out.version += row.version;
    }
    out.has_account =
        jalon_store_find_account(ctx, session, JALON_TEXT("anna"), &found) == JALON_OK;
    jalon_session_end(session);
    return out;
}

/* --- Failing calls --- */

struct faulty {
    struct fixture *fixture;
    struct jalon_db_fake fake;
};

static void open_faulty(struct faulty *faulty)
{
    struct jalon_db_options options = {
        .location = jalon_text_from(faulty->fixture->location),
        .create = true,
        .wait_ms = 1000,
    };
    struct jalon_db *db;
    jalon_store_close(faulty->fixture->store);
    faulty->fake = (struct jalon_db_fake){.driver = &jalon_db_sqlite};
    expect(faulty->fixture->ctx, JALON_OK,
           jalon_db_fake_open(faulty->fixture->ctx, &faulty->fake, &options, &db));
    expect(faulty->fixture->ctx, JALON_OK,
           jalon_store_open_db(faulty->fixture->ctx, db, true, &faulty->fixture->store));
}

/* One session with the work; commits when asked to. */
static enum jalon_status run(struct fixture *fixture, work *do_work, bool write, bool commit)
{
    struct jalon_session *session;
    enum jalon_status status = write ? jalon_store_write(fixture->ctx, fixture->store, &session)
                                     : jalon_store_read(fixture->ctx, fixture->store, &session);
    if (status != JALON_OK) {
        return status;
    }
    status = do_work(fixture->ctx, session, &fixture->map);
    if (status == JALON_OK && commit) {
        status = jalon_session_commit(fixture->ctx, session);
    }
    jalon_session_end(session);
    return status;
}

static void fail_at_every_call(struct faulty *faulty, work *do_work, bool write)
{
    struct fixture *fixture = faulty->fixture;
    struct census before = count_all(fixture);
    int64_t start = faulty->fake.calls;
    expect(fixture->ctx, JALON_OK, run(fixture, do_work, write, false));
    int64_t calls = faulty->fake.calls - start + write; /* and the commit */
    assert_true(calls > 2);
    for (int64_t n = 1; n <= calls; n++) {
        enum jalon_status with = n % 2 == 0 ? JALON_UNAVAILABLE : JALON_RETRY;
        int64_t rolled_back = faulty->fake.rolled_back, begun = faulty->fake.begun;
        faulty->fake.status = with;
        faulty->fake.fail_at = n;
        expect(fixture->ctx, with, run(fixture, do_work, write, write));
        assert_int_equal(faulty->fake.fail_at, 0);
        /* Whatever began has been rolled back. */
        assert_int_equal(faulty->fake.rolled_back - rolled_back, faulty->fake.begun - begun);
        struct census after = count_all(fixture);
        assert_memory_equal(&before, &after, sizeof before);
    }
    expect(fixture->ctx, JALON_OK, run(fixture, do_work, write, write));
    if (write) {
        struct census after = count_all(fixture);
        assert_memory_not_equal(&before, &after, sizeof before);
    }
}

static void failures_of_calls_leave_nothing(void **state)
{
    struct fixture *fixture = *state;
    static struct faulty faulty; /* the store outlives this function */
    faulty.fixture = fixture;
    work *const works[] = {add_map,       add_contribution, change_contribution,
                           add_territory, add_account,      remove_map};
    sample_contribution(fixture->ctx, &fixture->map, 1, &stored);
    create(fixture, &stored);
    open_faulty(&faulty);
    fail_at_every_call(&faulty, read_all, false);
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        fail_at_every_call(&faulty, works[i], true);
    }
}

/* A database is made at once or not at all, and the next start completes it. */
static void failures_of_migrations_are_resumed(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    for (int64_t n = 1;; n++) {
        struct jalon_db_fake fake = {
            .driver = &jalon_db_sqlite, .fail_at = n, .status = JALON_UNAVAILABLE};
        char location[256];
        make_location(location);
        struct jalon_db_options options = {
            .location = jalon_text_from(location), .create = true, .wait_ms = 1000};
        struct jalon_db *db;
        struct jalon_store *store = NULL;
        expect(ctx, JALON_OK, jalon_db_fake_open(ctx, &fake, &options, &db));
        enum jalon_status status = jalon_store_open_db(ctx, db, true, &store);
        bool failed = fake.fail_at == 0;
        expect(ctx, failed ? JALON_UNAVAILABLE : JALON_OK, status);
        if (failed) {
            store = open_store(ctx, location);
        }
        jalon_store_close(store);
        forget_location(location);
        if (!failed) {
            assert_true(n > 5);
            break;
        }
    }
    jalon_context_destroy(ctx);
}

/* --- Failing memory --- */

static void fail_at_every_allocation(struct fixture *fixture, work *do_work, bool write)
{
    struct census before = count_all(fixture);
    for (uint64_t n = 1;; n++) {
        jalon_context_reset(fixture->ctx);
        sample_map(fixture->ctx, &fixture->map);
        struct jalon_session *session = read_session(fixture);
        expect(fixture->ctx, JALON_OK,
               jalon_store_load_map(fixture->ctx, session, JALON_TEXT("sample"), &fixture->map));
        jalon_session_end(session);

        jalon_memory_fail_at(n);
        enum jalon_status status = run(fixture, do_work, write, false);
        bool reached = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        if (!reached) {
            expect(fixture->ctx, JALON_OK, status);
            break;
        }
        /* An allocation may have been one that is done without. */
        assert_true(status == JALON_NO_MEMORY || status == JALON_OK);
        struct census after = count_all(fixture);
        assert_memory_equal(&before, &after, sizeof before);
    }
}

static void failures_of_memory_leave_nothing(void **state)
{
    struct fixture *fixture = *state;
    work *const works[] = {add_map, change_contribution, add_account, remove_map};
    /* Not in the arena of the context, which is reset here. */
    static struct jalon_context *own;
    own = jalon_context_create();
    struct jalon_context *reset = fixture->ctx;
    fixture->ctx = own;
    sample_contribution(own, &fixture->map, 1, &stored);
    create(fixture, &stored);
    fixture->ctx = reset;
    fail_at_every_allocation(fixture, read_all, false);
    for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
        fail_at_every_allocation(fixture, works[i], true);
    }
    jalon_context_destroy(own);
}

static void failures_of_memory_while_opening(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_store_options options = {.data = jalon_text_from(fixture->location)};
    struct jalon_store *store;
    for (uint64_t n = 1;; n++) {
        jalon_context_reset(fixture->ctx);
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_store_open(fixture->ctx, &options, &store);
        bool reached = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        if (status == JALON_OK) {
            jalon_store_close(store);
        } else {
            assert_int_equal(status, JALON_NO_MEMORY);
        }
        if (!reached) {
            assert_int_equal(status, JALON_OK);
            assert_true(n > 3);
            break;
        }
    }
}

/* --- Rows that cannot be read --- */

#define TEXT_VALUE(string) {.kind = JALON_DB_TEXT, .text = {"" string, sizeof(string) - 1}}
#define NUMBER_VALUE(value) {.kind = JALON_DB_INTEGER, .integer = (value)}

static void rows_of_unknown_making_are_told(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_map map;
    sample_map(ctx, &map);
    struct jalon_collection collections[2] = {map.collections[0], map.collections[1]};
    collections[0].number = 5;
    map.collections = collections;
    /* The columns of contribution_load; each round one of them is spoilt. */
    const struct jalon_db_value good[19] = {
        NUMBER_VALUE(1), TEXT_VALUE("01890000-0000-7000-8000-000000000000"), NUMBER_VALUE(5),
        NUMBER_VALUE(1), {0}, {0}, TEXT_VALUE("{}"), TEXT_VALUE("[]"), TEXT_VALUE("done"),
        TEXT_VALUE("hidden"), {0}, {0}, {0}, {0}, {0}, {0},
        TEXT_VALUE("2026-11-21T08:00:00Z"),
        TEXT_VALUE("2026-11-21T08:00:00.5Z"), {0},
    };
    const struct {
        int column;
        struct jalon_db_value value;
    } spoilt[] = {
        {1, TEXT_VALUE("not-an-id")},
        {2, NUMBER_VALUE(6)},
        {6, TEXT_VALUE("{\"name\":")},
        {7, TEXT_VALUE("\"x\"")},
        {8, TEXT_VALUE("unheard-of")},
        {9, TEXT_VALUE("lost")},
        {18, TEXT_VALUE("no geometry at all")},
    };
    struct jalon_db_value row[19];
    struct jalon_db_fake_answer answer = {JALON_QUERY_CONTRIBUTION_LOAD, 1, 19, row};
    struct jalon_db_fake fake = {
        .schema_version = jalon_db_schema_newest(), .answers = &answer, .answer_count = 1};
    struct jalon_db_options options = {.location = JALON_TEXT("nowhere"), .wait_ms = 1000};
    struct jalon_db *db;
    struct jalon_store *store;
    struct jalon_session *session;
    struct jalon_contribution found;
    expect(ctx, JALON_OK, jalon_db_fake_open(ctx, &fake, &options, &db));
    expect(ctx, JALON_OK, jalon_store_open_db(ctx, db, false, &store));
    expect(ctx, JALON_OK, jalon_store_read(ctx, store, &session));
    memcpy(row, good, sizeof row);
    expect(ctx, JALON_OK, jalon_store_load_contribution(ctx, session, &map, 1, &found));
    assert_int_equal(found.status, 1);
    assert_int_equal(found.moderation, JALON_MODERATION_HIDDEN);
    assert_int_equal(found.updated_us - found.created_us, 500000);
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        memcpy(row, good, sizeof row);
        row[spoilt[i].column] = spoilt[i].value;
        enum jalon_status status = jalon_store_load_contribution(ctx, session, &map, 1, &found);
        /* The operator learns which row; the client does not learn what stands in it. */
        assert_non_null(strstr(ctx->error.internal.data, "contribution 1"));
        assert_null(strstr(ctx->error.message.data, "1"));
        expect(ctx, JALON_INTERNAL, status);
    }
    jalon_session_end(session);
    jalon_store_close(store);
    jalon_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(failures_of_calls_leave_nothing),
        cmocka_unit_test(failures_of_migrations_are_resumed),
        RUN(failures_of_memory_leave_nothing),
        RUN(failures_of_memory_while_opening),
        cmocka_unit_test(rows_of_unknown_making_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
