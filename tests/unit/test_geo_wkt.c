/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Well-known text in its many spellings, and what is wrong with it. */
#include "geo_test.h"

static enum jalon_status read_wkt(const char *text, struct jalon_geometry *out)
{
    jalon_error_clear(ctx);
    return jalon_geometry_from_wkt(ctx, jalon_text_from(text), JALON_SRID_WGS84, out);
}

static const char *again(const char *text)
{
    struct jalon_geometry geometry = {0};
    assert_int_equal(read_wkt(text, &geometry), JALON_OK);
    jalon_buffer_clear(&buffer);
    jalon_geometry_write_wkt(&buffer, &geometry);
    assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
    return jalon_buffer_text(&buffer).data;
}

static const char *const TEXTS[SHAPE_COUNT] = {
    "POINT (3.8767 43.6108)",
    "LINESTRING (3.87 43.61, 3.88 43.62, 3.9 43.6)",
    "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))",
    "MULTIPOINT ((1 2), (3 4))",
    "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 10))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 9 5, 9 9, 5 5), (7 6, 8 6, 8 7, 7 6)))",
};

static void each_type_goes_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_geometry expected = geometry_of(SHAPES[i]), geometry = {0};
        assert_string_equal(again(TEXTS[i]), TEXTS[i]);
        assert_int_equal(read_wkt(TEXTS[i], &geometry), JALON_OK);
        assert_true(jalon_geometry_equal(&geometry, &expected));
    }
}

static void spellings_of_others_are_read(void **state)
{
    (void)state;
    static const char *const point[] = {
        "point(1 2)",        "POINT Z (1 2 3)",  "POINTZ(1 2 3)",          "PointM (1 2 3)",
        "POINT ZM(1 2 3 4)", "POINTZM(1 2 3 4)", " POINT\n( 1\t2 3 )\r\n", "POINT(1.0 2e0)",
        "POINT(+1 .2e1)",
    };
    for (size_t i = 0; i < sizeof point / sizeof point[0]; i++) {
        assert_string_equal(again(point[i]), "POINT (1 2)");
    }
    assert_string_equal(again("MULTIPOINT(1 2,3 4)"), "MULTIPOINT ((1 2), (3 4))");
    assert_string_equal(again("MULTIPOINT Z((1 2 3),(3 4 5))"), "MULTIPOINT ((1 2), (3 4))");
    assert_string_equal(again("POLYGON((0 0,1 0,1 1))"), "POLYGON ((0 0, 1 0, 1 1, 0 0))");
}

static void an_srid_in_front_holds(void **state)
{
    (void)state;
    struct jalon_geometry geometry = {0};
    assert_int_equal(read_wkt("SRID=2154;POINT(772305.6 6277130.1)", &geometry), JALON_OK);
    assert_int_equal(geometry.srid, 2154);
    assert_int_equal(read_wkt("srid = 27572 ; POINT(1 2)", &geometry), JALON_OK);
    assert_int_equal(geometry.srid, 27572);
    assert_int_equal(read_wkt("POINT(1 2)", &geometry), JALON_OK);
    assert_int_equal(geometry.srid, JALON_SRID_WGS84);
}

static void empty_is_no_geometry(void **state)
{
    (void)state;
    struct jalon_geometry geometry = {.type = JALON_GEOMETRY_POINT};
    assert_int_equal(read_wkt("MULTIPOLYGON ZM EMPTY", &geometry), JALON_OK);
    assert_int_equal(geometry.type, JALON_GEOMETRY_NONE);
    jalon_geometry_write_wkt(&buffer, &geometry);
    assert_int_equal(buffer.length, 0);
}

static void text_that_is_wrong_is_refused_where_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "1: expected POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING or MULTIPOLYGON"},
        {"GEOMETRYCOLLECTION(POINT(1 2))",
         "1: expected POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING or MULTIPOLYGON"},
        {"POINTY (1 2)",
         "1: expected POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING or MULTIPOLYGON"},
        {"POINT", "6: expected '('"},
        {"POINT 1 2", "7: expected '('"},
        {"POINT ()", "8: expected a number"},
        {"POINT (1)", "9: expected a number"},
        {"POINT (1 x)", "10: expected a number"},
        {"POINT (1 2", "11: expected ')'"},
        {"POINT (1 2 3 4 5)", "16: expected ')'"},
        {"POINT (1 2) ;", "13: expected the end"},
        {"POINT (1e999 2)", "8: expected a number"},
        {"POINT (nan 2)", "8: expected a number"},
        {"LINESTRING (1 2)", "17: a line needs at least 2 positions"},
        {"LINESTRING (1 2; 3 4)", "16: expected ',' or ')'"},
        {"POLYGON (0 0, 1 0, 1 1, 0 0)", "10: expected '('"},
        {"POLYGON ((0 0, 1 0, 0 0))",
         "25: a ring needs at least 4 positions, the last equal to the first"},
        {"MULTIPOINT ((1 2)", "18: expected ',' or ')'"},
        {"MULTIPOINT ((1 2, 3 4))", "17: expected ')'"},
        {"SRID=;POINT (1 2)", "6: expected \"SRID=\", a number and ';'"},
        {"SRID=-1;POINT (1 2)", "8: expected \"SRID=\", a number and ';'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_geometry geometry = {.srid = 77};
        assert_int_equal(read_wkt(cases[i].text, &geometry), JALON_INVALID);
        assert_int_equal(geometry.srid, 77);
        static const char start[] = "the WKT text is not readable at character ";
        assert_true(jalon_text_starts_with(ctx->error.message, start));
        assert_string_equal(ctx->error.message.data + strlen(start), cases[i].message);
    }
}

/* Every text cut short or changed is either refused or read, and never read past its end. */
static void damaged_text_never_breaks_the_reader(void **state)
{
    (void)state;
    static const char letters[] = "(), .-+e0123456789POINTSRZMLY=;\n\\\x01\xFF";
    uint32_t seed = 88172645U;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        size_t length = strlen(TEXTS[i]);
        for (size_t cut = 0; cut < length; cut++) {
            char *text = test_malloc(cut + 1);
            memcpy(text, TEXTS[i], cut);
            struct jalon_geometry geometry = {0};
            assert_int_equal(
                jalon_geometry_from_wkt(ctx, jalon_text_slice(text, cut), 0, &geometry),
                JALON_INVALID);
            test_free(text);
        }
        for (int round = 0; round < 3000; round++) {
            char *text = test_malloc(length);
            memcpy(text, TEXTS[i], length);
            for (int change = round % 3; change < 3; change++) {
                seed = seed * 1664525U + 1013904223U;
                text[(seed >> 8) % length] = letters[(seed >> 20) % (sizeof letters - 1)];
            }
            struct jalon_geometry geometry = {0};
            if (jalon_geometry_from_wkt(ctx, jalon_text_slice(text, length), 0, &geometry) ==
                    JALON_OK &&
                geometry.ring_count > 0) {
                assert_int_equal(geometry.ring_ends[geometry.ring_count - 1],
                                 geometry.position_count);
            }
            test_free(text);
            jalon_context_reset(ctx);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_type_goes_round, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spellings_of_others_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_srid_in_front_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty_is_no_geometry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_that_is_wrong_is_refused_where_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(damaged_text_never_breaks_the_reader, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
