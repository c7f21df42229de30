/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What may be stored: repeats dropped, polygons repaired by GEOS, rings wound. Layer 1. */
#include "geos.h"

#include <math.h>
#include <stdlib.h>

/* A reason that was said already, with the place when there is one. */
static enum jalon_status refuse(struct jalon_context *ctx, const char *pointer,
                                struct jalon_text reason)
{
    if (reason.data == NULL) {
        return jalon_no_memory(ctx);
    }
    return pointer != NULL
               ? jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, pointer, "%s", reason.data)
               : jalon_fail(ctx, JALON_INVALID, "%s", reason.data);
}

static bool same(struct jalon_position a, struct jalon_position b)
{
    return a.lon == b.lon && a.lat == b.lat;
}

/* --- Repeated positions --- */

/* Adds the positions of a ring of `in` that differ from the one before; says how many. */
static enum jalon_status add_distinct(struct jalon_geometry_builder *builder,
                                      const struct jalon_geometry *in, size_t ring,
                                      size_t *out_count)
{
    size_t start = jalon_geometry_ring_start(in, ring), end = in->ring_ends[ring];
    size_t before = builder->geometry.position_count;
    enum jalon_status status = jalon_geometry_builder_reserve(builder, end - start);
    for (size_t i = start; i < end && status == JALON_OK; i++) {
        if (i == start || !same(in->positions[i], in->positions[i - 1])) {
            status = jalon_geometry_builder_add(builder, in->positions[i]);
        }
    }
    *out_count = builder->geometry.position_count - before;
    return status;
}

static enum jalon_status clean_lines(struct jalon_geometry_builder *builder,
                                     const struct jalon_geometry *in)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < in->ring_count && status == JALON_OK; i++) {
        size_t count = 0;
        status = add_distinct(builder, in, i, &count);
        if (status == JALON_OK && count >= 2) {
            status = jalon_geometry_builder_end_line(builder);
        } else {
            builder->geometry.position_count -= count; /* no length: left out */
        }
    }
    return status;
}

static enum jalon_status clean_polygon(struct jalon_geometry_builder *builder,
                                       const struct jalon_geometry *in, size_t polygon)
{
    size_t exterior = jalon_geometry_polygon_start(in, polygon);
    for (size_t i = exterior; i < in->polygon_ends[polygon]; i++) {
        size_t count = 0;
        enum jalon_status status = add_distinct(builder, in, i, &count);
        if (status == JALON_OK && count >= 4) {
            status = jalon_geometry_builder_end_ring(builder);
        } else {
            builder->geometry.position_count -= count; /* no area: left out */
            if (status == JALON_OK && i == exterior) {
                return JALON_OK; /* its holes have no place any more */
            }
        }
        if (status != JALON_OK) {
            return status;
        }
    }
    return jalon_geometry_builder_end_polygon(builder);
}

static enum jalon_status clean_polygons(struct jalon_geometry_builder *builder,
                                        const struct jalon_geometry *in)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < in->polygon_count && status == JALON_OK; i++) {
        status = clean_polygon(builder, in, i);
    }
    return status;
}

struct ranked {
    struct jalon_position position;
    size_t index;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->position.lon != b->position.lon) {
        return a->position.lon < b->position.lon ? -1 : 1;
    }
    if (a->position.lat != b->position.lat) {
        return a->position.lat < b->position.lat ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

/* Each point once, where it first stands. */
static enum jalon_status clean_points(struct jalon_geometry_builder *builder,
                                      const struct jalon_geometry *in)
{
    size_t count = in->position_count;
    struct jalon_arena *arena = builder->ctx->arena;
    struct ranked *ranked = jalon_arena_allocate(arena, count * sizeof *ranked);
    bool *is_repeat = jalon_arena_allocate_zeroed(arena, count, sizeof *is_repeat);
    if (ranked == NULL || is_repeat == NULL) {
        return jalon_no_memory(builder->ctx);
    }
    for (size_t i = 0; i < count; i++) {
        ranked[i] = (struct ranked){in->positions[i], i};
    }
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    for (size_t i = 1; i < count; i++) {
        is_repeat[ranked[i].index] = same(ranked[i].position, ranked[i - 1].position);
    }
    enum jalon_status status = jalon_geometry_builder_reserve(builder, count);
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        if (!is_repeat[i]) {
            status = jalon_geometry_builder_add(builder, in->positions[i]);
        }
    }
    return status;
}

static enum jalon_status clean(struct jalon_geometry_builder *builder,
                               const struct jalon_geometry *in)
{
    switch (in->type) {
    case JALON_GEOMETRY_POINT:
    case JALON_GEOMETRY_MULTIPOINT: return clean_points(builder, in);
    case JALON_GEOMETRY_LINESTRING:
    case JALON_GEOMETRY_MULTILINESTRING: return clean_lines(builder, in);
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTIPOLYGON: return clean_polygons(builder, in);
    case JALON_GEOMETRY_NONE: break;
    }
    return JALON_OK;
}

/* --- Polygons --- */

static GEOSGeometry *make_valid(GEOSContextHandle_t geos, const GEOSGeometry *geometry)
{
    GEOSMakeValidParams *params = GEOSMakeValidParams_create_r(geos);
    if (params == NULL) {
        return NULL;
    }
    GEOSGeometry *out = NULL;
    if (GEOSMakeValidParams_setMethod_r(geos, params, GEOS_MAKE_VALID_STRUCTURE) == 1 &&
        GEOSMakeValidParams_setKeepCollapsed_r(geos, params, 0) == 1) {
        out = GEOSMakeValidWithParams_r(geos, geometry, params);
    }
    GEOSMakeValidParams_destroy_r(geos, params);
    return out;
}

/* Puts into the builder what is left of an invalid polygon; `reason` is why it is invalid. */
static enum jalon_status repair(struct jalon_geometry_builder *builder,
                                const struct jalon_geo_thread *thread, const GEOSGeometry *invalid,
                                const char *pointer, struct jalon_text reason)
{
    struct jalon_context *ctx = builder->ctx;
    GEOSGeometry *valid = make_valid(thread->geos, invalid);
    if (valid == NULL) {
        jalon_error_internal(ctx, "GEOS: %s", thread->geos_message);
        return refuse(ctx, pointer,
                      jalon_text_format(ctx->arena,
                                        jalon_say(ctx, "the polygon cannot be repaired: %s"),
                                        reason.data));
    }
    enum jalon_status status = jalon_geo_geos_read(thread->geos, valid, builder);
    double area = 0;
    if (status == JALON_INTERNAL || GEOSArea_r(thread->geos, valid, &area) == 0) {
        status = jalon_geo_geos_failed(ctx, thread);
    } else if (status == JALON_OK && (builder->geometry.polygon_count == 0 || !(area > 0))) {
        status = refuse(ctx, pointer,
                        jalon_text_format(
                            ctx->arena, jalon_say(ctx, "the polygon has no area: %s"), reason.data));
    }
    GEOSGeom_destroy_r(thread->geos, valid);
    return status;
}

/* Replaces *polygons by their repaired form when they are not valid. */
static enum jalon_status check_polygons(struct jalon_context *ctx, const char *pointer,
                                        struct jalon_geometry *polygons, bool *repaired)
{
    struct jalon_geo_thread *thread = jalon_geo_thread_geos();
    GEOSGeometry *geometry =
        thread != NULL ? jalon_geo_geos_polygons(thread->geos, polygons) : NULL;
    if (geometry == NULL) {
        return jalon_geo_geos_failed(ctx, thread);
    }
    char *reason = NULL;
    GEOSGeometry *location = NULL;
    enum jalon_status status = JALON_OK;
    char validity = GEOSisValidDetail_r(thread->geos, geometry, 0, &reason, &location);
    if (validity == 0) {
        struct jalon_text why = jalon_geo_geos_explain(ctx, thread->geos, reason, location);
        struct jalon_geometry_builder builder;
        jalon_geometry_builder_init(&builder, ctx, polygons->type, polygons->srid);
        status = why.data == NULL ? jalon_no_memory(ctx)
                                  : repair(&builder, thread, geometry, pointer, why);
        *polygons = builder.geometry;
        *repaired = true;
    } else if (validity != 1) {
        status = jalon_geo_geos_failed(ctx, thread);
    }
    GEOSFree_r(thread->geos, reason);
    GEOSGeom_destroy_r(thread->geos, location);
    GEOSGeom_destroy_r(thread->geos, geometry);
    return status;
}

/* Twice the area of a ring, positive when it runs counter-clockwise. */
static double signed_area(const struct jalon_position *ring, size_t count)
{
    double sum = 0;
    for (size_t i = 1; i + 1 < count; i++) { /* from its first position, to lose no digits */
        sum += (ring[i].lon - ring[0].lon) * (ring[i + 1].lat - ring[0].lat) -
               (ring[i + 1].lon - ring[0].lon) * (ring[i].lat - ring[0].lat);
    }
    return sum;
}

/* Exterior rings counter-clockwise, holes clockwise (RFC 7946, 3.1.6). */
static void wind(struct jalon_geometry *polygons)
{
    size_t polygon = 0;
    for (size_t i = 0; i < polygons->ring_count; i++) {
        while (i >= polygons->polygon_ends[polygon]) {
            polygon++;
        }
        size_t start = jalon_geometry_ring_start(polygons, i);
        size_t count = polygons->ring_ends[i] - start;
        struct jalon_position *ring = polygons->positions + start;
        bool is_exterior = i == jalon_geometry_polygon_start(polygons, polygon);
        if ((signed_area(ring, count) > 0) == is_exterior) {
            continue;
        }
        for (size_t a = 0, b = count - 1; a < b; a++, b--) {
            struct jalon_position position = ring[a];
            ring[a] = ring[b];
            ring[b] = position;
        }
    }
}

/* --- All together --- */

static enum jalon_status check_finite(struct jalon_context *ctx, const struct jalon_geometry *in,
                                      const char *pointer)
{
    for (size_t i = 0; i < in->position_count; i++) {
        if (!isfinite(in->positions[i].lon) || !isfinite(in->positions[i].lat)) {
            return refuse(ctx, pointer,
                          jalon_text_from(jalon_say(ctx, "a coordinate is not a number")));
        }
    }
    return JALON_OK;
}

static enum jalon_status refuse_collapsed(struct jalon_context *ctx,
                                          const struct jalon_geometry *in, const char *pointer)
{
    bool is_line =
        in->type == JALON_GEOMETRY_LINESTRING || in->type == JALON_GEOMETRY_MULTILINESTRING;
    return refuse(ctx, pointer,
                  jalon_text_from(jalon_say(
                      ctx, is_line ? "the line has no length: its positions are all the same"
                                   : "the polygon has no area: it has fewer than 3 different "
                                     "positions")));
}

enum jalon_status jalon_geometry_make_valid(struct jalon_context *ctx,
                                            const struct jalon_geometry *in, const char *pointer,
                                            struct jalon_geometry *out, bool *out_repaired)
{
    if (in->type == JALON_GEOMETRY_NONE) {
        *out = *in;
        *out_repaired = false;
        return JALON_OK;
    }
    struct jalon_geometry_builder builder;
    jalon_geometry_builder_init(&builder, ctx, in->type, in->srid);
    enum jalon_status status = check_finite(ctx, in, pointer);
    if (status == JALON_OK) {
        status = clean(&builder, in);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_geometry geometry = builder.geometry;
    bool repaired = geometry.position_count != in->position_count;
    if (geometry.position_count == 0) {
        return refuse_collapsed(ctx, in, pointer);
    }
    if (geometry.polygon_count > 0) {
        status = check_polygons(ctx, pointer, &geometry, &repaired);
        if (status != JALON_OK) {
            return status;
        }
        if (geometry.polygon_count > 1) {
            geometry.type = JALON_GEOMETRY_MULTIPOLYGON;
        }
        wind(&geometry);
    }
    *out = geometry;
    *out_repaired = repaired;
    return JALON_OK;
}
