/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maps: slugs, settings, removal, territories. */
#include "support.h"

#include <string.h>

static enum jalon_status create_with_slug(struct fixture *fixture, const char *slug)
{
    struct jalon_map map = fixture->map;
    map.slug = jalon_text_from(slug);
    jalon_error_clear(fixture->ctx);
    return jalon_app_create_map(fixture->ctx, fixture->app, &map);
}

static void test_slugs(void **state)
{
    struct fixture *fixture = *state;
    static const char *const good[] = {
        "a",  "0",    "montpellier-2",
        "a-", "a--b", "123456789012345678901234567890123456789012345678901234567890abc"};
    static const char *const bad[] = {
        "",
        "-a",
        "A",
        "é",
        "a b",
        "a/b",
        "a.b",
        "a_b",
        "a%2f",
        "..",
        "123456789012345678901234567890123456789012345678901234567890abcd"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        expect(fixture->ctx, JALON_OK, create_with_slug(fixture, good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(fixture->ctx, JALON_INVALID, create_with_slug(fixture, bad[i]));
        expect_detail(fixture->ctx, "slug", "lower-case letters");
    }
    expect(fixture->ctx, JALON_CONFLICT, create_with_slug(fixture, "sample"));
    assert_non_null(strstr(fixture->ctx->error.message.data, "sample"));
    struct jalon_map_summary *maps = NULL;
    size_t count = 0;
    expect(fixture->ctx, JALON_OK, jalon_app_list_maps(fixture->ctx, fixture->app, &maps, &count));
    assert_int_equal(count, sizeof good / sizeof good[0] + 1);
}

static enum jalon_status set(struct fixture *fixture, const char *key, const char *value)
{
    struct jalon_assignment setting = {jalon_text_from(key), jalon_text_from(value)};
    jalon_error_clear(fixture->ctx);
    return jalon_app_set_map(fixture->ctx, fixture->app, JALON_TEXT("sample"), &setting, 1);
}

static struct jalon_map found(struct fixture *fixture, const char *slug)
{
    struct jalon_map map;
    expect(fixture->ctx, JALON_OK,
           jalon_app_find_map(fixture->ctx, fixture->app, jalon_text_from(slug), &map));
    return map;
}

static void test_settings_are_kept_and_shown(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    shown_count(fixture, fixture->app, "places"); /* in use before the change */
    expect(ctx, JALON_OK, set(fixture, "title_fr", "Nouveau titre"));
    expect(ctx, JALON_OK, set(fixture, "title_en", "New title"));
    expect(ctx, JALON_OK, set(fixture, "description_fr", "Une\ncarte"));
    expect(ctx, JALON_OK, set(fixture, "description_en", "A map"));
    expect(ctx, JALON_OK, set(fixture, "licence", "CC0-1.0"));
    expect(ctx, JALON_OK, set(fixture, "attribution", "Nous"));
    expect(ctx, JALON_OK, set(fixture, "policy", "contributory"));
    expect(ctx, JALON_OK, set(fixture, "account_needed", "yes"));
    struct jalon_map map = found(fixture, "sample");
    expect_text(map.title.fr, "Nouveau titre");
    expect_text(map.title.en, "New title");
    expect_text(map.description.fr, "Une\ncarte");
    expect_text(map.description.en, "A map");
    expect_text(map.licence, "CC0-1.0");
    expect_text(map.attribution, "Nous");
    assert_int_equal(map.policy, JALON_POLICY_CONTRIBUTORY);
    assert_true(map.account_needed);
    struct jalon_reading reading;
    expect(ctx, JALON_OK, jalon_app_read(ctx, fixture->app, JALON_TEXT("sample"), NULL, &reading));
    expect_text(reading.map->title.fr, "Nouveau titre");
    assert_true(reading.map->account_needed);
    jalon_app_end_reading(fixture->app, &reading);
    expect(ctx, JALON_OK, set(fixture, "attribution", ""));
    expect_text(found(fixture, "sample").attribution, "");
}

static void test_settings_that_are_refused(void **state)
{
    struct fixture *fixture = *state;
    char long_title[300];
    memset(long_title, 'a', sizeof long_title - 1);
    long_title[sizeof long_title - 1] = '\0';
    static const char *const bad[][3] = {
        {"title_fr", "", "not empty"},
        {"title_en", "  ", "not empty"},
        {"licence", "", "not empty"},
        {"policy", "wiki", "administered"},
        {"account_needed", "true", "yes or no"},
        {"title_fr", "a\nb", "one line"},
        {"title_fr", "caf\xe9", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(fixture->ctx, JALON_INVALID, set(fixture, bad[i][0], bad[i][1]));
        expect_detail(fixture->ctx, bad[i][0], bad[i][2]);
    }
    expect(fixture->ctx, JALON_INVALID, set(fixture, "title_fr", long_title));
    expect(fixture->ctx, JALON_INVALID, set(fixture, "colour", "red"));
    assert_non_null(strstr(fixture->ctx->error.message.data, "title_fr"));
    expect_text(found(fixture, "sample").title.fr, "Exemple");
    struct jalon_assignment setting = {JALON_TEXT("licence"), JALON_TEXT("CC0")};
    expect(fixture->ctx, JALON_NOT_FOUND,
           jalon_app_set_map(fixture->ctx, fixture->app, JALON_TEXT("nowhere"), &setting, 1));
}

/* The collection as a reader has it now. */
static struct jalon_collection read_collection(struct fixture *fixture, size_t at)
{
    struct jalon_reading reading;
    expect(fixture->ctx, JALON_OK,
           jalon_app_read(fixture->ctx, fixture->app, JALON_TEXT("sample"), NULL, &reading));
    struct jalon_collection collection = reading.map->collections[at];
    jalon_app_end_reading(fixture->app, &reading);
    return collection;
}

static void test_settings_of_collections(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(read_collection(fixture, 0).cluster_radius, 40);
    expect(fixture->ctx, JALON_OK, set(fixture, "places.cluster_radius", "85"));
    expect(fixture->ctx, JALON_OK, set(fixture, "places.cluster_min_points", "3"));
    expect(fixture->ctx, JALON_OK, set(fixture, "places.cluster_max_zoom", "0"));
    expect(fixture->ctx, JALON_OK, set(fixture, "places.stale_after_days", "365"));
    expect(fixture->ctx, JALON_OK, set(fixture, "places.tile_fields", "story, days"));
    struct jalon_collection places = read_collection(fixture, 0);
    struct jalon_collection stored = found(fixture, "sample").collections[0];
    assert_int_equal(stored.cluster_radius, 85);
    assert_int_equal(stored.cluster_min_points, 3);
    assert_int_equal(stored.cluster_max_zoom, 0);
    assert_int_equal(stored.stale_after_days, 365);
    assert_int_equal(stored.tile_field_count, 2);
    assert_int_equal(places.cluster_radius, 85);
    assert_int_equal(places.cluster_min_points, 3);
    assert_int_equal(places.cluster_max_zoom, 0);
    assert_int_equal(places.stale_after_days, 365);
    assert_true(places.chooses_tile_fields);
    assert_int_equal(places.tile_field_count, 2);
    expect_text(stored.fields[stored.tile_fields[0]].key, "story");
    expect_text(stored.fields[stored.tile_fields[1]].key, "days");
    assert_int_equal(read_collection(fixture, 1).cluster_radius, 40); /* the other collection's */
    expect(fixture->ctx, JALON_OK, set(fixture, "places.tile_fields", ""));
    assert_true(read_collection(fixture, 0).chooses_tile_fields);
    assert_int_equal(read_collection(fixture, 0).tile_field_count, 0);
    expect(fixture->ctx, JALON_OK, set(fixture, "places.tile_fields", "*"));
    assert_false(read_collection(fixture, 0).chooses_tile_fields);
    assert_int_equal(read_collection(fixture, 0).cluster_radius, 85); /* what was not named stays */
}

static void test_settings_of_collections_that_are_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char *const bad[][3] = {
        {"cluster_radius", "9", "from 10 to 85"},
        {"cluster_radius", "wide", "from 10 to 85"},
        {"cluster_min_points", "1001", "from 2 to 1000"},
        {"cluster_max_zoom", "23", "from 0 to 22"},
        {"stale_after_days", "-1", "from 0 to 36525"},
        {"stale_after_days", "99999999999999999999", "from 0 to 36525"},
        {"tile_fields", "name,colour", "'colour': no field of this collection"},
        {"tile_fields", "name,name", "'name': is there twice"},
        {"tile_fields", "contact", "'contact': is not a public field"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct jalon_text key = jalon_text_format(fixture->ctx->arena, "places.%s", bad[i][0]);
        expect(fixture->ctx, JALON_INVALID, set(fixture, key.data, bad[i][1]));
        expect_detail(fixture->ctx, bad[i][0], bad[i][2]);
    }
    expect(fixture->ctx, JALON_INVALID, set(fixture, "nowhere.cluster_radius", "20"));
    assert_non_null(strstr(fixture->ctx->error.message.data, "no collection 'nowhere'"));
    expect(fixture->ctx, JALON_INVALID, set(fixture, "places.title", "Lieux"));
    assert_non_null(strstr(fixture->ctx->error.message.data, "cluster_radius"));
    assert_int_equal(read_collection(fixture, 0).cluster_radius, 40);
    assert_false(read_collection(fixture, 0).chooses_tile_fields);
}

static void test_settings_are_all_or_none(void **state)
{
    struct fixture *fixture = *state;
    const struct jalon_assignment settings[] = {
        {JALON_TEXT("title_fr"), JALON_TEXT("Autre")},
        {JALON_TEXT("policy"), JALON_TEXT("none")},
    };
    expect(fixture->ctx, JALON_INVALID,
           jalon_app_set_map(fixture->ctx, fixture->app, JALON_TEXT("sample"), settings, 2));
    expect_text(found(fixture, "sample").title.fr, "Exemple");
}

static void test_a_deleted_map_is_gone(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_reading reading;
    struct jalon_map map;
    struct jalon_contributed made;
    create_map(fixture, "other");
    expect(ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'title':'a'"), "", &made));
    /* Somebody is reading it: the reading goes on with what it was. */
    expect(ctx, JALON_OK, jalon_app_read(ctx, fixture->app, JALON_TEXT("sample"), NULL, &reading));
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, fixture->app, JALON_TEXT("sample")));
    assert_int_equal(jalon_snapshot_count(reading.snapshot, 0), 1);
    expect_text(reading.map->slug, "sample");
    jalon_app_end_reading(fixture->app, &reading);
    expect(ctx, JALON_NOT_FOUND, jalon_app_read(ctx, fixture->app, JALON_TEXT("sample"), NULL,
                                                &reading));
    assert_non_null(strstr(ctx->error.message.data, "'sample'"));
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND, jalon_app_find_map(ctx, fixture->app, JALON_TEXT("sample"), &map));
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND, jalon_app_delete_map(ctx, fixture->app, JALON_TEXT("sample")));
    jalon_error_clear(ctx);
    expect(ctx, JALON_NOT_FOUND, contribute(fixture, "places", at_point(fixture, ""), "", NULL));
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, jalon_app_find_map(ctx, fixture->app, JALON_TEXT("other"), &map));
    /* The slug is free again, and the new map begins at nothing. */
    create_map(fixture, "sample");
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 0);
}

/* --- Territories --- */
static struct jalon_territory territory(struct fixture *fixture, const char *key,
                                        const char *geometry)
{
    const char *json =
        jalon_text_format(fixture->ctx->arena, "{'type':'Feature','geometry':%s,'properties':{}}",
                          geometry)
            .data;
    return (struct jalon_territory){
        .key = jalon_text_from(key),
        .name = jalon_text_from(key),
        .kind = JALON_TEXT("quarter"),
        .parent = JALON_TEXT_EMPTY,
        .geometry = body(fixture, json).geometry,
    };
}

static void test_territories(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_territory *list = NULL;
    size_t count = 0;
    struct jalon_territory north =
        territory(fixture, "north",
                  "{'type':'Polygon','coordinates':[[[3,43],[4,44],[4,43],[3,44],[3,43]]]}");
    expect(ctx, JALON_OK, jalon_app_put_territory(ctx, fixture->app, &fixture->map, &north));
    struct jalon_territory south = territory(
        fixture, "south", "{'type':'Polygon','coordinates':[[[3,43],[4,43],[4,44],[3,43]]]}");
    expect(ctx, JALON_OK, jalon_app_put_territory(ctx, fixture->app, &fixture->map, &south));
    south.name = JALON_TEXT("Sud");
    expect(ctx, JALON_OK, jalon_app_put_territory(ctx, fixture->app, &fixture->map, &south));
    expect(ctx, JALON_OK,
           jalon_app_list_territories(ctx, fixture->app, &fixture->map, &list, &count));
    assert_int_equal(count, 2);
    expect_text(list[0].key, "north");
    assert_int_equal(list[0].geometry.type, JALON_GEOMETRY_MULTIPOLYGON); /* repaired */
    expect_text(list[1].name, "Sud");
    struct jalon_territory point =
        territory(fixture, "point", "{'type':'Point','coordinates':[3,43]}");
    expect(ctx, JALON_INVALID, jalon_app_put_territory(ctx, fixture->app, &fixture->map, &point));
    expect_detail(ctx, "/geometry", "Polygon");
    jalon_error_clear(ctx);
    struct jalon_territory far = territory(
        fixture, "far", "{'type':'Polygon','coordinates':[[[300,43],[4,43],[4,44],[300,43]]]}");
    expect(ctx, JALON_INVALID, jalon_app_put_territory(ctx, fixture->app, &fixture->map, &far));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_slugs),
        RUN(test_settings_are_kept_and_shown),
        RUN(test_settings_of_collections),
        RUN(test_settings_of_collections_that_are_refused),
        RUN(test_settings_that_are_refused),
        RUN(test_settings_are_all_or_none),
        RUN(test_a_deleted_map_is_gone),
        RUN(test_territories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
