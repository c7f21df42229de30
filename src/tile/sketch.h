/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A shape on its way into a tile: positions in units, x as lon and y as lat, y downward. Layer 2
 * (tile), private.
 */
#ifndef JALON_TILE_SKETCH_H
#define JALON_TILE_SKETCH_H

#include "grid.h"

/* Growing lists of positions; `ends` and `polygons` as in struct jalon_geometry. */
struct jalon_tile_sketch {
    struct jalon_context *ctx; /* its arena holds the arrays */
    struct jalon_position *positions;
    size_t count;
    size_t capacity;
    uint32_t *ends;
    size_t end_count;
    size_t end_capacity;
    uint32_t *polygons;
    size_t polygon_count;
    size_t polygon_capacity;
    bool failed; /* no memory: what is added goes nowhere */
};

/* The index of the first position of a line or ring. */
size_t jalon_tile_sketch_start(const struct jalon_tile_sketch *sketch, size_t ring);
void jalon_tile_sketch_add(struct jalon_tile_sketch *sketch, struct jalon_position position);
/* Ends the line or ring of what was added since the last one; drops it below `least` positions. */
bool jalon_tile_sketch_end(struct jalon_tile_sketch *sketch, size_t least);
/* Ends the polygon of the rings since the last one. */
void jalon_tile_sketch_end_polygon(struct jalon_tile_sketch *sketch);

/* --- clip.c --- */
/* Adds the parts of a line that are within the tile and its margin. */
void jalon_tile_clip_line(struct jalon_tile_sketch *sketch, const struct jalon_position *line,
                          size_t count);
/*
 * Adds what a closed ring is within the tile and its margin, as one ring whose pieces may hang
 * together along the border; false when nothing is left.
 */
bool jalon_tile_clip_ring(struct jalon_tile_sketch *sketch, const struct jalon_position *ring,
                          size_t count);

/* --- simplify.c --- */
/*
 * Keeps the first and last position and of the others what is needed to stay within `tolerance`;
 * in place. The new count.
 */
size_t jalon_tile_simplify(struct jalon_position *line, size_t count, double tolerance);

#endif
