/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Going through the squares of a collection for what a query matches: in the segments by their
 * nodes, which answer for all below them where everything matches, in the delta one by one. Layer 2
 * (view), private.
 */
#ifndef JALON_VIEW_CELLS_H
#define JALON_VIEW_CELLS_H

#include "jalon/cluster.h"

#include "merge.h"
#include "scope.h"

#define JALON_VIEW_CELLS_MAX ((size_t)4 * JALON_CLUSTER_LIMIT)

/* Where the points of a cell are: a part, and if it is a segment a quad. */
struct jalon_view_source {
    uint32_t part, quad;
};

/* A cell that was found, and all its sources; NULL: not known. */
struct jalon_view_confine {
    struct jalon_cluster_place place;
    const struct jalon_view_source *sources;
    size_t source_count;
};

/* Where to look. */
struct jalon_view_lookup {
    int zoom;
    struct jalon_view_cell_range range; /* of that zoom */
    /* Only what is in one of these cells, of this or a lower zoom; none: everywhere. */
    struct jalon_view_confine within[4];
    struct jalon_view_source own[4]; /* the sources of those that have one */
    size_t within_count;
    bool has_core; /* else `core` is everywhere */
    /* Cells whose tallies are asked for, and of which it has to be right what they are merged to. */
    struct jalon_view_cell_range core;
    bool without_tallies;
};

struct jalon_view_cells {
    struct jalon_view_cell *cells;
    size_t count;
    size_t capacity;
    uint32_t *tallies; /* of cell i: from cells[i].tally, or none; owned by the arena, as the cells */
    size_t tally_used;
    size_t tally_capacity;
    struct jalon_view_source *sources; /* of cells in several parts */
    size_t source_capacity;
    struct jalon_view_cell *spare; /* for sorting, as what follows */
    size_t spare_capacity;
    struct jalon_view_hit *hits; /* two for each cell */
    size_t hit_capacity;
};

/* Fills in where the points of cell i are; as long as the cells stay there. */
static inline void jalon_view_cells_confine(const struct jalon_view_cells *cells, size_t i,
                                            struct jalon_view_source *own,
                                            struct jalon_view_confine *out)
{
    const struct jalon_view_cell *cell = &cells->cells[i];
    if (cell->part != JALON_VIEW_NO_PART) {
        *own = (struct jalon_view_source){cell->part, cell->quad};
        out->sources = own;
        out->source_count = 1;
    } else {
        out->sources = cell->source_count > 0 ? cells->sources + cell->quad : NULL;
        out->source_count = cell->source_count;
    }
}

/* The whole map at a zoom. */
struct jalon_view_cell_range jalon_view_cells_all(const struct jalon_view_plane *plane, int zoom);
/*
 * The cells that have matches in them, by row, then column, each once. `cells` is zeroed, or one
 * used before, whose memory then serves again. JALON_NO_MEMORY; JALON_TOO_LARGE: more than
 * JALON_VIEW_CELLS_MAX; JALON_INTERNAL: shapes could not be compared.
 */
enum jalon_status jalon_view_cells_find(struct jalon_view_scope *scope,
                                        const struct jalon_view_lookup *lookup,
                                        struct jalon_view_cells *cells) JALON_MUST_USE;
/*
 * Calls `visit` for each match; false from it ends the visit, and is no failure. JALON_NO_MEMORY,
 * JALON_INTERNAL as above.
 */
enum jalon_status jalon_view_cells_visit(struct jalon_view_scope *scope,
                                         const struct jalon_view_lookup *lookup,
                                         bool (*visit)(void *user, struct jalon_view_place place),
                                         void *user) JALON_MUST_USE;
/* Sorts cells by row, then column, and makes those one that are the same. False: no memory. */
bool jalon_view_cells_fold(struct jalon_arena *arena, struct jalon_view_cells *cells,
                           uint32_t tally_count);

#endif
