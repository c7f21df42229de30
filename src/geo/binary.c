/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Counted sequences of coordinates, for WKB and BLOB-Geometry. Layer 1. */
#include "binary.h"

#include <math.h>
#include <string.h>

enum { BLOB_PART = 0x69, LITTLE_ENDIAN_MARK = 1 };

/* --- Reading --- */

static size_t left(const struct jalon_geo_binary *in)
{
    return in->size - in->at;
}

static uint64_t read_unsigned(struct jalon_geo_binary *in, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        unsigned shift = 8 * (in->little_endian ? i : bytes - 1 - i);
        value |= (uint64_t)in->data[in->at + i] << shift;
    }
    in->at += bytes;
    return value;
}

bool jalon_geo_binary_u32(struct jalon_geo_binary *in, uint32_t *out)
{
    if (left(in) < 4) {
        return false;
    }
    *out = (uint32_t)read_unsigned(in, 4);
    return true;
}

bool jalon_geo_binary_double(struct jalon_geo_binary *in, double *out)
{
    if (left(in) < 8) {
        return false;
    }
    uint64_t bits = read_unsigned(in, 8);
    memcpy(out, &bits, sizeof bits);
    return true;
}

enum jalon_status jalon_geo_binary_refuse(struct jalon_geo_binary *in, const char *reason)
{
    return jalon_fail(in->builder.ctx, JALON_INVALID,
                      "the binary geometry is not readable: %s (byte %zu)",
                      jalon_say(in->builder.ctx, reason), in->at);
}

static enum jalon_status cut_short(struct jalon_geo_binary *in)
{
    return jalon_geo_binary_refuse(in, "it is cut short");
}

static enum jalon_status checked(struct jalon_geo_binary *in, enum jalon_status status)
{
    return status == JALON_INVALID ? jalon_geo_binary_refuse(in, in->builder.reason) : status;
}

enum jalon_status jalon_geo_binary_type(struct jalon_geo_binary *in, enum jalon_geometry_type *out)
{
    uint32_t word, srid = 0;
    if (!jalon_geo_binary_u32(in, &word)) {
        return cut_short(in);
    }
    bool has_z = false, has_m = false;
    if (!in->blob) {
        has_z = (word & 0x80000000U) != 0;
        has_m = (word & 0x40000000U) != 0;
        if ((word & 0x20000000U) != 0 && !jalon_geo_binary_u32(in, &srid)) {
            return cut_short(in);
        }
        word &= 0x1FFFFFFFU;
    }
    uint32_t dimension = word / 1000;
    word %= 1000;
    if (dimension > 3 || word < JALON_GEOMETRY_POINT || word > JALON_GEOMETRY_MULTIPOLYGON) {
        return jalon_geo_binary_refuse(in, word == 7 && dimension <= 3
                                               ? "geometry collections are not supported"
                                               : "its type is not known");
    }
    has_z = has_z || dimension == 1 || dimension == 3;
    has_m = has_m || dimension >= 2;
    in->numbers = 2U + has_z + has_m;
    if (srid > 0 && srid <= INT32_MAX) {
        in->srid = (int32_t)srid;
    }
    *out = (enum jalon_geometry_type)word;
    return JALON_OK;
}

static enum jalon_status read_positions(struct jalon_geo_binary *in, size_t count)
{
    if (count > left(in) / (8 * in->numbers)) {
        return cut_short(in);
    }
    enum jalon_status status = jalon_geometry_builder_reserve(&in->builder, count);
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        struct jalon_position position;
        if (!jalon_geo_binary_double(in, &position.lon) ||
            !jalon_geo_binary_double(in, &position.lat)) {
            return cut_short(in);
        }
        if (!isfinite(position.lon) || !isfinite(position.lat)) {
            return jalon_geo_binary_refuse(in, "a coordinate is not a number");
        }
        in->at += 8 * (in->numbers - 2);
        status = jalon_geometry_builder_add(&in->builder, position);
    }
    return status;
}

/* A count of things that take at least `bytes` bytes each. */
static bool read_count(struct jalon_geo_binary *in, size_t bytes, uint32_t *out)
{
    return jalon_geo_binary_u32(in, out) && *out <= left(in) / bytes;
}

static enum jalon_status read_sequence(struct jalon_geo_binary *in)
{
    uint32_t count;
    if (!read_count(in, 8 * in->numbers, &count)) {
        return cut_short(in);
    }
    return read_positions(in, count);
}

static enum jalon_status read_polygon(struct jalon_geo_binary *in)
{
    uint32_t count;
    if (!read_count(in, 4, &count)) {
        return cut_short(in);
    }
    for (uint32_t i = 0; i < count; i++) {
        enum jalon_status status = read_sequence(in);
        if (status == JALON_OK) {
            status = checked(in, jalon_geometry_builder_end_ring(&in->builder));
        }
        if (status != JALON_OK) {
            return status;
        }
    }
    return checked(in, jalon_geometry_builder_end_polygon(&in->builder));
}

static enum jalon_status read_single(struct jalon_geo_binary *in, enum jalon_geometry_type type)
{
    enum jalon_status status;
    switch (type) {
    case JALON_GEOMETRY_POINT: return read_positions(in, 1);
    case JALON_GEOMETRY_POLYGON: return read_polygon(in);
    case JALON_GEOMETRY_LINESTRING:
        status = read_sequence(in);
        return status != JALON_OK ? status
                                  : checked(in, jalon_geometry_builder_end_line(&in->builder));
    case JALON_GEOMETRY_NONE:
    case JALON_GEOMETRY_MULTIPOINT:
    case JALON_GEOMETRY_MULTILINESTRING:
    case JALON_GEOMETRY_MULTIPOLYGON: break;
    }
    return JALON_INTERNAL;
}

/* What stands before each part of a multi geometry. */
static enum jalon_status read_part_head(struct jalon_geo_binary *in,
                                        enum jalon_geometry_type expected)
{
    if (left(in) < 1) {
        return cut_short(in);
    }
    unsigned char mark = in->data[in->at++];
    if (in->blob ? mark != BLOB_PART : mark > LITTLE_ENDIAN_MARK) {
        return jalon_geo_binary_refuse(in, "a part does not begin as it should");
    }
    if (!in->blob) {
        in->little_endian = mark == LITTLE_ENDIAN_MARK;
    }
    enum jalon_geometry_type type = JALON_GEOMETRY_NONE;
    enum jalon_status status = jalon_geo_binary_type(in, &type);
    if (status == JALON_OK && type != expected) {
        return jalon_geo_binary_refuse(in, "a part has another type than the whole");
    }
    return status;
}

enum jalon_status jalon_geo_binary_body(struct jalon_geo_binary *in, enum jalon_geometry_type type)
{
    enum jalon_geometry_type part = jalon_geometry_part_type(type);
    if (part == JALON_GEOMETRY_NONE) {
        return read_single(in, type);
    }
    uint32_t count;
    if (!read_count(in, 5, &count)) {
        return cut_short(in);
    }
    for (uint32_t i = 0; i < count; i++) {
        enum jalon_status status = read_part_head(in, part);
        if (status == JALON_OK) {
            status = read_single(in, part);
        }
        if (status != JALON_OK) {
            return status;
        }
    }
    return count > 0 ? JALON_OK : jalon_geo_binary_refuse(in, "it has no parts");
}

/* --- Writing --- */

static void write_unsigned(struct jalon_buffer *buffer, uint64_t value, unsigned bytes)
{
    unsigned char out[8];
    for (unsigned i = 0; i < bytes; i++) {
        out[i] = (unsigned char)(value >> (8 * i));
    }
    jalon_buffer_append(buffer, out, bytes);
}

void jalon_geo_binary_write_u32(struct jalon_buffer *buffer, uint32_t value)
{
    write_unsigned(buffer, value, 4);
}

void jalon_geo_binary_write_double(struct jalon_buffer *buffer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    write_unsigned(buffer, bits, 8);
}

static void write_position(struct jalon_buffer *buffer, struct jalon_position position)
{
    jalon_geo_binary_write_double(buffer, position.lon);
    jalon_geo_binary_write_double(buffer, position.lat);
}

static void write_line(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                       size_t ring)
{
    size_t start = jalon_geometry_ring_start(geometry, ring), end = geometry->ring_ends[ring];
    jalon_geo_binary_write_u32(buffer, (uint32_t)(end - start));
    for (size_t i = start; i < end; i++) {
        write_position(buffer, geometry->positions[i]);
    }
}

static void write_polygon(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                          size_t polygon)
{
    size_t start = jalon_geometry_polygon_start(geometry, polygon);
    size_t end = geometry->polygon_ends[polygon];
    jalon_geo_binary_write_u32(buffer, (uint32_t)(end - start));
    for (size_t i = start; i < end; i++) {
        write_line(buffer, geometry, i);
    }
}

static void write_single(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                         enum jalon_geometry_type type, size_t part)
{
    if (type == JALON_GEOMETRY_POINT) {
        write_position(buffer, geometry->positions[part]);
    } else if (type == JALON_GEOMETRY_LINESTRING) {
        write_line(buffer, geometry, part);
    } else {
        write_polygon(buffer, geometry, part);
    }
}

static size_t count_parts(const struct jalon_geometry *geometry, enum jalon_geometry_type part)
{
    switch (part) {
    case JALON_GEOMETRY_POINT: return geometry->position_count;
    case JALON_GEOMETRY_LINESTRING: return geometry->ring_count;
    case JALON_GEOMETRY_POLYGON: return geometry->polygon_count;
    case JALON_GEOMETRY_NONE:
    case JALON_GEOMETRY_MULTIPOINT:
    case JALON_GEOMETRY_MULTILINESTRING:
    case JALON_GEOMETRY_MULTIPOLYGON: break;
    }
    return 0;
}

void jalon_geo_binary_write_body(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                                 bool blob)
{
    enum jalon_geometry_type part = jalon_geometry_part_type(geometry->type);
    if (part == JALON_GEOMETRY_NONE) {
        write_single(buffer, geometry, geometry->type, 0);
        return;
    }
    size_t count = count_parts(geometry, part);
    jalon_geo_binary_write_u32(buffer, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        jalon_buffer_append_char(buffer, blob ? BLOB_PART : LITTLE_ENDIAN_MARK);
        jalon_geo_binary_write_u32(buffer, (uint32_t)part);
        write_single(buffer, geometry, part, i);
    }
}
