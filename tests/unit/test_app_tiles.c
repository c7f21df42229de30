/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tiles of a view that changes: what is kept is what would be drawn now, whatever was written, and
 * however many read and write at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "jalon/memory.h"

#include "app/tiles.h"

#include "view_fixture.h"

enum { PEOPLE = 60, TILES = 24, EVENTS = 200, READERS = 3 };

static const struct jalon_view_query queries[2] = {
    {.collection = PLACES, .category = -1, .status = -1},
    {.collection = PATHS, .category = -1, .status = -1},
};
static const struct jalon_tile_command command = {.queries = queries, .query_count = 2};

/* The fixture's map, with settings that change. */
static struct jalon_collection collections[COLLECTIONS];
static struct jalon_map map;

static struct jalon_context *ctx; /* lives as long as the test */
static struct jalon_view *view;
static struct jalon_tile tiles[TILES];

static int set_up(void **state)
{
    (void)state;
    memcpy(collections, fixture_collections, sizeof collections);
    map = fixture_map;
    map.collections = collections;
    ctx = jalon_context_create();
    return ctx == NULL || jalon_view_create(ctx, &map, &view) != JALON_OK;
}

static int tear_down(void **state)
{
    (void)state;
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    return 0;
}

/* Tiles of all sizes around where contributions are. */
static void choose_tiles(struct chance *chance)
{
    for (int i = 0; i < TILES; i++) {
        struct jalon_position p = chance_position(chance);
        int32_t zoom = (int32_t)chance_below(chance, 18), all = 1 << zoom;
        double lat = fmax(-85, fmin(85, p.lat)) * 3.14159265358979 / 180;
        tiles[i].zoom = zoom;
        tiles[i].column = (int32_t)fmin((p.lon + 180) / 360 * all, all - 1);
        tiles[i].row = (int32_t)((1 - asinh(tan(lat)) / 3.14159265358979) / 2 * all);
    }
    tiles[0] = (struct jalon_tile){0, 0, 0};
}

/* The n-th contribution as it becomes: new, moved, edited, hidden, in another collection. */
static enum jalon_status write_one(struct jalon_context *own, struct chance *chance, int64_t seq)
{
    struct chance same = {.state = 1000 + chance_below(chance, PEOPLE)};
    struct jalon_contribution contribution =
        chance_contribution(&same, own->arena, (int64_t)same.state % 100000 + 1);
    for (size_t i = 0; i < sizeof contribution.id.bytes; i++) {
        contribution.id.bytes[i] = (uint8_t)(contribution.number >> (i % 4 * 8));
    }
    contribution.geometry = chance_geometry(chance, own->arena);
    chance_edit(chance, own->arena, &contribution);
    contribution.collection = chance_below(chance, 3) == 0 ? PATHS : PLACES;
    contribution.moderation = chance_below(chance, 4) == 0 ? JALON_MODERATION_HIDDEN
                                                           : JALON_MODERATION_PUBLISHED;
    return jalon_view_apply(own, view, &contribution, seq, seq);
}

static struct jalon_text draw(struct jalon_context *own, const struct jalon_snapshot *snapshot,
                              struct jalon_tile tile, struct jalon_buffer *bytes)
{
    struct jalon_reading reading = {.map = &map, .snapshot = snapshot};
    assert_int_equal(jalon_tile_draw(own, &reading, tile, &command, bytes), JALON_OK);
    return jalon_buffer_text(bytes);
}

/* Any settings; the view is made anew with them. */
static void use_settings(struct chance *chance)
{
    for (int i = 0; i < COLLECTIONS; i++) {
        collections[i].cluster_radius = 10 + (int32_t)chance_below(chance, 76);
        collections[i].cluster_min_points = 2 + (int32_t)chance_below(chance, 3);
        collections[i].cluster_max_zoom = (int32_t)chance_below(chance, 23);
    }
    jalon_view_destroy(view);
    assert_int_equal(jalon_view_create(ctx, &map, &view), JALON_OK);
}

static void check_telling(struct chance *chance)
{
    struct jalon_buffer earlier[TILES] = {0};
    int changed = 0, told = 0;
    choose_tiles(chance);
    for (int64_t seq = 1; seq <= EVENTS; seq++) {
        struct jalon_context *own = jalon_context_create();
        assert_int_equal(write_one(own, chance, seq), JALON_OK);
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        for (int i = 0; i < TILES; i++) {
            struct jalon_buffer now;
            bool may = jalon_snapshot_changed(
                snapshot, seq - 1, jalon_tile_area(&map, tiles[i], &command));
            bool same = jalon_text_equal(draw(own, snapshot, tiles[i], &now),
                                         jalon_buffer_text(&earlier[i]));
            assert_true(same || may);
            told += may;
            changed += !same;
            jalon_buffer_finish(&earlier[i]);
            earlier[i] = now;
        }
        assert_false(jalon_snapshot_changed(snapshot, seq, jalon_tile_box(tiles[0])));
        jalon_view_unpin(view, snapshot);
        jalon_context_destroy(own);
    }
    assert_true(changed > EVENTS / 4);
    assert_true(told < 4 * changed); /* it is no constant "yes" */
    for (int i = 0; i < TILES; i++) {
        jalon_buffer_finish(&earlier[i]);
    }
}

static void what_changes_is_told(void **state)
{
    (void)state;
    struct chance chance = {.state = 42};
    check_telling(&chance);
    for (int round = 0; round < 12; round++) {
        use_settings(&chance);
        check_telling(&chance);
    }
}

/* --- What merging reaches --- */

enum { SIDE = 4, CROWD = 300 };

/*
 * Somewhere in a block of SIDE x SIDE tiles, around the corners of the cells that are merged: where a
 * merge makes the next one, and the next.
 */
static struct jalon_contribution make_near(struct jalon_context *own, struct chance *chance,
                                           struct jalon_tile first, int64_t number)
{
    double pi = 3.14159265358979323846, world = ldexp(1, first.zoom);
    int across = 1024 / (3 * collections[PLACES].cluster_radius); /* cells of a tile */
    double x = (double)chance_below(chance, (uint64_t)(SIDE * across)) + chance_real(chance, 0.7);
    double y = (double)chance_below(chance, (uint64_t)(SIDE * across)) + chance_real(chance, 0.7);
    x = (first.column + (x - 0.35) / across) / world;
    y = (first.row + (y - 0.35) / across) / world;
    struct jalon_contribution one = {
        .number = number,
        .collection = PLACES,
        .version = 1,
        .geometry = fixture_point(own->arena, x * 360 - 180,
                                  atan(sinh(pi * (1 - 2 * y))) * 180 / pi),
        .moderation = chance_below(chance, 4) == 0 ? JALON_MODERATION_HIDDEN
                                                   : JALON_MODERATION_PUBLISHED,
    };
    chance_edit(chance, own->arena, &one);
    one.id.bytes[0] = (uint8_t)number;
    one.id.bytes[1] = (uint8_t)(number >> 8);
    return one;
}

static void draw_block(struct jalon_context *own, const struct jalon_snapshot *snapshot,
                       struct jalon_tile first, struct jalon_buffer out[SIDE * SIDE])
{
    for (int i = 0; i < SIDE * SIDE; i++) {
        struct jalon_tile tile = {first.zoom, first.row + i / SIDE, first.column + i % SIDE};
        (void)draw(own, snapshot, tile, &out[i]);
    }
}

/* How many tiles changed; those that did were told of. */
static int check_block(struct jalon_context *own, struct jalon_tile first, int64_t seq,
                       struct jalon_buffer earlier[SIDE * SIDE])
{
    struct jalon_buffer now[SIDE * SIDE];
    int changed = 0;
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    draw_block(own, snapshot, first, now);
    for (int i = 0; i < SIDE * SIDE; i++) {
        struct jalon_tile tile = {first.zoom, first.row + i / SIDE, first.column + i % SIDE};
        bool may = jalon_snapshot_changed(snapshot, seq - 1, jalon_tile_area(&map, tile, &command));
        bool same = jalon_text_equal(jalon_buffer_text(&now[i]), jalon_buffer_text(&earlier[i]));
        assert_true(same || may);
        changed += !same;
        jalon_buffer_finish(&earlier[i]);
        earlier[i] = now[i];
    }
    jalon_view_unpin(view, snapshot);
    return changed;
}

static void what_merging_reaches_is_told(void **state)
{
    (void)state;
    struct chance chance = {.state = 12};
    int changed = 0, rounds = 12;
    for (int round = 0; round < rounds; round++) {
        struct jalon_buffer earlier[SIDE * SIDE] = {0};
        use_settings(&chance);
        struct jalon_tile first = {.zoom = 3 + (int32_t)chance_below(&chance, 15)};
        collections[PLACES].cluster_max_zoom = first.zoom;
        collections[PLACES].cluster_radius = 60 + (int32_t)chance_below(&chance, 26);
        jalon_view_destroy(view);
        assert_int_equal(jalon_view_create(ctx, &map, &view), JALON_OK);
        first.row = 1 + (int32_t)chance_below(&chance, (UINT64_C(1) << first.zoom) - SIDE - 1);
        first.column = 1 + (int32_t)chance_below(&chance, (UINT64_C(1) << first.zoom) - SIDE - 1);
        for (int64_t seq = 1; seq <= 2 * CROWD; seq++) {
            struct jalon_context *own = jalon_context_create();
            int64_t number = seq <= CROWD ? seq : 1 + (int64_t)chance_below(&chance, CROWD);
            struct jalon_contribution one = make_near(own, &chance, first, number);
            assert_int_equal(jalon_view_apply(own, view, &one, seq, seq), JALON_OK);
            if (seq == CROWD) {
                const struct jalon_snapshot *snapshot = jalon_view_pin(view);
                draw_block(own, snapshot, first, earlier);
                jalon_view_unpin(view, snapshot);
            } else if (seq > CROWD) {
                changed += check_block(own, first, seq, earlier);
            }
            jalon_context_destroy(own);
        }
        for (int i = 0; i < SIDE * SIDE; i++) {
            jalon_buffer_finish(&earlier[i]);
        }
    }
    assert_true(changed > rounds * CROWD);
}

/* However the states came about: the same contributions, the same bytes. */
static void the_order_of_writes_leaves_no_trace(void **state)
{
    (void)state;
    struct chance chance = {.state = 11};
    for (int round = 0; round < 6; round++) {
        struct jalon_contribution all[EVENTS];
        use_settings(&chance);
        choose_tiles(&chance);
        for (int i = 0; i < EVENTS; i++) {
            all[i] = chance_contribution(&chance, ctx->arena, i + 1);
            all[i].collection = i % 3 == 0 ? PATHS : PLACES;
            assert_int_equal(jalon_view_apply(ctx, view, &all[i], i + 1, i + 1), JALON_OK);
        }
        struct jalon_view *other;
        assert_int_equal(jalon_view_create(ctx, &map, &other), JALON_OK);
        for (int i = EVENTS - 1; i >= 0; i--) {
            assert_int_equal(jalon_view_load(ctx, other, &all[i], 1), JALON_OK);
        }
        assert_int_equal(jalon_view_set_seq(ctx, other, EVENTS, EVENTS), JALON_OK);
        const struct jalon_snapshot *one = jalon_view_pin(view), *two = jalon_view_pin(other);
        for (int i = 0; i < TILES; i++) {
            struct jalon_buffer left, right;
            assert_true(jalon_text_equal(draw(ctx, one, tiles[i], &left),
                                         draw(ctx, two, tiles[i], &right)));
            jalon_buffer_finish(&left);
            jalon_buffer_finish(&right);
        }
        jalon_view_unpin(view, one);
        jalon_view_unpin(other, two);
        jalon_view_destroy(other);
    }
}

static void what_is_too_long_ago_counts_as_changed(void **state)
{
    (void)state;
    struct chance chance = {.state = 7};
    struct jalon_box nowhere = {100, -80, 101, -79};
    for (int64_t seq = 1; seq <= 3000; seq++) {
        struct jalon_context *own = jalon_context_create();
        assert_int_equal(write_one(own, &chance, seq), JALON_OK);
        jalon_context_destroy(own);
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_true(jalon_snapshot_changed(snapshot, 0, nowhere));
    assert_true(jalon_snapshot_changed(snapshot, 1000, nowhere));
    assert_false(jalon_snapshot_changed(snapshot, 2900, nowhere));
    jalon_view_unpin(view, snapshot);
    assert_int_equal(jalon_view_set_seq(ctx, view, 5000, 1), JALON_OK);
    snapshot = jalon_view_pin(view);
    assert_true(jalon_snapshot_changed(snapshot, 4999, nowhere));
    assert_false(jalon_snapshot_changed(snapshot, 5000, nowhere));
    jalon_view_unpin(view, snapshot);
}

static void failing_memory_is_told(void **state)
{
    (void)state;
    struct chance chance = {.state = 5};
    int failed = 0;
    choose_tiles(&chance);
    for (int64_t seq = 1; seq <= 50; seq++) {
        struct jalon_context *own = jalon_context_create();
        assert_int_equal(write_one(own, &chance, seq), JALON_OK);
        jalon_context_destroy(own);
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_reading reading = {.map = &map, .snapshot = snapshot};
    for (uint64_t n = 0; n < 20 * TILES; n++) {
        struct jalon_context *own = jalon_context_create();
        struct jalon_buffer bytes = {0};
        jalon_memory_fail_at(1 + n / TILES);
        enum jalon_status status =
            jalon_tile_draw(own, &reading, tiles[n % TILES], &command, &bytes);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        failed += status == JALON_NO_MEMORY;
        jalon_buffer_finish(&bytes);
        jalon_context_destroy(own);
    }
    assert_true(failed > 20);
    jalon_view_unpin(view, snapshot);
}

/* --- The cache --- */

static struct jalon_tile_cache *cache;
static _Atomic bool writing;
static _Atomic int drawn, found;

/* A form of it, made when nobody has: what it was made of, with the form's number in front. */
static bool read_form(struct chance *chance, struct jalon_tile_entry *entry)
{
    unsigned form = 1 + (unsigned)chance_below(chance, JALON_TILE_FORMS - 1);
    struct jalon_text bytes = jalon_buffer_text(&entry->bytes), text;
    if (!jalon_tile_cache_find_form(cache, entry, form, &text)) {
        struct jalon_buffer made;
        jalon_buffer_init(&made, bytes.length + 1);
        jalon_buffer_append_char(&made, (char)form);
        jalon_buffer_append_text(&made, bytes);
        text = jalon_tile_cache_add_form(cache, entry, form, &made);
    }
    return text.length == bytes.length + 1 && text.data[0] == (char)form &&
           jalon_text_equal(jalon_text_slice(text.data + 1, bytes.length), bytes);
}

/* One tile through the cache, held against a drawing of the same state. */
static bool read_one(struct jalon_context *own, struct chance *chance)
{
    char key[32];
    bool fresh, right = true;
    int i = (int)chance_below(chance, TILES);
    snprintf(key, sizeof key, "%d", i);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_tile_entry *entry = jalon_tile_cache_take(cache, jalon_text_from(key), snapshot,
                                                           jalon_tile_area(&map, tiles[i],
                                                                           &command),
                                                           &fresh);
    struct jalon_reading reading = {.map = &map, .snapshot = snapshot};
    struct jalon_buffer direct = {0};
    if (fresh && chance_below(chance, 10) == 0) { /* as when memory fails */
        jalon_tile_cache_give_up(cache, entry);
        jalon_view_unpin(view, snapshot);
        return true;
    }
    if (fresh) {
        right = jalon_tile_draw(own, &reading, tiles[i], &command, &entry->bytes) == JALON_OK;
        right = right && read_form(chance, entry);
        jalon_tile_cache_publish(cache, entry);
    }
    right = right && read_form(chance, entry);
    atomic_fetch_add(fresh ? &drawn : &found, 1);
    right = right && jalon_tile_draw(own, &reading, tiles[i], &command, &direct) == JALON_OK &&
            jalon_text_equal(jalon_buffer_text(&entry->bytes), jalon_buffer_text(&direct));
    jalon_buffer_finish(&direct);
    jalon_view_unpin(view, snapshot);
    jalon_tile_cache_release(cache, entry);
    return right;
}

static void *read_many(void *argument)
{
    struct chance chance = {.state = (uint64_t)(uintptr_t)argument + 99};
    bool right = true;
    while (right && atomic_load(&writing)) {
        struct jalon_context *own = jalon_context_create();
        right = own != NULL && read_one(own, &chance);
        jalon_context_destroy(own);
    }
    return right ? NULL : (void *)&cache;
}

static void what_is_kept_is_right(size_t budget)
{
    struct chance chance = {.state = 17};
    pthread_t readers[READERS];
    choose_tiles(&chance);
    atomic_store(&drawn, 0);
    atomic_store(&found, 0);
    cache = jalon_tile_cache_create(budget);
    assert_non_null(cache);
    atomic_store(&writing, true);
    for (uintptr_t i = 0; i < READERS; i++) {
        assert_int_equal(pthread_create(&readers[i], NULL, read_many, (void *)i), 0);
    }
    for (int64_t seq = 1; seq <= EVENTS; seq++) {
        struct jalon_context *own = jalon_context_create();
        assert_int_equal(write_one(own, &chance, seq), JALON_OK);
        jalon_context_destroy(own);
    }
    while (atomic_load(&found) < 200) { /* and some while nobody writes */
        struct jalon_context *own = jalon_context_create();
        assert_true(read_one(own, &chance));
        jalon_context_destroy(own);
    }
    atomic_store(&writing, false);
    for (int i = 0; i < READERS; i++) {
        void *wrong;
        pthread_join(readers[i], &wrong);
        assert_null(wrong);
    }
    struct jalon_app_measures measures;
    jalon_tile_cache_measure(cache, &measures);
    assert_true(measures.tile_bytes <= budget && measures.tile_count <= TILES);
    assert_true(measures.tile_hits > 0 && measures.tile_misses > 0);
    jalon_tile_cache_destroy(cache);
    assert_true(atomic_load(&drawn) > 0);
}

static void readers_and_writers_at_once(void **state)
{
    (void)state;
    what_is_kept_is_right((size_t)1 << 30);
}

static void a_small_budget_keeps_what_fits(void **state)
{
    (void)state;
    what_is_kept_is_right(60000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_changes_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_merging_reaches_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_order_of_writes_leaves_no_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_long_ago_counts_as_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failing_memory_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(readers_and_writers_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_budget_keeps_what_fits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
