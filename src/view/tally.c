/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a contribution counts for. Layer 2 (view). */
#include "tally.h"

size_t jalon_view_tally_count(const struct jalon_collection *collection)
{
    return collection->category_root_count + collection->status_count;
}

/* Which of the collection's roots a category is below; category_root_count: none of them. */
static size_t root_of(const struct jalon_map *map, const struct jalon_collection *collection,
                      int32_t category)
{
    while (map->categories[category].parent >= 0) {
        category = map->categories[category].parent;
    }
    size_t i = 0;
    while (i < collection->category_root_count && collection->category_roots[i] != category) {
        i++;
    }
    return i;
}

/*
 * The tally of the contribution's category at `at`; tally_count: none, for it is below no root, or
 * below that of a category before it.
 */
static size_t tally_of(const struct jalon_map *map, const struct jalon_collection *collection,
                       const struct jalon_view_tallied *one, size_t at)
{
    size_t none = jalon_view_tally_count(collection);
    size_t root = root_of(map, collection, one->categories[at]);
    for (size_t i = 0; i < at; i++) {
        if (root_of(map, collection, one->categories[i]) == root) {
            return none;
        }
    }
    return root < collection->category_root_count ? root : none;
}

size_t jalon_view_tally_list(const struct jalon_map *map, const struct jalon_collection *collection,
                             const struct jalon_view_tallied *one, uint16_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < one->category_count; i++) {
        size_t tally = tally_of(map, collection, one, i);
        if (tally < jalon_view_tally_count(collection)) {
            out[count++] = (uint16_t)tally;
        }
    }
    if (one->status >= 0) {
        out[count++] = (uint16_t)(collection->category_root_count + (size_t)one->status);
    }
    return count;
}

void jalon_view_tally_add(const struct jalon_map *map, const struct jalon_collection *collection,
                          const struct jalon_view_tallied *one, uint32_t *tallies)
{
    for (size_t i = 0; i < one->category_count; i++) {
        size_t tally = tally_of(map, collection, one, i);
        if (tally < jalon_view_tally_count(collection)) {
            tallies[tally]++;
        }
    }
    if (one->status >= 0) {
        tallies[collection->category_root_count + (size_t)one->status]++;
    }
}
