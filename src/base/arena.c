/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Memory that goes all at once: a list of blocks, bumped. Layer 0.
 *
 * Blocks double up to a bound; an allocation larger than that gets a block of its own. Deferred
 * releases live in the arena they belong to, as a list, last first.
 */
#include "jalon/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "jalon/memory.h"

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
    struct block *previous;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *previous;
    void (*release)(void *);
    void *object;
};

struct jalon_arena {
    struct block *block;
    size_t used; /* of the newest block */
    size_t next_size;
    struct deferred *deferred;
};

static struct block *block_create(size_t size, struct block *previous)
{
    struct block *block = jalon_memory_allocate(sizeof(struct block) + size);
    if (block != NULL) {
        block->previous = previous;
        block->size = size;
    }
    return block;
}

struct jalon_arena *jalon_arena_create(void)
{
    struct jalon_arena *arena = jalon_memory_allocate(sizeof *arena);
    if (arena == NULL) {
        return NULL;
    }
    *arena = (struct jalon_arena){.next_size = 2 * FIRST_BLOCK};
    arena->block = block_create(FIRST_BLOCK, NULL);
    if (arena->block == NULL) {
        jalon_memory_release(arena);
        return NULL;
    }
    return arena;
}

static void run_deferred(struct jalon_arena *arena)
{
    while (arena->deferred != NULL) {
        struct deferred *deferred = arena->deferred;
        arena->deferred = deferred->previous;
        deferred->release(deferred->object);
    }
}

void jalon_arena_reset(struct jalon_arena *arena)
{
    run_deferred(arena);
    while (arena->block->previous != NULL) {
        struct block *block = arena->block;
        arena->block = block->previous;
        jalon_memory_release(block);
    }
    arena->used = 0;
    arena->next_size = 2 * FIRST_BLOCK;
}

void jalon_arena_destroy(struct jalon_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    jalon_arena_reset(arena);
    jalon_memory_release(arena->block);
    jalon_memory_release(arena);
}

void *jalon_arena_allocate(struct jalon_arena *arena, size_t size)
{
    size_t const align = alignof(max_align_t);
    if (size > SIZE_MAX / 2) {
        return NULL;
    }
    size_t rounded = (size + align - 1) / align * align;
    if (rounded == 0) {
        rounded = align;
    }
    if (rounded > arena->block->size - arena->used) {
        size_t block_size = rounded > arena->next_size ? rounded : arena->next_size;
        struct block *block = block_create(block_size, arena->block);
        if (block == NULL) {
            return NULL;
        }
        arena->block = block;
        arena->used = 0;
        if (arena->next_size < LARGEST_BLOCK) {
            arena->next_size *= 2;
        }
    }
    void *out = arena->block->bytes + arena->used;
    arena->used += rounded;
    return out;
}

void *jalon_arena_allocate_zeroed(struct jalon_arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size) {
        return NULL;
    }
    void *out = jalon_arena_allocate(arena, count * size);
    if (out != NULL) {
        memset(out, 0, count * size);
    }
    return out;
}

void *jalon_arena_grow(struct jalon_arena *arena, void *items, size_t count, size_t needed,
                       size_t size, size_t *capacity)
{
    if (needed <= *capacity && items != NULL) {
        return items;
    }
    size_t grown = *capacity < 8 ? 8 : *capacity * 2;
    if (grown < needed) {
        grown = needed;
    }
    if (size > 0 && grown > SIZE_MAX / 2 / size) {
        return NULL;
    }
    void *out = jalon_arena_allocate(arena, grown * size);
    if (out == NULL) {
        return NULL;
    }
    if (count > 0) {
        memcpy(out, items, count * size);
    }
    *capacity = grown;
    return out;
}

enum jalon_status jalon_arena_defer(struct jalon_arena *arena, void (*release)(void *),
                                    void *object)
{
    struct deferred *deferred = jalon_arena_allocate(arena, sizeof *deferred);
    if (deferred == NULL) {
        release(object);
        return JALON_NO_MEMORY;
    }
    *deferred = (struct deferred){arena->deferred, release, object};
    arena->deferred = deferred;
    return JALON_OK;
}
