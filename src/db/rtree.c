/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Many rows into an R*Tree of SQLite at once. Layer 1.
 *
 * Row by row the engine reads, changes and writes a path of nodes each time, which was half of the
 * time of an import. Here all rows go down the tree together: each is given to the child that grows
 * least, each node that is reached is read and written once, and one that has become too full is
 * divided along its longer side until its parts fit. What comes out is a tree as the engine makes
 * them (sqlite.org/rtree.html, "Shadow tables"; the layout is part of the file format):
 *
 *   node    nodeno, data: u16 depth (in the root, else 0), u16 count, then cells of 24 bytes,
 *           i64 and four f32, all big-endian; the root is number 1 and its depth 0 when it is a leaf
 *   rowid   which leaf a row is in
 *   parent  which node a node other than the root is in
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db/driver.h"
#include "jalon/db.h"

enum {
    ROOT = 1,
    HEAD = 4,
    CELL = 24,
    NODE_SIZE_MAX = 4096,
    DEPTH_MAX = 40,
};

/* A cell of a node: a row, or a node below. */
struct cell {
    int64_t id;
    float west, east, south, north;
    bool fresh; /* the table that says where it is does not say it yet */
};

struct cells {
    struct cell *items;
    size_t count, capacity;
};

/* "`id` is in this node": a line of the rowid or the parent table. */
struct place {
    int64_t id, node;
};

struct places {
    struct place *items;
    size_t count, capacity;
};

struct level {
    struct cells cells;    /* of the node that is being changed */
    struct cells children; /* and as they were */
};

struct tree {
    struct jalon_context *ctx; /* for failures */
    struct jalon_arena *arena; /* for everything that is gone at the end */
    struct jalon_db_connection *connection;
    const struct jalon_db_index *index;
    size_t node_size, capacity; /* bytes of a node, and cells it has room for */
    unsigned depth;
    int64_t last_node;
    struct level levels[DEPTH_MAX + 1];
    struct places rows, parents;
    size_t *ends; /* of the parts of a node that is being divided */
    size_t ends_capacity;
    struct cell *batch, *spare; /* all new rows, and room for as many */
    uint8_t *choices;
};

/* --- Lists --- */

static enum jalon_status add_cell(struct tree *tree, struct cells *cells, struct cell cell)
{
    struct cell *items = jalon_arena_grow(tree->arena, cells->items, cells->count, cells->count + 1,
                                          sizeof *items, &cells->capacity);
    if (items == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    cells->items = items;
    items[cells->count++] = cell;
    return JALON_OK;
}

static enum jalon_status add_place(struct tree *tree, struct places *places, int64_t id,
                                   int64_t node)
{
    struct place *items = jalon_arena_grow(tree->arena, places->items, places->count,
                                           places->count + 1, sizeof *items, &places->capacity);
    if (items == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    places->items = items;
    items[places->count++] = (struct place){id, node};
    return JALON_OK;
}

/* --- Boxes --- */

/* As the engine rounds: outward. */
static float round_down(double value)
{
    float rounded = (float)value;
    return (double)rounded > value ? nextafterf(rounded, -INFINITY) : rounded;
}

static float round_up(double value)
{
    float rounded = (float)value;
    return (double)rounded < value ? nextafterf(rounded, INFINITY) : rounded;
}

static void extend(struct cell *box, const struct cell *by)
{
    box->west = by->west < box->west ? by->west : box->west;
    box->east = by->east > box->east ? by->east : box->east;
    box->south = by->south < box->south ? by->south : box->south;
    box->north = by->north > box->north ? by->north : box->north;
}

static float area(const struct cell *box)
{
    return (box->east - box->west) * (box->north - box->south);
}

/* A node as its parent's cell. */
static struct cell surround(int64_t node, bool fresh, const struct cell *cells, size_t count)
{
    struct cell out = cells[0];
    for (size_t i = 1; i < count; i++) {
        extend(&out, &cells[i]);
    }
    out.id = node;
    out.fresh = fresh;
    return out;
}

/* The child whose box grows least; of equal ones the smallest. */
static uint8_t choose(const struct cells *children, const struct cell *cell)
{
    size_t best = 0;
    float least = INFINITY, smallest = INFINITY;
    for (size_t i = 0; i < children->count; i++) {
        struct cell grown = children->items[i];
        float before = area(&grown);
        extend(&grown, cell);
        float growth = area(&grown) - before;
        if (growth < least || (growth == least && before < smallest)) {
            best = i;
            least = growth;
            smallest = before;
        }
    }
    return (uint8_t)best;
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

static enum jalon_status damaged(struct tree *tree, int64_t node)
{
    jalon_error_internal(tree->ctx, "node %lld of a spatial index is damaged", (long long)node);
    return jalon_fail(tree->ctx, JALON_UNAVAILABLE, "the spatial index is damaged");
}

/* Takes a node's cells apart; the root's size is the size of all. */
static enum jalon_status take_node(struct tree *tree, int64_t node, struct jalon_text data,
                                   struct cells *out)
{
    if (node == ROOT) {
        tree->node_size = data.length;
        tree->capacity = data.length < HEAD ? 0 : (data.length - HEAD) / CELL;
        tree->depth = data.length < HEAD ? 0 : (unsigned)load(data.data, 2);
    }
    if (data.length != tree->node_size || data.length > NODE_SIZE_MAX || tree->capacity < 4 ||
        tree->capacity > UINT8_MAX || tree->depth > DEPTH_MAX ||
        load(data.data + 2, 2) > tree->capacity) {
        return damaged(tree, node);
    }
    size_t count = (size_t)load(data.data + 2, 2);
    enum jalon_status status = JALON_OK;
    out->count = 0;
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        const char *at = data.data + HEAD + i * CELL;
        status = add_cell(tree, out,
                          (struct cell){
                              .id = (int64_t)load(at, 8),
                              .west = load_float(at + 8),
                              .east = load_float(at + 12),
                              .south = load_float(at + 16),
                              .north = load_float(at + 20),
                          });
    }
    return status;
}

static enum jalon_status read_node(struct tree *tree, int64_t node, struct cells *out)
{
    struct jalon_db_value value = jalon_db_integer(node);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_db_query(tree->ctx, tree->connection, tree->index->find_node,
                                              &value, 1, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_db_step(tree->ctx, cursor, &row);
    if (status == JALON_OK) {
        status = take_node(tree, node, jalon_db_to_text(&row[0]), out);
    } else if (status == JALON_NOT_FOUND) {
        status = damaged(tree, node);
    }
    jalon_db_cursor_end(cursor);
    return status;
}

static enum jalon_status read_last_node(struct tree *tree)
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

static enum jalon_status write_node(struct tree *tree, int64_t node, const struct cell *cells,
                                    size_t count)
{
    unsigned char data[NODE_SIZE_MAX];
    assert(count <= tree->capacity);
    memset(data, 0, tree->node_size);
    save(data, node == ROOT ? tree->depth : 0, 2);
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

/* Writes a part of a node and remembers the cells that were not in it before. */
static enum jalon_status put_part(struct tree *tree, int64_t node, unsigned height, bool moved,
                                  const struct cell *cells, size_t count)
{
    struct places *places = height == 0 ? &tree->rows : &tree->parents;
    enum jalon_status status = write_node(tree, node, cells, count);
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        if (moved || cells[i].fresh) {
            status = add_place(tree, places, cells[i].id, node);
        }
    }
    return status;
}

/* --- Dividing --- */

/* Twice the middle: only the order counts. */
static int compare_lon(const void *a, const void *b)
{
    const struct cell *one = a, *other = b;
    float left = one->west + one->east, right = other->west + other->east;
    return (left > right) - (left < right);
}

static int compare_lat(const void *a, const void *b)
{
    const struct cell *one = a, *other = b;
    float left = one->south + one->north, right = other->south + other->north;
    return (left > right) - (left < right);
}

/* Orders the cells so that each of `parts` equal runs is close together; notes where each ends. */
static void divide(struct tree *tree, struct cell *cells, size_t start, size_t end, size_t parts,
                   size_t *part)
{
    if (parts == 1) {
        tree->ends[(*part)++] = end;
        return;
    }
    struct cell box = surround(0, false, cells + start, end - start);
    bool wide = box.east - box.west > box.north - box.south;
    qsort(cells + start, end - start, sizeof *cells, wide ? compare_lon : compare_lat);
    size_t middle = start + (end - start) * (parts / 2) / parts;
    divide(tree, cells, start, middle, parts / 2, part);
    divide(tree, cells, middle, end, parts - parts / 2, part);
}

/* Of which part most cells are in the node already: it keeps the node's number. */
static size_t find_heaviest(const struct tree *tree, const struct cells *cells, size_t parts)
{
    size_t best = 0, most = 0;
    for (size_t i = 0, at = 0; i < parts; i++) {
        size_t count = 0;
        for (; at < tree->ends[i]; at++) {
            count += !cells->items[at].fresh;
        }
        if (count > most) {
            best = i;
            most = count;
        }
    }
    return best;
}

/*
 * Writes cells that are too many for a node as several; `node` is the number that one of them has
 * already, 0 for none. The nodes are added to `out` as cells.
 */
static enum jalon_status put_divided(struct tree *tree, int64_t node, unsigned height,
                                     struct cells *cells, struct cells *out)
{
    size_t fill = tree->capacity * 4 / 5; /* the next rows find room in every part */
    size_t parts = (cells->count + fill - 1) / fill, part = 0, start = 0;
    size_t *ends =
        jalon_arena_grow(tree->arena, tree->ends, 0, parts, sizeof *ends, &tree->ends_capacity);
    if (ends == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    tree->ends = ends;
    divide(tree, cells->items, 0, cells->count, parts, &part);
    size_t keeps = node != 0 ? find_heaviest(tree, cells, parts) : parts;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < parts && status == JALON_OK; i++) {
        const struct cell *first = cells->items + start;
        size_t count = ends[i] - start;
        int64_t number = i == keeps ? node : ++tree->last_node;
        status = put_part(tree, number, height, i != keeps, first, count);
        if (status == JALON_OK) {
            status = add_cell(tree, out, surround(number, i != keeps, first, count));
        }
        start = ends[i];
    }
    return status;
}

/* --- Going down --- */

/* Orders new rows by the child they go to; counts[i] go to the i-th. */
static void distribute(struct tree *tree, const struct cells *children, struct cell *rows,
                       size_t count, size_t counts[UINT8_MAX + 1])
{
    size_t offset = (size_t)(rows - tree->batch), starts[UINT8_MAX + 1], start = 0;
    uint8_t *choices = tree->choices + offset;
    struct cell *spare = tree->spare + offset;
    memset(counts, 0, (UINT8_MAX + 1) * sizeof counts[0]);
    for (size_t i = 0; i < count; i++) {
        choices[i] = choose(children, &rows[i]);
        counts[choices[i]]++;
    }
    for (size_t i = 0; i <= UINT8_MAX; i++) {
        starts[i] = start;
        start += counts[i];
    }
    for (size_t i = 0; i < count; i++) {
        spare[starts[choices[i]]++] = rows[i];
    }
    memcpy(rows, spare, count * sizeof *rows);
}

static enum jalon_status insert_below(struct tree *tree, int64_t node, unsigned height,
                                      struct cell *rows, size_t count, struct cells *out);

/* Brings the rows into the node's cells, which may then be more than it has room for. */
static enum jalon_status insert_into(struct tree *tree, unsigned height, struct cell *rows,
                                     size_t count)
{
    struct level *level = &tree->levels[height];
    enum jalon_status status = JALON_OK;
    if (height == 0) {
        for (size_t i = 0; i < count && status == JALON_OK; i++) {
            status = add_cell(tree, &level->cells, rows[i]);
        }
        return status;
    }
    struct cells children = level->cells;
    level->cells = level->children;
    level->children = children;
    level->cells.count = 0;
    size_t counts[UINT8_MAX + 1];
    distribute(tree, &children, rows, count, counts);
    for (size_t i = 0; i < children.count && status == JALON_OK; i++) {
        status = counts[i] == 0 ? add_cell(tree, &level->cells, children.items[i])
                                : insert_below(tree, children.items[i].id, height - 1, rows,
                                               counts[i], &level->cells);
        rows += counts[i];
    }
    return status;
}

/* Inserts into a node that is not the root; adds what stands for it in its parent to `out`. */
static enum jalon_status insert_below(struct tree *tree, int64_t node, unsigned height,
                                      struct cell *rows, size_t count, struct cells *out)
{
    struct cells *cells = &tree->levels[height].cells;
    enum jalon_status status = read_node(tree, node, cells);
    if (status == JALON_OK && cells->count == 0) {
        return damaged(tree, node);
    }
    if (status == JALON_OK) {
        status = insert_into(tree, height, rows, count);
    }
    if (status != JALON_OK || cells->count > tree->capacity) {
        return status != JALON_OK ? status : put_divided(tree, node, height, cells, out);
    }
    status = put_part(tree, node, height, false, cells->items, cells->count);
    return status == JALON_OK
               ? add_cell(tree, out, surround(node, false, cells->items, cells->count))
               : status;
}

/* The root keeps its number: when it has to be divided, the tree grows below it. */
static enum jalon_status insert_at_root(struct tree *tree, size_t count)
{
    struct cells *cells = &tree->levels[tree->depth].cells;
    if (tree->depth > 0 && cells->count == 0) {
        return damaged(tree, ROOT);
    }
    enum jalon_status status = insert_into(tree, tree->depth, tree->batch, count);
    while (status == JALON_OK && cells->count > tree->capacity) {
        if (tree->depth == DEPTH_MAX) {
            return damaged(tree, ROOT);
        }
        struct cells *above = &tree->levels[tree->depth + 1].cells;
        status = put_divided(tree, 0, tree->depth, cells, above);
        cells = above;
        tree->depth++;
    }
    return status == JALON_OK
               ? put_part(tree, ROOT, tree->depth, false, cells->items, cells->count)
               : status;
}

/* --- Where things are --- */

static int compare_places(const void *a, const void *b)
{
    const struct place *one = a, *other = b;
    return (one->id > other->id) - (one->id < other->id);
}

/* In the order of the table, which a million of them enlarge. */
static enum jalon_status write_places(struct tree *tree, struct places *places, int query)
{
    enum jalon_status status = JALON_OK;
    if (places->count > 0) {
        qsort(places->items, places->count, sizeof *places->items, compare_places);
    }
    for (size_t i = 0; i < places->count && status == JALON_OK; i++) {
        struct jalon_db_value values[] = {
            jalon_db_integer(places->items[i].id),
            jalon_db_integer(places->items[i].node),
        };
        status = jalon_db_execute(tree->ctx, tree->connection, query, values, 2, NULL);
    }
    return status;
}

/* --- All of it --- */

static enum jalon_status prepare(struct tree *tree, const struct jalon_db_index_row *rows,
                                 size_t count)
{
    tree->batch = jalon_arena_allocate(tree->arena, count * sizeof *tree->batch);
    tree->spare = jalon_arena_allocate(tree->arena, count * sizeof *tree->spare);
    tree->choices = jalon_arena_allocate(tree->arena, count);
    if (tree->batch == NULL || tree->spare == NULL || tree->choices == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    for (size_t i = 0; i < count; i++) {
        tree->batch[i] = (struct cell){
            .id = rows[i].number,
            .west = round_down(rows[i].west),
            .east = round_up(rows[i].east),
            .south = round_down(rows[i].south),
            .north = round_up(rows[i].north),
            .fresh = true,
        };
    }
    enum jalon_status status = read_last_node(tree);
    struct cells root = {0};
    if (status == JALON_OK) {
        status = read_node(tree, ROOT, &root);
    }
    tree->levels[tree->depth <= DEPTH_MAX ? tree->depth : 0].cells = root;
    return status;
}

enum jalon_status jalon_db_index_many(struct jalon_context *ctx,
                                      struct jalon_db_connection *connection,
                                      const struct jalon_db_index *index,
                                      const struct jalon_db_index_row *rows, size_t count)
{
    if (count == 0) {
        return JALON_OK;
    }
    struct jalon_arena *arena = jalon_arena_create();
    struct tree *tree = arena != NULL ? jalon_arena_allocate_zeroed(arena, 1, sizeof *tree) : NULL;
    if (tree == NULL) {
        jalon_arena_destroy(arena);
        return jalon_no_memory(ctx);
    }
    tree->ctx = ctx;
    tree->arena = arena;
    tree->connection = connection;
    tree->index = index;
    enum jalon_status status = prepare(tree, rows, count);
    if (status == JALON_OK) {
        status = insert_at_root(tree, count);
    }
    if (status == JALON_OK) {
        status = write_places(tree, &tree->rows, index->put_row);
    }
    if (status == JALON_OK) {
        status = write_places(tree, &tree->parents, index->put_parent);
    }
    jalon_arena_destroy(arena);
    return status;
}
