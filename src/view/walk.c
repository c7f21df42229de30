/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a walk goes, and the cells it finds. Layer 2 (view). */
#include "walk.h"

#include <assert.h>
#include <string.h>

void jalon_view_walk_fail(struct jalon_view_walk *walk, enum jalon_status status)
{
    walk->status = status;
    walk->ended = true;
}

/* --- Where --- */

/* The spots of some cells. */
static struct jalon_view_square square_of(struct jalon_view_cell_range range, int down)
{
    uint32_t rest = (uint32_t)((UINT64_C(1) << down) - 1);
    return (struct jalon_view_square){range.west << down, range.north << down,
                                      range.east << down | rest, range.south << down | rest};
}

static struct jalon_view_square common_of(struct jalon_view_square a, struct jalon_view_square b)
{
    return (struct jalon_view_square){
        a.min_x > b.min_x ? a.min_x : b.min_x,
        a.min_y > b.min_y ? a.min_y : b.min_y,
        a.max_x < b.max_x ? a.max_x : b.max_x,
        a.max_y < b.max_y ? a.max_y : b.max_y,
    };
}

bool jalon_view_walk_square(const struct jalon_view_walk *walk, size_t within,
                            struct jalon_view_square *out)
{
    const struct jalon_cluster_place *cell = &walk->lookup->within[within].place;
    struct jalon_view_cell_range one = {cell->column, cell->row, cell->column, cell->row};
    assert(cell->zoom <= walk->lookup->zoom);
    *out = common_of(square_of(walk->lookup->range, walk->down),
                     square_of(one, walk->down + walk->lookup->zoom - cell->zoom));
    return out->min_x <= out->max_x && out->min_y <= out->max_y;
}

void jalon_view_walk_squares(struct jalon_view_walk *walk)
{
    for (size_t i = 0; i < walk->lookup->within_count; i++) {
        walk->square_count += jalon_view_walk_square(walk, i, &walk->squares[walk->square_count]);
    }
    if (walk->lookup->within_count == 0) {
        walk->squares[walk->square_count++] = square_of(walk->lookup->range, walk->down);
    }
}

bool jalon_view_walk_meets(const struct jalon_view_walk *walk, const struct jalon_view_quad *node)
{
    for (size_t i = 0; i < walk->square_count; i++) {
        const struct jalon_view_square *square = &walk->squares[i];
        if (node->min_x <= square->max_x && node->max_x >= square->min_x &&
            node->min_y <= square->max_y && node->max_y >= square->min_y) {
            return true;
        }
    }
    return false;
}

bool jalon_view_walk_holds(const struct jalon_view_walk *walk, struct jalon_view_spot spot)
{
    for (size_t i = 0; i < walk->square_count; i++) {
        const struct jalon_view_square *square = &walk->squares[i];
        if (spot.x >= square->min_x && spot.x <= square->max_x && spot.y >= square->min_y &&
            spot.y <= square->max_y) {
            return true;
        }
    }
    return false;
}

/* --- Cells --- */

static bool make_room(struct jalon_view_walk *walk, size_t tally_count)
{
    struct jalon_view_cells *cells = walk->cells;
    struct jalon_arena *arena = walk->scope->ctx->arena;
    struct jalon_view_cell *all = jalon_arena_grow(arena, cells->cells, cells->count,
                                                   cells->count + 1, sizeof *all, &cells->capacity);
    if (all != NULL) {
        cells->cells = all;
    }
    uint32_t *tallies =
        jalon_arena_grow(arena, cells->tallies, cells->tally_used, cells->tally_used + tally_count,
                         sizeof *tallies, &cells->tally_capacity);
    if (tallies != NULL) {
        cells->tallies = tallies;
    }
    return all != NULL && tallies != NULL;
}

enum jalon_status jalon_view_walk_too_large(const struct jalon_view_walk *walk)
{
    return jalon_fail(walk->scope->ctx, JALON_TOO_LARGE,
                      "there is too much to merge: ask for a smaller box, or a lower zoom");
}

static bool has_tallies(const struct jalon_view_walk *walk, uint32_t column, uint32_t row)
{
    const struct jalon_view_cell_range *core = &walk->lookup->core;
    return !walk->lookup->without_tallies &&
           (!walk->lookup->has_core || (column >= core->west && column <= core->east &&
                                        row >= core->north && row <= core->south));
}

/* A new empty cell, or NULL when the walk has failed. */
static struct jalon_view_cell *add_cell(struct jalon_view_walk *walk, uint32_t column, uint32_t row)
{
    struct jalon_view_cells *cells = walk->cells;
    bool is_tallied = has_tallies(walk, column, row);
    size_t tally_count = is_tallied ? walk->scope->tally_count : 0;
    if (cells->count - walk->part_start == JALON_VIEW_CELLS_MAX) {
        jalon_view_walk_fail(walk, jalon_view_walk_too_large(walk));
        return NULL;
    }
    if (!make_room(walk, tally_count)) {
        jalon_view_walk_fail(walk, jalon_no_memory(walk->scope->ctx));
        return NULL;
    }
    if (is_tallied) {
        memset(cells->tallies + cells->tally_used, 0, tally_count * sizeof *cells->tallies);
    }
    struct jalon_view_cell *cell = &cells->cells[cells->count++];
    *cell = (struct jalon_view_cell){
        .column = column,
        .row = row,
        .min_x = UINT32_MAX,
        .min_y = UINT32_MAX,
        .part = walk->part,
        .quad = walk->quad,
        .tally = is_tallied ? (uint32_t)cells->tally_used : JALON_VIEW_NO_TALLY,
    };
    cells->tally_used += tally_count;
    return cell;
}

struct jalon_view_cell *jalon_view_walk_cell(struct jalon_view_walk *walk, uint32_t x, uint32_t y)
{
    struct jalon_view_cells *cells = walk->cells;
    uint32_t column = x >> walk->down, row = y >> walk->down;
    if (cells->count > walk->part_start) {
        struct jalon_view_cell *last = &cells->cells[cells->count - 1];
        if (last->column == column && last->row == row) {
            return last;
        }
    }
    return add_cell(walk, column, row);
}
