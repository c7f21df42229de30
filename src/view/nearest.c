/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The page of a list by distance: the nearest of all that match, behind the last one seen. Layer 2
 * (view).
 *
 * All matches are gone through once; a heap holds the nearest so far, the farthest of them on top.
 * A match that is surely farther than that one, or nearer than the last one seen, costs no geodesic.
 */
#include "nearest.h"

#include <string.h>

#include "heap.h"

struct nearest {
    struct jalon_context *ctx;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query;
    struct jalon_view_heap heap; /* as many as the page has */
    int64_t matched;
    bool more;
    enum jalon_status status;
};

/* Distances are not negative: their bits are in their order (IEEE 754). */
static uint64_t key_of(double distance_m)
{
    uint64_t key;
    memcpy(&key, &distance_m, sizeof key);
    return key;
}

static double distance_of(const struct jalon_view_candidate *candidate)
{
    double distance_m;
    memcpy(&distance_m, &candidate->keys[0], sizeof distance_m);
    return distance_m;
}

static void take(void *user, struct jalon_view_place place)
{
    struct nearest *nearest = user;
    const struct jalon_view_query *query = nearest->query;
    struct jalon_geometry geometry = jalon_view_collection_geometry(nearest->collection, place);
    bool is_full = nearest->heap.count == query->limit;
    double least_m, most_m;
    nearest->matched++;
    if (query->limit == 0 || nearest->status != JALON_OK) {
        return;
    }
    jalon_geo_circle_bounds(&query->near, &geometry, &least_m, &most_m);
    if (most_m < query->after_m) {
        return;
    }
    if (is_full && least_m > distance_of(&nearest->heap.items[0])) {
        nearest->more = true;
        return;
    }
    struct jalon_view_candidate one = {
        .keys = {key_of(jalon_geo_circle_distance_m(&query->near, &geometry))},
        .number = jalon_view_collection_number(nearest->collection, place),
        .place = place,
    };
    struct jalon_view_candidate last = {.keys = {key_of(query->after_m)}, .number = query->after};
    if (!jalon_view_candidate_is_before(&last, &one)) {
        return;
    }
    nearest->more = nearest->more || is_full;
    if (!jalon_view_heap_offer(&nearest->heap, &one)) {
        nearest->status = jalon_no_memory(nearest->ctx);
    }
}

enum jalon_status jalon_view_query_nearest(struct jalon_context *ctx,
                                           const struct jalon_snapshot *snapshot,
                                           const struct jalon_view_query *query,
                                           struct jalon_view_result *out)
{
    struct nearest nearest = {.ctx = ctx,
                              .collection = &snapshot->collections[query->collection],
                              .query = query,
                              .heap = {.arena = ctx->arena, .most = query->limit},
                              .status = JALON_OK};
    const struct jalon_view_heap *heap = &nearest.heap;
    enum jalon_status status = jalon_view_each_match(ctx, snapshot, query, take, &nearest);
    if (status == JALON_OK) {
        status = nearest.status;
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_view_heap_sort(&nearest.heap);
    struct jalon_view_result result = {
        .items = jalon_arena_allocate(ctx->arena, heap->count * sizeof *result.items),
        .count = heap->count,
        .matched = nearest.matched,
        .more = nearest.more,
        .last_m = heap->count > 0 ? distance_of(&heap->items[heap->count - 1]) : 0,
        .visited = nearest.matched,
    };
    if (result.items == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < heap->count; i++) {
        result.items[i] = jalon_snapshot_item(snapshot, query->collection, heap->items[i].place);
    }
    *out = result;
    return JALON_OK;
}
