/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Puts a geometry together position by position, for every reader. Layer 1 (geo), private.
 *
 * Keeps the promises of the value: lines of 2 positions and more, closed rings of 4 and more, no
 * more than JALON_GEOMETRY_POSITIONS_MAX positions. JALON_INVALID comes with `reason` and leaves
 * the error slot to the reader, who knows the place; other failures fill the slot.
 */
#ifndef JALON_GEO_BUILDER_H
#define JALON_GEO_BUILDER_H

#include "jalon/geo.h"

struct jalon_geometry_builder {
    struct jalon_context *ctx;
    struct jalon_geometry geometry;
    size_t position_capacity, ring_capacity, polygon_capacity;
    const char *reason; /* of the last JALON_INVALID */
};

void jalon_geometry_builder_init(struct jalon_geometry_builder *builder, struct jalon_context *ctx,
                                 enum jalon_geometry_type type, int32_t srid);
/* Room for so many more positions, exactly when they are the first. */
enum jalon_status jalon_geometry_builder_reserve(struct jalon_geometry_builder *builder,
                                                 size_t count) JALON_MUST_USE;
enum jalon_status jalon_geometry_builder_add(struct jalon_geometry_builder *builder,
                                             struct jalon_position position) JALON_MUST_USE;
/* Ends the line, or the ring, made of the positions added since the one before. */
enum jalon_status
jalon_geometry_builder_end_line(struct jalon_geometry_builder *builder) JALON_MUST_USE;
/* Closes the ring when its last position is not its first. */
enum jalon_status
jalon_geometry_builder_end_ring(struct jalon_geometry_builder *builder) JALON_MUST_USE;
enum jalon_status
jalon_geometry_builder_end_polygon(struct jalon_geometry_builder *builder) JALON_MUST_USE;

/* The type of the parts of a multi type; JALON_GEOMETRY_NONE when the type has no parts. */
enum jalon_geometry_type jalon_geometry_part_type(enum jalon_geometry_type type);

#endif
