/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A walk through the parts of a collection: where it goes, and what it has found. Layer 2 (view),
 * private to cells.c. */
#ifndef JALON_VIEW_WALK_H
#define JALON_VIEW_WALK_H

#include "cells.h"

/* From the first spot to the last. */
struct jalon_view_square {
    uint32_t min_x, min_y, max_x, max_y;
};

struct jalon_view_walk {
    struct jalon_view_scope *scope;
    const struct jalon_view_lookup *lookup;
    int down;                            /* a spot's column is x >> down */
    struct jalon_view_square squares[4]; /* where to look: whole cells */
    size_t square_count;
    /* The segment: */
    const struct jalon_view_segment *segment;
    struct jalon_view_rows *rows; /* NULL: every row matches and is alive */
    uint32_t part;
    uint32_t quad;     /* the one being looked at, or one above it in the same cell */
    size_t part_start; /* its first cell */
    /* Finding: */
    struct jalon_view_cells *cells;
    enum jalon_status status;
    /* Visiting: */
    bool (*visit)(void *user, struct jalon_view_place place);
    void *user;
    bool ended;
};

/* Ends it. */
void jalon_view_walk_fail(struct jalon_view_walk *walk, enum jalon_status status);
enum jalon_status jalon_view_walk_too_large(const struct jalon_view_walk *walk) JALON_MUST_USE;

/* The part of the range in a cell that the look-up is confined to; false: there is none. */
bool jalon_view_walk_square(const struct jalon_view_walk *walk, size_t within,
                            struct jalon_view_square *out);
/* All squares that the look-up is for. */
void jalon_view_walk_squares(struct jalon_view_walk *walk);
bool jalon_view_walk_meets(const struct jalon_view_walk *walk, const struct jalon_view_quad *quad);
bool jalon_view_walk_holds(const struct jalon_view_walk *walk, struct jalon_view_spot spot);

/*
 * The cell of a spot: rows of one cell follow each other, so it is the last one, or new and empty.
 * NULL when the walk has failed.
 */
struct jalon_view_cell *jalon_view_walk_cell(struct jalon_view_walk *walk, uint32_t x, uint32_t y);

/* NULL: nobody asks for them. */
static inline uint32_t *jalon_view_walk_tallies(const struct jalon_view_walk *walk,
                                                const struct jalon_view_cell *cell)
{
    return cell->tally != JALON_VIEW_NO_TALLY ? walk->cells->tallies + cell->tally : NULL;
}

static inline void jalon_view_cell_widen(struct jalon_view_cell *cell, struct jalon_view_spot low,
                                         struct jalon_view_spot high)
{
    cell->min_x = low.x < cell->min_x ? low.x : cell->min_x;
    cell->min_y = low.y < cell->min_y ? low.y : cell->min_y;
    cell->max_x = high.x > cell->max_x ? high.x : cell->max_x;
    cell->max_y = high.y > cell->max_y ? high.y : cell->max_y;
}

#endif
