/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Geometry against box, in the plane of longitude and latitude. Layer 2 (view).
 *
 * Source: separating axes of a segment and a box (Ericson 2005, "Real-Time Collision Detection",
 * 5.3.3).
 */
#include "meets.h"

#include <stddef.h>

#include "jalon/geo.h"

struct jalon_view_area jalon_view_area_make(struct jalon_box box)
{
    struct jalon_view_area area = {.parts = {box}, .count = 1};
    if (box.west > box.east) {
        area.parts[0].east = 180;
        area.parts[1] = box;
        area.parts[1].west = -180;
        area.count = 2;
    }
    return area;
}

static bool box_holds(const struct jalon_box *box, struct jalon_position p)
{
    return p.lon >= box->west && p.lon <= box->east && p.lat >= box->south && p.lat <= box->north;
}

static bool any_inside(const struct jalon_geometry *geometry, const struct jalon_box *box)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        if (box_holds(box, geometry->positions[i])) {
            return true;
        }
    }
    return false;
}

/* On which side of the line from a to b is (lon, lat)? Positive: left. */
static double side(struct jalon_position a, struct jalon_position b, double lon, double lat)
{
    return (b.lon - a.lon) * (lat - a.lat) - (b.lat - a.lat) * (lon - a.lon);
}

static bool segment_meets(const struct jalon_box *box, struct jalon_position a,
                          struct jalon_position b)
{
    if ((a.lon < box->west && b.lon < box->west) || (a.lon > box->east && b.lon > box->east) ||
        (a.lat < box->south && b.lat < box->south) || (a.lat > box->north && b.lat > box->north)) {
        return false;
    }
    double corners[4] = {
        side(a, b, box->west, box->south),
        side(a, b, box->west, box->north),
        side(a, b, box->east, box->south),
        side(a, b, box->east, box->north),
    };
    bool left = false, right = false;
    for (int i = 0; i < 4; i++) {
        left = left || corners[i] >= 0;
        right = right || corners[i] <= 0;
    }
    return left && right;
}

/* A segment of any line or ring. */
static bool any_segment(const struct jalon_geometry *geometry, const struct jalon_box *box)
{
    size_t start = 0;
    for (size_t ring = 0; ring < geometry->ring_count; ring++) {
        size_t end = geometry->ring_ends[ring];
        for (size_t i = start + 1; i < end; i++) {
            if (segment_meets(box, geometry->positions[i - 1], geometry->positions[i])) {
                return true;
            }
        }
        start = end;
    }
    return false;
}

static bool meets_part(const struct jalon_geometry *geometry, const struct jalon_box *box)
{
    if (box->south > box->north || box->west > box->east) {
        return false;
    }
    switch (geometry->type) {
    case JALON_GEOMETRY_NONE: return false;
    case JALON_GEOMETRY_POINT:
    case JALON_GEOMETRY_MULTIPOINT: return any_inside(geometry, box);
    case JALON_GEOMETRY_LINESTRING:
    case JALON_GEOMETRY_MULTILINESTRING: return any_segment(geometry, box);
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTIPOLYGON:
        /* Without a ring through it, the box is inside or outside as one of its corners is. */
        return any_segment(geometry, box) ||
               jalon_geometry_holds(geometry,
                                    (struct jalon_position){box->west, box->south});
    }
    return false;
}

bool jalon_view_geometry_meets(const struct jalon_geometry *geometry,
                               const struct jalon_view_area *area)
{
    for (int i = 0; i < area->count; i++) {
        if (meets_part(geometry, &area->parts[i])) {
            return true;
        }
    }
    return false;
}
