/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Making nodes: from the whole down, each knows its rows; from the leaves up, what they come to.
 * Layer 2 (view).
 */
#include "quads.h"

#include <string.h>

#include "jalon/memory.h"

/* What an image holds at the place that is given out. */
struct header {
    uint32_t count;
    uint32_t tally_count;
    uint64_t items, tallies, list_at, lists;
};

struct making {
    const struct jalon_view_quads_source *source;
    struct jalon_view_quad *items;
    uint32_t *tallies;
    uint32_t count;
    uint32_t capacity;
};

/* --- Nodes --- */

/* Room for four more. */
static bool make_room(struct making *making)
{
    if (making->count + 4 <= making->capacity) {
        return true;
    }
    uint32_t capacity = making->capacity < 64 ? 64 : 2 * making->capacity;
    struct jalon_view_quad *items = jalon_memory_resize(making->items, capacity * sizeof *items);
    if (items == NULL) {
        return false;
    }
    making->items = items;
    making->capacity = capacity;
    return true;
}

static void add_node(struct making *making, uint32_t start, uint32_t end)
{
    making->items[making->count++] = (struct jalon_view_quad){.start = start, .count = end - start};
}

/* The highest bit in which the spots of some rows differ; -1: they are all one. */
static int differing_bit(const struct jalon_view_spot *spots, uint32_t start, uint32_t end)
{
    /* Along the curve the first and the last differ in the highest bit that any two do. */
    uint32_t bits = (spots[start].x ^ spots[end - 1].x) | (spots[start].y ^ spots[end - 1].y);
    int bit = -1;
    while (bits != 0) {
        bits >>= 1;
        bit++;
    }
    return bit;
}

static uint32_t quarter_of(struct jalon_view_spot spot, int bit)
{
    return (spot.x >> bit & 1) | (spot.y >> bit & 1) << 1;
}

/* The first row from `start` on that is in this quarter or a later one. */
static uint32_t find_quarter(const struct jalon_view_spot *spots, uint32_t start, uint32_t end,
                             int bit, uint32_t quarter)
{
    while (start < end) {
        uint32_t middle = start + (end - start) / 2;
        if (quarter_of(spots[middle], bit) < quarter) {
            start = middle + 1;
        } else {
            end = middle;
        }
    }
    return start;
}

static bool cut(struct making *making, uint32_t at)
{
    const struct jalon_view_spot *spots = making->source->spots;
    uint32_t start = making->items[at].start, end = start + making->items[at].count;
    int bit = differing_bit(spots, start, end);
    if (end - start <= JALON_VIEW_LEAF || bit < 0) {
        return true;
    }
    if (!make_room(making)) {
        return false;
    }
    making->items[at].children = making->count;
    for (uint32_t quarter = 1; start < end; quarter++) {
        uint32_t next = find_quarter(spots, start, end, bit, quarter);
        if (next > start) {
            add_node(making, start, next);
            making->items[at].child_count++;
        }
        start = next;
    }
    return true;
}

/* Children come after their parents: those that are still to be cut are behind `at`. */
static bool make_nodes(struct making *making)
{
    if (!make_room(making)) {
        return false;
    }
    add_node(making, 0, making->source->count);
    for (uint32_t at = 0; at < making->count; at++) {
        if (!cut(making, at)) {
            return false;
        }
    }
    return true;
}

/* --- Sums --- */

static void widen(struct jalon_view_quad *node, struct jalon_view_spot low,
                  struct jalon_view_spot high)
{
    node->min_x = low.x < node->min_x ? low.x : node->min_x;
    node->min_y = low.y < node->min_y ? low.y : node->min_y;
    node->max_x = high.x > node->max_x ? high.x : node->max_x;
    node->max_y = high.y > node->max_y ? high.y : node->max_y;
}

static void sum_rows(const struct making *making, struct jalon_view_quad *node, uint32_t *tallies)
{
    const struct jalon_view_quads_source *source = making->source;
    for (uint32_t row = node->start; row < node->start + node->count; row++) {
        struct jalon_view_spot spot = source->spots[row];
        node->sum_x += spot.x;
        node->sum_y += spot.y;
        widen(node, spot, spot);
        const uint16_t *list = source->lists + source->list_at[row];
        for (uint16_t i = 1; i <= list[0]; i++) {
            tallies[list[i]]++;
        }
    }
}

static void sum_children(const struct making *making, struct jalon_view_quad *node,
                         uint32_t *tallies)
{
    uint32_t tally_count = making->source->tally_count;
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct jalon_view_quad *child = &making->items[node->children + i];
        const uint32_t *more = making->tallies + (size_t)(node->children + i) * tally_count;
        node->sum_x += child->sum_x;
        node->sum_y += child->sum_y;
        widen(node, (struct jalon_view_spot){child->min_x, child->min_y},
              (struct jalon_view_spot){child->max_x, child->max_y});
        for (uint32_t j = 0; j < tally_count; j++) {
            tallies[j] += more[j];
        }
    }
}

static bool sum_up(struct making *making)
{
    uint32_t tally_count = making->source->tally_count;
    making->tallies = jalon_memory_allocate_zeroed(
        (size_t)making->count * (tally_count > 0 ? tally_count : 1), sizeof *making->tallies);
    if (making->tallies == NULL) {
        return false;
    }
    for (uint32_t at = making->count; at-- > 0;) {
        struct jalon_view_quad *node = &making->items[at];
        uint32_t *tallies = making->tallies + (size_t)at * tally_count;
        node->min_x = node->min_y = UINT32_MAX;
        if (node->child_count == 0) {
            sum_rows(making, node, tallies);
        } else {
            sum_children(making, node, tallies);
        }
    }
    return true;
}

/* --- Lists --- */

/* Rows count in few different ways: each list is written once, or a little more often. */
enum { REMEMBERED = 4096 };

struct packing {
    uint16_t *lists;
    uint32_t used;
    uint32_t capacity;
    uint32_t remembered[REMEMBERED]; /* by hash: where one is, and 1; 0: none */
    uint32_t list_at[];              /* by row */
};

static uint32_t hash_of(const uint16_t *list)
{
    uint32_t hash = 2166136261;
    for (uint16_t i = 0; i <= list[0]; i++) {
        hash = (hash ^ list[i]) * 16777619;
    }
    return (hash ^ hash >> 15) % REMEMBERED;
}

/* False: no memory. */
static bool pack(struct packing *packing, const uint16_t *list, uint32_t *out_at)
{
    size_t size = ((size_t)list[0] + 1) * sizeof *list;
    uint32_t *remembered = &packing->remembered[hash_of(list)];
    const uint16_t *known = *remembered > 0 ? packing->lists + *remembered - 1 : NULL;
    if (known != NULL && known[0] == list[0] && memcmp(known, list, size) == 0) {
        *out_at = *remembered - 1;
        return true;
    }
    if (packing->used + list[0] + 1 > packing->capacity) {
        uint32_t capacity = 2 * packing->capacity + list[0] + 256;
        uint16_t *lists = jalon_memory_resize(packing->lists, capacity * sizeof *lists);
        if (lists == NULL) {
            return false;
        }
        packing->lists = lists;
        packing->capacity = capacity;
    }
    memcpy(packing->lists + packing->used, list, size);
    *out_at = packing->used;
    *remembered = packing->used + 1;
    packing->used += (uint32_t)list[0] + 1;
    return true;
}

static bool write_lists(struct jalon_view_image *image,
                        const struct jalon_view_quads_source *source, struct header *header)
{
    struct packing *packing =
        jalon_memory_allocate_zeroed(1, sizeof *packing + source->count * sizeof *packing->list_at);
    bool good = packing != NULL;
    for (uint32_t row = 0; good && row < source->count; row++) {
        good = pack(packing, source->lists + source->list_at[row], &packing->list_at[row]);
    }
    if (good) {
        header->list_at = jalon_view_image_append(image, packing->list_at,
                                                  source->count * sizeof *packing->list_at);
        header->lists =
            jalon_view_image_append(image, packing->lists, packing->used * sizeof *packing->lists);
    }
    jalon_memory_release(packing != NULL ? packing->lists : NULL);
    jalon_memory_release(packing);
    return good;
}

/* --- Images --- */

bool jalon_view_quads_write(struct jalon_view_image *image,
                            const struct jalon_view_quads_source *source, uint64_t *out_at)
{
    struct making making = {.source = source};
    struct header header = {.tally_count = source->tally_count};
    bool good = source->count == 0 ||
                (make_nodes(&making) && sum_up(&making) && write_lists(image, source, &header));
    if (good && source->count > 0) {
        header.count = making.count;
        header.items =
            jalon_view_image_append(image, making.items, making.count * sizeof *making.items);
        header.tallies = jalon_view_image_append(image, making.tallies,
                                                 (size_t)making.count * source->tally_count *
                                                     sizeof *making.tallies);
    }
    jalon_memory_release(making.items);
    jalon_memory_release(making.tallies);
    if (good) {
        *out_at = jalon_view_image_append(image, &header, sizeof header);
    }
    return good;
}

struct jalon_view_quads jalon_view_quads_open(const unsigned char *image, uint64_t at)
{
    const struct header *header = (const void *)(image + at);
    return (struct jalon_view_quads){
        .items = (const void *)(image + header->items),
        .count = header->count,
        .tally_count = header->tally_count,
        .tallies = (const void *)(image + header->tallies),
        .list_at = (const void *)(image + header->list_at),
        .lists = (const void *)(image + header->lists),
    };
}
