/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What moves with a duplicate and what goes with all of it: nothing is lost, nothing counted twice. */
#include "support.h"

#include <stdio.h>

#include "jalon/store_merge.h"
#include "jalon/store_reports.h"

#include "store/private.h"

static void run(struct fixture *fixture, struct jalon_session *session, int query,
                const struct jalon_db_value *values, size_t count)
{
    expect(fixture->ctx, JALON_OK,
           jalon_db_execute(fixture->ctx, session->connection, query, values, count, NULL));
}

static struct jalon_db_value new_id(struct fixture *fixture)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(jalon_id_make(), text);
    return jalon_db_text(jalon_text_copy(fixture->ctx->arena, jalon_text_from(text)));
}

static struct jalon_db_value words(const char *text)
{
    return text != NULL ? jalon_db_text(jalon_text_from(text)) : jalon_db_null();
}

static void support(struct fixture *fixture, struct jalon_session *session, int64_t of,
                    const char *voice)
{
    struct jalon_db_value values[] = {jalon_db_integer(fixture->map.number), jalon_db_integer(of),
                                      words(voice), jalon_db_time(1)};
    run(fixture, session, JALON_QUERY_COPY_SUPPORT_WRITE, values, JALON_STORE_COUNT(values));
}

static void comment(struct fixture *fixture, struct jalon_session *session, int64_t of,
                    const char *moderation)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(fixture->map.number),
        new_id(fixture),
        jalon_db_integer(of),
        jalon_db_null(),
        words("information"),
        words("a word"),
        words("ada"),
        jalon_db_null(),
        words(moderation),
        jalon_db_null(),
        jalon_db_time(1),
        jalon_db_time(1),
    };
    run(fixture, session, JALON_QUERY_COPY_COMMENT_WRITE, values, JALON_STORE_COUNT(values));
}

static void confirm(struct fixture *fixture, struct jalon_session *session, int64_t of, bool still,
                    const char *observed)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(fixture->map.number), new_id(fixture), jalon_db_integer(of),
        jalon_db_boolean(still),               words(observed), jalon_db_null(),
        words("ada"),                          jalon_db_null(), jalon_db_time(1),
    };
    run(fixture, session, JALON_QUERY_COPY_CONFIRMATION_WRITE, values, JALON_STORE_COUNT(values));
}

static void link_to(struct fixture *fixture, struct jalon_session *session, int64_t from,
                    const char *type, int64_t to)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(fixture->map.number), new_id(fixture), jalon_db_integer(from),
        words(type),   jalon_db_integer(fixture->map.number), jalon_db_integer(to),
        words("ada"),                          jalon_db_time(1),
    };
    run(fixture, session, JALON_QUERY_COPY_LINK_WRITE, values, JALON_STORE_COUNT(values));
}

/* How many rows a table has that copies are read from. */
static enum jalon_status count_row(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    (void)ctx;
    (void)row;
    ++*(int *)object;
    return JALON_OK;
}

static int count_rows(struct fixture *fixture, struct jalon_session *session, int query)
{
    int count = 0;
    expect(fixture->ctx, JALON_OK,
           jalon_store_each_row(fixture->ctx, session, query, NULL, 0, count_row, &count));
    return count;
}

struct links {
    char text[256];
    size_t length;
    const int64_t *numbers;
};

static char letter(const int64_t *numbers, int64_t number)
{
    for (int i = 0; i < 4; i++) {
        if (numbers[i] == number) {
            return (char)('a' + i);
        }
    }
    return '?';
}

static enum jalon_status take_link(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    struct links *links = object;
    (void)ctx;
    links->length += (size_t)snprintf(
        links->text + links->length, sizeof links->text - links->length, "%c %s %c;",
        letter(links->numbers, jalon_db_to_integer(&row[2])), jalon_db_to_text(&row[3]).data,
        letter(links->numbers, jalon_db_to_integer(&row[5])));
    return JALON_OK;
}

/* a to d: a stays, b is its duplicate, c and d are others. */
static void make_four(struct fixture *fixture, int64_t numbers[4],
                      struct jalon_contribution made[4])
{
    for (int i = 0; i < 4; i++) {
        sample_contribution(fixture->ctx, &fixture->map, i, &made[i]);
        create(fixture, &made[i]);
        numbers[i] = made[i].number;
    }
}

static void all_that_was_said_moves_and_counts_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution made[4];
    int64_t numbers[4], open = 0, personal = 0;
    make_four(fixture, numbers, made);
    struct jalon_session *session = write_session(fixture);
    support(fixture, session, numbers[0], "account:1");
    support(fixture, session, numbers[0], "account:2");
    support(fixture, session, numbers[1], "account:2");
    support(fixture, session, numbers[1], "device:x");
    comment(fixture, session, numbers[0], "published");
    comment(fixture, session, numbers[1], "published");
    comment(fixture, session, numbers[1], "hidden");
    confirm(fixture, session, numbers[0], true, "2026-01-01");
    confirm(fixture, session, numbers[1], true, "2026-03-01");
    confirm(fixture, session, numbers[1], false, "2026-04-01");
    link_to(fixture, session, numbers[2], "answers", numbers[1]);
    link_to(fixture, session, numbers[1], "part_of", numbers[3]);
    link_to(fixture, session, numbers[0], "part_of", numbers[3]);
    link_to(fixture, session, numbers[1], "same_as", numbers[0]);
    link_to(fixture, session, numbers[0], "continues", numbers[1]);
    struct jalon_report report = {
        .id = jalon_id_make(), .kind = JALON_REPORT_WRONG, .author = JALON_TEXT("ada")};
    expect(ctx, JALON_OK,
           jalon_store_insert_report(ctx, session, &fixture->map, numbers[1], &report));
    struct jalon_merger merger = {numbers[1], numbers[0], JALON_TEXT("mod"), JALON_TEXT("same"), 9};
    expect(ctx, JALON_OK, jalon_store_merge(ctx, session, &fixture->map, &merger));
    expect(ctx, JALON_OK, jalon_store_recount(ctx, session, &fixture->map, &made[0]));
    expect(ctx, JALON_OK, jalon_store_recount(ctx, session, &fixture->map, &made[1]));
    assert_int_equal(made[0].supports, 3);
    assert_int_equal(made[0].comments, 2);
    expect_text(made[0].confirmed, "2026-03-01");
    assert_int_equal(made[1].supports + made[1].comments, 0);
    assert_int_equal(made[1].confirmed.length, 0);
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_SUPPORT_READ), 3);
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_COMMENT_READ), 3);
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_CONFIRMATION_READ), 3);
    expect(ctx, JALON_OK,
           jalon_store_count_open_reports(ctx, session, &fixture->map, numbers[0], &open,
                                          &personal));
    assert_int_equal(open, 1);
    struct links links = {.numbers = numbers};
    expect(ctx, JALON_OK, jalon_store_each_row(ctx, session, JALON_QUERY_COPY_LINK_READ, NULL, 0,
                                               take_link, &links));
    assert_string_equal(links.text, "c answers a;a part_of d;b same_as a;");
    expect(ctx, JALON_OK,
           jalon_store_unlink_merged(ctx, session, &fixture->map, numbers[1], numbers[0]));
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_LINK_READ), 2);
    commit_session(fixture, session);
}

static void a_purge_takes_all_of_one_and_nothing_of_others(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution made[4];
    struct jalon_revision *revisions = NULL;
    struct jalon_text hash;
    int64_t numbers[4];
    size_t count = 0;
    make_four(fixture, numbers, made);
    struct jalon_session *session = write_session(fixture);
    for (int i = 0; i < 2; i++) {
        support(fixture, session, numbers[i], "account:1");
        comment(fixture, session, numbers[i], "published");
        confirm(fixture, session, numbers[i], true, "2026-01-01");
    }
    link_to(fixture, session, numbers[2], "answers", numbers[0]);
    link_to(fixture, session, numbers[0], "part_of", numbers[3]);
    link_to(fixture, session, numbers[1], "part_of", numbers[3]);
    expect(ctx, JALON_OK, jalon_store_purge(ctx, session, &fixture->map, numbers[0]));
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_SUPPORT_READ), 1);
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_COMMENT_READ), 1);
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_CONFIRMATION_READ), 1);
    assert_int_equal(count_rows(fixture, session, JALON_QUERY_COPY_LINK_READ), 1);
    expect(ctx, JALON_OK,
           jalon_store_list_revisions(ctx, session, &fixture->map, numbers[0], 0, 9, &revisions,
                                      &count));
    assert_int_equal(count, 1);
    expect_text(revisions[0].changes, "[]");
    expect_text(revisions[0].author, "");
    expect_text(revisions[0].reason, "");
    expect(ctx, JALON_OK,
           jalon_store_find_edit_secret(ctx, session, &fixture->map, numbers[0], &hash));
    assert_int_equal(hash.length, 0);
    commit_session(fixture, session);
    assert_history_whole(fixture, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(all_that_was_said_moves_and_counts_once),
        RUN(a_purge_takes_all_of_one_and_nothing_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
