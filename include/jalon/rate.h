/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How often something may be, by a key. Layer 0 (base).
 *
 * The generic cell rate algorithm (ITU-T I.371, annex A): one time for each key tells all.
 *
 * The table has a fixed size, whatever comes. A key belongs to one set of a few places; in a full set
 * the one that has been quiet for longest is forgotten, which is to its favour. The places are found
 * by a keyed hash, so that nobody can choose whom to push out.
 */
#ifndef JALON_RATE_H
#define JALON_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jalon_rate;

enum { JALON_RATE_KEY_MAX = 24 };

/* A steady rate, and how much of it may come at once. */
struct jalon_rate_limit {
    int64_t part_us;   /* the time that one takes, > 0 */
    int64_t within_us; /* as many as take so long may come at once, >= part_us */
};

/* NULL: no memory. */
struct jalon_rate *jalon_rate_create(void);
/* NULL is allowed. */
void jalon_rate_destroy(struct jalon_rate *rate);
/*
 * Counts one for the key (1 to JALON_RATE_KEY_MAX bytes) at the monotonic time. False: too many,
 * nothing is counted, and *out_wait_us is how long to wait. Thread-safe.
 */
bool jalon_rate_take(struct jalon_rate *rate, const void *key, size_t key_size,
                     const struct jalon_rate_limit *limit, int64_t now_us, int64_t *out_wait_us);
/* Would one be too many now? Counts nothing. */
bool jalon_rate_is_full(struct jalon_rate *rate, const void *key, size_t key_size,
                        const struct jalon_rate_limit *limit, int64_t now_us);

#endif
