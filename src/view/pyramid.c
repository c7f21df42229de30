/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A quadtree of sums that follows each change. Layer 2 (view).
 *
 * As in tree.c, cutting and joining only make it faster, so both are dropped when there is no memory.
 */
#include "pyramid.h"

#include <assert.h>
#include <string.h>

#include "jalon/memory.h"

enum {
    LEAF_MAX = 32,   /* more than this: cut */
    JOIN_BELOW = 16, /* fewer than this below: join */
};

/* --- Tallies --- */

size_t jalon_view_pyramid_tally_count(const struct jalon_collection *collection)
{
    return collection->category_root_count + collection->status_count;
}

/* Which of the collection's roots a category is below; category_root_count: none of them. */
static size_t root_of(const struct jalon_view_pyramid *pyramid, int32_t category)
{
    size_t i = 0;
    while (i < pyramid->collection->category_root_count &&
           !jalon_category_is_within(pyramid->map, category,
                                     pyramid->collection->category_roots[i])) {
        i++;
    }
    return i;
}

/* Is one of the first `count` categories below this root? */
static bool is_counted(const struct jalon_view_pyramid *pyramid,
                       const struct jalon_contribution *contribution, size_t count, size_t root)
{
    for (size_t i = 0; i < count; i++) {
        if (root_of(pyramid, contribution->categories[i]) == root) {
            return true;
        }
    }
    return false;
}

void jalon_view_pyramid_tally(const struct jalon_view_pyramid *pyramid,
                              const struct jalon_contribution *contribution, uint32_t *tallies,
                              int by)
{
    size_t roots = pyramid->collection->category_root_count;
    for (size_t i = 0; i < contribution->category_count; i++) {
        size_t root = root_of(pyramid, contribution->categories[i]);
        if (root < roots && !is_counted(pyramid, contribution, i, root)) {
            tallies[root] += (uint32_t)by;
        }
    }
    if (contribution->status >= 0) {
        tallies[roots + (size_t)contribution->status] += (uint32_t)by;
    }
}

/* --- Nodes --- */

/* Which child of a node at this depth. */
static size_t child_of(int depth, struct jalon_view_spot spot)
{
    int shift = 31 - depth;
    return (spot.x >> shift & 1) + 2 * (size_t)(spot.y >> shift & 1);
}

static bool grow(struct jalon_view_pyramid_node *node, uint32_t needed)
{
    if (needed <= node->capacity) {
        return true;
    }
    uint32_t capacity = node->capacity < 4 ? 4 : node->capacity + node->capacity / 2;
    capacity = capacity < needed ? needed : capacity;
    struct jalon_view_pyramid_item *items =
        jalon_memory_resize(node->items, capacity * sizeof *items);
    if (items == NULL) {
        return false;
    }
    node->items = items;
    node->capacity = capacity;
    return true;
}

static void widen(struct jalon_view_pyramid_node *node, struct jalon_view_spot low,
                  struct jalon_view_spot high, bool first)
{
    node->min_x = first || low.x < node->min_x ? low.x : node->min_x;
    node->min_y = first || low.y < node->min_y ? low.y : node->min_y;
    node->max_x = first || high.x > node->max_x ? high.x : node->max_x;
    node->max_y = first || high.y > node->max_y ? high.y : node->max_y;
}

/* Counts one more below the node; its tallies are the caller's to change. */
static void count_in(struct jalon_view_pyramid_node *node, struct jalon_view_spot spot)
{
    widen(node, spot, spot, node->count == 0);
    node->count++;
    node->sum_x += spot.x;
    node->sum_y += spot.y;
}

static void measure(struct jalon_view_pyramid_node *node)
{
    bool first = true;
    if (node->children == NULL) {
        for (uint32_t i = 0; i < node->count; i++) {
            widen(node, node->items[i].spot, node->items[i].spot, i == 0);
        }
        return;
    }
    for (int i = 0; i < 4; i++) {
        const struct jalon_view_pyramid_node *child = &node->children[i];
        if (child->count > 0) {
            struct jalon_view_spot low = {child->min_x, child->min_y};
            struct jalon_view_spot high = {child->max_x, child->max_y};
            widen(node, low, high, first);
            first = false;
        }
    }
}

/* Counts one fewer, which is no longer below the node. */
static void count_out(struct jalon_view_pyramid_node *node, struct jalon_view_spot spot)
{
    node->sum_x -= spot.x;
    node->sum_y -= spot.y;
    if (spot.x == node->min_x || spot.x == node->max_x || spot.y == node->min_y ||
        spot.y == node->max_y) {
        measure(node);
    }
}

/* Four empty children and their tallies in one block, with room for their share of the items. */
static struct jalon_view_pyramid_node *make_children(const struct jalon_view_pyramid *pyramid,
                                                     const struct jalon_view_pyramid_node *node,
                                                     int depth)
{
    size_t tally_size = pyramid->tally_count * sizeof(uint32_t);
    struct jalon_view_pyramid_node *children =
        jalon_memory_allocate_zeroed(4, sizeof *children + tally_size);
    if (children == NULL) {
        return NULL;
    }
    uint32_t *tallies = (uint32_t *)(void *)(children + 4);
    uint32_t shares[4] = {0};
    for (uint32_t i = 0; i < node->count; i++) {
        shares[child_of(depth, node->items[i].spot)]++;
    }
    for (int i = 0; i < 4; i++) {
        children[i].tallies = tallies + (size_t)i * pyramid->tally_count;
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

/* Gives a full leaf children. */
static void cut(const struct jalon_view_pyramid *pyramid, struct jalon_view_pyramid_node *node,
                int depth, const struct jalon_view_slot *slots)
{
    if (node->count <= LEAF_MAX || depth == JALON_VIEW_PYRAMID_DEPTH) {
        return;
    }
    struct jalon_view_pyramid_node *children = make_children(pyramid, node, depth);
    if (children == NULL) {
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        struct jalon_view_pyramid_item item = node->items[i];
        struct jalon_view_pyramid_node *child = &children[child_of(depth, item.spot)];
        child->items[child->count] = item;
        count_in(child, item.spot);
        jalon_view_pyramid_tally(pyramid, &slots[item.slot].entry->contribution, child->tallies, 1);
    }
    jalon_memory_release(node->items);
    node->items = NULL;
    node->capacity = 0;
    node->children = children;
}

static void release_below(struct jalon_view_pyramid_node *node)
{
    for (int i = 0; i < 4 && node->children != NULL; i++) {
        release_below(&node->children[i]);
    }
    jalon_memory_release(node->children);
    jalon_memory_release(node->items);
    node->children = NULL;
    node->items = NULL;
    node->capacity = 0;
}

static uint32_t take_items(const struct jalon_view_pyramid_node *node,
                           struct jalon_view_pyramid_item *items)
{
    uint32_t taken = 0;
    if (node->children == NULL && node->count > 0) {
        memcpy(items, node->items, node->count * sizeof *items);
        return node->count;
    }
    for (int i = 0; i < 4 && node->children != NULL; i++) {
        taken += take_items(&node->children[i], items + taken);
    }
    return taken;
}

/* Makes a nearly empty node a leaf. */
static void join(struct jalon_view_pyramid_node *node)
{
    uint32_t capacity = node->count < 4 ? 4 : node->count;
    struct jalon_view_pyramid_item *items = jalon_memory_allocate(capacity * sizeof *items);
    if (items == NULL) {
        return;
    }
    take_items(node, items);
    release_below(node);
    node->items = items;
    node->capacity = capacity;
}

/* --- The pyramid --- */

void jalon_view_pyramid_init(struct jalon_view_pyramid *pyramid, const struct jalon_map *map,
                             const struct jalon_collection *collection, int radius,
                             uint32_t *tallies)
{
    *pyramid = (struct jalon_view_pyramid){
        .plane = jalon_view_plane_make(radius),
        .root = {.tallies = tallies},
        .map = map,
        .collection = collection,
        .tally_count = (uint32_t)jalon_view_pyramid_tally_count(collection),
    };
}

void jalon_view_pyramid_finish(struct jalon_view_pyramid *pyramid)
{
    release_below(&pyramid->root);
    pyramid->root.count = 0;
}

static struct jalon_view_spot spot_of(const struct jalon_view_pyramid *pyramid,
                                      const struct jalon_view_entry *entry)
{
    return jalon_view_plane_spot(&pyramid->plane, entry->label);
}

bool jalon_view_pyramid_reserve(struct jalon_view_pyramid *pyramid,
                                const struct jalon_view_entry *entry)
{
    struct jalon_view_spot spot = spot_of(pyramid, entry);
    struct jalon_view_pyramid_node *node = &pyramid->root;
    for (int depth = 0; node->children != NULL; depth++) {
        node = &node->children[child_of(depth, spot)];
    }
    return grow(node, node->count + 1);
}

void jalon_view_pyramid_insert(struct jalon_view_pyramid *pyramid,
                               const struct jalon_view_slot *slots, jalon_view_slot_index slot)
{
    const struct jalon_view_entry *entry = slots[slot].entry;
    struct jalon_view_spot spot = spot_of(pyramid, entry);
    struct jalon_view_pyramid_node *node = &pyramid->root;
    int depth = 0;
    for (; node->children != NULL; depth++) {
        count_in(node, spot);
        jalon_view_pyramid_tally(pyramid, &entry->contribution, node->tallies, 1);
        node = &node->children[child_of(depth, spot)];
    }
    assert(node->count < node->capacity);
    node->items[node->count] = (struct jalon_view_pyramid_item){spot, slot};
    count_in(node, spot);
    jalon_view_pyramid_tally(pyramid, &entry->contribution, node->tallies, 1);
    cut(pyramid, node, depth, slots);
}

static void remove_item(struct jalon_view_pyramid_node *leaf, jalon_view_slot_index slot)
{
    uint32_t at = 0;
    while (leaf->items[at].slot != slot) {
        at++;
        assert(at < leaf->count);
    }
    leaf->items[at] = leaf->items[--leaf->count];
}

/* The nodes that hold something. */
struct path {
    struct jalon_view_pyramid_node *nodes[JALON_VIEW_PYRAMID_DEPTH + 1];
    int last;
};

static struct path take_out(struct jalon_view_pyramid *pyramid,
                            const struct jalon_view_entry *entry, jalon_view_slot_index slot)
{
    struct jalon_view_spot spot = spot_of(pyramid, entry);
    struct path path = {.nodes = {&pyramid->root}};
    while (path.nodes[path.last]->children != NULL) {
        struct jalon_view_pyramid_node *children = path.nodes[path.last]->children;
        path.nodes[path.last + 1] = &children[child_of(path.last, spot)];
        path.last++;
    }
    remove_item(path.nodes[path.last], slot);
    for (int i = path.last; i >= 0; i--) {
        struct jalon_view_pyramid_node *node = path.nodes[i];
        node->count -= i < path.last; /* the leaf's is down already */
        jalon_view_pyramid_tally(pyramid, &entry->contribution, node->tallies, -1);
        count_out(node, spot);
    }
    return path;
}

static void join_highest(const struct path *path)
{
    for (int i = 0; i <= path->last; i++) {
        if (path->nodes[i]->children != NULL && path->nodes[i]->count < JOIN_BELOW) {
            join(path->nodes[i]);
            return;
        }
    }
}

void jalon_view_pyramid_remove(struct jalon_view_pyramid *pyramid,
                               const struct jalon_view_entry *entry, jalon_view_slot_index slot)
{
    struct path path = take_out(pyramid, entry, slot);
    join_highest(&path);
}

void jalon_view_pyramid_replace(struct jalon_view_pyramid *pyramid,
                                const struct jalon_view_slot *slots, jalon_view_slot_index slot,
                                const struct jalon_view_entry *old)
{
    struct path path = {.last = -1};
    if (old->has_box) {
        path = take_out(pyramid, old, slot);
    }
    if (slots[slot].entry->has_box) {
        jalon_view_pyramid_insert(pyramid, slots, slot);
    }
    join_highest(&path); /* last: it may take the room that was reserved */
}
