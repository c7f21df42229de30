/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sorting what a search has found, or what is to be laid out. Layer 2 (view), private. */
#ifndef JALON_VIEW_SORT_H
#define JALON_VIEW_SORT_H

#include <stddef.h>
#include <stdint.h>

/* A contribution's place in a collection. */
struct jalon_view_place {
    uint32_t part; /* of the segments; segment_count: the delta */
    uint32_t row;
};

struct jalon_view_hit {
    uint64_t key; /* its number, or where it is along a curve */
    struct jalon_view_place place;
};

/*
 * Sorts by key, those with the same key staying in order, with the help of `spare` (as many); answers
 * which of the two arrays holds the result.
 */
struct jalon_view_hit *jalon_view_sort_hits(struct jalon_view_hit *hits,
                                            struct jalon_view_hit *spare, size_t count);

#endif
