/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The nodes of an R*Tree of SQLite, as bytes and as cells; their layout is in rtree.c. Layer 1. */
#include <assert.h>
#include <string.h>

#include "db/rtree.h"
#include "jalon/float32.h"

enum { HEAD = 4, CELL = 24, NODE_SIZE_MAX = 4096 };

/* --- Lists --- */

enum jalon_status jalon_rtree_add_cell(struct rtree *tree, struct rtree_cells *cells,
                                       struct rtree_cell cell)
{
    struct rtree_cell *items = jalon_arena_grow(tree->arena, cells->items, cells->count,
                                                cells->count + 1, sizeof *items, &cells->capacity);
    if (items == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    cells->items = items;
    items[cells->count++] = cell;
    return JALON_OK;
}

enum jalon_status jalon_rtree_add_place(struct rtree *tree, struct rtree_places *places, int64_t id,
                                        int64_t node)
{
    struct rtree_place *items =
        jalon_arena_grow(tree->arena, places->items, places->count, places->count + 1,
                         sizeof *items, &places->capacity);
    if (items == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    places->items = items;
    items[places->count++] = (struct rtree_place){id, node};
    return JALON_OK;
}

/* --- Boxes --- */

struct rtree_cell jalon_rtree_surround(int64_t node, bool is_new, const struct rtree_cell *cells,
                                       size_t count)
{
    struct rtree_cell out = cells[0];
    for (size_t i = 1; i < count; i++) {
        jalon_rtree_extend(&out, &cells[i]);
    }
    out.id = node;
    out.is_new = is_new;
    return out;
}

struct rtree_cell jalon_rtree_round(const struct jalon_db_index_row *row)
{
    return (struct rtree_cell){
        .id = row->number,
        .west = jalon_float32_below(row->west),
        .east = jalon_float32_above(row->east),
        .south = jalon_float32_below(row->south),
        .north = jalon_float32_above(row->north),
    };
}

/* --- Nodes --- */

static uint64_t load(const char *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | (unsigned char)at[i];
    }
    return value;
}

static void save(unsigned char *at, uint64_t value, size_t size)
{
    for (size_t i = size; i > 0; i--) {
        at[i - 1] = (unsigned char)value;
        value >>= 8;
    }
}

static float load_float(const char *at)
{
    uint32_t bits = (uint32_t)load(at, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void save_float(unsigned char *at, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    save(at, bits, 4);
}

enum jalon_status jalon_rtree_damaged(struct rtree *tree, int64_t node)
{
    jalon_error_internal(tree->ctx, "node %lld of a spatial index is damaged", (long long)node);
    return jalon_fail(tree->ctx, JALON_UNAVAILABLE, "the spatial index is damaged");
}

/* Takes a node's cells apart; the root's size is the size of all. */
static enum jalon_status take_node(struct rtree *tree, int64_t node, struct jalon_text data,
                                   struct rtree_cells *out)
{
    if (node == RTREE_ROOT) {
        tree->node_size = data.length;
        tree->capacity = data.length < HEAD ? 0 : (data.length - HEAD) / CELL;
        tree->depth = data.length < HEAD ? 0 : (unsigned)load(data.data, 2);
    }
    if (data.length != tree->node_size || data.length > NODE_SIZE_MAX || tree->capacity < 4 ||
        tree->capacity > UINT8_MAX || tree->depth > RTREE_DEPTH_MAX ||
        load(data.data + 2, 2) > tree->capacity) {
        return jalon_rtree_damaged(tree, node);
    }
    size_t count = (size_t)load(data.data + 2, 2);
    enum jalon_status status = JALON_OK;
    out->count = 0;
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        const char *at = data.data + HEAD + i * CELL;
        status = jalon_rtree_add_cell(tree, out,
                                      (struct rtree_cell){
                                          .id = (int64_t)load(at, 8),
                                          .west = load_float(at + 8),
                                          .east = load_float(at + 12),
                                          .south = load_float(at + 16),
                                          .north = load_float(at + 20),
                                      });
    }
    return status;
}

enum jalon_status jalon_rtree_read_node(struct rtree *tree, int64_t node, struct rtree_cells *out)
{
    struct jalon_db_value value = jalon_db_integer(node);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_db_query(tree->ctx, tree->connection, tree->index->find_node, &value, 1, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_db_step(tree->ctx, cursor, &row);
    if (status == JALON_OK) {
        status = take_node(tree, node, jalon_db_to_text(&row[0]), out);
    } else if (status == JALON_NOT_FOUND) {
        status = jalon_rtree_damaged(tree, node);
    }
    jalon_db_cursor_end(cursor);
    return status;
}

enum jalon_status jalon_rtree_read_last_node(struct rtree *tree)
{
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_db_query(tree->ctx, tree->connection, tree->index->last_node, NULL, 0, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_db_step(tree->ctx, cursor, &row);
    if (status == JALON_OK) {
        tree->last_node = jalon_db_to_integer(&row[0]);
    }
    jalon_db_cursor_end(cursor);
    return status;
}

enum jalon_status jalon_rtree_write_node(struct rtree *tree, int64_t node,
                                         const struct rtree_cell *cells, size_t count)
{
    unsigned char data[NODE_SIZE_MAX];
    assert(count <= tree->capacity);
    memset(data, 0, tree->node_size);
    save(data, node == RTREE_ROOT ? tree->depth : 0, 2);
    save(data + 2, count, 2);
    for (size_t i = 0; i < count; i++) {
        unsigned char *at = data + HEAD + i * CELL;
        save(at, (uint64_t)cells[i].id, 8);
        save_float(at + 8, cells[i].west);
        save_float(at + 12, cells[i].east);
        save_float(at + 16, cells[i].south);
        save_float(at + 20, cells[i].north);
    }
    struct jalon_db_value values[] = {
        jalon_db_integer(node),
        jalon_db_blob(data, tree->node_size),
    };
    return jalon_db_execute(tree->ctx, tree->connection, tree->index->put_node, values, 2, NULL);
}
