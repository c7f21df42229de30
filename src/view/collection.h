/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the view holds of one collection, and the changes that keep its parts in step. Layer 2
 * (view), private. No locks: see view.c.
 */
#ifndef JALON_VIEW_COLLECTION_H
#define JALON_VIEW_COLLECTION_H

#include "ids.h"
#include "order.h"
#include "pyramid.h"
#include "tree.h"

struct jalon_view_collection {
    struct jalon_view_slot *slots;
    size_t slot_count; /* ever used, free ones included */
    size_t slot_capacity;
    jalon_view_slot_index free_slot; /* the first of a list, or JALON_VIEW_NO_SLOT */
    struct jalon_view_ids ids;
    struct jalon_view_order order;
    struct jalon_view_tree tree;
    struct jalon_view_pyramid pyramid;
    const struct jalon_map *map; /* the view's own */
    int64_t *category_counts; /* one for each category of the map; owned by the view's arena */
};

/* category_counts and tallies (see pyramid.h) are zeroed. */
void jalon_view_collection_init(struct jalon_view_collection *collection,
                                const struct jalon_map *map,
                                const struct jalon_collection *description,
                                int64_t *category_counts, uint32_t *tallies);
/* Releases the entries too. */
void jalon_view_collection_finish(struct jalon_view_collection *collection);

/* JALON_VIEW_NO_SLOT when there is none. */
jalon_view_slot_index jalon_view_collection_find(const struct jalon_view_collection *collection,
                                                 struct jalon_id id);
/* Inserts the entry, or puts it in the place of the one with its id; takes it. False: no memory,
 * nothing has changed and the entry is still the caller's. */
bool jalon_view_collection_put(struct jalon_view_collection *collection,
                               const struct jalon_view_entry *entry);
/* Removes and releases the entry in a used slot. */
void jalon_view_collection_remove(struct jalon_view_collection *collection,
                                  jalon_view_slot_index slot);

#endif
