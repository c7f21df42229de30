/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Each allocation of each operation failing once: nothing half done, nothing lost, nothing leaked
 * (the last by AddressSanitizer). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jalon/cluster.h"
#include "jalon/memory.h"

#include "view_fixture.h"

enum { CONTRIBUTIONS = 700, LOADED = 300 };

static struct jalon_context *lasting;
static struct jalon_context *ctx;
static struct chance chance = {7};

static int setup(void **state)
{
    (void)state;
    lasting = jalon_context_create();
    ctx = jalon_context_create();
    return lasting == NULL || ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    jalon_memory_fail_at(0);
    jalon_context_destroy(lasting);
    jalon_context_destroy(ctx);
    return 0;
}

/* Everything the view would say, hashed (FNV-1a); `full` also asks every part of it for lists. */
static uint64_t digest_bytes(uint64_t digest, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ bytes[i]) * UINT64_C(1099511628211);
    }
    return digest;
}

static uint64_t digest_list(uint64_t digest, const struct jalon_snapshot *snapshot, bool has_box)
{
    struct jalon_view_query query = fixture_query(PLACES, CONTRIBUTIONS);
    query.has_box = has_box;
    query.box = (struct jalon_box){3.8, 43.5, 3.9, 43.7};
    struct jalon_view_result result;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
    for (size_t i = 0; i < result.count; i++) {
        digest = digest_bytes(digest, result.items[i].json.data, result.items[i].json.length);
    }
    return digest_bytes(digest, &result.matched, sizeof result.matched);
}

static uint64_t digest_territories(uint64_t digest, const struct jalon_snapshot *snapshot)
{
    struct jalon_view_query query = fixture_query(PLACES, 0);
    struct jalon_view_result result;
    size_t count;
    (void)jalon_snapshot_territories(snapshot, &count);
    query.has_territory = true;
    for (query.territory = 0; (size_t)query.territory < count; query.territory++) {
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        digest = digest_bytes(digest, &result.matched, sizeof result.matched);
    }
    return digest;
}

static uint64_t digest_view(struct jalon_view *view)
{
    uint64_t digest = UINT64_C(14695981039346656037);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_box box = {0, 0, 0, 0};
    int64_t numbers[4 + CATEGORIES] = {jalon_snapshot_seq(snapshot),
                                       jalon_snapshot_count(snapshot, PLACES)};
    (void)jalon_snapshot_interval(snapshot, PLACES, &numbers[2], &numbers[3]);
    (void)jalon_snapshot_extent(snapshot, PLACES, &box);
    for (int32_t i = 0; i < CATEGORIES; i++) {
        numbers[4 + i] = jalon_snapshot_category_count(snapshot, PLACES, i);
    }
    digest = digest_bytes(digest, numbers, sizeof numbers);
    digest = digest_bytes(digest, &box, sizeof box);
    digest = digest_list(digest, snapshot, false);
    digest = digest_list(digest, snapshot, true);
    digest = digest_territories(digest, snapshot);
    jalon_view_unpin(view, snapshot);
    jalon_context_reset(ctx);
    return digest;
}

/* Applies the event with its first, second, third … allocation failing, until none does. */
static size_t apply_against_failures(struct jalon_view *view,
                                     const struct jalon_contribution *contribution, int64_t seq)
{
    uint64_t before = digest_view(view);
    for (uint64_t n = 1;; n++) {
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_view_apply(ctx, view, contribution, seq, seq);
        jalon_memory_fail_at(0);
        if (status == JALON_OK) {
            return (size_t)n - 1;
        }
        assert_int_equal(status, JALON_NO_MEMORY);
        assert_true(ctx->error.message.length > 0);
        assert_int_equal(digest_view(view), before);
    }
}

static void set_territories_against_failures(struct jalon_view *view,
                                             const struct jalon_territory *territories)
{
    for (uint64_t n = 1;; n++) {
        size_t count = 0;
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_view_set_territories(ctx, view, territories, TERRITORIES);
        jalon_memory_fail_at(0);
        (void)jalon_view_territories(view, &count);
        assert_int_equal(count, status == JALON_OK ? TERRITORIES : 0);
        if (status == JALON_OK) {
            assert_true(n > TERRITORIES);
            return;
        }
        assert_int_equal(status, JALON_NO_MEMORY);
    }
}

static void a_failed_event_changes_nothing(void **state)
{
    (void)state;
    struct jalon_view *view, *calm;
    struct jalon_contribution *all =
        jalon_arena_allocate_zeroed(lasting->arena, CONTRIBUTIONS + 1, sizeof *all);
    struct jalon_territory territories[TERRITORIES];
    fixture_make_territories(lasting->arena, territories);
    assert_int_equal(jalon_view_create(lasting, &fixture_map, &view), JALON_OK);
    assert_int_equal(jalon_view_create(lasting, &fixture_map, &calm), JALON_OK);
    set_territories_against_failures(view, territories);
    assert_int_equal(jalon_view_set_territories(ctx, calm, territories, TERRITORIES), JALON_OK);
    size_t failures = 0;
    for (int64_t seq = 1; seq <= 2 * CONTRIBUTIONS; seq++) {
        size_t number = seq <= CONTRIBUTIONS ? (size_t)seq : 1 + chance_below(&chance, CONTRIBUTIONS);
        struct jalon_contribution *one = &all[number];
        if (seq <= CONTRIBUTIONS) {
            *one = chance_contribution(&chance, lasting->arena, seq);
        } else if (chance_below(&chance, 3) == 0) {
            one->moderation = JALON_MODERATION_DELETED;
        } else {
            one->moderation = JALON_MODERATION_PUBLISHED;
            one->geometry = chance_geometry(&chance, lasting->arena);
        }
        failures += apply_against_failures(view, one, seq);
        assert_int_equal(jalon_view_apply(ctx, calm, one, seq, seq), JALON_OK);
    }
    assert_true(failures > CONTRIBUTIONS); /* at least the entry's own block each time */
    assert_int_equal(digest_view(view), digest_view(calm));
    jalon_view_destroy(view);
    jalon_view_destroy(calm);
}

static void a_failed_creation_leaves_nothing(void **state)
{
    (void)state;
    for (uint64_t n = 1;; n++) {
        struct jalon_view *view = NULL;
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_view_create(ctx, &fixture_map, &view);
        jalon_memory_fail_at(0);
        if (status == JALON_OK) {
            assert_true(n > 3);
            jalon_view_destroy(view);
            return;
        }
        assert_int_equal(status, JALON_NO_MEMORY);
        assert_null(view);
    }
}

static enum jalon_status load(struct jalon_view *view, const struct jalon_contribution *all)
{
    enum jalon_status status = jalon_view_load(ctx, view, all, LOADED);
    return status == JALON_OK ? jalon_view_set_seq(ctx, view, 1, 1) : status;
}

static void a_failed_load_leaves_nothing(void **state)
{
    (void)state;
    struct jalon_contribution all[LOADED];
    for (size_t i = 0; i < LOADED; i++) {
        all[i] = chance_contribution(&chance, lasting->arena, (int64_t)i + 1);
    }
    struct jalon_view *view, *calm;
    assert_int_equal(jalon_view_create(lasting, &fixture_map, &calm), JALON_OK);
    assert_int_equal(load(calm, all), JALON_OK);
    enum jalon_status status = JALON_NO_MEMORY;
    for (uint64_t n = 1; status != JALON_OK; n++) {
        assert_int_equal(jalon_view_create(lasting, &fixture_map, &view), JALON_OK);
        jalon_memory_fail_at(n);
        status = load(view, all);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        if (status == JALON_OK) {
            assert_true(n > 10);
            assert_int_equal(digest_view(view), digest_view(calm));
        }
        jalon_view_destroy(view);
        jalon_context_reset(ctx);
    }
    jalon_view_destroy(calm);
}

static size_t query_against_failures(const struct jalon_snapshot *snapshot,
                                     const struct jalon_view_query *query)
{
    for (uint64_t n = 1;; n++) {
        struct jalon_context *fresh = jalon_context_create();
        struct jalon_view_result result = {.matched = -7};
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_snapshot_query(fresh, snapshot, query, &result);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK ? result.matched >= 0 : result.matched == -7);
        jalon_context_destroy(fresh);
        if (status == JALON_OK) {
            return (size_t)n - 1;
        }
        assert_int_equal(status, JALON_NO_MEMORY);
    }
}

/* How many places of the map that is asked have no shape. */
static int64_t shapeless;

/* Fails each allocation of the answer in turn; how many there were. */
static size_t cluster_against_failures(const struct jalon_snapshot *snapshot,
                                       const struct jalon_view_query *query, int zoom)
{
    for (size_t n = 1;; n++) {
        struct jalon_cluster_list list = {.count = SIZE_MAX};
        jalon_context_destroy(ctx); /* an arena without blocks to use again */
        ctx = jalon_context_create();
        assert_non_null(ctx);
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_snapshot_cluster(ctx, snapshot, query, zoom, &list);
        jalon_memory_fail_at(0);
        if (status == JALON_OK) {
            assert_int_equal(list.matched, jalon_snapshot_count(snapshot, PLACES) - shapeless);
            return n - 1;
        }
        assert_int_equal(status, JALON_NO_MEMORY);
        assert_int_equal(list.count, SIZE_MAX);
    }
}

static void a_failed_query_says_so(void **state)
{
    (void)state;
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(lasting, &fixture_map, &view), JALON_OK);
    for (int64_t seq = 1; seq <= 3000; seq++) {
        struct jalon_contribution one = chance_contribution(&chance, ctx->arena, seq);
        assert_int_equal(jalon_view_apply(ctx, view, &one, seq, seq), JALON_OK);
        shapeless += one.collection == PLACES && one.geometry.position_count == 0;
        jalon_context_reset(ctx);
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 3000);
    size_t failures = query_against_failures(snapshot, &query);
    query.status = 1;
    failures += query_against_failures(snapshot, &query);
    query.has_box = true;
    query.box = (struct jalon_box){3.86, 43.59, 3.9, 43.7};
    failures += query_against_failures(snapshot, &query);
    query.status = -1;
    failures += query_against_failures(snapshot, &query);
    query.limit = 200;
    failures += query_against_failures(snapshot, &query);
    assert_true(failures >= 8);
    query.has_box = false;
    query.has_near = query.by_distance = true;
    query.near = jalon_geo_circle_make((struct jalon_position){3.87, 43.6}, INFINITY);
    assert_true(query_against_failures(snapshot, &query) >= 1);
    query.has_near = query.by_distance = false;
    struct jalon_view_sort sorts[3];
    for (size_t i = 0; i < 3; i++) { /* ranks of texts and of codes */
        sorts[i].is_descending = i == 1;
        assert_true(jalon_view_sortable_at(&fixture_collections[PLACES], i, &sorts[i].property));
    }
    query.sorts = sorts;
    query.sort_count = 3;
    assert_true(query_against_failures(snapshot, &query) >= 10);
    query.sort_count = 0;
    failures = 0;
    for (int zoom = 0; zoom <= JALON_CLUSTER_MAX_ZOOM_DEFAULT + 1; zoom++) {
        failures += cluster_against_failures(snapshot, &query, zoom);
    }
    assert_true(failures >= 20);
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_event_changes_nothing),
        cmocka_unit_test(a_failed_creation_leaves_nothing),
        cmocka_unit_test(a_failed_load_leaves_nothing),
        cmocka_unit_test(a_failed_query_says_so),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
