/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Keeping sums of quads. Layer 2 (view). */
#include "sums.h"

#include <string.h>

#include "jalon/memory.h"

enum {
    CHUNK = 64, /* quads whose room is made together: they are near each other */
    SUM_WORDS = sizeof(struct jalon_view_sum) / sizeof(uint64_t),
    /* The words of a sum: */
    VERSION = 0, /* 0: there is none yet; odd: being written */
    OP = 1,
    VALUES = 2,
    TALLIES = VALUES + SUM_WORDS, /* two a word */
};
_Static_assert(sizeof(struct jalon_view_sum) % sizeof(uint64_t) == 0, "sums are whole words");

typedef _Atomic uint64_t word;

struct jalon_view_sums {
    uint32_t chunk_count;
    uint32_t tally_count;
    uint32_t stride; /* words of a sum */
    atomic_size_t size;
    word *_Atomic chunks[]; /* NULL: nothing is kept there */
};

struct jalon_view_sums *jalon_view_sums_create(const struct jalon_view_quads *quads)
{
    uint32_t chunk_count = (quads->count + CHUNK - 1) / CHUNK;
    size_t size = sizeof(struct jalon_view_sums) + chunk_count * sizeof(word *);
    struct jalon_view_sums *sums = jalon_memory_allocate_zeroed(1, size);
    if (sums != NULL) {
        sums->chunk_count = chunk_count;
        sums->tally_count = quads->tally_count;
        sums->stride = TALLIES + (quads->tally_count + 1) / 2;
        atomic_init(&sums->size, size);
    }
    return sums;
}

void jalon_view_sums_destroy(struct jalon_view_sums *sums)
{
    for (uint32_t i = 0; sums != NULL && i < sums->chunk_count; i++) {
        jalon_memory_release(sums->chunks[i]);
    }
    jalon_memory_release(sums);
}

size_t jalon_view_sums_memory(struct jalon_view_sums *sums)
{
    return sums != NULL ? atomic_load_explicit(&sums->size, memory_order_relaxed) : 0;
}

/* What is read is read before what is read after it, and what is written after what was before. */
static uint64_t load(const word *from)
{
    return atomic_load_explicit(from, memory_order_acquire);
}

static void store(word *to, uint64_t value)
{
    atomic_store_explicit(to, value, memory_order_release);
}

bool jalon_view_sums_get(struct jalon_view_sums *sums, uint32_t quad, uint64_t op,
                         const _Atomic uint64_t *died, struct jalon_view_sum *out,
                         uint32_t *out_tallies)
{
    word *chunk = atomic_load_explicit(&sums->chunks[quad / CHUNK], memory_order_acquire);
    const word *words = chunk != NULL ? chunk + (size_t)(quad % CHUNK) * sums->stride : NULL;
    uint64_t version = words != NULL ? load(&words[VERSION]) : 0, values[SUM_WORDS];
    if (version == 0 || version % 2 != 0) {
        return false;
    }
    uint64_t summed = load(&words[OP]);
    for (size_t i = 0; i < SUM_WORDS; i++) {
        values[i] = load(&words[VALUES + i]);
    }
    for (uint32_t i = 0; out_tallies != NULL && i < sums->tally_count; i++) {
        uint64_t pair = load(&words[TALLIES + i / 2]);
        out_tallies[i] = (uint32_t)(i % 2 == 0 ? pair : pair >> 32);
    }
    /* A death that the sum has is seen here: this is read after it. */
    uint64_t last = atomic_load_explicit(died, memory_order_relaxed);
    if (load(&words[VERSION]) != version || last > summed || last > op) {
        return false;
    }
    memcpy(out, values, sizeof *out);
    return true;
}

/* NULL when there is no memory. */
static word *make_chunk(struct jalon_view_sums *sums, word *_Atomic *place)
{
    size_t count = (size_t)CHUNK * sums->stride;
    word *made = jalon_memory_allocate_zeroed(count, sizeof *made), *found = NULL;
    if (made == NULL) {
        return NULL;
    }
    if (!atomic_compare_exchange_strong(place, &found, made)) {
        jalon_memory_release(made); /* another was faster */
        return found;
    }
    atomic_fetch_add_explicit(&sums->size, count * sizeof *made, memory_order_relaxed);
    return made;
}

void jalon_view_sums_put(struct jalon_view_sums *sums, uint32_t quad, uint64_t op,
                         const struct jalon_view_sum *sum, const uint32_t *tallies)
{
    word *_Atomic *place = &sums->chunks[quad / CHUNK];
    word *chunk = atomic_load_explicit(place, memory_order_acquire);
    chunk = chunk != NULL ? chunk : make_chunk(sums, place);
    word *words = chunk != NULL ? chunk + (size_t)(quad % CHUNK) * sums->stride : NULL;
    uint64_t version = words != NULL ? load(&words[VERSION]) : 1, values[SUM_WORDS];
    if (version % 2 != 0 ||
        !atomic_compare_exchange_strong(&words[VERSION], &version, version + 1)) {
        return;
    }
    memcpy(values, sum, sizeof values);
    store(&words[OP], op);
    for (size_t i = 0; i < SUM_WORDS; i++) {
        store(&words[VALUES + i], values[i]);
    }
    for (uint32_t i = 0; i < sums->tally_count; i += 2) {
        uint64_t second = i + 1 < sums->tally_count ? tallies[i + 1] : 0;
        store(&words[TALLIES + i / 2], second << 32 | tallies[i]);
    }
    store(&words[VERSION], version + 2);
}
