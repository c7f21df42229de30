/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Geometries in filters: literals prepared once, relations asked of each contribution. Layer 2
 * (view).
 */
#include "filter.h"

#include <math.h>

enum { BOX_STEPS = 16 }; /* pieces of a box's side, which is bent when it is transformed */

/* What geo refused is the filter's fault, at this place. */
static enum jalon_status refuse(struct jalon_context *ctx, const struct jalon_cql2 *cql2,
                                const struct jalon_cql2_node *node, enum jalon_status status)
{
    if (status != JALON_INVALID && status != JALON_TOO_LARGE && status != JALON_UNSUPPORTED) {
        return status;
    }
    struct jalon_text reason =
        ctx->error.detail_count > 0 ? ctx->error.details[0].reason : ctx->error.message;
    jalon_error_clear(ctx);
    return jalon_cql2_refuse(ctx, cql2, node, "expected a geometry: %.*s", JALON_TEXT_ARGS(reason));
}

/* --- Positions --- */

static enum jalon_status to_degrees(struct jalon_context *ctx, struct jalon_geometry *geometry,
                                    struct jalon_view_axes axes)
{
    for (size_t i = 0; axes.north_first && i < geometry->position_count; i++) {
        struct jalon_position p = geometry->positions[i];
        geometry->positions[i] = (struct jalon_position){p.lat, p.lon};
    }
    enum jalon_status status = jalon_geo_transform(ctx, axes.srid, JALON_SRID_WGS84,
                                                   geometry->positions, geometry->position_count);
    geometry->srid = JALON_SRID_WGS84;
    return status == JALON_OK ? jalon_geometry_check_range(ctx, geometry, NULL) : status;
}

static enum jalon_status read_geometry(struct jalon_context *ctx,
                                       const struct jalon_cql2_node *node,
                                       struct jalon_view_axes axes, struct jalon_geometry *out)
{
    enum jalon_status status =
        node->json != NULL
            ? jalon_geometry_from_json(ctx, node->json, node->pointer, axes.srid, out)
            : jalon_geometry_from_wkt(ctx, node->text, axes.srid, out);
    if (status == JALON_OK && out->position_count == 0) {
        return jalon_fail(ctx, JALON_INVALID, "it has no positions");
    }
    return status == JALON_OK ? to_degrees(ctx, out, axes) : status;
}

/* --- Boxes --- */

/* A box of no width or height is the line or the point that is left of it. */
static enum jalon_status outline_box(struct jalon_context *ctx, struct jalon_box box, size_t steps,
                                     struct jalon_geometry *out)
{
    bool is_flat = !(box.west < box.east) || !(box.south < box.north);
    size_t count = is_flat ? 2 : 4 * steps + 1;
    struct jalon_position *positions = jalon_arena_allocate(ctx->arena, count * sizeof *positions);
    uint32_t *ends = jalon_arena_allocate(ctx->arena, 2 * sizeof *ends);
    if (positions == NULL || ends == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_position const corners[] = {{box.west, box.south},
                                             {box.east, box.south},
                                             {box.east, box.north},
                                             {box.west, box.north},
                                             {box.west, box.south}};
    bool is_point = !(box.west < box.east) && !(box.south < box.north);
    *out = (struct jalon_geometry){
        .type = is_point  ? JALON_GEOMETRY_POINT
                : is_flat ? JALON_GEOMETRY_LINESTRING
                          : JALON_GEOMETRY_POLYGON,
        .srid = JALON_SRID_WGS84,
        .positions = positions,
        .position_count = is_point ? 1 : count,
        .ring_ends = ends,
        .ring_count = is_point ? 0 : 1,
        .polygon_ends = ends + 1,
        .polygon_count = is_flat ? 0 : 1,
    };
    ends[0] = (uint32_t)count;
    ends[1] = 1;
    positions[0] = corners[0];
    positions[count - 1] = is_flat && !is_point ? corners[2] : corners[0];
    for (size_t i = 0; !is_flat && i < count - 1; i++) {
        struct jalon_position from = corners[i / steps], to = corners[i / steps + 1];
        double part = (double)(i % steps) / (double)steps;
        positions[i] = (struct jalon_position){from.lon + (to.lon - from.lon) * part,
                                               from.lat + (to.lat - from.lat) * part};
    }
    return JALON_OK;
}

static struct jalon_box read_numbers(const struct jalon_cql2_node *node,
                                     struct jalon_view_axes axes)
{
    double numbers[6];
    size_t count = 0;
    for (const struct jalon_cql2_node *one = node->first; one != NULL; one = one->next) {
        numbers[count++] = one->number;
    }
    const double *upper = numbers + count / 2;
    return axes.north_first ? (struct jalon_box){numbers[1], numbers[0], upper[1], upper[0]}
                            : (struct jalon_box){numbers[0], numbers[1], upper[0], upper[1]};
}

/* In degrees the box itself is kept, and may cross the antimeridian. */
static enum jalon_status read_box(struct jalon_context *ctx, const struct jalon_cql2_node *node,
                                  struct jalon_view_axes axes, struct jalon_geometry parts[2],
                                  size_t *out_count, struct jalon_view_spatial *out)
{
    struct jalon_box box = read_numbers(node, axes);
    bool is_degrees = axes.srid == JALON_SRID_WGS84;
    if (box.south > box.north || (!is_degrees && box.west > box.east)) {
        return jalon_fail(ctx, JALON_INVALID, "the lower corner of a box comes first");
    }
    out->is_box = is_degrees;
    out->box = box;
    out->area = jalon_view_area_make(box);
    *out_count = is_degrees ? (size_t)out->area.count : 1;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < *out_count && status == JALON_OK; i++) {
        status = outline_box(ctx, is_degrees ? out->area.parts[i] : box, is_degrees ? 1 : BOX_STEPS,
                             &parts[i]);
        if (status == JALON_OK) {
            status = to_degrees(ctx, &parts[i], (struct jalon_view_axes){.srid = axes.srid});
        }
    }
    return status;
}

/* --- Literals --- */

static enum jalon_status read_parts(struct jalon_context *ctx, const struct jalon_cql2_node *node,
                                    struct jalon_view_axes axes, struct jalon_geometry *parts,
                                    size_t *out_count, struct jalon_view_spatial *out)
{
    if (node->kind == JALON_CQL2_BOX) {
        return read_box(ctx, node, axes, parts, out_count, out);
    }
    *out_count = 0;
    bool is_one = node->kind == JALON_CQL2_GEOMETRY;
    enum jalon_status status = JALON_OK;
    for (const struct jalon_cql2_node *one = is_one ? node : node->first;
         one != NULL && status == JALON_OK; one = is_one ? NULL : one->next) {
        status = read_geometry(ctx, one, axes, &parts[(*out_count)++]);
    }
    return status;
}

static void release_shape(void *shape)
{
    jalon_geo_shape_destroy(shape);
}

enum jalon_status jalon_view_spatial_make(struct jalon_context *ctx, const struct jalon_cql2 *cql2,
                                          const struct jalon_cql2_node *node,
                                          struct jalon_view_axes axes,
                                          struct jalon_view_spatial *out)
{
    struct jalon_view_spatial spatial = {.is_box = false};
    size_t count = node->count + 2;
    struct jalon_geometry *parts = jalon_arena_allocate(ctx->arena, count * sizeof *parts);
    if (parts == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = read_parts(ctx, node, axes, parts, &count, &spatial);
    if (status == JALON_OK) {
        status = jalon_geo_shape_create(ctx, parts, count, &spatial.shape);
    }
    if (status != JALON_OK) {
        return refuse(ctx, cql2, node, status);
    }
    status = jalon_arena_defer(ctx->arena, release_shape, spatial.shape);
    if (status != JALON_OK) {
        return jalon_no_memory(ctx);
    }
    if ((count == 1 || spatial.is_box) && parts[0].polygon_count > 0 &&
        parts[count - 1].polygon_count > 0) {
        spatial.outlines = parts;
        spatial.outline_count = count;
    }
    if (!spatial.is_box) {
        spatial.box = jalon_geo_shape_box(spatial.shape);
        spatial.area = jalon_view_area_make(spatial.box);
    }
    *out = spatial;
    return JALON_OK;
}

/* --- Relations --- */

static enum jalon_geo_relation relation_of(enum jalon_cql2_op op)
{
    switch (op) {
    case JALON_CQL2_S_DISJOINT: return JALON_GEO_DISJOINT;
    case JALON_CQL2_S_CONTAINS: return JALON_GEO_CONTAINS;
    case JALON_CQL2_S_WITHIN: return JALON_GEO_WITHIN;
    case JALON_CQL2_S_TOUCHES: return JALON_GEO_TOUCHES;
    case JALON_CQL2_S_CROSSES: return JALON_GEO_CROSSES;
    case JALON_CQL2_S_OVERLAPS: return JALON_GEO_OVERLAPS;
    case JALON_CQL2_S_EQUALS: return JALON_GEO_EQUALS;
    default: return JALON_GEO_INTERSECTS;
    }
}

/* The same said from the other side. */
static enum jalon_geo_relation turn_round(enum jalon_geo_relation relation)
{
    switch (relation) {
    case JALON_GEO_CONTAINS: return JALON_GEO_WITHIN;
    case JALON_GEO_WITHIN: return JALON_GEO_CONTAINS;
    default: return relation;
    }
}

static enum jalon_view_truth truth_of(bool is_so)
{
    return is_so ? JALON_VIEW_TRUE : JALON_VIEW_FALSE;
}

/* Of a geometry to itself. */
static bool is_reflexive(enum jalon_geo_relation relation)
{
    return relation == JALON_GEO_INTERSECTS || relation == JALON_GEO_EQUALS ||
           relation == JALON_GEO_CONTAINS || relation == JALON_GEO_WITHIN;
}

/* "literal relation contribution" */
static enum jalon_view_truth relate(struct jalon_view_run *run,
                                    const struct jalon_view_spatial *literal,
                                    enum jalon_geo_relation relation)
{
    bool is_disjoint = relation == JALON_GEO_DISJOINT;
    bool answer = false;
    struct jalon_geometry geometry;
    struct jalon_box box;
    if (!jalon_view_property_shape(run, &geometry, &box)) {
        return JALON_VIEW_UNKNOWN;
    }
    if (!jalon_view_area_meets(&literal->area, &box)) {
        return truth_of(is_disjoint);
    }
    if (literal->is_box && (is_disjoint || relation == JALON_GEO_INTERSECTS)) {
        return truth_of(jalon_view_geometry_meets(&geometry, &literal->area) != is_disjoint);
    }
    enum jalon_status status = jalon_geo_shape_relate(literal->shape, relation, &geometry, &answer);
    run->failed = run->failed || (status != JALON_OK && status != JALON_INVALID);
    return status == JALON_OK ? truth_of(answer) : JALON_VIEW_UNKNOWN;
}

static enum jalon_view_truth relate_literals(struct jalon_view_run *run,
                                             const struct jalon_view_node *node)
{
    bool answer = false;
    enum jalon_status status =
        jalon_geo_shape_relate_shape(node->operands[0]->spatial.shape, relation_of(node->op),
                                     node->operands[1]->spatial.shape, &answer);
    run->failed = run->failed || status != JALON_OK;
    return status == JALON_OK ? truth_of(answer) : JALON_VIEW_UNKNOWN;
}

enum jalon_view_truth jalon_view_spatial_truth(struct jalon_view_run *run,
                                               const struct jalon_view_node *node)
{
    const struct jalon_view_node *left = node->operands[0], *right = node->operands[1];
    bool left_is_literal = left->kind == JALON_VIEW_NODE_LITERAL;
    bool right_is_literal = right->kind == JALON_VIEW_NODE_LITERAL;
    enum jalon_geo_relation relation = relation_of(node->op);
    if (left_is_literal && right_is_literal) {
        return relate_literals(run, node);
    }
    if (left_is_literal) {
        return relate(run, &left->spatial, relation);
    }
    if (right_is_literal) {
        return relate(run, &right->spatial, turn_round(relation));
    }
    struct jalon_geometry geometry;
    struct jalon_box box;
    return jalon_view_property_shape(run, &geometry, &box) ? truth_of(is_reflexive(relation))
                                                           : JALON_VIEW_UNKNOWN;
}
