/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Going through a pyramid. Layer 2 (view).
 *
 * Without a filter a node that is a cell answers for all below it. So it does under a filter for one
 * status or one root category when its tally says that all match; when it says that none does, it is
 * passed over.
 */
#include "cells.h"

#include <string.h>

#include "match.h"

struct walk {
    const struct jalon_view_lookup *lookup;
    const struct jalon_view_pyramid *pyramid;
    int depth; /* of a cell */
    int32_t tally; /* of the query's status or root category; -1: none */
    bool only_tally; /* nothing else is asked */
    /* Finding: */
    struct jalon_context *ctx;
    struct jalon_view_cells *cells;
    enum jalon_status status;
    /* Visiting: */
    bool (*visit)(void *user, const struct jalon_view_entry *entry);
    void *user;
    bool ended;
};

struct jalon_view_cell_range jalon_view_cells_all(const struct jalon_view_plane *plane, int zoom)
{
    uint32_t last = (uint32_t)(((uint64_t)plane->cells << zoom) - 1);
    return (struct jalon_view_cell_range){0, 0, last, last};
}

/* --- Where --- */

/* A node: its column and row among those of its depth. */
struct node_place {
    uint32_t column, row;
    int depth;
};

/* Do the cells in the node and the range share one? */
static bool meets_range(const struct walk *walk, struct node_place place)
{
    const struct jalon_view_cell_range *range = &walk->lookup->range;
    if (place.depth >= walk->depth) {
        int down = place.depth - walk->depth;
        uint32_t column = place.column >> down, row = place.row >> down;
        return column >= range->west && column <= range->east && row >= range->north &&
               row <= range->south;
    }
    int down = walk->depth - place.depth;
    return place.column >= range->west >> down && place.column <= range->east >> down &&
           place.row >= range->north >> down && place.row <= range->south >> down;
}

/* Could something in the node be in one of the cells that the lookup is confined to? */
static bool meets_within(const struct walk *walk, struct node_place place)
{
    const struct jalon_view_lookup *lookup = walk->lookup;
    for (size_t i = 0; i < lookup->within_count; i++) {
        const struct jalon_cluster_place *cell = &lookup->within[i];
        int down = place.depth - (walk->pyramid->plane.bits + cell->zoom);
        if (down >= 0 ? place.column >> down == cell->column && place.row >> down == cell->row
                      : cell->column >> -down == place.column && cell->row >> -down == place.row) {
            return true;
        }
    }
    return lookup->within_count == 0;
}

static bool meets(const struct walk *walk, struct node_place place)
{
    return meets_range(walk, place) && meets_within(walk, place);
}

static struct node_place item_place(struct jalon_view_spot spot)
{
    return (struct node_place){spot.x, spot.y, 32};
}

/* --- Cells --- */

static uint32_t *tallies_of(const struct walk *walk, const struct jalon_view_cell *cell)
{
    return walk->cells->tallies + cell->tally;
}

/* A new empty cell, or NULL when the walk has failed. */
static struct jalon_view_cell *add_cell(struct walk *walk, uint32_t column, uint32_t row)
{
    struct jalon_view_cells *cells = walk->cells;
    size_t tally_count = walk->pyramid->tally_count;
    if (cells->count == JALON_VIEW_CELLS_MAX) {
        walk->status = jalon_fail(walk->ctx, JALON_TOO_LARGE,
                                  "there is too much to merge: ask for a smaller box, or a lower zoom");
        walk->ended = true;
        return NULL;
    }
    struct jalon_view_cell *all =
        jalon_arena_grow(walk->ctx->arena, cells->cells, cells->count, cells->count + 1,
                         sizeof *all, &cells->capacity);
    if (all != NULL) {
        cells->cells = all;
    }
    uint32_t *tallies = jalon_arena_grow(walk->ctx->arena, cells->tallies, cells->tally_used,
                                         cells->tally_used + tally_count, sizeof *tallies,
                                         &cells->tally_capacity);
    if (all == NULL || tallies == NULL) {
        walk->status = jalon_no_memory(walk->ctx);
        walk->ended = true;
        return NULL;
    }
    cells->tallies = tallies;
    memset(tallies + cells->tally_used, 0, tally_count * sizeof *tallies);
    struct jalon_view_cell *cell = &all[cells->count++];
    *cell = (struct jalon_view_cell){
        .column = column, .row = row, .tally = (uint32_t)cells->tally_used};
    cells->tally_used += tally_count;
    return cell;
}

/* One of those in a node that has some. */
static jalon_view_slot_index first_in(const struct jalon_view_pyramid_node *node)
{
    while (node->children != NULL) {
        const struct jalon_view_pyramid_node *child = node->children;
        while (child->count == 0) {
            child++;
        }
        node = child;
    }
    return node->items[0].slot;
}

/* Everything in a node that is a cell. */
static void add_node(struct walk *walk, const struct jalon_view_pyramid_node *node,
                     struct node_place place)
{
    struct jalon_view_cell *cell = add_cell(walk, place.column, place.row);
    if (cell == NULL) {
        return;
    }
    cell->count = node->count;
    cell->sum_x = node->sum_x;
    cell->sum_y = node->sum_y;
    cell->min_x = node->min_x;
    cell->min_y = node->min_y;
    cell->max_x = node->max_x;
    cell->max_y = node->max_y;
    cell->first = first_in(node);
    memcpy(tallies_of(walk, cell), node->tallies, walk->pyramid->tally_count * sizeof(uint32_t));
}

static void add_to_cell(struct walk *walk, struct jalon_view_cell *cell,
                        const struct jalon_view_pyramid_item *item,
                        const struct jalon_view_entry *entry)
{
    bool is_first = cell->count == 0;
    struct jalon_view_spot spot = item->spot;
    cell->first = is_first ? item->slot : cell->first;
    cell->min_x = is_first || spot.x < cell->min_x ? spot.x : cell->min_x;
    cell->min_y = is_first || spot.y < cell->min_y ? spot.y : cell->min_y;
    cell->max_x = is_first || spot.x > cell->max_x ? spot.x : cell->max_x;
    cell->max_y = is_first || spot.y > cell->max_y ? spot.y : cell->max_y;
    cell->count++;
    cell->sum_x += spot.x;
    cell->sum_y += spot.y;
    jalon_view_pyramid_tally(walk->pyramid, &entry->contribution, tallies_of(walk, cell), 1);
}

/* Adds one item to its cell, which is a new one or one of those from `start` on. */
static void add_item(struct walk *walk, const struct jalon_view_pyramid_item *item,
                     const struct jalon_view_entry *entry, size_t start)
{
    int down = 32 - walk->depth;
    uint32_t column = item->spot.x >> down, row = item->spot.y >> down;
    for (size_t i = walk->cells->count; i > start; i--) {
        struct jalon_view_cell *cell = &walk->cells->cells[i - 1];
        if (cell->column == column && cell->row == row) {
            add_to_cell(walk, cell, item, entry);
            return;
        }
    }
    struct jalon_view_cell *cell = add_cell(walk, column, row);
    if (cell != NULL) {
        add_to_cell(walk, cell, item, entry);
    }
}

/* --- The walk --- */

static bool all_match(const struct walk *walk, const struct jalon_view_pyramid_node *node)
{
    return !walk->lookup->has_filter ||
           (walk->only_tally && node->tallies[walk->tally] == node->count);
}

static void take_items(struct walk *walk, const struct jalon_view_pyramid_node *leaf, size_t start)
{
    const struct jalon_view_lookup *lookup = walk->lookup;
    for (uint32_t i = 0; i < leaf->count && !walk->ended; i++) {
        const struct jalon_view_pyramid_item *item = &leaf->items[i];
        const struct jalon_view_entry *entry = lookup->collection->slots[item->slot].entry;
        if (!meets(walk, item_place(item->spot)) ||
            (lookup->has_filter &&
             !jalon_view_passes(lookup->snapshot->map, lookup->query, entry))) {
            continue;
        }
        if (walk->visit == NULL) {
            add_item(walk, item, entry, start);
        } else if (!walk->visit(walk->user, entry)) {
            walk->ended = true;
        }
    }
}

/* `start`: the first cell that may be one of this node's. */
static void take(struct walk *walk, const struct jalon_view_pyramid_node *node,
                 struct node_place place, size_t start)
{
    if (node->count == 0 || walk->ended || !meets(walk, place) ||
        (walk->tally >= 0 && node->tallies[walk->tally] == 0)) {
        return;
    }
    if (walk->visit == NULL && place.depth == walk->depth && all_match(walk, node)) {
        add_node(walk, node, place);
        return;
    }
    if (walk->visit == NULL && place.depth <= walk->depth) {
        start = walk->cells->count;
    }
    if (node->children == NULL) {
        take_items(walk, node, start);
        return;
    }
    for (uint32_t i = 0; i < 4; i++) {
        struct node_place child = {2 * place.column + (i & 1), 2 * place.row + (i >> 1),
                                   place.depth + 1};
        take(walk, &node->children[i], child, start);
    }
}

/* The tally that stands for the query's status or category, or -1. */
static int32_t find_tally(const struct jalon_view_pyramid *pyramid,
                          const struct jalon_view_query *query)
{
    const struct jalon_collection *collection = pyramid->collection;
    for (size_t i = 0; query->category >= 0 && i < collection->category_root_count; i++) {
        if (collection->category_roots[i] == query->category) {
            return (int32_t)i;
        }
    }
    return query->status >= 0 ? (int32_t)collection->category_root_count + query->status : -1;
}

static struct walk begin(const struct jalon_view_lookup *lookup)
{
    const struct jalon_view_pyramid *pyramid = &lookup->collection->pyramid;
    struct walk walk = {
        .lookup = lookup,
        .pyramid = pyramid,
        .depth = pyramid->plane.bits + lookup->zoom,
        .tally = find_tally(pyramid, lookup->query),
        .status = JALON_OK,
    };
    struct jalon_view_query rest = *lookup->query;
    if (walk.tally >= (int32_t)pyramid->collection->category_root_count) {
        rest.status = -1;
    } else if (walk.tally >= 0) {
        rest.category = -1;
    }
    walk.only_tally = walk.tally >= 0 && !jalon_view_has_filter(&rest);
    return walk;
}

enum jalon_status jalon_view_cells_find(struct jalon_context *ctx,
                                        const struct jalon_view_lookup *lookup,
                                        struct jalon_view_cells *cells)
{
    struct walk walk = begin(lookup);
    cells->count = 0;
    cells->tally_used = 0;
    walk.ctx = ctx;
    walk.cells = cells;
    take(&walk, &walk.pyramid->root, (struct node_place){0, 0, 0}, 0);
    return walk.status == JALON_OK && jalon_view_match_failed(lookup->query)
               ? jalon_fail(ctx, JALON_INTERNAL, "shapes could not be compared")
               : walk.status;
}

void jalon_view_cells_visit(const struct jalon_view_lookup *lookup,
                            bool (*visit)(void *user, const struct jalon_view_entry *entry),
                            void *user)
{
    struct walk walk = begin(lookup);
    walk.visit = visit;
    walk.user = user;
    take(&walk, &walk.pyramid->root, (struct node_place){0, 0, 0}, 0);
}
