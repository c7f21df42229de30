/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What time does: each kind goes on its day, not before, and what a map keeps for ever stays. */
#include "support.h"

#include "jalon/app_mail.h"
#include "jalon/app_tidy.h"
#include "jalon/clock.h"
#include "jalon/store_moderation.h"
#include "jalon/store_origin.h"
#include "jalon/store_people.h"
#include "jalon/store_reports.h"

#include "app/people.h"
#include "store/private.h"

static const int64_t day_us = INT64_C(86400) * 1000000;
static int64_t start_us;

static struct jalon_session *begin(struct fixture *fixture)
{
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_store_write(fixture->ctx, fixture->app->store, &session));
    return session;
}

static void commit(struct fixture *fixture, struct jalon_session *session)
{
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

static struct jalon_tidied tidy_on(struct fixture *fixture, int64_t day)
{
    struct jalon_tidied done;
    jalon_clock_set_us(start_us + day * day_us);
    expect(fixture->ctx, JALON_OK, jalon_app_tidy(fixture->ctx, fixture->app, NULL, &done));
    return done;
}

/* On this day so many rows of the kind go, and none the day before or later. */
static void expect_day(struct fixture *fixture, enum jalon_tidy_kind kind, int64_t day,
                       int64_t count)
{
    assert_int_equal(tidy_on(fixture, day - 1).counts[kind], 0);
    assert_int_equal(tidy_on(fixture, day + 1).counts[kind], count);
    assert_int_equal(tidy_on(fixture, day + 2).counts[kind], 0);
}

static int64_t contributed(struct fixture *fixture)
{
    struct jalon_contributed made;
    struct jalon_record record = body(fixture, at_point(fixture, "'title':'x'"));
    struct jalon_contribute command = {
        .map = JALON_TEXT("sample"),
        .collection = JALON_TEXT("places"),
        .record = &record,
        .actor = {.device = JALON_TEXT("device-0123456789"), .address = {1}},
        .contact_email = JALON_TEXT("zoe@example.org")};
    expect(fixture->ctx, JALON_OK,
           jalon_app_contribute(fixture->ctx, fixture->app, &command, &made));
    return stored(fixture, "places", made.id).number;
}

static struct jalon_origin origin_of(struct fixture *fixture, int64_t number)
{
    struct jalon_origin origin;
    struct jalon_session *session = begin(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_find_origin(fixture->ctx, session, &fixture->map, number, &origin));
    jalon_session_end(session);
    return origin;
}

static int set_clock(void **state)
{
    start_us = jalon_clock_now_us();
    jalon_clock_set_us(start_us);
    return setup(state);
}

static int reset_clock(void **state)
{
    jalon_clock_set_us(0);
    return teardown(state);
}

static void test_origins(void **state)
{
    struct fixture *fixture = *state;
    int64_t number = contributed(fixture);
    contributed(fixture);
    expect_day(fixture, JALON_TIDY_TRACES, 90, 2);
    struct jalon_origin origin = origin_of(fixture, number);
    expect_text(origin.device, "");
    expect_text(origin.address, "");
    expect_text(origin.email, "zoe@example.org");
    expect_day(fixture, JALON_TIDY_CONTACTS, 365, 2);
    origin = origin_of(fixture, number);
    expect_text(origin.email, "");
    assert_int_equal(origin.secret_expires_us, start_us + 365 * day_us); /* that is known still */
}

static void test_for_ever(void **state)
{
    struct fixture *fixture = *state;
    static const char *const keys[] = {"trace_days", "contact_days"};
    for (size_t i = 0; i < 2; i++) {
        struct jalon_assignment setting = {jalon_text_from(keys[i]), JALON_TEXT("0")};
        expect(fixture->ctx, JALON_OK,
               jalon_app_set_map(fixture->ctx, fixture->app, fixture->map.slug, &setting, 1));
    }
    contributed(fixture);
    struct jalon_tidied done = tidy_on(fixture, 10000);
    assert_int_equal(done.counts[JALON_TIDY_TRACES], 0);
    assert_int_equal(done.counts[JALON_TIDY_CONTACTS], 0);
}

static void test_many(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_session *session = begin(fixture);
    for (int i = 0; i < 2 * JALON_TIDY_STEP + 1; i++) {
        expect(fixture->ctx, JALON_OK,
               jalon_mail_queue(fixture->ctx, session, JALON_TEXT("a@example.org"),
                                JALON_TEXT("s"), JALON_TEXT("b")));
    }
    commit(fixture, session);
    session = begin(fixture);
    for (int i = 1; i <= 2 * JALON_TIDY_STEP; i++) { /* the last one waits for ever */
        expect(fixture->ctx, JALON_OK,
               jalon_store_end_mail(fixture->ctx, session, i,
                                    i % 2 == 0 ? JALON_MAIL_SENT : JALON_MAIL_FAILED, start_us,
                                    JALON_TEXT("e")));
    }
    commit(fixture, session);
    expect_day(fixture, JALON_TIDY_MAILS, 7, 2 * JALON_TIDY_STEP);
    int64_t waiting = 0;
    expect(fixture->ctx, JALON_OK, jalon_app_count_mail(fixture->ctx, fixture->app, &waiting));
    assert_int_equal(waiting, 1);
}

static void test_people(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_account zoe = {
        .name = JALON_TEXT("zoe"), .email = JALON_TEXT_EMPTY, .display_name = JALON_TEXT_EMPTY,
        .about = JALON_TEXT_EMPTY, .website = JALON_TEXT_EMPTY, .language = JALON_TEXT("fr"),
        .password_hash = JALON_TEXT_EMPTY, .created_us = start_us};
    struct jalon_ticket ticket = {
        .hash = JALON_TEXT("hash"), .purpose = JALON_TICKET_SIGN_IN, .email = JALON_TEXT("a@b"),
        .created_us = start_us, .expires_us = start_us + 3 * day_us};
    struct jalon_text secret;
    struct jalon_session *session = begin(fixture);
    expect(ctx, JALON_OK, jalon_store_insert_account(ctx, session, &zoe));
    expect(ctx, JALON_OK, jalon_session_begin(ctx, session, zoe.number, &secret));
    expect(ctx, JALON_OK, jalon_store_insert_ticket(ctx, session, &ticket));
    for (int i = 0; i < 2; i++) {
        expect(ctx, JALON_OK, jalon_notify(ctx, session, zoe.name, "comment", NULL, 0,
                                           JALON_TEXT_EMPTY, JALON_TEXT_EMPTY));
    }
    commit(fixture, session);
    expect(ctx, JALON_OK, jalon_app_see_notifications(ctx, fixture->app, zoe.name, 1));
    expect_day(fixture, JALON_TIDY_TICKETS, 3, 1);
    jalon_clock_set_us(start_us);
    expect_day(fixture, JALON_TIDY_SESSIONS, 90, 1);
    expect_day(fixture, JALON_TIDY_NOTIFICATIONS, 180, 1); /* the other was not seen */
}

static void test_late(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_review *reviews = NULL;
    size_t count = 0;
    int64_t waiting = contributed(fixture), published = contributed(fixture);
    struct jalon_review asked = {.reason = JALON_REVIEW_NEW, .detail = JALON_TEXT("{}"),
                                 .created_us = start_us};
    struct jalon_session *session = begin(fixture);
    struct jalon_contribution row;
    expect(ctx, JALON_OK,
           jalon_store_load_contribution(ctx, session, &fixture->map, waiting, &row));
    jalon_session_end(session);
    row.moderation = JALON_MODERATION_PENDING;
    edit(fixture, &row, JALON_ACTION_UPDATE, "");
    session = begin(fixture);
    expect(ctx, JALON_OK,
           jalon_store_put_review(ctx, session, &fixture->map, waiting, &asked));
    expect(ctx, JALON_OK,
           jalon_store_put_review(ctx, session, &fixture->map, published, &asked));
    commit(fixture, session);
    expect_day(fixture, JALON_TIDY_LATE, 7, 1);
    session = begin(fixture);
    expect(ctx, JALON_OK,
           jalon_store_list_reviews(ctx, session, &fixture->map, waiting, &reviews, &count));
    jalon_session_end(session);
    assert_int_equal(count, 2);
    assert_int_equal(reviews[1].reason, JALON_REVIEW_LATE);
    assert_int_equal(reviews[1].created_us, start_us + 8 * day_us);
}

static struct jalon_report only_report(struct fixture *fixture, int64_t contribution)
{
    struct jalon_report *reports = NULL;
    struct jalon_id all = {{0}};
    size_t count = 0;
    struct jalon_session *session = begin(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_list_reports(fixture->ctx, session, &fixture->map, contribution, all, 10,
                                    &reports, &count));
    jalon_session_end(session);
    assert_int_equal(count, 1);
    return reports[0];
}

static void test_reports(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    int64_t open = contributed(fixture), settled = contributed(fixture);
    struct jalon_report report = {.id = jalon_id_make(), .text = JALON_TEXT("gone"),
                                  .author = JALON_TEXT("zoe"), .device = JALON_TEXT_EMPTY,
                                  .created_us = start_us};
    struct jalon_session *session = begin(fixture);
    expect(ctx, JALON_OK,
           jalon_store_insert_report(ctx, session, &fixture->map, open, &report));
    report.id = jalon_id_make();
    expect(ctx, JALON_OK,
           jalon_store_insert_report(ctx, session, &fixture->map, settled, &report));
    report.state = JALON_REPORT_DISMISSED;
    report.decided_us = start_us + 10 * day_us;
    report.decided_by = JALON_TEXT("bob");
    report.answer = JALON_TEXT("no");
    expect(ctx, JALON_OK,
           jalon_store_settle_reports(ctx, session, &fixture->map, settled, &report));
    commit(fixture, session);
    expect_day(fixture, JALON_TIDY_REPORTS, 375, 1);
    report = only_report(fixture, settled);
    expect_text(report.author, "");
    expect_text(report.text, "gone");
    report = only_report(fixture, open);
    expect_text(report.author, "zoe");
}

#define TIMED(function) cmocka_unit_test_setup_teardown(function, set_clock, reset_clock)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TIMED(test_origins), TIMED(test_for_ever), TIMED(test_many),
        TIMED(test_people),  TIMED(test_late), TIMED(test_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
