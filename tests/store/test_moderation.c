/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The desk's rows: reasons, the queue in its order and page by page, who is kept out, the audit trail. */
#include "support.h"

#include "jalon/store_abuse.h"
#include "jalon/store_moderation.h"

enum { MINUTE_US = 60000000 };

static void ask(struct fixture *fixture, int64_t contribution, enum jalon_review_reason reason,
                int64_t created_us, const char *detail)
{
    struct jalon_review review = {reason, jalon_text_from(detail), created_us};
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_put_review(fixture->ctx, session, &fixture->map, contribution, &review));
    commit_session(fixture, session);
}

static size_t count_reviews(struct fixture *fixture, int64_t contribution,
                            struct jalon_review **out)
{
    size_t count = 0;
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_list_reviews(fixture->ctx, session, &fixture->map, contribution, out,
                                    &count));
    jalon_session_end(session);
    return count;
}

static void a_reason_is_kept_once_until_it_is_closed(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_review *reviews = NULL;
    struct jalon_contribution made;
    sample_contribution(fixture->ctx, &fixture->map, 1, &made);
    create(fixture, &made);
    ask(fixture, made.number, JALON_REVIEW_EDITED, 2 * MINUTE_US, "{\"from\":1}");
    ask(fixture, made.number, JALON_REVIEW_EDITED, 3 * MINUTE_US, "{\"from\":2}");
    ask(fixture, made.number, JALON_REVIEW_NEW, MINUTE_US, "");
    assert_int_equal(count_reviews(fixture, made.number, &reviews), 2);
    assert_int_equal(reviews[0].reason, JALON_REVIEW_NEW);
    expect_text(reviews[0].detail, "{}");
    assert_int_equal(reviews[1].created_us, 2 * MINUTE_US);
    expect_text(reviews[1].detail, "{\"from\":1}");
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_close_review(fixture->ctx, session, &fixture->map, made.number,
                                    JALON_REVIEW_NEW));
    commit_session(fixture, session);
    assert_int_equal(count_reviews(fixture, made.number, &reviews), 1);
    session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_close_reviews(fixture->ctx, session, &fixture->map, made.number));
    commit_session(fixture, session);
    assert_int_equal(count_reviews(fixture, made.number, &reviews), 0);
}

/* The numbers in the queue, page by page, as digits: of the n-th contribution that was made. */
static void expect_queue(struct fixture *fixture, struct jalon_queue_filter filter,
                         const int64_t numbers[], const char *expected)
{
    char got[32] = "";
    size_t length = 0, count = 0;
    struct jalon_session *session = read_session(fixture);
    do {
        struct jalon_queued *queued = NULL;
        filter.limit = 2;
        expect(fixture->ctx, JALON_OK,
               jalon_store_list_queue(fixture->ctx, session, &fixture->map, &filter, &queued,
                                      &count));
        assert_true(count <= 2);
        for (size_t i = 0; i < count; i++) {
            char digit = '1';
            while (numbers[digit - '1'] != queued[i].contribution.number) {
                digit++;
            }
            got[length++] = digit;
            filter.after_us = queued[i].since_us;
            filter.after = queued[i].contribution.number;
        }
    } while (count == 2);
    jalon_session_end(session);
    assert_string_equal(got, expected);
}

static void the_queue_is_in_the_order_of_waiting(void **state)
{
    static const enum jalon_review_reason new_ = JALON_REVIEW_NEW, late = JALON_REVIEW_LATE;
    static const enum jalon_moderation published = JALON_MODERATION_PUBLISHED;
    struct fixture *fixture = *state;
    int64_t numbers[5];
    for (int i = 0; i < 5; i++) {
        struct jalon_contribution made;
        sample_contribution(fixture->ctx, &fixture->map, i, &made);
        made.moderation = i == 4 ? JALON_MODERATION_PENDING : JALON_MODERATION_PUBLISHED;
        create(fixture, &made);
        numbers[i] = made.number;
    }
    ask(fixture, numbers[0], JALON_REVIEW_NEW, 5 * MINUTE_US, "");
    ask(fixture, numbers[1], JALON_REVIEW_NEW, 2 * MINUTE_US, "");
    ask(fixture, numbers[2], JALON_REVIEW_NEW, 2 * MINUTE_US, "");
    ask(fixture, numbers[3], JALON_REVIEW_SPAM, 4 * MINUTE_US, "");
    ask(fixture, numbers[4], JALON_REVIEW_NEW, 6 * MINUTE_US, "");
    ask(fixture, numbers[4], JALON_REVIEW_LATE, 1 * MINUTE_US, "");
    expect_queue(fixture, (struct jalon_queue_filter){.collection = -1}, numbers, "52341");
    expect_queue(fixture, (struct jalon_queue_filter){.collection = -1, .reason = &new_}, numbers,
                 "2315");
    expect_queue(fixture, (struct jalon_queue_filter){.collection = -1, .reason = &late}, numbers,
                 "5");
    expect_queue(fixture, (struct jalon_queue_filter){.collection = -1, .state = &published},
                 numbers, "2341");
    expect_queue(fixture, (struct jalon_queue_filter){.collection = 0}, numbers, "52341");
    expect_queue(fixture, (struct jalon_queue_filter){.collection = 1}, numbers, "");
}

static void authors_are_counted_by_what_became_of_their_contributions(void **state)
{
    struct fixture *fixture = *state;
    int64_t accepted = -1, counts[JALON_MODERATION_COUNT];
    struct jalon_contribution found, made;
    for (int i = 0; i < 6; i++) {
        sample_contribution(fixture->ctx, &fixture->map, i, &made);
        made.author = i < 5 ? JALON_TEXT("ada") : JALON_TEXT("ben");
        made.moderation = i == 0 ? JALON_MODERATION_REJECTED : JALON_MODERATION_PUBLISHED;
        create(fixture, &made);
    }
    struct jalon_session *session = read_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_count_accepted(fixture->ctx, session, &fixture->map, JALON_TEXT("ada"), 3,
                                      &accepted));
    assert_int_equal(accepted, 3);
    expect(fixture->ctx, JALON_OK,
           jalon_store_count_accepted(fixture->ctx, session, &fixture->map, JALON_TEXT("ben"), 3,
                                      &accepted));
    assert_int_equal(accepted, 1);
    expect(fixture->ctx, JALON_OK,
           jalon_store_count_by_author(fixture->ctx, session, &fixture->map, JALON_TEXT("ada"),
                                       counts));
    assert_int_equal(counts[JALON_MODERATION_PUBLISHED], 4);
    assert_int_equal(counts[JALON_MODERATION_REJECTED], 1);
    assert_int_equal(counts[JALON_MODERATION_PENDING], 0);
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_by_id(fixture->ctx, session, &fixture->map, made.id, &found));
    assert_int_equal(found.number, made.number);
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_store_find_by_id(fixture->ctx, session, &fixture->map, jalon_id_make(), &found));
    jalon_session_end(session);
}

static void add(struct fixture *fixture, const struct jalon_map *map, const char *actor,
                const char *action, int64_t contribution)
{
    struct jalon_audit_entry entry = {
        .time_us = MINUTE_US,
        .actor = jalon_text_from(actor),
        .action = jalon_text_from(action),
        .contribution = contribution,
        .subject = JALON_TEXT("somebody"),
        .reason = JALON_TEXT("because"),
        .detail = JALON_TEXT("{\"version\":2}"),
    };
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_add_audit(fixture->ctx, session, map, &entry));
    commit_session(fixture, session);
}

static size_t list(struct fixture *fixture, struct jalon_audit_filter filter,
                   struct jalon_audit_entry **out)
{
    size_t count = 0;
    struct jalon_session *session = read_session(fixture);
    filter.limit = filter.limit > 0 ? filter.limit : 100;
    expect(fixture->ctx, JALON_OK,
           jalon_store_list_audit(fixture->ctx, session, &fixture->map, &filter, out, &count));
    jalon_session_end(session);
    return count;
}

static void the_trail_is_numbered_and_read_backwards(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_audit_entry *entries = NULL;
    struct jalon_contribution made;
    sample_contribution(fixture->ctx, &fixture->map, 1, &made);
    create(fixture, &made);
    add(fixture, &fixture->map, "ada", "approve", made.number);
    add(fixture, NULL, "root", "create_map", 0);
    add(fixture, &fixture->map, "ben", "hide", made.number);
    add(fixture, &fixture->map, "", "hide", 0);
    assert_int_equal(list(fixture, (struct jalon_audit_filter){.limit = 0}, &entries), 3);
    assert_int_equal(entries[0].number, 3);
    expect_text(entries[0].actor, "");
    assert_int_equal(entries[0].contribution, 0);
    assert_int_equal(entries[0].collection, -1);
    assert_int_equal(entries[2].number, 1);
    expect_text(entries[2].actor, "ada");
    expect_text(entries[2].subject, "somebody");
    expect_text(entries[2].reason, "because");
    expect_text(entries[2].detail, "{\"version\":2}");
    assert_int_equal(entries[2].time_us, MINUTE_US);
    assert_int_equal(entries[2].collection, 0);
    assert_int_equal(jalon_id_compare(entries[2].id, made.id), 0);
    assert_int_equal(list(fixture, (struct jalon_audit_filter){.before = 3, .limit = 1}, &entries),
                     1);
    assert_int_equal(entries[0].number, 2);
    assert_int_equal(
        list(fixture, (struct jalon_audit_filter){.actor = JALON_TEXT("ada")}, &entries), 1);
    assert_int_equal(
        list(fixture, (struct jalon_audit_filter){.action = JALON_TEXT("hide")}, &entries), 2);
    assert_int_equal(
        list(fixture, (struct jalon_audit_filter){.contribution = made.number}, &entries), 2);
}

/* --- Who is kept out --- */

/* What stands in the way of an address in the map, for a session that has locked it. */
static struct jalon_hindrance find_hindrance(struct fixture *fixture,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, const char *address)
{
    struct jalon_hindrance found = {.is_blocked = true};
    const struct jalon_writer writer = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY,
                                        jalon_text_from(address)};
    expect(fixture->ctx, JALON_OK,
           jalon_session_lock_map(fixture->ctx, session, map, true));
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_hindrance(fixture->ctx, session, map, &writer, 2 * MINUTE_US, &found));
    return found;
}

/* Blocks an address until the third minute. */
static void block(struct fixture *fixture, struct jalon_session *session,
                             const char *address, bool is_of_server)
{
    struct jalon_block made = {.id = jalon_id_make(),
                               .account = JALON_TEXT_EMPTY,
                               .device = JALON_TEXT_EMPTY,
                               .address = jalon_text_from(address),
                               .reason = JALON_TEXT("floods"),
                               .author = JALON_TEXT_EMPTY,
                               .created_us = MINUTE_US,
                               .ends_us = 3 * MINUTE_US,
                               .is_of_server = is_of_server};
    expect(fixture->ctx, JALON_OK,
           jalon_store_insert_block(fixture->ctx, session, &fixture->map, &made));
}

/* A session asks once whether there are blocks at all: it must not miss those made before, or in it. */
static void blocks_and_zones_are_seen_by_who_has_the_map(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_map other;
    struct jalon_session *session = write_session(fixture);
    sample_map(ctx, &other);
    other.slug = JALON_TEXT("other");
    expect(ctx, JALON_OK, jalon_store_insert_map(ctx, session, &other));
    assert_false(find_hindrance(fixture, session, &fixture->map, "here").is_blocked);
    block(fixture, session, "here", false);
    struct jalon_hindrance found = find_hindrance(fixture, session, &fixture->map, "here");
    assert_true(found.is_blocked && !found.has_zones);
    expect_text(found.reason, "floods");
    assert_int_equal(found.ends_us, 3 * MINUTE_US);
    assert_false(find_hindrance(fixture, session, &fixture->map, "there").is_blocked);
    commit_session(fixture, session);
    session = write_session(fixture);
    assert_true(find_hindrance(fixture, session, &fixture->map, "here").is_blocked);
    assert_false(find_hindrance(fixture, session, &other, "here").is_blocked);
    block(fixture, session, "there", true);
    commit_session(fixture, session);
    session = write_session(fixture);
    assert_true(find_hindrance(fixture, session, &other, "there").is_blocked);
    jalon_session_end(session);
    struct jalon_zone zone = {.id = jalon_id_make(),
                              .reason = JALON_TEXT("floods"),
                              .author = JALON_TEXT_EMPTY,
                              .created_us = MINUTE_US,
                              .ends_us = 3 * MINUTE_US,
                              .geometry = square(ctx, 3, 43, 1)};
    session = write_session(fixture);
    assert_false(find_hindrance(fixture, session, &other, "here").has_zones);
    expect(ctx, JALON_OK, jalon_store_insert_zone(ctx, session, &other, &zone));
    assert_true(find_hindrance(fixture, session, &other, "here").has_zones);
    commit_session(fixture, session);
    session = write_session(fixture);
    assert_true(find_hindrance(fixture, session, &other, "here").has_zones);
    jalon_session_end(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_reason_is_kept_once_until_it_is_closed),
        RUN(the_queue_is_in_the_order_of_waiting),
        RUN(blocks_and_zones_are_seen_by_who_has_the_map),
        RUN(authors_are_counted_by_what_became_of_their_contributions),
        RUN(the_trail_is_numbered_and_read_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
