/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Going through a collection's pyramid for what a query matches. Layer 2 (view), private. */
#ifndef JALON_VIEW_CELLS_H
#define JALON_VIEW_CELLS_H

#include "jalon/cluster.h"

#include "merge.h"
#include "snapshot.h"

#define JALON_VIEW_CELLS_MAX ((size_t)4 * JALON_CLUSTER_LIMIT)

/* Cells of a zoom, first and last included. */
struct jalon_view_cell_range {
    uint32_t west, north, east, south;
};

/* Where and for what to look. */
struct jalon_view_lookup {
    const struct jalon_snapshot *snapshot;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query; /* its box is not looked at */
    bool has_filter;
    int zoom;
    struct jalon_view_cell_range range; /* of that zoom */
    /* Only what is in one of these cells, of another zoom; none: everywhere. */
    struct jalon_cluster_place within[4];
    size_t within_count;
};

struct jalon_view_cells {
    struct jalon_view_cell *cells;
    size_t count;
    size_t capacity;
    uint32_t *tallies; /* of cell i: from cells[i].tally; owned by the arena, as the cells */
    size_t tally_used;
    size_t tally_capacity;
};

/* The whole map at a zoom. */
struct jalon_view_cell_range jalon_view_cells_all(const struct jalon_view_plane *plane, int zoom);
/*
 * The cells that have matches in them, in no order, each once. `cells` is zeroed, or one used before,
 * whose memory then serves again. JALON_NO_MEMORY; JALON_TOO_LARGE: more than JALON_VIEW_CELLS_MAX.
 */
enum jalon_status jalon_view_cells_find(struct jalon_context *ctx,
                                        const struct jalon_view_lookup *lookup,
                                        struct jalon_view_cells *cells)
    JALON_MUST_USE;
/* Calls `visit` for each match; false from it ends the visit. */
void jalon_view_cells_visit(const struct jalon_view_lookup *lookup,
                            bool (*visit)(void *user, const struct jalon_view_entry *entry),
                            void *user);

#endif
