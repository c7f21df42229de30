/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Memory that goes all at once. Layer 0 (base).
 *
 * One arena per request, job or command. Handlers and use cases take from it and never free;
 * foreign handles are registered with defer and released, last first, when the arena is reset or
 * destroyed. Not shared between threads.
 */
#ifndef JALON_ARENA_H
#define JALON_ARENA_H

#include <stddef.h>

#include "jalon/status.h"

struct jalon_arena;

/* NULL when there is no memory. */
struct jalon_arena *jalon_arena_create(void);
/* Runs what was deferred, then frees everything. NULL is allowed. */
void jalon_arena_destroy(struct jalon_arena *arena);
/* As destroy and create, keeping the first block for what comes next. */
void jalon_arena_reset(struct jalon_arena *arena);

/* Aligned for any object, not cleared. NULL when there is no memory. */
void *jalon_arena_allocate(struct jalon_arena *arena, size_t size);
/* Cleared to zero; NULL when there is no memory or count * size passes SIZE_MAX. */
void *jalon_arena_allocate_zeroed(struct jalon_arena *arena, size_t count, size_t size);
/*
 * A growing array: room for at least `needed` items of `size` bytes, doubling, the first `count`
 * ones kept. *capacity is updated. NULL when there is no memory (the old array stays valid).
 */
void *jalon_arena_grow(struct jalon_arena *arena, void *items, size_t count, size_t needed,
                       size_t size, size_t *capacity);
/*
 * Calls release(object) when the arena goes. On JALON_NO_MEMORY release has already been called,
 * so the caller never leaks.
 */
enum jalon_status jalon_arena_defer(struct jalon_arena *arena, void (*release)(void *),
                                    void *object) JALON_MUST_USE;

#endif
