/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Does a geometry meet an area? Exact over positions, not over bounding boxes. Layer 2 (view),
 * private.
 */
#ifndef JALON_VIEW_MEETS_H
#define JALON_VIEW_MEETS_H

#include "jalon/geometry.h"

/* A box of a query, cut at the antimeridian: one or two boxes with west <= east. */
struct jalon_view_area {
    struct jalon_box parts[2];
    int count;
};

struct jalon_view_area jalon_view_area_make(struct jalon_box box);

/*
 * Do the geometry and the area share a point? Borders belong to both. Lines meet it when one of
 * their segments does; polygons also when they hold the box inside them, outside their holes
 * (even-odd rule over all rings, so that the winding does not matter).
 */
bool jalon_view_geometry_meets(const struct jalon_geometry *geometry,
                               const struct jalon_view_area *area);

#endif
