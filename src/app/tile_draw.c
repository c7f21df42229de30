/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One tile from one state of a map: which contributions are drawn, as what, with which attributes.
 * Layer 3 (app).
 *
 * Below JALON_TILE_MERGE_BELOW points that fall into the same square of 16 units (2 pixels) are one
 * point with `point_count`, in the mean of their places; shapes no larger than such a square are
 * points there too. So a tile is bounded however many contributions there are, nothing is left out
 * silently (the counts of a tile without its margin add up to the contributions drawn in it as
 * points), and what one contribution changes stays within its square.
 */
#include <stdlib.h>

#include "tiles.h"

enum {
    CELL = 16,                                                         /* units */
    CELLS_ACROSS = (JALON_TILE_EXTENT + 2 * JALON_TILE_MARGIN) / CELL, /* margin included */
    TILE_MAX = 64 << 20,                                               /* bytes */
    MIXED = -2, /* not alike in all contributions of a cell */
};

/* Contributions that are drawn as one point. */
struct cell {
    const struct jalon_contribution *first;
    uint32_t count;
    int32_t category; /* the first one of all of them, -1: none */
    int32_t status;
    uint64_t x, y; /* sums of places within the cell */
};

struct drawing {
    struct jalon_context *ctx;
    struct jalon_context *scratch; /* of one shape */
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    struct jalon_tile tile;
    struct jalon_tile_layer *layer;
    struct cell *cells; /* NULL until there is a point to merge */
    const struct jalon_contribution **singles; /* drawn as they are */
    size_t single_count;
    size_t single_capacity;
    enum jalon_status status;
};

/* --- Gathering --- */

static void add_single(struct drawing *drawing, const struct jalon_contribution *contribution)
{
    const struct jalon_contribution **singles = jalon_arena_grow(
        drawing->ctx->arena, drawing->singles, drawing->single_count, drawing->single_count + 1,
        sizeof *singles, &drawing->single_capacity);
    if (singles == NULL) {
        drawing->status = jalon_no_memory(drawing->ctx);
        return;
    }
    drawing->singles = singles;
    singles[drawing->single_count++] = contribution;
}

static int32_t first_category(const struct jalon_contribution *contribution)
{
    return contribution->category_count > 0 ? contribution->categories[0] : -1;
}

static void add_to_cell(struct drawing *drawing, struct jalon_tile_place place,
                        const struct jalon_contribution *contribution)
{
    if (drawing->cells == NULL) {
        drawing->cells = jalon_arena_allocate_zeroed(
            drawing->ctx->arena, (size_t)CELLS_ACROSS * CELLS_ACROSS, sizeof *drawing->cells);
    }
    if (drawing->cells == NULL) {
        drawing->status = jalon_no_memory(drawing->ctx);
        return;
    }
    int32_t x = place.x + JALON_TILE_MARGIN, y = place.y + JALON_TILE_MARGIN;
    struct cell *cell = &drawing->cells[(y / CELL) * CELLS_ACROSS + x / CELL];
    int32_t category = first_category(contribution);
    if (cell->count++ == 0) {
        cell->first = contribution;
        cell->category = category;
        cell->status = contribution->status;
    }
    cell->category = cell->category == category ? category : MIXED;
    cell->status = cell->status == contribution->status ? contribution->status : MIXED;
    cell->x += (uint64_t)(x % CELL);
    cell->y += (uint64_t)(y % CELL);
}

static bool is_merging(struct jalon_tile tile)
{
    return tile.zoom < JALON_TILE_MERGE_BELOW;
}

/* The position of what is drawn as a point at this zoom. */
static bool find_point(struct jalon_tile tile, const struct jalon_geometry *geometry,
                       struct jalon_position *out)
{
    if (geometry->position_count == 1) {
        *out = geometry->positions[0];
        return true;
    }
    return jalon_tile_is_small(tile, geometry, is_merging(tile) ? CELL : 1, out);
}

static void gather(void *user, const struct jalon_contribution *contribution)
{
    struct drawing *drawing = user;
    struct jalon_position position;
    struct jalon_tile_place place;
    if (!is_merging(drawing->tile) ||
        !find_point(drawing->tile, &contribution->geometry, &position)) {
        add_single(drawing, contribution);
    } else if (jalon_tile_find_place(drawing->tile, position, &place)) {
        add_to_cell(drawing, place, contribution);
    }
}

/* --- Attributes --- */

/* All are in jalon_tile_attribute_is_reserved: no field is called so. */
static const struct jalon_text key_id = {"id", 2};
static const struct jalon_text key_title = {"title", 5};
static const struct jalon_text key_category = {"category", 8};
static const struct jalon_text key_categories = {"categories", 10};
static const struct jalon_text key_color = {"color", 5};
static const struct jalon_text key_status = {"status", 6};
static const struct jalon_text key_point_count = {"point_count", 11};

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
    for (size_t i = 0; i < drawing->collection->field_count; i++) {
        if (jalon_collection_shows_in_tiles(drawing->collection, i)) {
            put_field(drawing, drawing->collection->fields[i].key, &contribution->fields[i]);
        }
    }
}

/* --- Drawing --- */

static void draw_single(struct drawing *drawing, const struct jalon_contribution *contribution)
{
    struct jalon_tile_shape shape = {.command_count = 0};
    struct jalon_position position;
    struct jalon_tile_place place;
    uint32_t commands[3];
    jalon_context_reset(drawing->scratch);
    if (!find_point(drawing->tile, &contribution->geometry, &position)) {
        enum jalon_status status = jalon_tile_make_shape(drawing->scratch, drawing->tile,
                                                         &contribution->geometry, &shape);
        if (status != JALON_OK) {
            drawing->status = jalon_fail(drawing->ctx, status, "the tile could not be drawn");
            return;
        }
    } else if (jalon_tile_find_place(drawing->tile, position, &place)) {
        shape = jalon_tile_make_point(place, commands);
    }
    if (shape.command_count > 0) {
        put_attributes(drawing, contribution);
        jalon_tile_put_feature(drawing->layer, (uint64_t)contribution->number, &shape);
    }
}

static void draw_cell(struct drawing *drawing, const struct cell *cell, int32_t index)
{
    uint32_t commands[3];
    struct jalon_tile_place place = {
        index % CELLS_ACROSS * CELL - JALON_TILE_MARGIN + (int32_t)(cell->x / cell->count),
        index / CELLS_ACROSS * CELL - JALON_TILE_MARGIN + (int32_t)(cell->y / cell->count),
    };
    struct jalon_tile_shape shape = jalon_tile_make_point(place, commands);
    jalon_tile_put_integer(drawing->layer, key_point_count, cell->count);
    put_kind(drawing, cell->category, cell->status);
    jalon_tile_put_feature(drawing->layer, 0, &shape);
}

/* Cells of several, row by row; one alone in its cell is drawn like any other. */
static void draw_cells(struct drawing *drawing)
{
    for (int32_t i = 0; drawing->cells != NULL && i < CELLS_ACROSS * CELLS_ACROSS; i++) {
        struct cell *cell = &drawing->cells[i];
        if (cell->count == 1) {
            add_single(drawing, cell->first);
        } else if (cell->count > 1) {
            draw_cell(drawing, cell, i);
        }
    }
}

static int compare_numbers(const void *left, const void *right)
{
    const struct jalon_contribution *const *a = left, *const *b = right;
    return ((*a)->number > (*b)->number) - ((*a)->number < (*b)->number);
}

static enum jalon_status draw_layer(struct drawing *drawing, const struct jalon_snapshot *snapshot,
                                    const struct jalon_view_query *query, struct jalon_buffer *out)
{
    drawing->collection = &drawing->map->collections[query->collection];
    drawing->cells = NULL;
    drawing->single_count = 0;
    enum jalon_status visited = jalon_snapshot_visit(
        drawing->ctx, snapshot, query, jalon_tile_box(drawing->tile), gather, drawing);
    if (drawing->status == JALON_OK) {
        drawing->status = visited;
    }
    if (drawing->status == JALON_OK) {
        draw_cells(drawing);
    }
    if (drawing->single_count > 0) {
        qsort(drawing->singles, drawing->single_count, sizeof *drawing->singles, compare_numbers);
    }
    for (size_t i = 0; drawing->status == JALON_OK && i < drawing->single_count; i++) {
        draw_single(drawing, drawing->singles[i]);
    }
    return drawing->status == JALON_OK
               ? jalon_tile_layer_write(drawing->ctx, drawing->layer, drawing->collection->key, out)
               : drawing->status;
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
