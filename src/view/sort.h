/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sorting what a search has found. Layer 2 (view), private. */
#ifndef JALON_VIEW_SORT_H
#define JALON_VIEW_SORT_H

#include "entry.h"

struct jalon_view_hit {
    int64_t number; /* >= 0 */
    const struct jalon_view_entry *entry;
};

/* Sorts by number, using `spare` (as many); answers which of the two arrays holds the result. */
struct jalon_view_hit *jalon_view_sort_hits(struct jalon_view_hit *hits,
                                            struct jalon_view_hit *spare, size_t count);

#endif
