/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Contributions: what goes in comes out; versions, conflicts, rollback; walking them. */
#include "support.h"

#include <string.h>

#include "jalon/geo.h"

static void what_is_stored_comes_back_whole(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution made, found;
    sample_contribution(fixture->ctx, &fixture->map, 1, &made);
    assert_int_equal(create(fixture, &made), 1);
    assert_true(made.number > 0);
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_contribution(fixture->ctx, session, &fixture->map, made.collection,
                                         made.id, &found));
    assert_contributions_equal(&fixture->map, &made, &found);
    expect(fixture->ctx, JALON_OK,
           jalon_store_load_contribution(fixture->ctx, session, &fixture->map, made.number,
                                         &found));
    assert_contributions_equal(&fixture->map, &made, &found);
    jalon_session_end(session);
}

static void what_is_counted_makes_no_version(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution made, found;
    struct jalon_event *events;
    int64_t seq;
    size_t count;
    sample_contribution(ctx, &fixture->map, 1, &made);
    assert_int_equal(create(fixture, &made), 1);
    made.confirmed = JALON_TEXT("2026-05-04");
    made.supports = 12;
    made.comments = 3;
    made.touched_us = made.updated_us + 1000;
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_touch_contribution(ctx, session, &fixture->map, &made, &seq));
    assert_int_equal(seq, 2);
    commit_session(fixture, session);
    /* What changes it next leaves that as it is. */
    made.version = 2;
    made.declared_by = JALON_TEXT(JALON_DECLARED_BY_HOLDER);
    made.merged_into = jalon_id_make();
    made.updated_us += 2000;
    session = write_session(fixture);
    struct jalon_write write = creation;
    write.action = JALON_ACTION_UPDATE;
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &made, &write, &seq));
    commit_session(fixture, session);
    session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_load_contribution(ctx, session, &fixture->map, made.number, &found));
    assert_contributions_equal(&fixture->map, &made, &found);
    expect(ctx, JALON_OK,
           jalon_store_list_events(ctx, session, &fixture->map, 0, 10, &events, &count));
    assert_int_equal(count, 3);
    assert_int_equal(events[1].version, 1);
    assert_int_equal(events[1].time_us, made.touched_us);
    assert_int_equal(events[2].version, 2);
    assert_int_equal(events[2].time_us, made.updated_us);
    jalon_session_end(session);
}

static void absent_things_come_back_absent(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution found, made = {
        .id = jalon_id_make(),
        .collection = 1,
        .version = 1,
        .geometry = {.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84},
        .title = JALON_TEXT_EMPTY,
        .description = JALON_TEXT_EMPTY,
        .status = -1,
        .moderation = JALON_MODERATION_PENDING,
        .author = JALON_TEXT_EMPTY,
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT_EMPTY,
        .observed = JALON_TEXT_EMPTY,
        .campaign = JALON_TEXT_EMPTY,
        .created_us = 1,
        .updated_us = 1,
    };
    create(fixture, &made);
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_contribution(fixture->ctx, session, &fixture->map, 1, made.id, &found));
    assert_contributions_equal(&fixture->map, &made, &found);
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_store_find_contribution(fixture->ctx, session, &fixture->map, 0, made.id, &found));
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_store_find_contribution(fixture->ctx, session, &fixture->map, 1, jalon_id_make(),
                                         &found));
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_store_load_contribution(fixture->ctx, session, &fixture->map, made.number + 1,
                                         &found));
    jalon_session_end(session);
}

static void shapes_of_every_kind_are_kept(void **state)
{
    static const char *const texts[] = {
        "{\"type\":\"Point\",\"coordinates\":[3.8,43.6]}",
        "{\"type\":\"LineString\",\"coordinates\":[[3.8,43.6],[3.9,43.7],[4,43.6]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[9,0],[9,9],[0,9],[0,0]],"
        "[[1,1],[1,2],[2,2],[2,1],[1,1]]]}",
        "{\"type\":\"MultiPoint\",\"coordinates\":[[1,1],[2,2]]}",
        "{\"type\":\"MultiLineString\",\"coordinates\":[[[0,0],[1,1]],[[2,2],[3,3],[4,4]]]}",
        "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],"
        "[[[5,5],[9,5],[9,9],[5,5]],[[7,6],[8,7],[8,6],[7,6]]]]}",
    };
    struct fixture *fixture = *state;
    for (int i = 0; i < 6; i++) {
        struct jalon_contribution made, found;
        sample_contribution(fixture->ctx, &fixture->map, i, &made);
        const struct jalon_json *json;
        expect(fixture->ctx, JALON_OK,
               jalon_json_parse(fixture->ctx, jalon_text_from(texts[i]), &json));
        expect(fixture->ctx, JALON_OK,
               jalon_geometry_from_json(fixture->ctx, json, "", JALON_SRID_WGS84, &made.geometry));
        create(fixture, &made);
        struct jalon_session *session = read_session(fixture);
        expect(fixture->ctx, JALON_OK,
               jalon_store_load_contribution(fixture->ctx, session, &fixture->map, made.number,
                                             &found));
        jalon_session_end(session);
        assert_true(jalon_geometry_equal(&made.geometry, &found.geometry));
    }
}

static void values_at_their_edges_are_kept(void **state)
{
    static const struct {
        const char *observed;
        int64_t created_us, updated_us;
        const char *title;
    } edges[] = {
        {"0000-02-29", INT64_C(-62167219200000000), INT64_C(-62167219199999999), "\x01\t\x7f"},
        {"0001-01-01", INT64_C(-62135596800000000), -1, "'; -- \" \\ $1 ? %s \\u0000"},
        {"1999-12-31", INT64_C(946684799999999), INT64_C(946684800000000), "\xed\x9f\xbf\xef\xbf\xbf"},
        {"9999-12-31", 0, INT64_C(253402300799999999), "\xf4\x8f\xbf\xbf \xf0\x9f\x8c\xb3 e\xcc\x81"},
    };
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    size_t const length = 10000;
    char *long_text = jalon_arena_allocate(ctx->arena, 4 * length + 1);
    for (size_t i = 0; i < length; i++) {
        memcpy(&long_text[4 * i], "\xf0\x9f\x8c\xb3", 5);
    }
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        struct jalon_contribution made, found;
        sample_contribution(ctx, &fixture->map, (int)i, &made);
        made.observed = jalon_text_from(edges[i].observed);
        made.created_us = edges[i].created_us;
        made.updated_us = edges[i].updated_us;
        made.title = jalon_text_from(edges[i].title);
        made.description = (struct jalon_text){long_text, 4 * length};
        made.geometry = point(ctx, -0.0, i % 2 == 0 ? 90 : -5e-324);
        struct jalon_value *fields =
            jalon_arena_allocate(ctx->arena, 7 * sizeof *fields);
        memcpy(fields, made.fields, 7 * sizeof *fields);
        fields[0] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = made.title};
        fields[1] = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = 0x1.fffffffffffffp+1023};
        made.fields = fields;
        create(fixture, &made);
        struct jalon_session *session = read_session(fixture);
        expect(ctx, JALON_OK,
               jalon_store_load_contribution(ctx, session, &fixture->map, made.number, &found));
        jalon_session_end(session);
        assert_contributions_equal(&fixture->map, &made, &found);
        assert_true(made.geometry.positions[0].lat == found.geometry.positions[0].lat);
    }
}

static void a_change_needs_the_stored_version(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution row, found;
    sample_contribution(ctx, &fixture->map, 1, &row);
    create(fixture, &row);

    struct jalon_write change = {
        .action = JALON_ACTION_UPDATE,
        .author = JALON_TEXT("max"),
        .reason = JALON_TEXT("moved"),
        .changes = JALON_TEXT("[{\"field\":\"title\"}]"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_contribution changed = row;
    int64_t seq = 0;
    changed.version = 2;
    changed.title = JALON_TEXT("New");
    changed.geometry = square(ctx, 3, 43, 1);
    changed.updated_us += 5;
    changed.status = 1;
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &changed, &change, &seq));
    assert_int_equal(seq, 2);
    commit_session(fixture, session);

    /* Whoever still holds version 1 is told so, and the session may go on. */
    struct jalon_contribution late = row;
    late.version = 2;
    late.title = JALON_TEXT("Late");
    session = write_session(fixture);
    expect(ctx, JALON_PRECONDITION,
           jalon_store_put_contribution(ctx, session, &fixture->map, &late, &change, &seq));
    late.version = 4;
    expect(ctx, JALON_PRECONDITION,
           jalon_store_put_contribution(ctx, session, &fixture->map, &late, &change, &seq));
    commit_session(fixture, session);

    session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_load_contribution(ctx, session, &fixture->map, row.number, &found));
    assert_contributions_equal(&fixture->map, &changed, &found);
    struct jalon_revision *revisions;
    size_t count;
    expect(ctx, JALON_OK,
           jalon_store_list_revisions(ctx, session, &fixture->map, row.number, 0, 10, &revisions,
                                      &count));
    assert_int_equal(count, 2);
    assert_int_equal(revisions[0].version, 2);
    assert_int_equal(revisions[0].action, JALON_ACTION_UPDATE);
    assert_int_equal(revisions[0].time_us, changed.updated_us);
    expect_text(revisions[0].author, "max");
    expect_text(revisions[0].reason, "moved");
    expect_text(revisions[0].changes, "[{\"field\":\"title\"}]");
    jalon_session_end(session);
    assert_history_whole(fixture, 2);
}

static void an_id_or_a_source_row_is_there_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution first, second;
    int64_t seq = 0;
    sample_contribution(fixture->ctx, &fixture->map, 1, &first);
    sample_contribution(fixture->ctx, &fixture->map, 2, &second);
    create(fixture, &first);
    struct jalon_session *session = write_session(fixture);
    struct jalon_contribution twin = second;
    twin.id = first.id;
    expect(fixture->ctx, JALON_CONFLICT,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, &twin, &creation,
                                        &seq));
    twin = second;
    twin.source_id = first.source_id;
    expect(fixture->ctx, JALON_CONFLICT,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, &twin, &creation,
                                        &seq));
    expect(fixture->ctx, JALON_OK,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, &second, &creation,
                                        &seq));
    assert_int_equal(seq, 2);
    commit_session(fixture, session);
    assert_history_whole(fixture, 2);
}

static void what_is_not_committed_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution row, found;
    int64_t seq = 0;
    sample_contribution(fixture->ctx, &fixture->map, 1, &row);
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, &row, &creation,
                                        &seq));
    /* Another session does not see it either. */
    struct jalon_session *reader = read_session(fixture);
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_store_find_contribution(fixture->ctx, reader, &fixture->map, 0, row.id, &found));
    jalon_session_end(reader);
    jalon_session_end(session);
    assert_history_whole(fixture, 0);
    assert_int_equal(create(fixture, &row), 1);
    assert_history_whole(fixture, 1);
}

static void a_reader_keeps_what_it_saw_first(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution first, second, found;
    sample_contribution(fixture->ctx, &fixture->map, 1, &first);
    sample_contribution(fixture->ctx, &fixture->map, 2, &second);
    create(fixture, &first);
    struct jalon_session *reader = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_contribution(fixture->ctx, reader, &fixture->map, 0, first.id, &found));
    create(fixture, &second);
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_store_find_contribution(fixture->ctx, reader, &fixture->map, 0, second.id,
                                         &found));
    jalon_session_end(reader);
}

static void source_rows_and_secrets_are_found(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution row;
    struct jalon_write write = creation;
    write.source_digest = JALON_TEXT("d1");
    write.edit_secret_hash = JALON_TEXT("5ec7e7");
    sample_contribution(ctx, &fixture->map, 1, &row);
    int64_t seq = 0;
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &row, &write, &seq));
    struct jalon_source_row source;
    struct jalon_text hash;
    expect(ctx, JALON_OK,
           jalon_store_find_source_row(ctx, session, &fixture->map, 0, row.source, row.source_id,
                                       &source));
    assert_int_equal(source.number, row.number);
    assert_int_equal(source.moderation, JALON_MODERATION_PUBLISHED);
    expect_text(source.digest, "d1");
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_source_row(ctx, session, &fixture->map, 1, row.source, row.source_id,
                                       &source));
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_source_row(ctx, session, &fixture->map, 0, JALON_TEXT("other"),
                                       row.source_id, &source));
    /* A change without digest or secret keeps both. */
    write.action = JALON_ACTION_DELETE;
    write.source_digest = JALON_TEXT_EMPTY;
    write.edit_secret_hash = JALON_TEXT_EMPTY;
    row.version = 2;
    row.moderation = JALON_MODERATION_DELETED;
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &row, &write, &seq));
    expect(ctx, JALON_OK,
           jalon_store_find_source_row(ctx, session, &fixture->map, 0, row.source, row.source_id,
                                       &source));
    assert_int_equal(source.moderation, JALON_MODERATION_DELETED);
    expect_text(source.digest, "d1");
    expect(ctx, JALON_OK,
           jalon_store_find_edit_secret(ctx, session, &fixture->map, row.number, &hash));
    expect_text(hash, "5ec7e7");
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_edit_secret(ctx, session, &fixture->map, row.number + 1, &hash));
    commit_session(fixture, session);
}

/* Numbers that a filter lets through, as text: "1 2 3". */
static struct jalon_text walk(struct fixture *fixture, struct jalon_contribution_filter filter)
{
    struct jalon_context *row_ctx = jalon_context_create();
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution row;
    struct jalon_text out = JALON_TEXT_EMPTY;
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_scan_contributions(fixture->ctx, session, &fixture->map, &filter, &cursor));
    enum jalon_status status;
    while ((status = jalon_contribution_cursor_next(row_ctx, cursor, &row)) == JALON_OK) {
        out = jalon_text_format(fixture->ctx->arena, "%s %lld", out.data, (long long)row.number);
        jalon_context_reset(row_ctx);
    }
    expect(row_ctx, JALON_NOT_FOUND, status);
    jalon_contribution_cursor_end(cursor);
    jalon_session_end(session);
    jalon_context_destroy(row_ctx);
    return out;
}

static void walking_goes_by_number_and_filters(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_map second;
    sample_map(fixture->ctx, &second);
    second.slug = JALON_TEXT("second");
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK, jalon_store_insert_map(fixture->ctx, session, &second));
    for (int i = 1; i <= 6; i++) {
        struct jalon_contribution row;
        int64_t seq;
        sample_contribution(fixture->ctx, &fixture->map, i, &row);
        if (i % 2 == 0) {
            row.collection = 1;
            row.status = -1;
        }
        row.source = i > 3 ? JALON_TEXT("csv") : row.source;
        /* Row 5 is another map's; ids do not come in order. */
        row.id.bytes[0] = (uint8_t)(255 - i);
        expect(fixture->ctx, JALON_OK,
               jalon_store_put_contribution(fixture->ctx, session, i == 5 ? &second : &fixture->map,
                                            &row, &creation, &seq));
        assert_int_equal(row.number, i);
    }
    commit_session(fixture, session);
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    expect_text(walk(fixture, filter), " 1 2 3 4 6");
    filter.after = 2;
    expect_text(walk(fixture, filter), " 3 4 6");
    filter.source = JALON_TEXT("csv");
    expect_text(walk(fixture, filter), " 4 6");
    filter = (struct jalon_contribution_filter){.collection = 0, .source = JALON_TEXT_EMPTY};
    expect_text(walk(fixture, filter), " 1 3");
    filter.source = JALON_TEXT("csv");
    expect_text(walk(fixture, filter), "");
}

/* Few rows among many of another map are found one by one, where many are read as they lie. */
static void walking_finds_the_few_rows_among_many(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_map second;
    sample_map(fixture->ctx, &second);
    second.slug = JALON_TEXT("second");
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK, jalon_store_insert_map(fixture->ctx, session, &second));
    for (int i = 1; i <= 41; i++) {
        struct jalon_contribution row;
        int64_t seq;
        const struct jalon_map *map = i % 20 == 1 ? &fixture->map : &second;
        sample_contribution(fixture->ctx, map, i, &row);
        row.source = JALON_TEXT_EMPTY;
        row.source_id = JALON_TEXT_EMPTY;
        expect(fixture->ctx, JALON_OK,
               jalon_store_put_contribution(fixture->ctx, session, map, &row, &creation, &seq));
        assert_int_equal(row.number, i);
    }
    commit_session(fixture, session);
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    expect_text(walk(fixture, filter), " 1 21 41");
    filter.after = 1;
    expect_text(walk(fixture, filter), " 21 41");
    /* Behind 39 only rows are left that are read as they lie. */
    filter.after = 39;
    expect_text(walk(fixture, filter), " 41");
    filter.after = 41;
    expect_text(walk(fixture, filter), "");
}

static void store_rows(struct fixture *fixture, int count)
{
    struct jalon_session *session = write_session(fixture);
    for (int i = 1; i <= count; i++) {
        struct jalon_contribution row;
        int64_t seq;
        sample_contribution(fixture->ctx, &fixture->map, i, &row);
        row.source_id = jalon_text_format(fixture->ctx->arena, "%d", i);
        expect(fixture->ctx, JALON_OK,
               jalon_store_put_contribution(fixture->ctx, session, &fixture->map, &row, &creation,
                                            &seq));
    }
    commit_session(fixture, session);
}

/* More rows than the reader has room for, so that it waits for who takes them. */
static void reading_ahead_gives_the_rows_of_the_walk(void **state)
{
    enum { ROWS = 1500 };
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    store_rows(fixture, ROWS);
    struct jalon_contribution_filter all = {.collection = -1, .source = JALON_TEXT_EMPTY};
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution_reader *reader;
    const struct jalon_contribution *rows;
    size_t count = 1, total = 0;
    struct jalon_session *one = read_session(fixture), *other = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_scan_contributions(ctx, one, &fixture->map, &all, &cursor));
    expect(ctx, JALON_OK, jalon_store_read_ahead(ctx, other, &fixture->map, &all, &reader));
    while (count > 0) {
        expect(ctx, JALON_OK, jalon_contribution_reader_next(ctx, reader, &rows, &count));
        for (size_t i = 0; i < count; i++) {
            struct jalon_contribution row;
            expect(ctx, JALON_OK, jalon_contribution_cursor_next(ctx, cursor, &row));
            assert_int_equal(row.number, rows[i].number);
            assert_contributions_equal(&fixture->map, &row, &rows[i]);
        }
        total += count;
    }
    assert_int_equal(total, ROWS);
    expect(ctx, JALON_OK, jalon_contribution_reader_next(ctx, reader, &rows, &count));
    assert_int_equal(count, 0);
    jalon_contribution_reader_end(reader);
    jalon_session_end(one);
    jalon_session_end(other);
}

static void reading_ahead_ends_at_any_time(void **state)
{
    struct fixture *fixture = *state;
    store_rows(fixture, 1500);
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    for (int batches = 0; batches < 8; batches++) {
        struct jalon_contribution_reader *reader;
        const struct jalon_contribution *rows;
        size_t count;
        struct jalon_session *session = read_session(fixture);
        expect(fixture->ctx, JALON_OK,
               jalon_store_read_ahead(fixture->ctx, session, &fixture->map, &filter, &reader));
        for (int i = 0; i < batches; i++) {
            expect(fixture->ctx, JALON_OK,
                   jalon_contribution_reader_next(fixture->ctx, reader, &rows, &count));
            assert_true(count > 0);
        }
        jalon_contribution_reader_end(reader);
        /* The session is there again for others. */
        struct jalon_map_summary *maps;
        expect(fixture->ctx, JALON_OK,
               jalon_store_list_maps(fixture->ctx, session, &maps, &count));
        assert_int_equal(count, 1);
        jalon_session_end(session);
    }
}

static void a_session_ends_with_cursors_open(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution row, again;
    for (int i = 0; i < 3; i++) {
        sample_contribution(fixture->ctx, &fixture->map, i, &row);
        create(fixture, &row);
    }
    struct jalon_session *session = write_session(fixture);
    struct jalon_contribution_filter filter = {.collection = -1, .source = JALON_TEXT_EMPTY};
    struct jalon_contribution_cursor *outer, *inner;
    expect(fixture->ctx, JALON_OK,
           jalon_store_scan_contributions(fixture->ctx, session, &fixture->map, &filter, &outer));
    expect(fixture->ctx, JALON_OK, jalon_contribution_cursor_next(fixture->ctx, outer, &row));
    /* A second walk within the first does not disturb it. */
    expect(fixture->ctx, JALON_OK,
           jalon_store_scan_contributions(fixture->ctx, session, &fixture->map, &filter, &inner));
    expect(fixture->ctx, JALON_OK, jalon_contribution_cursor_next(fixture->ctx, inner, &again));
    assert_int_equal(again.number, row.number);
    expect(fixture->ctx, JALON_OK, jalon_contribution_cursor_next(fixture->ctx, outer, &row));
    assert_int_equal(row.number, again.number + 1);
    commit_session(fixture, session);
    create(fixture, &(struct jalon_contribution){
                        .id = jalon_id_make(),
                        .collection = 1,
                        .version = 1,
                        .geometry = point(fixture->ctx, 1, 1),
                        .title = JALON_TEXT_EMPTY,
                        .description = JALON_TEXT_EMPTY,
                        .status = -1,
                        .author = JALON_TEXT_EMPTY,
                        .source = JALON_TEXT_EMPTY,
                        .source_id = JALON_TEXT_EMPTY,
                        .licence = JALON_TEXT_EMPTY,
                        .observed = JALON_TEXT_EMPTY,
                        .campaign = JALON_TEXT_EMPTY,
                    });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(what_is_stored_comes_back_whole),
        RUN(what_is_counted_makes_no_version),
        RUN(absent_things_come_back_absent),
        RUN(shapes_of_every_kind_are_kept),
        RUN(values_at_their_edges_are_kept),
        RUN(a_change_needs_the_stored_version),
        RUN(an_id_or_a_source_row_is_there_once),
        RUN(what_is_not_committed_is_not_there),
        RUN(a_reader_keeps_what_it_saw_first),
        RUN(source_rows_and_secrets_are_found),
        RUN(walking_goes_by_number_and_filters),
        RUN(walking_finds_the_few_rows_among_many),
        RUN(reading_ahead_gives_the_rows_of_the_walk),
        RUN(reading_ahead_ends_at_any_time),
        RUN(a_session_ends_with_cursors_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
