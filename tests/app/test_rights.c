/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who somebody is in a map, the bounds of moderators, a map's admins; settings and charters as stored. */
#include <string.h>

#include "jalon/app_people.h"
#include "jalon/app_rules.h"
#include "jalon/geo.h"
#include "jalon/licence.h"
#include "jalon/store_charter.h"

#include "app/rights.h"

#include "support.h"

static void add_account(struct fixture *fixture, const char *name)
{
    struct jalon_account account = {.name = jalon_text_from(name), .email = JALON_TEXT_EMPTY};
    expect(fixture->ctx, JALON_OK, jalon_app_create_account(fixture->ctx, fixture->app, &account,
                                    JALON_TEXT_EMPTY));
}

static enum jalon_status put(struct fixture *fixture, const char *name, const char *role,
                             const char *category, const char *territory)
{
    struct jalon_text key = jalon_text_from(category);
    struct jalon_member member;
    struct jalon_put_member command = {
        .map = JALON_TEXT("sample"),
        .name = jalon_text_from(name),
        .role = jalon_text_from(role),
        .categories = &key,
        .category_count = key.length > 0,
        .territory = jalon_text_from(territory),
        .reason = JALON_TEXT_EMPTY,
    };
    return jalon_app_put_member(fixture->ctx, fixture->app, NULL, &command, &member);
}

/* The square from 3 to 4 degrees east. */
static void add_territory(struct fixture *fixture)
{
    static const char wkt[] = "POLYGON ((3 43, 4 43, 4 44, 3 44, 3 43))";
    struct jalon_territory east = {
        .key = JALON_TEXT("east"),
        .name = JALON_TEXT("Est"),
        .kind = JALON_TEXT("quarter"),
        .parent = JALON_TEXT_EMPTY,
    };
    expect(fixture->ctx, JALON_OK,
           jalon_geometry_from_wkt(fixture->ctx, jalon_text_from(wkt), 4326, &east.geometry));
    expect(fixture->ctx, JALON_OK,
           jalon_app_put_territory(fixture->ctx, fixture->app, &fixture->map, &east));
}

static struct jalon_id add(struct fixture *fixture, const char *lon, const char *category)
{
    struct jalon_contributed made;
    struct jalon_text json = jalon_text_format(
        fixture->ctx->arena,
        "{'type':'Feature','geometry':{'type':'Point','coordinates':[%s,43.5]},"
        "'properties':{'title':'A','categories':['%s']}}",
        lon, category);
    expect(fixture->ctx, JALON_OK, contribute(fixture, "places", json.data, "ada", &made));
    return made.id;
}

/* What checking this right says of the contribution. */
static enum jalon_status check(struct fixture *fixture, const char *name, enum jalon_right right,
                               struct jalon_id id)
{
    struct jalon_actor actor = {.account = jalon_text_from(name), .scopes = JALON_SCOPE_ALL,
                                .secret = JALON_TEXT_EMPTY};
    struct jalon_contribution subject = stored(fixture, "places", id);
    struct jalon_session *session;
    struct jalon_party party;
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK, jalon_rights_find_party(fixture->ctx, session, &fixture->map,
                                                           &actor, &party));
    enum jalon_status status =
        jalon_rights_check(fixture->ctx, session, &fixture->map, &party, right, &subject);
    jalon_session_end(session);
    jalon_error_clear(fixture->ctx);
    return status;
}

static void test_bounds_hold(void **state)
{
    struct fixture *fixture = *state;
    add_account(fixture, "cat");
    add_account(fixture, "terry");
    add_territory(fixture);
    expect(fixture->ctx, JALON_OK, put(fixture, "cat", "moderator", "culture", ""));
    expect(fixture->ctx, JALON_OK, put(fixture, "terry", "moderator", "", "east"));
    struct jalon_id dance_east = add(fixture, "3.5", "culture-dance");
    struct jalon_id chess_west = add(fixture, "2.5", "sport-chess");
    const struct {
        const char *name;
        struct jalon_id inside, outside;
    } bounded[] = {{"cat", dance_east, chess_west}, {"terry", dance_east, chess_west}};
    for (size_t i = 0; i < 2; i++) {
        const char *name = bounded[i].name;
        assert_int_equal(check(fixture, name, JALON_RIGHT_MODERATE, bounded[i].inside), JALON_OK);
        assert_int_equal(check(fixture, name, JALON_RIGHT_MODERATE, bounded[i].outside),
                         JALON_FORBIDDEN);
        assert_int_equal(check(fixture, name, JALON_RIGHT_CHANGE, bounded[i].outside),
                         JALON_FORBIDDEN);
        assert_int_equal(check(fixture, name, JALON_RIGHT_CHANGE, bounded[i].inside), JALON_OK);
        /* What is about the whole map they do not see, nor set. */
        assert_int_equal(check(fixture, name, JALON_RIGHT_SEE_AUDIT, bounded[i].inside),
                         JALON_FORBIDDEN);
    }
    /* Both bounds at once: what is in one only is outside. */
    expect(fixture->ctx, JALON_OK, put(fixture, "cat", "moderator", "sport", "east"));
    assert_int_equal(check(fixture, "cat", JALON_RIGHT_MODERATE, dance_east), JALON_FORBIDDEN);
    assert_int_equal(check(fixture, "cat", JALON_RIGHT_MODERATE, chess_west), JALON_FORBIDDEN);
    assert_int_equal(check(fixture, "cat", JALON_RIGHT_MODERATE, add(fixture, "3.1", "sport")),
                     JALON_OK);
    expect(fixture->ctx, JALON_OK, put(fixture, "cat", "moderator", "", ""));
    assert_int_equal(check(fixture, "cat", JALON_RIGHT_SEE_AUDIT, chess_west), JALON_OK);
}

static void test_roles_are_given_and_taken(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_member *members;
    size_t count;
    add_account(fixture, "bob");
    add_account(fixture, "eve");
    expect(fixture->ctx, JALON_NOT_FOUND, put(fixture, "who", "member", "", ""));
    expect(fixture->ctx, JALON_INVALID, put(fixture, "bob", "king", "", ""));
    expect_detail(fixture->ctx, "/role", "moderator");
    jalon_error_clear(fixture->ctx);
    expect(fixture->ctx, JALON_INVALID, put(fixture, "bob", "moderator", "nothing", "nowhere"));
    expect_detail(fixture->ctx, "/categories/0", "nothing");
    expect_detail(fixture->ctx, "/territory", "nowhere");
    jalon_error_clear(fixture->ctx);
    expect(fixture->ctx, JALON_OK, put(fixture, "eve", "admin", "", ""));
    expect(fixture->ctx, JALON_OK, put(fixture, "bob", "moderator", "culture", ""));
    expect(fixture->ctx, JALON_CONFLICT, put(fixture, "eve", "member", "", ""));
    expect(fixture->ctx, JALON_CONFLICT,
           jalon_app_remove_member(fixture->ctx, fixture->app, NULL, JALON_TEXT("sample"),
                                   JALON_TEXT("eve"), JALON_TEXT_EMPTY));
    expect(fixture->ctx, JALON_OK,
           jalon_app_list_members(fixture->ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                  JALON_TEXT_EMPTY, 10, &members, &count));
    assert_int_equal(count, 2);
    expect_text(members[0].name, "bob");
    assert_int_equal(members[0].role, JALON_ROLE_MODERATOR);
    assert_int_equal(members[0].category_count, 1);
    expect_text(members[0].categories[0], "culture");
    assert_true(members[0].since_us > 0);
    expect(fixture->ctx, JALON_OK,
           jalon_app_list_members(fixture->ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                  JALON_TEXT("bob"), 10, &members, &count));
    assert_int_equal(count, 1);
    expect_text(members[0].name, "eve");
    expect(fixture->ctx, JALON_OK, put(fixture, "bob", "admin", "", ""));
    expect(fixture->ctx, JALON_OK,
           jalon_app_remove_member(fixture->ctx, fixture->app, NULL, JALON_TEXT("sample"),
                                   JALON_TEXT("eve"), JALON_TEXT_EMPTY));
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_app_remove_member(fixture->ctx, fixture->app, NULL, JALON_TEXT("sample"),
                                   JALON_TEXT("eve"), JALON_TEXT_EMPTY));
}

/* In a group, which may have the lock that it would wait for, it is not waited. */
static void test_not_in_a_group(void **state)
{
    struct fixture *fixture = *state;
    add_account(fixture, "bob");
    expect(fixture->ctx, JALON_OK, jalon_app_begin_group(fixture->ctx, fixture->app));
    (void)add(fixture, "3.5", "culture");
    expect(fixture->ctx, JALON_RETRY, put(fixture, "bob", "member", "", ""));
    expect(fixture->ctx, JALON_OK, jalon_app_end_group(fixture->ctx));
    expect(fixture->ctx, JALON_OK, put(fixture, "bob", "member", "", ""));
}

static void test_a_charter_has_versions(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_charter charter = {.text = {JALON_TEXT("Un"), JALON_TEXT("One")}}, found;
    struct jalon_text map = JALON_TEXT("sample");
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_app_find_charter(fixture->ctx, fixture->app, NULL, map, 0, &found));
    expect(fixture->ctx, JALON_OK,
           jalon_app_put_charter(fixture->ctx, fixture->app, NULL, map, &charter));
    charter.text.en = JALON_TEXT("Two");
    expect(fixture->ctx, JALON_OK,
           jalon_app_put_charter(fixture->ctx, fixture->app, NULL, map, &charter));
    assert_int_equal(charter.version, 2);
    expect(fixture->ctx, JALON_OK,
           jalon_app_find_charter(fixture->ctx, fixture->app, NULL, map, 0, &found));
    expect_text(found.text.en, "Two");
    expect(fixture->ctx, JALON_OK,
           jalon_app_find_charter(fixture->ctx, fixture->app, NULL, map, 1, &found));
    expect_text(found.text.en, "One");
    struct jalon_map now;
    expect(fixture->ctx, JALON_OK, jalon_app_find_map(fixture->ctx, fixture->app, map, &now));
    assert_int_equal(now.rules.charter, 2);
}

static void test_licences_are_told_apart(void **state)
{
    static const char *const open[] = {"ODbL-1.0", "CC-BY-4.0", "etalab-2.0", "CC0", "Licence X",
                                       "France", "CC-BY-ND-4.0"};
    static const char *const closed[] = {"CC-BY-NC-4.0", "cc by-nc sa 3.0 fr", "CC BY NC",
                                         "All rights reserved", "Tous droits réservés",
                                         "PolyForm-Noncommercial-1.0.0"};
    (void)state;
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        assert_true(jalon_licence_lets_sell(jalon_text_from(open[i])));
    }
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        assert_false(jalon_licence_lets_sell(jalon_text_from(closed[i])));
    }
}

/* How many contributions of `places` an export holds. */
static size_t exported(struct fixture *fixture, bool only_open)
{
    struct jalon_export *run;
    const struct jalon_exported *rows;
    size_t count, total = 0;
    expect(fixture->ctx, JALON_OK,
           jalon_export_begin(fixture->ctx, fixture->app, &fixture->map, 0, JALON_TEXT_EMPTY,
                              &run));
    if (only_open) {
        jalon_export_only_open(run);
    }
    do {
        expect(fixture->ctx, JALON_OK, jalon_export_next(fixture->ctx, run, &rows, &count));
        total += count;
        for (size_t i = 0; i < count && only_open; i++) {
            assert_null(strstr(rows[i].json.data, "NC"));
        }
    } while (count > 0);
    jalon_export_end(run);
    return total;
}

static void test_open_data_leaves_out_what_may_not_be_sold(void **state)
{
    struct fixture *fixture = *state;
    static const char *const licences[] = {"CC-BY-NC-4.0", "CC0-1.0", "CC-BY-NC-SA-4.0", "ODbL-1.0"};
    for (size_t i = 0; i < 4; i++) {
        struct jalon_text properties = jalon_text_format(
            fixture->ctx->arena, "'title':'A','licence':'%s'", licences[i]);
        expect(fixture->ctx, JALON_OK, contribute(fixture, "places",
                                                  at_point(fixture, properties.data), "ada", NULL));
    }
    assert_int_equal(exported(fixture, false), 4);
    assert_int_equal(exported(fixture, true), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_bounds_hold),
        RUN(test_roles_are_given_and_taken),
        RUN(test_not_in_a_group),
        RUN(test_a_charter_has_versions),
        RUN(test_licences_are_told_apart),
        RUN(test_open_data_leaves_out_what_may_not_be_sold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
