/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Going through squares. Layer 2 (view).
 *
 * A node whose spots are all in one cell answers for all its rows when they match and are alive, as
 * the tally of a status or a root category may say, and with what is kept of it for the query else
 * (rows_sum.c). When its tally says that none matches, it is passed over.
 */
#include "cells.h"

#include "tally.h"
#include "walk.h"

struct jalon_view_cell_range jalon_view_cells_all(const struct jalon_view_plane *plane, int zoom)
{
    uint32_t last = (uint32_t)(((uint64_t)plane->cells << zoom) - 1);
    return (struct jalon_view_cell_range){0, 0, last, last};
}

/* --- Sums --- */

static void add_spot(struct jalon_view_cell *cell, struct jalon_view_spot spot,
                     struct jalon_view_place place)
{
    cell->first = place;
    cell->count++;
    cell->sum_x += spot.x;
    cell->sum_y += spot.y;
    jalon_view_cell_widen(cell, spot, spot);
}

static void add_tallies(const struct jalon_view_walk *walk, const struct jalon_view_cell *cell,
                        const uint32_t *more)
{
    uint32_t *tallies = jalon_view_walk_tallies(walk, cell);
    for (uint32_t i = 0; tallies != NULL && i < walk->scope->tally_count; i++) {
        tallies[i] += more[i];
    }
}

static void add_node(struct jalon_view_walk *walk, uint32_t at)
{
    const struct jalon_view_quads *quads = &walk->segment->quads;
    const struct jalon_view_quad *node = &quads->items[at];
    struct jalon_view_cell *cell = jalon_view_walk_cell(walk, node->min_x, node->min_y);
    if (cell == NULL) {
        return;
    }
    cell->first = (struct jalon_view_place){walk->part, node->start};
    cell->count += node->count;
    cell->sum_x += node->sum_x;
    cell->sum_y += node->sum_y;
    jalon_view_cell_widen(cell, (struct jalon_view_spot){node->min_x, node->min_y},
                          (struct jalon_view_spot){node->max_x, node->max_y});
    const uint32_t *tallies = quads->tallies + (size_t)at * quads->tally_count;
    add_tallies(walk, cell, tallies);
}

/* --- Rows --- */

static void take_row(struct jalon_view_walk *walk, uint32_t row)
{
    struct jalon_view_spot spot = walk->segment->spots[row];
    struct jalon_view_place place = {walk->part, row};
    if (walk->visit != NULL) {
        walk->ended = !walk->visit(walk->user, place);
        return;
    }
    struct jalon_view_cell *cell = jalon_view_walk_cell(walk, spot.x, spot.y);
    if (cell == NULL) {
        return;
    }
    add_spot(cell, spot, place);
    if (cell->tally != JALON_VIEW_NO_TALLY) {
        jalon_view_quads_tally(&walk->segment->quads, row, jalon_view_walk_tallies(walk, cell));
    }
}

static void take_every_row(struct jalon_view_walk *walk, uint32_t start, uint32_t end)
{
    for (uint32_t row = start; row < end && !walk->ended; row++) {
        if (jalon_view_walk_holds(walk, walk->segment->spots[row])) {
            take_row(walk, row);
        }
    }
}

/* Those of a block that match and are alive. */
static void take_rows(struct jalon_view_walk *walk, uint32_t start, uint32_t end)
{
    uint64_t words[JALON_VIEW_BLOCK_WORDS];
    uint32_t base = start - start % JALON_VIEW_BLOCK;
    jalon_view_rows_block(walk->rows, start / JALON_VIEW_BLOCK, words);
    for (uint32_t i = (start - base) / 64; base + 64 * i < end; i++) {
        uint32_t first = base + 64 * i;
        uint64_t word = words[i];
        word &= first < start ? UINT64_MAX << (start - first) : UINT64_MAX;
        word &= end - first < 64 ? (UINT64_C(1) << (end - first)) - 1 : UINT64_MAX;
        for (; word != 0 && !walk->ended; word &= word - 1) {
            uint32_t row = first + (uint32_t)jalon_view_lowest_bit(word);
            if (jalon_view_walk_holds(walk, walk->segment->spots[row])) {
                take_row(walk, row);
            }
        }
    }
}

static void take_range(struct jalon_view_walk *walk, uint32_t start, uint32_t end)
{
    if (walk->rows == NULL) {
        take_every_row(walk, start, end);
        return;
    }
    while (start < end && !walk->ended) {
        uint32_t next = (start / JALON_VIEW_BLOCK + 1) * JALON_VIEW_BLOCK;
        take_rows(walk, start, next < end ? next : end);
        start = next;
    }
}

/* --- Nodes --- */

/* Does the tally rule out that anything in the node matches? */
static bool is_ruled_out(const struct jalon_view_walk *walk, uint32_t at)
{
    return walk->rows != NULL && jalon_view_rows_none(walk->rows, at);
}

/* What of a node in one cell matches and is alive. */
static void add_some(struct jalon_view_walk *walk, uint32_t at)
{
    struct jalon_view_sum sum;
    const uint32_t *tallies = jalon_view_rows_sum(walk->rows, at, &sum);
    struct jalon_view_cell *cell =
        tallies != NULL && sum.count > 0 ? jalon_view_walk_cell(walk, sum.min_x, sum.min_y) : NULL;
    if (cell == NULL) {
        return;
    }
    cell->first = (struct jalon_view_place){walk->part, sum.first};
    cell->count += sum.count;
    cell->sum_x += sum.x;
    cell->sum_y += sum.y;
    jalon_view_cell_widen(cell, (struct jalon_view_spot){sum.min_x, sum.min_y},
                          (struct jalon_view_spot){sum.max_x, sum.max_y});
    add_tallies(walk, cell, tallies);
}

static bool is_one_cell(const struct jalon_view_walk *walk, const struct jalon_view_quad *node)
{
    return node->min_x >> walk->down == node->max_x >> walk->down &&
           node->min_y >> walk->down == node->max_y >> walk->down;
}

static void take(struct jalon_view_walk *walk, uint32_t at)
{
    const struct jalon_view_quad *node = &walk->segment->quads.items[at];
    if (walk->ended || !jalon_view_walk_meets(walk, node) || is_ruled_out(walk, at)) {
        return;
    }
    walk->quad = at;
    if (walk->visit == NULL && is_one_cell(walk, node)) {
        if (walk->rows == NULL || jalon_view_rows_all(walk->rows, at)) {
            add_node(walk, at);
        } else {
            add_some(walk, at);
        }
        return;
    }
    if (node->child_count == 0) {
        take_range(walk, node->start, node->start + node->count);
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        take(walk, node->children + i);
    }
}

/* --- Parts --- */

/* From a quad on. */
static void walk_segment(struct jalon_view_walk *walk, uint32_t part, uint32_t quad)
{
    struct jalon_view_segment *segment = walk->scope->collection->parts->segments[part];
    if (segment->quads.count == 0 || !jalon_view_walk_meets(walk, &segment->quads.items[quad])) {
        return;
    }
    walk->segment = segment;
    walk->part = part;
    walk->rows = NULL;
    if (walk->scope->has_filter || atomic_load_explicit(&segment->dead, memory_order_relaxed) > 0) {
        enum jalon_status status = jalon_view_scope_rows(walk->scope, part, &walk->rows);
        if (status != JALON_OK) {
            jalon_view_walk_fail(walk, status);
            return;
        }
    }
    take(walk, quad);
}

static void take_entry(struct jalon_view_walk *walk, uint32_t at)
{
    const struct jalon_view_delta *delta = walk->scope->collection->parts->delta;
    struct jalon_view_place place = {walk->part, at};
    struct jalon_view_spot spot = delta->spots[at];
    if (walk->visit != NULL) {
        walk->ended = !walk->visit(walk->user, place);
        return;
    }
    struct jalon_view_cell *cell = jalon_view_walk_cell(walk, spot.x, spot.y);
    if (cell == NULL) {
        return;
    }
    add_spot(cell, spot, place);
    if (cell->tally != JALON_VIEW_NO_TALLY) {
        const struct jalon_contribution *one = &delta->entries[at]->contribution;
        struct jalon_view_tallied tallied = {one->categories, one->category_count, one->status};
        jalon_view_tally_add(walk->scope->map, walk->scope->description, &tallied,
                             jalon_view_walk_tallies(walk, cell));
    }
}

static void walk_delta(struct jalon_view_walk *walk)
{
    const struct jalon_view_collection *collection = walk->scope->collection;
    const struct jalon_view_delta *delta = collection->parts->delta;
    walk->part = (uint32_t)collection->parts->segment_count;
    for (uint32_t i = 0; i < collection->delta_count && !walk->ended; i++) {
        if (delta->entries[i]->has_box && jalon_view_walk_holds(walk, delta->spots[i]) &&
            jalon_view_scope_has(walk->scope, i)) {
            take_entry(walk, i);
        }
    }
}

/* Ends a part: cells that several have are made one. */
static void end_part(struct jalon_view_walk *walk, bool is_last)
{
    struct jalon_view_cells *cells = walk->cells;
    if (walk->ended || cells == NULL || (!is_last && cells->count <= JALON_VIEW_CELLS_MAX)) {
        return;
    }
    if (!jalon_view_cells_fold(walk->scope->ctx->arena, cells, walk->scope->tally_count)) {
        jalon_view_walk_fail(walk, jalon_no_memory(walk->scope->ctx));
    } else if (cells->count > JALON_VIEW_CELLS_MAX) {
        jalon_view_walk_fail(walk, jalon_view_walk_too_large(walk));
    }
}

static void walk_part(struct jalon_view_walk *walk, uint32_t part, uint32_t quad)
{
    if (part < walk->scope->collection->parts->segment_count) {
        walk_segment(walk, part, quad);
    } else {
        walk_delta(walk);
    }
}

static void walk_all(struct jalon_view_walk *walk)
{
    uint32_t count = (uint32_t)walk->scope->collection->parts->segment_count;
    jalon_view_walk_squares(walk);
    for (uint32_t part = 0; part <= count && !walk->ended; part++) {
        walk->part_start = walk->cells != NULL ? walk->cells->count : 0;
        walk_part(walk, part, 0);
        end_part(walk, part == count);
    }
}

/* Is it known of each cell that the look-up is confined to where all in it is? */
static bool is_known(const struct jalon_view_lookup *lookup)
{
    bool known = lookup->within_count > 0;
    for (size_t i = 0; i < lookup->within_count; i++) {
        known = known && lookup->within[i].sources != NULL;
    }
    return known;
}

static void walk_known(struct jalon_view_walk *walk)
{
    const struct jalon_view_lookup *lookup = walk->lookup;
    walk->square_count = 1;
    for (size_t i = 0; i < lookup->within_count; i++) {
        const struct jalon_view_confine *within = &lookup->within[i];
        bool is_there = jalon_view_walk_square(walk, i, &walk->squares[0]);
        for (size_t j = 0; j < within->source_count && is_there && !walk->ended; j++) {
            walk->part_start = walk->cells != NULL ? walk->cells->count : 0;
            walk_part(walk, within->sources[j].part, within->sources[j].quad);
        }
    }
    end_part(walk, true);
}

static enum jalon_status walk_parts(struct jalon_view_walk *walk)
{
    walk->down = 32 - walk->scope->collection->plane.bits - walk->lookup->zoom;
    walk->status = JALON_OK;
    if (is_known(walk->lookup)) {
        walk_known(walk);
    } else {
        walk_all(walk);
    }
    return walk->status == JALON_OK ? jalon_view_scope_check(walk->scope) : walk->status;
}

enum jalon_status jalon_view_cells_find(struct jalon_view_scope *scope,
                                        const struct jalon_view_lookup *lookup,
                                        struct jalon_view_cells *cells)
{
    struct jalon_view_walk walk = {.scope = scope, .lookup = lookup, .cells = cells};
    cells->count = 0;
    cells->tally_used = 0;
    return walk_parts(&walk);
}

enum jalon_status jalon_view_cells_visit(struct jalon_view_scope *scope,
                                         const struct jalon_view_lookup *lookup,
                                         bool (*visit)(void *user, struct jalon_view_place place),
                                         void *user)
{
    struct jalon_view_walk walk = {.scope = scope, .lookup = lookup, .visit = visit, .user = user};
    return walk_parts(&walk);
}
