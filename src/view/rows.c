/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which rows match: from the mask, or by the plan. Layer 2 (view). */
#include "rows.h"

#include <string.h>

#include "mask.h"
#include "match.h"
#include "plan.h"

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
        .map = map, .segment = segment, .query = query, .op = op, .tally = -1, .arena = ctx->arena};
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
