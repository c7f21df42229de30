/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Places along a Z curve. Layer 2 (view), private. */
#ifndef JALON_VIEW_MORTON_H
#define JALON_VIEW_MORTON_H

#include "plane.h"

/* The bits of a number, with a zero before each. */
static inline uint64_t jalon_view_spread(uint32_t number)
{
    uint64_t x = number;
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    x = (x | x << 1) & UINT64_C(0x5555555555555555);
    return x;
}

/*
 * Where a spot is along the curve: the bits of y and x by turns, y first. So the quarters of a square
 * follow each other north-west, north-east, south-west, south-east. (Morton 1966.)
 */
static inline uint64_t jalon_view_morton(struct jalon_view_spot spot)
{
    return jalon_view_spread(spot.y) << 1 | jalon_view_spread(spot.x);
}

#endif
