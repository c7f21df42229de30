/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The geometry value: names, copies, equality, boxes. Layer 1. */
#include <math.h>
#include <string.h>

#include "jalon/geo.h"

static const char *const TYPE_NAMES[] = {
    [JALON_GEOMETRY_NONE] = "None",
    [JALON_GEOMETRY_POINT] = "Point",
    [JALON_GEOMETRY_LINESTRING] = "LineString",
    [JALON_GEOMETRY_POLYGON] = "Polygon",
    [JALON_GEOMETRY_MULTIPOINT] = "MultiPoint",
    [JALON_GEOMETRY_MULTILINESTRING] = "MultiLineString",
    [JALON_GEOMETRY_MULTIPOLYGON] = "MultiPolygon",
};

const char *jalon_geometry_type_name(enum jalon_geometry_type type)
{
    return TYPE_NAMES[type];
}

bool jalon_geometry_type_parse(struct jalon_text name, enum jalon_geometry_type *out_type)
{
    for (int type = JALON_GEOMETRY_POINT; type <= JALON_GEOMETRY_MULTIPOLYGON; type++) {
        if (jalon_text_equal_ascii_case(name, jalon_text_from(TYPE_NAMES[type]))) {
            *out_type = (enum jalon_geometry_type)type;
            return true;
        }
    }
    return false;
}

enum jalon_status jalon_geometry_make_point(struct jalon_context *ctx,
                                            struct jalon_position position, int32_t srid,
                                            struct jalon_geometry *out)
{
    struct jalon_position *positions = jalon_arena_allocate(ctx->arena, sizeof *positions);
    if (positions == NULL) {
        return jalon_no_memory(ctx);
    }
    positions[0] = position;
    *out = (struct jalon_geometry){
        .type = JALON_GEOMETRY_POINT,
        .srid = srid,
        .positions = positions,
        .position_count = 1,
    };
    return JALON_OK;
}

/* A copy of `count` items in the arena, NULL when there are none; false without memory. */
static bool copy_array(struct jalon_context *ctx, const void *items, size_t count, size_t size,
                       void **out)
{
    *out = NULL;
    if (count == 0) {
        return true;
    }
    *out = jalon_arena_allocate(ctx->arena, count * size);
    if (*out == NULL) {
        return false;
    }
    memcpy(*out, items, count * size);
    return true;
}

enum jalon_status jalon_geometry_copy(struct jalon_context *ctx, const struct jalon_geometry *in,
                                      struct jalon_geometry *out)
{
    void *positions, *ring_ends, *polygon_ends;
    if (!copy_array(ctx, in->positions, in->position_count, sizeof *in->positions, &positions) ||
        !copy_array(ctx, in->ring_ends, in->ring_count, sizeof *in->ring_ends, &ring_ends) ||
        !copy_array(ctx, in->polygon_ends, in->polygon_count, sizeof *in->polygon_ends,
                    &polygon_ends)) {
        return jalon_no_memory(ctx);
    }
    *out = *in;
    out->positions = positions;
    out->ring_ends = ring_ends;
    out->polygon_ends = polygon_ends;
    return JALON_OK;
}

static bool equal_ends(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

bool jalon_geometry_equal(const struct jalon_geometry *a, const struct jalon_geometry *b)
{
    if (a->type == JALON_GEOMETRY_NONE && b->type == JALON_GEOMETRY_NONE) {
        return true;
    }
    if (a->type != b->type || a->srid != b->srid || a->position_count != b->position_count ||
        !equal_ends(a->ring_ends, a->ring_count, b->ring_ends, b->ring_count) ||
        !equal_ends(a->polygon_ends, a->polygon_count, b->polygon_ends, b->polygon_count)) {
        return false;
    }
    for (size_t i = 0; i < a->position_count; i++) {
        if (a->positions[i].lon != b->positions[i].lon ||
            a->positions[i].lat != b->positions[i].lat) {
            return false;
        }
    }
    return true;
}

static struct jalon_box box_of(const struct jalon_position *positions, size_t count)
{
    struct jalon_box box = {positions[0].lon, positions[0].lat, positions[0].lon, positions[0].lat};
    for (size_t i = 1; i < count; i++) {
        box.west = fmin(box.west, positions[i].lon);
        box.south = fmin(box.south, positions[i].lat);
        box.east = fmax(box.east, positions[i].lon);
        box.north = fmax(box.north, positions[i].lat);
    }
    return box;
}

/*
 * A shape cut at the antimeridian (RFC 7946, 3.1.9) has parts in the far east and in the far west
 * and none between. When the gap around longitude 0 is wider than the one around longitude 180,
 * the box that crosses is the smaller one.
 */
static void box_across_antimeridian(const struct jalon_geometry *geometry, struct jalon_box *box)
{
    bool has_rings = geometry->ring_count > 0;
    size_t part_count = has_rings ? geometry->ring_count : geometry->position_count;
    double west = 180, east = -180;
    for (size_t i = 0; i < part_count; i++) {
        size_t start = has_rings ? jalon_geometry_ring_start(geometry, i) : i;
        size_t end = has_rings ? geometry->ring_ends[i] : i + 1;
        struct jalon_box part = box_of(geometry->positions + start, end - start);
        if (part.west >= 0) {
            west = fmin(west, part.west);
        } else if (part.east < 0) {
            east = fmax(east, part.east);
        } else {
            return; /* a part that lies across longitude 0 */
        }
    }
    if (west - east > 360 - (box->east - box->west)) {
        box->west = west;
        box->east = east;
    }
}

bool jalon_geometry_box(const struct jalon_geometry *geometry, struct jalon_box *out)
{
    if (geometry->position_count == 0) {
        return false;
    }
    struct jalon_box box = box_of(geometry->positions, geometry->position_count);
    if (geometry->srid == JALON_SRID_WGS84 && box.east - box.west > 180) {
        box_across_antimeridian(geometry, &box);
    }
    *out = box;
    return true;
}

static bool contains_lon(struct jalon_box box, double lon)
{
    return box.west <= box.east ? lon >= box.west && lon <= box.east
                                : lon >= box.west || lon <= box.east;
}

bool jalon_box_intersects(struct jalon_box a, struct jalon_box b)
{
    if (a.south > b.north || b.south > a.north) {
        return false;
    }
    /* Two arcs of a circle that meet: one of them holds the western end of the other. */
    return contains_lon(a, b.west) || contains_lon(b, a.west);
}

bool jalon_box_contains(struct jalon_box box, struct jalon_position position)
{
    return position.lat >= box.south && position.lat <= box.north &&
           contains_lon(box, position.lon);
}
