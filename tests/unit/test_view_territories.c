/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which territories a position lies in: what asking each of them finds. */
#include "view/territories.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 200, ROUNDS = 20, ASKED = 500 };

static uint64_t state;

static double draw(double least, double most)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return least + (most - least) * (double)(state >> 33) / (double)(UINT64_C(1) << 31);
}

struct drawn {
    struct jalon_territory items[MOST];
    struct jalon_position corners[MOST][5];
    size_t count;
};

/* Rectangles with corners on whole degrees, so that positions lie on edges too. */
static void draw_territories(struct drawn *drawn, double widest)
{
    static uint32_t ring_end = 5, polygon_end = 1;
    for (size_t i = 0; i < drawn->count; i++) {
        double west = (int)draw(-170, 160), south = (int)draw(-80, 70);
        double east = west + 1 + (int)draw(0, widest), north = south + 1 + (int)draw(0, widest);
        east = east > 180 ? 180 : east;
        north = north > 90 ? 90 : north;
        struct jalon_position corners[5] = {
            {west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
        for (int j = 0; j < 5; j++) {
            drawn->corners[i][j] = corners[j];
        }
        drawn->items[i] = (struct jalon_territory){
            .key = JALON_TEXT("t"),
            .name = JALON_TEXT("T"),
            .kind = JALON_TEXT("k"),
            .parent = JALON_TEXT_EMPTY,
            .geometry = {.type = JALON_GEOMETRY_POLYGON,
                         .srid = JALON_SRID_WGS84,
                         .positions = drawn->corners[i],
                         .position_count = 5,
                         .ring_ends = &ring_end,
                         .ring_count = 1,
                         .polygon_ends = &polygon_end,
                         .polygon_count = 1},
        };
    }
}

static void check_position(struct jalon_context *ctx,
                           const struct jalon_view_territories *territories,
                           struct jalon_position position)
{
    const int32_t *found;
    size_t found_count, at = 0;
    assert_int_equal(jalon_view_territories_find(ctx, territories, position, &found, &found_count),
                     JALON_OK);
    for (size_t i = 0; i < territories->count; i++) {
        if (jalon_geo_area_covers(territories->areas[i], position)) {
            assert_true(at < found_count);
            assert_int_equal(found[at++], i);
        }
    }
    assert_int_equal(at, found_count);
}

static void check_drawn(struct jalon_context *ctx, const struct drawn *drawn)
{
    struct jalon_view_territories territories;
    assert_int_equal(
        jalon_view_territories_init(ctx, ctx->arena, drawn->items, drawn->count, &territories),
        JALON_OK);
    for (int i = 0; i < ASKED; i++) {
        struct jalon_position position = {draw(-180, 180), draw(-90, 90)};
        check_position(ctx, &territories, position);
        check_position(ctx, &territories,
                       (struct jalon_position){(int)position.lon, (int)position.lat});
    }
    check_position(ctx, &territories, (struct jalon_position){180, 90});
    check_position(ctx, &territories, (struct jalon_position){-180, -90});
    jalon_view_territories_finish(&territories);
}

static void finds_those_that_cover(void **unused)
{
    (void)unused;
    static struct drawn drawn;
    for (int round = 0; round < ROUNDS; round++) {
        struct jalon_context *ctx = jalon_context_create();
        assert_non_null(ctx);
        drawn.count = round < 4 ? (size_t)round : (size_t)draw(1, MOST);
        draw_territories(&drawn, round % 2 == 0 ? 5 : 300);
        check_drawn(ctx, &drawn);
        jalon_context_destroy(ctx);
    }
}

/* One whose box goes across the antimeridian, and one beside it. */
static void finds_across_the_antimeridian(void **unused)
{
    (void)unused;
    static struct jalon_position corners[] = {{170, -20},  {180, -20},  {180, -10},  {170, -10},
                                              {170, -20},  {-180, -20}, {-175, -20}, {-175, -10},
                                              {-180, -10}, {-180, -20}};
    static uint32_t ring_ends[] = {5, 10}, polygon_ends[] = {1, 2};
    static struct drawn drawn;
    struct jalon_context *ctx = jalon_context_create();
    assert_non_null(ctx);
    drawn.count = 2;
    draw_territories(&drawn, 5);
    drawn.items[0].geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_MULTIPOLYGON,
                                                      .srid = JALON_SRID_WGS84,
                                                      .positions = corners,
                                                      .position_count = 10,
                                                      .ring_ends = ring_ends,
                                                      .ring_count = 2,
                                                      .polygon_ends = polygon_ends,
                                                      .polygon_count = 2};
    struct jalon_view_territories territories;
    const int32_t *found;
    size_t count;
    assert_int_equal(
        jalon_view_territories_init(ctx, ctx->arena, drawn.items, drawn.count, &territories),
        JALON_OK);
    for (int i = 0; i < 2; i++) {
        struct jalon_position position = {i == 0 ? 175 : -176, -15};
        assert_int_equal(jalon_view_territories_find(ctx, &territories, position, &found, &count),
                         JALON_OK);
        assert_true(count >= 1);
        assert_int_equal(found[0], 0);
        check_position(ctx, &territories, position);
    }
    jalon_view_territories_finish(&territories);
    jalon_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_those_that_cover),
        cmocka_unit_test(finds_across_the_antimeridian),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
