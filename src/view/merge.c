/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Merging cells of a grid, block by block in four turns. Layer 2 (view). */
#include "merge.h"

/* The cells of one block that are there, and the clusters wholly inside it. */
struct block {
    uint32_t cells[4];
    uint32_t count;
};

static void find_mean(struct jalon_view_cell *cell)
{
    cell->mean_x = (double)cell->sum_x / cell->count;
    cell->mean_y = (double)cell->sum_y / cell->count;
}

/* The square of the distance of two means. */
static double apart(const struct jalon_view_cell *a, const struct jalon_view_cell *b)
{
    double x = a->mean_x - b->mean_x;
    double y = a->mean_y - b->mean_y;
    return x * x + y * y;
}

static void join(struct jalon_view_cell *cells, uint32_t into, uint32_t other)
{
    struct jalon_view_cell *a = &cells[into];
    const struct jalon_view_cell *b = &cells[other];
    a->count += b->count;
    a->sum_x += b->sum_x;
    a->sum_y += b->sum_y;
    a->min_x = b->min_x < a->min_x ? b->min_x : a->min_x;
    a->min_y = b->min_y < a->min_y ? b->min_y : a->min_y;
    a->max_x = b->max_x > a->max_x ? b->max_x : a->max_x;
    a->max_y = b->max_y > a->max_y ? b->max_y : a->max_y;
    find_mean(a);
    uint32_t last = into;
    while (cells[last].next != JALON_VIEW_NO_CELL) {
        last = cells[last].next;
    }
    cells[last].next = other;
    for (uint32_t at = other; at != JALON_VIEW_NO_CELL; at = cells[at].next) {
        cells[at].cluster = into;
    }
}

static bool is_in(const struct block *block, uint32_t cell)
{
    for (uint32_t i = 0; i < block->count; i++) {
        if (block->cells[i] == cell) {
            return true;
        }
    }
    return false;
}

/* Does the cluster have all of its cells in the block? */
static bool is_within(const struct jalon_view_cell *cells, const struct block *block,
                      uint32_t cluster)
{
    for (uint32_t at = cluster; at != JALON_VIEW_NO_CELL; at = cells[at].next) {
        if (!is_in(block, at)) {
            return false;
        }
    }
    return true;
}

/* Merges the closest pair of clusters in the block; false when none is close enough. */
static bool merge_closest(struct jalon_view_cell *cells, const struct block *clusters,
                          double distance)
{
    double least = distance * distance;
    uint32_t a = JALON_VIEW_NO_CELL, b = JALON_VIEW_NO_CELL;
    for (uint32_t i = 0; i < clusters->count; i++) {
        for (uint32_t j = i + 1; j < clusters->count; j++) {
            uint32_t first = clusters->cells[i], second = clusters->cells[j];
            if (cells[first].cluster != first || cells[second].cluster != second) {
                continue; /* merged already */
            }
            double square = apart(&cells[first], &cells[second]);
            if (square < least) { /* of several as close the first, in the order of cells */
                least = square;
                a = first;
                b = second;
            }
        }
    }
    if (a == JALON_VIEW_NO_CELL) {
        return false;
    }
    join(cells, a, b); /* a is before b */
    return true;
}

static void merge_block(struct jalon_view_cell *cells, const struct block *block, double distance)
{
    struct block clusters = {.count = 0};
    for (uint32_t i = 0; i < block->count; i++) {
        uint32_t cell = block->cells[i];
        if (cells[cell].cluster == cell && is_within(cells, block, cell)) {
            clusters.cells[clusters.count++] = cell;
        }
    }
    while (clusters.count > 1 && merge_closest(cells, &clusters, distance)) {
    }
}

/* The turn of blocks whose first column and row have these parities. */
struct turn {
    uint32_t column, row;
};

/* The even number of the block that holds a column or row, in a turn. */
static uint32_t block_of(uint32_t at, uint32_t parity)
{
    return (at + parity) / 2;
}

static size_t end_of_row(const struct jalon_view_cell *cells, size_t count, size_t start)
{
    size_t end = start;
    while (end < count && cells[end].row == cells[start].row) {
        end++;
    }
    return end;
}

/* The same cells, and those that are in one block with any of them. */
static struct jalon_view_cell_range align(struct jalon_view_cell_range range, struct turn turn)
{
    uint32_t west = 2 * block_of(range.west, turn.column);
    uint32_t north = 2 * block_of(range.north, turn.row);
    return (struct jalon_view_cell_range){
        .west = west > turn.column ? west - turn.column : 0,
        .north = north > turn.row ? north - turn.row : 0,
        .east = 2 * block_of(range.east, turn.column) + 1 - turn.column,
        .south = 2 * block_of(range.south, turn.row) + 1 - turn.row,
    };
}

/* Walks two rows of cells side by side, block after block; the second may be empty. */
static void merge_rows(struct jalon_view_cell *cells, size_t top, size_t top_end, size_t bottom,
                       size_t bottom_end, uint32_t parity, double distance)
{
    while (top < top_end || bottom < bottom_end) {
        uint32_t one = top < top_end ? block_of(cells[top].column, parity) : UINT32_MAX;
        uint32_t two = bottom < bottom_end ? block_of(cells[bottom].column, parity) : UINT32_MAX;
        uint32_t here = one < two ? one : two;
        struct block block = {.count = 0};
        while (top < top_end && block_of(cells[top].column, parity) == here) {
            block.cells[block.count++] = (uint32_t)top++;
        }
        while (bottom < bottom_end && block_of(cells[bottom].column, parity) == here) {
            block.cells[block.count++] = (uint32_t)bottom++;
        }
        if (block.count > 1) {
            merge_block(cells, &block, distance);
        }
    }
}

/* A run of cells, from `start` to before `end`. */
struct run {
    size_t start, end;
};

/* Those of a row that are in the range. */
static struct run cut(const struct jalon_view_cell *cells, struct run row,
                      struct jalon_view_cell_range range)
{
    while (row.start < row.end && cells[row.start].column < range.west) {
        row.start++;
    }
    while (row.start < row.end && cells[row.end - 1].column > range.east) {
        row.end--;
    }
    return row;
}

/* The blocks of a range, which are whole. */
static void take_turn(struct jalon_view_cell *cells, size_t count, struct turn turn,
                      struct jalon_view_cell_range range, double distance)
{
    size_t start = 0;
    while (start < count && cells[start].row <= range.south) {
        size_t middle = end_of_row(cells, count, start), end = middle;
        if (middle < count &&
            block_of(cells[start].row, turn.row) == block_of(cells[middle].row, turn.row)) {
            end = end_of_row(cells, count, middle);
        }
        if (cells[start].row >= range.north) {
            struct run top = cut(cells, (struct run){start, middle}, range);
            struct run bottom = cut(cells, (struct run){middle, end}, range);
            merge_rows(cells, top.start, top.end, bottom.start, bottom.end, turn.column, distance);
        }
        start = end;
    }
}

void jalon_view_cells_merge(struct jalon_view_cell *cells, size_t count, double distance,
                            struct jalon_view_cell_range core)
{
    enum { TURNS = 4 };
    static const struct turn turns[TURNS] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}};
    struct jalon_view_cell_range ranges[TURNS];
    /* A turn needs what those before it have made of the blocks that it looks at. */
    for (size_t i = TURNS; i-- > 0;) {
        core = align(core, turns[i]);
        ranges[i] = core;
    }
    for (size_t i = 0; i < count; i++) {
        cells[i].cluster = (uint32_t)i;
        cells[i].next = JALON_VIEW_NO_CELL;
        find_mean(&cells[i]);
    }
    for (size_t i = 0; i < TURNS; i++) {
        take_turn(cells, count, turns[i], ranges[i], distance);
    }
}
