/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Puts a geometry together position by position. Layer 1. */
#include "builder.h"

void jalon_geometry_builder_init(struct jalon_geometry_builder *builder, struct jalon_context *ctx,
                                 enum jalon_geometry_type type, int32_t srid)
{
    *builder = (struct jalon_geometry_builder){
        .ctx = ctx,
        .geometry = {.type = type, .srid = srid},
        .reason = "",
    };
}

static enum jalon_status refuse(struct jalon_geometry_builder *builder, const char *reason)
{
    builder->reason = jalon_say(builder->ctx, reason);
    return JALON_INVALID;
}

enum jalon_status jalon_geometry_builder_reserve(struct jalon_geometry_builder *builder,
                                                 size_t count)
{
    struct jalon_geometry *geometry = &builder->geometry;
    if (count > JALON_GEOMETRY_POSITIONS_MAX - geometry->position_count) {
        return jalon_fail(builder->ctx, JALON_TOO_LARGE, "a geometry may have at most %d positions",
                          JALON_GEOMETRY_POSITIONS_MAX);
    }
    struct jalon_position *positions;
    if (builder->position_capacity == 0) {
        positions = jalon_arena_allocate(builder->ctx->arena, count * sizeof *positions);
        builder->position_capacity = positions != NULL ? count : 0;
    } else {
        positions = jalon_arena_grow(builder->ctx->arena, geometry->positions,
                                     geometry->position_count, geometry->position_count + count,
                                     sizeof *positions, &builder->position_capacity);
    }
    if (positions == NULL) {
        return jalon_no_memory(builder->ctx);
    }
    geometry->positions = positions;
    return JALON_OK;
}

enum jalon_status jalon_geometry_builder_add(struct jalon_geometry_builder *builder,
                                             struct jalon_position position)
{
    struct jalon_geometry *geometry = &builder->geometry;
    if (geometry->position_count == builder->position_capacity) {
        enum jalon_status status = jalon_geometry_builder_reserve(builder, 1);
        if (status != JALON_OK) {
            return status;
        }
    }
    geometry->positions[geometry->position_count++] = position;
    return JALON_OK;
}

/* Appends an end to ring_ends or polygon_ends. */
static enum jalon_status append_end(struct jalon_context *ctx, uint32_t **ends, size_t *count,
                                    size_t *capacity, size_t end)
{
    uint32_t *grown;
    if (*capacity == 0) { /* most shapes have one ring */
        grown = jalon_arena_allocate(ctx->arena, sizeof *grown);
        *capacity = grown != NULL ? 1 : 0;
    } else {
        grown = jalon_arena_grow(ctx->arena, *ends, *count, *count + 1, sizeof *grown, capacity);
    }
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    *ends = grown;
    grown[(*count)++] = (uint32_t)end;
    return JALON_OK;
}

static enum jalon_status append_ring(struct jalon_geometry_builder *builder)
{
    struct jalon_geometry *geometry = &builder->geometry;
    return append_end(builder->ctx, &geometry->ring_ends, &geometry->ring_count,
                      &builder->ring_capacity, geometry->position_count);
}

enum jalon_status jalon_geometry_builder_end_line(struct jalon_geometry_builder *builder)
{
    const struct jalon_geometry *geometry = &builder->geometry;
    if (geometry->position_count - jalon_geometry_ring_start(geometry, geometry->ring_count) < 2) {
        return refuse(builder, "a line needs at least 2 positions");
    }
    return append_ring(builder);
}

enum jalon_status jalon_geometry_builder_end_ring(struct jalon_geometry_builder *builder)
{
    const struct jalon_geometry *geometry = &builder->geometry;
    size_t start = jalon_geometry_ring_start(geometry, geometry->ring_count);
    if (geometry->position_count - start < 3) {
        return refuse(builder, "a ring needs at least 4 positions, the last equal to the first");
    }
    struct jalon_position first = geometry->positions[start];
    struct jalon_position last = geometry->positions[geometry->position_count - 1];
    if (first.lon != last.lon || first.lat != last.lat) {
        enum jalon_status status = jalon_geometry_builder_add(builder, first);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (geometry->position_count - start < 4) {
        return refuse(builder, "a ring needs at least 4 positions, the last equal to the first");
    }
    return append_ring(builder);
}

enum jalon_status jalon_geometry_builder_end_polygon(struct jalon_geometry_builder *builder)
{
    struct jalon_geometry *geometry = &builder->geometry;
    if (geometry->ring_count == jalon_geometry_polygon_start(geometry, geometry->polygon_count)) {
        return refuse(builder, "a polygon needs at least one ring");
    }
    return append_end(builder->ctx, &geometry->polygon_ends, &geometry->polygon_count,
                      &builder->polygon_capacity, geometry->ring_count);
}

enum jalon_geometry_type jalon_geometry_part_type(enum jalon_geometry_type type)
{
    switch (type) {
    case JALON_GEOMETRY_MULTIPOINT: return JALON_GEOMETRY_POINT;
    case JALON_GEOMETRY_MULTILINESTRING: return JALON_GEOMETRY_LINESTRING;
    case JALON_GEOMETRY_MULTIPOLYGON: return JALON_GEOMETRY_POLYGON;
    case JALON_GEOMETRY_NONE:
    case JALON_GEOMETRY_POINT:
    case JALON_GEOMETRY_LINESTRING:
    case JALON_GEOMETRY_POLYGON: break;
    }
    return JALON_GEOMETRY_NONE;
}
