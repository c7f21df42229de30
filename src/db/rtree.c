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
 *           i64 and four f32, all big-endian; the root is number 1, a root of depth 0 is a leaf
 *
 *   rowid   which leaf a row is in
 *
 *   parent  which node a node other than the root is in
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db/rtree.h"

/* --- Choosing --- */

static float area(const struct rtree_cell *box)
{
    return (box->east - box->west) * (box->north - box->south);
}

/* The child whose box grows least; of equal ones the smallest. */
static uint8_t choose(const struct rtree_cells *children, const struct rtree_cell *cell)
{
    size_t best = 0;
    float least = INFINITY, smallest = INFINITY;
    for (size_t i = 0; i < children->count; i++) {
        struct rtree_cell grown = children->items[i];
        float before = area(&grown);
        jalon_rtree_extend(&grown, cell);
        float growth = area(&grown) - before;
        if (growth < least || (growth == least && before < smallest)) {
            best = i;
            least = growth;
            smallest = before;
        }
    }
    return (uint8_t)best;
}

/* --- Writing --- */

/* Writes a part of a node and remembers the cells that were not in it before. */
static enum jalon_status put_part(struct rtree *tree, int64_t node, unsigned height, bool moved,
                                  const struct rtree_cell *cells, size_t count)
{
    struct rtree_places *places = height == 0 ? &tree->rows : &tree->parents;
    enum jalon_status status = jalon_rtree_write_node(tree, node, cells, count);
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        if (height == 0 && cells[i].is_new) {
            tree->leaves[cells[i].order] = node;
        } else if (moved || cells[i].is_new) {
            status = jalon_rtree_add_place(tree, places, cells[i].id, node);
        }
    }
    return status;
}

/* --- Dividing --- */

/* Twice the middle: only the order counts. */
static int compare_lon(const void *a, const void *b)
{
    const struct rtree_cell *one = a, *other = b;
    float left = one->west + one->east, right = other->west + other->east;
    return (left > right) - (left < right);
}

static int compare_lat(const void *a, const void *b)
{
    const struct rtree_cell *one = a, *other = b;
    float left = one->south + one->north, right = other->south + other->north;
    return (left > right) - (left < right);
}

/* Orders the cells so that each of `parts` equal runs is close together; notes where each ends. */
static void divide(struct rtree *tree, struct rtree_cell *cells, size_t start, size_t end,
                   size_t parts, size_t *part)
{
    if (parts == 1) {
        tree->ends[(*part)++] = end;
        return;
    }
    struct rtree_cell box = jalon_rtree_surround(0, false, cells + start, end - start);
    bool wide = box.east - box.west > box.north - box.south;
    qsort(cells + start, end - start, sizeof *cells, wide ? compare_lon : compare_lat);
    size_t middle = start + (end - start) * (parts / 2) / parts;
    divide(tree, cells, start, middle, parts / 2, part);
    divide(tree, cells, middle, end, parts - parts / 2, part);
}

/* Of which part most cells are in the node already: it keeps the node's number. */
static size_t find_heaviest(const struct rtree *tree, const struct rtree_cells *cells, size_t parts)
{
    size_t best = 0, most = 0;
    for (size_t i = 0, at = 0; i < parts; i++) {
        size_t count = 0;
        for (; at < tree->ends[i]; at++) {
            count += !cells->items[at].is_new;
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
static enum jalon_status put_divided(struct rtree *tree, int64_t node, unsigned height,
                                     struct rtree_cells *cells, struct rtree_cells *out)
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
        const struct rtree_cell *first = cells->items + start;
        size_t count = ends[i] - start;
        int64_t number = i == keeps ? node : ++tree->last_node;
        status = put_part(tree, number, height, i != keeps, first, count);
        if (status == JALON_OK) {
            status = jalon_rtree_add_cell(tree, out,
                                          jalon_rtree_surround(number, i != keeps, first, count));
        }
        start = ends[i];
    }
    return status;
}

/* --- Going down --- */

/* Orders new rows by the child they go to; counts[i] go to the i-th. */
static void distribute(struct rtree *tree, const struct rtree_cells *children,
                       struct rtree_cell *rows, size_t count, size_t counts[UINT8_MAX + 1])
{
    size_t offset = (size_t)(rows - tree->batch), starts[UINT8_MAX + 1], start = 0;
    uint8_t *choices = tree->choices + offset;
    struct rtree_cell *spare = tree->spare + offset;
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

static enum jalon_status insert_below(struct rtree *tree, int64_t node, unsigned height,
                                      struct rtree_cell *rows, size_t count,
                                      struct rtree_cells *out);

/* Brings the rows into the node's cells, which may then be more than it has room for. */
static enum jalon_status insert_into(struct rtree *tree, unsigned height, struct rtree_cell *rows,
                                     size_t count)
{
    struct rtree_level *level = &tree->levels[height];
    enum jalon_status status = JALON_OK;
    if (height == 0) {
        for (size_t i = 0; i < count && status == JALON_OK; i++) {
            status = jalon_rtree_add_cell(tree, &level->cells, rows[i]);
        }
        return status;
    }
    struct rtree_cells children = level->cells;
    level->cells = level->children;
    level->children = children;
    level->cells.count = 0;
    size_t counts[UINT8_MAX + 1];
    distribute(tree, &children, rows, count, counts);
    for (size_t i = 0; i < children.count && status == JALON_OK; i++) {
        status = counts[i] == 0 ? jalon_rtree_add_cell(tree, &level->cells, children.items[i])
                                : insert_below(tree, children.items[i].id, height - 1, rows,
                                               counts[i], &level->cells);
        rows += counts[i];
    }
    return status;
}

/* Inserts into a node that is not the root; adds what stands for it in its parent to `out`. */
static enum jalon_status insert_below(struct rtree *tree, int64_t node, unsigned height,
                                      struct rtree_cell *rows, size_t count,
                                      struct rtree_cells *out)
{
    struct rtree_cells *cells = &tree->levels[height].cells;
    enum jalon_status status = jalon_rtree_read_node(tree, node, cells);
    if (status == JALON_OK && cells->count == 0) {
        return jalon_rtree_damaged(tree, node);
    }
    if (status == JALON_OK) {
        status = insert_into(tree, height, rows, count);
    }
    if (status != JALON_OK || cells->count > tree->capacity) {
        return status != JALON_OK ? status : put_divided(tree, node, height, cells, out);
    }
    status = put_part(tree, node, height, false, cells->items, cells->count);
    return status == JALON_OK
               ? jalon_rtree_add_cell(tree, out,
                                      jalon_rtree_surround(node, false, cells->items, cells->count))
               : status;
}

/* The root keeps its number: when it has to be divided, the tree grows below it. */
static enum jalon_status insert_at_root(struct rtree *tree)
{
    struct rtree_cells *cells = &tree->levels[tree->depth].cells;
    if (tree->depth > 0 && cells->count == 0) {
        return jalon_rtree_damaged(tree, RTREE_ROOT);
    }
    enum jalon_status status = insert_into(tree, tree->depth, tree->batch, tree->batch_count);
    while (status == JALON_OK && cells->count > tree->capacity) {
        if (tree->depth == RTREE_DEPTH_MAX) {
            return jalon_rtree_damaged(tree, RTREE_ROOT);
        }
        struct rtree_cells *above = &tree->levels[tree->depth + 1].cells;
        status = put_divided(tree, 0, tree->depth, cells, above);
        cells = above;
        tree->depth++;
    }
    return status == JALON_OK
               ? put_part(tree, RTREE_ROOT, tree->depth, false, cells->items, cells->count)
               : status;
}

/* --- Where things are --- */

static int compare_places(const void *a, const void *b)
{
    const struct rtree_place *one = a, *other = b;
    return (one->id > other->id) - (one->id < other->id);
}

static enum jalon_status write_place(struct rtree *tree, int query, int64_t id, int64_t node)
{
    struct jalon_db_value values[] = {jalon_db_integer(id), jalon_db_integer(node)};
    return jalon_db_execute(tree->ctx, tree->connection, query, values, 2, NULL);
}

/* In the order of the table. */
static enum jalon_status write_places(struct rtree *tree, struct rtree_places *places, int query)
{
    enum jalon_status status = JALON_OK;
    if (places->count > 0) {
        qsort(places->items, places->count, sizeof *places->items, compare_places);
    }
    for (size_t i = 0; i < places->count && status == JALON_OK; i++) {
        status = write_place(tree, query, places->items[i].id, places->items[i].node);
    }
    return status;
}

/* New rows have come in the order of their numbers, which is the table's. */
static enum jalon_status write_leaves(struct rtree *tree, const struct jalon_db_index_row *rows)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < tree->batch_count && status == JALON_OK; i++) {
        status = write_place(tree, tree->index->put_row, rows[i].number, tree->leaves[i]);
    }
    return status;
}

/* --- All of it --- */

static enum jalon_status prepare(struct rtree *tree, const struct jalon_db_index_row *rows,
                                 size_t count)
{
    tree->batch = jalon_arena_allocate(tree->arena, count * sizeof *tree->batch);
    tree->spare = jalon_arena_allocate(tree->arena, count * sizeof *tree->spare);
    tree->choices = jalon_arena_allocate(tree->arena, count);
    tree->leaves = jalon_arena_allocate(tree->arena, count * sizeof *tree->leaves);
    if (tree->batch == NULL || tree->spare == NULL || tree->choices == NULL ||
        tree->leaves == NULL) {
        return jalon_no_memory(tree->ctx);
    }
    tree->batch_count = count;
    for (size_t i = 0; i < count; i++) {
        tree->batch[i] = jalon_rtree_round(&rows[i]);
        tree->batch[i].order = (uint32_t)i;
        tree->batch[i].is_new = true;
    }
    enum jalon_status status = jalon_rtree_read_last_node(tree);
    struct rtree_cells root = {0};
    if (status == JALON_OK) {
        status = jalon_rtree_read_node(tree, RTREE_ROOT, &root);
    }
    tree->levels[tree->depth <= RTREE_DEPTH_MAX ? tree->depth : 0].cells = root;
    return status;
}

enum jalon_status jalon_db_index_many(struct jalon_context *ctx,
                                      struct jalon_db_connection *connection,
                                      const struct jalon_db_index *index,
                                      const struct jalon_db_index_row *rows, size_t count)
{
    assert(count <= UINT32_MAX);
    if (count == 0) {
        return JALON_OK;
    }
    struct jalon_arena *arena = jalon_arena_create();
    struct rtree *tree = arena != NULL ? jalon_arena_allocate_zeroed(arena, 1, sizeof *tree) : NULL;
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
        status = insert_at_root(tree);
    }
    if (status == JALON_OK) {
        status = write_leaves(tree, rows);
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
