/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The one door to the heap. Layer 0 (base).
 *
 * All of Jalon's allocation passes here, so that a test can fail the n-th one. Short-lived memory
 * comes from an arena (jalon/arena.h), which stands on this.
 */
#ifndef JALON_MEMORY_H
#define JALON_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* As malloc, calloc, realloc and free; size 0 is answered as size 1. NULL when there is no memory. */
void *jalon_memory_allocate(size_t size);
void *jalon_memory_allocate_zeroed(size_t count, size_t size);
void *jalon_memory_resize(void *block, size_t size);
void jalon_memory_release(void *block);

/*
 * Makes the n-th allocation from now on fail, once (n = 1 is the next one; 0 switches off).
 * For tests; counts over all threads.
 */
void jalon_memory_fail_at(uint64_t n);
/* Allocations since the last jalon_memory_fail_at. */
uint64_t jalon_memory_count(void);

#endif
