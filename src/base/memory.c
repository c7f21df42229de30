/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The heap, with a door that tests can shut. Layer 0. */
#include "jalon/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static _Atomic uint64_t allocations;
static _Atomic uint64_t failing; /* 0: none */

static bool must_fail(void)
{
    uint64_t number = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;
    return number == atomic_load_explicit(&failing, memory_order_relaxed);
}

void *jalon_memory_allocate(size_t size)
{
    return must_fail() ? NULL : malloc(size > 0 ? size : 1);
}

void *jalon_memory_allocate_zeroed(size_t count, size_t size)
{
    if (must_fail()) {
        return NULL;
    }
    return calloc(count > 0 ? count : 1, size > 0 ? size : 1);
}

void *jalon_memory_resize(void *block, size_t size)
{
    return must_fail() ? NULL : realloc(block, size > 0 ? size : 1);
}

void jalon_memory_release(void *block)
{
    free(block);
}

void jalon_memory_fail_at(uint64_t n)
{
    atomic_store(&allocations, 0);
    atomic_store(&failing, n);
}

uint64_t jalon_memory_count(void)
{
    return atomic_load(&allocations);
}
