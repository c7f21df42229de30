/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From what was written to what it means: properties found, operands compiled, constants worked out.
 * Layer 2 (view).
 */
#include "filter_compile.h"

static node_ptr compile(struct jalon_view_compiler *compiler, source_ptr source);

static node_ptr no_memory(struct jalon_view_compiler *compiler)
{
    if (compiler->status == JALON_OK) {
        compiler->status = jalon_no_memory(compiler->ctx);
    }
    return NULL;
}

static node_ptr make(struct jalon_view_compiler *compiler, enum jalon_view_node_kind kind,
                     enum jalon_view_type type)
{
    node_ptr node = jalon_arena_allocate_zeroed(compiler->ctx->arena, 1, sizeof *node);
    if (node == NULL) {
        return no_memory(compiler);
    }
    node->kind = kind;
    node->type = type;
    node->is_constant = kind != JALON_VIEW_NODE_PROPERTY && kind != JALON_VIEW_NODE_CALL;
    node->datum.type = type;
    return node;
}

/* --- Literals --- */

static node_ptr make_literal(struct jalon_view_compiler *compiler, source_ptr source)
{
    node_ptr node = make(compiler, JALON_VIEW_NODE_LITERAL, JALON_VIEW_BOOLEAN);
    if (node == NULL) {
        return NULL;
    }
    switch (source->kind) {
    case JALON_CQL2_BOOLEAN: node->datum.boolean = source->boolean; break;
    case JALON_CQL2_NUMBER:
        node->type = JALON_VIEW_NUMBER;
        node->datum.number = source->number;
        break;
    case JALON_CQL2_STRING:
        node->type = JALON_VIEW_TEXT;
        node->datum.text = source->text;
        break;
    default:
        node->type = source->kind == JALON_CQL2_DATE ? JALON_VIEW_DATE : JALON_VIEW_TIMESTAMP;
        node->datum.is_days = node->type == JALON_VIEW_DATE;
        node->datum.first_us = source->time_us;
        node->datum.last_us = source->time_us;
        break;
    }
    node->datum.type = node->type;
    return node;
}

static node_ptr make_spatial(struct jalon_view_compiler *compiler, source_ptr source)
{
    node_ptr node = make(compiler, JALON_VIEW_NODE_LITERAL, JALON_VIEW_GEOMETRY);
    if (node == NULL || compiler->status != JALON_OK) {
        return NULL;
    }
    compiler->status = jalon_view_spatial_make(compiler->ctx, compiler->cql2, source,
                                               compiler->axes, &node->spatial);
    return compiler->status == JALON_OK ? node : NULL;
}

/* --- Properties --- */

/* "title, description, …", for whoever misspelt one. */
static struct jalon_text list_queryables(struct jalon_view_compiler *compiler)
{
    struct jalon_view_queryable one;
    struct jalon_buffer names;
    jalon_buffer_init(&names, 800);
    for (size_t i = 0; jalon_view_queryable_at(compiler->collection, i, &one); i++) {
        jalon_buffer_append_string(&names, i == 0 ? "" : ", ");
        jalon_buffer_append_text(&names, one.name);
    }
    struct jalon_text list = jalon_text_copy(compiler->ctx->arena, jalon_buffer_text(&names));
    jalon_buffer_finish(&names);
    return list.data != NULL ? list : JALON_TEXT_EMPTY;
}

static node_ptr make_property(struct jalon_view_compiler *compiler, source_ptr source)
{
    node_ptr node = make(compiler, JALON_VIEW_NODE_PROPERTY, JALON_VIEW_TEXT);
    if (node == NULL) {
        return NULL;
    }
    if (!jalon_view_queryable_find(compiler->collection, source->text, &node->queryable)) {
        struct jalon_text name = jalon_view_shorten_name(source->text);
        JALON_VIEW_REFUSE(compiler, source, "there is no property \"%.*s\" here; there are %s",
               JALON_TEXT_ARGS(name), list_queryables(compiler).data);
        return NULL;
    }
    node->type = node->queryable.type;
    return node;
}

/* --- Operands --- */

/* All children; false when one of them failed. */
static bool compile_operands(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    if (node == NULL) {
        return false;
    }
    node->operands =
        jalon_arena_allocate(compiler->ctx->arena, source->count * sizeof *node->operands);
    if (node->operands == NULL) {
        (void)no_memory(compiler);
        return false;
    }
    node->is_constant = true;
    for (source_ptr child = source->first; child != NULL; child = child->next) {
        node_ptr operand = compile(compiler, child);
        if (operand == NULL) {
            return false;
        }
        node->operands[node->count++] = operand;
        node->is_constant = node->is_constant && operand->is_constant;
    }
    return true;
}

/* --- Constants --- */

static node_ptr fold_text(struct jalon_view_compiler *compiler, node_ptr node)
{
    if (node->datum.folding != 0) {
        node->datum.text =
            jalon_view_text_fold(compiler->ctx->arena, node->datum.text, node->datum.folding);
        node->datum.folding = 0;
    }
    return node->datum.text.data != NULL ? node : no_memory(compiler);
}

/* What no contribution changes is worked out once. */
static node_ptr fold_constant(struct jalon_view_compiler *compiler, node_ptr node)
{
    struct jalon_view_run run = {.map = compiler->map};
    struct jalon_view_datum datum;
    if (!node->is_constant) {
        return node;
    }
    bool is_known = jalon_view_node_datum(&run, node, &datum);
    if (run.failed) {
        compiler->status =
            jalon_fail(compiler->ctx, JALON_INTERNAL, "shapes could not be compared");
        return NULL;
    }
    node->kind = is_known ? JALON_VIEW_NODE_LITERAL : JALON_VIEW_NODE_NULL;
    if (is_known) {
        node->datum = datum;
        node->datum.type = node->type;
    }
    return is_known && node->type == JALON_VIEW_TEXT ? fold_text(compiler, node) : node;
}

/* --- Nodes --- */

static node_ptr compile_call(struct jalon_view_compiler *compiler, source_ptr source)
{
    node_ptr node = make(compiler, JALON_VIEW_NODE_CALL, JALON_VIEW_BOOLEAN);
    if (!compile_operands(compiler, source, node)) {
        return NULL;
    }
    node->op = source->op;
    return jalon_view_check_call(compiler, source, node) ? fold_constant(compiler, node) : NULL;
}

static node_ptr compile_interval(struct jalon_view_compiler *compiler, source_ptr source)
{
    node_ptr node = make(compiler, JALON_VIEW_NODE_LIST, JALON_VIEW_INTERVAL);
    if (!compile_operands(compiler, source, node)) {
        return NULL;
    }
    source_ptr child = source->first;
    node->datum.is_days = true;
    for (size_t i = 0; i < 2; i++, child = child->next) {
        node_ptr end = node->operands[i];
        if (end->kind == JALON_VIEW_NODE_OPEN) {
            end->datum.first_us = INT64_MIN;
            end->datum.last_us = INT64_MAX;
        } else if (!jalon_view_is_time(end->type)) {
            JALON_VIEW_REFUSE(compiler, child, "expected a date or a time, found %s",
                              jalon_view_say_type(compiler, end->type));
            return NULL;
        }
        node->datum.is_days = node->datum.is_days && end->type != JALON_VIEW_TIMESTAMP;
    }
    node = fold_constant(compiler, node);
    if (node != NULL && node->is_constant && node->datum.first_us > node->datum.last_us) {
        JALON_VIEW_REFUSE(compiler, source, "expected the start of the interval before its end");
        return NULL;
    }
    return node;
}

/* Elements are single values; what they are compared with decides nothing: sets may mix types. */
static node_ptr compile_array(struct jalon_view_compiler *compiler, source_ptr source)
{
    node_ptr node = make(compiler, JALON_VIEW_NODE_LIST, JALON_VIEW_ARRAY);
    if (!compile_operands(compiler, source, node)) {
        return NULL;
    }
    source_ptr child = source->first;
    for (size_t i = 0; i < node->count; i++, child = child->next) {
        if (node->operands[i]->type > JALON_VIEW_TIMESTAMP) {
            JALON_VIEW_REFUSE(compiler, child,
                              "expected a text, number, date, time, true or false, found %s",
                              jalon_view_say_type(compiler, node->operands[i]->type));
            return NULL;
        }
    }
    return node;
}

static node_ptr compile(struct jalon_view_compiler *compiler, source_ptr source)
{
    switch (source->kind) {
    case JALON_CQL2_BOOLEAN:
    case JALON_CQL2_NUMBER:
    case JALON_CQL2_STRING:
    case JALON_CQL2_DATE:
    case JALON_CQL2_TIMESTAMP: return make_literal(compiler, source);
    case JALON_CQL2_OPEN: return make(compiler, JALON_VIEW_NODE_OPEN, JALON_VIEW_DATE);
    case JALON_CQL2_PROPERTY: return make_property(compiler, source);
    case JALON_CQL2_INTERVAL: return compile_interval(compiler, source);
    case JALON_CQL2_GEOMETRY:
    case JALON_CQL2_COLLECTION:
    case JALON_CQL2_BOX: return make_spatial(compiler, source);
    case JALON_CQL2_ARRAY: return compile_array(compiler, source);
    case JALON_CQL2_CALL: return compile_call(compiler, source);
    }
    return NULL;
}

/* --- The box for the spatial index --- */

/* Every relation but S_DISJOINT needs a point in common. */
static bool find_box(const struct jalon_view_node *node, struct jalon_box *out)
{
    if (node->kind != JALON_VIEW_NODE_CALL) {
        return false;
    }
    for (size_t i = 0; node->op == JALON_CQL2_AND && i < node->count; i++) {
        if (find_box(node->operands[i], out)) {
            return true;
        }
    }
    if (node->op < JALON_CQL2_S_INTERSECTS || node->op > JALON_CQL2_S_EQUALS ||
        node->op == JALON_CQL2_S_DISJOINT) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (node->operands[i]->kind == JALON_VIEW_NODE_LITERAL) {
            *out = node->operands[i]->spatial.box;
            return true;
        }
    }
    return false;
}

static enum jalon_status read_axes(struct jalon_context *ctx, struct jalon_text crs,
                                   struct jalon_view_axes *out)
{
    *out = (struct jalon_view_axes){.srid = JALON_SRID_WGS84};
    if (crs.length == 0) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_geo_parse_crs_axes(ctx, crs, &out->srid, &out->north_first);
    if (status == JALON_INVALID) {
        struct jalon_text reason = ctx->error.message;
        jalon_error_clear(ctx);
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "filter-crs",
                             "expected the URI of a coordinate reference system: %.*s",
                             JALON_TEXT_ARGS(reason));
    }
    return status;
}

/* As WKT of as many digits as the numbers have: contributions lie on its border. */
static void write_region(struct jalon_buffer *buffer, const struct jalon_geometry *region)
{
    for (size_t polygon = 0; polygon < region->polygon_count; polygon++) {
        jalon_buffer_append_string(buffer, polygon == 0 ? "MULTIPOLYGON(((" : ",((");
        for (size_t ring = jalon_geometry_polygon_start(region, polygon);
             ring < region->polygon_ends[polygon]; ring++) {
            size_t start = jalon_geometry_ring_start(region, ring);
            jalon_buffer_append_string(
                buffer, ring == jalon_geometry_polygon_start(region, polygon) ? "" : "),(");
            for (size_t i = start; i < region->ring_ends[ring]; i++) {
                jalon_buffer_append_string(buffer, i == start ? "" : ",");
                jalon_buffer_append_double(buffer, region->positions[i].lon);
                jalon_buffer_append_char(buffer, ' ');
                jalon_buffer_append_double(buffer, region->positions[i].lat);
            }
        }
        jalon_buffer_append_string(buffer, "))");
    }
    jalon_buffer_append_char(buffer, ')');
}

enum jalon_status jalon_view_region_compile(struct jalon_context *ctx, const struct jalon_map *map,
                                            int32_t collection,
                                            const struct jalon_geometry *region,
                                            const struct jalon_view_filter **out)
{
    enum { WKT_MAX = 1 << 20 };
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, WKT_MAX);
    write_region(&buffer, region);
    struct jalon_text wkt = jalon_buffer_status(&buffer) == JALON_OK
                                ? jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer))
                                : (struct jalon_text){NULL, 0};
    jalon_buffer_finish(&buffer);
    if (wkt.data == NULL) {
        return jalon_no_memory(ctx);
    }
    const struct jalon_cql2_node shape = {.kind = JALON_CQL2_GEOMETRY, .depth = 1, .text = wkt};
    const struct jalon_cql2_node property = {.kind = JALON_CQL2_PROPERTY,
                                             .depth = 1,
                                             .text = JALON_TEXT("geometry"),
                                             .next = &shape};
    const struct jalon_cql2_node meets = {.kind = JALON_CQL2_CALL,
                                          .op = JALON_CQL2_S_INTERSECTS,
                                          .depth = 2,
                                          .first = &property,
                                          .count = 2};
    const struct jalon_cql2 cql2 = {&meets, wkt};
    return jalon_view_filter_compile(ctx, map, collection, &cql2, JALON_TEXT_EMPTY, out);
}

enum jalon_status jalon_view_filter_compile(struct jalon_context *ctx, const struct jalon_map *map,
                                            int32_t collection, const struct jalon_cql2 *cql2,
                                            struct jalon_text crs,
                                            const struct jalon_view_filter **out)
{
    struct jalon_view_compiler compiler = {
        .ctx = ctx, .map = map, .collection = &map->collections[collection], .cql2 = cql2};
    enum jalon_status status = read_axes(ctx, crs, &compiler.axes);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_view_filter *filter = jalon_arena_allocate_zeroed(ctx->arena, 1, sizeof *filter);
    struct jalon_view_run *run = jalon_arena_allocate_zeroed(ctx->arena, 1, sizeof *run);
    if (filter == NULL || run == NULL) {
        return jalon_no_memory(ctx);
    }
    node_ptr root = compile(&compiler, cql2->root);
    if (root != NULL && jalon_view_expect_type(&compiler, cql2->root, root, JALON_VIEW_BOOLEAN)) {
        run->map = map;
        filter->run = run;
        filter->root = root;
        filter->has_box = find_box(root, &filter->box);
        filter->text = cql2->text;
        filter->is_json = cql2->root->pointer != NULL;
        filter->axes = compiler.axes;
        *out = filter;
    }
    return compiler.status;
}
