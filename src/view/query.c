/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Lists from a snapshot: filters, a page by number, the exact count of all matches. Layer 2 (view).
 *
 * Two ways to a page. Collecting asks the spatial index for all that meet the box and sorts them by
 * number: right for small boxes. Walking goes over the collection in number order and tests each
 * contribution: right without a box, and for boxes that hold so much of the collection that the
 * page is full after a few steps (the index has counted the matches without visiting them).
 */
#include <assert.h>

#include "match.h"
#include "nearest.h"
#include "snapshot.h"
#include "sort.h"

struct search {
    const struct jalon_map *map;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query;
    struct jalon_view_area area;
    bool has_box;
    bool has_filter; /* conditions, category, status or author */
    /* Collecting: */
    struct jalon_view_hit *hits;
    size_t hit_count;
    size_t hit_capacity;
    int64_t matched;
};

/* --- Filters --- */

static bool meets_box(const struct search *search, const struct jalon_view_entry *entry)
{
    return entry->has_box &&
           jalon_view_geometry_meets(&entry->contribution.geometry, &search->area);
}

static bool matches(const struct search *search, const struct jalon_view_entry *entry)
{
    return (!search->has_filter ||
            jalon_view_passes(search->map, search->query, entry)) &&
           (!search->has_box || meets_box(search, entry));
}

/* --- Through the spatial index --- */

static bool ask_meets(void *user, jalon_view_slot_index slot)
{
    const struct search *search = user;
    return meets_box(search, search->collection->slots[slot].entry);
}

static void collect(void *user, jalon_view_slot_index slot)
{
    struct search *search = user;
    const struct jalon_view_slot *one = &search->collection->slots[slot];
    if (search->has_filter &&
        !jalon_view_passes(search->map, search->query, one->entry)) {
        return;
    }
    search->matched++;
    if (one->number > search->query->after) {
        assert(search->hit_count < search->hit_capacity);
        search->hits[search->hit_count++] = (struct jalon_view_hit){one->number, one->entry};
    }
}

static int64_t search_tree(struct search *search,
                           void (*found)(void *user, jalon_view_slot_index slot))
{
    struct jalon_view_tree_search tree_search = {&search->area, ask_meets, found, search};
    return jalon_view_tree_search(&search->collection->tree, &tree_search);
}

/* `candidates`: how many the index finds in the box. */
static enum jalon_status query_collecting(struct jalon_context *ctx, struct search *search,
                                          int64_t candidates, struct jalon_view_result *result)
{
    /* Twice: the second half is what sorting needs. */
    search->hits =
        jalon_arena_allocate(ctx->arena, 2 * (size_t)candidates * sizeof *search->hits);
    if (search->hits == NULL) {
        return jalon_no_memory(ctx);
    }
    search->hit_capacity = (size_t)candidates;
    search_tree(search, collect);
    const struct jalon_view_hit *sorted =
        jalon_view_sort_hits(search->hits, search->hits + candidates, search->hit_count);
    size_t limit = search->query->limit;
    result->count = search->hit_count < limit ? search->hit_count : limit;
    result->more = limit > 0 && search->hit_count > limit;
    result->matched = search->matched;
    result->items = jalon_arena_allocate(ctx->arena, result->count * sizeof *result->items);
    if (result->items == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < result->count; i++) {
        result->items[i].contribution = &sorted[i].entry->contribution;
        result->items[i].json = sorted[i].entry->json;
    }
    return JALON_OK;
}

/* --- In number order --- */

/* One page; its items grow in the arena. */
struct page {
    struct jalon_context *ctx;
    size_t limit;
    size_t capacity;
    struct jalon_view_result *result;
};

/* Takes the item, or notes that there are more than the page holds. */
static enum jalon_status add_item(struct page *page, const struct jalon_view_entry *entry)
{
    struct jalon_view_result *result = page->result;
    if (result->count == page->limit) {
        result->more = page->limit > 0;
        return JALON_OK;
    }
    struct jalon_view_item *items =
        jalon_arena_grow(page->ctx->arena, result->items, result->count, result->count + 1,
                         sizeof *items, &page->capacity);
    if (items == NULL) {
        return jalon_no_memory(page->ctx);
    }
    items[result->count++] = (struct jalon_view_item){&entry->contribution, entry->json};
    result->items = items;
    return JALON_OK;
}

/*
 * Fills the page; result->matched is known already. Gives up with *out_done = false after looking
 * at `patience` contributions.
 */
static enum jalon_status walk_page(struct jalon_context *ctx, const struct search *search,
                                   int64_t patience, struct jalon_view_result *result,
                                   bool *out_done)
{
    const struct jalon_view_collection *collection = search->collection;
    struct page page = {ctx, search->query->limit, 0, result};
    struct jalon_view_cursor cursor =
        jalon_view_order_after(&collection->order, collection->slots, search->query->after);
    jalon_view_slot_index slot;
    *out_done = false;
    while (!result->more && jalon_view_order_next(&collection->order, &cursor, &slot)) {
        if (patience-- == 0) {
            return JALON_OK;
        }
        const struct jalon_view_entry *entry = collection->slots[slot].entry;
        enum jalon_status status = JALON_OK;
        if (matches(search, entry)) {
            status = add_item(&page, entry);
        }
        if (status != JALON_OK) {
            return status;
        }
    }
    *out_done = true;
    return JALON_OK;
}

/* Tests every contribution: fills the page and counts. */
static enum jalon_status walk_all(struct jalon_context *ctx, const struct search *search,
                                  struct jalon_view_result *result)
{
    const struct jalon_view_collection *collection = search->collection;
    struct page page = {ctx, search->query->limit, 0, result};
    struct jalon_view_cursor cursor = {0, 0};
    jalon_view_slot_index slot;
    while (jalon_view_order_next(&collection->order, &cursor, &slot)) {
        const struct jalon_view_slot *one = &collection->slots[slot];
        if (!matches(search, one->entry)) {
            continue;
        }
        result->matched++;
        if (one->number > search->query->after) {
            enum jalon_status status = add_item(&page, one->entry);
            if (status != JALON_OK) {
                return status;
            }
        }
    }
    return JALON_OK;
}

/* --- Choosing the way --- */

/* Collecting costs one step a match; walking limit * count / matches steps if they are spread. */
static bool walking_is_shorter(const struct search *search, int64_t matched)
{
    double count = (double)search->collection->order.count;
    return (double)matched * (double)matched > 2 * (double)search->query->limit * count;
}

static enum jalon_status query_box(struct jalon_context *ctx, struct search *search,
                                   int64_t matched, struct jalon_view_result *result)
{
    if (search->query->limit == 0) {
        result->matched = matched;
        return JALON_OK;
    }
    if (walking_is_shorter(search, matched)) {
        struct jalon_view_result walked = {.matched = matched};
        bool done;
        enum jalon_status status = walk_page(ctx, search, matched, &walked, &done);
        if (status != JALON_OK || done) {
            *result = walked;
            return status;
        }
        /* The matches are not spread over the numbers but far behind `after`. */
    }
    return query_collecting(ctx, search, matched, result);
}

static enum jalon_status query_filter_and_box(struct jalon_context *ctx, struct search *search,
                                              int64_t candidates,
                                              struct jalon_view_result *result)
{
    if ((size_t)candidates > search->collection->order.count / 4) {
        return walk_all(ctx, search, result);
    }
    return query_collecting(ctx, search, candidates, result);
}

static enum jalon_status run(struct jalon_context *ctx, struct search *search,
                             struct jalon_view_result *result)
{
    int64_t all = (int64_t)search->collection->order.count;
    if (search->has_box) {
        int64_t candidates = search_tree(search, NULL);
        if (candidates < all) {
            return search->has_filter ? query_filter_and_box(ctx, search, candidates, result)
                                      : query_box(ctx, search, candidates, result);
        }
        search->has_box = false; /* it holds everything */
    }
    if (search->has_filter) {
        return walk_all(ctx, search, result);
    }
    result->matched = all;
    bool done;
    return search->query->limit > 0 ? walk_page(ctx, search, all, result, &done) : JALON_OK;
}

static struct search make_search(const struct jalon_snapshot *snapshot,
                                 const struct jalon_view_query *query)
{
    assert(query->collection >= 0 &&
           (size_t)query->collection < snapshot->map->collection_count);
    struct jalon_box box = {0};
    bool has_box = jalon_view_find_box(query, &box);
    return (struct search){
        .map = snapshot->map,
        .collection = &snapshot->collections[query->collection],
        .query = query,
        .area = jalon_view_area_make(box),
        .has_box = has_box,
        .has_filter = jalon_view_has_filter(query),
    };
}

/* What was matched counts only when every comparison could be made. */
static enum jalon_status check_match(struct jalon_context *ctx,
                                     const struct jalon_view_query *query)
{
    return jalon_view_match_failed(query)
               ? jalon_fail(ctx, JALON_INTERNAL, "shapes could not be compared")
               : JALON_OK;
}

enum jalon_status jalon_snapshot_query(struct jalon_context *ctx,
                                       const struct jalon_snapshot *snapshot,
                                       const struct jalon_view_query *query,
                                       struct jalon_view_result *out)
{
    if (query->by_distance) {
        return jalon_view_query_nearest(ctx, snapshot, query, out);
    }
    struct search search = make_search(snapshot, query);
    struct jalon_view_result result = {.count = 0};
    enum jalon_status status = run(ctx, &search, &result);
    if (status == JALON_OK) {
        status = check_match(ctx, query);
    }
    if (status == JALON_OK) {
        *out = result;
    }
    return status;
}

/* --- Visiting --- */

/* The index is searched for one area; the query may have another. */
struct visit {
    struct search search;
    struct jalon_view_area area;
    void (*visit)(void *user, const struct jalon_contribution *contribution);
    void *user;
};

static const struct jalon_view_entry *visited(const struct visit *visit, jalon_view_slot_index slot)
{
    return visit->search.collection->slots[slot].entry;
}

static bool visit_meets(void *user, jalon_view_slot_index slot)
{
    const struct visit *visit = user;
    return jalon_view_geometry_meets(&visited(visit, slot)->contribution.geometry, &visit->area);
}

static void visit_found(void *user, jalon_view_slot_index slot)
{
    struct visit *visit = user;
    const struct jalon_view_entry *entry = visited(visit, slot);
    if (matches(&visit->search, entry)) {
        visit->visit(visit->user, &entry->contribution);
    }
}

enum jalon_status
jalon_snapshot_visit(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                     const struct jalon_view_query *query, struct jalon_box box,
                     void (*visit)(void *user, const struct jalon_contribution *contribution),
                     void *user)
{
    struct visit state = {make_search(snapshot, query), jalon_view_area_make(box), visit, user};
    struct jalon_view_tree_search search = {&state.area, visit_meets, visit_found, &state};
    jalon_view_tree_search(&state.search.collection->tree, &search);
    return check_match(ctx, query);
}

/* --- All matches --- */

struct each {
    struct search search;
    void (*visit)(void *user, const struct jalon_view_entry *entry);
    void *user;
};

static bool each_meets(void *user, jalon_view_slot_index slot)
{
    struct each *each = user;
    return ask_meets(&each->search, slot);
}

static void each_found(void *user, jalon_view_slot_index slot)
{
    struct each *each = user;
    const struct search *search = &each->search;
    const struct jalon_view_entry *entry = search->collection->slots[slot].entry;
    if (!search->has_filter || jalon_view_passes(search->map, search->query, entry)) {
        each->visit(each->user, entry);
    }
}

enum jalon_status jalon_view_each_match(struct jalon_context *ctx,
                                        const struct jalon_snapshot *snapshot,
                                        const struct jalon_view_query *query,
                                        void (*visit)(void *user,
                                                      const struct jalon_view_entry *entry),
                                        void *user)
{
    struct each state = {make_search(snapshot, query), visit, user};
    const struct jalon_view_collection *collection = state.search.collection;
    if (state.search.has_box) {
        struct jalon_view_tree_search search = {&state.search.area, each_meets, each_found, &state};
        jalon_view_tree_search(&collection->tree, &search);
    } else {
        struct jalon_view_cursor cursor = {0, 0};
        jalon_view_slot_index slot;
        while (jalon_view_order_next(&collection->order, &cursor, &slot)) {
            each_found(&state, slot);
        }
    }
    return check_match(ctx, query);
}
