/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the server counts of its requests. Layer 2. */
#ifndef JALON_HTTP_METRICS_H
#define JALON_HTTP_METRICS_H

#include "exchange.h"

struct jalon_counts;

/* For these routes, a NULL path ending them; borrowed. NULL: no memory. */
struct jalon_counts *jalon_counts_create(const struct jalon_route *routes);
/* NULL is allowed. */
void jalon_counts_destroy(struct jalon_counts *counts);
/* A request has ended. No lock is taken. */
void jalon_counts_add(struct jalon_counts *counts, const struct jalon_exchange *exchange);
void jalon_counts_write(struct jalon_counts *counts, struct jalon_buffer *out);

#endif
