/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Asking for memory before it is read. Layer 0 (base).
 *
 * What a list answers lies scattered in hundreds of megabytes: without this each contribution waits
 * for memory on its own. The builtin is one that gcc and clang share, and changes nothing but time.
 */
#ifndef JALON_PREFETCH_H
#define JALON_PREFETCH_H

#include <stddef.h>

enum { JALON_CACHE_LINE = 64 };

/* The bytes from `at` on will be read soon; they need not be there. */
static inline void jalon_prefetch(const void *at, size_t size)
{
    const char *bytes = at;
    for (size_t i = 0; i < size; i += JALON_CACHE_LINE) {
        __builtin_prefetch(bytes + i);
    }
}

#endif
