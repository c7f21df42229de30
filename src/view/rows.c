/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which rows match: from the mask, or by the plan. Layer 2 (view). */
#include "rows.h"

#include <string.h>

#include "mask.h"
#include "match.h"
#include "plan.h"
#include "tally.h"

enum { WORDS = JALON_VIEW_BLOCK_WORDS };

/* --- Beginning --- */

static void release_mask(void *mask)
{
    jalon_view_mask_release(mask);
}

static void finish_buffers(void *user)
{
    struct jalon_view_work *work = user;
    jalon_buffer_finish(&work->folded[0]);
    jalon_buffer_finish(&work->folded[1]);
}

enum jalon_status jalon_view_rows_begin(struct jalon_context *ctx, const struct jalon_map *map,
                                        struct jalon_view_segment *segment,
                                        const struct jalon_view_query *query, uint64_t op,
                                        struct jalon_view_rows *out)
{
    struct jalon_view_rows rows = {
        .map = map, .segment = segment, .query = query, .op = op, .arena = ctx->arena};
    rows.scratch = jalon_view_scratch_create(ctx->arena, &map->collections[query->collection]);
    if (rows.scratch == NULL) {
        return jalon_no_memory(ctx);
    }
    if (jalon_view_has_filter(query)) {
        rows.mask = jalon_view_mask_find(segment, query);
        if (rows.mask == NULL ||
            jalon_arena_defer(ctx->arena, release_mask, rows.mask) != JALON_OK) {
            return jalon_no_memory(ctx);
        }
    }
    *out = rows;
    return JALON_OK;
}

/* The plan, made when it is first needed: not where all is in the mask. False: no memory. */
static bool prepare(struct jalon_view_rows *rows)
{
    if (rows->plan != NULL) {
        return true;
    }
    struct jalon_view_work *work = jalon_arena_allocate_zeroed(rows->arena, 1, sizeof *work);
    if (work == NULL) {
        return false;
    }
    work->arena = rows->arena;
    jalon_buffer_init(&work->folded[0], UINT32_MAX);
    jalon_buffer_init(&work->folded[1], UINT32_MAX);
    work->run = (struct jalon_view_run){
        .map = rows->map,
        .segment = rows->segment,
        .collection = rows->query->collection,
        .scratch = jalon_view_scratch_create(rows->arena,
                                             &rows->map->collections[rows->query->collection]),
    };
    if (work->run.scratch == NULL ||
        jalon_arena_defer(rows->arena, finish_buffers, work) != JALON_OK) {
        return false;
    }
    rows->work = work;
    rows->plan = jalon_view_plan_make(work, rows->query);
    return rows->plan != NULL;
}

/* --- Blocks --- */

/* A bit for each row there is. */
static void fill(const struct jalon_view_segment *segment, uint32_t block, uint64_t out[WORDS])
{
    uint32_t left = segment->count - block * JALON_VIEW_BLOCK;
    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t bits = left > 64 * i ? left - 64 * i : 0;
        out[i] = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    }
}

/* False: it could not be found out. */
static bool ask_plan(struct jalon_view_rows *rows, uint32_t block, uint64_t out[WORDS])
{
    struct jalon_view_verdict verdict;
    uint64_t wanted[WORDS];
    if (!prepare(rows)) {
        return false;
    }
    struct jalon_view_work *work = rows->work;
    uint32_t left = rows->segment->count - block * JALON_VIEW_BLOCK;
    work->first = block * JALON_VIEW_BLOCK;
    work->count = left < JALON_VIEW_BLOCK ? left : JALON_VIEW_BLOCK;
    fill(rows->segment, block, wanted);
    jalon_view_plan_ask(work, rows->plan, wanted, &verdict);
    for (size_t i = 0; i < WORDS; i++) {
        out[i] = verdict.yes[i] & wanted[i];
    }
    return !work->failed && !work->run.failed && !work->run.scratch->failed;
}

static void find_words(struct jalon_view_rows *rows, uint32_t block, uint64_t out[WORDS])
{
    struct jalon_view_mask *mask = rows->mask;
    if (mask == NULL) {
        fill(rows->segment, block, out);
        return;
    }
    uint64_t *words = mask->words + (size_t)block * WORDS;
    if (jalon_view_mask_is_done(&mask->has_words[block])) {
        memcpy(out, words, WORDS * sizeof *out);
        return;
    }
    if (rows->failed || !ask_plan(rows, block, out)) {
        rows->failed = true;
        memset(out, 0, WORDS * sizeof *out);
    } else if (jalon_view_mask_claim(&mask->has_words[block])) {
        memcpy(words, out, WORDS * sizeof *out);
        jalon_view_mask_end(&mask->has_words[block]);
    }
}

void jalon_view_rows_block(struct jalon_view_rows *rows, uint32_t block, uint64_t out_words[WORDS])
{
    const struct jalon_view_segment *segment = rows->segment;
    find_words(rows, block, out_words);
    if (jalon_view_segment_is_whole(segment, block, rows->op)) {
        return;
    }
    uint32_t first = block * JALON_VIEW_BLOCK, end = first + JALON_VIEW_BLOCK;
    end = end < segment->count ? end : segment->count;
    for (uint32_t row = jalon_view_segment_next_dead(segment, first, end, rows->op); row < end;
         row = jalon_view_segment_next_dead(segment, row + 1, end, rows->op)) {
        out_words[(row - first) / 64] &= ~(UINT64_C(1) << (row - first) % 64);
    }
}

bool jalon_view_rows_is_incomparable(const struct jalon_view_rows *rows)
{
    return rows->work != NULL && rows->work->run.failed;
}

bool jalon_view_rows_has(struct jalon_view_rows *rows, uint32_t row)
{
    uint64_t words[WORDS];
    uint32_t at = row % JALON_VIEW_BLOCK;
    if (rows->mask == NULL) {
        return true;
    }
    find_words(rows, row / JALON_VIEW_BLOCK, words);
    return (words[at / 64] >> at % 64 & 1) != 0;
}

const struct jalon_view_entry *jalon_view_rows_entry(struct jalon_view_rows *rows, uint32_t row)
{
    return jalon_view_record_read(jalon_view_segment_record(rows->segment, row), rows->map,
                                  rows->query->collection, rows->scratch);
}

/* --- Sums --- */

/* What every row with one code counts for; the lists are made when a code is met. */
struct jalon_view_tally_lists {
    const struct jalon_view_column *column; /* NULL: it has no codes */
    uint32_t *places; /* by code: where its list is in `items`, its length first; 0: not made */
    uint16_t *items;
    size_t used;
    size_t capacity;
};

static bool init_lists(struct jalon_view_rows *rows, size_t which, size_t number)
{
    struct jalon_view_tally_lists *lists = &rows->lists[which];
    const struct jalon_view_column *column = &rows->segment->columns.items[number];
    if (column->kind != JALON_VIEW_COLUMN_CODES) {
        return true;
    }
    lists->column = column;
    lists->used = 1;
    lists->places =
        jalon_arena_allocate_zeroed(rows->arena, column->code_count, sizeof *lists->places);
    return lists->places != NULL;
}

static bool prepare_lists(struct jalon_view_rows *rows)
{
    if (rows->lists != NULL) {
        return true;
    }
    rows->lists = jalon_arena_allocate_zeroed(rows->arena, 2, sizeof *rows->lists);
    rows->tallies = jalon_arena_allocate(rows->arena, ((size_t)rows->segment->tally_count + 1) *
                                                          sizeof *rows->tallies);
    if (rows->lists == NULL || rows->tallies == NULL ||
        !init_lists(rows, 0, JALON_VIEW_PROPERTY_CATEGORIES) ||
        !init_lists(rows, 1, JALON_VIEW_PROPERTY_STATUS)) {
        rows->lists = NULL;
        return false;
    }
    return true;
}

/* Of categories (0) or status (1). */
static struct jalon_view_tallied tallied_of(const struct jalon_view_rows *rows, size_t which,
                                            uint32_t row)
{
    const struct jalon_view_record *record = jalon_view_segment_record(rows->segment, row);
    return which == 0 ? (struct jalon_view_tallied){jalon_view_record_categories(record),
                                                    record->category_count, -1}
                      : (struct jalon_view_tallied){NULL, 0, record->status};
}

/* The list of a row that has `code`, its length first; NULL when there is no memory. */
static const uint16_t *list_of(struct jalon_view_rows *rows, size_t which, uint32_t row)
{
    enum { ROOM = 257 }; /* a record has at most 255 categories */
    struct jalon_view_tally_lists *lists = &rows->lists[which];
    uint32_t code = lists->column != NULL ? lists->column->codes[row] : 0;
    if (lists->column != NULL && lists->places[code] != 0) {
        return lists->items + lists->places[code];
    }
    size_t at = lists->column != NULL ? lists->used : 1;
    uint16_t *items =
        jalon_arena_grow(rows->arena, lists->items, lists->items != NULL ? lists->used : 0,
                         at + ROOM, sizeof *items, &lists->capacity);
    if (items == NULL) {
        return NULL;
    }
    lists->items = items;
    struct jalon_view_tallied tallied = tallied_of(rows, which, row);
    size_t count = jalon_view_tally_list(
        rows->map, &rows->map->collections[rows->query->collection], &tallied, items + at + 1);
    items[at] = (uint16_t)count;
    lists->used = at + 1 + count;
    if (lists->column != NULL) {
        lists->places[code] = (uint32_t)at;
    }
    return items + at;
}

static bool add_tallies(struct jalon_view_rows *rows, uint32_t row, uint16_t *tallies)
{
    for (size_t which = 0; which < 2; which++) {
        const uint16_t *list = list_of(rows, which, row);
        if (list == NULL) {
            return false;
        }
        for (uint16_t i = 1; i <= list[0]; i++) {
            tallies[list[i]]++;
        }
    }
    return true;
}

static void add_spot(struct jalon_view_sum *sum, struct jalon_view_spot spot, uint32_t row)
{
    bool is_first = sum->count++ == 0;
    sum->x += spot.x;
    sum->y += spot.y;
    sum->first = is_first ? row : sum->first;
    sum->min_x = is_first || spot.x < sum->min_x ? spot.x : sum->min_x;
    sum->min_y = is_first || spot.y < sum->min_y ? spot.y : sum->min_y;
    sum->max_x = is_first || spot.x > sum->max_x ? spot.x : sum->max_x;
    sum->max_y = is_first || spot.y > sum->max_y ? spot.y : sum->max_y;
}

/* Into rows->sum and rows->tallies. False: it could not be found out. */
static bool add_up(struct jalon_view_rows *rows, uint32_t block)
{
    const struct jalon_view_segment *segment = rows->segment;
    uint64_t words[WORDS];
    if (!prepare_lists(rows)) {
        return false;
    }
    find_words(rows, block, words);
    rows->sum = (struct jalon_view_sum){.first = block * JALON_VIEW_BLOCK};
    memset(rows->tallies, 0, segment->tally_count * sizeof *rows->tallies);
    for (uint32_t i = 0; i < JALON_VIEW_BLOCK; i++) {
        uint32_t row = block * JALON_VIEW_BLOCK + i;
        if ((words[i / 64] >> i % 64 & 1) == 0 || row >= segment->placed) {
            continue;
        }
        add_spot(&rows->sum, segment->spots[row], row);
        if (!add_tallies(rows, row, rows->tallies)) {
            return false;
        }
    }
    return !rows->failed;
}

const struct jalon_view_sum *jalon_view_rows_sum(struct jalon_view_rows *rows, uint32_t block,
                                                 const uint16_t **out_tallies)
{
    const struct jalon_view_segment *segment = rows->segment;
    struct jalon_view_mask *mask = rows->mask;
    size_t tallies_at = (size_t)block * segment->tally_count;
    if (mask == NULL) {
        *out_tallies = segment->tallies + tallies_at;
        return &segment->sums[block];
    }
    if (!jalon_view_mask_is_done(&mask->has_sums[block])) {
        if (!add_up(rows, block)) {
            rows->failed = true;
            return NULL;
        }
        if (!jalon_view_mask_claim(&mask->has_sums[block])) {
            *out_tallies = rows->tallies;
            return &rows->sum;
        }
        mask->sums[block] = rows->sum;
        memcpy(mask->tallies + tallies_at, rows->tallies,
               segment->tally_count * sizeof *rows->tallies);
        jalon_view_mask_end(&mask->has_sums[block]);
    }
    *out_tallies = mask->tallies + tallies_at;
    return &mask->sums[block];
}
