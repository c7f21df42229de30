/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Well-known binary (OGC 06-103r4, clause 8), and EWKB. Layer 1. */
#include <math.h>

#include "binary.h"

enum { EWKB_HAS_SRID = 0x20000000 };

/* No positions: a count of 0, or for a point, which has no count, coordinates that are NaN. */
static bool is_empty(struct jalon_geo_binary in, enum jalon_geometry_type type)
{
    if (type == JALON_GEOMETRY_POINT) {
        double x, y;
        return jalon_geo_binary_double(&in, &x) && jalon_geo_binary_double(&in, &y) && isnan(x) &&
               isnan(y);
    }
    uint32_t count;
    return jalon_geo_binary_u32(&in, &count) && count == 0;
}

enum jalon_status jalon_geometry_from_wkb(struct jalon_context *ctx, const void *data, size_t size,
                                          int32_t srid, struct jalon_geometry *out)
{
    struct jalon_geo_binary in = {.data = data, .size = size};
    jalon_geometry_builder_init(&in.builder, ctx, JALON_GEOMETRY_NONE, srid);
    if (size < 1 || in.data[0] > 1) {
        return jalon_geo_binary_refuse(&in, "it does not begin with a byte order");
    }
    in.little_endian = in.data[in.at++] == 1;
    enum jalon_geometry_type type;
    enum jalon_status status = jalon_geo_binary_type(&in, &type);
    if (status != JALON_OK) {
        return status;
    }
    if (is_empty(in, type)) {
        *out = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE,
                                       .srid = in.srid != 0 ? in.srid : srid};
        return JALON_OK;
    }
    in.builder.geometry.type = type;
    status = jalon_geo_binary_body(&in, type);
    if (status != JALON_OK) {
        return status;
    }
    if (in.at != size) {
        return jalon_geo_binary_refuse(&in, "bytes follow its end");
    }
    *out = in.builder.geometry;
    out->srid = in.srid != 0 ? in.srid : srid;
    return JALON_OK;
}

void jalon_geometry_write_wkb(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    if (geometry->type == JALON_GEOMETRY_NONE) {
        return;
    }
    jalon_buffer_append_char(buffer, 1);
    jalon_geo_binary_write_u32(buffer, (uint32_t)geometry->type);
    jalon_geo_binary_write_body(buffer, geometry, false);
}

enum jalon_status jalon_geometry_from_ewkb(struct jalon_context *ctx, const void *data, size_t size,
                                           struct jalon_geometry *out)
{
    struct jalon_geometry read;
    enum jalon_status status = jalon_geometry_from_wkb(ctx, data, size, 0, &read);
    if (status == JALON_OK && read.srid == 0) {
        return jalon_fail(ctx, JALON_INVALID, "the binary geometry does not name its SRID");
    }
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

void jalon_geometry_write_ewkb(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    if (geometry->type == JALON_GEOMETRY_NONE) {
        return;
    }
    jalon_buffer_append_char(buffer, 1);
    jalon_geo_binary_write_u32(buffer, (uint32_t)geometry->type | EWKB_HAS_SRID);
    jalon_geo_binary_write_u32(buffer, (uint32_t)geometry->srid);
    jalon_geo_binary_write_body(buffer, geometry, false);
}
