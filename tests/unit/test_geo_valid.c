/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What may be stored: what is left alone, wound, repaired, and refused with its reason. */
#include "geo_test.h"

static struct jalon_geometry make_valid(const char *type, const char *coordinates, bool *repaired)
{
    struct jalon_geometry in = shape(type, coordinates), out = {0};
    assert_int_equal(jalon_geometry_make_valid(ctx, &in, "/geometry", &out, repaired), JALON_OK);
    return out;
}

static void keep(const char *type, const char *coordinates)
{
    bool repaired = true;
    struct jalon_geometry before = shape(type, coordinates);
    struct jalon_geometry after = make_valid(type, coordinates, &repaired);
    assert_true(jalon_geometry_equal(&before, &after));
    assert_false(repaired);
}

static void change(const char *type, const char *coordinates, const char *expected,
                   bool is_repaired)
{
    bool repaired = !is_repaired;
    struct jalon_geometry after = make_valid(type, coordinates, &repaired);
    assert_string_equal(json_of(&after), expected);
    assert_int_equal(repaired, is_repaired);
}

static void refuse(const char *type, const char *coordinates, const char *reason)
{
    struct jalon_geometry in = shape(type, coordinates), out = {.srid = 77};
    bool repaired = true;
    jalon_error_clear(ctx);
    assert_int_equal(jalon_geometry_make_valid(ctx, &in, "/geometry", &out, &repaired),
                     JALON_INVALID);
    assert_int_equal(out.srid, 77);
    assert_int_equal(ctx->error.detail_count, 1);
    assert_string_equal(ctx->error.details[0].where.data, "/geometry");
    assert_string_equal(ctx->error.details[0].reason.data, reason);
}

static void what_is_valid_is_kept(void **state)
{
    (void)state;
    keep("Point", "[3.87,43.61]");
    keep("LineString", "[[0,0],[2,2],[2,0],[0,2]]"); /* a line may cross itself */
    keep("LineString", "[[0,0],[1,1],[0,0]]");
    keep("MultiPoint", "[[5,5],[1,1],[3,3]]");
    keep("MultiLineString", "[[[0,0],[1,1]],[[0,0],[1,1]]]");
    keep("Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]");
    keep("MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[9,5],[9,9],[5,5]]]]");
    struct jalon_geometry none = {0}, out = {.type = JALON_GEOMETRY_POINT};
    bool repaired = true;
    assert_int_equal(jalon_geometry_make_valid(ctx, &none, "", &out, &repaired), JALON_OK);
    assert_int_equal(out.type, JALON_GEOMETRY_NONE);
    assert_false(repaired);
}

static void rings_are_wound_as_rfc_7946_wants(void **state)
{
    (void)state;
    change("Polygon", "[[[0,0],[0,4],[4,4],[4,0],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]]]",
           "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]],"
           "[[1,1],[1,2],[2,2],[2,1],[1,1]]]}",
           false);
    change("MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[9,9],[9,5],[5,5]]]]",
           "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],"
           "[[[5,5],[9,5],[9,9],[5,5]]]]}",
           false);
}

static void repeats_are_dropped(void **state)
{
    (void)state;
    change("MultiPoint", "[[3,3],[1,1],[3,3],[2,2],[1,1]]",
           "{\"type\":\"MultiPoint\",\"coordinates\":[[3,3],[1,1],[2,2]]}", true);
    change("LineString", "[[0,0],[0,0],[1,1],[1,1],[0,0]]",
           "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1],[0,0]]}", true);
    change("Polygon", "[[[0,0],[4,0],[4,0],[4,4],[0,0],[0,0]]]",
           "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,0]]]}", true);
    /* a part that is only repeats, beside one that is more */
    change("MultiLineString", "[[[0,0],[0,0]],[[1,1],[2,2]]]",
           "{\"type\":\"MultiLineString\",\"coordinates\":[[[1,1],[2,2]]]}", true);
    change("Polygon", "[[[0,0],[4,0],[4,4],[0,0]],[[2,1],[2,1],[2,1],[2,1]]]",
           "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,0]]]}", true);
    change("MultiPolygon", "[[[[9,9],[9,9],[9,9],[9,9]]],[[[0,0],[4,0],[4,4],[0,0]]]]",
           "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[4,0],[4,4],[0,0]]]]}", true);
}

static double area_of(const struct jalon_geometry *geometry)
{
    double sum = 0;
    for (size_t i = 0; i < geometry->ring_count; i++) { /* holes run the other way round */
        for (size_t j = jalon_geometry_ring_start(geometry, i) + 1; j < geometry->ring_ends[i];
             j++) {
            struct jalon_position a = geometry->positions[j - 1], b = geometry->positions[j];
            sum += (a.lon * b.lat - b.lon * a.lat) / 2;
        }
    }
    return sum;
}

static void repair(const char *type, const char *coordinates, enum jalon_geometry_type expected,
                   size_t polygon_count, double area)
{
    bool repaired = false;
    struct jalon_geometry after = make_valid(type, coordinates, &repaired), again = {0};
    assert_true(repaired);
    assert_int_equal(after.type, expected);
    assert_int_equal(after.polygon_count, polygon_count);
    assert_near(area_of(&after), area, 1e-9);
    /* what was repaired needs no more */
    assert_int_equal(jalon_geometry_make_valid(ctx, &after, "", &again, &repaired), JALON_OK);
    assert_false(repaired);
    assert_true(jalon_geometry_equal(&after, &again));
}

static void broken_polygons_are_repaired(void **state)
{
    (void)state;
    /* a bow tie is two triangles */
    repair("Polygon", "[[[0,0],[2,2],[2,0],[0,2],[0,0]]]", JALON_GEOMETRY_MULTIPOLYGON, 2, 2);
    /* a spike */
    repair("Polygon", "[[[0,0],[4,0],[4,4],[4,9],[4,4],[0,4],[0,0]]]", JALON_GEOMETRY_POLYGON, 1,
           16);
    /* a hole that sticks out is cut off, one outside becomes a part, one in another is in it */
    repair("Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[3,1],[5,1],[5,2],[3,2],[3,1]]]",
           JALON_GEOMETRY_POLYGON, 1, 15);
    repair("Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[7,7],[8,7],[8,8],[7,7]]]",
           JALON_GEOMETRY_MULTIPOLYGON, 2, 16.5);
    repair("Polygon",
           "[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[1,1],[5,1],[5,5],[1,5],[1,1]],"
           "[[2,2],[3,2],[3,3],[2,3],[2,2]]]",
           JALON_GEOMETRY_POLYGON, 1, 65);
    /* parts that overlap stay a multipolygon, also when one part is left */
    repair("MultiPolygon", "[[[[0,0],[4,0],[4,4],[0,4],[0,0]]],[[[2,2],[6,2],[6,6],[2,6],[2,2]]]]",
           JALON_GEOMETRY_MULTIPOLYGON, 1, 28);
}

static void what_has_collapsed_is_refused(void **state)
{
    (void)state;
    refuse("LineString", "[[1,1],[1,1],[1,1]]",
           "the line has no length: its positions are all the same");
    refuse("MultiLineString", "[[[1,1],[1,1]],[[2,2],[2,2]]]",
           "the line has no length: its positions are all the same");
    refuse("Polygon", "[[[1,1],[1,1],[1,1],[1,1]]]",
           "the polygon has no area: it has fewer than 3 different positions");
    refuse("Polygon", "[[[1,1],[2,2],[2,2],[1,1]]]",
           "the polygon has no area: it has fewer than 3 different positions");
    refuse("Polygon", "[[[0,0],[1,1],[2,2],[0,0]]]",
           "the polygon has no area: its outline crosses or retraces itself near 1, 1");
}

static void numbers_that_are_none_are_refused(void **state)
{
    (void)state;
    struct jalon_geometry point = shape("Point", "[1,2]"), out = {0};
    bool repaired = false;
    point.positions[0].lat = NAN;
    assert_int_equal(jalon_geometry_make_valid(ctx, &point, NULL, &out, &repaired), JALON_INVALID);
    assert_string_equal(ctx->error.message.data, "a coordinate is not a number");
    assert_int_equal(ctx->error.detail_count, 0);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    bool repaired = false;
    /* this thread's context of GEOS is there from here on */
    (void)make_valid("Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]", &repaired);
    struct jalon_geometry in = shape("MultiPolygon", "[[[[0,0],[2,2],[2,0],[0,2],[0,0]]],"
                                                     "[[[5,5],[6,5],[6,6],[5,5]]]]");
    for (uint64_t n = 1;; n++) {
        struct jalon_context *own = jalon_context_create();
        assert_non_null(jalon_arena_allocate(own->arena, 4096 - 16)); /* fill the first block */
        struct jalon_geometry out = {0};
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_geometry_make_valid(own, &in, "", &out, &repaired);
        bool failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        assert_int_equal(status, failed ? JALON_NO_MEMORY : JALON_OK);
        jalon_context_destroy(own);
        if (!failed) {
            assert_true(n > 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_valid_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rings_are_wound_as_rfc_7946_wants, set_up, tear_down),
        cmocka_unit_test_setup_teardown(repeats_are_dropped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_polygons_are_repaired, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_has_collapsed_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_that_are_none_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
