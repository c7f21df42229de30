/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Coordinate reference systems: names, transformations against `cs2cs -f %.9f EPSG:2154 EPSG:4326`
 * of PROJ 9.1.1, guesses, ranges.
 */
#include "geo_test.h"

#include <pthread.h>

static void names_of_systems_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t srid;
    } cases[] = {
        {"EPSG:2154", 2154},
        {"epsg:2154", 2154},
        {" 2154 ", 2154},
        {"[EPSG:2154]", 2154},
        {"http://www.opengis.net/def/crs/EPSG/0/2154", 2154},
        {"https://www.opengis.net/def/crs/EPSG/9.9.1/27572", 27572},
        {"urn:ogc:def:crs:EPSG::3857", 3857},
        {"urn:ogc:def:crs:EPSG:6.9:3857", 3857},
        {"http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326},
        {"urn:ogc:def:crs:OGC:1.3:CRS84", 4326},
        {"OGC:CRS84", 4326},
        {"CRS84", 4326},
        {"EPSG:4326", 4326},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t srid = 0;
        assert_int_equal(jalon_geo_parse_crs(ctx, jalon_text_from(cases[i].name), &srid), JALON_OK);
        assert_int_equal(srid, cases[i].srid);
    }
}

static void other_names_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        "EPSG",
        "EPSG:",
        "EPSG:0",
        "EPSG:-1",
        "EPSG:2154x",
        "IGNF:LAMB93",
        "ESRI:102110",
        "Lambert-93",
        "EPSG:99999",
        "99999999999",
        "http://example.org/EPSG/0/2154",
        "OGC:2154",
        "EPSG:CRS84",
        "EPSG:4978",
        /* geocentric */ "EPSG:5720",
        /* heights */ "EPSG:5698", /* compound */
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int32_t srid = 77;
        assert_int_equal(jalon_geo_parse_crs(ctx, jalon_text_from(names[i]), &srid), JALON_INVALID);
        assert_int_equal(srid, 77);
    }
    int32_t srid;
    assert_int_equal(jalon_geo_parse_crs(ctx, JALON_TEXT("Lambert-93"), &srid), JALON_INVALID);
    assert_string_equal(ctx->error.message.data,
                        "\"Lambert-93\" does not name a coordinate reference system; write it as "
                        "EPSG:2154");
    assert_int_equal(jalon_geo_parse_crs(ctx, JALON_TEXT("EPSG:99999"), &srid), JALON_INVALID);
    assert_string_equal(ctx->error.message.data, "EPSG:99999 is not a coordinate reference system");
}

/* The first line of VilleMTP_MTP_AccTrottoir.geojson: Lambert-93, and what cs2cs makes of it. */
static const struct jalon_position LAMBERT[] = {
    {772305.5954, 6277130.0715},
    {772245.3621, 6277102.7655},
    {772231.232, 6277119.3797},
    {772225.3844, 6277139.6829},
};
static const struct jalon_position DEGREES[] = {
    {3.895069344, 43.589539866},
    {3.894319953, 43.589300334},
    {3.894147382, 43.589451252},
    {3.894077846, 43.589634516},
};

static void lambert_93_is_where_cs2cs_puts_it(void **state)
{
    (void)state;
    struct jalon_position positions[4];
    memcpy(positions, LAMBERT, sizeof positions);
    assert_int_equal(jalon_geo_transform(ctx, 2154, 4326, positions, 4), JALON_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_true(jalon_geo_distance_m(positions[i], DEGREES[i]) < 0.001);
    }
    assert_int_equal(jalon_geo_transform(ctx, 4326, 2154, positions, 4), JALON_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_true(hypot(positions[i].lon - LAMBERT[i].lon, positions[i].lat - LAMBERT[i].lat) <
                    0.001);
    }
}

static void other_systems_are_where_cs2cs_puts_them(void **state)
{
    (void)state;
    struct jalon_position ntf = {725000, 1847000}, mercator = {2.3522, 48.8566};
    assert_int_equal(jalon_geo_transform(ctx, 27572, 4326, &ntf, 1), JALON_OK);
    assert_true(jalon_geo_distance_m(ntf, (struct jalon_position){3.882985372, 43.613844242}) <
                0.01);
    assert_int_equal(jalon_geo_transform(ctx, 4326, 3857, &mercator, 1), JALON_OK);
    assert_near(mercator.lon, 261845.7062, 0.001);
    assert_near(mercator.lat, 6250564.3495, 0.001);
    struct jalon_position same = {1, 2};
    assert_int_equal(jalon_geo_transform(ctx, 4326, 4326, &same, 1), JALON_OK);
    assert_near(same.lon, 1, 0);
}

static void a_position_without_image_is_named(void **state)
{
    (void)state;
    struct jalon_position positions[] = {{772305, 6277130}, {1e20, 5}, {HUGE_VAL, 0}};
    assert_int_equal(jalon_geo_transform(ctx, 3857, 4326, positions, 1), JALON_OK);
    positions[0] = (struct jalon_position){2, 48};
    positions[1] = (struct jalon_position){2, 95};
    assert_int_equal(jalon_geo_transform(ctx, 4326, 2154, positions, 2), JALON_INVALID);
    assert_string_equal(ctx->error.message.data,
                        "the coordinates 2, 95 (position 2 of 2) have no place in EPSG:2154: they "
                        "are not of EPSG:4326");
    assert_near(positions[0].lon, 2, 0); /* untouched */
    assert_near(positions[0].lat, 48, 0);
    assert_int_equal(jalon_geo_transform(ctx, 2154, 4326, &positions[2], 1), JALON_INVALID);
    assert_int_equal(jalon_geo_transform(ctx, 99999, 4326, positions, 1), JALON_INVALID);
    assert_string_equal(ctx->error.message.data, "EPSG:99999 is not a coordinate reference system");
}

static void more_systems_than_are_kept_go_on_working(void **state)
{
    (void)state;
    for (int32_t round = 0; round < 2; round++) {
        for (int32_t zone = 1; zone <= 40; zone++) { /* UTM, WGS 84, north */
            struct jalon_position centre = {500000, 5000000};
            assert_int_equal(jalon_geo_transform(ctx, 32600 + zone, 4326, &centre, 1), JALON_OK);
            assert_near(centre.lon, 6 * zone - 183, 1e-9);
        }
    }
}

static void *transform_in_a_thread(void *argument)
{
    struct jalon_position *positions = argument;
    struct jalon_context *own = jalon_context_create();
    bool is_ok = own != NULL;
    for (int i = 0; i < 50 && is_ok; i++) {
        memcpy(positions, LAMBERT, sizeof LAMBERT);
        is_ok = jalon_geo_transform(own, 2154, 4326, positions, 4) == JALON_OK;
        struct jalon_geometry geometry = {0}, valid;
        bool repaired;
        is_ok = is_ok &&
                jalon_geometry_from_wkt(own, JALON_TEXT("POLYGON((0 0,2 2,2 0,0 2))"), 4326,
                                        &geometry) == JALON_OK &&
                jalon_geometry_make_valid(own, &geometry, "", &valid, &repaired) == JALON_OK &&
                repaired;
        jalon_context_reset(own);
    }
    jalon_context_destroy(own);
    return is_ok ? positions : NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    enum { COUNT = 4 };
    pthread_t threads[COUNT];
    struct jalon_position positions[COUNT][4];
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, transform_in_a_thread, positions[i]), 0);
    }
    for (size_t i = 0; i < COUNT; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, positions[i]);
        assert_true(jalon_geo_distance_m(positions[i][3], DEGREES[3]) < 0.001);
    }
}

static void projected_coordinates_are_recognised(void **state)
{
    (void)state;
    static const struct {
        struct jalon_position position;
        int32_t srid;
    } cases[] = {
        {{772305.6, 6277130.1}, 2154},   /* Montpellier */
        {{652469.0, 6862035.3}, 2154},   /* Paris */
        {{1228546.0, 6199420.6}, 2154},  /* Bastia */
        {{146446.6, 6837351.9}, 2154},   /* Brest */
        {{1050163.9, 6841622.7}, 2154},  /* Strasbourg */
        {{656408.6, 7103980.6}, 2154},   /* Dunkerque */
        {{1770796.6, 2268135.2}, 3943},  /* Montpellier */
        {{1843123.8, 5174979.7}, 3946},  /* Lyon */
        {{2175761.9, 1207067.7}, 3942},  /* Ajaccio */
        {{1704245.2, 9270075.2}, 3950},  /* Lille */
        {{724524.6, 1846562.9}, 27572},  /* Montpellier */
        {{600000, 2400000}, 27572},      /* south of Paris */
        {{431585.7, 5405285.8}, 3857},   /* Montpellier */
        {{261845.7, 6250564.3}, 3857},   /* Paris */
        {{570771.8, 4828931.5}, 32631},  /* Montpellier */
        {{344197.6, 7666050.7}, 2975},   /* La Réunion */
        {{707904.6, 1614967.9}, 5490},   /* Fort-de-France */
        {{352535.0, 545073.7}, 2972},    /* Cayenne */
        {{523878.0, 8587182.9}, 4471},   /* Mayotte */
        {{446378.7, 214678.5}, 3163},    /* Nouméa */
        {{6178231.7, -2403806.5}, 3857}, /* La Réunion */
        {{3.87, 43.6}, 0},
        {{43.6, 3.87}, 0},
        {{200, 95}, 0},
        {{-13000000, 4000000}, 0}, /* California in web Mercator */
        {{1e9, 1e9}, 0},
        {{NAN, 1e6}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t srid = jalon_geo_guess_srid(cases[i].position);
        if (srid != cases[i].srid) {
            print_message("%f %f\n", cases[i].position.lon, cases[i].position.lat);
        }
        assert_int_equal(srid, cases[i].srid);
    }
}

static void check_range(const char *wkt, const char *reason)
{
    struct jalon_geometry geometry = {0};
    assert_int_equal(jalon_geometry_from_wkt(ctx, jalon_text_from(wkt), 4326, &geometry), JALON_OK);
    jalon_error_clear(ctx);
    enum jalon_status status = jalon_geometry_check_range(ctx, &geometry, "/geometry");
    assert_int_equal(status, reason != NULL ? JALON_INVALID : JALON_OK);
    if (reason != NULL) {
        assert_int_equal(ctx->error.detail_count, 1);
        assert_string_equal(ctx->error.details[0].where.data, "/geometry");
        assert_string_equal(ctx->error.details[0].reason.data, reason);
    }
}

static void coordinates_out_of_range_say_what_they_look_like(void **state)
{
    (void)state;
    check_range("POINT(3.87 43.6)", NULL);
    check_range("LINESTRING(-180 -90,180 90)", NULL);
    check_range("POINT EMPTY", NULL);
    check_range("LINESTRING(3.87 43.6,772305.6 6277130.1)",
                "coordinates 772305.6, 6277130.1 are not degrees; they look like EPSG:2154 "
                "(RGF93 v1 / Lambert-93): pass --crs EPSG:2154 or transform them first");
    check_range("POINT(181 43)", "coordinates 181, 43 are out of range: longitude is -180 to 180, "
                                 "latitude -90 to 90");
    check_range("POINT(43 103)", "coordinates 43, 103 are out of range: longitude is -180 to 180, "
                                 "latitude -90 to 90; longitude comes first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_of_systems_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_names_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lambert_93_is_where_cs2cs_puts_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_systems_are_where_cs2cs_puts_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_position_without_image_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_systems_than_are_kept_go_on_working, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(threads_do_not_disturb_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(projected_coordinates_are_recognised, set_up, tear_down),
        cmocka_unit_test_setup_teardown(coordinates_out_of_range_say_what_they_look_like, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
