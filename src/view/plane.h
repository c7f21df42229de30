/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The plane that clusters are made on: the Mercator square of web maps in whole numbers. Layer 2
 * (view), private.
 *
 * Whole numbers, so that sums of positions do not depend on the order of adding. The square is n
 * cells wide at zoom 0, n chosen so that a cell is at least 1.5 radiuses wide; the numbers are scaled
 * so that a cell of zoom z is what has the same leading `bits` + z bits. At least 9 mm a unit.
 * Source: EPSG method 1024, Popular Visualisation Pseudo Mercator.
 */
#ifndef JALON_VIEW_PLANE_H
#define JALON_VIEW_PLANE_H

#include "jalon/geometry.h"

struct jalon_view_plane {
    uint32_t cells; /* n */
    int bits;       /* 2^bits >= n */
    double scale;   /* units the square is wide */
    double radius;  /* units at zoom 0 */
};

struct jalon_view_spot {
    uint32_t x; /* from the west */
    uint32_t y; /* from the north */
};

/* `radius` is in pixels of a square that is 512 wide at zoom 0, from 10 to 85. */
struct jalon_view_plane jalon_view_plane_make(int radius);
/* Latitudes beyond those of the square count at its edge. */
struct jalon_view_spot jalon_view_plane_spot(const struct jalon_view_plane *plane,
                                             struct jalon_position position);
struct jalon_position jalon_view_plane_position(const struct jalon_view_plane *plane, double x,
                                                double y);

#endif
