/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The slots of a collection by number, ascending: chunks of slots under one directory. Layer 2
 * (view), private.
 *
 * Appending is the common case; an insertion or removal anywhere moves one chunk's tail. Each chunk
 * keeps the earliest `created` and the latest `updated` of its contributions.
 */
#ifndef JALON_VIEW_ORDER_H
#define JALON_VIEW_ORDER_H

#include "entry.h"

enum { JALON_VIEW_CHUNK_MAX = 256 };

struct jalon_view_slot {
    const struct jalon_view_entry *entry; /* NULL: free */
    int64_t number;                       /* of the contribution; of a free slot: the next free */
};

struct jalon_view_chunk {
    uint32_t count; /* never 0 */
    int64_t created_us;
    int64_t updated_us;
    jalon_view_slot_index slots[JALON_VIEW_CHUNK_MAX];
};

struct jalon_view_order {
    struct jalon_view_chunk **chunks;
    size_t chunk_count;
    size_t chunk_capacity;
    struct jalon_view_chunk *spare; /* what the next insertion may use */
    size_t count;                   /* slots in all chunks */
};

/* A place in the order. */
struct jalon_view_cursor {
    size_t chunk;
    uint32_t at;
};

void jalon_view_order_finish(struct jalon_view_order *order);
/* Makes sure that the next insertion needs no memory; false when there is none. */
bool jalon_view_order_reserve(struct jalon_view_order *order);
/* `slots` is the collection's table; the slot is filled in already. */
void jalon_view_order_insert(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                             jalon_view_slot_index slot);
/* The slot still holds the contribution. */
void jalon_view_order_remove(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                             jalon_view_slot_index slot);
/* The slot holds a new state of the same contribution, `old` is the one before. */
void jalon_view_order_refresh(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                              jalon_view_slot_index slot, const struct jalon_view_entry *old);

/* Where the first number greater than `number` is. */
struct jalon_view_cursor jalon_view_order_after(const struct jalon_view_order *order,
                                                const struct jalon_view_slot *slots,
                                                int64_t number);
/* The slot there, moving on; false at the end. */
bool jalon_view_order_next(const struct jalon_view_order *order, struct jalon_view_cursor *cursor,
                           jalon_view_slot_index *out);
/* Earliest `created`, latest `updated`; false when there are none. */
bool jalon_view_order_interval(const struct jalon_view_order *order, int64_t *out_created_us,
                               int64_t *out_updated_us);

#endif
