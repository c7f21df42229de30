/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How far shapes are from a place: against a search along every segment in small steps. Distances
 * between two positions are PROJ's (test_geo_measure).
 */
#include "geo_test.h"

#include <stdlib.h>

enum { ROUNDS = 400, STEPS = 400 };

static uint64_t seed = 20261121;

static double random_real(double low, double high)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return low + (double)(seed * UINT64_C(2685821657736338717) >> 11) / 9007199254740992.0 *
                     (high - low);
}

static size_t random_below(size_t bound)
{
    return (size_t)random_real(0, (double)bound);
}

static double far_as(struct jalon_position p, struct jalon_position a, struct jalon_position b,
                     double part)
{
    return jalon_geo_distance_m(p, (struct jalon_position){a.lon + (b.lon - a.lon) * part,
                                                           a.lat + (b.lat - a.lat) * part});
}

/* The best of many steps, then thirds around it. */
static double slow_segment(struct jalon_position p, struct jalon_position a,
                           struct jalon_position b)
{
    int best = 0;
    for (int i = 1; i <= STEPS; i++) {
        best = far_as(p, a, b, (double)i / STEPS) < far_as(p, a, b, (double)best / STEPS) ? i : best;
    }
    double low = fmax(0, (best - 1.0) / STEPS), high = fmin(1, (best + 1.0) / STEPS);
    for (int i = 0; i < 80; i++) {
        double third = (high - low) / 3;
        if (far_as(p, a, b, low + third) < far_as(p, a, b, high - third)) {
            high -= third;
        } else {
            low += third;
        }
    }
    return far_as(p, a, b, low);
}

static double slow_distance(struct jalon_position p, const struct jalon_geometry *geometry)
{
    double best = INFINITY;
    for (size_t ring = 0; ring < geometry->ring_count; ring++) {
        for (size_t i = jalon_geometry_ring_start(geometry, ring) + 1;
             i < geometry->ring_ends[ring]; i++) {
            best = fmin(best, slow_segment(p, geometry->positions[i - 1], geometry->positions[i]));
        }
    }
    for (size_t i = 0; geometry->ring_count == 0 && i < geometry->position_count; i++) {
        best = fmin(best, jalon_geo_distance_m(p, geometry->positions[i]));
    }
    return best;
}

/* Some positions around a place, near or within a few degrees; lines may be very long. */
static size_t random_positions(struct jalon_position around, struct jalon_position out[8])
{
    double spread = pow(10, random_real(-4, 0.6));
    size_t count = 2 + random_below(6);
    for (size_t i = 0; i < count; i++) {
        out[i].lon = around.lon + random_real(-spread, spread);
        out[i].lat = fmax(-80, fmin(80, around.lat + random_real(-spread, spread)));
        if (i > 0 && random_below(4) == 0) { /* along a parallel or a meridian, or not at all */
            out[i].lon = random_below(2) == 0 ? out[i - 1].lon : out[i].lon;
            out[i].lat = random_below(2) == 0 ? out[i - 1].lat : out[i].lat;
        }
    }
    return count;
}

static void check_reach(struct jalon_position p, const struct jalon_geometry *geometry,
                        double distance)
{
    static const double parts[] = {0, 0.2, 0.993, 0.9999, 1.0001, 1.007, 3};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double radius = distance * parts[i];
        struct jalon_geo_circle circle = jalon_geo_circle_make(p, radius);
        assert_true(jalon_geo_circle_reaches(&circle, geometry) == (parts[i] > 1));
    }
}

static void lines_are_as_far_as_their_nearest_place(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct jalon_position p = {random_real(-179, 179), random_real(-75, 75)}, positions[8];
        struct jalon_position around = {p.lon + random_real(-3, 3), p.lat + random_real(-2, 2)};
        size_t count = random_positions(around, positions);
        uint32_t ends[2] = {(uint32_t)count, (uint32_t)count};
        size_t rings = 1;
        if (count > 4 && random_below(2) == 0) {
            ends[0] = 2;
            rings = 2;
        }
        struct jalon_geometry line = {
            .type = rings == 2 ? JALON_GEOMETRY_MULTILINESTRING : JALON_GEOMETRY_LINESTRING,
            .srid = JALON_SRID_WGS84,
            .positions = positions,
            .position_count = count,
            .ring_ends = ends,
            .ring_count = rings,
        };
        struct jalon_geo_circle circle = jalon_geo_circle_make(p, INFINITY);
        double distance = jalon_geo_circle_distance_m(&circle, &line);
        assert_near(distance, slow_distance(p, &line), 1e-4);
        check_reach(p, &line, distance);
    }
}

static void points_are_as_far_as_geodesics_are_long(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct jalon_position p = {random_real(-180, 180), random_real(-90, 90)}, positions[8];
        size_t count = random_positions(p, positions);
        struct jalon_geometry points = {.type = JALON_GEOMETRY_MULTIPOINT,
                                        .srid = JALON_SRID_WGS84,
                                        .positions = positions,
                                        .position_count = count};
        struct jalon_geo_circle circle = jalon_geo_circle_make(p, INFINITY);
        double distance = jalon_geo_circle_distance_m(&circle, &points);
        assert_true(distance == slow_distance(p, &points));
        check_reach(p, &points, distance);
        points.type = JALON_GEOMETRY_POINT;
        points.position_count = 1;
        double least, most;
        distance = jalon_geo_circle_distance_m(&circle, &points);
        jalon_geo_circle_bounds(&circle, &points, &least, &most);
        assert_true(distance == jalon_geo_distance_m(p, positions[0]));
        assert_true(least <= distance && distance <= most);
        assert_true(most - least < 0.011 * distance + 1e-4);
    }
}

static double from(double lon, double lat, const struct jalon_geometry *geometry)
{
    struct jalon_geo_circle circle =
        jalon_geo_circle_make((struct jalon_position){lon, lat}, INFINITY);
    return jalon_geo_circle_distance_m(&circle, geometry);
}

static void inside_a_polygon_nothing_is_far(void **state)
{
    (void)state;
    struct jalon_geometry ring = shape("Polygon", "[[[0,0],[4,0],[4,4],[0,4],[0,0]],"
                                                  "[[1,1],[1,3],[3,3],[3,1],[1,1]]]");
    assert_true(from(0.5, 0.5, &ring) <= 0);
    /* in the hole: a degree of longitude on the equator is 111,319.491 m */
    assert_near(from(2, 1.0001, &ring), 110574.4 * 0.0001, 0.01);
    assert_near(from(5, 0, &ring), 111319.491, 0.01);
    assert_near(from(3.5, 4.00001, &ring), 1.106, 0.001);
    struct jalon_geometry line = shape("LineString", "[[0,0],[4,0],[4,4],[0,4],[0,0]]");
    assert_true(from(0.5, 0.5, &line) > 50000);
    struct jalon_geometry none = {.type = JALON_GEOMETRY_NONE};
    struct jalon_geo_circle circle =
        jalon_geo_circle_make((struct jalon_position){0, 0}, INFINITY);
    assert_true(isinf(from(0, 0, &none)));
    assert_false(jalon_geo_circle_reaches(&circle, &none));
    assert_true(jalon_geo_circle_reaches(&circle, &line));
}

static void distances_go_across_the_antimeridian_and_the_pole(void **state)
{
    (void)state;
    struct jalon_geometry fiji = shape("LineString", "[[179.9,-17],[179.95,-16]]");
    assert_true(from(-179.9, -16.5, &fiji) < 25000);
    struct jalon_geometry point = shape("Point", "[180,80]");
    assert_near(from(0, 80, &point), 2 * jalon_geo_distance_m((struct jalon_position){0, 80},
                                                              (struct jalon_position){0, 90}),
                0.001);
    assert_near(from(-180, 80, &point), 0, 1e-6);
}

/* Whatever is within the radius is within the box, which is not much larger. */
static void the_box_holds_the_circle(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        double radius = pow(10, random_real(0, 6));
        struct jalon_position p = {random_real(-180, 180), random_real(-90, 90)};
        struct jalon_geo_circle circle = jalon_geo_circle_make(p, radius);
        double degrees = radius / 111000;
        for (int j = 0; j < 200; j++) {
            double angle = random_real(0, 6.283185307179586);
            double lat = p.lat + degrees * sin(angle);
            struct jalon_position at = {p.lon + degrees * cos(angle) / cos(p.lat * 0.01745329252),
                                        lat > 90 ? 180 - lat : lat < -90 ? -180 - lat : lat};
            at.lon += lat > 90 || lat < -90 ? 180 : 0;
            at.lon = remainder(at.lon, 360);
            struct jalon_geometry point = {.type = JALON_GEOMETRY_POINT,
                                           .positions = &at,
                                           .position_count = 1};
            bool is_within = jalon_geo_distance_m(p, at) <= radius;
            assert_true(jalon_geo_circle_reaches(&circle, &point) == is_within);
            assert_true(!is_within || jalon_box_contains(circle.box, at));
        }
        assert_true(circle.box.north - circle.box.south < 2.02 * degrees + 1e-6);
        if (fabs(p.lat) + degrees < 60) {
            double width = circle.box.east - circle.box.west;
            assert_true(width + (width < 0 ? 360 : 0) < 2.1 * degrees / cos((fabs(p.lat) + degrees) * 0.01745329252));
        }
    }
}

static void a_circle_may_be_the_whole_world_or_a_place(void **state)
{
    (void)state;
    struct jalon_position p = {3.87, 43.61};
    struct jalon_geo_circle world = jalon_geo_circle_make(p, INFINITY);
    assert_true(world.box.west <= -180 && world.box.east >= 180 && world.box.south <= -90 &&
                world.box.north >= 90);
    struct jalon_geo_circle place = jalon_geo_circle_make(p, 0);
    struct jalon_geometry same = shape("Point", "[3.87,43.61]");
    struct jalon_geometry other = shape("Point", "[3.8700001,43.61]");
    assert_true(jalon_geo_circle_reaches(&place, &same));
    assert_false(jalon_geo_circle_reaches(&place, &other));
    assert_true(jalon_box_contains(place.box, p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_as_far_as_their_nearest_place),
        cmocka_unit_test(points_are_as_far_as_geodesics_are_long),
        cmocka_unit_test(inside_a_polygon_nothing_is_far),
        cmocka_unit_test(distances_go_across_the_antimeridian_and_the_pole),
        cmocka_unit_test(the_box_holds_the_circle),
        cmocka_unit_test(a_circle_may_be_the_whole_world_or_a_place),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
