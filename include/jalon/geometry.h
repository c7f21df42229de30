/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The geometry value: what a contribution's shape is everywhere in memory. Layer 1 (geo).
 *
 * Flat arrays, so that PROJ, box tests and writers run over them without following pointers.
 * Two-dimensional: altitudes are dropped where geometry is read, and the reader says so in its
 * header. A value is immutable once made; it lives in the arena (or block) that holds its arrays.
 */
#ifndef JALON_GEOMETRY_H
#define JALON_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are the WKB type codes (OGC 06-103r4, 8.2.8). */
enum jalon_geometry_type {
    JALON_GEOMETRY_NONE = 0, /* a contribution without geometry */
    JALON_GEOMETRY_POINT = 1,
    JALON_GEOMETRY_LINESTRING = 2,
    JALON_GEOMETRY_POLYGON = 3,
    JALON_GEOMETRY_MULTIPOINT = 4,
    JALON_GEOMETRY_MULTILINESTRING = 5,
    JALON_GEOMETRY_MULTIPOLYGON = 6,
};

/* A set of geometry types: bit 1 << type. */
#define JALON_GEOMETRY_BIT(type) (1U << (unsigned)(type))

/* The SRID of what is stored and served by default: longitude, latitude on WGS 84. */
#define JALON_SRID_WGS84 4326

/* Degrees, longitude first; or metres east and north while a geometry is in a projected SRID. */
struct jalon_position {
    double lon;
    double lat;
};

/* west > east when the box crosses the antimeridian (RFC 7946, 5.2). Degrees. */
struct jalon_box {
    double west, south, east, north;
};

struct jalon_geometry {
    enum jalon_geometry_type type;
    int32_t srid;
    struct jalon_position *positions; /* of all parts, one after the other */
    size_t position_count;
    /*
     * Lines and rings: ring i ends before positions[ring_ends[i]] and starts where the one before
     * ended. Empty for POINT and MULTIPOINT.
     */
    uint32_t *ring_ends;
    size_t ring_count;
    /* Polygons: polygon i ends before ring ring_ends[polygon_ends[i]]. Empty for lines. */
    uint32_t *polygon_ends;
    size_t polygon_count;
};

/* The index of the first position of a line or ring. */
static inline size_t jalon_geometry_ring_start(const struct jalon_geometry *geometry, size_t ring)
{
    return ring == 0 ? 0 : geometry->ring_ends[ring - 1];
}

/* The index of the exterior ring of a polygon; its holes follow. */
static inline size_t jalon_geometry_polygon_start(const struct jalon_geometry *geometry,
                                                  size_t polygon)
{
    return polygon == 0 ? 0 : geometry->polygon_ends[polygon - 1];
}

#endif
