/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What contributions are counted by in clusters: the collection's category roots, then its
 * statuses. Layer 2 (view), private.
 */
#ifndef JALON_VIEW_TALLY_H
#define JALON_VIEW_TALLY_H

#include "jalon/model.h"

/* What of a contribution is counted. */
struct jalon_view_tallied {
    const int32_t *categories;
    size_t category_count;
    int32_t status; /* -1: none */
};

/* How many tallies a collection has: one for each category root, then one for each status. */
size_t jalon_view_tally_count(const struct jalon_collection *collection);
/*
 * The indexes of those that the contribution counts in, once each, however many categories it has
 * below a root; `out` has room for one more than its categories. Answers how many.
 */
size_t jalon_view_tally_list(const struct jalon_map *map, const struct jalon_collection *collection,
                             const struct jalon_view_tallied *one, uint16_t *out);
/* Adds one to each of them. */
void jalon_view_tally_add(const struct jalon_map *map, const struct jalon_collection *collection,
                          const struct jalon_view_tallied *one, uint32_t *tallies);

#endif
