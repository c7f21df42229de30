/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which rows of a segment match a query, its box apart, and are alive: asked block by block. Layer
 * 2 (view), private.
 *
 * What matches does not change while a segment lives. So the answers for a query are kept with the
 * segment, worked out for a block when it is first asked for, and serve every later request that
 * asks the same of the properties: the tiles of a filtered map are one query.
 */
#ifndef JALON_VIEW_ROWS_H
#define JALON_VIEW_ROWS_H

#include "segment.h"

struct jalon_view_mask;
struct jalon_view_plan;
struct jalon_view_sums;
struct jalon_view_work;

/* Queries whose answers a segment keeps. */
enum { JALON_VIEW_MASKS_KEPT = 8 };

struct jalon_view_rows {
    const struct jalon_map *map;
    struct jalon_view_segment *segment;
    const struct jalon_view_query *query;
    uint64_t op;                        /* of the snapshot */
    struct jalon_view_mask *mask;       /* NULL: every row matches */
    struct jalon_view_scratch *scratch; /* for rows that have to be read */
    /* A tally that everything which matches counts in, -1: none is known; and does all that counts
     * in it match? The caller's. */
    int32_t tally;
    bool only_tally;
    bool failed; /* shapes could not be compared, or there was no memory: no answer counts */
    /* Private, for what the mask does not have yet: */
    struct jalon_arena *arena;
    struct jalon_view_work *work;
    struct jalon_view_plan *plan;
    struct jalon_view_sums *sums;
    uint32_t *levels; /* tallies of a quad, and of one on each level below */
};

/*
 * For one thread at a time. Lives until the context's arena goes; the segment is held by the
 * snapshot meanwhile.
 */
enum jalon_status jalon_view_rows_begin(struct jalon_context *ctx, const struct jalon_map *map,
                                        struct jalon_view_segment *segment,
                                        const struct jalon_view_query *query, uint64_t op,
                                        struct jalon_view_rows *out) JALON_MUST_USE;
/* A bit for each row of the block that matches and is alive. */
void jalon_view_rows_block(struct jalon_view_rows *rows, uint32_t block,
                           uint64_t out_words[JALON_VIEW_BLOCK_WORDS]);
/* By the tally: does nothing in the quad match? Does all, and is it alive? */
bool jalon_view_rows_none(const struct jalon_view_rows *rows, uint32_t quad);
bool jalon_view_rows_all(const struct jalon_view_rows *rows, uint32_t quad);
/*
 * What the rows of the quad come to that match and are alive; answers their tallies, which last
 * until the next call. NULL when it could not be found out: `failed` is set.
 */
const uint32_t *jalon_view_rows_sum(struct jalon_view_rows *rows, uint32_t quad,
                                    struct jalon_view_sum *out);
/* Once it has failed: were there shapes that could not be compared, not just too little memory? */
bool jalon_view_rows_is_incomparable(const struct jalon_view_rows *rows);
/* Does this row match, alive or not? */
bool jalon_view_rows_has(struct jalon_view_rows *rows, uint32_t row);

/* Releases what a segment keeps; called when it goes. NULL is allowed. */
void jalon_view_mask_cache_destroy(struct jalon_view_mask_cache *cache);
/* Bytes that are kept. NULL is allowed. */
size_t jalon_view_mask_cache_memory(struct jalon_view_mask_cache *cache);

#endif
