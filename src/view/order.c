/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Slots by number, in chunks. Layer 2 (view). */
#include "order.h"

#include <assert.h>
#include <string.h>

#include "jalon/memory.h"

void jalon_view_order_finish(struct jalon_view_order *order)
{
    for (size_t i = 0; i < order->chunk_count; i++) {
        jalon_memory_release(order->chunks[i]);
    }
    jalon_memory_release(order->chunks);
    jalon_memory_release(order->spare);
    *order = (struct jalon_view_order){.count = 0};
}

bool jalon_view_order_reserve(struct jalon_view_order *order)
{
    if (order->chunk_count == order->chunk_capacity) {
        size_t capacity = order->chunk_capacity < 8 ? 8 : 2 * order->chunk_capacity;
        struct jalon_view_chunk **chunks =
            jalon_memory_resize(order->chunks, capacity * sizeof *chunks);
        if (chunks == NULL) {
            return false;
        }
        order->chunks = chunks;
        order->chunk_capacity = capacity;
    }
    if (order->spare == NULL) {
        order->spare = jalon_memory_allocate(sizeof *order->spare);
    }
    return order->spare != NULL;
}

/* Widens the chunk's times by those of an entry. */
static void extend(struct jalon_view_chunk *chunk, const struct jalon_view_entry *entry)
{
    if (entry->contribution.created_us < chunk->created_us) {
        chunk->created_us = entry->contribution.created_us;
    }
    if (entry->contribution.updated_us > chunk->updated_us) {
        chunk->updated_us = entry->contribution.updated_us;
    }
}

static void measure(struct jalon_view_chunk *chunk, const struct jalon_view_slot *slots)
{
    chunk->created_us = INT64_MAX;
    chunk->updated_us = INT64_MIN;
    for (uint32_t i = 0; i < chunk->count; i++) {
        extend(chunk, slots[chunk->slots[i]].entry);
    }
}

/* Brings the times up to date after `entry` has left: only the outermost ones need a look at all. */
static void forget(struct jalon_view_chunk *chunk, const struct jalon_view_slot *slots,
                   const struct jalon_view_entry *entry)
{
    if (entry->contribution.created_us == chunk->created_us ||
        entry->contribution.updated_us == chunk->updated_us) {
        measure(chunk, slots);
    }
}

/* The last chunk that starts at or before the number; 0 when none does. */
static size_t find_chunk(const struct jalon_view_order *order, const struct jalon_view_slot *slots,
                         int64_t number)
{
    size_t low = 0, high = order->chunk_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (slots[order->chunks[middle]->slots[0]].number <= number) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first place of the chunk whose number is at least `number`, or its count. */
static uint32_t find_place(const struct jalon_view_chunk *chunk,
                           const struct jalon_view_slot *slots, int64_t number)
{
    uint32_t low = 0, high = chunk->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (slots[chunk->slots[middle]].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Puts the spare chunk behind chunk `at - 1`, empty. */
static struct jalon_view_chunk *add_chunk(struct jalon_view_order *order, size_t at)
{
    struct jalon_view_chunk *chunk = order->spare;
    assert(chunk != NULL && order->chunk_count < order->chunk_capacity);
    order->spare = NULL;
    memmove(order->chunks + at + 1, order->chunks + at,
            (order->chunk_count - at) * sizeof(struct jalon_view_chunk *));
    order->chunks[at] = chunk;
    order->chunk_count++;
    chunk->count = 0;
    chunk->created_us = INT64_MAX;
    chunk->updated_us = INT64_MIN;
    return chunk;
}

/*
 * A chunk with room for the number. One that is full is halved, except at the very end, where a new
 * one is begun: what only grows fills its chunks.
 */
static struct jalon_view_chunk *make_room(struct jalon_view_order *order,
                                          const struct jalon_view_slot *slots, int64_t number)
{
    if (order->chunk_count == 0) {
        return add_chunk(order, 0);
    }
    size_t at = find_chunk(order, slots, number);
    struct jalon_view_chunk *chunk = order->chunks[at];
    if (chunk->count < JALON_VIEW_CHUNK_MAX) {
        return chunk;
    }
    struct jalon_view_chunk *next = add_chunk(order, at + 1);
    if (at + 2 == order->chunk_count && slots[chunk->slots[chunk->count - 1]].number < number) {
        return next;
    }
    uint32_t const half = JALON_VIEW_CHUNK_MAX / 2;
    memcpy(next->slots, chunk->slots + half, half * sizeof *next->slots);
    next->count = half;
    chunk->count = half;
    measure(chunk, slots);
    measure(next, slots);
    return slots[next->slots[0]].number < number ? next : chunk;
}

void jalon_view_order_insert(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                             jalon_view_slot_index slot)
{
    int64_t number = slots[slot].number;
    struct jalon_view_chunk *chunk = make_room(order, slots, number);
    uint32_t place = find_place(chunk, slots, number);
    assert(place == chunk->count || slots[chunk->slots[place]].number != number);
    memmove(chunk->slots + place + 1, chunk->slots + place,
            (chunk->count - place) * sizeof *chunk->slots);
    chunk->slots[place] = slot;
    chunk->count++;
    extend(chunk, slots[slot].entry);
    order->count++;
}

static void drop_chunk(struct jalon_view_order *order, size_t at)
{
    jalon_memory_release(order->chunks[at]);
    order->chunk_count--;
    memmove(order->chunks + at, order->chunks + at + 1,
            (order->chunk_count - at) * sizeof(struct jalon_view_chunk *));
}

/* Appends the chunk after `at` to it when both are small: chunks stay at least a quarter full. */
static void join_next(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                      size_t at)
{
    if (at + 1 >= order->chunk_count) {
        return;
    }
    struct jalon_view_chunk *chunk = order->chunks[at], *next = order->chunks[at + 1];
    if (chunk->count + next->count > JALON_VIEW_CHUNK_MAX / 2) {
        return;
    }
    memcpy(chunk->slots + chunk->count, next->slots, next->count * sizeof *next->slots);
    chunk->count += next->count;
    measure(chunk, slots);
    drop_chunk(order, at + 1);
}

void jalon_view_order_remove(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                             jalon_view_slot_index slot)
{
    size_t at = find_chunk(order, slots, slots[slot].number);
    struct jalon_view_chunk *chunk = order->chunks[at];
    uint32_t place = find_place(chunk, slots, slots[slot].number);
    assert(place < chunk->count && chunk->slots[place] == slot);
    chunk->count--;
    memmove(chunk->slots + place, chunk->slots + place + 1,
            (chunk->count - place) * sizeof *chunk->slots);
    order->count--;
    if (chunk->count == 0) {
        drop_chunk(order, at);
        return;
    }
    forget(chunk, slots, slots[slot].entry);
    join_next(order, slots, at);
    if (at > 0) {
        join_next(order, slots, at - 1);
    }
}

void jalon_view_order_refresh(struct jalon_view_order *order, const struct jalon_view_slot *slots,
                              jalon_view_slot_index slot, const struct jalon_view_entry *old)
{
    struct jalon_view_chunk *chunk = order->chunks[find_chunk(order, slots, slots[slot].number)];
    extend(chunk, slots[slot].entry);
    forget(chunk, slots, old);
}

struct jalon_view_cursor jalon_view_order_after(const struct jalon_view_order *order,
                                                const struct jalon_view_slot *slots,
                                                int64_t number)
{
    struct jalon_view_cursor cursor = {0, 0};
    if (order->chunk_count > 0 && number < INT64_MAX) {
        cursor.chunk = find_chunk(order, slots, number + 1);
        cursor.at = find_place(order->chunks[cursor.chunk], slots, number + 1);
    } else {
        cursor.chunk = order->chunk_count;
    }
    return cursor;
}

bool jalon_view_order_next(const struct jalon_view_order *order, struct jalon_view_cursor *cursor,
                           jalon_view_slot_index *out)
{
    while (cursor->chunk < order->chunk_count) {
        const struct jalon_view_chunk *chunk = order->chunks[cursor->chunk];
        if (cursor->at < chunk->count) {
            *out = chunk->slots[cursor->at++];
            return true;
        }
        cursor->chunk++;
        cursor->at = 0;
    }
    return false;
}

bool jalon_view_order_interval(const struct jalon_view_order *order, int64_t *out_created_us,
                               int64_t *out_updated_us)
{
    if (order->count == 0) {
        return false;
    }
    int64_t created_us = INT64_MAX, updated_us = INT64_MIN;
    for (size_t i = 0; i < order->chunk_count; i++) {
        const struct jalon_view_chunk *chunk = order->chunks[i];
        created_us = chunk->created_us < created_us ? chunk->created_us : created_us;
        updated_us = chunk->updated_us > updated_us ? chunk->updated_us : updated_us;
    }
    *out_created_us = created_us;
    *out_updated_us = updated_us;
    return true;
}
