/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The systems a server offers against PROJ's register, and shapes and boxes in them. */
#include "geo_test.h"

#include "jalon/crs.h"

static struct jalon_crs_list list;

static int make_list(void **state)
{
    int failed = set_up(state);
    return failed != 0 || jalon_crs_list_make(ctx, NULL, 0, &list) != JALON_OK;
}

static const struct jalon_crs *find(const char *name)
{
    const struct jalon_crs *crs = jalon_crs_find(&list, jalon_text_from(name));
    assert_non_null(crs);
    return crs;
}

static void the_table_says_what_the_register_says(void **state)
{
    (void)state;
    char uri[JALON_CRS_URI_SIZE];
    for (size_t i = 0; i < list.count; i++) {
        const struct jalon_crs *crs = &list.items[i];
        struct jalon_position middle = {0, 0};
        int32_t srid;
        bool north_first;
        struct jalon_text name = jalon_text_from(jalon_crs_uri(crs, uri));
        assert_int_equal(jalon_geo_parse_crs_axes(ctx, name, &srid, &north_first), JALON_OK);
        assert_int_equal(srid, crs->srid);
        assert_int_equal(north_first, crs->north_first);
        assert_ptr_equal(jalon_crs_find(&list, name), crs);
        /* Degrees of any datum are about those of WGS 84. */
        assert_int_equal(jalon_geo_transform(ctx, 4326, crs->srid, &middle, 1), JALON_OK);
        assert_int_equal(fabs(middle.lon) < 1 && fabs(middle.lat) < 1 && crs->srid != 3857,
                         crs->is_geographic);
    }
    assert_true(jalon_crs_is_crs84(&list.items[0]));
}

static void a_system_is_found_by_its_names(void **state)
{
    (void)state;
    assert_int_equal(find("http://www.opengis.net/def/crs/EPSG/0/2154")->srid, 2154);
    assert_ptr_equal(find("https://www.opengis.net/def/crs/EPSG/0/2154"), find("EPSG:2154"));
    assert_ptr_equal(find("urn:ogc:def:crs:EPSG::2154"), find("[EPSG:2154]"));
    assert_ptr_equal(find("http://www.opengis.net/def/crs/OGC/1.3/CRS84"), &list.items[0]);
    assert_true(find("EPSG:4326")->north_first && !find("OGC:CRS84")->north_first);
    static const char *const others[] = {
        "", "EPSG:31370", "EPSG:99999", "http://www.opengis.net/def/crs/0/unsupported",
        "http://www.opengis.net/def/crs/OGC/0/CRS84h", "EPSG:CRS84", "Lambert-93"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_null(jalon_crs_find(&list, jalon_text_from(others[i])));
    }
}

static void an_operator_adds_others(void **state)
{
    (void)state;
    const struct jalon_text added[] = {JALON_TEXT("EPSG:31370"), JALON_TEXT("2154"),
                                       JALON_TEXT("EPSG:2193"), JALON_TEXT("EPSG:31370"),
                                       JALON_TEXT("CRS84"), JALON_TEXT("EPSG:4269")};
    struct jalon_crs_list more;
    assert_int_equal(jalon_crs_list_make(ctx, added, 6, &more), JALON_OK);
    assert_int_equal(more.count, list.count + 3);
    assert_false(jalon_crs_find(&more, added[0])->north_first);
    assert_true(jalon_crs_find(&more, added[2])->north_first); /* New Zealand */
    assert_false(jalon_crs_find(&more, added[2])->is_geographic);
    assert_true(jalon_crs_find(&more, added[5])->is_geographic);
    const struct jalon_text wrong[] = {JALON_TEXT("EPSG:2154"), JALON_TEXT("EPSG:5720")};
    more = (struct jalon_crs_list){NULL, 42};
    assert_int_equal(jalon_crs_list_make(ctx, wrong, 2, &more), JALON_INVALID);
    assert_int_equal(more.count, 42);
    jalon_error_clear(ctx);
}

static void shapes_are_projected_together(void **state)
{
    (void)state;
    struct jalon_position point[] = {{3.87, 43.6}}, line[] = {{3, 46.5}, {3.87, 43.6}};
    uint32_t ends[] = {2};
    struct jalon_geometry three[] = {
        {.type = JALON_GEOMETRY_POINT, .srid = 4326, .positions = point, .position_count = 1},
        {.type = JALON_GEOMETRY_NONE},
        {.type = JALON_GEOMETRY_LINESTRING, .srid = 4326, .positions = line, .position_count = 2,
         .ring_ends = ends, .ring_count = 1}};
    assert_int_equal(jalon_crs_project(ctx, find("EPSG:2154"), true, three, 3), JALON_OK);
    /* cs2cs -f %.4f EPSG:4326 EPSG:2154 */
    assert_true(three[0].positions[0].lon == 770267.7153 &&
                three[0].positions[0].lat == 6278269.9129);
    assert_true(three[2].positions[0].lon == 700000 && three[2].positions[0].lat == 6600000);
    assert_true(three[2].positions[1].lon == 770267.7153 && three[2].srid == 2154);
    assert_true(point[0].lon == 3.87 && line[1].lat == 43.6); /* what was lent is as it was */
    three[0].positions = point;
    assert_int_equal(jalon_crs_project(ctx, find("EPSG:4326"), true, three, 1), JALON_OK);
    assert_true(three[0].positions[0].lon == 43.6 && three[0].positions[0].lat == 3.87);
    three[0].positions = point;
    assert_int_equal(jalon_crs_project(ctx, find("EPSG:4326"), false, three, 1), JALON_OK);
    assert_true(three[0].positions[0].lon == 3.87);
    struct jalon_position antipode[] = {{-170, -52}};
    three[0].positions = antipode;
    assert_int_equal(jalon_crs_project(ctx, find("EPSG:3035"), true, three, 1), JALON_INVALID);
    assert_ptr_equal(three[0].positions, antipode);
    jalon_error_clear(ctx);
}

static bool holds(struct jalon_box box, struct jalon_position p)
{
    return p.lon >= box.west && p.lon <= box.east && p.lat >= box.south && p.lat <= box.north;
}

/*
 * Random positions are in the outline when their image is in the box, and no farther than 5 cm off.
 */
static void check_region(const char *name, struct jalon_box box, struct jalon_box around)
{
    enum { POINTS = 2000 };
    struct jalon_crs_region region;
    const struct jalon_crs *crs = find(name);
    uint64_t chance = 42;
    int inside = 0;
    assert_int_equal(jalon_crs_region_make(ctx, crs, box, &region), JALON_OK);
    assert_false(region.is_empty);
    for (int i = 0; i < POINTS; i++) {
        struct jalon_position p, image;
        double parts[2];
        for (int j = 0; j < 2; j++) {
            chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            parts[j] = (double)(chance >> 33) / (double)(1U << 31);
        }
        p.lon = around.west + parts[0] * (around.east - around.west);
        p.lat = around.south + parts[1] * (around.north - around.south);
        image = p;
        assert_int_equal(jalon_geo_transform(ctx, 4326, crs->srid, &image, 1), JALON_OK);
        struct jalon_box least = {box.west + .05, box.south + .05, box.east - .05, box.north - .05};
        struct jalon_box most = {box.west - .05, box.south - .05, box.east + .05, box.north + .05};
        bool is_in = jalon_geometry_holds(&region.outline, p);
        assert_true(!is_in || holds(most, image));
        assert_true(is_in || !holds(least, image));
        assert_true(!is_in || jalon_box_contains(region.box, p));
        inside += is_in;
        jalon_error_clear(ctx);
    }
    assert_true(inside > POINTS / 50 && inside < POINTS);
}

static void a_box_in_a_plane_is_an_outline_on_earth(void **state)
{
    (void)state;
    struct jalon_box france = {-6, 40, 11, 52};
    check_region("EPSG:2154", (struct jalon_box){100000, 6000000, 1300000, 7200000}, france);
    check_region("EPSG:2154", (struct jalon_box){765000, 6275000, 775000, 6283000},
                 (struct jalon_box){3.7, 43.5, 4, 43.7});
    check_region("EPSG:27572", (struct jalon_box){600000, 1700000, 800000, 1900000},
                 (struct jalon_box){1, 42, 6, 46});
    check_region("EPSG:3035", (struct jalon_box){3700000, 2300000, 4000000, 2500000},
                 (struct jalon_box){1, 42, 8, 47});
    check_region("EPSG:3857", (struct jalon_box){-10000000, -10000000, 10000000, 10000000},
                 (struct jalon_box){-180, -80, 180, 80});
    check_region("EPSG:2975", (struct jalon_box){310000, 7630000, 380000, 7700000},
                 (struct jalon_box){54.5, -22, 56.5, -20}); /* La Réunion */
}

static void a_box_may_lie_across_the_antimeridian(void **state)
{
    (void)state;
    struct jalon_crs_region region;
    /* UTM zone 1S begins at 180 degrees; half of this box is west of it. */
    struct jalon_box box = {100000, 8000000, 300000, 8600000};
    assert_int_equal(jalon_crs_region_make(ctx, find("EPSG:8903"), box, &region), JALON_OK);
    assert_int_equal(region.outline.polygon_count, 2);
    assert_true(region.box.west > 179 && region.box.east < -178);
    check_region("EPSG:8903", box, (struct jalon_box){178, -19, 180, -12});
    check_region("EPSG:8903", box, (struct jalon_box){-180, -19, -177, -12});
}

static void boxes_are_cut_to_where_the_system_is_of_use(void **state)
{
    (void)state;
    struct jalon_crs_region region;
    const struct jalon_crs *lambert = find("EPSG:2154");
    struct jalon_box all = {-1e9, -1e9, 1e9, 1e9}, far = {9e7, 9e7, 1e8, 1e8};
    struct jalon_box point = {7e5, 66e5, 7e5, 66e5};
    assert_int_equal(jalon_crs_region_make(ctx, lambert, all, &region), JALON_OK);
    assert_true(jalon_geometry_holds(&region.outline, (struct jalon_position){-5, 48}));
    assert_true(jalon_geometry_holds(&region.outline, (struct jalon_position){9.4, 42}));
    assert_int_equal(jalon_crs_region_make(ctx, find("EPSG:5490"), far, &region), JALON_OK);
    assert_true(region.is_empty);
    assert_int_equal(jalon_crs_region_make(ctx, lambert, point, &region), JALON_OK);
    assert_true(jalon_geometry_holds(&region.outline, (struct jalon_position){3, 46.5}));
    assert_int_equal(jalon_crs_region_make(ctx, find("EPSG:3857"),
                                           (struct jalon_box){-20037508.342789244, -20048966.1,
                                                              20037508.342789244, 20048966.1},
                                           &region),
                     JALON_OK);
    assert_true(region.box.west == -180 && region.box.east == 180);
    assert_true(jalon_geometry_holds(&region.outline, (struct jalon_position){179.999, 0}));
    assert_true(jalon_geometry_holds(&region.outline, (struct jalon_position){-179.999, 80}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_says_what_the_register_says),
        cmocka_unit_test(a_system_is_found_by_its_names),
        cmocka_unit_test(an_operator_adds_others),
        cmocka_unit_test(shapes_are_projected_together),
        cmocka_unit_test(a_box_in_a_plane_is_an_outline_on_earth),
        cmocka_unit_test(a_box_may_lie_across_the_antimeridian),
        cmocka_unit_test(boxes_are_cut_to_where_the_system_is_of_use),
    };
    return cmocka_run_group_tests(tests, make_list, tear_down);
}
