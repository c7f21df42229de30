/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From a contribution's id to its slot: an open hash table. Layer 2 (view), private.
 *
 * Clients may make ids (offline writing), so the hash is keyed: nobody can pile ids up.
 */
#ifndef JALON_VIEW_IDS_H
#define JALON_VIEW_IDS_H

#include "jalon/id.h"

#include "entry.h"

struct jalon_view_id_place {
    uint32_t hash;
    jalon_view_slot_index slot; /* JALON_VIEW_NO_SLOT: free */
};

#define JALON_VIEW_NO_SLOT UINT32_MAX

struct jalon_view_ids {
    uint8_t key[16];
    struct jalon_view_id_place *places; /* a power of two, linear probing */
    size_t capacity;
    size_t count;
};

/* Takes no memory; the table stays valid when zeroed but for its key. */
void jalon_view_ids_init(struct jalon_view_ids *ids);
void jalon_view_ids_finish(struct jalon_view_ids *ids);

uint32_t jalon_view_ids_hash(const struct jalon_view_ids *ids, struct jalon_id id);
/*
 * Walks the slots that may hold the id: start with *at = 0; JALON_VIEW_NO_SLOT when there are no
 * more. The caller compares the ids, which are not kept here.
 */
jalon_view_slot_index jalon_view_ids_next(const struct jalon_view_ids *ids, uint32_t hash,
                                          size_t *at);
/* Makes sure that the next insertion needs no memory; false when there is none. */
bool jalon_view_ids_reserve(struct jalon_view_ids *ids);
void jalon_view_ids_insert(struct jalon_view_ids *ids, uint32_t hash, jalon_view_slot_index slot);
void jalon_view_ids_remove(struct jalon_view_ids *ids, uint32_t hash, jalon_view_slot_index slot);

#endif
