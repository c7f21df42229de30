/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What one request looks for in the parts of a collection, and what it has found out already. Layer
 * 2 (view), private.
 */
#ifndef JALON_VIEW_SCOPE_H
#define JALON_VIEW_SCOPE_H

#include "rows.h"
#include "snapshot.h"

struct jalon_view_scope {
    struct jalon_context *ctx;
    const struct jalon_map *map;
    const struct jalon_collection *description;
    const struct jalon_view_collection *collection;
    const struct jalon_view_query *query; /* its box is not looked at */
    bool has_filter;
    /* The tally of the query's status or root category, -1: none; and is nothing else asked? */
    int32_t tally;
    bool only_tally;
    uint32_t tally_count;
    struct jalon_view_rows *rows; /* of each segment; without one as long as it was not needed */
    uint8_t *delta;               /* what is known of each entry */
};

/* In the context's arena. JALON_NO_MEMORY. */
enum jalon_status jalon_view_scope_begin(struct jalon_context *ctx,
                                         const struct jalon_snapshot *snapshot,
                                         const struct jalon_view_query *query,
                                         struct jalon_view_scope *out) JALON_MUST_USE;
/* The rows of a segment that match. JALON_NO_MEMORY. */
enum jalon_status jalon_view_scope_rows(struct jalon_view_scope *scope, uint32_t part,
                                        struct jalon_view_rows **out) JALON_MUST_USE;
/* Is the entry of the delta alive, and does it match? */
bool jalon_view_scope_has(struct jalon_view_scope *scope, uint32_t at);
/*
 * JALON_INTERNAL when shapes could not be compared, JALON_NO_MEMORY: what was found out is worth
 * nothing.
 */
enum jalon_status jalon_view_scope_check(const struct jalon_view_scope *scope) JALON_MUST_USE;

#endif
