/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The geometry value: names, copies, equality, boxes; GeoJSON in and out. */
#include "geo_test.h"

static void names_are_those_of_geojson(void **state)
{
    (void)state;
    enum jalon_geometry_type type = JALON_GEOMETRY_NONE;
    assert_string_equal(jalon_geometry_type_name(JALON_GEOMETRY_MULTILINESTRING),
                        "MultiLineString");
    assert_true(jalon_geometry_type_parse(JALON_TEXT("multiPOLYGON"), &type));
    assert_int_equal(type, JALON_GEOMETRY_MULTIPOLYGON);
    assert_false(jalon_geometry_type_parse(JALON_TEXT("None"), &type));
    assert_false(jalon_geometry_type_parse(JALON_TEXT("Points"), &type));
    assert_int_equal(type, JALON_GEOMETRY_MULTIPOLYGON);
}

static void a_copy_is_equal_and_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_geometry geometry = geometry_of(SHAPES[i]), copy = {0};
        assert_int_equal(jalon_geometry_copy(ctx, &geometry, &copy), JALON_OK);
        assert_true(jalon_geometry_equal(&geometry, &copy));
        assert_ptr_not_equal(geometry.positions, copy.positions);
        copy.positions[copy.position_count - 1].lat += 1e-9;
        assert_false(jalon_geometry_equal(&geometry, &copy));
    }
}

static void shapes_that_differ_in_structure_only_are_not_equal(void **state)
{
    (void)state;
    struct jalon_geometry line = shape("LineString", "[[1,2],[3,4],[1,2],[3,4]]");
    struct jalon_geometry points = shape("MultiPoint", "[[1,2],[3,4],[1,2],[3,4]]");
    struct jalon_geometry lines = shape("MultiLineString", "[[[1,2],[3,4]],[[1,2],[3,4]]]");
    struct jalon_geometry one = shape("MultiLineString", "[[[1,2],[3,4],[1,2],[3,4]]]");
    struct jalon_geometry none = geometry_of("null"), other_none = {0};
    assert_false(jalon_geometry_equal(&line, &points));
    assert_false(jalon_geometry_equal(&line, &one));
    assert_false(jalon_geometry_equal(&lines, &one));
    assert_false(jalon_geometry_equal(&none, &points));
    assert_true(jalon_geometry_equal(&none, &other_none));
}

static void assert_box(const char *type, const char *coordinates, struct jalon_box expected)
{
    struct jalon_geometry geometry = shape(type, coordinates);
    struct jalon_box box = {0};
    assert_true(jalon_geometry_box(&geometry, &box));
    assert_near(box.west, expected.west, 0);
    assert_near(box.south, expected.south, 0);
    assert_near(box.east, expected.east, 0);
    assert_near(box.north, expected.north, 0);
}

static void the_box_is_the_smallest_one(void **state)
{
    (void)state;
    assert_box("Point", "[3,43]", (struct jalon_box){3, 43, 3, 43});
    assert_box("LineString", "[[3,43],[-2,48],[1,40]]", (struct jalon_box){-2, 40, 3, 48});
    assert_box("MultiPoint", "[[-80,0],[90,1]]", (struct jalon_box){-80, 0, 90, 1});
    /* cut at the antimeridian (RFC 7946, 3.1.9): Fiji */
    assert_box("MultiPolygon",
               "[[[[177,-18],[180,-18],[180,-16],[177,-16],[177,-18]]],"
               "[[[-180,-18],[-178,-18],[-178,-16],[-180,-16],[-180,-18]]]]",
               (struct jalon_box){177, -18, -178, -16});
    assert_box("MultiPoint", "[[100,0],[-100,1]]", (struct jalon_box){100, 0, -100, 1});
    /* one line from Brest to Vladivostok and beyond does not */
    assert_box("LineString", "[[-100,0],[100,0]]", (struct jalon_box){-100, 0, 100, 0});
    struct jalon_geometry none = {0};
    struct jalon_box box = {1, 2, 3, 4};
    assert_false(jalon_geometry_box(&none, &box));
    assert_near(box.west, 1, 0);
}

static void boxes_meet_also_across_the_antimeridian(void **state)
{
    (void)state;
    struct jalon_box france = {-5, 41, 10, 51}, paris = {2, 48, 3, 49},
                     fiji = {177, -18, -178, -16};
    struct jalon_box samoa = {-179, -17, -170, -13}, tonga = {-176, -22, -173, -15};
    assert_true(jalon_box_intersects(france, paris));
    assert_true(jalon_box_intersects(paris, france));
    assert_false(jalon_box_intersects(france, fiji));
    assert_true(jalon_box_intersects(fiji, samoa));
    assert_true(jalon_box_intersects(samoa, fiji));
    assert_false(jalon_box_intersects(fiji, tonga));
    assert_true(jalon_box_intersects(fiji, fiji));
    assert_true(jalon_box_intersects(paris, (struct jalon_box){3, 49, 4, 50})); /* a corner */
    assert_false(jalon_box_intersects(paris, (struct jalon_box){2, 49.1, 3, 50}));
    assert_true(jalon_box_contains(fiji, (struct jalon_position){-179, -17}));
    assert_true(jalon_box_contains(fiji, (struct jalon_position){178, -17}));
    assert_false(jalon_box_contains(fiji, (struct jalon_position){0, -17}));
    assert_false(jalon_box_contains(paris, (struct jalon_position){2.5, 49.5}));
}

static void geojson_goes_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_geometry geometry = geometry_of(SHAPES[i]);
        assert_int_equal(geometry.srid, JALON_SRID_WGS84);
        assert_string_equal(json_of(&geometry), SHAPES[i]);
    }
    struct jalon_geometry none = geometry_of("null");
    assert_int_equal(none.type, JALON_GEOMETRY_NONE);
    assert_string_equal(json_of(&none), "null");
}

static void altitudes_are_dropped_open_rings_closed_decimals_cut(void **state)
{
    (void)state;
    struct jalon_geometry point = shape("Point", "[3.876712345678,43.61,52.5,1]");
    assert_string_equal(json_of(&point), "{\"type\":\"Point\",\"coordinates\":[3.8767123,43.61]}");
    struct jalon_geometry open = shape("Polygon", "[[[0,0],[1,0],[1,1]]]");
    assert_string_equal(json_of(&open),
                        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}");
    struct jalon_geometry foreign =
        geometry_of("{\"coordinates\":[1,2],\"bbox\":[1,2,1,2],\"type\":\"Point\",\"crs\":null}");
    assert_int_equal(foreign.type, JALON_GEOMETRY_POINT);
}

static void refuse_json(const char *text, const char *where, const char *reason)
{
    struct jalon_geometry geometry = {.srid = 77};
    assert_int_equal(read_json(text, &geometry), JALON_INVALID);
    assert_int_equal(geometry.srid, 77);
    assert_int_equal(ctx->error.detail_count, 1);
    assert_int_equal(ctx->error.details[0].place, JALON_ERROR_POINTER);
    assert_string_equal(ctx->error.details[0].where.data, where);
    assert_string_equal(ctx->error.details[0].reason.data, reason);
}

static void geojson_that_is_wrong_is_refused_where_it_is(void **state)
{
    (void)state;
    static const char type[] = "expected one of Point, LineString, Polygon, MultiPoint, "
                               "MultiLineString, MultiPolygon";
    refuse_json("[1,2]", "/geometry", "expected a GeoJSON geometry object or null, found an array");
    refuse_json("{}", "/geometry/type", type);
    refuse_json("{\"type\":\"point\",\"coordinates\":[1,2]}", "/geometry/type", type);
    refuse_json("{\"type\":\"GeometryCollection\",\"geometries\":[]}", "/geometry/type", type);
    refuse_json("{\"type\":\"Point\"}", "/geometry/coordinates",
                "a position is an array of numbers: longitude, latitude");
    refuse_json("{\"type\":\"Point\",\"coordinates\":[]}", "/geometry/coordinates",
                "a position needs 2 numbers: longitude, latitude");
    refuse_json("{\"type\":\"Point\",\"coordinates\":[1,\"2\"]}", "/geometry/coordinates",
                "a position needs 2 numbers: longitude, latitude");
    refuse_json("{\"type\":\"LineString\",\"coordinates\":[]}", "/geometry/coordinates",
                "a line needs at least 2 positions");
    refuse_json("{\"type\":\"LineString\",\"coordinates\":[[1,2],[3]]}", "/geometry/coordinates/1",
                "a position needs 2 numbers: longitude, latitude");
    refuse_json("{\"type\":\"LineString\",\"coordinates\":[1,2]}", "/geometry/coordinates/0",
                "a position is an array of numbers: longitude, latitude");
    refuse_json("{\"type\":\"MultiPoint\",\"coordinates\":[]}", "/geometry/coordinates",
                "there are no positions; a missing geometry is null");
    refuse_json("{\"type\":\"Polygon\",\"coordinates\":[]}", "/geometry/coordinates",
                "a polygon needs at least one ring");
    refuse_json("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]}",
                "/geometry/coordinates/0",
                "a ring needs at least 4 positions, the last equal to the first");
    refuse_json("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],"
                "[[[0,0],[1,0],[1,1],[0,0]],[[0,0],[1,0],[null,1]]]]}",
                "/geometry/coordinates/1/1/2", "a position needs 2 numbers: longitude, latitude");
    refuse_json("{\"type\":\"MultiPolygon\",\"coordinates\":[[]]}", "/geometry/coordinates/0",
                "a polygon needs at least one ring");
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const struct jalon_json *json = NULL;
    assert_int_equal(jalon_json_parse(ctx, jalon_text_from(SHAPES[5]), &json), JALON_OK);
    for (uint64_t n = 1;; n++) {
        struct jalon_context *own = jalon_context_create();
        assert_non_null(jalon_arena_allocate(own->arena, 4096 - 16)); /* fill the first block */
        struct jalon_geometry geometry = {0}, copy = {0};
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_geometry_from_json(own, json, "", 4326, &geometry);
        if (status == JALON_OK) {
            assert_non_null(jalon_arena_allocate(own->arena, 8192 - 1024));
            status = jalon_geometry_copy(own, &geometry, &copy);
        }
        bool failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        assert_int_equal(status, failed ? JALON_NO_MEMORY : JALON_OK);
        jalon_context_destroy(own);
        if (!failed) {
            assert_true(n > 1);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_those_of_geojson, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_is_equal_and_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shapes_that_differ_in_structure_only_are_not_equal, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_box_is_the_smallest_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(boxes_meet_also_across_the_antimeridian, set_up, tear_down),
        cmocka_unit_test_setup_teardown(geojson_goes_round, set_up, tear_down),
        cmocka_unit_test_setup_teardown(altitudes_are_dropped_open_rings_closed_decimals_cut,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(geojson_that_is_wrong_is_refused_where_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
