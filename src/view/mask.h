/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which rows of a segment match a query, as far as somebody has asked; kept with the segment. Layer
 * 2 (view), private.
 *
 * Any number of threads fill and read it. A block is worked out by whoever needs it first; who
 * needs it at the same time works it out for himself.
 */
#ifndef JALON_VIEW_MASK_H
#define JALON_VIEW_MASK_H

#include "rows.h"

/* The state of what a mask has of a block. */
enum { JALON_VIEW_MASK_EMPTY, JALON_VIEW_MASK_CLAIMED, JALON_VIEW_MASK_DONE };

struct jalon_view_mask {
    atomic_uint references;
    uint64_t key[2];
    uint64_t used; /* when it was last asked for; under the cache's lock */
    size_t size;   /* bytes, without those of sums */
    /* By block: */
    atomic_uchar *has_words;
    uint64_t *words; /* JALON_VIEW_BLOCK_WORDS each; dead rows are in it */
    struct jalon_view_sums *_Atomic sums; /* of quads; NULL until one is asked for */
};

/*
 * The mask of this query, from the segment or new; with a reference for the caller. NULL when there
 * is no memory.
 */
struct jalon_view_mask *jalon_view_mask_find(struct jalon_view_segment *segment,
                                             const struct jalon_view_query *query);
/* NULL is allowed. */
void jalon_view_mask_release(struct jalon_view_mask *mask);

static inline bool jalon_view_mask_is_done(const atomic_uchar *state)
{
    return atomic_load_explicit(state, memory_order_acquire) == JALON_VIEW_MASK_DONE;
}

/* True: the caller is the one to write it, and then to call jalon_view_mask_end. */
static inline bool jalon_view_mask_claim(atomic_uchar *state)
{
    unsigned char empty = JALON_VIEW_MASK_EMPTY;
    return atomic_compare_exchange_strong_explicit(state, &empty, JALON_VIEW_MASK_CLAIMED,
                                                   memory_order_acquire, memory_order_relaxed);
}

static inline void jalon_view_mask_end(atomic_uchar *state)
{
    atomic_store_explicit(state, JALON_VIEW_MASK_DONE, memory_order_release);
}

#endif
