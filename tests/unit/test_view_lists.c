/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists: what meets a box, what a filter finds, which events count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "view_fixture.h"

static struct jalon_context *ctx;
static struct jalon_view *view;
static struct jalon_contribution one;
static int64_t seq;

static int setup(void **state)
{
    (void)state;
    struct chance chance = {3};
    ctx = jalon_context_create();
    seq = 0;
    if (ctx == NULL || jalon_view_create(ctx, &fixture_map, &view) != JALON_OK) {
        return 1;
    }
    one = chance_contribution(&chance, ctx->arena, 5);
    one.collection = PLACES;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    return 0;
}

static void apply(void)
{
    seq++;
    assert_int_equal(jalon_view_apply(ctx, view, &one, seq, seq), JALON_OK);
}

static int64_t matched(const struct jalon_view_query *query)
{
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_result result;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, query, &result), JALON_OK);
    jalon_view_unpin(view, snapshot);
    return result.matched;
}

static int64_t in_box(double west, double south, double east, double north)
{
    struct jalon_view_query query = fixture_query(PLACES, 10);
    query.has_box = true;
    query.box = (struct jalon_box){west, south, east, north};
    return matched(&query);
}

static struct jalon_geometry make_shape(enum jalon_geometry_type type,
                                        const struct jalon_position *positions, size_t count,
                                        size_t first_ring)
{
    struct jalon_geometry shape =
        fixture_geometry(ctx->arena, type, count, first_ring < count ? 2 : 1, 1);
    memcpy(shape.positions, positions, count * sizeof *positions);
    shape.ring_ends[0] = (uint32_t)first_ring;
    shape.ring_ends[shape.ring_count - 1] = (uint32_t)count;
    shape.polygon_ends[0] = (uint32_t)shape.ring_count;
    return shape;
}

static void borders_belong_to_a_box(void **state)
{
    (void)state;
    one.geometry = fixture_point(ctx->arena, 3.87, 43.6);
    apply();
    assert_int_equal(in_box(3.87, 43.6, 3.87, 43.6), 1);
    assert_int_equal(in_box(3.87, 43.6, 4, 44), 1);
    assert_int_equal(in_box(3, 43, 3.87, 43.6), 1);
    assert_int_equal(in_box(nextafter(3.87, 4), 43, 4, 44), 0);
    assert_int_equal(in_box(3, 43, 4, nextafter(43.6, 0)), 0);
}

static void a_line_meets_a_box_only_where_it_runs(void **state)
{
    (void)state;
    const struct jalon_position diagonal[] = {{0, 0}, {10, 10}};
    one.geometry = make_shape(JALON_GEOMETRY_LINESTRING, diagonal, 2, 2);
    apply();
    assert_int_equal(in_box(4, 4, 5, 5), 1);
    assert_int_equal(in_box(4, 3, 6, 4), 1); /* touches a corner */
    assert_int_equal(in_box(6, 1, 9, 4), 0); /* within the line's own box */
    assert_int_equal(in_box(1, 6, 4, 9), 0);
    assert_int_equal(in_box(-1, -1, 11, 11), 1);
}

static void a_polygon_meets_a_box_inside_it_but_not_in_its_hole(void **state)
{
    (void)state;
    const struct jalon_position ring[] = {{0, 0},  {10, 0}, {10, 10}, {0, 10}, {0, 0},
                                          {3, 3},  {3, 7},  {7, 7},   {7, 3},  {3, 3}};
    one.geometry = make_shape(JALON_GEOMETRY_POLYGON, ring, 10, 5);
    apply();
    assert_int_equal(in_box(1, 1, 2, 2), 1);
    assert_int_equal(in_box(4, 4, 6, 6), 0);
    assert_int_equal(in_box(4, 4, 8, 6), 1);
    assert_int_equal(in_box(3, 3, 7, 7), 1); /* the hole's border is the polygon's */
    assert_int_equal(in_box(11, 0, 12, 10), 0);
    const struct jalon_position triangle[] = {{0, 0}, {10, 0}, {0, 10}, {0, 0}};
    one.geometry = make_shape(JALON_GEOMETRY_POLYGON, triangle, 4, 4);
    apply();
    assert_int_equal(in_box(8, 8, 9, 9), 0);
    assert_int_equal(in_box(1, 1, 2, 2), 1);
}

static void a_box_may_cross_the_antimeridian(void **state)
{
    (void)state;
    one.geometry = fixture_point(ctx->arena, 179.5, 0);
    apply();
    assert_int_equal(in_box(179, -1, -179, 1), 1);
    assert_int_equal(in_box(-179, -1, 179, 1), 0);
    one.geometry = fixture_point(ctx->arena, -179.5, 0);
    apply();
    assert_int_equal(in_box(179, -1, -179, 1), 1);
    const struct jalon_position both[] = {{-180, 0}, {180, 0}}; /* once, though in both halves */
    one.geometry = make_shape(JALON_GEOMETRY_LINESTRING, both, 2, 2);
    apply();
    assert_int_equal(in_box(179, -1, -179, 1), 1);
}

static void no_geometry_meets_no_box(void **state)
{
    (void)state;
    one.geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE};
    apply();
    assert_int_equal(in_box(-180, -90, 180, 90), 0);
    struct jalon_view_query query = fixture_query(PLACES, 10);
    assert_int_equal(matched(&query), 1);
}

static int64_t with_value(int32_t field, struct jalon_value value)
{
    struct jalon_view_condition condition = {field, value};
    struct jalon_view_query query = fixture_query(PLACES, 10);
    query.conditions = &condition;
    query.condition_count = 1;
    return matched(&query);
}

static void values_are_compared_in_their_kind(void **state)
{
    (void)state;
    static const struct jalon_text tags[] = {{"ramp", 4}, {"lift", 4}};
    memset(one.fields, 0, FIELDS * sizeof *one.fields);
    one.fields[NAME] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("2")};
    one.fields[WIDTH] = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = 2};
    one.fields[TAGS] = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {tags, 2}};
    apply();
    struct jalon_value two = {.kind = JALON_VALUE_INTEGER, .integer = 2};
    struct jalon_value more = {.kind = JALON_VALUE_NUMBER, .number = 2.5};
    struct jalon_value lift = {.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("lift")};
    struct jalon_value lif = {.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("lif")};
    struct jalon_value none = {.kind = JALON_VALUE_NONE};
    assert_int_equal(with_value(WIDTH, two), 1);
    assert_int_equal(with_value(WIDTH, more), 0);
    assert_int_equal(with_value(NAME, two), 0);
    assert_int_equal(with_value(TAGS, lift), 1);
    assert_int_equal(with_value(TAGS, lif), 0);
    assert_int_equal(with_value(LEVEL, two), 0);
    assert_int_equal(with_value(LEVEL, none), 1);
    assert_int_equal(with_value(WIDTH, none), 0);
}

static void an_old_event_is_ignored(void **state)
{
    (void)state;
    seq = 9; /* the next one is 10 */
    apply();
    one.title = JALON_TEXT("later");
    assert_int_equal(jalon_view_apply(ctx, view, &one, 11, 99), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_snapshot_seq(snapshot), 11);
    assert_int_equal(jalon_snapshot_time_us(snapshot), 99);
    jalon_view_unpin(view, snapshot);
    one.moderation = JALON_MODERATION_HIDDEN;
    assert_int_equal(jalon_view_apply(ctx, view, &one, 11, 100), JALON_OK);
    assert_int_equal(jalon_view_apply(ctx, view, &one, 5, 100), JALON_OK);
    snapshot = jalon_view_pin(view);
    struct jalon_view_item item;
    assert_true(jalon_snapshot_find(snapshot, PLACES, one.id, &item));
    assert_string_equal(fixture_read(ctx, snapshot, &item)->title.data, "later");
    assert_int_equal(jalon_snapshot_time_us(snapshot), 99);
    jalon_view_unpin(view, snapshot);
}

static void an_empty_view_has_its_description_only(void **state)
{
    (void)state;
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_box box;
    int64_t first, last;
    struct jalon_view_item item;
    assert_int_equal(jalon_snapshot_seq(snapshot), 0);
    assert_int_equal(jalon_snapshot_time_us(snapshot), fixture_map.created_us);
    assert_false(jalon_snapshot_extent(snapshot, PLACES, &box));
    assert_false(jalon_snapshot_interval(snapshot, PLACES, &first, &last));
    assert_false(jalon_snapshot_find(snapshot, -1, one.id, &item));
    jalon_view_unpin(view, snapshot);
    const struct jalon_map *map = jalon_view_map(view);
    assert_ptr_not_equal(map->collections[0].fields, fixture_fields);
    assert_string_equal(map->collections[PATHS].fields[TAGS].key.data, "tags");
    assert_int_equal(map->categories[3].parent, 2);
    struct jalon_view_query query = fixture_query(PLACES, 10);
    assert_int_equal(matched(&query), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(borders_belong_to_a_box, setup, teardown),
        cmocka_unit_test_setup_teardown(a_line_meets_a_box_only_where_it_runs, setup, teardown),
        cmocka_unit_test_setup_teardown(a_polygon_meets_a_box_inside_it_but_not_in_its_hole, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_box_may_cross_the_antimeridian, setup, teardown),
        cmocka_unit_test_setup_teardown(no_geometry_meets_no_box, setup, teardown),
        cmocka_unit_test_setup_teardown(values_are_compared_in_their_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(an_old_event_is_ignored, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_view_has_its_description_only, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
