/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The first so many of what is offered in any order: a heap with the last of them on top. Layer 2
 * (view), private.
 */
#ifndef JALON_VIEW_HEAP_H
#define JALON_VIEW_HEAP_H

#include <stdbool.h>

#include "jalon/arena.h"
#include "jalon/query.h"

#include "sort.h"

/* Ordered by its keys, one after the other (those that are not used are 0), then by number. */
struct jalon_view_candidate {
    uint64_t keys[JALON_QUERY_SORTS_MAX];
    int64_t number;
    struct jalon_view_place place;
};

struct jalon_view_heap {
    struct jalon_arena *arena;
    size_t most; /* as many are kept; > 0 */
    struct jalon_view_candidate *items;
    size_t count;
    size_t capacity;
};

bool jalon_view_candidate_is_before(const struct jalon_view_candidate *a,
                                    const struct jalon_view_candidate *b);
/* Keeps it if it is among the first. False: no memory. */
bool jalon_view_heap_offer(struct jalon_view_heap *heap, const struct jalon_view_candidate *one);
/* Puts the items in their order; nothing can be offered any more until the heap is emptied. */
void jalon_view_heap_sort(struct jalon_view_heap *heap);

#endif
