/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One tile from one state of a map: which contributions are drawn, as what, with which attributes.
 * Layer 3 (app).
 *
 * Up to the collection's last zoom that merges a tile shows the clusters that stand in it, as
 * jalon/cluster.h makes them, what stands alone, and the shapes that are large enough to be seen,
 * whether a cluster counts them or not: so it depends on the clusters in it and the shapes that meet
 * it, and on nothing far away.
 */
#include <math.h>
#include <stdlib.h>

#include "jalon/cluster.h"

#include "tiles.h"

enum { TILE_MAX = 64 << 20 /* bytes */ };

/* A contribution that is drawn by itself. */
struct single {
    const struct jalon_contribution *contribution;
    bool is_point; /* drawn at `position`; else in its own shape */
    struct jalon_position position;
};

struct drawing {
    struct jalon_context *ctx;
    struct jalon_context *scratch; /* of one feature */
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    size_t *shown; /* fields of the collection that tiles show */
    size_t shown_count;
    struct jalon_tile tile;
    struct jalon_tile_layer *layer;
    struct single *singles;
    size_t single_count;
    size_t single_capacity;
    enum jalon_status status;
};

/* --- Gathering --- */

static bool is_merging(const struct drawing *drawing)
{
    return drawing->tile.zoom <= drawing->collection->cluster_max_zoom;
}

static void add_single(struct drawing *drawing, struct single single)
{
    struct single *singles = jalon_arena_grow(
        drawing->ctx->arena, drawing->singles, drawing->single_count, drawing->single_count + 1,
        sizeof *singles, &drawing->single_capacity);
    if (singles == NULL) {
        drawing->status = jalon_no_memory(drawing->ctx);
        return;
    }
    drawing->singles = singles;
    singles[drawing->single_count++] = single;
}

static void gather_large(void *user, const struct jalon_contribution *contribution)
{
    add_single(user, (struct single){.contribution = contribution, .is_point = false});
}

/* Beyond the zooms that merge. */
static void gather(void *user, const struct jalon_contribution *contribution)
{
    struct drawing *drawing = user;
    const struct jalon_geometry *geometry = &contribution->geometry;
    struct single single = {.contribution = contribution};
    if (geometry->position_count == 1) {
        single.is_point = true;
        single.position = geometry->positions[0];
    } else {
        single.is_point = jalon_tile_is_small(drawing->tile, geometry, 1, &single.position);
    }
    add_single(drawing, single);
}

/* --- Attributes --- */

/* All are in jalon_tile_attribute_is_reserved: no field is called so. */
static const struct jalon_text key_id = {"id", 2};
static const struct jalon_text key_title = {"title", 5};
static const struct jalon_text key_category = {"category", 8};
static const struct jalon_text key_categories = {"categories", 10};
static const struct jalon_text key_color = {"color", 5};
static const struct jalon_text key_status = {"status", 6};
static const struct jalon_text key_cluster_id = {"cluster_id", 10};
static const struct jalon_text key_point_count = {"point_count", 11};
static const struct jalon_text key_expansion_zoom = {"expansion_zoom", 14};

/* What a legend needs: the root of the first category, its colour (or the collection's), status. */
static void put_kind(const struct drawing *drawing, int32_t category, int32_t status)
{
    const struct jalon_category *categories = drawing->map->categories;
    struct jalon_text color = drawing->collection->color;
    if (category >= 0) {
        int32_t root = category;
        while (categories[root].parent >= 0) {
            root = categories[root].parent;
        }
        jalon_tile_put_text(drawing->layer, key_category, categories[root].key);
        color = categories[category].color;
    }
    if (color.length > 0) {
        jalon_tile_put_text(drawing->layer, key_color, color);
    }
    if (status >= 0) {
        jalon_tile_put_text(drawing->layer, key_status, drawing->collection->statuses[status].key);
    }
}

static int32_t first_category(const struct jalon_contribution *contribution)
{
    return contribution->category_count > 0 ? contribution->categories[0] : -1;
}

/* Several words with commas between: "cafe,wifi". */
static void put_list(struct drawing *drawing, struct jalon_text key, const struct jalon_text *items,
                     size_t count)
{
    struct jalon_text list = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < count; i++) {
        list = i == 0 ? items[i]
                      : jalon_text_format(drawing->scratch->arena, "%.*s,%.*s",
                                          JALON_TEXT_ARGS(list), JALON_TEXT_ARGS(items[i]));
        if (list.data == NULL) {
            drawing->status = jalon_no_memory(drawing->ctx);
            return;
        }
    }
    if (list.length > 0) {
        jalon_tile_put_text(drawing->layer, key, list);
    }
}

/* The keys of all categories. */
static void put_categories(struct drawing *drawing, const struct jalon_contribution *contribution)
{
    size_t count = contribution->category_count;
    struct jalon_text *keys =
        jalon_arena_allocate(drawing->scratch->arena, (count + 1) * sizeof *keys);
    if (keys == NULL) {
        drawing->status = jalon_no_memory(drawing->ctx);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = drawing->map->categories[contribution->categories[i]].key;
    }
    put_list(drawing, key_categories, keys, count);
}

static void put_field(struct drawing *drawing, struct jalon_text key,
                      const struct jalon_value *value)
{
    struct jalon_tile_layer *layer = drawing->layer;
    switch (value->kind) {
    case JALON_VALUE_TEXT: jalon_tile_put_text(layer, key, value->text); break;
    case JALON_VALUE_NUMBER: jalon_tile_put_number(layer, key, value->number); break;
    case JALON_VALUE_INTEGER: jalon_tile_put_integer(layer, key, value->integer); break;
    case JALON_VALUE_BOOLEAN: jalon_tile_put_boolean(layer, key, value->boolean); break;
    case JALON_VALUE_LIST: put_list(drawing, key, value->list.items, value->list.count); break;
    case JALON_VALUE_NONE: break;
    }
}

static void put_attributes(struct drawing *drawing, const struct jalon_contribution *contribution)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(contribution->id, id);
    jalon_tile_put_unique(drawing->layer, key_id, jalon_text_from(id));
    if (contribution->title.length > 0) {
        jalon_tile_put_text(drawing->layer, key_title, contribution->title);
    }
    put_kind(drawing, first_category(contribution), contribution->status);
    put_categories(drawing, contribution);
    for (size_t i = 0; i < drawing->shown_count; i++) {
        size_t field = drawing->shown[i];
        put_field(drawing, drawing->collection->fields[field].key, &contribution->fields[field]);
    }
}

/* --- Drawing --- */

static void draw_single(struct drawing *drawing, const struct single *single)
{
    struct jalon_tile_shape shape = {.command_count = 0};
    struct jalon_tile_place place;
    uint32_t commands[3];
    jalon_context_reset(drawing->scratch);
    if (!single->is_point) {
        enum jalon_status status = jalon_tile_make_shape(
            drawing->scratch, drawing->tile, &single->contribution->geometry, &shape);
        if (status != JALON_OK) {
            drawing->status = jalon_fail(drawing->ctx, status, "the tile could not be drawn");
            return;
        }
    } else if (jalon_tile_find_place(drawing->tile, single->position, &place)) {
        shape = jalon_tile_make_point(place, commands);
    }
    if (shape.command_count > 0) {
        put_attributes(drawing, single->contribution);
        jalon_tile_put_feature(drawing->layer, (uint64_t)single->contribution->number, &shape);
    }
}

/* The only root that points of the cluster have, when all have it; else -1. */
static int32_t common_category(const struct drawing *drawing, const struct jalon_cluster *cluster)
{
    int32_t common = -1;
    for (size_t i = 0; i < drawing->collection->category_root_count; i++) {
        if (cluster->categories[i] > 0) {
            if (common >= 0 || cluster->categories[i] < cluster->count) {
                return -1;
            }
            common = drawing->collection->category_roots[i];
        }
    }
    return common;
}

static int32_t common_status(const struct drawing *drawing, const struct jalon_cluster *cluster)
{
    for (size_t i = 0; i < drawing->collection->status_count; i++) {
        if (cluster->statuses[i] == cluster->count) {
            return (int32_t)i;
        }
    }
    return -1;
}

static void draw_cluster(struct drawing *drawing, const struct jalon_cluster *cluster)
{
    uint32_t commands[3];
    char id[JALON_CLUSTER_ID_SIZE];
    struct jalon_tile_place place;
    if (!jalon_tile_find_place(drawing->tile, cluster->position, &place)) {
        return;
    }
    struct jalon_tile_shape shape = jalon_tile_make_point(place, commands);
    jalon_cluster_format_id(drawing->collection, cluster->place, id);
    jalon_tile_put_unique(drawing->layer, key_cluster_id, jalon_text_from(id));
    jalon_tile_put_integer(drawing->layer, key_point_count, cluster->count);
    jalon_tile_put_integer(drawing->layer, key_expansion_zoom, cluster->expansion_zoom);
    put_kind(drawing, common_category(drawing, cluster), common_status(drawing, cluster));
    jalon_tile_put_feature(drawing->layer, 0, &shape);
}

static bool is_inside(const struct jalon_view_query *query, struct jalon_position p)
{
    return !query->has_box || jalon_box_contains(query->box, p);
}

/* What stands alone is a point here, or is drawn in its own shape wherever that is seen. */
static void add_alone(struct drawing *drawing, const struct jalon_snapshot *snapshot,
                      const struct jalon_cluster *cluster)
{
    const struct jalon_contribution *alone;
    drawing->status = jalon_snapshot_read(drawing->ctx, snapshot, &cluster->item, &alone);
    if (drawing->status == JALON_OK &&
        (cluster->is_small || alone->geometry.type == JALON_GEOMETRY_POINT)) {
        add_single(drawing, (struct single){alone, true, cluster->position});
    }
}

/* Draws the clusters of the tile that stand in the query's box, and gathers what stands alone. */
static enum jalon_status draw_clusters(struct drawing *drawing,
                                       const struct jalon_snapshot *snapshot,
                                       const struct jalon_view_query *query)
{
    struct jalon_view_query here = *query;
    struct jalon_cluster_list list = {.count = 0};
    here.has_box = true;
    here.box = jalon_tile_box(drawing->tile);
    enum jalon_status status =
        jalon_snapshot_cluster(drawing->ctx, snapshot, &here, drawing->tile.zoom, &list);
    for (size_t i = 0; status == JALON_OK && i < list.count; i++) {
        const struct jalon_cluster *cluster = &list.clusters[i];
        if (!is_inside(query, cluster->position)) {
            continue;
        }
        if (cluster->count > 1) {
            draw_cluster(drawing, cluster);
        } else {
            add_alone(drawing, snapshot, cluster);
        }
        status = drawing->status;
    }
    return status;
}

static enum jalon_status visit(struct drawing *drawing, const struct jalon_snapshot *snapshot,
                               const struct jalon_view_query *query, int large_at,
                               void (*take)(void *, const struct jalon_contribution *))
{
    enum jalon_status status =
        jalon_snapshot_visit(drawing->ctx, snapshot, query, jalon_tile_box(drawing->tile),
                             large_at, take, drawing);
    return drawing->status != JALON_OK ? drawing->status : status;
}

/* Draws what is merged, and gathers what is drawn by itself. */
static enum jalon_status gather_layer(struct drawing *drawing,
                                      const struct jalon_snapshot *snapshot,
                                      const struct jalon_view_query *query)
{
    unsigned const points =
        JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT) | JALON_GEOMETRY_BIT(JALON_GEOMETRY_NONE);
    if (query->nothing) {
        return JALON_OK;
    }
    if (!is_merging(drawing)) {
        return visit(drawing, snapshot, query, -1, gather);
    }
    enum jalon_status status = draw_clusters(drawing, snapshot, query);
    bool has_shapes = (drawing->collection->geometry_types & ~points) != 0;
    return status == JALON_OK && has_shapes
               ? visit(drawing, snapshot, query, drawing->tile.zoom, gather_large)
               : status;
}

static int compare_numbers(const void *left, const void *right)
{
    const struct single *a = left, *b = right;
    return (a->contribution->number > b->contribution->number) -
           (a->contribution->number < b->contribution->number);
}

/* Found out once, not for each contribution. */
static enum jalon_status find_shown(struct drawing *drawing)
{
    const struct jalon_collection *collection = drawing->collection;
    drawing->shown_count = 0;
    drawing->shown = jalon_arena_allocate(drawing->ctx->arena, (collection->field_count + 1) *
                                                                   sizeof *drawing->shown);
    if (drawing->shown == NULL) {
        return jalon_no_memory(drawing->ctx);
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        if (jalon_collection_shows_in_tiles(collection, i)) {
            drawing->shown[drawing->shown_count++] = i;
        }
    }
    return JALON_OK;
}

static enum jalon_status draw_layer(struct drawing *drawing, const struct jalon_snapshot *snapshot,
                                    const struct jalon_view_query *query, struct jalon_buffer *out)
{
    drawing->collection = &drawing->map->collections[query->collection];
    drawing->single_count = 0;
    drawing->status = find_shown(drawing);
    if (drawing->status == JALON_OK) {
        drawing->status = gather_layer(drawing, snapshot, query);
    }
    if (drawing->single_count > 0) {
        qsort(drawing->singles, drawing->single_count, sizeof *drawing->singles, compare_numbers);
    }
    for (size_t i = 0; drawing->status == JALON_OK && i < drawing->single_count; i++) {
        draw_single(drawing, &drawing->singles[i]);
    }
    return drawing->status == JALON_OK
               ? jalon_tile_layer_write(drawing->ctx, drawing->layer, drawing->collection->key, out)
               : drawing->status;
}

/* A box around both; all around the world when they do not cross the antimeridian alike. */
static struct jalon_box unite(struct jalon_box a, struct jalon_box b)
{
    struct jalon_box out = {fmin(a.west, b.west), fmin(a.south, b.south), fmax(a.east, b.east),
                            fmax(a.north, b.north)};
    bool crosses = a.west > a.east;
    if (crosses != (b.west > b.east) || crosses != (out.west > out.east)) {
        out.west = -180;
        out.east = 180;
    }
    return out;
}

struct jalon_box jalon_tile_area(const struct jalon_map *map, struct jalon_tile tile,
                                 const struct jalon_tile_command *command)
{
    struct jalon_box own = jalon_tile_box(tile), area = own;
    for (size_t i = 0; i < command->query_count; i++) {
        const struct jalon_collection *collection =
            &map->collections[command->queries[i].collection];
        area = unite(area, jalon_cluster_reach(collection, tile.zoom, own));
    }
    return area;
}

enum jalon_status jalon_tile_draw(struct jalon_context *ctx, const struct jalon_reading *reading,
                                  struct jalon_tile tile, const struct jalon_tile_command *command,
                                  struct jalon_buffer *out)
{
    struct drawing drawing = {
        .ctx = ctx,
        .scratch = jalon_context_create(),
        .map = reading->map,
        .tile = tile,
    };
    enum jalon_status status = drawing.scratch == NULL
                                   ? jalon_no_memory(ctx)
                                   : jalon_tile_layer_create(ctx, TILE_MAX, &drawing.layer);
    jalon_buffer_init(out, TILE_MAX);
    for (size_t i = 0; status == JALON_OK && i < command->query_count; i++) {
        status = draw_layer(&drawing, reading->snapshot, &command->queries[i], out);
    }
    jalon_context_destroy(drawing.scratch);
    return status;
}
