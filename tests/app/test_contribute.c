/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Adding one contribution: what is refused and why, what is stored, what is shown. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#define PLACE(geometry) "{'type':'Feature','geometry':" geometry ",'properties':{}}"

static enum jalon_status add(struct fixture *fixture, const char *collection,
                             const char *properties, struct jalon_contributed *out)
{
    return contribute(fixture, collection, at_point(fixture, properties), "", out);
}

/* --- What is refused --- */
static void test_every_fault_is_told_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    expect(ctx, JALON_INVALID,
           contribute(fixture, "places",
                      "{'type':'Feature','id':'mine','geometry':{'type':'Point','coordinates':"
                      "[770000,6280000]},'properties':{'width':'wide','steps':99,'built':'today',"
                      "'categories':['culture','opera'],'colour':'red','a/b~c':1,'version':4,"
                      "'title':{'fr':'x'},'access':'yes'}}",
                      "", NULL));
    expect_detail(ctx, "/id", "chosen by the server");
    expect_detail(ctx, "/geometry", "2154");
    expect_detail(ctx, "/properties/width", "must be a number");
    expect_detail(ctx, "/properties/steps", "at most 50");
    expect_detail(ctx, "/properties/built", "YYYY-MM-DD");
    expect_detail(ctx, "/properties/categories/1", "'opera' is not a category");
    expect_detail(ctx, "/properties/colour", "is not a field of places");
    expect_detail(ctx, "/properties/a~1b~0c", "is not a field");
    expect_detail(ctx, "/properties/version", "set by the server");
    expect_detail(ctx, "/properties/title", "must not be an object");
    expect_detail(ctx, "/properties/access", "must be one of full");
    assert_int_equal(ctx->error.detail_total, 11);
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 0);
}

static void test_required_fields(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    expect(ctx, JALON_INVALID, add(fixture, "reports", "", NULL));
    expect_detail(ctx, "/properties/kind", "is required");
    expect_detail(ctx, "/properties/depth", "is required");
    assert_int_equal(ctx->error.detail_total, 2);
    jalon_error_clear(ctx);
    expect(ctx, JALON_INVALID, add(fixture, "reports", "'kind':null,'depth':3", NULL));
    expect_detail(ctx, "/properties/kind", "is required");
    assert_int_equal(ctx->error.detail_total, 1);
    jalon_error_clear(ctx);
    /* A value that is there, and wrong, is not missing. */
    expect(ctx, JALON_INVALID, add(fixture, "reports", "'kind':'crack','depth':'deep'", NULL));
    expect_detail(ctx, "/properties/kind", "one of hole, light");
    expect_detail(ctx, "/properties/depth", "whole number");
    assert_int_equal(ctx->error.detail_total, 2);
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, add(fixture, "reports", "'kind':'hole','depth':0", NULL));
}

static void test_reserved_properties(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    static const char *const set_by_server[] = {"id",         "author",  "created", "updated",
                                                "moderation", "version", "source",  "source_id"};
    for (size_t i = 0; i < sizeof set_by_server / sizeof set_by_server[0]; i++) {
        char properties[64], pointer[64];
        snprintf(properties, sizeof properties, "'%s':'x'", set_by_server[i]);
        snprintf(pointer, sizeof pointer, "/properties/%s", set_by_server[i]);
        jalon_error_clear(ctx);
        expect(ctx, JALON_INVALID, add(fixture, "places", properties, NULL));
        expect_detail(ctx, pointer, "set by the server");
        assert_int_equal(ctx->error.detail_total, 1);
    }
    jalon_error_clear(ctx);
    expect(ctx, JALON_INVALID, add(fixture, "places", "'observed':'31/12/2024'", NULL));
    expect_detail(ctx, "/properties/observed", "YYYY-MM-DD");
    jalon_error_clear(ctx);
    expect(ctx, JALON_INVALID, add(fixture, "places", "'title':'two\\nlines'", NULL));
    expect_detail(ctx, "/properties/title", "one line");
}

static void test_private_fields_cannot_be_set_nor_guessed(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    expect(ctx, JALON_INVALID, add(fixture, "places", "'contact':'06'", NULL));
    expect_detail(ctx, "/properties/contact", "is not a field of places");
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND, add(fixture, "internal", "", NULL));
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND, add(fixture, "nowhere", "", NULL));
}

static void test_categories(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made;
    expect(ctx, JALON_OK, add(fixture, "places", "'categories':['sport-dance','culture']", &made));
    struct jalon_contribution row = stored(fixture, "places", made.id);
    assert_int_equal(row.category_count, 2);
    expect_text(fixture->map.categories[row.categories[0]].key, "culture");
    expect_text(fixture->map.categories[row.categories[1]].key, "sport-dance");
    static const char *const wrong[][3] = {
        {"'categories':['Danse']", "/properties/categories/0", "not a category"},
        {"'categories':['repairs']", "/properties/categories/0", "not a category of places"},
        {"'categories':'culture'", "/properties/categories", "list of category keys"},
        {"'categories':['sport','sport']", "/properties/categories/1", "twice"},
        {"'categories':[1]", "/properties/categories", "mixed list"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        jalon_error_clear(ctx);
        expect(ctx, JALON_INVALID, add(fixture, "places", wrong[i][0], NULL));
        expect_detail(ctx, wrong[i][1], wrong[i][2]);
    }
}

static void test_statuses(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made;
    expect(ctx, JALON_OK, add(fixture, "reports", "'kind':'hole','depth':1", &made));
    assert_int_equal(stored(fixture, "reports", made.id).status, 0);
    expect(ctx, JALON_OK,
           add(fixture, "reports", "'kind':'hole','depth':1,'status':'open'", &made));
    expect(ctx, JALON_INVALID,
           add(fixture, "reports", "'kind':'hole','depth':1,'status':'done'", NULL));
    expect_detail(ctx, "/properties/status", "starts as 'open'");
    jalon_error_clear(ctx);
    expect(ctx, JALON_INVALID, add(fixture, "places", "'status':'open'", NULL));
    expect_detail(ctx, "/properties/status", "has no statuses");
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, add(fixture, "places", "", &made));
    assert_int_equal(stored(fixture, "places", made.id).status, -1);
}

/* --- Geometry --- */
static void refuse_geometry(struct fixture *fixture, const char *collection, const char *geometry,
                            const char *words)
{
    struct jalon_context *ctx = fixture->ctx;
    const char *json =
        jalon_text_format(ctx->arena, "{'type':'Feature','geometry':%s,'properties':{}}", geometry)
            .data;
    jalon_error_clear(ctx);
    expect(ctx, JALON_INVALID, contribute(fixture, collection, json, "", NULL));
    bool found = false;
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &ctx->error.details[i];
        found = found || (jalon_text_starts_with(detail->where, "/geometry") &&
                          strstr(detail->reason.data, words) != NULL);
    }
    if (!found) {
        print_error("%s: not '%s' but '%s'\n", geometry, words,
                    ctx->error.detail_count > 0 ? ctx->error.details[0].reason.data : "nothing");
    }
    assert_true(found);
}

static void test_geometries_that_are_refused(void **state)
{
    struct fixture *fixture = *state;
    refuse_geometry(fixture, "places", "null", "no position");
    refuse_geometry(fixture, "zones", "{'type':'Point','coordinates':[3.8,43.6]}",
                    "expects Polygon, MultiPolygon, not Point");
    refuse_geometry(fixture, "places", "{'type':'MultiPoint','coordinates':[[3.8,43.6]]}",
                    "expects Point, LineString, Polygon, MultiLineString, MultiPolygon, not");
    refuse_geometry(fixture, "places", "{'type':'Point','coordinates':[200,43.6]}", "longitude");
    refuse_geometry(fixture, "places", "{'type':'Point','coordinates':[3.8,91]}", "latitude");
    refuse_geometry(fixture, "places", "{'type':'Point','coordinates':[770000,6280000]}",
                    "EPSG:2154");
    refuse_geometry(fixture, "places",
                    "{'type':'LineString','coordinates':[[3.8,43.6],[3.8,43.6]]}", "");
    refuse_geometry(fixture, "zones",
                    "{'type':'Polygon','coordinates':[[[3,43],[4,44],[5,45],[3,43]]]}", "");
}

static void test_a_shape_that_can_be_repaired_is(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made;
    /* A spike: out and back on one line. What remains is the square. */
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "zones",
                      PLACE("{'type':'Polygon','coordinates':[[[3,43],[4,43],[4,44],[5,45],[4,44],"
                            "[3,44],[3,43]]]}"),
                      "", &made));
    assert_true(made.repaired);
    struct jalon_contribution row = stored(fixture, "zones", made.id);
    assert_int_equal(row.geometry.type, JALON_GEOMETRY_POLYGON);
    assert_int_equal(row.geometry.position_count, 5);
    assert_non_null(strstr(made.json.data, "\"type\":\"Polygon\""));
    /* A bow tie is two triangles. */
    expect(
        fixture->ctx, JALON_OK,
        contribute(fixture, "zones",
                   PLACE("{'type':'Polygon','coordinates':[[[3,43],[4,44],[4,43],[3,44],[3,43]]]}"),
                   "", &made));
    assert_true(made.repaired);
    row = stored(fixture, "zones", made.id);
    assert_int_equal(row.geometry.type, JALON_GEOMETRY_MULTIPOLYGON);
    assert_int_equal(row.geometry.polygon_count, 2);
    /* Wound the other way round only: not a repair. */
    expect(
        fixture->ctx, JALON_OK,
        contribute(fixture, "zones",
                   PLACE("{'type':'Polygon','coordinates':[[[3,43],[3,44],[4,44],[4,43],[3,43]]]}"),
                   "", &made));
    assert_false(made.repaired);
    row = stored(fixture, "zones", made.id);
    assert_true(row.geometry.positions[1].lon > 3.5); /* counter-clockwise now */
}

/* --- What is stored --- */
static void test_row_revision_and_event_are_one(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made;
    expect(fixture->ctx, JALON_OK,
           add(fixture, "places",
               "'title':'Le café','description':'Ici','width':1.25,'access':'full',"
               "'days':['tuesday','monday'],'observed':'2024-05-06','licence':'CC0'",
               &made));
    assert_int_equal(made.seq, 1);
    assert_int_equal(made.state.version, 1);
    struct jalon_contribution row = stored(fixture, "places", made.id);
    expect_text(row.title, "Le café");
    expect_text(row.description, "Ici");
    expect_text(row.observed, "2024-05-06");
    expect_text(row.licence, "CC0");
    expect_text(row.author, "");
    assert_string_equal(field_text(fixture, &row, "width"), "1.25");
    assert_string_equal(field_text(fixture, &row, "days"), "monday;tuesday");
    assert_int_equal(row.moderation, JALON_MODERATION_PUBLISHED);
    assert_true(row.created_us == row.updated_us);
    size_t count;
    struct jalon_event *events = list_events(fixture, &count);
    assert_int_equal(count, 1);
    assert_int_equal(events[0].action, JALON_ACTION_CREATE);
    assert_int_equal(events[0].contribution, row.number);
    assert_int_equal(events[0].version, 1);
    assert_memory_equal(&events[0].id, &made.id, sizeof made.id);
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(count, 1);
    assert_int_equal(revisions[0].action, JALON_ACTION_CREATE);
    assert_int_equal(revisions[0].time_us, row.updated_us);
    assert_non_null(strstr(revisions[0].changes.data, "{\"field\":\"width\",\"after\":1.25}"));
    assert_non_null(
        strstr(revisions[0].changes.data, "{\"field\":\"title\",\"after\":\"Le café\"}"));
    assert_null(strstr(revisions[0].changes.data, "before"));
}

static void test_the_next_read_shows_it(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made;
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    for (int i = 1; i <= 3; i++) {
        expect(fixture->ctx, JALON_OK, add(fixture, "places", "'title':'a'", &made));
        assert_int_equal(shown_count(fixture, fixture->app, "places"), i);
        assert_string_equal(shown(fixture, fixture->app, "places", made.id), made.json.data);
    }
    assert_null(shown(fixture, fixture->app, "zones", made.id));
}

static void test_a_refused_one_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    expect(fixture->ctx, JALON_INVALID, add(fixture, "places", "'width':-1", NULL));
    list_events(fixture, &count);
    assert_int_equal(count, 0);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
}

static void test_who_wrote(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, ""), "zoe", &made));
    expect_text(made.edit_secret, "");
    expect_text(stored(fixture, "places", made.id).author, "zoe");
    assert_non_null(strstr(made.json.data, "\"author\":\"zoe\""));
}

static void test_a_map_may_need_an_account(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    const struct jalon_assignment needed = {JALON_TEXT("account_needed"), JALON_TEXT("yes")};
    expect(ctx, JALON_OK, jalon_app_set_map(ctx, fixture->app, JALON_TEXT("sample"), &needed, 1));
    expect(ctx, JALON_UNAUTHENTICATED, add(fixture, "places", "", NULL));
    jalon_error_clear(ctx);
    /* Who may not write does not learn what is wrong with the body. */
    expect(ctx, JALON_UNAUTHENTICATED, add(fixture, "places", "'width':-1", NULL));
    assert_int_equal(ctx->error.detail_total, 0);
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, contribute(fixture, "places", at_point(fixture, ""), "zoe", NULL));
}

static void test_the_edit_secret_is_not_kept(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made, other;
    struct jalon_text hash, expected;
    struct jalon_session *session = NULL;
    expect(ctx, JALON_OK, add(fixture, "places", "'title':'Witness'", &made));
    expect(ctx, JALON_OK, add(fixture, "places", "", &other));
    assert_int_equal(made.edit_secret.length, 43);
    assert_string_not_equal(made.edit_secret.data, other.edit_secret.data);
    struct jalon_contribution row = stored(fixture, "places", made.id);
    expect(ctx, JALON_OK, jalon_store_read(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK,
           jalon_store_find_edit_secret(ctx, session, &fixture->map, row.number, &hash));
    jalon_session_end(session);
    expect(ctx, JALON_OK, jalon_secret_hash(ctx, made.edit_secret, &expected));
    assert_string_equal(hash.data, expected.data);
    assert_null(strstr(made.json.data, made.edit_secret.data));
    assert_true(location_holds(fixture->location, "Witness"));
    assert_false(location_holds(fixture->location, made.edit_secret.data));
}

/* --- Private fields and history --- */
static void test_private_values_are_in_no_output(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct imported done = import_text(fixture, (struct importing){.source = "f"},
                                       "id;title;contact;width;x;y\n"
                                       "1;Lieu;0612345678;2;3.87;43.61\n");
    expect_counts(&done, 1, 1, 0, 0, 0, 0, 0);
    done = import_text(fixture, (struct importing){.source = "f"},
                       "id;title;contact;width;x;y\n"
                       "1;Lieu;0698765432;3;3.87;43.61\n");
    expect_counts(&done, 1, 0, 1, 0, 0, 0, 0);
    struct jalon_contribution row = imported_row(fixture, "places", "f", "1");
    assert_string_equal(field_text(fixture, &row, "contact"), "0698765432");
    const char *json = shown(fixture, fixture->app, "places", row.id);
    assert_non_null(strstr(json, "\"width\":3"));
    assert_null(strstr(json, "contact"));
    assert_null(strstr(json, "06987"));
    struct jalon_revision *revisions = NULL;
    size_t count = 0;
    expect(ctx, JALON_OK,
           jalon_app_list_revisions(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                    JALON_TEXT("places"), row.id, 0, 10, &revisions, &count));
    assert_int_equal(count, 2);
    expect_text(revisions[0].changes, "[{\"field\":\"width\",\"before\":2,\"after\":3}]");
    for (size_t i = 0; i < count; i++) {
        assert_null(strstr(revisions[i].changes.data, "contact"));
        assert_null(strstr(revisions[i].changes.data, "061234"));
    }
    /* The whole of it is stored. */
    revisions = list_revisions(fixture, row.number, &count);
    assert_non_null(strstr(revisions[0].changes.data, "\"field\":\"contact\""));
}

static void test_history_of_what_is_not_shown(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made;
    struct jalon_revision *revisions = NULL;
    size_t count = 0;
    expect(ctx, JALON_OK, add(fixture, "places", "'title':'a'", &made));
    expect(ctx, JALON_NOT_FOUND,
           jalon_app_list_revisions(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                    JALON_TEXT("zones"), made.id, 0, 10, &revisions, &count));
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND,
           jalon_app_list_revisions(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                    JALON_TEXT("places"),
                                    jalon_id_make(), 0, 10, &revisions, &count));
    jalon_error_clear(ctx);
    struct jalon_contribution row = stored(fixture, "places", made.id);
    row.moderation = JALON_MODERATION_HIDDEN;
    edit(fixture, &row, JALON_ACTION_UPDATE, "moderator");
    jalon_live_drop(fixture->app, JALON_TEXT("sample"));
    expect(ctx, JALON_NOT_FOUND,
           jalon_app_list_revisions(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                    JALON_TEXT("places"), made.id, 0, 10, &revisions, &count));
    assert_null(shown(fixture, fixture->app, "places", made.id));
}

static void test_history_in_pages(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made;
    struct jalon_revision *revisions = NULL;
    size_t count = 0;
    expect(ctx, JALON_OK, add(fixture, "places", "'title':'a'", &made));
    struct jalon_contribution row = stored(fixture, "places", made.id);
    for (int i = 0; i < 4; i++) {
        edit(fixture, &row, JALON_ACTION_UPDATE, "zoe");
    }
    expect(ctx, JALON_OK,
           jalon_app_list_revisions(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                    JALON_TEXT("places"), made.id, 0, 2, &revisions, &count));
    assert_int_equal(count, 2);
    assert_int_equal(revisions[0].version, 5);
    assert_int_equal(revisions[1].version, 4);
    expect(ctx, JALON_OK,
           jalon_app_list_revisions(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                    JALON_TEXT("places"), made.id, 3, 10, &revisions, &count));
    assert_int_equal(count, 2);
    assert_int_equal(revisions[1].version, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_every_fault_is_told_at_once),
        RUN(test_required_fields),
        RUN(test_reserved_properties),
        RUN(test_private_fields_cannot_be_set_nor_guessed),
        RUN(test_categories),
        RUN(test_statuses),
        RUN(test_geometries_that_are_refused),
        RUN(test_a_shape_that_can_be_repaired_is),
        RUN(test_row_revision_and_event_are_one),
        RUN(test_the_next_read_shows_it),
        RUN(test_a_refused_one_leaves_nothing),
        RUN(test_who_wrote),
        RUN(test_a_map_may_need_an_account),
        RUN(test_the_edit_secret_is_not_kept),
        RUN(test_private_values_are_in_no_output),
        RUN(test_history_of_what_is_not_shown),
        RUN(test_history_in_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
