/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the rows of a segment's quads come to under a query, kept once it was added up. Layer 2
 * (view), private.
 *
 * A sum is of the rows that match and were alive at some operation; it is right for a reader of
 * another one as long as no row of the quad died in between. Any number of threads read and write:
 * each sum is a row of words behind a version that is odd while somebody writes them (a sequence
 * lock; Boehm 2012, "Can seqlocks get along with programming language memory models?").
 */
#ifndef JALON_VIEW_SUMS_H
#define JALON_VIEW_SUMS_H

#include "segment.h"

struct jalon_view_sums;

/* For these quads; room is made when sums come. NULL when there is no memory. */
struct jalon_view_sums *jalon_view_sums_create(const struct jalon_view_quads *quads);
/* NULL is allowed, as below. */
void jalon_view_sums_destroy(struct jalon_view_sums *sums);
/* Bytes. */
size_t jalon_view_sums_memory(struct jalon_view_sums *sums);

/*
 * The sum of a quad as of an operation; false: it is not kept. `died`: the operation of the last
 * death in the quad. `out_tallies` may be NULL.
 */
bool jalon_view_sums_get(struct jalon_view_sums *sums, uint32_t quad, uint64_t op,
                         const _Atomic uint64_t *died, struct jalon_view_sum *out,
                         uint32_t *out_tallies);
/* Keeps it, unless another thread is at it or there is no memory. */
void jalon_view_sums_put(struct jalon_view_sums *sums, uint32_t quad, uint64_t op,
                         const struct jalon_view_sum *sum, const uint32_t *tallies);

#endif
