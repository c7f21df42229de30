/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The page of a list by distance: the nearest of all that match, behind the last one seen. Layer 2
 * (view).
 *
 * All matches are gone through once; a heap holds the nearest so far, the farthest of them on top.
 * A match that is surely farther than that one, or nearer than the last one seen, costs no geodesic.
 */
#include "nearest.h"

struct candidate {
    double distance_m;
    int64_t number;
    struct jalon_view_place place;
};

struct nearest {
    struct jalon_context *ctx;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query;
    struct candidate *heap;
    size_t count;
    size_t capacity;
    int64_t matched;
    bool more;
    enum jalon_status status;
};

static bool is_before(const struct candidate *a, const struct candidate *b)
{
    return a->distance_m < b->distance_m ||
           (!(a->distance_m > b->distance_m) && a->number < b->number);
}

/* Puts `one` at `at` or below it, where it is before none. */
static void sink(struct candidate *heap, size_t count, size_t at, struct candidate one)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(&heap[child], &heap[child + 1])) {
            child++;
        }
        if (!is_before(&one, &heap[child])) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = one;
}

static void rise(struct candidate *heap, size_t at, struct candidate one)
{
    while (at > 0 && is_before(&heap[(at - 1) / 2], &one)) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = one;
}

static void add(struct nearest *nearest, struct candidate one)
{
    struct candidate *heap =
        jalon_arena_grow(nearest->ctx->arena, nearest->heap, nearest->count, nearest->count + 1,
                         sizeof *heap, &nearest->capacity);
    if (heap == NULL) {
        nearest->status = jalon_no_memory(nearest->ctx);
        return;
    }
    nearest->heap = heap;
    rise(heap, nearest->count++, one);
}

static void take(void *user, struct jalon_view_place place)
{
    struct nearest *nearest = user;
    const struct jalon_view_query *query = nearest->query;
    struct jalon_geometry geometry = jalon_view_collection_geometry(nearest->collection, place);
    bool is_full = nearest->count == query->limit;
    double least_m, most_m;
    nearest->matched++;
    if (query->limit == 0 || nearest->status != JALON_OK) {
        return;
    }
    jalon_geo_circle_bounds(&query->near, &geometry, &least_m, &most_m);
    if (most_m < query->after_m) {
        return;
    }
    if (is_full && least_m > nearest->heap[0].distance_m) {
        nearest->more = true;
        return;
    }
    struct candidate one = {jalon_geo_circle_distance_m(&query->near, &geometry),
                            jalon_view_collection_number(nearest->collection, place), place};
    struct candidate last = {query->after_m, query->after, {0, 0}};
    if (!is_before(&last, &one)) {
        return;
    }
    nearest->more = nearest->more || is_full;
    if (!is_full) {
        add(nearest, one);
    } else if (is_before(&one, &nearest->heap[0])) {
        sink(nearest->heap, nearest->count, 0, one);
    }
}

/* From the nearest on. */
static void sort(struct candidate *heap, size_t count)
{
    while (count > 1) {
        struct candidate farthest = heap[0], last = heap[--count];
        sink(heap, count, 0, last);
        heap[count] = farthest;
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
                              .status = JALON_OK};
    enum jalon_status status = jalon_view_each_match(ctx, snapshot, query, take, &nearest);
    if (status == JALON_OK) {
        status = nearest.status;
    }
    if (status != JALON_OK) {
        return status;
    }
    sort(nearest.heap, nearest.count);
    struct jalon_view_result result = {
        .items = jalon_arena_allocate(ctx->arena, nearest.count * sizeof *result.items),
        .count = nearest.count,
        .matched = nearest.matched,
        .more = nearest.more,
        .last_m = nearest.count > 0 ? nearest.heap[nearest.count - 1].distance_m : 0,
    };
    if (result.items == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < nearest.count; i++) {
        result.items[i] = jalon_snapshot_item(snapshot, query->collection, nearest.heap[i].place);
    }
    *out = result;
    return JALON_OK;
}
