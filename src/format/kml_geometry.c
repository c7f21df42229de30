/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Geometry elements of KML: collected part by part, then made one flat geometry. Layer 2. */
#include "kml_placemark.h"

#include <string.h>

#include "jalon/geo.h"

/* What is collected: the parts of one kind, in the layout of struct jalon_geometry. */
struct parts {
    enum jalon_geometry_type kind; /* POINT, LINESTRING or POLYGON; NONE while there is no part */
    size_t part_count;
    struct jalon_position *positions;
    size_t position_count, position_capacity;
    uint32_t *ring_ends;
    size_t ring_count, ring_capacity;
    uint32_t *polygon_ends;
    size_t polygon_count, polygon_capacity;
};

bool jalon_kml_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

struct jalon_text jalon_kml_text(struct jalon_context *ctx, xmlNode *node)
{
    xmlChar *content = xmlNodeGetContent(node);
    struct jalon_text text = jalon_text_from((const char *)content);
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_trim(text));
    xmlFree(content);
    return copy;
}

static xmlNode *find_child(xmlNode *node, const char *name)
{
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        if (jalon_kml_is(child, name)) {
            return child;
        }
    }
    return NULL;
}

static enum jalon_status fail(struct jalon_context *ctx, const xmlNode *node, const char *reason)
{
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, (const char *)node->name, "%s",
                         reason);
}

/* --- Positions --- */
static enum jalon_status add_position(struct jalon_context *ctx, struct parts *parts,
                                      struct jalon_position position)
{
    if (parts->position_count == JALON_GEOMETRY_POSITIONS_MAX) {
        return jalon_fail(ctx, JALON_INVALID, "a geometry of more than %d positions",
                          JALON_GEOMETRY_POSITIONS_MAX);
    }
    struct jalon_position *positions = jalon_arena_grow(
        ctx->arena, parts->positions, parts->position_count, parts->position_count + 1,
        sizeof *positions, &parts->position_capacity);
    if (positions == NULL) {
        return jalon_no_memory(ctx);
    }
    parts->positions = positions;
    positions[parts->position_count++] = position;
    return JALON_OK;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "lon,lat" or "lon,lat,altitude" */
static bool parse_tuple(struct jalon_text tuple, struct jalon_position *out)
{
    double numbers[3];
    size_t count = 0;
    for (;;) {
        size_t comma = jalon_text_find(tuple, ',');
        if (count == 3 ||
            !jalon_text_to_double(jalon_text_slice(tuple.data, comma), &numbers[count])) {
            return false;
        }
        count++;
        if (comma == tuple.length) {
            break;
        }
        tuple = jalon_text_slice(tuple.data + comma + 1, tuple.length - comma - 1);
    }
    *out = (struct jalon_position){numbers[0], numbers[1]};
    return count >= 2;
}

static enum jalon_status read_coordinates(struct jalon_context *ctx, xmlNode *node,
                                          struct parts *parts)
{
    xmlNode *element = find_child(node, "coordinates");
    struct jalon_text text =
        element != NULL ? jalon_kml_text(ctx, element) : JALON_TEXT_EMPTY;
    if (text.data == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        while (end < text.length && !is_space(text.data[end])) {
            end++;
        }
        struct jalon_position position;
        if (!parse_tuple(jalon_text_slice(text.data + at, end - at), &position)) {
            return fail(ctx, node, "coordinates that are not \"longitude,latitude\"");
        }
        enum jalon_status status = add_position(ctx, parts, position);
        if (status != JALON_OK) {
            return status;
        }
        while (end < text.length && is_space(text.data[end])) {
            end++;
        }
        at = end;
    }
    return JALON_OK;
}

/* --- Parts --- */
static enum jalon_status add_end(struct jalon_context *ctx, uint32_t **ends, size_t *count,
                                 size_t *capacity, size_t end)
{
    uint32_t *grown =
        jalon_arena_grow(ctx->arena, *ends, *count, *count + 1, sizeof **ends, capacity);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    *ends = grown;
    grown[(*count)++] = (uint32_t)end;
    return JALON_OK;
}

static enum jalon_status end_ring(struct jalon_context *ctx, struct parts *parts)
{
    return add_end(ctx, &parts->ring_ends, &parts->ring_count, &parts->ring_capacity,
                   parts->position_count);
}

static enum jalon_status read_point(struct jalon_context *ctx, xmlNode *node, struct parts *parts)
{
    size_t before = parts->position_count;
    enum jalon_status status = read_coordinates(ctx, node, parts);
    if (status == JALON_OK && parts->position_count - before != 1) {
        return fail(ctx, node, "one position is needed");
    }
    return status;
}

static enum jalon_status read_line(struct jalon_context *ctx, xmlNode *node, struct parts *parts)
{
    size_t before = parts->position_count;
    enum jalon_status status = read_coordinates(ctx, node, parts);
    if (status == JALON_OK && parts->position_count - before < 2) {
        return fail(ctx, node, "two positions are needed at least");
    }
    return status == JALON_OK ? end_ring(ctx, parts) : status;
}

static enum jalon_status close_ring(struct jalon_context *ctx, struct parts *parts, size_t start)
{
    struct jalon_position first = parts->positions[start];
    struct jalon_position last = parts->positions[parts->position_count - 1];
    bool closed = first.lon == last.lon && first.lat == last.lat;
    return closed ? JALON_OK : add_position(ctx, parts, first);
}

/* outerBoundaryIs or innerBoundaryIs: one LinearRing, as some writers have it also several. */
static enum jalon_status read_boundary(struct jalon_context *ctx, xmlNode *node,
                                       struct parts *parts)
{
    for (xmlNode *child = node->children; child != NULL; child = child->next) {
        if (!jalon_kml_is(child, "LinearRing")) {
            continue;
        }
        size_t start = parts->position_count;
        enum jalon_status status = read_coordinates(ctx, child, parts);
        if (status == JALON_OK && parts->position_count - start < 3) {
            return fail(ctx, child, "four positions are needed at least");
        }
        if (status == JALON_OK) {
            status = close_ring(ctx, parts, start);
        }
        if (status == JALON_OK && parts->position_count - start < 4) {
            return fail(ctx, child, "four positions are needed at least");
        }
        if (status == JALON_OK) {
            status = end_ring(ctx, parts);
        }
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

static enum jalon_status read_boundaries(struct jalon_context *ctx, xmlNode *node,
                                         const char *name, struct parts *parts)
{
    enum jalon_status status = JALON_OK;
    for (xmlNode *child = node->children; child != NULL && status == JALON_OK;
         child = child->next) {
        if (jalon_kml_is(child, name)) {
            status = read_boundary(ctx, child, parts);
        }
    }
    return status;
}

static enum jalon_status read_polygon(struct jalon_context *ctx, xmlNode *node,
                                      struct parts *parts)
{
    size_t before = parts->ring_count;
    enum jalon_status status = read_boundaries(ctx, node, "outerBoundaryIs", parts);
    if (status == JALON_OK && parts->ring_count - before != 1) {
        return fail(ctx, node, "one outer boundary is needed");
    }
    if (status == JALON_OK) {
        status = read_boundaries(ctx, node, "innerBoundaryIs", parts);
    }
    return status == JALON_OK ? add_end(ctx, &parts->polygon_ends, &parts->polygon_count,
                                        &parts->polygon_capacity, parts->ring_count)
                              : status;
}

struct element_kind {
    const char *name;
    enum jalon_geometry_type type; /* NONE: not read here */
    enum jalon_status (*read)(struct jalon_context *ctx, xmlNode *node, struct parts *parts);
};

static enum jalon_status read_multi(struct jalon_context *ctx, xmlNode *node, struct parts *parts);

static const struct element_kind element_kinds[] = {
    {"Point", JALON_GEOMETRY_POINT, read_point},
    {"LineString", JALON_GEOMETRY_LINESTRING, read_line},
    {"LinearRing", JALON_GEOMETRY_LINESTRING, read_line},
    {"Polygon", JALON_GEOMETRY_POLYGON, read_polygon},
    {"MultiGeometry", JALON_GEOMETRY_NONE, read_multi},
    {"Model", JALON_GEOMETRY_NONE, NULL},
    {"Track", JALON_GEOMETRY_NONE, NULL},
    {"MultiTrack", JALON_GEOMETRY_NONE, NULL},
};

static const struct element_kind *kind_of(const xmlNode *node)
{
    for (size_t i = 0; i < sizeof element_kinds / sizeof *element_kinds; i++) {
        if (jalon_kml_is(node, element_kinds[i].name)) {
            return &element_kinds[i];
        }
    }
    return NULL;
}

static enum jalon_status read_part(struct jalon_context *ctx, xmlNode *node,
                                   const struct element_kind *kind, struct parts *parts)
{
    if (kind->read == NULL) {
        return fail(ctx, node, "this kind of geometry is not read here");
    }
    if (kind->type != JALON_GEOMETRY_NONE) {
        if (parts->kind != JALON_GEOMETRY_NONE && parts->kind != kind->type) {
            return fail(ctx, node, "a MultiGeometry of several kinds cannot be stored as one");
        }
        parts->kind = kind->type;
        parts->part_count++;
    }
    return kind->read(ctx, node, parts);
}

/* Its depth is bounded by libxml2's own (256 elements). */
static enum jalon_status read_multi(struct jalon_context *ctx, xmlNode *node, struct parts *parts)
{
    enum jalon_status status = JALON_OK;
    for (xmlNode *child = node->children; child != NULL && status == JALON_OK;
         child = child->next) {
        const struct element_kind *kind = kind_of(child);
        status = kind != NULL ? read_part(ctx, child, kind, parts) : JALON_OK;
    }
    return status;
}

enum jalon_status jalon_kml_read_geometry(struct jalon_context *ctx, xmlNode *placemark,
                                          struct jalon_geometry *out, bool *out_present)
{
    /* A Placemark has one geometry at most; what has more is read as a MultiGeometry. */
    struct parts parts = {0};
    enum jalon_status status = read_multi(ctx, placemark, &parts);
    if (status != JALON_OK) {
        return status;
    }
    if (parts.part_count == 0) {
        *out_present = false;
        return JALON_OK;
    }
    int multi = parts.part_count > 1 ? JALON_GEOMETRY_MULTIPOINT - JALON_GEOMETRY_POINT : 0;
    *out = (struct jalon_geometry){
        .type = (enum jalon_geometry_type)((int)parts.kind + multi),
        .srid = JALON_SRID_WGS84,
        .positions = parts.positions,
        .position_count = parts.position_count,
        .ring_ends = parts.ring_ends,
        .ring_count = parts.ring_count,
        .polygon_ends = parts.polygon_ends,
        .polygon_count = parts.polygon_count,
    };
    *out_present = true;
    return JALON_OK;
}
