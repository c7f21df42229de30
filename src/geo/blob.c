/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * BLOB-Geometry (source: jalon/geo.h), uncompressed: 00, byte order, SRID, box, 7C, type,
 * coordinates, FE. Layer 1.
 */
#include "binary.h"

enum {
    BLOB_START = 0x00,
    BLOB_LITTLE_ENDIAN = 0x01,
    BLOB_BOX_END = 0x7C,
    BLOB_END = 0xFE,
    TYPE_AT = 39,
    SMALLEST = 60 /* a point */
};

enum jalon_status jalon_geometry_from_blob(struct jalon_context *ctx, const void *data, size_t size,
                                           struct jalon_geometry *out)
{
    const unsigned char *bytes = data;
    struct jalon_geo_binary in = {.data = data, .size = size, .at = 2, .blob = true};
    jalon_geometry_builder_init(&in.builder, ctx, JALON_GEOMETRY_NONE, 0);
    if (size < SMALLEST || bytes[0] != BLOB_START || bytes[1] > BLOB_LITTLE_ENDIAN ||
        bytes[TYPE_AT - 1] != BLOB_BOX_END || bytes[size - 1] != BLOB_END) {
        in.at = 0;
        return jalon_geo_binary_refuse(&in, "it is no BLOB-Geometry");
    }
    in.size--; /* without the end mark */
    in.little_endian = bytes[1] == BLOB_LITTLE_ENDIAN;
    uint32_t srid = 0;
    if (!jalon_geo_binary_u32(&in, &srid)) {
        return jalon_geo_binary_refuse(&in, "it is cut short");
    }
    in.at = TYPE_AT;
    enum jalon_geometry_type type;
    enum jalon_status status = jalon_geo_binary_type(&in, &type);
    if (status != JALON_OK) {
        return status;
    }
    in.builder.geometry.type = type;
    status = jalon_geo_binary_body(&in, type);
    if (status != JALON_OK) {
        return status;
    }
    if (in.at != in.size) {
        return jalon_geo_binary_refuse(&in, "bytes follow its coordinates");
    }
    *out = in.builder.geometry;
    out->srid = (int32_t)srid;
    return JALON_OK;
}

/* The box as the spatial index wants it: plain minima and maxima, also across the antimeridian. */
static void write_box(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    struct jalon_geometry plain = *geometry;
    plain.srid = 0;
    struct jalon_box box = {0};
    (void)jalon_geometry_box(&plain, &box);
    jalon_geo_binary_write_double(buffer, box.west);
    jalon_geo_binary_write_double(buffer, box.south);
    jalon_geo_binary_write_double(buffer, box.east);
    jalon_geo_binary_write_double(buffer, box.north);
}

void jalon_geometry_write_blob(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    if (geometry->type == JALON_GEOMETRY_NONE) {
        return;
    }
    jalon_buffer_append_char(buffer, BLOB_START);
    jalon_buffer_append_char(buffer, BLOB_LITTLE_ENDIAN);
    jalon_geo_binary_write_u32(buffer, (uint32_t)geometry->srid);
    write_box(buffer, geometry);
    jalon_buffer_append_char(buffer, BLOB_BOX_END);
    jalon_geo_binary_write_u32(buffer, (uint32_t)geometry->type);
    jalon_geo_binary_write_body(buffer, geometry, true);
    jalon_buffer_append_char(buffer, (char)BLOB_END);
}
