/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The page of a sorted list: the first of all that match, behind the last one seen; without
 * properties it is sorted by number. Layer 2 (view).
 *
 * All matches are gone through once, part by part, whichever page it is. Of each segment a heap holds
 * the first so far, compared as numbers (order.h); a match that comes after the last of them, or not
 * after the last one seen, costs one comparison. What is left of each part is merged by value.
 */
#include "sorted.h"

#include <string.h>

#include "heap.h"
#include "order.h"

enum { WORD_ROWS = 64 };

/* A contribution with the bytes of its values (jalon_query_sort_bytes); data NULL: absent. */
struct keyed {
    struct jalon_text keys[JALON_QUERY_SORTS_MAX];
    int64_t number;
    struct jalon_view_place place;
};

/* What is left of a part, in order. */
struct rest {
    struct jalon_view_hit *hits; /* places */
    size_t count;
    size_t at;
    struct keyed head; /* that at `at` */
    char (*bytes)[JALON_QUERY_SORT_BYTES_MAX]; /* of the head's keys */
};

struct sorting {
    struct jalon_context *ctx;
    const struct jalon_snapshot *snapshot;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query;
    size_t wanted; /* one more than the page has, to know whether there is another */
    enum jalon_status status;
    int64_t visited;
    struct rest *rests; /* of each segment, then the delta */
    /* The segment that is gone through; part_count: none. */
    uint32_t part;
    struct jalon_view_run run;
    struct jalon_view_lane lanes[JALON_QUERY_SORTS_MAX];
    struct jalon_view_candidate last; /* the last one seen */
    struct jalon_view_heap heap;
    /* Of the delta: at most `wanted`, in order. */
    struct keyed *entries;
    size_t entry_count;
};

static uint32_t part_count(const struct sorting *sorting)
{
    return (uint32_t)sorting->collection->parts->segment_count + 1;
}

static bool has_last(const struct sorting *sorting)
{
    return sorting->query->after > 0;
}

static void fail(struct sorting *sorting)
{
    sorting->status = jalon_no_memory(sorting->ctx);
}

/* --- Rows of a segment --- */

static void begin_segment(struct sorting *sorting, uint32_t part)
{
    const struct jalon_view_query *query = sorting->query;
    struct jalon_view_segment *segment = sorting->collection->parts->segments[part];
    sorting->part = part;
    sorting->run = (struct jalon_view_run){.map = sorting->snapshot->map,
                                           .segment = segment,
                                           .collection = query->collection};
    sorting->last = (struct jalon_view_candidate){.number = query->after};
    if (query->sort_count == 0) {
        sorting->last.keys[0] = (uint64_t)query->after;
    }
    for (size_t i = 0; i < query->sort_count; i++) {
        if (!jalon_view_lane_open(segment, &sorting->run, &query->sorts[i], &sorting->lanes[i])) {
            fail(sorting);
            return;
        }
        if (has_last(sorting)) {
            sorting->last.keys[i] = jalon_view_lane_place(
                &sorting->lanes[i], &sorting->run, &query->sorts[i].property,
                &query->after_values[i]);
        }
    }
    sorting->heap.count = 0;
}

/* Keeps what the heap has, in its order. */
static void end_segment(struct sorting *sorting)
{
    struct jalon_view_heap *heap = &sorting->heap;
    if (sorting->part == part_count(sorting) || sorting->status != JALON_OK) {
        return;
    }
    struct rest *rest = &sorting->rests[sorting->part];
    jalon_view_heap_sort(heap);
    rest->hits = jalon_arena_allocate(sorting->ctx->arena, heap->count * sizeof *rest->hits);
    if (rest->hits == NULL) {
        fail(sorting);
        return;
    }
    for (; rest->count < heap->count; rest->count++) {
        rest->hits[rest->count].place = heap->items[rest->count].place;
    }
}

/* Offers a row whose first key is between the last one seen and the end of the heap. */
static void offer(struct sorting *sorting, uint32_t row, uint64_t first_key)
{
    struct jalon_view_candidate one = {
        .keys = {first_key},
        .number = sorting->run.segment->numbers[row],
        .place = {sorting->part, row},
    };
    for (size_t i = 1; i < sorting->query->sort_count; i++) {
        jalon_view_lane_read(&sorting->lanes[i], row, 1, &one.keys[i]);
    }
    if ((!has_last(sorting) || jalon_view_candidate_is_before(&sorting->last, &one)) &&
        !jalon_view_heap_offer(&sorting->heap, &one)) {
        fail(sorting);
    }
}

/* The last first key that can still be among those wanted. */
static uint64_t last_key(const struct sorting *sorting)
{
    const struct jalon_view_heap *heap = &sorting->heap;
    return heap->count == heap->most ? heap->items[0].keys[0] : UINT64_MAX;
}

/* The first keys of rows from `first` on; without properties, their numbers. */
static void read_first_keys(const struct sorting *sorting, uint32_t first,
                            uint64_t keys[WORD_ROWS])
{
    uint32_t left = sorting->run.segment->count - first;
    uint32_t count = left < WORD_ROWS ? left : WORD_ROWS;
    if (sorting->query->sort_count > 0) {
        jalon_view_lane_read(&sorting->lanes[0], first, count, keys);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = (uint64_t)sorting->run.segment->numbers[first + i];
    }
}

/* Which of the rows whose bits are set have a first key that may count. */
static uint64_t pick(const struct sorting *sorting, uint64_t word, const uint64_t keys[WORD_ROWS])
{
    uint64_t low = sorting->last.keys[0], span = last_key(sorting) - low, picked = 0;
    for (unsigned i = 0; i < WORD_ROWS; i++) {
        picked |= (uint64_t)(keys[i] - low <= span) << i;
    }
    return last_key(sorting) >= low ? picked & word : 0;
}

static void take_rows(void *user, struct jalon_view_place first, uint64_t word)
{
    struct sorting *sorting = user;
    uint64_t keys[WORD_ROWS] = {0};
    if (word == 0) {
        return;
    }
    if (sorting->part != first.part) {
        end_segment(sorting);
        begin_segment(sorting, first.part);
    }
    sorting->visited += __builtin_popcountll(word);
    if (sorting->status != JALON_OK) {
        return;
    }
    read_first_keys(sorting, first.row, keys);
    for (uint64_t picked = pick(sorting, word, keys); picked != 0; picked &= picked - 1) {
        uint32_t at = (uint32_t)__builtin_ctzll(picked);
        if (keys[at] <= last_key(sorting)) {
            offer(sorting, first.row + at, keys[at]);
        }
    }
}

/* --- Keys --- */

static int compare_keys(struct jalon_text a, struct jalon_text b, bool is_descending)
{
    if (a.data == NULL || b.data == NULL) {
        return (a.data == NULL) - (b.data == NULL);
    }
    int order = jalon_text_compare(a, b);
    return is_descending ? -order : order;
}

static bool is_before(const struct sorting *sorting, const struct keyed *a, const struct keyed *b)
{
    for (size_t i = 0; i < sorting->query->sort_count; i++) {
        int order = compare_keys(a->keys[i], b->keys[i], sorting->query->sorts[i].is_descending);
        if (order != 0) {
            return order < 0;
        }
    }
    return a->number < b->number;
}

/* What is at the place, as values. */
static void read_values(const struct sorting *sorting, struct jalon_view_place place,
                        struct jalon_view_run *run,
                        struct jalon_query_sort_value values[JALON_QUERY_SORTS_MAX])
{
    const struct jalon_view_parts *parts = sorting->collection->parts;
    bool is_entry = place.part == parts->segment_count;
    *run = (struct jalon_view_run){
        .map = sorting->snapshot->map,
        .collection = sorting->query->collection,
        .entry = is_entry ? parts->delta->entries[place.row] : NULL,
        .segment = is_entry ? NULL : parts->segments[place.part],
        .row = place.row,
    };
    for (size_t i = 0; i < sorting->query->sort_count; i++) {
        values[i] = jalon_view_sort_value(run, &sorting->query->sorts[i].property);
    }
}

/* Of values, in these bytes. */
static struct keyed make_keyed(const struct sorting *sorting,
                               const struct jalon_query_sort_value *values,
                               char (*bytes)[JALON_QUERY_SORT_BYTES_MAX])
{
    struct keyed keyed = {.number = 0};
    for (size_t i = 0; i < sorting->query->sort_count; i++) {
        if (values[i].kind != JALON_QUERY_SORT_ABSENT) {
            size_t length = jalon_query_sort_bytes(&values[i], bytes[i]);
            keyed.keys[i] = jalon_text_slice(bytes[i], length);
        }
    }
    return keyed;
}

static struct keyed read_keyed(const struct sorting *sorting, struct jalon_view_place place,
                               char (*bytes)[JALON_QUERY_SORT_BYTES_MAX])
{
    struct jalon_query_sort_value values[JALON_QUERY_SORTS_MAX];
    struct jalon_view_run run;
    read_values(sorting, place, &run, values);
    struct keyed keyed = make_keyed(sorting, values, bytes);
    keyed.number = jalon_view_collection_number(sorting->collection, place);
    keyed.place = place;
    return keyed;
}

/* --- Entries of the delta --- */

/* The same with bytes of its own; false: no memory. */
static bool copy_keys(struct sorting *sorting, struct keyed *keyed)
{
    for (size_t i = 0; i < sorting->query->sort_count; i++) {
        struct jalon_text *key = &keyed->keys[i];
        if (key->data != NULL) {
            *key = jalon_text_copy(sorting->ctx->arena, *key);
            if (key->data == NULL) {
                return false;
            }
        }
    }
    return true;
}

static void insert(struct sorting *sorting, const struct keyed *one)
{
    size_t low = 0, high = sorting->entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool is_behind = is_before(sorting, &sorting->entries[middle], one);
        low = is_behind ? middle + 1 : low;
        high = is_behind ? high : middle;
    }
    if (low == sorting->wanted) {
        return;
    }
    size_t moved = sorting->entry_count - low;
    moved -= sorting->entry_count == sorting->wanted; /* the last one goes */
    memmove(sorting->entries + low + 1, sorting->entries + low, moved * sizeof *one);
    sorting->entries[low] = *one;
    if (!copy_keys(sorting, &sorting->entries[low])) {
        fail(sorting);
    }
    sorting->entry_count += sorting->entry_count < sorting->wanted;
}

static void take_entry(void *user, struct jalon_view_place place)
{
    struct sorting *sorting = user;
    char bytes[JALON_QUERY_SORTS_MAX][JALON_QUERY_SORT_BYTES_MAX];
    char last_bytes[JALON_QUERY_SORTS_MAX][JALON_QUERY_SORT_BYTES_MAX];
    sorting->visited++;
    if (sorting->status != JALON_OK) {
        return;
    }
    struct keyed one = read_keyed(sorting, place, bytes);
    if (has_last(sorting)) {
        struct keyed last = make_keyed(sorting, sorting->query->after_values, last_bytes);
        last.number = sorting->query->after;
        if (!is_before(sorting, &last, &one)) {
            return;
        }
    }
    insert(sorting, &one);
}

/* --- The page --- */

static void keep_entries(struct sorting *sorting)
{
    struct rest *rest = &sorting->rests[part_count(sorting) - 1];
    rest->hits =
        jalon_arena_allocate(sorting->ctx->arena, sorting->entry_count * sizeof *rest->hits);
    if (rest->hits == NULL) {
        fail(sorting);
        return;
    }
    for (; rest->count < sorting->entry_count; rest->count++) {
        rest->hits[rest->count].place = sorting->entries[rest->count].place;
    }
}

static void read_head(const struct sorting *sorting, struct rest *rest)
{
    if (rest->at < rest->count) {
        rest->head = read_keyed(sorting, rest->hits[rest->at].place, rest->bytes);
    }
}

/* The part whose head comes first; NULL: all have ended. */
static struct rest *find_first(const struct sorting *sorting)
{
    struct rest *first = NULL;
    for (uint32_t i = 0; i < part_count(sorting); i++) {
        struct rest *rest = &sorting->rests[i];
        if (rest->at < rest->count &&
            (first == NULL || is_before(sorting, &rest->head, &first->head))) {
            first = rest;
        }
    }
    return first;
}

/* The wanted places of all parts in order; *out_count of them. NULL: no memory. */
static const struct jalon_view_hit *merge(struct sorting *sorting, size_t *out_count)
{
    struct jalon_arena *arena = sorting->ctx->arena;
    struct rest *rests = sorting->rests;
    size_t count = 0, total = 0;
    for (uint32_t i = 0; i < part_count(sorting); i++) {
        total += rests[i].count;
    }
    for (uint32_t i = 0; i < part_count(sorting); i++) {
        if (rests[i].hits != NULL && rests[i].count == total) { /* there are no others */
            *out_count = total;
            return rests[i].hits;
        }
    }
    struct jalon_view_hit *hits = jalon_arena_allocate(arena, sorting->wanted * sizeof *hits);
    for (uint32_t i = 0; i < part_count(sorting) && hits != NULL; i++) {
        rests[i].bytes =
            jalon_arena_allocate(arena, JALON_QUERY_SORTS_MAX * sizeof *rests[i].bytes);
        if (rests[i].bytes == NULL) {
            return NULL;
        }
        read_head(sorting, &rests[i]);
    }
    for (struct rest *first = NULL; hits != NULL && count < sorting->wanted; count++) {
        first = find_first(sorting);
        if (first == NULL) {
            break;
        }
        hits[count].place = first->head.place;
        first->at++;
        read_head(sorting, first);
    }
    *out_count = count;
    return hits;
}

/* The values of the last item, for the next page. */
static enum jalon_status keep_values(struct sorting *sorting, struct jalon_view_result *result)
{
    struct jalon_view_run run;
    struct jalon_query_sort_value *values =
        jalon_arena_allocate(sorting->ctx->arena, JALON_QUERY_SORTS_MAX * sizeof *values);
    if (values == NULL) {
        return jalon_no_memory(sorting->ctx);
    }
    const struct jalon_view_item *last = &result->items[result->count - 1];
    read_values(sorting, (struct jalon_view_place){last->part, last->row}, &run, values);
    for (size_t i = 0; i < sorting->query->sort_count; i++) {
        struct jalon_text *text = &values[i].text;
        if (values[i].kind == JALON_QUERY_SORT_TEXT) {
            *text = jalon_text_copy(sorting->ctx->arena, *text);
            if (text->data == NULL) {
                return jalon_no_memory(sorting->ctx);
            }
        }
    }
    result->last_values = values;
    return JALON_OK;
}

static enum jalon_status make_page(struct sorting *sorting, struct jalon_view_result *result)
{
    size_t count = 0;
    end_segment(sorting);
    keep_entries(sorting);
    const struct jalon_view_hit *hits =
        sorting->status == JALON_OK ? merge(sorting, &count) : NULL;
    if (hits == NULL) {
        return jalon_no_memory(sorting->ctx);
    }
    enum jalon_status status = jalon_snapshot_make_page(sorting->ctx, sorting->snapshot,
                                                        sorting->query, hits, count, result);
    return status == JALON_OK && result->more ? keep_values(sorting, result) : status;
}

/* False: no memory. */
static bool begin(struct sorting *sorting)
{
    struct jalon_arena *arena = sorting->ctx->arena;
    size_t entries = sorting->collection->delta_count;
    entries = entries < sorting->wanted ? entries : sorting->wanted;
    sorting->rests =
        jalon_arena_allocate_zeroed(arena, part_count(sorting), sizeof *sorting->rests);
    sorting->entries = jalon_arena_allocate(arena, (entries + 1) * sizeof *sorting->entries);
    return sorting->rests != NULL && sorting->entries != NULL;
}

enum jalon_status jalon_view_query_sorted(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_view_query *query,
                                          struct jalon_view_result *out)
{
    static const struct jalon_view_taker taker = {take_rows, take_entry};
    struct sorting sorting = {
        .ctx = ctx,
        .snapshot = snapshot,
        .collection = &snapshot->collections[query->collection],
        .query = query,
        .wanted = query->limit + 1,
        .heap = {.arena = ctx->arena, .most = query->limit + 1},
    };
    struct jalon_view_result result = {.count = 0};
    sorting.part = part_count(&sorting);
    if (!begin(&sorting)) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        jalon_view_take_matches(ctx, snapshot, query, query->limit > 0 ? &taker : NULL, &sorting,
                                &result.matched);
    if (status == JALON_OK && query->limit > 0) {
        status = make_page(&sorting, &result);
    }
    if (status == JALON_OK) {
        result.visited = sorting.visited;
        *out = result;
    }
    return status;
}
