/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The position that stands for a whole shape. Layer 1. */
#include <math.h>

#include "geos.h"

/* How much shorter a degree of longitude is than one of latitude; 1 on a plane. */
static double lon_scale(const struct jalon_geometry *geometry)
{
    double const degree = 3.14159265358979323846 / 180;
    return geometry->srid == JALON_SRID_WGS84 ? cos(geometry->positions[0].lat * degree) : 1;
}

static double length_of(struct jalon_position a, struct jalon_position b, double scale)
{
    return hypot((b.lon - a.lon) * scale, b.lat - a.lat);
}

static double line_length(const struct jalon_geometry *geometry, size_t line, double scale)
{
    double sum = 0;
    for (size_t i = jalon_geometry_ring_start(geometry, line) + 1; i < geometry->ring_ends[line];
         i++) {
        sum += length_of(geometry->positions[i - 1], geometry->positions[i], scale);
    }
    return sum;
}

/* The position after `distance` along a line. */
static struct jalon_position walk(const struct jalon_geometry *geometry, size_t line,
                                  double distance, double scale)
{
    size_t start = jalon_geometry_ring_start(geometry, line), end = geometry->ring_ends[line];
    for (size_t i = start + 1; i < end; i++) {
        struct jalon_position a = geometry->positions[i - 1], b = geometry->positions[i];
        double length = length_of(a, b, scale);
        if (distance <= length && length > 0) {
            double part = distance / length;
            return (struct jalon_position){a.lon + (b.lon - a.lon) * part,
                                           a.lat + (b.lat - a.lat) * part};
        }
        distance -= length;
    }
    return geometry->positions[end - 1];
}

static struct jalon_position middle_of_longest(const struct jalon_geometry *geometry)
{
    double scale = lon_scale(geometry), longest = -1;
    size_t line = 0;
    for (size_t i = 0; i < geometry->ring_count; i++) {
        double length = line_length(geometry, i, scale);
        if (length > longest) {
            longest = length;
            line = i;
        }
    }
    return walk(geometry, line, longest / 2, scale);
}

static double ring_area(const struct jalon_geometry *geometry, size_t ring)
{
    size_t start = jalon_geometry_ring_start(geometry, ring), end = geometry->ring_ends[ring];
    struct jalon_position origin = geometry->positions[start];
    double sum = 0;
    for (size_t i = start + 1; i < end; i++) {
        struct jalon_position a = geometry->positions[i - 1], b = geometry->positions[i];
        sum += (a.lon - origin.lon) * (b.lat - origin.lat) -
               (b.lon - origin.lon) * (a.lat - origin.lat);
    }
    return fabs(sum) / 2;
}

static size_t largest_polygon(const struct jalon_geometry *geometry)
{
    size_t largest = 0;
    double largest_area = -1;
    for (size_t i = 0; i < geometry->polygon_count; i++) {
        size_t ring = jalon_geometry_polygon_start(geometry, i);
        double area = ring_area(geometry, ring);
        while (++ring < geometry->polygon_ends[i]) {
            area -= ring_area(geometry, ring);
        }
        if (area > largest_area) {
            largest_area = area;
            largest = i;
        }
    }
    return largest;
}

static enum jalon_status point_on_surface(struct jalon_context *ctx,
                                          const struct jalon_geometry *geometry,
                                          struct jalon_position *out)
{
    struct jalon_geo_thread *thread = jalon_geo_thread_geos();
    if (thread == NULL) {
        return jalon_no_memory(ctx);
    }
    GEOSContextHandle_t geos = thread->geos;
    GEOSGeometry *polygon = jalon_geo_geos_polygon(geos, geometry, largest_polygon(geometry));
    GEOSGeometry *point = polygon != NULL ? GEOSPointOnSurface_r(geos, polygon) : NULL;
    struct jalon_position position;
    bool is_found = point != NULL && GEOSGeomGetX_r(geos, point, &position.lon) == 1 &&
                    GEOSGeomGetY_r(geos, point, &position.lat) == 1;
    GEOSGeom_destroy_r(geos, point);
    GEOSGeom_destroy_r(geos, polygon);
    if (!is_found) {
        return jalon_geo_geos_failed(ctx, thread);
    }
    *out = position;
    return JALON_OK;
}

enum jalon_status jalon_geometry_label_position(struct jalon_context *ctx,
                                                const struct jalon_geometry *geometry,
                                                struct jalon_position *out)
{
    switch (geometry->type) {
    case JALON_GEOMETRY_POINT:
    case JALON_GEOMETRY_MULTIPOINT: *out = geometry->positions[0]; return JALON_OK;
    case JALON_GEOMETRY_LINESTRING:
    case JALON_GEOMETRY_MULTILINESTRING: *out = middle_of_longest(geometry); return JALON_OK;
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTIPOLYGON: return point_on_surface(ctx, geometry, out);
    case JALON_GEOMETRY_NONE: break;
    }
    return jalon_fail(ctx, JALON_INVALID, "there is no geometry to label");
}
