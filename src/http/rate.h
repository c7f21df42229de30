/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How often one address may ask. Layer 2 (http). */
#ifndef JALON_HTTP_RATE_H
#define JALON_HTTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

struct jalon_rate;

enum jalon_rate_kind { JALON_RATE_READ, JALON_RATE_WRITE, JALON_RATE_KIND_COUNT };

/* A table of fixed size. NULL: no memory. */
struct jalon_rate *jalon_rate_create(void);
/* NULL is allowed. */
void jalon_rate_destroy(struct jalon_rate *rate);
/*
 * Counts one request of the group (jalon_client_network) against `per_minute` (> 0) at the monotonic
 * time. As many may come at once; from then on one is let in whenever its part of the minute has
 * passed. False: too many, nothing is counted, and *out_wait_us is how long to wait. Thread-safe.
 */
bool jalon_rate_take(struct jalon_rate *rate, const uint8_t group[JALON_ADDRESS_SIZE],
                     enum jalon_rate_kind kind, unsigned per_minute, int64_t now_us,
                     int64_t *out_wait_us);

#endif
