/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The masks of a segment, found by what their queries ask. Layer 2 (view). */
#include "mask.h"

#include <pthread.h>
#include <string.h>

#include "jalon/hash.h"
#include "jalon/memory.h"

#include "filter.h"
#include "sums.h"

struct jalon_view_mask_cache {
    pthread_mutex_t lock;
    struct jalon_view_mask *items[JALON_VIEW_MASKS_KEPT]; /* NULL at the end */
    uint64_t uses;
};

/* --- Keys --- */

static void put(struct jalon_buffer *buffer, const void *data, size_t size)
{
    if (size > 0) {
        jalon_buffer_append(buffer, data, size);
    }
}

static void put_number(struct jalon_buffer *buffer, int64_t number)
{
    put(buffer, &number, sizeof number);
}

static void put_text(struct jalon_buffer *buffer, struct jalon_text text)
{
    put_number(buffer, (int64_t)text.length);
    put(buffer, text.data, text.length);
}

static void put_value(struct jalon_buffer *buffer, const struct jalon_value *value)
{
    put_number(buffer, (int64_t)value->kind);
    switch (value->kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: put_text(buffer, value->text); break;
    case JALON_VALUE_NUMBER: put(buffer, &value->number, sizeof value->number); break;
    case JALON_VALUE_INTEGER: put_number(buffer, value->integer); break;
    case JALON_VALUE_BOOLEAN: put_number(buffer, value->boolean); break;
    case JALON_VALUE_LIST:
        put_number(buffer, (int64_t)value->list.count);
        for (size_t i = 0; i < value->list.count; i++) {
            put_text(buffer, value->list.items[i]);
        }
        break;
    }
}

static void put_filter(struct jalon_buffer *buffer, const struct jalon_view_filter *filter)
{
    put_number(buffer, filter != NULL);
    if (filter != NULL) {
        put_number(buffer, filter->is_json);
        put_number(buffer, filter->axes.srid);
        put_number(buffer, filter->axes.north_first);
        put_text(buffer, filter->text);
    }
}

static void put_search(struct jalon_buffer *buffer, const struct jalon_query_search *search)
{
    put_number(buffer, search != NULL ? (int64_t)search->count : -1);
    for (size_t i = 0; search != NULL && i < search->count; i++) {
        const struct jalon_query_term *term = &search->terms[i];
        put_number(buffer, term->is_phrase);
        put_number(buffer, (int64_t)term->count);
        for (size_t j = 0; j < term->count; j++) {
            put_text(buffer, term->words[j]);
        }
    }
}

/*
 * Everything that tells which contributions match, but for the box; texts and lists behind their
 * length, so that no two queries come out alike. `after`, `after_m`, `after_values`, `limit`,
 * `by_distance` and `sorts` are of pages.
 */
static void put_query(struct jalon_buffer *buffer, const struct jalon_view_query *query)
{
    /* Who adds to a query adds it below, or is sure that rows match whatever it is. */
    _Static_assert(sizeof(void *) != 8 || sizeof(struct jalon_view_query) == 368,
                   "what a query asks has changed");
    put_number(buffer, query->collection);
    put_number(buffer, query->nothing);
    put_number(buffer, query->category);
    put_number(buffer, query->status);
    put_number(buffer, query->has_author);
    if (query->has_author) {
        put_text(buffer, query->author);
    }
    put_number(buffer, query->has_territory);
    if (query->has_territory) {
        put_number(buffer, query->territory);
    }
    put_number(buffer, (int64_t)query->condition_count);
    for (size_t i = 0; i < query->condition_count; i++) {
        put_number(buffer, query->conditions[i].field);
        put_value(buffer, &query->conditions[i].value);
    }
    put_search(buffer, query->search);
    put_number(buffer, query->has_near);
    if (query->has_near) {
        put(buffer, &query->near.centre, sizeof query->near.centre);
        put(buffer, &query->near.radius_m, sizeof query->near.radius_m);
    }
    put_number(buffer, query->has_updated);
    if (query->has_updated) {
        put_number(buffer, query->updated.first_us);
        put_number(buffer, query->updated.last_us);
    }
    put_number(buffer, query->has_observed);
    if (query->has_observed) {
        put_number(buffer, query->observed.first_us);
        put_number(buffer, query->observed.last_us);
    }
    put_number(buffer, query->has_campaign);
    if (query->has_campaign) {
        put_text(buffer, query->campaign);
    }
    put_number(buffer, (int64_t)query->staleness);
    put_number(buffer, query->staleness != JALON_VIEW_ANY_AGE ? query->today : 0);
    put_filter(buffer, query->filter);
    put_filter(buffer, query->region);
}

/* Secret, so that nobody can make two queries that have one key. */
static uint8_t hash_keys[2][JALON_HASH_KEY_SIZE];

static void make_hash_keys(void)
{
    jalon_random_bytes(hash_keys, sizeof hash_keys);
}

/* False: no memory. */
static bool make_key(const struct jalon_view_query *query, uint64_t out[2])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct jalon_buffer buffer;
    (void)pthread_once(&once, make_hash_keys);
    jalon_buffer_init(&buffer, SIZE_MAX / 2);
    put_query(&buffer, query);
    bool is_made = jalon_buffer_status(&buffer) == JALON_OK;
    for (size_t i = 0; i < 2 && is_made; i++) {
        out[i] = jalon_hash_keyed(hash_keys[i], buffer.data, buffer.length);
    }
    jalon_buffer_finish(&buffer);
    return is_made;
}

/* --- Masks --- */

static void destroy(struct jalon_view_mask *mask)
{
    jalon_memory_release(mask->has_words);
    jalon_memory_release(mask->words);
    jalon_view_sums_destroy(mask->sums);
    jalon_memory_release(mask);
}

void jalon_view_mask_release(struct jalon_view_mask *mask)
{
    if (mask != NULL &&
        atomic_fetch_sub_explicit(&mask->references, 1, memory_order_acq_rel) == 1) {
        destroy(mask);
    }
}

static struct jalon_view_mask *create(const struct jalon_view_segment *segment,
                                      const uint64_t key[2])
{
    struct jalon_view_mask *mask = jalon_memory_allocate_zeroed(1, sizeof *mask);
    if (mask == NULL) {
        return NULL;
    }
    size_t blocks = jalon_view_segment_blocks(segment) + (size_t)1; /* never nothing */
    size_t words = JALON_VIEW_BLOCK_WORDS * sizeof *mask->words;
    atomic_init(&mask->references, 1);
    memcpy(mask->key, key, sizeof mask->key);
    mask->has_words = jalon_memory_allocate_zeroed(blocks, sizeof *mask->has_words);
    mask->words = jalon_memory_allocate_zeroed(blocks, words);
    mask->size = sizeof *mask + blocks * (1 + words);
    if (mask->has_words == NULL || mask->words == NULL) {
        destroy(mask);
        return NULL;
    }
    return mask;
}

/* --- The cache --- */

/* The segment's, made when it has none; NULL when there is no memory. */
static struct jalon_view_mask_cache *cache_of(struct jalon_view_segment *segment)
{
    struct jalon_view_mask_cache *cache = atomic_load(&segment->masks);
    if (cache != NULL) {
        return cache;
    }
    struct jalon_view_mask_cache *made = jalon_memory_allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    (void)pthread_mutex_init(&made->lock, NULL);
    if (atomic_compare_exchange_strong(&segment->masks, &cache, made)) {
        return made;
    }
    jalon_view_mask_cache_destroy(made); /* another was faster */
    return cache;
}

void jalon_view_mask_cache_destroy(struct jalon_view_mask_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < JALON_VIEW_MASKS_KEPT; i++) {
        jalon_view_mask_release(cache->items[i]);
    }
    (void)pthread_mutex_destroy(&cache->lock);
    jalon_memory_release(cache);
}

size_t jalon_view_mask_cache_memory(struct jalon_view_mask_cache *cache)
{
    size_t size = 0;
    if (cache != NULL) {
        (void)pthread_mutex_lock(&cache->lock);
        size = sizeof *cache;
        for (size_t i = 0; i < JALON_VIEW_MASKS_KEPT && cache->items[i] != NULL; i++) {
            size += cache->items[i]->size + jalon_view_sums_memory(cache->items[i]->sums);
        }
        (void)pthread_mutex_unlock(&cache->lock);
    }
    return size;
}

/* Under the lock. The place of the key; else a free one, else that of what was not used longest. */
static size_t find_place(const struct jalon_view_mask_cache *cache, const uint64_t key[2])
{
    size_t oldest = 0;
    for (size_t i = 0; i < JALON_VIEW_MASKS_KEPT; i++) {
        const struct jalon_view_mask *mask = cache->items[i];
        if (mask == NULL || memcmp(mask->key, key, sizeof mask->key) == 0) {
            return i;
        }
        if (mask->used < cache->items[oldest]->used) {
            oldest = i;
        }
    }
    return oldest;
}

struct jalon_view_mask *jalon_view_mask_find(struct jalon_view_segment *segment,
                                             const struct jalon_view_query *query)
{
    uint64_t key[2];
    struct jalon_view_mask_cache *cache = cache_of(segment);
    if (cache == NULL || !make_key(query, key)) {
        return NULL;
    }
    struct jalon_view_mask *dropped = NULL;
    (void)pthread_mutex_lock(&cache->lock);
    size_t place = find_place(cache, key);
    struct jalon_view_mask *mask = cache->items[place];
    if (mask == NULL || memcmp(mask->key, key, sizeof mask->key) != 0) {
        dropped = mask;
        mask = create(segment, key);
        cache->items[place] = mask != NULL ? mask : dropped;
        dropped = mask != NULL ? dropped : NULL;
    }
    if (mask != NULL) {
        mask->used = ++cache->uses;
        atomic_fetch_add_explicit(&mask->references, 1, memory_order_relaxed);
    }
    (void)pthread_mutex_unlock(&cache->lock);
    jalon_view_mask_release(dropped);
    return mask;
}
