/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Counts, sums and tallies of a collection's positions over the cells of every zoom. Layer 2 (view),
 * private.
 *
 * A quadtree over the plane: the node at depth plane.bits + z is a cell of zoom z. It is cut only
 * where there are many, so it is about a tenth as many nodes as points: a smaller cell is a part of a
 * leaf's items. An insertion or removal touches one path. All sums are of whole numbers: what it
 * answers depends on what is in it, not on how it came there.
 */
#ifndef JALON_VIEW_PYRAMID_H
#define JALON_VIEW_PYRAMID_H

#include "jalon/model.h"

#include "order.h"
#include "plane.h"

enum { JALON_VIEW_PYRAMID_DEPTH = 28 };

struct jalon_view_pyramid_item {
    struct jalon_view_spot spot;
    jalon_view_slot_index slot;
};

struct jalon_view_pyramid_node {
    uint64_t sum_x, sum_y;
    uint32_t count; /* of all below */
    uint32_t min_x, min_y, max_x, max_y; /* meaningless without any */
    uint32_t capacity;
    struct jalon_view_pyramid_item *items; /* of a leaf: `count` of them */
    struct jalon_view_pyramid_node *children; /* four, north-west first, east before south; or NULL */
    uint32_t *tallies; /* tally_count of them */
};

struct jalon_view_pyramid {
    struct jalon_view_plane plane;
    struct jalon_view_pyramid_node root;
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    uint32_t tally_count; /* one for each category root, then one for each status */
};

/* How many tallies a collection has. */
size_t jalon_view_pyramid_tally_count(const struct jalon_collection *collection);
/* Takes no memory. `tallies` are the root's, zeroed and owned by the caller. */
void jalon_view_pyramid_init(struct jalon_view_pyramid *pyramid, const struct jalon_map *map,
                             const struct jalon_collection *collection, int radius,
                             uint32_t *tallies);
void jalon_view_pyramid_finish(struct jalon_view_pyramid *pyramid);

/* Makes sure that the next insertion, of this entry, needs no memory; false when there is none. */
bool jalon_view_pyramid_reserve(struct jalon_view_pyramid *pyramid,
                                const struct jalon_view_entry *entry);
/* `slots` is the collection's table; the slot is filled in already, with an entry that has a box. */
void jalon_view_pyramid_insert(struct jalon_view_pyramid *pyramid,
                               const struct jalon_view_slot *slots, jalon_view_slot_index slot);
/* The entry is the one it was inserted with. Needs no memory. */
void jalon_view_pyramid_remove(struct jalon_view_pyramid *pyramid,
                               const struct jalon_view_entry *entry, jalon_view_slot_index slot);
/* The slot holds a new state, for which there is room if it has a box; `old` is the one before. */
void jalon_view_pyramid_replace(struct jalon_view_pyramid *pyramid,
                                const struct jalon_view_slot *slots, jalon_view_slot_index slot,
                                const struct jalon_view_entry *old);

/* Adds what the entry counts for to the tallies, or takes it away (`by` 1 or -1). */
void jalon_view_pyramid_tally(const struct jalon_view_pyramid *pyramid,
                              const struct jalon_contribution *contribution, uint32_t *tallies,
                              int by);

#endif
