/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A binary heap with the last candidate on top (Williams 1964). Layer 2 (view). */
#include "heap.h"

bool jalon_view_candidate_is_before(const struct jalon_view_candidate *a,
                                    const struct jalon_view_candidate *b)
{
    for (size_t i = 0; i < JALON_QUERY_SORTS_MAX; i++) {
        if (a->keys[i] != b->keys[i]) {
            return a->keys[i] < b->keys[i];
        }
    }
    return a->number < b->number;
}

/* Puts `one` at `at` or below it, where it is before none. */
static void sink(struct jalon_view_candidate *items, size_t count, size_t at,
                 const struct jalon_view_candidate *one)
{
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && jalon_view_candidate_is_before(&items[child], &items[child + 1])) {
            child++;
        }
        if (!jalon_view_candidate_is_before(one, &items[child])) {
            break;
        }
        items[at] = items[child];
        at = child;
    }
    items[at] = *one;
}

static void rise(struct jalon_view_candidate *items, size_t at,
                 const struct jalon_view_candidate *one)
{
    while (at > 0 && jalon_view_candidate_is_before(&items[(at - 1) / 2], one)) {
        items[at] = items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    items[at] = *one;
}

bool jalon_view_heap_offer(struct jalon_view_heap *heap, const struct jalon_view_candidate *one)
{
    if (heap->count == heap->most) {
        if (jalon_view_candidate_is_before(one, &heap->items[0])) {
            sink(heap->items, heap->count, 0, one);
        }
        return true;
    }
    struct jalon_view_candidate *items =
        jalon_arena_grow(heap->arena, heap->items, heap->count, heap->count + 1, sizeof *items,
                         &heap->capacity);
    if (items == NULL) {
        return false;
    }
    heap->items = items;
    rise(items, heap->count++, one);
    return true;
}

void jalon_view_heap_sort(struct jalon_view_heap *heap)
{
    for (size_t count = heap->count; count > 1;) {
        struct jalon_view_candidate farthest = heap->items[0], last = heap->items[--count];
        sink(heap->items, count, 0, &last);
        heap->items[count] = farthest;
    }
}
