/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Does a geometry meet an area? Exact over positions, not over bounding boxes. Layer 2 (view),
 * private.
 */
#ifndef JALON_VIEW_MEETS_H
#define JALON_VIEW_MEETS_H

#include <math.h>
#include <stdbool.h>

#include "jalon/geometry.h"

/* A box of a query, cut at the antimeridian: one or two boxes with west <= east. */
struct jalon_view_area {
    struct jalon_box parts[2];
    int count;
};

struct jalon_view_area jalon_view_area_make(struct jalon_box box);

/* Does the box, west <= east, share a point with the area? */
static inline bool jalon_view_area_meets(const struct jalon_view_area *area,
                                         const struct jalon_box *box)
{
    for (int i = 0; i < area->count; i++) {
        const struct jalon_box *part = &area->parts[i];
        if (box->west <= part->east && box->east >= part->west && box->south <= part->north &&
            box->north >= part->south) {
            return true;
        }
    }
    return false;
}

/* Does it lie in one part of it? */
static inline bool jalon_view_area_holds(const struct jalon_view_area *area,
                                         const struct jalon_box *box)
{
    for (int i = 0; i < area->count; i++) {
        const struct jalon_box *part = &area->parts[i];
        if (box->west >= part->west && box->east <= part->east && box->south >= part->south &&
            box->north <= part->north) {
            return true;
        }
    }
    return false;
}

/* Makes the box hold the other one as well; neither crosses the antimeridian. */
static inline void jalon_view_box_widen(struct jalon_box *box, const struct jalon_box *by)
{
    box->west = fmin(box->west, by->west);
    box->south = fmin(box->south, by->south);
    box->east = fmax(box->east, by->east);
    box->north = fmax(box->north, by->north);
}

/*
 * Do the geometry and the area share a point? Borders belong to both. Lines meet it when one of
 * their segments does; polygons also when they hold the box inside them, outside their holes
 * (even-odd rule over all rings, so that the winding does not matter).
 */
bool jalon_view_geometry_meets(const struct jalon_geometry *geometry,
                               const struct jalon_view_area *area);

#endif
