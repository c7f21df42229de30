/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Lists from a snapshot: filters, a page by number, the exact count of all matches. Layer 2 (view).
 *
 * A search goes through the parts and counts all that match; it keeps them while they are few. When
 * a page is much less than what matches, it is found by walking over the parts in number order
 * instead: a page is full after a few steps then. Where those that match have numbers far from where
 * the walk begins, it gives up, and the page is what comes first in another search (sorted.h).
 */
#include <assert.h>

#include "jalon/cluster.h"

#include "match.h"
#include "nearest.h"
#include "scope.h"
#include "sort.h"
#include "sorted.h"

enum {
    /* How many hits are kept, a page apart, before walking is the better way. */
    KEPT = 4096,
    /* How many rows a walk passes by for each that a page has, and beside, before it gives up. */
    STEPS_EACH = 16,
    STEPS = 4096,
};

struct search {
    struct jalon_context *ctx;
    const struct jalon_snapshot *snapshot;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query;
    struct jalon_view_scope scope; /* for all but the box */
    struct jalon_view_area area;
    bool has_box;
    int large_at; /* only shapes that are not small at this zoom; -1: all, and points */
    enum jalon_status status; /* the first failure */
    /* What is searched now: */
    uint32_t part;
    uint32_t block; /* whose rows are in `words` */
    uint64_t words[JALON_VIEW_BLOCK_WORDS];
    /* Called for each match, or for rows with all their bits; NULL: they are only counted. */
    void (*found)(void *user, struct jalon_view_place place);
    void (*found_rows)(void *user, struct jalon_view_place first, uint64_t word);
    void *user;
    int64_t matched;
    int64_t visited;
};

/* The rows of a segment that match; NULL when the search has failed. */
static struct jalon_view_rows *rows_of(struct search *search, uint32_t part)
{
    struct jalon_view_rows *rows = NULL;
    if (search->status == JALON_OK) {
        search->status = jalon_view_scope_rows(&search->scope, part, &rows);
    }
    return rows;
}

/* --- Matching --- */

static bool meets_row(const struct search *search, const struct jalon_view_segment *segment,
                      uint32_t row)
{
    if (segment->geometry_types[row] == JALON_GEOMETRY_POINT) {
        struct jalon_position p = segment->labels[row];
        struct jalon_box point = {p.lon, p.lat, p.lon, p.lat};
        return jalon_view_area_meets(&search->area, &point);
    }
    struct jalon_geometry shape =
        jalon_view_record_geometry(jalon_view_segment_record(segment, row));
    return row < segment->placed && jalon_view_geometry_meets(&shape, &search->area);
}

static bool entry_matches(struct search *search, uint32_t at)
{
    const struct jalon_view_entry *entry = search->collection->parts->delta->entries[at];
    return jalon_view_scope_has(&search->scope, at) &&
           (!search->has_box ||
            (entry->has_box &&
             jalon_view_geometry_meets(&entry->contribution.geometry, &search->area)));
}

static bool row_matches(struct search *search, uint32_t part, uint32_t row)
{
    struct jalon_view_rows *rows = rows_of(search, part);
    return rows != NULL &&
           jalon_view_segment_is_alive(rows->segment, row, search->collection->op) &&
           (!search->scope.has_filter || jalon_view_rows_has(rows, row)) &&
           (!search->has_box || meets_row(search, rows->segment, row));
}

/* --- Searching --- */

static void take(struct search *search, struct jalon_view_place place)
{
    search->matched++;
    if (search->found != NULL) {
        search->found(search->user, place);
    }
}

/* The bits of rows `first` to before `end` in a word whose first row is `start`. */
static uint64_t cut(uint64_t word, uint32_t start, uint32_t first, uint32_t end)
{
    uint64_t low = first > start ? ~UINT64_C(0) << (first - start) : ~UINT64_C(0);
    uint64_t high = end < start + 64 ? ~(~UINT64_C(0) << (end - start)) : ~UINT64_C(0);
    return word & low & high;
}

static bool is_large(const struct search *search, struct jalon_box box)
{
    const struct jalon_collection *collection =
        &search->snapshot->map->collections[search->query->collection];
    return !jalon_cluster_is_small(collection, box, search->large_at);
}

static bool is_large_box(void *user, struct jalon_box box)
{
    return is_large(user, box);
}

static bool is_wanted(const struct search *search, const struct jalon_view_segment *segment,
                      uint32_t row)
{
    struct jalon_box box;
    struct jalon_position label;
    return search->large_at < 0 ||
           (segment->geometry_types[row] != JALON_GEOMETRY_POINT &&
            jalon_view_record_place(jalon_view_segment_record(segment, row), &box, &label) &&
            is_large(search, box));
}

static bool is_wanted_entry(const struct search *search, const struct jalon_view_entry *entry)
{
    return search->large_at < 0 ||
           (entry->contribution.geometry.type != JALON_GEOMETRY_POINT && entry->has_box &&
            is_large(search, entry->box));
}

/* Of these rows, which match but for the box, those that are wanted and meet it. */
static uint64_t sift(const struct search *search, const struct jalon_view_segment *segment,
                     uint32_t start, uint64_t word, bool is_inside)
{
    for (uint64_t left = word; left != 0; left &= left - 1) {
        uint32_t row = start + (uint32_t)__builtin_ctzll(left);
        if (!is_wanted(search, segment, row) ||
            !(is_inside || meets_row(search, segment, row))) {
            word &= ~(left & (~left + 1));
        }
    }
    return word;
}

static void take_word(struct search *search, uint32_t start, uint64_t word)
{
    struct jalon_view_place first = {search->part, start};
    if (search->found_rows != NULL) {
        search->matched += __builtin_popcountll(word);
        search->found_rows(search->user, first, word);
        return;
    }
    if (search->found == NULL) {
        search->matched += __builtin_popcountll(word);
        return;
    }
    for (; word != 0; word &= word - 1) {
        take(search, (struct jalon_view_place){search->part,
                                               start + (uint32_t)__builtin_ctzll(word)});
    }
}

/* Takes the rows of one block that match. */
static void take_rows(struct search *search, uint32_t first, uint32_t end, bool is_inside)
{
    struct jalon_view_rows *rows = rows_of(search, search->part);
    uint32_t block = first / JALON_VIEW_BLOCK;
    if (rows == NULL) {
        return;
    }
    if (search->block != block) {
        jalon_view_rows_block(rows, block, search->words);
        search->block = block;
    }
    for (uint32_t i = 0; i < JALON_VIEW_BLOCK_WORDS; i++) {
        uint32_t start = block * JALON_VIEW_BLOCK + 64 * i;
        if (start >= end || start + 64 <= first) {
            continue;
        }
        uint64_t word = cut(search->words[i], start, first, end);
        if (!is_inside || search->large_at >= 0) {
            word = sift(search, rows->segment, start, word, is_inside);
        }
        take_word(search, start, word);
    }
}

/* Takes a run of rows, block after block. */
static void take_run(void *user, uint32_t first, uint32_t end, bool is_inside)
{
    struct search *search = user;
    while (first < end) {
        uint32_t next = (first / JALON_VIEW_BLOCK + 1) * JALON_VIEW_BLOCK;
        take_rows(search, first, next < end ? next : end, is_inside);
        first = next;
    }
}

static void search_segment(struct search *search, uint32_t part)
{
    const struct jalon_view_segment *segment = search->collection->parts->segments[part];
    search->part = part;
    search->block = UINT32_MAX;
    if (search->has_box) {
        struct jalon_view_boxes_search boxes = {
            &search->area, take_run, search, search->large_at < 0 ? NULL : is_large_box};
        jalon_view_boxes_search(&segment->boxes, &boxes);
    } else {
        take_run(search, 0, segment->count, true);
    }
}

static void search_all(struct search *search)
{
    const struct jalon_view_parts *parts = search->collection->parts;
    search->matched = 0;
    for (uint32_t i = 0; i < parts->segment_count; i++) {
        search_segment(search, i);
    }
    for (uint32_t i = 0; i < search->collection->delta_count; i++) {
        if (is_wanted_entry(search, parts->delta->entries[i]) && entry_matches(search, i)) {
            take(search, (struct jalon_view_place){(uint32_t)parts->segment_count, i});
        }
    }
}

static enum jalon_status begin(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                               const struct jalon_view_query *query, struct search *out)
{
    assert(query->collection >= 0 && (size_t)query->collection < snapshot->map->collection_count);
    struct search search = {
        .ctx = ctx,
        .snapshot = snapshot,
        .collection = &snapshot->collections[query->collection],
        .query = query,
        .large_at = -1,
        .status = JALON_OK,
    };
    struct jalon_box box;
    search.has_box = jalon_view_find_box(query, &box);
    if (search.has_box) {
        search.area = jalon_view_area_make(box);
    }
    *out = search;
    return jalon_view_scope_begin(ctx, snapshot, query, &out->scope);
}

/* Was everything found out? */
static enum jalon_status check(const struct search *search)
{
    return search->status != JALON_OK ? search->status : jalon_view_scope_check(&search->scope);
}

/* --- A page of few --- */

struct keeping {
    struct search *search;
    struct jalon_view_hit *hits;
    size_t count;
    size_t capacity;
    size_t most;  /* beyond it hits are not kept any more */
    bool is_full; /* some were not kept */
};

static void keep(void *user, struct jalon_view_place place)
{
    struct keeping *keeping = user;
    struct search *search = keeping->search;
    int64_t number = jalon_view_collection_number(search->collection, place);
    search->visited++;
    struct jalon_view_hit *hits =
        keeping->count < keeping->most
            ? jalon_arena_grow(search->ctx->arena, keeping->hits, keeping->count,
                               keeping->count + 1, sizeof *hits, &keeping->capacity)
            : NULL;
    if (hits == NULL) {
        keeping->is_full = true;
        search->found = NULL; /* only the count is wanted now */
        return;
    }
    keeping->hits = hits;
    hits[keeping->count++] = (struct jalon_view_hit){(uint64_t)number, place};
}

/* Puts what was kept in the order of numbers, without what was seen. */
static enum jalon_status sort_kept(struct keeping *keeping)
{
    if (keeping->count == 0) {
        return JALON_OK;
    }
    struct jalon_view_hit *spare =
        jalon_arena_allocate(keeping->search->ctx->arena, keeping->count * sizeof *spare);
    if (spare == NULL) {
        return jalon_no_memory(keeping->search->ctx);
    }
    struct jalon_view_hit *hits = jalon_view_sort_hits(keeping->hits, spare, keeping->count);
    size_t seen = 0;
    while (seen < keeping->count && hits[seen].key <= (uint64_t)keeping->search->query->after) {
        seen++;
    }
    keeping->hits = hits + seen;
    keeping->count -= seen;
    return JALON_OK;
}

static enum jalon_status make_page(const struct search *search, const struct jalon_view_hit *hits,
                                   size_t count, struct jalon_view_result *result)
{
    return jalon_snapshot_make_page(search->ctx, search->snapshot, search->query, hits, count,
                                    result);
}

static enum jalon_status keep_page(struct keeping *keeping, struct jalon_view_result *result)
{
    enum jalon_status status = sort_kept(keeping);
    return status == JALON_OK
               ? make_page(keeping->search, keeping->hits, keeping->count, result)
               : status;
}

/* --- A page of many --- */

/* Where the walk is in a part. */
struct cursor {
    uint32_t at;  /* index of by_number, or of the sorted entries of the delta */
    uint32_t end;
    int64_t number; /* there */
};

struct walk {
    struct search *search;
    struct cursor *cursors; /* of each segment, then the delta */
    size_t part_count;
    const struct jalon_view_hit *entries; /* of the delta that match, by number */
    size_t steps; /* that are left */
};

static struct jalon_view_place place_at(const struct walk *walk, size_t part)
{
    const struct cursor *cursor = &walk->cursors[part];
    if (part + 1 == walk->part_count) {
        return walk->entries[cursor->at].place;
    }
    const struct jalon_view_segment *segment = walk->search->collection->parts->segments[part];
    return (struct jalon_view_place){(uint32_t)part, segment->by_number[cursor->at]};
}

static void settle(const struct walk *walk, size_t part)
{
    struct cursor *cursor = &walk->cursors[part];
    if (cursor->at < cursor->end) {
        cursor->number = 
            jalon_view_collection_number(walk->search->collection, place_at(walk, part));
    }
}

/* Puts the cursor on the first number after the last one seen. */
static void start_segment(const struct walk *walk, size_t part)
{
    const struct jalon_view_segment *segment = walk->search->collection->parts->segments[part];
    struct cursor *cursor = &walk->cursors[part];
    uint32_t low = 0, high = segment->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->numbers[segment->by_number[middle]] <= walk->search->query->after) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *cursor = (struct cursor){.at = low, .end = segment->count};
    settle(walk, part);
}

static enum jalon_status start_delta(struct walk *walk)
{
    struct search *search = walk->search;
    struct keeping keeping = {.search = search, .most = search->collection->delta_count};
    for (uint32_t i = 0; i < search->collection->delta_count; i++) {
        if (entry_matches(search, i)) {
            keep(&keeping, (struct jalon_view_place){(uint32_t)walk->part_count - 1, i});
        }
    }
    if (keeping.is_full) {
        return jalon_no_memory(search->ctx);
    }
    enum jalon_status status = sort_kept(&keeping);
    if (status != JALON_OK) {
        return status;
    }
    walk->entries = keeping.hits;
    walk->cursors[walk->part_count - 1] = (struct cursor){.end = (uint32_t)keeping.count};
    settle(walk, walk->part_count - 1);
    return JALON_OK;
}

/* The part with the lowest number; part_count: all have ended. */
static size_t find_lowest(const struct walk *walk)
{
    size_t lowest = walk->part_count;
    for (size_t i = 0; i < walk->part_count; i++) {
        const struct cursor *cursor = &walk->cursors[i];
        if (cursor->at < cursor->end &&
            (lowest == walk->part_count || cursor->number < walk->cursors[lowest].number)) {
            lowest = i;
        }
    }
    return lowest;
}

/* The next match in number order; false at the end, or when it is too far. */
static bool walk_on(struct walk *walk, struct jalon_view_place *out)
{
    for (; walk->steps > 0; walk->steps--) {
        size_t part = find_lowest(walk);
        if (part == walk->part_count) {
            return false;
        }
        walk->search->visited++;
        *out = place_at(walk, part);
        walk->cursors[part].at++;
        settle(walk, part);
        if (part + 1 == walk->part_count || row_matches(walk->search, out->part, out->row)) {
            return true;
        }
    }
    return false;
}

/* *out_found: the page was found, and not given up. */
static enum jalon_status walk_page(struct search *search, struct jalon_view_result *result,
                                   bool *out_found)
{
    const struct jalon_view_parts *parts = search->collection->parts;
    size_t limit = search->query->limit;
    struct walk walk = {.search = search,
                        .part_count = parts->segment_count + 1,
                        .steps = STEPS + STEPS_EACH * limit};
    struct jalon_view_hit *hits =
        jalon_arena_allocate(search->ctx->arena, (limit + 1) * sizeof *hits);
    walk.cursors = jalon_arena_allocate_zeroed(search->ctx->arena, walk.part_count,
                                               sizeof *walk.cursors);
    if (hits == NULL || walk.cursors == NULL || start_delta(&walk) != JALON_OK) {
        return jalon_no_memory(search->ctx);
    }
    for (size_t i = 0; i < parts->segment_count; i++) {
        start_segment(&walk, i);
    }
    size_t count = 0;
    while (count <= limit && walk_on(&walk, &hits[count].place)) {
        count++;
    }
    *out_found = count > limit || walk.steps > 0;
    return make_page(search, hits, count, result);
}

/* --- Answers --- */

/* A count that needs no search. */
static bool is_counted(const struct search *search)
{
    return !search->has_box && !search->scope.has_filter;
}

enum jalon_status jalon_snapshot_query(struct jalon_context *ctx,
                                       const struct jalon_snapshot *snapshot,
                                       const struct jalon_view_query *query,
                                       struct jalon_view_result *out)
{
    if (query->by_distance) {
        return jalon_view_query_nearest(ctx, snapshot, query, out);
    }
    if (query->sort_count > 0) {
        return jalon_view_query_sorted(ctx, snapshot, query, out);
    }
    struct search search;
    struct jalon_view_result result = {.count = 0};
    enum jalon_status status = begin(ctx, snapshot, query, &search);
    if (status != JALON_OK) {
        return status;
    }
    struct keeping keeping = {.search = &search, .most = query->limit + KEPT};
    if (is_counted(&search)) {
        search.matched = search.collection->count;
        keeping.is_full = true;
    } else {
        search.found = query->limit > 0 ? keep : NULL;
        search.user = &keeping;
        search_all(&search);
    }
    result.matched = search.matched;
    bool is_found = true;
    if (query->limit > 0) {
        status = keeping.is_full ? walk_page(&search, &result, &is_found)
                                 : keep_page(&keeping, &result);
    }
    if (status == JALON_OK) {
        status = check(&search);
    }
    if (status == JALON_OK && !is_found) {
        status = jalon_view_query_sorted(ctx, snapshot, query, &result);
    }
    if (status == JALON_OK) {
        result.visited += search.visited;
        *out = result;
    }
    return status;
}

/* --- All matches --- */

enum jalon_status jalon_view_take_matches(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_view_query *query,
                                          const struct jalon_view_taker *taker, void *user,
                                          int64_t *out_matched)
{
    struct search search;
    enum jalon_status status = begin(ctx, snapshot, query, &search);
    if (status == JALON_OK) {
        search.found = taker != NULL ? taker->one : NULL;
        search.found_rows = taker != NULL ? taker->rows : NULL;
        search.user = user;
        search_all(&search);
        status = check(&search);
    }
    if (status == JALON_OK) {
        *out_matched = search.matched;
    }
    return status;
}


enum jalon_status jalon_view_each_match(struct jalon_context *ctx,
                                        const struct jalon_snapshot *snapshot,
                                        const struct jalon_view_query *query,
                                        void (*visit)(void *user, struct jalon_view_place place),
                                        void *user)
{
    struct jalon_view_taker const taker = {NULL, visit};
    int64_t matched;
    return jalon_view_take_matches(ctx, snapshot, query, &taker, user, &matched);
}

/* --- Visits --- */
struct visiting {
    struct jalon_context *ctx;
    const struct jalon_snapshot *snapshot;
    const struct jalon_view_query *query; /* with its own box */
    struct jalon_view_area area;
    void (*visit)(void *user, const struct jalon_contribution *contribution);
    void *user;
    enum jalon_status status;
};

static void visit_place(void *user, struct jalon_view_place place)
{
    struct visiting *visiting = user;
    const struct jalon_view_query *query = visiting->query;
    const struct jalon_contribution *one = NULL;
    struct jalon_view_item item =
        jalon_snapshot_item(visiting->snapshot, query->collection, place);
    if (visiting->status == JALON_OK) {
        visiting->status = jalon_snapshot_read(visiting->ctx, visiting->snapshot, &item, &one);
    }
    if (visiting->status == JALON_OK &&
        (!query->has_box || jalon_view_geometry_meets(&one->geometry, &visiting->area))) {
        visiting->visit(visiting->user, one);
    }
}

enum jalon_status
jalon_snapshot_visit(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                     const struct jalon_view_query *query, struct jalon_box box,
                     int large_at,
                     void (*visit)(void *user, const struct jalon_contribution *contribution),
                     void *user)
{
    struct search search;
    struct jalon_view_query boxed = *query;
    boxed.has_box = true;
    boxed.box = box;
    struct visiting visiting = {.ctx = ctx,
                                .snapshot = snapshot,
                                .query = query,
                                .area = jalon_view_area_make(query->box),
                                .visit = visit,
                                .user = user,
                                .status = JALON_OK};
    enum jalon_status status = begin(ctx, snapshot, &boxed, &search);
    if (status != JALON_OK) {
        return status;
    }
    search.large_at = large_at;
    search.found = visit_place;
    search.user = &visiting;
    search_all(&search);
    return visiting.status == JALON_OK ? check(&search) : visiting.status;
}
