/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Radix sort by key, lowest byte first, skipping the bytes in which all keys agree: a box's
 * worth of hits differs in two or three. Few hits are inserted one by one. Layer 2 (view).
 */
#include "sort.h"

enum { FEW = 32 };

static void sort_few(struct jalon_view_hit *hits, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct jalon_view_hit hit = hits[i];
        size_t at = i;
        while (at > 0 && hits[at - 1].key > hit.key) {
            hits[at] = hits[at - 1];
            at--;
        }
        hits[at] = hit;
    }
}

static void sort_byte(const struct jalon_view_hit *from, struct jalon_view_hit *to, size_t count,
                      int shift)
{
    size_t starts[257] = {0};
    for (size_t i = 0; i < count; i++) {
        starts[(from[i].key >> shift & 255) + 1]++;
    }
    for (int value = 0; value < 256; value++) {
        starts[value + 1] += starts[value];
    }
    for (size_t i = 0; i < count; i++) {
        to[starts[from[i].key >> shift & 255]++] = from[i];
    }
}

struct jalon_view_hit *jalon_view_sort_hits(struct jalon_view_hit *hits,
                                            struct jalon_view_hit *spare, size_t count)
{
    if (count <= FEW) {
        sort_few(hits, count);
        return hits;
    }
    uint64_t differing = 0;
    for (size_t i = 1; i < count; i++) {
        differing |= hits[i].key ^ hits[0].key;
    }
    for (int shift = 0; shift < 64; shift += 8) {
        if ((differing >> shift & 255) != 0) {
            sort_byte(hits, spare, count, shift);
            struct jalon_view_hit *sorted = spare;
            spare = hits;
            hits = sorted;
        }
    }
    return hits;
}
