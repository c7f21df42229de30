/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading what a query says: paging tokens, boxes, page sizes. Layer 1 (query).
 *
 * Errors name the query parameter ("next", "bbox") and what was expected.
 */
#ifndef JALON_QUERY_H
#define JALON_QUERY_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/geometry.h"

/* --- Paging tokens --- */

/* Who knows it can make tokens; one of random bytes for each server. */
struct jalon_query_key {
    uint8_t bytes[32];
};

/* A parameter as it came in, decoded. */
struct jalon_query_parameter {
    struct jalon_text name;
    struct jalon_text value;
};

/*
 * What a token is good for: one list with the same filters. The order of parameters does not
 * matter, each is there once. `next`, `limit` and `f` are passed over: they may change from page to
 * page without changing which items match.
 */
struct jalon_query_scope {
    struct jalon_text list; /* "montpellier/accessibility" */
    const struct jalon_query_parameter *parameters;
    size_t parameter_count;
};

/*
 * Appends the token of the page after the item with this number (>= 0): 32 characters of base64url
 * (RFC 4648, 5), opaque to clients. It holds the number and a 128-bit keyed checksum over number
 * and scope (two SipHash-2-4 with halves of the key).
 */
void jalon_query_token_write(struct jalon_buffer *buffer, const struct jalon_query_key *key,
                             const struct jalon_query_scope *scope, int64_t after);
/*
 * The number in a token. JALON_INVALID when it was not made with this key for this scope: altered,
 * cut, of another query or of another server.
 */
enum jalon_status jalon_query_token_read(struct jalon_context *ctx,
                                         const struct jalon_query_key *key,
                                         const struct jalon_query_scope *scope,
                                         struct jalon_text token, int64_t *out_after)
    JALON_MUST_USE;

/* --- Parameters of every list --- */

/* Items on a page when nothing is said, and at most: a larger `limit` means this many. */
#define JALON_QUERY_LIMIT_DEFAULT 100
#define JALON_QUERY_LIMIT_MAX 10000

/*
 * `bbox` (OGC 17-069r4, 7.15.3) in CRS84: west,south,east,north, or six numbers with a lowest
 * height third and a highest one sixth, which are checked and dropped (features have no height).
 * west > east crosses the antimeridian. JALON_INVALID for another count, what is not a number
 * (".5" and "5." are), longitudes beyond ±180, latitudes beyond ±90, south > north.
 */
enum jalon_status jalon_query_read_box(struct jalon_context *ctx, struct jalon_text text,
                                       struct jalon_box *out_box) JALON_MUST_USE;

#endif
