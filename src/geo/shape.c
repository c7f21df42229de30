/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A geometry prepared to be compared with many others. Layer 1. */
#include "geos.h"

#include <math.h>

#include "jalon/memory.h"

struct jalon_geo_shape {
    GEOSContextHandle_t geos; /* its own, so that it may pass from thread to thread */
    GEOSGeometry *geometry;
    const GEOSPreparedGeometry *prepared;
    struct jalon_box box;
    bool is_mixed;
};

void jalon_geo_shape_destroy(struct jalon_geo_shape *shape)
{
    if (shape == NULL) {
        return;
    }
    if (shape->geos != NULL) {
        GEOSPreparedGeom_destroy_r(shape->geos, shape->prepared);
        GEOSGeom_destroy_r(shape->geos, shape->geometry);
        GEOS_finish_r(shape->geos);
    }
    jalon_memory_release(shape);
}

static void extend_box(struct jalon_box *box, const struct jalon_geometry *part)
{
    for (size_t i = 0; i < part->position_count; i++) {
        box->west = fmin(box->west, part->positions[i].lon);
        box->south = fmin(box->south, part->positions[i].lat);
        box->east = fmax(box->east, part->positions[i].lon);
        box->north = fmax(box->north, part->positions[i].lat);
    }
}

static enum jalon_status check_valid(struct jalon_context *ctx, GEOSContextHandle_t geos,
                                     const GEOSGeometry *geometry)
{
    char *reason = NULL;
    GEOSGeometry *location = NULL;
    char valid = GEOSisValidDetail_r(geos, geometry, 0, &reason, &location);
    enum jalon_status status = JALON_OK;
    if (valid == 0) {
        struct jalon_text why = jalon_geo_geos_explain(ctx, geos, reason, location);
        status = why.data == NULL ? jalon_no_memory(ctx)
                                  : jalon_fail(ctx, JALON_INVALID, "the geometry is not valid: %s",
                                               why.data);
    } else if (valid != 1) {
        status = jalon_no_memory(ctx);
    }
    GEOSFree_r(geos, reason);
    GEOSGeom_destroy_r(geos, location);
    return status;
}

/* All parts as one; takes them, also when it fails. */
static GEOSGeometry *unite(GEOSContextHandle_t geos, GEOSGeometry **parts, size_t count)
{
    GEOSGeometry *all =
        GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, parts, (unsigned)count);
    GEOSGeometry *united = all != NULL ? GEOSUnaryUnion_r(geos, all) : NULL;
    GEOSGeom_destroy_r(geos, all);
    return united;
}

static enum jalon_status read_parts(struct jalon_context *ctx, struct jalon_geo_shape *shape,
                                    const struct jalon_geometry *parts, size_t count,
                                    GEOSGeometry **made)
{
    size_t done = 0;
    enum jalon_status status = JALON_OK;
    shape->box = (struct jalon_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
    while (done < count && status == JALON_OK) {
        extend_box(&shape->box, &parts[done]);
        made[done] = jalon_geo_geos_geometry(shape->geos, &parts[done]);
        status =
            made[done] != NULL ? check_valid(ctx, shape->geos, made[done]) : jalon_no_memory(ctx);
        done++;
    }
    if (status == JALON_OK) {
        shape->geometry = count == 1 ? made[0] : unite(shape->geos, made, count);
        return shape->geometry != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    while (done > 0) {
        GEOSGeom_destroy_r(shape->geos, made[--done]);
    }
    return status;
}

static enum jalon_status prepare(struct jalon_context *ctx, struct jalon_geo_shape *shape,
                                 const struct jalon_geometry *parts, size_t count)
{
    GEOSGeometry **made = jalon_arena_allocate(ctx->arena, count * sizeof *made);
    shape->geos = GEOS_init_r();
    if (made == NULL || shape->geos == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = read_parts(ctx, shape, parts, count, made);
    if (status == JALON_OK) {
        shape->is_mixed = GEOSGeomTypeId_r(shape->geos, shape->geometry) == GEOS_GEOMETRYCOLLECTION;
        shape->prepared = GEOSPrepare_r(shape->geos, shape->geometry);
        status = shape->prepared != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    return status;
}

enum jalon_status jalon_geo_shape_create(struct jalon_context *ctx,
                                         const struct jalon_geometry *parts, size_t count,
                                         struct jalon_geo_shape **out)
{
    struct jalon_geo_shape *shape = jalon_memory_allocate_zeroed(1, sizeof *shape);
    if (shape == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = prepare(ctx, shape, parts, count);
    if (status != JALON_OK) {
        jalon_geo_shape_destroy(shape);
        return status;
    }
    *out = shape;
    return JALON_OK;
}

struct jalon_box jalon_geo_shape_box(const struct jalon_geo_shape *shape)
{
    return shape->box;
}

bool jalon_geo_shape_is_mixed(const struct jalon_geo_shape *shape)
{
    return shape->is_mixed;
}

/* 0, 1, or 2 when GEOS fails. */
static char ask(const struct jalon_geo_shape *shape, enum jalon_geo_relation relation,
                const GEOSGeometry *other)
{
    switch (relation) {
    case JALON_GEO_INTERSECTS: return GEOSPreparedIntersects_r(shape->geos, shape->prepared, other);
    case JALON_GEO_DISJOINT: return GEOSPreparedDisjoint_r(shape->geos, shape->prepared, other);
    case JALON_GEO_CONTAINS: return GEOSPreparedContains_r(shape->geos, shape->prepared, other);
    case JALON_GEO_WITHIN: return GEOSPreparedWithin_r(shape->geos, shape->prepared, other);
    case JALON_GEO_TOUCHES: return GEOSPreparedTouches_r(shape->geos, shape->prepared, other);
    case JALON_GEO_CROSSES: return GEOSPreparedCrosses_r(shape->geos, shape->prepared, other);
    case JALON_GEO_OVERLAPS: return GEOSPreparedOverlaps_r(shape->geos, shape->prepared, other);
    case JALON_GEO_EQUALS: return GEOSEquals_r(shape->geos, shape->geometry, other);
    }
    return 2;
}

static enum jalon_status decide(const struct jalon_geo_shape *shape,
                                enum jalon_geo_relation relation, const GEOSGeometry *other,
                                bool *out)
{
    char answer = ask(shape, relation, other);
    if (answer > 1) {
        return GEOSisValid_r(shape->geos, other) == 0 ? JALON_INVALID : JALON_INTERNAL;
    }
    *out = answer == 1;
    return JALON_OK;
}

enum jalon_status jalon_geo_shape_relate(const struct jalon_geo_shape *shape,
                                         enum jalon_geo_relation relation,
                                         const struct jalon_geometry *geometry, bool *out)
{
    GEOSGeometry *other = jalon_geo_geos_geometry(shape->geos, geometry);
    enum jalon_status status = other != NULL ? decide(shape, relation, other, out) : JALON_INTERNAL;
    GEOSGeom_destroy_r(shape->geos, other);
    return status;
}

enum jalon_status jalon_geo_shape_relate_shape(const struct jalon_geo_shape *shape,
                                               enum jalon_geo_relation relation,
                                               const struct jalon_geo_shape *other, bool *out)
{
    return decide(shape, relation, other->geometry, out);
}

enum jalon_status jalon_geo_shape_find_side(const struct jalon_geo_shape *shape,
                                            struct jalon_box box, enum jalon_geo_side *out)
{
    struct jalon_position corners[] = {{box.west, box.south},
                                       {box.east, box.south},
                                       {box.east, box.north},
                                       {box.west, box.north},
                                       {box.west, box.south}};
    uint32_t ring_end = 5, polygon_end = 1;
    struct jalon_geometry outline = {.type = JALON_GEOMETRY_POLYGON,
                                     .srid = JALON_SRID_WGS84,
                                     .positions = corners,
                                     .position_count = 5,
                                     .ring_ends = &ring_end,
                                     .ring_count = 1,
                                     .polygon_ends = &polygon_end,
                                     .polygon_count = 1};
    if (!(box.west < box.east) || !(box.south < box.north)) {
        *out = JALON_GEO_SIDE_OPEN;
        return JALON_OK;
    }
    GEOSGeometry *other = jalon_geo_geos_geometry(shape->geos, &outline);
    if (other == NULL) {
        return JALON_INTERNAL;
    }
    char meets = GEOSPreparedIntersects_r(shape->geos, shape->prepared, other);
    char holds = meets == 1 && !shape->is_mixed
                     ? GEOSPreparedContainsProperly_r(shape->geos, shape->prepared, other)
                     : 0;
    GEOSGeom_destroy_r(shape->geos, other);
    if (meets > 1 || holds > 1) {
        return JALON_INTERNAL;
    }
    *out = meets == 0   ? JALON_GEO_SIDE_OUTSIDE
           : holds == 1 ? JALON_GEO_SIDE_INSIDE
                        : JALON_GEO_SIDE_OPEN;
    return JALON_OK;
}
