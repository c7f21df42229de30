/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Contributions added many at once: what is there is what single writes would have left. */
#include "support.h"

static struct jalon_contribution sample(struct fixture *fixture, int n)
{
    struct jalon_contribution row;
    sample_contribution(fixture->ctx, &fixture->map, n, &row);
    row.source_id = jalon_text_format(fixture->ctx->arena, "key-%d", n);
    return row;
}

static int64_t add(struct fixture *fixture, struct jalon_session *session,
                   struct jalon_contribution *row)
{
    struct jalon_write write = creation;
    write.source_digest = jalon_text_format(fixture->ctx->arena, "said-%s", row->source_id.data);
    int64_t seq = 0;
    expect(fixture->ctx, JALON_OK,
           jalon_store_add_contribution(fixture->ctx, session, &fixture->map, row, &write, &seq));
    return seq;
}

static void expect_stored(struct fixture *fixture, const struct jalon_contribution *row)
{
    struct jalon_contribution found;
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_load_contribution(fixture->ctx, session, &fixture->map, row->number,
                                         &found));
    assert_contributions_equal(&fixture->map, row, &found);
    jalon_session_end(session);
}

static void what_is_added_is_there_whole(void **state)
{
    enum { ROWS = 300 };
    static struct jalon_contribution rows[ROWS];
    struct fixture *fixture = *state;
    struct jalon_session *session = write_session(fixture);
    for (int i = 0; i < ROWS; i++) {
        rows[i] = sample(fixture, i);
        if (i % 7 == 3) {
            rows[i].geometry = square(fixture->ctx, 3 + i / 100.0, 43, 0.25);
        } else if (i % 7 == 5) {
            rows[i].geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE,
                                                       .srid = JALON_SRID_WGS84};
        }
        if (i % 3 == 0) {
            rows[i].author = rows[i].title = rows[i].observed = JALON_TEXT_EMPTY;
        }
        assert_int_equal(add(fixture, session, &rows[i]), i + 1);
        assert_true(i == 0 || rows[i].number > rows[i - 1].number);
    }
    commit_session(fixture, session);
    for (int i = 0; i < ROWS; i++) {
        expect_stored(fixture, &rows[i]);
    }
    assert_history_whole(fixture, ROWS);
}

/* The session itself reads and changes them, and writes others in between. */
static void what_is_added_is_there_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = write_session(fixture);
    struct jalon_contribution added = sample(fixture, 1), put = sample(fixture, 2), found;
    struct jalon_source_row source;
    int64_t seq;
    add(fixture, session, &added);
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &put, &creation, &seq));
    assert_int_equal(seq, 2);
    struct jalon_contribution third = sample(fixture, 3);
    assert_int_equal(add(fixture, session, &third), 3);
    expect(ctx, JALON_OK,
           jalon_store_find_source_row(ctx, session, &fixture->map, 0, third.source,
                                       third.source_id, &source));
    assert_int_equal(source.number, third.number);
    expect_text(source.digest, "said-key-3");
    expect(ctx, JALON_OK,
           jalon_store_find_contribution(ctx, session, &fixture->map, 0, added.id, &found));
    assert_contributions_equal(&fixture->map, &added, &found);
    struct jalon_write change = creation;
    change.action = JALON_ACTION_UPDATE;
    struct jalon_contribution fourth = sample(fixture, 4);
    add(fixture, session, &fourth);
    fourth.version = 2;
    fourth.title = JALON_TEXT("Changed");
    fourth.geometry = point(ctx, 4, 44);
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &fourth, &change, &seq));
    assert_int_equal(seq, 5);
    commit_session(fixture, session);
    expect_stored(fixture, &added);
    expect_stored(fixture, &put);
    expect_stored(fixture, &third);
    expect_stored(fixture, &fourth);
    assert_history_whole(fixture, 5);
}

static void what_is_undone_was_never_there(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution first = sample(fixture, 1), undone = sample(fixture, 2),
                              kept = sample(fixture, 3), last = sample(fixture, 4), found;
    struct jalon_session *session = write_session(fixture);
    add(fixture, session, &first);
    expect(ctx, JALON_OK, jalon_session_set_savepoint(ctx, session));
    add(fixture, session, &undone);
    expect(ctx, JALON_OK, jalon_session_undo_savepoint(ctx, session));
    expect(ctx, JALON_OK, jalon_session_set_savepoint(ctx, session));
    assert_int_equal(add(fixture, session, &kept), 2);
    expect(ctx, JALON_OK, jalon_session_keep_savepoint(ctx, session));
    commit_session(fixture, session);
    session = write_session(fixture);
    add(fixture, session, &last);
    jalon_session_end(session);
    session = read_session(fixture);
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_contribution(ctx, session, &fixture->map, 0, undone.id, &found));
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_contribution(ctx, session, &fixture->map, 0, last.id, &found));
    jalon_session_end(session);
    expect_stored(fixture, &first);
    expect_stored(fixture, &kept);
    assert_history_whole(fixture, 2);
    assert_int_equal(create(fixture, &last), 3);
}

/* Told at once or at the commit: nothing of the session is there. */
static void a_taken_key_ends_the_session(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution first = sample(fixture, 1), second = sample(fixture, 2),
                              twin = sample(fixture, 3);
    create(fixture, &first);
    for (int by_id = 0; by_id < 2; by_id++) {
        int64_t seq;
        twin = sample(fixture, 3);
        if (by_id != 0) {
            twin.id = first.id;
        } else {
            twin.source_id = first.source_id;
        }
        struct jalon_session *session = write_session(fixture);
        add(fixture, session, &second);
        enum jalon_status status = jalon_store_add_contribution(ctx, session, &fixture->map, &twin,
                                                                &creation, &seq);
        if (status == JALON_OK) {
            status = jalon_session_commit(ctx, session);
        }
        expect(ctx, JALON_CONFLICT, status);
        jalon_session_end(session);
        assert_history_whole(fixture, 1);
    }
    assert_int_equal(create(fixture, &second), 2);
}

/* Keys and digests as text, in no order of their own. */
static enum jalon_status count_row(struct jalon_context *ctx, void *object,
                                   struct jalon_text source_id, struct jalon_text digest)
{
    struct jalon_text expected = jalon_text_format(ctx->arena, "said-%s", source_id.data);
    assert_true(jalon_text_equal(expected, digest));
    *(int *)object += 1;
    return JALON_OK;
}

static int count_rows(struct fixture *fixture, const char *source, int64_t since)
{
    int count = 0;
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_each_source_row(fixture->ctx, session, &fixture->map, 0,
                                       jalon_text_from(source), since, count_row, &count));
    jalon_session_end(session);
    return count;
}

static void the_rows_of_a_source_are_told(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution other = sample(fixture, 9);
    struct jalon_session *session = write_session(fixture);
    for (int i = 0; i < 5; i++) {
        struct jalon_contribution row = sample(fixture, i);
        row.source = JALON_TEXT("a");
        add(fixture, session, &row);
    }
    other.source = JALON_TEXT("b");
    add(fixture, session, &other);
    commit_session(fixture, session);
    session = write_session(fixture);
    struct jalon_contribution last = sample(fixture, 10);
    last.source = JALON_TEXT("a");
    assert_int_equal(add(fixture, session, &last), 7);
    commit_session(fixture, session);
    assert_int_equal(count_rows(fixture, "a", 0), 6);
    assert_int_equal(count_rows(fixture, "a", 4), 2);
    assert_int_equal(count_rows(fixture, "a", 7), 0);
    assert_int_equal(count_rows(fixture, "b", 0), 1);
    assert_int_equal(count_rows(fixture, "c", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(what_is_added_is_there_whole),  RUN(what_is_added_is_there_at_once),
        RUN(what_is_undone_was_never_there), RUN(a_taken_key_ends_the_session),
        RUN(the_rows_of_a_source_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
