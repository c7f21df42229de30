/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The desk where no client can look: two moderators at once, what a merge keeps and a purge leaves, places
 * outside. What is answered is tested over HTTP (tests/http/moderation).
 */
#include "support.h"

#include <pthread.h>

#include "jalon/app_moderation.h"
#include "jalon/app_people.h"
#include "jalon/geo.h"
#include "jalon/json.h"

enum { TOGETHER = 100 };

static void find_nothing(void *handle, const struct jalon_finding *finding)
{
    (void)handle;
    fail_msg("found: %s %s: %s", finding->table.data, finding->key.data, finding->what.data);
}

static void expect_sound(struct fixture *fixture)
{
    expect(fixture->ctx, JALON_OK,
           jalon_app_check(fixture->ctx, jalon_text_from(fixture->location), false, find_nothing,
                           NULL));
}

static void make_operator(struct fixture *fixture, const char *name)
{
    struct jalon_account account = {.name = jalon_text_from(name),
                                    .email = JALON_TEXT_EMPTY,
                                    .is_operator = true};
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_account(fixture->ctx, fixture->app, &account, JALON_TEXT_EMPTY));
}

static struct jalon_id add(struct fixture *fixture, const char *properties, const char *account)
{
    struct jalon_contributed done;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, properties), account, &done));
    return done.id;
}

static struct jalon_decide decision_of(struct jalon_id id, enum jalon_decision decision,
                                       const char *account)
{
    return (struct jalon_decide){
        .map = JALON_TEXT("sample"),
        .actor = {.account = jalon_text_from(account), .scopes = JALON_SCOPE_ALL},
        .id = id,
        .decision = decision,
        .reason = JALON_TEXT("because"),
    };
}

static enum jalon_status decide(struct fixture *fixture, struct jalon_id id,
                                enum jalon_decision decision, const char *account)
{
    struct jalon_decide command = decision_of(id, decision, account);
    struct jalon_decided done;
    return jalon_app_decide(fixture->ctx, fixture->app, &command, &done);
}

/* --- Two at once --- */

struct moderator {
    struct fixture *fixture;
    const char *name;
    enum jalon_decision decision;
    const struct jalon_id *ids;
    pthread_barrier_t *barrier;
    int won, lost, other;
};

static void *decide_all(void *object)
{
    struct moderator *moderator = object;
    struct jalon_context *ctx = jalon_context_create();
    pthread_barrier_wait(moderator->barrier);
    for (int i = 0; i < TOGETHER; i++) {
        struct jalon_decide command =
            decision_of(moderator->ids[i], moderator->decision, moderator->name);
        struct jalon_decided done;
        enum jalon_status status;
        int tries = 0;
        command.version = 1;
        do {
            status = jalon_app_decide(ctx, moderator->fixture->app, &command, &done);
        } while (asks_again(ctx, status, &tries));
        moderator->won += status == JALON_OK;
        moderator->lost += status == JALON_CONFLICT;
        moderator->other += status != JALON_OK && status != JALON_CONFLICT;
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void of_two_decisions_about_one_state_one_holds(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_id ids[TOGETHER];
    pthread_barrier_t barrier;
    pthread_t threads[2];
    make_operator(fixture, "ada");
    make_operator(fixture, "ben");
    for (int i = 0; i < TOGETHER; i++) {
        ids[i] = add(fixture, "'title':'Ramp'", "");
    }
    struct moderator moderators[2] = {
        {fixture, "ada", JALON_DECIDE_APPROVE, ids, &barrier, 0, 0, 0},
        {fixture, "ben", JALON_DECIDE_HIDE, ids, &barrier, 0, 0, 0},
    };
    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, decide_all, &moderators[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(moderators[i].other, 0);
        assert_int_equal(moderators[i].won + moderators[i].lost, TOGETHER);
    }
    pthread_barrier_destroy(&barrier);
    assert_int_equal(moderators[0].won + moderators[1].won, TOGETHER);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), moderators[0].won);
    struct jalon_audit_entry *entries = NULL;
    size_t count = 0;
    struct jalon_audit_command trail = {
        .map = JALON_TEXT("sample"),
        .reader = {.account = JALON_TEXT("ada"), .scopes = JALON_SCOPE_ALL},
        .filter = {.actor = JALON_TEXT_EMPTY, .action = JALON_TEXT_EMPTY, .limit = 1000},
    };
    expect(fixture->ctx, JALON_OK,
           jalon_app_list_audit(fixture->ctx, fixture->app, &trail, &entries, &count));
    assert_int_equal(count, TOGETHER);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(entries[i].number, TOGETHER - (int64_t)i);
    }
    expect_sound(fixture);
}

/* --- Trust --- */

static void set_rules(struct fixture *fixture, struct jalon_rules rules)
{
    struct jalon_session *session = NULL;
    fixture->map.rules = rules;
    expect(fixture->ctx, JALON_OK,
           jalon_store_write(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_update_map(fixture->ctx, session, &fixture->map));
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
    jalon_live_drop(fixture->app, JALON_TEXT("sample"));
}

static void put_territory(struct fixture *fixture)
{
    const struct jalon_json *json = NULL;
    struct jalon_territory territory = {
        .id = jalon_id_make(),
        .key = JALON_TEXT("here"),
        .name = JALON_TEXT("Here"),
        .kind = JALON_TEXT("city"),
        .parent = JALON_TEXT_EMPTY,
    };
    expect(fixture->ctx, JALON_OK,
           jalon_json_parse(fixture->ctx,
                            JALON_TEXT("{\"type\":\"Polygon\",\"coordinates\":[[[3,43],[4,43],"
                                       "[4,44],[3,44],[3,43]]]}"),
                            &json));
    expect(fixture->ctx, JALON_OK,
           jalon_geometry_from_json(fixture->ctx, json, "", JALON_SRID_WGS84,
                                    &territory.geometry));
    expect(fixture->ctx, JALON_OK,
           jalon_app_put_territory(fixture->ctx, fixture->app, &fixture->map, &territory));
}

static enum jalon_status add_outside(struct fixture *fixture, const char *account,
                                     struct jalon_contributed *out)
{
    jalon_error_clear(fixture->ctx);
    return contribute(fixture, "places",
                      "{'type':'Feature','geometry':{'type':'Point','coordinates':[7,48]},"
                      "'properties':{'title':'Far'}}",
                      account, out);
}

static bool is_reviewed_for(struct fixture *fixture, struct jalon_id id,
                            enum jalon_review_reason reason)
{
    struct jalon_contribution found = stored(fixture, "places", id);
    struct jalon_review *reviews = NULL;
    struct jalon_session *session = NULL;
    size_t count = 0;
    bool is_there = false;
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_list_reviews(fixture->ctx, session, &fixture->map, found.number, &reviews,
                                    &count));
    jalon_session_end(session);
    for (size_t i = 0; i < count; i++) {
        is_there = is_there || reviews[i].reason == reason;
    }
    return is_there;
}

static void places_outside_are_taken_flagged_or_refused(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed done;
    struct jalon_rules rules = JALON_RULES_DEFAULTS;
    make_operator(fixture, "ada");
    rules.outside = JALON_OUTSIDE_REFUSE;
    set_rules(fixture, rules);
    expect(fixture->ctx, JALON_OK, add_outside(fixture, "", &done)); /* there are no territories */
    put_territory(fixture);
    expect(fixture->ctx, JALON_INVALID, add_outside(fixture, "", &done));
    expect_detail(fixture->ctx, "/geometry", "outside");
    expect(fixture->ctx, JALON_OK, add_outside(fixture, "ada", &done)); /* a moderator may */
    assert_false(is_reviewed_for(fixture, done.id, JALON_REVIEW_NEW));
    assert_false(is_reviewed_for(fixture, add(fixture, "'title':'Near'", ""),
                                 JALON_REVIEW_OUTSIDE));
    rules.outside = JALON_OUTSIDE_FLAG;
    set_rules(fixture, rules);
    expect(fixture->ctx, JALON_OK, add_outside(fixture, "", &done));
    assert_true(is_reviewed_for(fixture, done.id, JALON_REVIEW_OUTSIDE));
    rules.outside = JALON_OUTSIDE_ACCEPT;
    set_rules(fixture, rules);
    expect(fixture->ctx, JALON_OK, add_outside(fixture, "", &done));
    assert_false(is_reviewed_for(fixture, done.id, JALON_REVIEW_OUTSIDE));
}

/* --- Purge --- */

static void of_what_is_purged_nothing_is_left(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    make_operator(fixture, "ada");
    struct jalon_id id = add(fixture, "'title':'Zanzibar','description':'Tombouctou'", "");
    struct jalon_report_command complaint = {
        .map = JALON_TEXT("sample"),
        .collection = JALON_TEXT("places"),
        .id = id,
        .actor = {.account = JALON_TEXT("ada"), .scopes = JALON_SCOPE_ALL},
        .kind = JALON_TEXT("wrong"),
        .text = JALON_TEXT("Samarcande"),
    };
    struct jalon_report report;
    expect(ctx, JALON_OK, jalon_app_report(ctx, fixture->app, &complaint, &report));
    struct jalon_contribution before = stored(fixture, "places", id);
    expect(ctx, JALON_OK, decide(fixture, id, JALON_DECIDE_HIDE, "ada"));
    expect(ctx, JALON_OK, decide(fixture, id, JALON_DECIDE_PURGE, "ada"));
    struct jalon_contribution after = stored(fixture, "places", id);
    assert_int_equal(after.number, before.number);
    assert_int_equal(after.version, before.version + 2);
    assert_int_equal(after.geometry.type, JALON_GEOMETRY_NONE);
    assert_int_equal(after.title.length + after.description.length + after.author.length, 0);
    size_t count = 0;
    struct jalon_revision *revisions = list_revisions(fixture, after.number, &count);
    assert_int_equal(count, 3);
    assert_int_equal(revisions[0].action, JALON_ACTION_PURGE);
    expect_text(revisions[0].author, "ada");
    for (size_t i = 1; i < count; i++) {
        expect_text(revisions[i].changes, "[]");
        expect_text(revisions[i].reason, "");
    }
    expect_sound(fixture);
}

/* --- Merge --- */

static void a_merge_brings_back_what_was_no_duplicate(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_decided done;
    make_operator(fixture, "ada");
    struct jalon_id into = add(fixture, "'title':'Stairs'", "");
    struct jalon_id from = add(fixture, "'title':'The stairs'", "");
    struct jalon_decide command = decision_of(from, JALON_DECIDE_MERGE, "ada");
    command.into = &into;
    expect(ctx, JALON_OK, jalon_app_decide(ctx, fixture->app, &command, &done));
    struct jalon_contribution merged = stored(fixture, "places", from);
    assert_int_equal(jalon_id_compare(merged.merged_into, into), 0);
    assert_int_equal(merged.moderation, JALON_MODERATION_DELETED);
    expect_sound(fixture);
    expect(ctx, JALON_OK, decide(fixture, from, JALON_DECIDE_RESTORE, "ada"));
    static const struct jalon_id none = {{0}};
    struct jalon_contribution back = stored(fixture, "places", from);
    assert_int_equal(jalon_id_compare(back.merged_into, none), 0);
    assert_non_null(shown(fixture, fixture->app, "places", from));
    expect_sound(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(of_two_decisions_about_one_state_one_holds),
        RUN(places_outside_are_taken_flagged_or_refused),
        RUN(of_what_is_purged_nothing_is_left),
        RUN(a_merge_brings_back_what_was_no_duplicate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
