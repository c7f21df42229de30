/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A tree that is being changed: what rtree.c and rtree_node.c share. Layer 1, private to db. */
#ifndef JALON_DB_RTREE_H
#define JALON_DB_RTREE_H

#include "jalon/db.h"

enum { RTREE_ROOT = 1, RTREE_DEPTH_MAX = 40 };

/* A cell of a node: a row, or a node below. */
struct rtree_cell {
    int64_t id;
    float west, east, south, north;
    uint32_t order; /* of a new row: which of them it is */
    bool is_new;    /* a new row, or a new node: no table says yet where it is */
};

struct rtree_cells {
    struct rtree_cell *items;
    size_t count, capacity;
};

/* "`id` is in this node": a line of the rowid or the parent table. */
struct rtree_place {
    int64_t id, node;
};

struct rtree_places {
    struct rtree_place *items;
    size_t count, capacity;
};

struct rtree_level {
    struct rtree_cells cells;    /* of the node that is being changed */
    struct rtree_cells children; /* and as they were */
};

struct rtree {
    struct jalon_context *ctx; /* for failures */
    struct jalon_arena *arena; /* for everything that is gone at the end */
    struct jalon_db_connection *connection;
    const struct jalon_db_index *index;
    size_t node_size, capacity; /* bytes of a node, and cells it has room for */
    unsigned depth;
    int64_t last_node;
    struct rtree_level levels[RTREE_DEPTH_MAX + 1];
    struct rtree_places rows, parents; /* rows: those that were there and have moved */
    size_t *ends;                      /* of the parts of a node that is being divided */
    size_t ends_capacity;
    struct rtree_cell *batch, *spare; /* all new rows, and room for as many */
    size_t batch_count;
    uint8_t *choices; /* which child each goes to */
    int64_t *leaves;  /* by their order: the leaf each is in */
};

/* Adds to a list, in the tree's arena; JALON_NO_MEMORY. */
enum jalon_status jalon_rtree_add_cell(struct rtree *tree, struct rtree_cells *cells,
                                       struct rtree_cell cell) JALON_MUST_USE;
enum jalon_status jalon_rtree_add_place(struct rtree *tree, struct rtree_places *places, int64_t id,
                                        int64_t node) JALON_MUST_USE;

/* A row's box as the engine rounds it: outward. */
struct rtree_cell jalon_rtree_round(const struct jalon_db_index_row *row);
/* Here, since each new row asks it of fifty children in each node on its way. */
static inline void jalon_rtree_extend(struct rtree_cell *box, const struct rtree_cell *by)
{
    box->west = by->west < box->west ? by->west : box->west;
    box->east = by->east > box->east ? by->east : box->east;
    box->south = by->south < box->south ? by->south : box->south;
    box->north = by->north > box->north ? by->north : box->north;
}
/* A node as its parent's cell; count > 0. */
struct rtree_cell jalon_rtree_surround(int64_t node, bool is_new, const struct rtree_cell *cells,
                                       size_t count);

/* The failure that such a node is; JALON_UNAVAILABLE. */
enum jalon_status jalon_rtree_damaged(struct rtree *tree, int64_t node);
/* Replaces the cells by the node's. The root also gives the tree's depth and the nodes' size. */
enum jalon_status jalon_rtree_read_node(struct rtree *tree, int64_t node,
                                        struct rtree_cells *out) JALON_MUST_USE;
enum jalon_status jalon_rtree_read_last_node(struct rtree *tree) JALON_MUST_USE;
/* count <= tree->capacity. */
enum jalon_status jalon_rtree_write_node(struct rtree *tree, int64_t node,
                                         const struct rtree_cell *cells,
                                         size_t count) JALON_MUST_USE;

#endif
