/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Distances against `geod -I +ellps=WGS84`, label positions, prepared areas, the real files. */
#include "geo_test.h"

#include <stdio.h>

static void distances_are_those_of_geod(void **state)
{
    (void)state;
    struct jalon_position paris = {2.3522, 48.8566}, montpellier = {3.8767, 43.6108};
    assert_near(jalon_geo_distance_m(paris, montpellier), 594805.8215, 0.001);
    assert_near(jalon_geo_distance_m((struct jalon_position){179.9, -16.5},
                                     (struct jalon_position){-179.9, -16.5}),
                21352.8301, 0.001);
    assert_near(jalon_geo_distance_m(paris, paris), 0, 0);
}

static void assert_label(const char *type, const char *coordinates, double lon, double lat)
{
    struct jalon_geometry geometry = shape(type, coordinates);
    struct jalon_position label = {0, 0};
    assert_int_equal(jalon_geometry_label_position(ctx, &geometry, &label), JALON_OK);
    assert_near(label.lon, lon, 1e-12);
    assert_near(label.lat, lat, 1e-12);
}

static void a_label_stands_where_the_shape_is(void **state)
{
    (void)state;
    assert_label("Point", "[3,43]", 3, 43);
    assert_label("MultiPoint", "[[3,43],[4,44]]", 3, 43);
    assert_label("LineString", "[[0,0],[0,1],[0,4]]", 0, 2);
    assert_label("LineString", "[[0,0],[0,0]]", 0, 0);
    assert_label("MultiLineString", "[[[9,9],[9,8]],[[0,0],[0,1],[0,4]]]", 0, 2);
    /* at 60 degrees a degree of longitude is half as long as one of latitude */
    assert_label("MultiLineString", "[[[0,60],[0,61]],[[5,60],[6.9,60]]]", 0, 60.5);
    assert_label("Polygon", "[[[0,0],[4,0],[4,2],[0,2],[0,0]]]", 2, 1);
    assert_label("MultiPolygon",
                 "[[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[0.1,0.1],[0.1,8.9],[8.9,8.9],[8.9,0.1],"
                 "[0.1,0.1]]],[[[20,0],[24,0],[24,2],[20,2],[20,0]]]]",
                 22, 1);
    struct jalon_geometry none = {0};
    struct jalon_position label;
    assert_int_equal(jalon_geometry_label_position(ctx, &none, &label), JALON_INVALID);
}

static void the_label_of_a_horseshoe_is_inside(void **state)
{
    (void)state;
    struct jalon_geometry horseshoe =
        shape("Polygon", "[[[0,0],[9,0],[9,9],[8,9],[8,1],[1,1],[1,9],[0,9],[0,0]]]");
    struct jalon_position label;
    struct jalon_geo_area *area = NULL;
    assert_int_equal(jalon_geometry_label_position(ctx, &horseshoe, &label), JALON_OK);
    assert_int_equal(jalon_geo_area_create(ctx, &horseshoe, &area), JALON_OK);
    assert_true(jalon_geo_area_covers(area, label));
    assert_false(jalon_geo_area_covers(area, (struct jalon_position){4.5, 4.5}));
    jalon_geo_area_destroy(area);
}

static void an_area_covers_its_inside_and_its_edge(void **state)
{
    (void)state;
    struct jalon_geometry polygon = geometry_of(SHAPES[2]); /* 0..4 with a hole 1..2 */
    struct jalon_geo_area *area = NULL;
    assert_int_equal(jalon_geo_area_create(ctx, &polygon, &area), JALON_OK);
    assert_true(jalon_geo_area_covers(area, (struct jalon_position){3, 3}));
    assert_true(jalon_geo_area_covers(area, (struct jalon_position){0, 2}));
    assert_true(jalon_geo_area_covers(area, (struct jalon_position){1, 1.5}));
    assert_false(jalon_geo_area_covers(area, (struct jalon_position){1.5, 1.5}));
    assert_false(jalon_geo_area_covers(area, (struct jalon_position){4.1, 2}));
    jalon_geo_area_destroy(area);
    jalon_geo_area_destroy(NULL);
    area = NULL;
    struct jalon_geometry point = shape("Point", "[1,2]");
    assert_int_equal(jalon_geo_area_create(ctx, &point, &area), JALON_INVALID);
    assert_null(area);
}

static void an_area_without_memory_is_refused(void **state)
{
    (void)state;
    struct jalon_geometry polygon = geometry_of(SHAPES[5]);
    struct jalon_geo_area *area = NULL;
    uint64_t n = 1;
    for (; area == NULL; n++) {
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_geo_area_create(ctx, &polygon, &area);
        jalon_memory_fail_at(0);
        assert_int_equal(status, area == NULL ? JALON_NO_MEMORY : JALON_OK);
    }
    assert_true(n > 3);
    jalon_geo_area_destroy(area);
}

/* --- The real files --- */

static const struct jalon_json *read_features(const char *name)
{
    struct jalon_text path =
        jalon_text_format(ctx->arena, "%s/montpellier/%s", JALON_TEST_DATA, name);
    FILE *file = fopen(path.data, "rb");
    assert_non_null(file);
    size_t const most = 8 << 20;
    char *text = jalon_arena_allocate(ctx->arena, most);
    assert_non_null(text);
    size_t length = fread(text, 1, most, file);
    fclose(file);
    assert_true(length > 0 && length < most);
    const struct jalon_json *json = NULL;
    assert_int_equal(jalon_json_parse(ctx, jalon_text_slice(text, length), &json), JALON_OK);
    return jalon_json_member(json, "features");
}

static struct jalon_geometry read_feature(const struct jalon_json *features, size_t index,
                                          int32_t srid)
{
    struct jalon_geometry geometry = {0};
    const struct jalon_json *feature = jalon_json_element(features, index);
    assert_int_equal(jalon_geometry_from_json(ctx, jalon_json_member(feature, "geometry"),
                                              "/geometry", srid, &geometry),
                     JALON_OK);
    return geometry;
}

/* Every pavement is in Montpellier, and as long as the city says it is (on the plane, LEN). */
static void pavements_from_lambert_93_lie_in_montpellier(void **state)
{
    (void)state;
    const struct jalon_json *features = read_features("VilleMTP_MTP_AccTrottoir.geojson");
    struct jalon_box const montpellier = {3.8, 43.56, 3.95, 43.66};
    size_t const count = jalon_json_size(features);
    assert_int_equal(count, 7654);
    size_t repaired_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct jalon_geometry geometry = read_feature(features, i, 2154), valid = {0};
        assert_int_equal(jalon_geometry_check_range(ctx, &geometry, "/geometry"), JALON_INVALID);
        jalon_error_clear(ctx);
        assert_int_equal(
            jalon_geo_transform(ctx, 2154, 4326, geometry.positions, geometry.position_count),
            JALON_OK);
        geometry.srid = JALON_SRID_WGS84;
        bool repaired = false;
        assert_int_equal(jalon_geometry_make_valid(ctx, &geometry, "", &valid, &repaired),
                         JALON_OK);
        repaired_count += repaired;
        double length_m = 0;
        for (size_t p = 1; p < valid.position_count; p++) {
            assert_true(jalon_box_contains(montpellier, valid.positions[p]));
            length_m += valid.ring_count == 1
                            ? jalon_geo_distance_m(valid.positions[p - 1], valid.positions[p])
                            : 0;
        }
        const struct jalon_json *properties =
            jalon_json_member(jalon_json_element(features, i), "properties");
        double expected_m = jalon_json_number(jalon_json_member(properties, "LEN"));
        if (i == 0) {
            assert_near(length_m, expected_m, expected_m / 500);
        }
    }
    assert_int_equal(repaired_count, 0);
}

static void real_territories_are_stored(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
    } files[] = {
        {"VilleMTP_MTP_LimiteCommune.geojson", 1},
        {"VilleMTP_MTP_Quartiers.geojson", 7},
        {"VilleMTP_MTP_SousQuartiers.geojson", 31},
    };
    for (size_t f = 0; f < 3; f++) {
        const struct jalon_json *features = read_features(files[f].name);
        assert_int_equal(jalon_json_size(features), files[f].count);
        for (size_t i = 0; i < files[f].count; i++) {
            struct jalon_geometry geometry = read_feature(features, i, 4326), valid = {0};
            bool repaired = false;
            assert_int_equal(jalon_geometry_check_range(ctx, &geometry, ""), JALON_OK);
            assert_int_equal(jalon_geometry_make_valid(ctx, &geometry, "", &valid, &repaired),
                             JALON_OK);
            assert_false(repaired);
            struct jalon_position label;
            struct jalon_geo_area *area = NULL;
            assert_int_equal(jalon_geometry_label_position(ctx, &valid, &label), JALON_OK);
            assert_int_equal(jalon_geo_area_create(ctx, &valid, &area), JALON_OK);
            assert_true(jalon_geo_area_covers(area, label));
            assert_false(jalon_geo_area_covers(area, (struct jalon_position){2.35, 48.85}));
            jalon_geo_area_destroy(area);
        }
    }
}

static void a_box_is_on_one_side_of_a_shape_or_across(void **state)
{
    (void)state;
    static const struct {
        struct jalon_box box;
        enum jalon_geo_side side;
    } cases[] = {
        {{1, 1, 2, 2}, JALON_GEO_SIDE_INSIDE},   {{11, 1, 12, 2}, JALON_GEO_SIDE_OUTSIDE},
        {{5.2, 5.2, 5.8, 5.8}, JALON_GEO_SIDE_OUTSIDE}, /* in the hole */
        {{4, 4, 7, 7}, JALON_GEO_SIDE_OPEN},     {{9, 1, 11, 2}, JALON_GEO_SIDE_OPEN},
        {{0, 1, 2, 2}, JALON_GEO_SIDE_OPEN},     {{10, 1, 12, 2}, JALON_GEO_SIDE_OPEN},
        {{1, 1, 1, 2}, JALON_GEO_SIDE_OPEN},
    };
    struct jalon_geometry polygon =
        shape("Polygon", "[[[0,0],[10,0],[10,10],[0,10],[0,0]],[[5,5],[5,6],[6,6],[6,5],[5,5]]]");
    struct jalon_geometry line = shape("LineString", "[[0,0],[10,10]]");
    struct jalon_geo_shape *prepared = NULL;
    enum jalon_geo_side side;
    assert_int_equal(jalon_geo_shape_create(ctx, &polygon, 1, &prepared), JALON_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(jalon_geo_shape_find_side(prepared, cases[i].box, &side), JALON_OK);
        assert_int_equal(side, cases[i].side);
    }
    jalon_geo_shape_destroy(prepared);
    assert_int_equal(jalon_geo_shape_create(ctx, &line, 1, &prepared), JALON_OK);
    assert_int_equal(jalon_geo_shape_find_side(prepared, cases[0].box, &side), JALON_OK);
    assert_int_equal(side, JALON_GEO_SIDE_OPEN);
    assert_int_equal(
        jalon_geo_shape_find_side(prepared, (struct jalon_box){5, 1, 6, 2}, &side), JALON_OK);
    assert_int_equal(side, JALON_GEO_SIDE_OUTSIDE);
    jalon_geo_shape_destroy(prepared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(distances_are_those_of_geod, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_label_stands_where_the_shape_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_label_of_a_horseshoe_is_inside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_area_covers_its_inside_and_its_edge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_area_without_memory_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_box_is_on_one_side_of_a_shape_or_across, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(pavements_from_lambert_93_lie_in_montpellier, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(real_territories_are_stored, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
