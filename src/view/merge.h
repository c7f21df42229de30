/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which cells of a grid are one cluster. Layer 2 (view), private.
 *
 * The plane is cut into square cells of side s, and each cell with points in it stands at their
 * mean, which lies inside it. Two that are less than d <= s / 3 apart are merged and stand at their
 * common mean. This is done in blocks of 2 x 2 cells, the two closest of a block first, until no
 * two inside the block are closer than d. The blocks around all corners of the grid are visited in
 * four turns: those of even column and row, of odd column, of odd row, of both odd. The blocks of a
 * turn do not overlap, so their order does not matter. (Turns by colour to make a greedy choice
 * local: Wei 2008, "Parallel Poisson disk sampling"; Jones and Plassmann 1993.)
 *
 * (1) Only cells around one corner are ever less than d apart. Let a cluster hold cells on both
 * sides of the line x = 0. When it first did, two means on both sides of it were less than d apart,
 * so both were within d of it. With one cell on the right its mean stays left of d: what joins
 * later is on the left. With two, the second may pull it to the right by less than d: left of 2d.
 * It holds at most 4 cells, by induction around one corner, so on each side at most two. Now a
 * cluster P around the corner (0, 0), and another, Q, closer than d to it, with a cell beyond x =
 * s. If Q has no cell left of x = s, it is at least s - 2d >= d away. Else it crosses x = s; P and
 * Q have different cells in the column between. When each has one, P.x < d and Q.x > s - d: at
 * least s - 2d apart. When P has both (or Q; the same turned round), Q's is above or below. If Q
 * has none in the rows of P, then Q.y >= s > P.y + d. Else Q is around the corner (s, s) and has
 * not the cell between the two corners: then s - Q.x + s - Q.y < d, because without it the mean
 * leans over the diagonal by less than the d that its members in the other two cells may be apart;
 * and P.x + P.y < d + sqrt(2) d, the same and one more merge. So Q.x + Q.y - P.x - P.y > 2 s - 3.42
 * d >= 2.58 d: they are 1.8 d apart.
 *
 * (2) After the four turns no two are closer than d. By (1) such a pair lies in one block. It was
 * not there when the block was left, so one of the two was merged later, in another block; being in
 * both blocks it has two cells, side by side, that were single before. But then both were single
 * and less than d apart when the first block was left.
 *
 * (3) What a cell becomes depends on cells at most 4 columns and 3 rows away: a turn looks one cell
 * beyond what the turn before has touched.
 *
 * (4) A cluster lies in one block: within a square of side 2 s.
 */
#ifndef JALON_VIEW_MERGE_H
#define JALON_VIEW_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sort.h"

/* How far, in columns and rows, what decides about a cell can be: (3). */
#define JALON_VIEW_MERGE_NEAR 4
#define JALON_VIEW_MERGE_NEAR_ROWS 3
/* And how far from where its cluster stands: (4). */
#define JALON_VIEW_MERGE_REACH (JALON_VIEW_MERGE_NEAR + 1)
#define JALON_VIEW_MERGE_REACH_ROWS (JALON_VIEW_MERGE_NEAR_ROWS + 1)

#define JALON_VIEW_NO_PART UINT32_MAX
#define JALON_VIEW_NO_TALLY UINT32_MAX

/* Cells of a zoom, first and last included. */
struct jalon_view_cell_range {
    uint32_t west, north, east, south;
};

/* A cell and the points in it; coordinates are those of plane.h. */
struct jalon_view_cell {
    uint32_t column, row;
    uint32_t count;                /* of points; > 0 */
    struct jalon_view_place first; /* one of them */
    /* The part that all of them are in, JALON_VIEW_NO_PART: several; in a segment, the quad that
     * holds all of them. Of several: where their sources begin. */
    uint32_t part, quad;
    uint32_t source_count; /* 0: not known, if there are several */
    uint64_t sum_x, sum_y;
    uint32_t min_x, min_y, max_x, max_y;
    uint32_t tally;        /* where its counts by category and status are, or JALON_VIEW_NO_TALLY */
    double mean_x, mean_y; /* set by merge, as what follows */
    uint32_t cluster;      /* index of the first cell of its cluster, its own for that one */
    uint32_t next;         /* the next cell of the cluster; JALON_VIEW_NO_CELL: the last */
};

#define JALON_VIEW_NO_CELL UINT32_MAX

/*
 * Sets the clusters of cells that are sorted by row, then column. They are right for cells in
 * `core` if all cells are there that are near it, JALON_VIEW_MERGE_NEAR columns and
 * JALON_VIEW_MERGE_NEAR_ROWS rows. The first cell of each cluster then has count, sums and bounds of
 * all of it; the others keep their own.
 */
void jalon_view_cells_merge(struct jalon_view_cell *cells, size_t count, double distance,
                            struct jalon_view_cell_range core);

#endif
