/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Geometries to GEOS and polygons back, coordinates copied as one block. Layer 1. */
#include "geos.h"

#include "jalon/memory.h"

/* GEOS takes and gives x, y pairs of doubles. */
_Static_assert(sizeof(struct jalon_position) == 2 * sizeof(double), "positions are packed");

static GEOSGeometry *make_ring(GEOSContextHandle_t geos, const struct jalon_geometry *geometry,
                               size_t ring)
{
    size_t start = jalon_geometry_ring_start(geometry, ring);
    GEOSCoordSequence *sequence = GEOSCoordSeq_copyFromBuffer_r(
        geos, &geometry->positions[start].lon, (unsigned)(geometry->ring_ends[ring] - start), 0, 0);
    return sequence != NULL ? GEOSGeom_createLinearRing_r(geos, sequence) : NULL;
}

static void destroy_all(GEOSContextHandle_t geos, GEOSGeometry **geometries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        GEOSGeom_destroy_r(geos, geometries[i]);
    }
}

GEOSGeometry *jalon_geo_geos_polygon(GEOSContextHandle_t geos,
                                     const struct jalon_geometry *geometry, size_t polygon)
{
    size_t start = jalon_geometry_polygon_start(geometry, polygon);
    size_t count = geometry->polygon_ends[polygon] - start;
    GEOSGeometry **rings = jalon_memory_allocate(count * sizeof *rings);
    if (rings == NULL) {
        return NULL;
    }
    GEOSGeometry *out = NULL;
    size_t made = 0;
    while (made < count && (rings[made] = make_ring(geos, geometry, start + made)) != NULL) {
        made++;
    }
    if (made == count) { /* GEOS owns the rings from here, also when it fails */
        out = GEOSGeom_createPolygon_r(geos, rings[0], rings + 1, (unsigned)(count - 1));
    } else {
        destroy_all(geos, rings, made);
    }
    jalon_memory_release(rings);
    return out;
}

static GEOSGeometry *make_line(GEOSContextHandle_t geos, const struct jalon_geometry *geometry,
                               size_t line)
{
    size_t start = jalon_geometry_ring_start(geometry, line);
    GEOSCoordSequence *sequence = GEOSCoordSeq_copyFromBuffer_r(
        geos, &geometry->positions[start].lon, (unsigned)(geometry->ring_ends[line] - start), 0, 0);
    return sequence != NULL ? GEOSGeom_createLineString_r(geos, sequence) : NULL;
}

static GEOSGeometry *make_point(GEOSContextHandle_t geos, const struct jalon_geometry *geometry,
                                size_t point)
{
    return GEOSGeom_createPointFromXY_r(geos, geometry->positions[point].lon,
                                        geometry->positions[point].lat);
}

/* A multi geometry of `count` parts, each made by `make`. */
static GEOSGeometry *make_parts(GEOSContextHandle_t geos, const struct jalon_geometry *geometry,
                                int type, size_t count,
                                GEOSGeometry *(*make)(GEOSContextHandle_t geos,
                                                      const struct jalon_geometry *geometry,
                                                      size_t part))
{
    GEOSGeometry **parts = jalon_memory_allocate(count * sizeof *parts);
    if (parts == NULL) {
        return NULL;
    }
    GEOSGeometry *out = NULL;
    size_t made = 0;
    while (made < count && (parts[made] = make(geos, geometry, made)) != NULL) {
        made++;
    }
    if (made == count) { /* GEOS owns the parts from here, also when it fails */
        out = GEOSGeom_createCollection_r(geos, type, parts, (unsigned)count);
    } else {
        destroy_all(geos, parts, made);
    }
    jalon_memory_release(parts);
    return out;
}

GEOSGeometry *jalon_geo_geos_polygons(GEOSContextHandle_t geos,
                                      const struct jalon_geometry *geometry)
{
    return geometry->type == JALON_GEOMETRY_POLYGON
               ? jalon_geo_geos_polygon(geos, geometry, 0)
               : make_parts(geos, geometry, GEOS_MULTIPOLYGON, geometry->polygon_count,
                            jalon_geo_geos_polygon);
}

GEOSGeometry *jalon_geo_geos_geometry(GEOSContextHandle_t geos,
                                      const struct jalon_geometry *geometry)
{
    switch (geometry->type) {
    case JALON_GEOMETRY_NONE: break;
    case JALON_GEOMETRY_POINT: return make_point(geos, geometry, 0);
    case JALON_GEOMETRY_LINESTRING: return make_line(geos, geometry, 0);
    case JALON_GEOMETRY_MULTIPOINT:
        return make_parts(geos, geometry, GEOS_MULTIPOINT, geometry->position_count, make_point);
    case JALON_GEOMETRY_MULTILINESTRING:
        return make_parts(geos, geometry, GEOS_MULTILINESTRING, geometry->ring_count, make_line);
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTIPOLYGON: return jalon_geo_geos_polygons(geos, geometry);
    }
    return NULL;
}

static enum jalon_status read_ring(GEOSContextHandle_t geos, const GEOSGeometry *ring,
                                   struct jalon_geometry_builder *builder)
{
    const GEOSCoordSequence *sequence = ring != NULL ? GEOSGeom_getCoordSeq_r(geos, ring) : NULL;
    unsigned count;
    if (sequence == NULL || GEOSCoordSeq_getSize_r(geos, sequence, &count) == 0) {
        return JALON_INTERNAL;
    }
    enum jalon_status status = jalon_geometry_builder_reserve(builder, count);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_geometry *geometry = &builder->geometry;
    double *to = &geometry->positions[geometry->position_count].lon;
    if (count == 0 || GEOSCoordSeq_copyToBuffer_r(geos, sequence, to, 0, 0) == 0) {
        return JALON_INTERNAL;
    }
    geometry->position_count += count;
    return jalon_geometry_builder_end_ring(builder);
}

static enum jalon_status read_polygon(GEOSContextHandle_t geos, const GEOSGeometry *polygon,
                                      struct jalon_geometry_builder *builder)
{
    int hole_count = GEOSGetNumInteriorRings_r(geos, polygon);
    enum jalon_status status = read_ring(geos, GEOSGetExteriorRing_r(geos, polygon), builder);
    for (int i = 0; i < hole_count && status == JALON_OK; i++) {
        status = read_ring(geos, GEOSGetInteriorRingN_r(geos, polygon, i), builder);
    }
    return status == JALON_OK ? jalon_geometry_builder_end_polygon(builder) : status;
}

enum jalon_status jalon_geo_geos_read(GEOSContextHandle_t geos, const GEOSGeometry *geometry,
                                      struct jalon_geometry_builder *builder)
{
    /* A single geometry counts as its own first part. */
    int count = GEOSGetNumGeometries_r(geos, geometry);
    for (int i = 0; i < count; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, geometry, i);
        if (part == NULL) {
            return JALON_INTERNAL;
        }
        if (GEOSGeomTypeId_r(geos, part) != GEOS_POLYGON || GEOSisEmpty_r(geos, part) == 1) {
            continue;
        }
        enum jalon_status status = read_polygon(geos, part, builder);
        if (status != JALON_OK) {
            return status == JALON_INVALID ? JALON_INTERNAL : status;
        }
    }
    return count < 0 ? JALON_INTERNAL : JALON_OK;
}

/* The words of GEOS (TopologyValidationError) in ours; all are about one polygon. */
static const char *plain_reason(const char *reason)
{
    static const struct {
        const char *geos, *plain;
    } words[] = {
        {"Self-intersection", JALON_WORDS("its outline crosses or retraces itself")},
        {"Ring Self-intersection", JALON_WORDS("a ring touches itself")},
        {"Hole lies outside shell", JALON_WORDS("a hole lies outside its outline")},
        {"Holes are nested", JALON_WORDS("a hole lies in another hole")},
        {"Interior is disconnected", JALON_WORDS("its holes cut it into pieces")},
        {"Nested shells", JALON_WORDS("one part lies in another")},
        {"Duplicate Rings", JALON_WORDS("a ring is there twice")},
        {"Too few points in geometry component",
         JALON_WORDS("a ring has too few different positions")},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (jalon_text_is(jalon_text_from(reason), words[i].geos)) {
            return words[i].plain;
        }
    }
    return JALON_WORDS("it is not well formed");
}

struct jalon_text jalon_geo_geos_explain(struct jalon_context *ctx, GEOSContextHandle_t geos,
                                         const char *reason, const GEOSGeometry *location)
{
    double x, y;
    const char *plain = jalon_say(ctx, plain_reason(reason != NULL ? reason : ""));
    if (location == NULL || GEOSGeomGetX_r(geos, location, &x) != 1 ||
        GEOSGeomGetY_r(geos, location, &y) != 1) {
        return jalon_text_copy(ctx->arena, jalon_text_from(plain));
    }
    return jalon_text_format(ctx->arena, jalon_say(ctx, "%s near %.10g, %.10g"), plain, x, y);
}

enum jalon_status jalon_geo_geos_failed(struct jalon_context *ctx,
                                        const struct jalon_geo_thread *thread)
{
    if (thread == NULL || thread->geos_message[0] == '\0') {
        return jalon_no_memory(ctx); /* GEOS says why it fails; our own allocations do not */
    }
    jalon_error_internal(ctx, "GEOS: %s", thread->geos_message);
    return jalon_fail(ctx, JALON_INTERNAL, "the shape could not be examined");
}
