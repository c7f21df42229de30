/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Ranks of a segment's rows or codes: by sorting the bytes of their values, eight at a time (a radix
 * sort from the most significant word on, whose words are sorted by sort.c). Layer 2 (view).
 */
#include "order.h"

#include <pthread.h>
#include <string.h>

#include "jalon/buffer.h"
#include "jalon/memory.h"

#include "sort.h"

struct jalon_view_rank_cache {
    pthread_mutex_t lock; /* held by the one who makes some */
    size_t count;         /* columns */
    const struct jalon_view_ranks *_Atomic items[];
};

enum { WORD = 8 };

/* --- Making --- */

/* What is being sorted: a hit's part is not used, its row is the item's index. */
struct making {
    struct jalon_view_run run;
    const struct jalon_view_queryable *property;
    const struct jalon_view_column *column;
    uint32_t item_count;
    struct jalon_buffer bytes; /* of all values */
    uint64_t *starts;          /* of each item; one more at the end */
    struct jalon_view_hit *hits;
    struct jalon_view_hit *spare;
    uint32_t *ranks;
    uint32_t *samples;
    uint32_t rank_count;
};

/* A row that has the item's value, or NO_ROW: none has. */
static uint32_t row_of(const struct making *making, uint32_t item)
{
    return making->column->kind == JALON_VIEW_COLUMN_CODES ? making->column->samples[item] : item;
}

/* The bytes of each value, and a hit for each that there is; how many there are. */
static size_t gather(struct making *making)
{
    size_t count = 0;
    for (uint32_t i = 0; i < making->item_count; i++) {
        struct jalon_query_sort_value value = {.kind = JALON_QUERY_SORT_ABSENT};
        uint32_t row = row_of(making, i);
        making->starts[i] = making->bytes.length;
        making->ranks[i] = JALON_VIEW_NO_RANK;
        if (row != JALON_VIEW_NO_ROW) {
            making->run.row = row;
            value = jalon_view_sort_value(&making->run, making->property);
        }
        if (value.kind != JALON_QUERY_SORT_ABSENT) {
            char bytes[JALON_QUERY_SORT_BYTES_MAX];
            jalon_buffer_append(&making->bytes, bytes, jalon_query_sort_bytes(&value, bytes));
            making->hits[count++].place.row = i;
        }
    }
    making->starts[making->item_count] = making->bytes.length;
    return count;
}

/*
 * The word at `at` of the item's bytes, with zeros behind their end: none ends with a zero but of an
 * empty text, so that words differ where values do.
 */
static uint64_t word_of(const struct making *making, uint32_t item, size_t at)
{
    uint64_t word = 0;
    size_t start = (size_t)making->starts[item] + at, end = (size_t)making->starts[item + 1];
    size_t size = start >= end ? 0 : end - start < WORD ? end - start : WORD;
    const unsigned char *bytes = (const unsigned char *)making->bytes.data + start;
    for (size_t i = 0; i < size; i++) {
        word |= (uint64_t)bytes[i] << (56 - 8 * i);
    }
    return word;
}

/* Are there bytes at `at`? */
static bool has_more(const struct making *making, uint32_t item, size_t at)
{
    return making->starts[item] + at < making->starts[item + 1];
}

/* Gives one rank to hits whose values are the same. */
static void give_rank(struct making *making, const struct jalon_view_hit *hits, size_t count)
{
    uint32_t rank = making->rank_count++;
    making->samples[rank] = row_of(making, hits[0].place.row);
    for (size_t i = 0; i < count; i++) {
        making->ranks[hits[i].place.row] = rank;
    }
}

/* Ranks hits that agree in their first `at` bytes. Not deeper than a value has words. */
static void rank(struct making *making, struct jalon_view_hit *hits, struct jalon_view_hit *spare,
                 size_t count, size_t at)
{
    bool is_end = true;
    for (size_t i = 0; i < count; i++) {
        hits[i].key = word_of(making, hits[i].place.row, at);
        is_end = is_end && !has_more(making, hits[i].place.row, at);
    }
    if (is_end) {
        give_rank(making, hits, count);
        return;
    }
    struct jalon_view_hit *sorted = jalon_view_sort_hits(hits, spare, count);
    struct jalon_view_hit *other = sorted == hits ? spare : hits;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && sorted[end].key == sorted[i].key; end++) {
        }
        if (end == i + 1) {
            give_rank(making, sorted + i, 1);
        } else {
            rank(making, sorted + i, other + i, end - i, at + WORD);
        }
    }
}

/* False: no memory. */
static bool begin(struct making *making)
{
    size_t count = (size_t)making->item_count + 1;
    jalon_buffer_init(&making->bytes, SIZE_MAX / 2);
    making->starts = jalon_memory_allocate(count * sizeof *making->starts);
    making->hits = jalon_memory_allocate_zeroed(count, sizeof *making->hits);
    making->spare = jalon_memory_allocate(count * sizeof *making->spare);
    making->ranks = jalon_memory_allocate(count * sizeof *making->ranks);
    making->samples = jalon_memory_allocate(count * sizeof *making->samples);
    return making->starts != NULL && making->hits != NULL && making->spare != NULL &&
           making->ranks != NULL && making->samples != NULL;
}

static void drop(const struct jalon_view_ranks *ranks)
{
    if (ranks != NULL) {
        jalon_memory_release((void *)(uintptr_t)ranks->ranks);
        jalon_memory_release((void *)(uintptr_t)ranks->samples);
        jalon_memory_release((void *)(uintptr_t)ranks);
    }
}

/* What was made, in memory of its own; NULL when there is none. Takes ranks and samples over. */
static const struct jalon_view_ranks *keep(struct making *making)
{
    struct jalon_view_ranks *ranks = jalon_memory_allocate(sizeof *ranks);
    if (ranks == NULL) {
        return NULL;
    }
    *ranks = (struct jalon_view_ranks){
        .ranks = making->ranks,
        .samples = making->samples,
        .count = making->rank_count,
        .size = sizeof *ranks + ((size_t)making->item_count + 1) * 2 * sizeof *making->ranks,
    };
    making->ranks = NULL;
    making->samples = NULL;
    return ranks;
}

static const struct jalon_view_ranks *make(const struct jalon_view_run *run,
                                           const struct jalon_view_queryable *property)
{
    const struct jalon_view_column *column = &run->segment->columns.items[property->number];
    bool has_codes = column->kind == JALON_VIEW_COLUMN_CODES;
    const struct jalon_view_ranks *ranks = NULL;
    struct making making = {
        .run = *run,
        .property = property,
        .column = column,
        .item_count = has_codes ? column->code_count : run->segment->count,
    };
    if (begin(&making)) {
        size_t count = gather(&making);
        if (jalon_buffer_status(&making.bytes) == JALON_OK) {
            if (count > 0) {
                rank(&making, making.hits, making.spare, count, 0);
            }
            ranks = keep(&making);
        }
    }
    jalon_buffer_finish(&making.bytes);
    jalon_memory_release(making.starts);
    jalon_memory_release(making.hits);
    jalon_memory_release(making.spare);
    jalon_memory_release(making.ranks);
    jalon_memory_release(making.samples);
    return ranks;
}

/* --- The cache --- */

/* The segment's, made when it has none; NULL when there is no memory. */
static struct jalon_view_rank_cache *cache_of(struct jalon_view_segment *segment)
{
    struct jalon_view_rank_cache *cache = atomic_load(&segment->ranks);
    if (cache != NULL) {
        return cache;
    }
    size_t count = segment->columns.count;
    struct jalon_view_rank_cache *made =
        jalon_memory_allocate_zeroed(1, sizeof *made + count * sizeof made->items[0]);
    if (made == NULL) {
        return NULL;
    }
    made->count = count;
    (void)pthread_mutex_init(&made->lock, NULL);
    if (atomic_compare_exchange_strong(&segment->ranks, &cache, made)) {
        return made;
    }
    jalon_view_rank_cache_destroy(made); /* another was faster */
    return cache;
}

void jalon_view_rank_cache_destroy(struct jalon_view_rank_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    for (size_t i = 0; i < cache->count; i++) {
        drop(cache->items[i]);
    }
    (void)pthread_mutex_destroy(&cache->lock);
    jalon_memory_release(cache);
}

size_t jalon_view_rank_cache_memory(struct jalon_view_rank_cache *cache)
{
    size_t size = cache != NULL ? sizeof *cache + cache->count * sizeof cache->items[0] : 0;
    for (size_t i = 0; cache != NULL && i < cache->count; i++) {
        const struct jalon_view_ranks *ranks = atomic_load(&cache->items[i]);
        size += ranks != NULL ? ranks->size : 0;
    }
    return size;
}

const struct jalon_view_ranks *jalon_view_ranks_find(struct jalon_view_segment *segment,
                                                     const struct jalon_view_run *run,
                                                     const struct jalon_view_queryable *property)
{
    struct jalon_view_rank_cache *cache = cache_of(segment);
    if (cache == NULL) {
        return NULL;
    }
    const struct jalon_view_ranks *ranks = atomic_load(&cache->items[property->number]);
    if (ranks == NULL) {
        (void)pthread_mutex_lock(&cache->lock);
        ranks = atomic_load(&cache->items[property->number]);
        if (ranks == NULL) { /* nobody was faster */
            ranks = make(run, property);
            atomic_store(&cache->items[property->number], ranks);
        }
        (void)pthread_mutex_unlock(&cache->lock);
    }
    return ranks;
}
