/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tiles that were drawn: a hash table and a list by last use, under one lock that is held for a
 * look-up. Layer 3 (app).
 */
#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "jalon/hash.h"
#include "jalon/memory.h"

#include "tiles.h"

enum { BUCKETS = 16384 };

enum state { DRAWING, READY, FAILED };

struct kept {
    struct jalon_tile_entry entry; /* first: who holds it has a pointer to it */
    struct jalon_buffer forms[JALON_TILE_FORMS]; /* each set once, and then as it is */
    bool formed[JALON_TILE_FORMS];
    struct kept *next;             /* in its bucket */
    struct kept *older, *newer;    /* by last use; only when READY */
    uint64_t hash;
    int64_t seq;      /* of the last state that it is right for */
    unsigned holders; /* and one for being in the table */
    enum state state;
    bool in_table;
    size_t size;
    size_t key_length;
    char key[];
};

struct jalon_tile_cache {
    pthread_mutex_t lock;
    pthread_cond_t filled; /* some entry is not DRAWING any more */
    struct kept *buckets[BUCKETS];
    struct kept *newest, *oldest;
    size_t size;
    size_t budget;
    size_t count; /* of those that are READY */
    uint64_t hits, misses;
};

/* --- Life --- */

struct jalon_tile_cache *jalon_tile_cache_create(size_t budget)
{
    struct jalon_tile_cache *cache = jalon_memory_allocate_zeroed(1, sizeof *cache);
    if (cache != NULL) {
        pthread_mutex_init(&cache->lock, NULL);
        pthread_cond_init(&cache->filled, NULL);
        cache->budget = budget;
    }
    return cache;
}

static void let_go(struct kept *kept)
{
    if (--kept->holders == 0) {
        jalon_buffer_finish(&kept->entry.bytes);
        for (size_t i = 0; i < JALON_TILE_FORMS; i++) {
            jalon_buffer_finish(&kept->forms[i]);
        }
        jalon_memory_release(kept);
    }
}

/* --- By last use --- */

static void unlink_use(struct jalon_tile_cache *cache, struct kept *kept)
{
    *(kept->newer != NULL ? &kept->newer->older : &cache->newest) = kept->older;
    *(kept->older != NULL ? &kept->older->newer : &cache->oldest) = kept->newer;
    kept->newer = NULL;
    kept->older = NULL;
}

static void link_newest(struct jalon_tile_cache *cache, struct kept *kept)
{
    kept->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = kept;
    cache->newest = kept;
}

/* --- The table --- */

static struct kept *find(struct jalon_tile_cache *cache, struct jalon_text key, uint64_t hash)
{
    struct kept *kept = cache->buckets[hash % BUCKETS];
    while (kept != NULL && (kept->hash != hash || kept->key_length != key.length ||
                            memcmp(kept->key, key.data, key.length) != 0)) {
        kept = kept->next;
    }
    return kept;
}

static void remove_kept(struct jalon_tile_cache *cache, struct kept *kept)
{
    if (!kept->in_table) {
        return; /* another one has its place */
    }
    struct kept **link = &cache->buckets[kept->hash % BUCKETS];
    while (*link != kept) {
        link = &(*link)->next;
    }
    *link = kept->next;
    kept->in_table = false;
    if (kept->state == READY) {
        unlink_use(cache, kept);
        cache->size -= kept->size;
        cache->count--;
    }
    let_go(kept);
}

/* A new entry, in the table and held by the caller. */
static struct kept *insert(struct jalon_tile_cache *cache, struct jalon_text key, uint64_t hash,
                           int64_t seq)
{
    struct kept *kept = jalon_memory_allocate_zeroed(1, sizeof *kept + key.length);
    if (kept == NULL) {
        return NULL;
    }
    memcpy(kept->key, key.data, key.length);
    kept->key_length = key.length;
    kept->hash = hash;
    kept->seq = seq;
    kept->holders = 2;
    kept->in_table = true;
    kept->next = cache->buckets[hash % BUCKETS];
    cache->buckets[hash % BUCKETS] = kept;
    return kept;
}

void jalon_tile_cache_destroy(struct jalon_tile_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    while (cache->oldest != NULL) {
        remove_kept(cache, cache->oldest);
    }
    pthread_cond_destroy(&cache->filled);
    pthread_mutex_destroy(&cache->lock);
    jalon_memory_release(cache);
}

/* Is the tile right for this state? Then it is known to be from now on. */
static bool is_right(struct kept *kept, const struct jalon_snapshot *snapshot,
                     struct jalon_box area)
{
    int64_t seq = jalon_snapshot_seq(snapshot);
    if (kept->seq > seq || (kept->seq < seq && jalon_snapshot_changed(snapshot, kept->seq, area))) {
        return false;
    }
    kept->seq = seq;
    return true;
}

struct jalon_tile_entry *jalon_tile_cache_take(struct jalon_tile_cache *cache,
                                               struct jalon_text key,
                                               const struct jalon_snapshot *snapshot,
                                               struct jalon_box area, bool *out_fresh)
{
    static const uint8_t hash_key[JALON_HASH_KEY_SIZE] = "jalon tile cache";
    uint64_t hash = jalon_hash_keyed(hash_key, key.data, key.length);
    pthread_mutex_lock(&cache->lock);
    struct kept *kept = find(cache, key, hash);
    while (kept != NULL && kept->state == DRAWING) {
        pthread_cond_wait(&cache->filled, &cache->lock);
        kept = find(cache, key, hash);
    }
    if (kept != NULL && !is_right(kept, snapshot, area)) {
        remove_kept(cache, kept);
        kept = NULL;
    }
    *out_fresh = kept == NULL;
    *(kept == NULL ? &cache->misses : &cache->hits) += 1;
    if (kept == NULL) {
        kept = insert(cache, key, hash, jalon_snapshot_seq(snapshot));
    } else {
        kept->holders++;
        unlink_use(cache, kept);
        link_newest(cache, kept);
    }
    pthread_mutex_unlock(&cache->lock);
    return kept != NULL ? &kept->entry : NULL;
}

/* It has become larger; the last used go when all are too large. */
static void count_size(struct jalon_tile_cache *cache, struct kept *kept, size_t more)
{
    kept->size += more;
    cache->size += more;
    while (cache->size > cache->budget) {
        remove_kept(cache, cache->oldest);
    }
}

void jalon_tile_cache_publish(struct jalon_tile_cache *cache, struct jalon_tile_entry *entry)
{
    struct kept *kept = (struct kept *)entry;
    size_t size = sizeof *kept + kept->key_length + entry->bytes.capacity;
    pthread_mutex_lock(&cache->lock);
    assert(kept->state == DRAWING && kept->in_table);
    kept->state = READY;
    cache->count++;
    link_newest(cache, kept);
    for (size_t i = 0; i < JALON_TILE_FORMS; i++) {
        size += kept->forms[i].capacity;
    }
    count_size(cache, kept, size);
    pthread_cond_broadcast(&cache->filled);
    pthread_mutex_unlock(&cache->lock);
}

void jalon_tile_cache_give_up(struct jalon_tile_cache *cache, struct jalon_tile_entry *entry)
{
    struct kept *kept = (struct kept *)entry;
    pthread_mutex_lock(&cache->lock);
    remove_kept(cache, kept);
    kept->state = FAILED;
    let_go(kept);
    pthread_cond_broadcast(&cache->filled);
    pthread_mutex_unlock(&cache->lock);
}

void jalon_tile_cache_measure(struct jalon_tile_cache *cache, struct jalon_app_measures *out)
{
    pthread_mutex_lock(&cache->lock);
    out->tile_count = cache->count;
    out->tile_bytes = cache->size;
    out->tile_hits = cache->hits;
    out->tile_misses = cache->misses;
    pthread_mutex_unlock(&cache->lock);
}

bool jalon_tile_cache_find_form(struct jalon_tile_cache *cache,
                                const struct jalon_tile_entry *entry, unsigned form,
                                struct jalon_text *out)
{
    const struct kept *kept = (const struct kept *)entry;
    pthread_mutex_lock(&cache->lock);
    bool formed = kept->formed[form];
    if (formed) {
        *out = jalon_buffer_text(&kept->forms[form]);
    }
    pthread_mutex_unlock(&cache->lock);
    return formed;
}

struct jalon_text jalon_tile_cache_add_form(struct jalon_tile_cache *cache,
                                            struct jalon_tile_entry *entry, unsigned form,
                                            struct jalon_buffer *compressed)
{
    struct kept *kept = (struct kept *)entry;
    pthread_mutex_lock(&cache->lock);
    if (kept->formed[form]) {
        jalon_buffer_finish(compressed);
    } else {
        kept->formed[form] = true;
        kept->forms[form] = *compressed;
        if (kept->in_table && kept->state == READY) {
            count_size(cache, kept, compressed->capacity);
        }
    }
    struct jalon_text text = jalon_buffer_text(&kept->forms[form]);
    pthread_mutex_unlock(&cache->lock);
    return text;
}

void jalon_tile_cache_release(struct jalon_tile_cache *cache, struct jalon_tile_entry *entry)
{
    pthread_mutex_lock(&cache->lock);
    let_go((struct kept *)entry);
    pthread_mutex_unlock(&cache->lock);
}
