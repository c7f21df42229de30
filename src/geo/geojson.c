/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Geometry objects of GeoJSON (RFC 7946, 3.1), from trees and into buffers. Layer 1. */
#include "builder.h"

/* --- Reading --- */

/* Arrays inside `coordinates`: MultiPolygon is polygons, rings, positions. */
enum { DEPTH_MAX = 3 };

struct reader {
    struct jalon_geometry_builder builder;
    const char *pointer;
    size_t path[DEPTH_MAX]; /* of the array that is being read */
    unsigned depth;
};

static enum jalon_status refuse(struct reader *reader, const char *reason)
{
    struct jalon_context *ctx = reader->builder.ctx;
    const char *pointer = jalon_json_pointer(ctx, reader->pointer, JALON_TEXT("coordinates"));
    for (unsigned i = 0; i < reader->depth && pointer != NULL; i++) {
        pointer = jalon_json_pointer_at(ctx, pointer, reader->path[i]);
    }
    if (pointer == NULL) {
        return jalon_no_memory(ctx);
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, pointer, "%s",
                         jalon_say(ctx, reason));
}

/* Passes a status of the builder on, with the place when the shape is what is wrong. */
static enum jalon_status checked(struct reader *reader, enum jalon_status status)
{
    return status == JALON_INVALID ? refuse(reader, reader->builder.reason) : status;
}

static bool is_number(const struct jalon_json *json)
{
    enum jalon_json_kind kind = jalon_json_kind(json);
    return kind == JALON_JSON_INTEGER || kind == JALON_JSON_NUMBER;
}

static enum jalon_status read_position(struct reader *reader, const struct jalon_json *json)
{
    if (jalon_json_kind(json) != JALON_JSON_ARRAY) {
        return refuse(reader, "a position is an array of numbers: longitude, latitude");
    }
    const struct jalon_json *lon = jalon_json_element(json, 0);
    const struct jalon_json *lat = jalon_json_element(json, 1);
    if (jalon_json_size(json) < 2 || !is_number(lon) || !is_number(lat)) {
        return refuse(reader, "a position needs 2 numbers: longitude, latitude");
    }
    for (size_t i = 2; i < jalon_json_size(json); i++) {
        if (!is_number(jalon_json_element(json, i))) {
            return refuse(reader, "a position holds nothing but numbers");
        }
    }
    struct jalon_position position = {jalon_json_number(lon), jalon_json_number(lat)};
    return jalon_geometry_builder_add(&reader->builder, position);
}

typedef enum jalon_status (*read_element)(struct reader *, const struct jalon_json *);

/* Reads every element of an array, keeping the path for messages. */
static enum jalon_status read_array(struct reader *reader, const struct jalon_json *json,
                                    const char *expected, read_element read)
{
    if (jalon_json_kind(json) != JALON_JSON_ARRAY) {
        return refuse(reader, expected);
    }
    size_t count = jalon_json_size(json);
    unsigned level = reader->depth++;
    for (size_t i = 0; i < count; i++) {
        reader->path[level] = i;
        enum jalon_status status = read(reader, jalon_json_element(json, i));
        if (status != JALON_OK) {
            return status;
        }
    }
    reader->depth--;
    return JALON_OK;
}

static enum jalon_status read_positions(struct reader *reader, const struct jalon_json *json)
{
    return read_array(reader, json, "expected an array of positions", read_position);
}

static enum jalon_status read_line(struct reader *reader, const struct jalon_json *json)
{
    enum jalon_status status = read_positions(reader, json);
    if (status != JALON_OK) {
        return status;
    }
    return checked(reader, jalon_geometry_builder_end_line(&reader->builder));
}

static enum jalon_status read_ring(struct reader *reader, const struct jalon_json *json)
{
    enum jalon_status status = read_positions(reader, json);
    if (status != JALON_OK) {
        return status;
    }
    return checked(reader, jalon_geometry_builder_end_ring(&reader->builder));
}

static enum jalon_status read_polygon(struct reader *reader, const struct jalon_json *json)
{
    enum jalon_status status = read_array(reader, json, "expected an array of rings", read_ring);
    if (status != JALON_OK) {
        return status;
    }
    return checked(reader, jalon_geometry_builder_end_polygon(&reader->builder));
}

static enum jalon_status read_coordinates(struct reader *reader, const struct jalon_json *json)
{
    switch (reader->builder.geometry.type) {
    case JALON_GEOMETRY_POINT: return read_position(reader, json);
    case JALON_GEOMETRY_LINESTRING: return read_line(reader, json);
    case JALON_GEOMETRY_POLYGON: return read_polygon(reader, json);
    case JALON_GEOMETRY_MULTIPOINT: return read_positions(reader, json);
    case JALON_GEOMETRY_MULTILINESTRING:
        return read_array(reader, json, "expected an array of lines", read_line);
    case JALON_GEOMETRY_MULTIPOLYGON:
        return read_array(reader, json, "expected an array of polygons", read_polygon);
    case JALON_GEOMETRY_NONE: break;
    }
    return JALON_INTERNAL;
}

static enum jalon_status read_type(struct jalon_context *ctx, const struct jalon_json *json,
                                   const char *pointer, enum jalon_geometry_type *out)
{
    struct jalon_text name = jalon_json_text(jalon_json_member(json, "type"));
    /* GeoJSON minds the case of its names (RFC 7946, 1.4), the parser does not. */
    if (jalon_geometry_type_parse(name, out) &&
        jalon_text_is(name, jalon_geometry_type_name(*out))) {
        return JALON_OK;
    }
    const char *place = jalon_json_pointer(ctx, pointer, JALON_TEXT("type"));
    if (place == NULL) {
        return jalon_no_memory(ctx);
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, place,
                         "expected one of Point, LineString, Polygon, MultiPoint, "
                         "MultiLineString, MultiPolygon");
}

enum jalon_status jalon_geometry_from_json(struct jalon_context *ctx, const struct jalon_json *json,
                                           const char *pointer, int32_t srid,
                                           struct jalon_geometry *out)
{
    enum jalon_json_kind kind = jalon_json_kind(json);
    if (kind == JALON_JSON_NULL) {
        *out = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE, .srid = srid};
        return JALON_OK;
    }
    if (kind != JALON_JSON_OBJECT) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, pointer,
                             "expected a GeoJSON geometry object or null, found %s",
                             jalon_say(ctx, jalon_json_kind_name(kind)));
    }
    enum jalon_geometry_type type;
    enum jalon_status status = read_type(ctx, json, pointer, &type);
    if (status != JALON_OK) {
        return status;
    }
    struct reader reader = {.pointer = pointer};
    jalon_geometry_builder_init(&reader.builder, ctx, type, srid);
    status = read_coordinates(&reader, jalon_json_member(json, "coordinates"));
    if (status != JALON_OK) {
        return status;
    }
    if (reader.builder.geometry.position_count == 0) {
        return refuse(&reader, "there are no positions; a missing geometry is null");
    }
    *out = reader.builder.geometry;
    return JALON_OK;
}

/* --- Writing --- */

static void write_position(struct jalon_buffer *buffer, struct jalon_position position)
{
    jalon_buffer_append_char(buffer, '[');
    jalon_buffer_append_coordinate(buffer, position.lon);
    jalon_buffer_append_char(buffer, ',');
    jalon_buffer_append_coordinate(buffer, position.lat);
    jalon_buffer_append_char(buffer, ']');
}

static void write_positions(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                            size_t start, size_t end)
{
    jalon_buffer_append_char(buffer, '[');
    for (size_t i = start; i < end; i++) {
        if (i > start) {
            jalon_buffer_append_char(buffer, ',');
        }
        write_position(buffer, geometry->positions[i]);
    }
    jalon_buffer_append_char(buffer, ']');
}

static void write_ring(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                       size_t ring)
{
    write_positions(buffer, geometry, jalon_geometry_ring_start(geometry, ring),
                    geometry->ring_ends[ring]);
}

static void write_rings(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                        size_t start, size_t end)
{
    jalon_buffer_append_char(buffer, '[');
    for (size_t i = start; i < end; i++) {
        if (i > start) {
            jalon_buffer_append_char(buffer, ',');
        }
        write_ring(buffer, geometry, i);
    }
    jalon_buffer_append_char(buffer, ']');
}

static void write_polygons(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    jalon_buffer_append_char(buffer, '[');
    for (size_t i = 0; i < geometry->polygon_count; i++) {
        if (i > 0) {
            jalon_buffer_append_char(buffer, ',');
        }
        write_rings(buffer, geometry, jalon_geometry_polygon_start(geometry, i),
                    geometry->polygon_ends[i]);
    }
    jalon_buffer_append_char(buffer, ']');
}

void jalon_geometry_write_json(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    if (geometry->type == JALON_GEOMETRY_NONE) {
        jalon_buffer_append(buffer, "null", 4);
        return;
    }
    jalon_buffer_append_string(buffer, "{\"type\":\"");
    jalon_buffer_append_string(buffer, jalon_geometry_type_name(geometry->type));
    jalon_buffer_append_string(buffer, "\",\"coordinates\":");
    switch (geometry->type) {
    case JALON_GEOMETRY_POINT: write_position(buffer, geometry->positions[0]); break;
    case JALON_GEOMETRY_MULTIPOINT:
        write_positions(buffer, geometry, 0, geometry->position_count);
        break;
    case JALON_GEOMETRY_LINESTRING: write_ring(buffer, geometry, 0); break;
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTILINESTRING:
        write_rings(buffer, geometry, 0, geometry->ring_count);
        break;
    case JALON_GEOMETRY_MULTIPOLYGON: write_polygons(buffer, geometry); break;
    case JALON_GEOMETRY_NONE: break;
    }
    jalon_buffer_append_char(buffer, '}');
}
