/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Putting the cells that several parts have found in order, each once. Layer 2 (view). */
#include "cells.h"

static struct jalon_view_hit *sorted(struct jalon_view_cells *cells)
{
    struct jalon_view_hit *hits = cells->hits;
    for (size_t i = 0; i < cells->count; i++) {
        const struct jalon_view_cell *cell = &cells->cells[i];
        hits[i] =
            (struct jalon_view_hit){(uint64_t)cell->row << 32 | cell->column, {0, (uint32_t)i}};
    }
    return jalon_view_sort_hits(hits, hits + cells->count, cells->count);
}

static void add(struct jalon_view_cell *to, const struct jalon_view_cell *from, uint32_t *tallies,
                uint32_t tally_count)
{
    to->count += from->count;
    to->sum_x += from->sum_x;
    to->sum_y += from->sum_y;
    to->min_x = from->min_x < to->min_x ? from->min_x : to->min_x;
    to->min_y = from->min_y < to->min_y ? from->min_y : to->min_y;
    to->max_x = from->max_x > to->max_x ? from->max_x : to->max_x;
    to->max_y = from->max_y > to->max_y ? from->max_y : to->max_y;
    for (uint32_t i = 0; i < tally_count && to->tally != JALON_VIEW_NO_TALLY; i++) {
        tallies[to->tally + i] += tallies[from->tally + i];
    }
}

static bool make_room(struct jalon_arena *arena, struct jalon_view_cells *cells)
{
    struct jalon_view_cell *spare = jalon_arena_grow(arena, cells->spare, 0, cells->count,
                                                     sizeof *spare, &cells->spare_capacity);
    struct jalon_view_source *sources = jalon_arena_grow(
        arena, cells->sources, 0, cells->count, sizeof *sources, &cells->source_capacity);
    struct jalon_view_hit *hits = jalon_arena_grow(arena, cells->hits, 0, 2 * cells->count,
                                                   sizeof *hits, &cells->hit_capacity);
    cells->spare = spare != NULL ? spare : cells->spare;
    cells->hits = hits != NULL ? hits : cells->hits;
    cells->sources = sources != NULL ? sources : cells->sources;
    return spare != NULL && hits != NULL && sources != NULL;
}

/* Notes where the points of the cell at `at`, in order, are as well; the one before it is the same. */
static void add_source(const struct jalon_view_cells *cells, struct jalon_view_cell *to,
                       const struct jalon_view_cell *from, size_t at)
{
    bool is_known = to->part != JALON_VIEW_NO_PART || to->source_count > 0;
    if (!is_known || from->part == JALON_VIEW_NO_PART) {
        to->part = JALON_VIEW_NO_PART;
        to->source_count = 0;
        return;
    }
    if (to->part == from->part) {
        return; /* the delta */
    }
    if (to->part != JALON_VIEW_NO_PART) {
        cells->sources[at - 1] = (struct jalon_view_source){to->part, to->quad};
        to->part = JALON_VIEW_NO_PART;
        to->quad = (uint32_t)(at - 1);
        to->source_count = 1;
    }
    struct jalon_view_source *sources = cells->sources + to->quad;
    if (sources[to->source_count - 1].part != from->part) {
        sources[to->source_count++] = (struct jalon_view_source){from->part, from->quad};
    }
}

bool jalon_view_cells_fold(struct jalon_arena *arena, struct jalon_view_cells *cells,
                           uint32_t tally_count)
{
    if (cells->count < 2) {
        return true;
    }
    if (!make_room(arena, cells)) {
        return false;
    }
    const struct jalon_view_hit *hits = sorted(cells);
    struct jalon_view_cell *out = cells->spare;
    size_t count = 0;
    for (size_t i = 0; i < cells->count; i++) {
        const struct jalon_view_cell *cell = &cells->cells[hits[i].place.row];
        if (i > 0 && hits[i].key == hits[i - 1].key) {
            add(&out[count - 1], cell, cells->tallies, tally_count);
            add_source(cells, &out[count - 1], cell, i);
        } else {
            out[count++] = *cell;
        }
    }
    size_t capacity = cells->capacity;
    cells->spare = cells->cells;
    cells->cells = out;
    cells->count = count;
    cells->capacity = cells->spare_capacity;
    cells->spare_capacity = capacity;
    return true;
}
