/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Coarse places: one answer for a whole square, wherever it is, and nothing finer. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "jalon/geo.h"

static bool is_same(struct jalon_position a, struct jalon_position b)
{
    return a.lon == b.lon && a.lat == b.lat;
}

/* A number in [0, 1) from a counter; the same each time. */
static double spread(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void test_a_square_has_one_answer(void **state)
{
    (void)state;
    static const int32_t grids_m[] = {1, 50, 500, 1000, 100000};
    uint64_t seed = 7;
    for (size_t i = 0; i < sizeof grids_m / sizeof grids_m[0]; i++) {
        for (int n = 0; n < 2000; n++) {
            struct jalon_position exact = {spread(&seed) * 360 - 180, spread(&seed) * 170 - 85};
            struct jalon_position seen = jalon_geo_coarsen(exact, grids_m[i]);
            double distance_m = jalon_geo_distance_m(exact, seen);
            /* Half a diagonal of a square, whose sides are at most a little longer than the grid's. */
            assert_true(distance_m <= grids_m[i] * 0.9 + 0.02);
            if (grids_m[i] >= 50) { /* what was told of it is not told finer when told again */
                assert_true(is_same(seen, jalon_geo_coarsen(seen, grids_m[i])));
            }
        }
    }
}

static void test_squares_are_as_large_as_they_should_be(void **state)
{
    (void)state;
    static const double latitudes[] = {-70, 0, 43.6, 60};
    for (size_t i = 0; i < sizeof latitudes / sizeof latitudes[0]; i++) {
        struct jalon_position here = jalon_geo_coarsen(
            (struct jalon_position){3.87, latitudes[i]}, 1000);
        struct jalon_position east = here, north = here;
        while (is_same(jalon_geo_coarsen(east, 1000), here)) {
            east.lon += 0.00005;
        }
        while (is_same(jalon_geo_coarsen(north, 1000), here)) {
            north.lat += 0.00005;
        }
        assert_true(fabs(jalon_geo_distance_m(here, east) - 500) < 15);
        assert_true(fabs(jalon_geo_distance_m(here, north) - 500) < 15);
    }
}

static void test_the_ends_of_the_world(void **state)
{
    (void)state;
    static const struct jalon_position ends[] = {
        {-180, -90}, {180, 90}, {180, 0}, {-180, 0}, {0, 90}, {0, -90}, {179.9999999, 89.9999999}};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct jalon_position seen = jalon_geo_coarsen(ends[i], 100000);
        assert_true(seen.lon > -180 && seen.lon < 180 && seen.lat > -90 && seen.lat < 90);
        assert_true(is_same(seen, jalon_geo_coarsen(seen, 100000)));
    }
}

static void test_every_shape_becomes_a_point(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    static const char *const shapes[] = {
        "POINT (3.871 43.611)", "LINESTRING (3.87 43.61, 3.872 43.612)",
        "POLYGON ((3.87 43.61, 3.872 43.61, 3.872 43.612, 3.87 43.612, 3.87 43.61))"};
    for (size_t i = 0; i < 3; i++) {
        struct jalon_geometry exact, seen;
        assert_int_equal(jalon_geometry_from_wkt(ctx, jalon_text_from(shapes[i]), JALON_SRID_WGS84,
                                                 &exact),
                         JALON_OK);
        assert_int_equal(jalon_geometry_coarsen(ctx, &exact, 500, &seen), JALON_OK);
        assert_int_equal(seen.type, JALON_GEOMETRY_POINT);
        assert_true(is_same(seen.positions[0],
                            jalon_geo_coarsen((struct jalon_position){3.871, 43.611}, 500)));
        assert_int_equal(jalon_geometry_coarsen(ctx, &exact, 0, &seen), JALON_OK);
        assert_true(jalon_geometry_equal(&exact, &seen));
    }
    jalon_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_square_has_one_answer),
        cmocka_unit_test(test_squares_are_as_large_as_they_should_be),
        cmocka_unit_test(test_the_ends_of_the_world),
        cmocka_unit_test(test_every_shape_becomes_a_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
