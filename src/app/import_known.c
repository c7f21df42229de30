/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A table of hashes with open addressing: what a source has brought before. Layer 3 (app). */
#include "import_known.h"

#include "jalon/memory.h"

enum { CAPACITY_MIN = 1024, SEEN = 1 };

void jalon_known_release(struct known_rows *known)
{
    jalon_memory_release(known->slots);
}

static uint64_t hash_key(const struct known_rows *known, struct jalon_text source_id)
{
    uint64_t hash = jalon_hash_keyed(known->key, source_id.data, source_id.length);
    return hash != 0 ? hash : 1;
}

static uint64_t hash_digest(const struct known_rows *known, struct jalon_text digest)
{
    return jalon_hash_keyed(known->key, digest.data, digest.length) & ~(uint64_t)SEEN;
}

/* The row's slot, or the free one where it belongs. */
static struct known_row *find_slot(struct known_row *slots, size_t capacity, uint64_t key)
{
    size_t at = (size_t)key & (capacity - 1);
    while (slots[at].key != 0 && slots[at].key != key) {
        at = (at + 1) & (capacity - 1);
    }
    return &slots[at];
}

struct known_row *jalon_known_find(const struct known_rows *known, struct jalon_text source_id)
{
    if (known->capacity == 0) {
        return NULL;
    }
    struct known_row *row = find_slot(known->slots, known->capacity, hash_key(known, source_id));
    return row->key != 0 ? row : NULL;
}

static enum jalon_status grow(struct jalon_context *ctx, struct known_rows *known)
{
    size_t capacity = known->capacity == 0 ? CAPACITY_MIN : 2 * known->capacity;
    struct known_row *grown = jalon_memory_allocate_zeroed(capacity, sizeof *grown);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < known->capacity; i++) {
        if (known->slots[i].key != 0) {
            *find_slot(grown, capacity, known->slots[i].key) = known->slots[i];
        }
    }
    jalon_memory_release(known->slots);
    known->slots = grown;
    known->capacity = capacity;
    return JALON_OK;
}

enum jalon_status jalon_known_put(struct jalon_context *ctx, struct known_rows *known,
                                  struct jalon_text source_id, struct jalon_text digest,
                                  struct known_row **out)
{
    if (known->count >= known->capacity / 4 * 3) {
        enum jalon_status status = grow(ctx, known);
        if (status != JALON_OK) {
            return status;
        }
    }
    uint64_t key = hash_key(known, source_id);
    struct known_row *row = find_slot(known->slots, known->capacity, key);
    known->count += row->key == 0;
    row->key = key;
    row->said = hash_digest(known, digest) | (row->said & SEEN);
    *out = row;
    return JALON_OK;
}

bool jalon_known_says(const struct known_rows *known, const struct known_row *row,
                      struct jalon_text digest)
{
    return (row->said & ~(uint64_t)SEEN) == hash_digest(known, digest);
}

void jalon_known_see(struct known_rows *known, struct known_row *row)
{
    known->seen += !jalon_known_is_seen(row);
    row->said |= SEEN;
}

bool jalon_known_is_seen(const struct known_row *row)
{
    return (row->said & SEEN) != 0;
}
