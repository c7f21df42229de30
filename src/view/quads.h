/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the squares of a segment's placed rows come to: a quadtree of sums. Layer 2 (view), private.
 *
 * Rows are in the order of a Z curve, so a node is a range of them. There are nodes for the whole
 * and for each quarter of a node of more than JALON_VIEW_LEAF rows that holds some; a square whose
 * rows all lie in one quarter is left out (a compressed quadtree: Aluru 2004). About 5 nodes for
 * 100 rows.
 */
#ifndef JALON_VIEW_QUADS_H
#define JALON_VIEW_QUADS_H

#include "image.h"
#include "plane.h"

enum { JALON_VIEW_LEAF = 32 };

struct jalon_view_quad {
    uint64_t sum_x, sum_y; /* of spots */
    uint32_t start, count; /* rows; > 0 */
    uint32_t min_x, min_y, max_x, max_y;
    uint32_t children;    /* the first of them */
    uint32_t child_count; /* 0: a leaf */
};

struct jalon_view_quads {
    const struct jalon_view_quad *items; /* [0]: all rows */
    uint32_t count;                      /* 0: no rows */
    uint32_t tally_count;
    const uint32_t *tallies; /* tally_count for each node */
    /* Of each row, where in the lists those are that it counts in: how many, and which. */
    const uint32_t *list_at;
    const uint16_t *lists;
};

/* The rows, in order. */
struct jalon_view_quads_source {
    const struct jalon_view_spot *spots;
    uint32_t count;
    uint32_t tally_count;
    /* As in the nodes; each row may have its own. */
    const uint32_t *list_at;
    const uint16_t *lists;
};

/* Appends the nodes to the image, for jalon_view_quads_open; answers where. False: no memory. */
bool jalon_view_quads_write(struct jalon_view_image *image,
                            const struct jalon_view_quads_source *source, uint64_t *out_at);
/* Those in an image, which holds them at `at`: borrowed. */
struct jalon_view_quads jalon_view_quads_open(const unsigned char *image, uint64_t at);

/* Adds a row to tallies. */
static inline void jalon_view_quads_tally(const struct jalon_view_quads *quads, uint32_t row,
                                          uint32_t *tallies)
{
    const uint16_t *list = quads->lists + quads->list_at[row];
    for (uint16_t i = 1; i <= list[0]; i++) {
        tallies[list[i]]++;
    }
}

#endif
