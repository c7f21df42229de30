/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The spatial index of a collection: a quadtree of boxes over longitude and latitude. Layer 2
 * (view), private.
 *
 * Cells are halved from 360 degrees; a box lives in the cell of its middle, not deeper than where
 * the cell is at least as large as the box, and not deeper than needed (a leaf is cut when it holds
 * too many). So its shape hardly depends on the order of insertions, an insertion or removal
 * touches one path, and points, lines and polygons are alike. Each node knows the exact bounds and
 * the number of all below it: whole subtrees are passed over, or taken without looking.
 *
 * Boxes are kept as floats, rounded outward (16 bytes): what they cannot decide is asked back from
 * the caller, who has the true shape.
 */
#ifndef JALON_VIEW_TREE_H
#define JALON_VIEW_TREE_H

#include "jalon/geometry.h"

#include "entry.h"
#include "meets.h"

struct jalon_view_bounds {
    float west, south, east, north;
};

struct jalon_view_tree_item {
    struct jalon_view_bounds bounds;
    jalon_view_slot_index slot;
};

struct jalon_view_tree_node {
    struct jalon_view_bounds bounds; /* of everything below; west > east when there is nothing */
    uint32_t total;                  /* items below, own ones included */
    uint32_t count;                  /* own items: all of a leaf, the large ones of a cut node */
    uint32_t capacity;
    struct jalon_view_tree_item *items;
    struct jalon_view_tree_node *children; /* four, south-west first, east before north; or NULL */
};

struct jalon_view_tree {
    struct jalon_view_tree_node root;
};

void jalon_view_tree_init(struct jalon_view_tree *tree);
void jalon_view_tree_finish(struct jalon_view_tree *tree);

/*
 * Makes sure that the next insertion, of this box, needs no memory. False when there is none.
 * A removal never needs any.
 */
bool jalon_view_tree_reserve(struct jalon_view_tree *tree, struct jalon_box box);
void jalon_view_tree_insert(struct jalon_view_tree *tree, struct jalon_box box,
                            jalon_view_slot_index slot);
/* The box must be the one it was inserted with. */
void jalon_view_tree_remove(struct jalon_view_tree *tree, struct jalon_box box,
                            jalon_view_slot_index slot);
/* Would both boxes be kept alike? Then a move from one to the other changes nothing here. */
bool jalon_view_tree_same_place(struct jalon_box a, struct jalon_box b);

struct jalon_view_tree_search {
    const struct jalon_view_area *area;
    /* Asked when the box of an item meets the area without being inside it. */
    bool (*meets)(void *user, jalon_view_slot_index slot);
    /* Called for each one found, in no order; NULL: only count them. */
    void (*found)(void *user, jalon_view_slot_index slot);
    void *user;
};

/* How many items meet the area. */
int64_t jalon_view_tree_search(const struct jalon_view_tree *tree,
                               const struct jalon_view_tree_search *search);

/*
 * The exact box around all items; `box_of` answers the true box of one. Looks only at those that
 * may stick out. False when the tree is empty.
 */
bool jalon_view_tree_extent(const struct jalon_view_tree *tree,
                            struct jalon_box (*box_of)(const void *user,
                                                       jalon_view_slot_index slot),
                            const void *user, struct jalon_box *out);

#endif
