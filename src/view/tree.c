/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A quadtree of boxes that follows each change. Layer 2 (view).
 *
 * Cutting and joining nodes only makes it faster, so both are dropped when there is no memory:
 * insertion needs one free place in one array, and that is what reserve sees to.
 */
#include "tree.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "jalon/memory.h"

enum {
    LEAF_MAX = 64,  /* more than this: cut */
    JOIN_BELOW = 24, /* fewer than this in four children: join */
    DEPTH_MAX = 24, /* cells of 2e-5 degrees, about 2 m: not finer than a float at 180 degrees */
};

/* The square cell of a node. */
struct cell {
    double west, south, size;
    int depth;
};

static const struct cell root_cell = {-180, -180, 360, 0};
static const struct jalon_view_bounds nothing = {INFINITY, INFINITY, -INFINITY, -INFINITY};

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

static struct jalon_view_bounds bounds_of(struct jalon_box box)
{
    return (struct jalon_view_bounds){round_down(box.west), round_down(box.south),
                                      round_up(box.east), round_up(box.north)};
}

static bool equal(struct jalon_view_bounds a, struct jalon_view_bounds b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void extend(struct jalon_view_bounds *bounds, struct jalon_view_bounds by)
{
    bounds->west = fminf(bounds->west, by.west);
    bounds->south = fminf(bounds->south, by.south);
    bounds->east = fmaxf(bounds->east, by.east);
    bounds->north = fmaxf(bounds->north, by.north);
}

/* --- Where a box lives --- */

/* May the box live in a child of this cell? */
static bool goes_deeper(struct cell cell, struct jalon_view_bounds bounds)
{
    double width = (double)bounds.east - (double)bounds.west;
    double height = (double)bounds.north - (double)bounds.south;
    return cell.depth < DEPTH_MAX && fmax(width, height) <= cell.size / 2;
}

/* Which child holds the middle of the box; *cell becomes that child's. */
static size_t descend(struct cell *cell, struct jalon_view_bounds bounds)
{
    double lon = ((double)bounds.west + (double)bounds.east) / 2;
    double lat = ((double)bounds.south + (double)bounds.north) / 2;
    double half = cell->size / 2;
    bool east = lon >= cell->west + half, north = lat >= cell->south + half;
    cell->west += east ? half : 0;
    cell->south += north ? half : 0;
    cell->size = half;
    cell->depth++;
    return (size_t)east + 2 * (size_t)north;
}

/* The nodes from the root to the one a box lives in. */
struct path {
    struct jalon_view_tree_node *nodes[DEPTH_MAX + 1];
    struct cell cell; /* of the last one */
    int last;
};

static struct path find_path(struct jalon_view_tree *tree, struct jalon_view_bounds bounds)
{
    struct path path = {.nodes = {&tree->root}, .cell = root_cell};
    struct jalon_view_tree_node *node = &tree->root;
    while (node->children != NULL && goes_deeper(path.cell, bounds)) {
        node = &node->children[descend(&path.cell, bounds)];
        path.nodes[++path.last] = node;
    }
    return path;
}

/* --- Changing nodes --- */

static bool grow(struct jalon_view_tree_node *node, uint32_t needed)
{
    if (needed <= node->capacity) {
        return true;
    }
    uint32_t capacity = node->capacity < 4 ? 4 : node->capacity + node->capacity / 2;
    capacity = capacity < needed ? needed : capacity;
    struct jalon_view_tree_item *items =
        jalon_memory_resize(node->items, capacity * sizeof *items);
    if (items == NULL) {
        return false;
    }
    node->items = items;
    node->capacity = capacity;
    return true;
}

static void add_own(struct jalon_view_tree_node *node, struct jalon_view_tree_item item)
{
    assert(node->count < node->capacity);
    node->items[node->count++] = item;
    node->total++;
    extend(&node->bounds, item.bounds);
}

static void release_children(struct jalon_view_tree_node *node)
{
    if (node->children == NULL) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        release_children(&node->children[i]);
        jalon_memory_release(node->children[i].items);
    }
    jalon_memory_release(node->children);
    node->children = NULL;
}

/* Four empty children with the places their share of the node's items will need, or NULL. */
static struct jalon_view_tree_node *make_children(const struct jalon_view_tree_node *node,
                                                  struct cell cell)
{
    struct jalon_view_tree_node *children = jalon_memory_allocate_zeroed(4, sizeof *children);
    if (children == NULL) {
        return NULL;
    }
    uint32_t shares[4] = {0};
    for (uint32_t i = 0; i < node->count; i++) {
        struct cell child = cell;
        if (goes_deeper(cell, node->items[i].bounds)) {
            shares[descend(&child, node->items[i].bounds)]++;
        }
    }
    for (int i = 0; i < 4; i++) {
        children[i].bounds = nothing;
        if (shares[i] > 0 && !grow(&children[i], shares[i])) {
            for (int j = 0; j < i; j++) {
                jalon_memory_release(children[j].items);
            }
            jalon_memory_release(children);
            return NULL;
        }
    }
    return children;
}

/* Gives a full leaf children, when some of its items may live there. */
static void cut(struct jalon_view_tree_node *node, struct cell cell)
{
    if (node->children != NULL || node->count <= LEAF_MAX || cell.depth == DEPTH_MAX) {
        return;
    }
    struct jalon_view_tree_node *children = make_children(node, cell);
    if (children == NULL) {
        return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        struct jalon_view_tree_item item = node->items[i];
        struct cell child = cell;
        if (goes_deeper(cell, item.bounds)) {
            add_own(&children[descend(&child, item.bounds)], item);
        } else {
            node->items[kept++] = item;
        }
    }
    node->count = kept;
    node->children = children;
    if (kept == 0) {
        jalon_memory_release(node->items);
        node->items = NULL;
        node->capacity = 0;
    }
}

/* Takes back the items of four nearly empty leaves. */
static void join(struct jalon_view_tree_node *node)
{
    if (node->children == NULL || node->total >= JOIN_BELOW || !grow(node, node->total)) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        struct jalon_view_tree_node *child = &node->children[i];
        join(child);
        if (child->children != NULL) {
            return; /* no memory below: it stays cut, which is right too */
        }
    }
    for (int i = 0; i < 4; i++) {
        const struct jalon_view_tree_node *child = &node->children[i];
        if (child->count > 0) {
            memcpy(node->items + node->count, child->items, child->count * sizeof *child->items);
            node->count += child->count;
        }
    }
    release_children(node);
}

static void measure(struct jalon_view_tree_node *node)
{
    node->bounds = nothing;
    for (uint32_t i = 0; i < node->count; i++) {
        extend(&node->bounds, node->items[i].bounds);
    }
    for (int i = 0; i < 4 && node->children != NULL; i++) {
        extend(&node->bounds, node->children[i].bounds);
    }
}

/* Could the node's bounds shrink when something with these bounds leaves it? */
static bool touches_edge(const struct jalon_view_tree_node *node, struct jalon_view_bounds bounds)
{
    return bounds.west <= node->bounds.west || bounds.south <= node->bounds.south ||
           bounds.east >= node->bounds.east || bounds.north >= node->bounds.north;
}

/* --- The tree --- */

void jalon_view_tree_init(struct jalon_view_tree *tree)
{
    *tree = (struct jalon_view_tree){.root = {.bounds = nothing}};
}

void jalon_view_tree_finish(struct jalon_view_tree *tree)
{
    release_children(&tree->root);
    jalon_memory_release(tree->root.items);
    jalon_view_tree_init(tree);
}

bool jalon_view_tree_same_place(struct jalon_box a, struct jalon_box b)
{
    return equal(bounds_of(a), bounds_of(b));
}

bool jalon_view_tree_reserve(struct jalon_view_tree *tree, struct jalon_box box)
{
    struct path path = find_path(tree, bounds_of(box));
    struct jalon_view_tree_node *node = path.nodes[path.last];
    return grow(node, node->count + 1);
}

void jalon_view_tree_insert(struct jalon_view_tree *tree, struct jalon_box box,
                            jalon_view_slot_index slot)
{
    struct jalon_view_tree_item item = {bounds_of(box), slot};
    struct path path = find_path(tree, item.bounds);
    for (int i = 0; i < path.last; i++) {
        path.nodes[i]->total++;
        extend(&path.nodes[i]->bounds, item.bounds);
    }
    add_own(path.nodes[path.last], item);
    cut(path.nodes[path.last], path.cell);
}

static void remove_own(struct jalon_view_tree_node *node, struct jalon_view_tree_item item)
{
    uint32_t at = 0;
    while (node->items[at].slot != item.slot || !equal(node->items[at].bounds, item.bounds)) {
        at++;
        assert(at < node->count);
    }
    node->items[at] = node->items[--node->count];
}

void jalon_view_tree_remove(struct jalon_view_tree *tree, struct jalon_box box,
                            jalon_view_slot_index slot)
{
    struct jalon_view_tree_item item = {bounds_of(box), slot};
    struct path path = find_path(tree, item.bounds);
    remove_own(path.nodes[path.last], item);
    int highest_to_join = -1;
    for (int i = path.last; i >= 0; i--) {
        struct jalon_view_tree_node *node = path.nodes[i];
        node->total--;
        if (touches_edge(node, item.bounds)) {
            measure(node);
        }
        if (node->children != NULL && node->total < JOIN_BELOW) {
            highest_to_join = i;
        }
    }
    if (highest_to_join >= 0) {
        join(path.nodes[highest_to_join]);
    }
}

/* --- Searching --- */

static bool apart(struct jalon_view_bounds bounds, const struct jalon_box *part)
{
    return (double)bounds.west > part->east || (double)bounds.east < part->west ||
           (double)bounds.south > part->north || (double)bounds.north < part->south;
}

static bool within(struct jalon_view_bounds bounds, const struct jalon_box *part)
{
    return (double)bounds.west >= part->west && (double)bounds.east <= part->east &&
           (double)bounds.south >= part->south && (double)bounds.north <= part->north;
}

enum relation { APART, UNSURE, WITHIN };

static enum relation relate(struct jalon_view_bounds bounds, const struct jalon_view_area *area)
{
    enum relation relation = APART;
    for (int i = 0; i < area->count; i++) {
        if (within(bounds, &area->parts[i])) {
            return WITHIN;
        }
        if (!apart(bounds, &area->parts[i])) {
            relation = UNSURE;
        }
    }
    return relation;
}

static void take_all(const struct jalon_view_tree_node *node,
                     const struct jalon_view_tree_search *search)
{
    for (uint32_t i = 0; i < node->count; i++) {
        search->found(search->user, node->items[i].slot);
    }
    for (int i = 0; i < 4 && node->children != NULL; i++) {
        take_all(&node->children[i], search);
    }
}

static bool take_item(const struct jalon_view_tree_item *item,
                      const struct jalon_view_tree_search *search)
{
    enum relation relation = relate(item->bounds, search->area);
    if (relation == APART ||
        (relation == UNSURE && !search->meets(search->user, item->slot))) {
        return false;
    }
    if (search->found != NULL) {
        search->found(search->user, item->slot);
    }
    return true;
}

static int64_t search_node(const struct jalon_view_tree_node *node,
                           const struct jalon_view_tree_search *search)
{
    enum relation relation = node->total == 0 ? APART : relate(node->bounds, search->area);
    if (relation == APART) {
        return 0;
    }
    if (relation == WITHIN) {
        if (search->found != NULL) {
            take_all(node, search);
        }
        return node->total;
    }
    int64_t matched = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        matched += take_item(&node->items[i], search);
    }
    for (int i = 0; i < 4 && node->children != NULL; i++) {
        matched += search_node(&node->children[i], search);
    }
    return matched;
}

int64_t jalon_view_tree_search(const struct jalon_view_tree *tree,
                               const struct jalon_view_tree_search *search)
{
    return search_node(&tree->root, search);
}

/* --- The extent --- */

struct extent {
    struct jalon_box box;
    struct jalon_box (*box_of)(const void *user, jalon_view_slot_index slot);
    const void *user;
};

/* Outward rounding makes this an "at most": what does not stick out in floats never does. */
static bool sticks_out(struct jalon_view_bounds bounds, const struct jalon_box *box)
{
    return (double)bounds.west < box->west || (double)bounds.south < box->south ||
           (double)bounds.east > box->east || (double)bounds.north > box->north;
}

static void extend_extent(struct extent *extent, const struct jalon_view_tree_node *node)
{
    if (node->total == 0 || !sticks_out(node->bounds, &extent->box)) {
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        if (sticks_out(node->items[i].bounds, &extent->box)) {
            struct jalon_box box = extent->box_of(extent->user, node->items[i].slot);
            extent->box.west = fmin(extent->box.west, box.west);
            extent->box.south = fmin(extent->box.south, box.south);
            extent->box.east = fmax(extent->box.east, box.east);
            extent->box.north = fmax(extent->box.north, box.north);
        }
    }
    for (int i = 0; i < 4 && node->children != NULL; i++) {
        extend_extent(extent, &node->children[i]);
    }
}

bool jalon_view_tree_extent(const struct jalon_view_tree *tree,
                            struct jalon_box (*box_of)(const void *user,
                                                       jalon_view_slot_index slot),
                            const void *user, struct jalon_box *out)
{
    if (tree->root.total == 0) {
        return false;
    }
    struct extent extent = {{INFINITY, INFINITY, -INFINITY, -INFINITY}, box_of, user};
    extend_extent(&extent, &tree->root);
    *out = extent.box;
    return true;
}
