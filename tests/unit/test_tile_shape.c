/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where tiles lie, and what becomes of shapes in them. */
#include "tile_test.h"

#include "tile/sketch.h"

static const struct jalon_tile here = {14, 5981, 8368};

/* --- Addresses --- */

static bool parses(const char *zoom, const char *row, const char *column)
{
    struct jalon_tile tile;
    return jalon_tile_parse(jalon_text_from(zoom), jalon_text_from(row), jalon_text_from(column),
                            &tile);
}

static void only_tiles_that_exist_are_tiles(void **state)
{
    (void)state;
    struct jalon_tile tile = {-1, -1, -1};
    assert_true(jalon_tile_parse(JALON_TEXT("12"), JALON_TEXT("1495"), JALON_TEXT("2092"), &tile));
    assert_int_equal(tile.zoom, 12);
    assert_int_equal(tile.row, 1495);
    assert_int_equal(tile.column, 2092);
    assert_true(parses("0", "0", "0"));
    assert_true(parses("22", "4194303", "4194303"));
    assert_false(parses("22", "4194304", "0"));
    assert_false(parses("22", "0", "4194304"));
    assert_false(parses("23", "0", "0"));
    assert_false(parses("0", "1", "0"));
    static const char *const odd[] = {"",    "-0", "+0",         "00", " 0", "0 ", "0.0",
                                      "1e0", "0x", "2147483647", "18446744073709551616"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_false(parses(odd[i], "0", "0"));
        assert_false(parses("0", odd[i], "0"));
        assert_false(parses("0", "0", odd[i]));
    }
}

static void boxes_have_a_margin(void **state)
{
    (void)state;
    struct jalon_box world = jalon_tile_box((struct jalon_tile){0, 0, 0});
    assert_near(world.west, -180, 0);
    assert_near(world.east, 180, 0);
    assert_near(world.north, 90, 0);
    assert_near(world.south, -90, 0);
    struct jalon_box west = jalon_tile_box((struct jalon_tile){2, 1, 0}); /* crosses */
    double margin = 65.0 / (4 * 4096) * 360;
    assert_near(west.west, 180 - margin, 1e-9);
    assert_near(west.east, -90 + margin, 1e-9);
    assert_near(jalon_tile_box((struct jalon_tile){2, 1, 3}).east, -180 + margin, 1e-9);
    assert_true(west.south < 0 && west.south > -3);
    assert_true(west.north > 66.51326 && west.north < 67.2);
}

/* --- Points --- */

static void every_point_is_in_one_tile(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 300; i++) {
        struct jalon_position p = {360 * chance(&seed) - 180, 180 * chance(&seed) - 90};
        p.lon = i == 0 ? 180 : i == 1 ? -180 : i == 2 ? 0 : p.lon;
        p.lat = i == 3 ? 90 : i == 4 ? -90 : i == 5 ? 0 : p.lat;
        int32_t owners = 0;
        for (int32_t t = 0; t < 64; t++) {
            struct jalon_tile_place place;
            struct jalon_tile tile = {3, t / 8, t % 8};
            bool drawn = jalon_tile_find_place(tile, p, &place);
            assert_true(!drawn || jalon_box_contains(jalon_tile_box(tile), p));
            owners += drawn && place.x >= 0 && place.x < 4096 && place.y >= 0 && place.y < 4096;
        }
        assert_int_equal(owners, 1);
    }
}

static void margins_see_across_the_antimeridian(void **state)
{
    (void)state;
    struct jalon_tile_place a, b;
    struct jalon_position p = {179.99, -16.5};
    assert_true(jalon_tile_find_place((struct jalon_tile){5, 17, 31}, p, &a));
    assert_true(jalon_tile_find_place((struct jalon_tile){5, 17, 0}, p, &b));
    assert_int_equal(b.x, a.x - 4096);
    assert_int_equal(b.y, a.y);
    assert_false(jalon_tile_find_place((struct jalon_tile){5, 17, 1}, p, &b));
}

static const char *draw(struct jalon_tile tile, const struct jalon_geometry *geometry)
{
    struct jalon_tile_shape out;
    jalon_context_reset(scratch);
    assert_int_equal(jalon_tile_make_shape(scratch, tile, geometry, &out), JALON_OK);
    return commands_of(&out);
}

static const char *draw_units(const char *type, const char *coordinates)
{
    struct jalon_geometry geometry = from_units(here, type, coordinates);
    return draw(here, &geometry);
}

static void points_are_commands(void **state)
{
    (void)state;
    uint32_t commands[3];
    struct jalon_tile_shape shape = jalon_tile_make_point((struct jalon_tile_place){25, 17}, commands);
    assert_int_equal(shape.command_count, 3); /* MVT 2.1, 4.3.5.1 */
    assert_int_equal(commands[0], 9);
    assert_int_equal(commands[1], 50);
    assert_int_equal(commands[2], 34);
    assert_string_equal(draw_units("Point", "[25.5,17.5]"), "M 25 17");
    assert_string_equal(draw_units("Point", "[-64.5,17.5]"), "");
    assert_string_equal(draw_units("Point", "[-63.5,4159.5]"), "M -64 4159");
    assert_string_equal(draw_units("MultiPoint", "[[5.5,7.5],[3.5,2.5],[5.6,7.4],[9000,0]]"),
                        "M 3 2 5 7");
}

/* --- Lines --- */

static void lines_are_cut_at_the_margin(void **state)
{
    (void)state;
    assert_string_equal(draw_units("LineString", "[[2.5,2.5],[2.5,10.5],[10.5,10.5]]"),
                        "M 2 2 L 2 10 10 10");
    assert_string_equal(draw_units("LineString", "[[-1000,100.5],[5000,100.5]]"),
                        "M -64 100 L 4160 100");
    /* out and in again: two parts */
    assert_string_equal(
        draw_units("LineString", "[[100.5,100.5],[100.5,-900],[300.5,-900],[300.5,100.5]]"),
        "M 100 100 L 100 -64 M 300 -64 L 300 100");
    assert_string_equal(draw_units("LineString", "[[-500,-500],[-400,5000]]"), "");
    assert_string_equal(draw_units("LineString", "[[5000,-1000],[9000,3000]]"), "");
    assert_string_equal(draw_units("LineString", "[[9.1,9.1],[9.3,9.2],[9.2,9.4]]"), "");
    assert_string_equal(draw_units("MultiLineString", "[[[1.5,1.5],[9.5,1.5]],[[7000,0],[8000,0]]]"),
                        "M 1 1 L 9 1");
}

static void lines_never_leave_the_margin(void **state)
{
    (void)state;
    uint64_t seed = 9;
    int drawn = 0;
    for (int i = 0; i < 2000; i++) {
        double n[4];
        for (int k = 0; k < 4; k++) {
            n[k] = 12000 * chance(&seed) - 4000;
        }
        struct jalon_text text = jalon_text_format(ctx->arena, "[[%.9f,%.9f],[%.9f,%.9f]]", n[0],
                                                   n[1], n[2], n[3]);
        struct jalon_geometry line = from_units(here, "LineString", text.data);
        struct jalon_tile_shape out;
        assert_int_equal(jalon_tile_make_shape(scratch, here, &line, &out), JALON_OK);
        int32_t x = 0, y = 0;
        for (size_t c = 1; c + 1 < out.command_count; c += c == 1 ? 3 : 2) {
            x += unzigzag(out.commands[c]);
            y += unzigzag(out.commands[c + 1]);
            assert_true(x >= -64 && x <= 4160 && y >= -64 && y <= 4160);
            drawn++;
        }
    }
    assert_true(drawn > 500);
}

static void what_nobody_sees_is_left_out(void **state)
{
    (void)state;
    assert_string_equal(
        draw_units("LineString", "[[0.5,0.5],[100.5,0.9],[200.5,0.2],[300.5,0.5],[300.5,50.5]]"),
        "M 0 0 L 300 0 300 50");
    /* a spike along the line itself is seen */
    assert_string_equal(draw_units("LineString", "[[0.5,0.5],[300.5,0.5],[100.5,0.5]]"),
                        "M 0 0 L 300 0 100 0");
}

static double distance_to_segment(struct jalon_position p, struct jalon_position a,
                                  struct jalon_position b)
{
    double x = b.lon - a.lon, y = b.lat - a.lat, length = x * x + y * y;
    double t = length > 0 ? ((p.lon - a.lon) * x + (p.lat - a.lat) * y) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(p.lon - a.lon - t * x, p.lat - a.lat - t * y);
}

static void simplifying_stays_near(void **state)
{
    (void)state;
    enum { COUNT = 400 };
    uint64_t seed = 11;
    for (int round = 0; round < 200; round++) {
        struct jalon_position line[COUNT], kept[COUNT], p = {0, 0};
        double step = pow(10, 3 * chance(&seed) - 1.5), angle = 0;
        for (int i = 0; i < COUNT; i++) {
            line[i] = kept[i] = p;
            angle += (chance(&seed) - 0.5) * (round % 7);
            p.lon += step * cos(angle);
            p.lat += step * sin(angle);
        }
        size_t count = jalon_tile_simplify(kept, COUNT, 1);
        assert_true(count >= 2 && count <= COUNT);
        assert_near(kept[count - 1].lon, line[COUNT - 1].lon, 0);
        for (int i = 0; i < COUNT; i++) {
            double nearest = INFINITY;
            for (size_t k = 1; k < count; k++) {
                nearest = fmin(nearest, distance_to_segment(line[i], kept[k - 1], kept[k]));
            }
            assert_true(nearest <= 2.000001);
        }
        assert_true(round % 7 != 0 || count == 2); /* straight */
    }
}

/* --- Polygons --- */

static void polygons_are_wound_for_mvt(void **state)
{
    (void)state;
    const char *clockwise = draw_units("Polygon", "[[[10.5,10.5],[20.5,10.5],[20.5,20.5],[10.5,20.5],[10.5,10.5]]]");
    const char *other = draw_units("Polygon", "[[[10.5,10.5],[10.5,20.5],[20.5,20.5],[20.5,10.5],[10.5,10.5]]]");
    assert_string_equal(clockwise, "M 10 10 L 20 10 20 20 10 20 Z");
    assert_string_equal(other, "M 10 10 L 20 10 20 20 10 20 Z");
}

static void a_polygon_around_the_tile_is_its_margin(void **state)
{
    (void)state;
    assert_string_equal(
        draw_units("Polygon", "[[[-9000,-9000],[-9000,9000],[9000,9000],[9000,-9000],[-9000,-9000]]]"),
        "M 4160 4160 L -64 4160 -64 -64 4160 -64 Z");
    assert_string_equal( /* the tile is in its hole */
        draw_units("Polygon",
                   "[[[-9000,-9000],[-9000,9000],[9000,9000],[9000,-9000],[-9000,-9000]],"
                   "[[-8000,-8000],[8000,-8000],[8000,8000],[-8000,8000],[-8000,-8000]]]"),
        "");
}

static void holes_stay_and_small_ones_go(void **state)
{
    (void)state;
    const char *drawn = draw_units(
        "Polygon", "[[[10.5,10.5],[90.5,10.5],[90.5,90.5],[10.5,90.5],[10.5,10.5]],"
                   "[[30.5,30.5],[30.5,60.5],[60.5,60.5],[60.5,30.5],[30.5,30.5]],"
                   "[[70.1,70.1],[70.1,70.4],[70.4,70.4],[70.4,70.1],[70.1,70.1]]]");
    assert_string_equal(drawn, "M 10 10 L 90 10 90 90 10 90 Z M 30 30 L 30 60 60 60 60 30 Z");
    assert_string_equal(draw_units("Polygon", "[[[5.1,5.1],[5.9,5.1],[5.5,5.8],[5.1,5.1]]]"), "");
    assert_string_equal(
        draw_units("Polygon", "[[[5000,0],[6000,0],[6000,900],[5000,0]]]"), "");
}

static void pieces_at_the_border_come_apart(void **state)
{
    (void)state;
    /* A comb from the east: two teeth reach into the tile, the back is outside. */
    const char *drawn = draw_units(
        "Polygon", "[[[4000.5,100.5],[9000,100.5],[9000,900.5],[4000.5,900.5],[4000.5,800.5],"
                   "[8000,800.5],[8000,200.5],[4000.5,200.5],[4000.5,100.5]]]");
    assert_string_equal(drawn, "M 4000 200 L 4000 100 4160 100 4160 200 Z "
                               "M 4000 800 L 4160 800 4160 900 4000 900 Z");
}

static void shapes_see_across_the_antimeridian(void **state)
{
    (void)state;
    struct jalon_tile east = {5, 17, 31}, west = {5, 17, 0};
    struct jalon_geometry line = shape("LineString", "[[179.8,-16.5],[179.99,-16.5]]");
    const char *there = draw(east, &line);
    const char *beyond = draw(west, &line);
    assert_string_not_equal(there, "");
    assert_int_equal(strncmp(beyond, "M -64 ", 6), 0);
    assert_string_equal(draw((struct jalon_tile){5, 17, 1}, &line), "");
    struct jalon_geometry fiji = shape(
        "MultiPolygon", "[[[[179,-17],[180,-17],[180,-16],[179,-16],[179,-17]]],"
                        "[[[-180,-17],[-179,-17],[-179,-16],[-180,-16],[-180,-17]]]]");
    struct jalon_tile_shape out;
    assert_int_equal(jalon_tile_make_shape(scratch, west, &fiji, &out), JALON_OK);
    struct jalon_geometry drawn = polygons_of(&out);
    assert_int_equal(drawn.polygon_count, 1); /* both halves, and no seam between them */
}

/* A star with many corners around a place, sometimes with holes: what rounding makes cross. */
static struct jalon_geometry random_star(uint64_t *seed)
{
    enum { CORNERS = 60 };
    struct jalon_buffer text;
    jalon_buffer_init(&text, 1 << 20);
    double x = 6000 * chance(seed) - 1000, y = 6000 * chance(seed) - 1000;
    double size = pow(10, 4 * chance(seed));
    int rings = 1 + (int)(3 * chance(seed));
    for (int r = 0; r < rings; r++) {
        jalon_buffer_append_string(&text, r == 0 ? "[[" : ",[");
        double first = 0;
        for (int i = 0; i <= CORNERS; i++) {
            double radius = size * (1 - 0.3 * r) * (i % 2 == 0 ? 1 : 0.2 + 0.7 * chance(seed));
            radius = i == 0 ? (first = radius) : i == CORNERS ? first : radius;
            double angle = 2 * 3.14159265358979 * (i % CORNERS) / CORNERS;
            jalon_buffer_append_format(&text, "%s[%.9f,%.9f]", i == 0 ? "" : ",",
                                       x + radius * cos(angle), y + radius * sin(angle));
        }
        jalon_buffer_append_string(&text, "]");
    }
    jalon_buffer_append_string(&text, "]");
    struct jalon_geometry star = from_units(here, "Polygon", text.data);
    jalon_buffer_finish(&text);
    return star;
}

static void polygons_are_always_valid(void **state)
{
    (void)state;
    uint64_t seed = 3;
    int drawn = 0;
    for (int i = 0; i < 1500; i++) {
        jalon_context_reset(ctx);
        jalon_context_reset(scratch);
        struct jalon_geometry star = random_star(&seed);
        struct jalon_tile_shape out;
        assert_int_equal(jalon_tile_make_shape(scratch, here, &star, &out), JALON_OK);
        if (out.command_count == 0) {
            continue;
        }
        struct jalon_geometry polygons = polygons_of(&out), valid;
        bool repaired = true;
        assert_int_equal(jalon_geometry_make_valid(ctx, &polygons, NULL, &valid, &repaired),
                         JALON_OK);
        assert_false(repaired);
        for (size_t p = 0; p < polygons.position_count; p++) {
            assert_true(polygons.positions[p].lon >= -64 && polygons.positions[p].lon <= 4160);
            assert_true(polygons.positions[p].lat >= -64 && polygons.positions[p].lat <= 4160);
        }
        drawn++;
    }
    assert_true(drawn > 500);
}

static void small_shapes_are_small(void **state)
{
    (void)state;
    struct jalon_position middle;
    struct jalon_geometry geometry = from_units(here, "LineString", "[[100,100],[115,108]]");
    assert_true(jalon_tile_is_small(here, &geometry, 16, &middle));
    assert_false(jalon_tile_is_small(here, &geometry, 14, &middle));
    struct jalon_tile_place place;
    assert_true(jalon_tile_find_place(here, middle, &place));
    assert_in_range(place.x, 107, 108);
    assert_in_range(place.y, 103, 104);
    geometry = from_units(here, "LineString", "[[100,100],[101,130]]");
    assert_false(jalon_tile_is_small(here, &geometry, 16, &middle));
}

static void failing_memory_is_told(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (int i = 0; i < 20; i++) {
        struct jalon_geometry star = random_star(&seed);
        for (uint64_t n = 1; n < 40; n++) {
            struct jalon_context *own = jalon_context_create();
            struct jalon_tile_shape out;
            jalon_memory_fail_at(n);
            enum jalon_status status = jalon_tile_make_shape(own, here, &star, &out);
            jalon_memory_fail_at(0);
            assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
            jalon_context_destroy(own);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_tiles_that_exist_are_tiles, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(boxes_have_a_margin, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(every_point_is_in_one_tile, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(margins_see_across_the_antimeridian, set_up_tile,
                                        tear_down_tile),
        cmocka_unit_test_setup_teardown(points_are_commands, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(lines_are_cut_at_the_margin, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(lines_never_leave_the_margin, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(what_nobody_sees_is_left_out, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(simplifying_stays_near, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(polygons_are_wound_for_mvt, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(a_polygon_around_the_tile_is_its_margin, set_up_tile,
                                        tear_down_tile),
        cmocka_unit_test_setup_teardown(holes_stay_and_small_ones_go, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(pieces_at_the_border_come_apart, set_up_tile,
                                        tear_down_tile),
        cmocka_unit_test_setup_teardown(shapes_see_across_the_antimeridian, set_up_tile,
                                        tear_down_tile),
        cmocka_unit_test_setup_teardown(polygons_are_always_valid, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(small_shapes_are_small, set_up_tile, tear_down_tile),
        cmocka_unit_test_setup_teardown(failing_memory_is_told, set_up_tile, tear_down_tile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
