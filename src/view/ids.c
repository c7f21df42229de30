/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * An open hash table from ids to slots. Layer 2 (view).
 *
 * Linear probing, at most two thirds full; removal moves the following places back (Knuth, The Art
 * of Computer Programming 3, 6.4, algorithm R), so there are no tombstones. The hash kept beside
 * each slot lets the table grow without touching the contributions.
 */
#include "ids.h"

#include <assert.h>
#include <string.h>

#include "jalon/hash.h"
#include "jalon/memory.h"

enum { FIRST_CAPACITY = 64 };

void jalon_view_ids_init(struct jalon_view_ids *ids)
{
    *ids = (struct jalon_view_ids){.count = 0};
    jalon_random_bytes(ids->key, sizeof ids->key);
}

void jalon_view_ids_finish(struct jalon_view_ids *ids)
{
    jalon_memory_release(ids->places);
    ids->places = NULL;
    ids->capacity = 0;
    ids->count = 0;
}

uint32_t jalon_view_ids_hash(const struct jalon_view_ids *ids, struct jalon_id id)
{
    return (uint32_t)jalon_hash_keyed(ids->key, id.bytes, sizeof id.bytes);
}

jalon_view_slot_index jalon_view_ids_next(const struct jalon_view_ids *ids, uint32_t hash,
                                          size_t *at)
{
    while (*at < ids->capacity) {
        const struct jalon_view_id_place *place = &ids->places[(hash + *at) & (ids->capacity - 1)];
        ++*at;
        if (place->slot == JALON_VIEW_NO_SLOT || place->hash == hash) {
            return place->slot;
        }
    }
    return JALON_VIEW_NO_SLOT;
}

static void put(struct jalon_view_id_place *places, size_t capacity,
                struct jalon_view_id_place place)
{
    size_t at = place.hash & (capacity - 1);
    while (places[at].slot != JALON_VIEW_NO_SLOT) {
        at = (at + 1) & (capacity - 1);
    }
    places[at] = place;
}

bool jalon_view_ids_reserve(struct jalon_view_ids *ids)
{
    if (3 * (ids->count + 1) <= 2 * ids->capacity) {
        return true;
    }
    size_t capacity = ids->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : 2 * ids->capacity;
    struct jalon_view_id_place *places = jalon_memory_allocate(capacity * sizeof *places);
    if (places == NULL) {
        return false;
    }
    for (size_t i = 0; i < capacity; i++) {
        places[i] = (struct jalon_view_id_place){0, JALON_VIEW_NO_SLOT};
    }
    for (size_t i = 0; i < ids->capacity; i++) {
        if (ids->places[i].slot != JALON_VIEW_NO_SLOT) {
            put(places, capacity, ids->places[i]);
        }
    }
    jalon_memory_release(ids->places);
    ids->places = places;
    ids->capacity = capacity;
    return true;
}

void jalon_view_ids_insert(struct jalon_view_ids *ids, uint32_t hash, jalon_view_slot_index slot)
{
    assert(ids->count < ids->capacity);
    put(ids->places, ids->capacity, (struct jalon_view_id_place){hash, slot});
    ids->count++;
}

void jalon_view_ids_remove(struct jalon_view_ids *ids, uint32_t hash, jalon_view_slot_index slot)
{
    size_t mask = ids->capacity - 1;
    size_t hole = hash & mask;
    while (ids->places[hole].slot != slot) {
        assert(ids->places[hole].slot != JALON_VIEW_NO_SLOT);
        hole = (hole + 1) & mask;
    }
    for (size_t at = (hole + 1) & mask; ids->places[at].slot != JALON_VIEW_NO_SLOT;
         at = (at + 1) & mask) {
        /* It may fill the hole unless its first choice lies after the hole. */
        size_t distance = (at - ids->places[at].hash) & mask;
        if (distance >= ((at - hole) & mask)) {
            ids->places[hole] = ids->places[at];
            hole = at;
        }
    }
    ids->places[hole].slot = JALON_VIEW_NO_SLOT;
    ids->count--;
}
