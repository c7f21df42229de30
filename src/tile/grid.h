/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From degrees to units. Layer 2 (tile), private. */
#ifndef JALON_TILE_GRID_H
#define JALON_TILE_GRID_H

#include "jalon/tile.h"

/* Units around the world at the tile's zoom. */
double jalon_tile_world(struct jalon_tile tile);
/* Units from the tile's north-west corner, x as lon and y as lat, not rounded. */
struct jalon_position jalon_tile_project(struct jalon_tile tile, double world,
                                         struct jalon_position position);

#endif
