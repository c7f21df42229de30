/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A map as an audience sees it: what it may see says public, the rest says what it said. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "jalon/arena.h"
#include "jalon/model.h"

#define P JALON_VISIBILITY_PUBLIC
#define M JALON_VISIBILITY_MEMBERS
#define D JALON_VISIBILITY_MODERATORS

static void test_each_sees_theirs(void **state)
{
    (void)state;
    const struct jalon_field fields[] = {{.visibility = P}, {.visibility = M}, {.visibility = D}};
    const struct jalon_collection collections[] = {
        {.visibility = P, .fields = fields, .field_count = 3},
        {.visibility = M},
        {.visibility = D},
    };
    const struct jalon_map map = {
        .rules = {.location_grid_m = 500}, .collections = collections, .collection_count = 3};
    static const int expected[3][3] = {{P, M, D}, {P, P, D}, {P, P, P}};
    struct jalon_arena *arena = jalon_arena_create();
    for (int audience = P; audience <= D; audience++) {
        struct jalon_map seen;
        assert_true(jalon_map_as_seen(arena, &map, (enum jalon_visibility)audience, &seen));
        assert_int_equal(seen.seen_by, audience);
        assert_int_equal(seen.rules.location_grid_m, audience == P ? 500 : 0);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(seen.collections[i].visibility, expected[audience][i]);
            assert_int_equal(seen.collections[0].fields[i].visibility, expected[audience][i]);
        }
    }
    assert_int_equal(collections[1].visibility, M); /* the map itself is as it was */
    assert_int_equal(fields[2].visibility, D);
    jalon_arena_destroy(arena);
}

static void test_who_sees_the_same_is_one_audience(void **state)
{
    (void)state;
    const struct jalon_field public = {.visibility = P}, secret = {.visibility = D};
    struct jalon_collection collection = {.visibility = P, .fields = &public, .field_count = 1};
    struct jalon_map map = {.collections = &collection, .collection_count = 1};
    assert_int_equal(jalon_map_find_audience(&map, D), P);
    assert_int_equal(jalon_map_find_audience(&map, M), P);
    map.rules.location_grid_m = 50;
    assert_int_equal(jalon_map_find_audience(&map, D), M);
    assert_int_equal(jalon_map_find_audience(&map, M), M);
    assert_int_equal(jalon_map_find_audience(&map, P), P);
    map.rules.location_grid_m = 0;
    collection.fields = &secret;
    assert_int_equal(jalon_map_find_audience(&map, D), D);
    assert_int_equal(jalon_map_find_audience(&map, M), P);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_sees_theirs),
        cmocka_unit_test(test_who_sees_the_same_is_one_audience),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
