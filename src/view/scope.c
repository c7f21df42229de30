/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What one request looks for, part by part. Layer 2 (view). */
#include "scope.h"

#include "match.h"
#include "tally.h"

enum { UNKNOWN, NO, YES };

/* The tally that stands for the query's status or category, or -1. */
static int32_t find_tally(const struct jalon_collection *collection,
                          const struct jalon_view_query *query)
{
    for (size_t i = 0; query->category >= 0 && i < collection->category_root_count; i++) {
        if (collection->category_roots[i] == query->category) {
            return (int32_t)i;
        }
    }
    return query->status >= 0 ? (int32_t)collection->category_root_count + query->status : -1;
}

static bool asks_more(const struct jalon_collection *collection,
                      const struct jalon_view_query *query, int32_t tally)
{
    struct jalon_view_query rest = *query;
    if (tally >= (int32_t)collection->category_root_count) {
        rest.status = -1;
    } else if (tally >= 0) {
        rest.category = -1;
    }
    return jalon_view_has_filter(&rest);
}

enum jalon_status jalon_view_scope_begin(struct jalon_context *ctx,
                                         const struct jalon_snapshot *snapshot,
                                         const struct jalon_view_query *query,
                                         struct jalon_view_scope *out)
{
    const struct jalon_collection *description = &snapshot->map->collections[query->collection];
    struct jalon_view_scope scope = {
        .ctx = ctx,
        .map = snapshot->map,
        .description = description,
        .collection = &snapshot->collections[query->collection],
        .query = query,
        .has_filter = jalon_view_has_filter(query),
        .tally = find_tally(description, query),
        .tally_count = (uint32_t)jalon_view_tally_count(description),
    };
    scope.only_tally = scope.tally >= 0 && !asks_more(description, query, scope.tally);
    scope.rows = jalon_arena_allocate_zeroed(ctx->arena, scope.collection->parts->segment_count,
                                             sizeof *scope.rows);
    scope.delta =
        jalon_arena_allocate_zeroed(ctx->arena, scope.collection->delta_count, sizeof *scope.delta);
    if (scope.rows == NULL || scope.delta == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = scope;
    return JALON_OK;
}

enum jalon_status jalon_view_scope_rows(struct jalon_view_scope *scope, uint32_t part,
                                        struct jalon_view_rows **out)
{
    struct jalon_view_rows *rows = &scope->rows[part];
    enum jalon_status status = JALON_OK;
    if (rows->map == NULL) {
        status =
            jalon_view_rows_begin(scope->ctx, scope->map, scope->collection->parts->segments[part],
                                  scope->query, scope->collection->op, rows);
        rows->tally = scope->tally;
        rows->only_tally = scope->only_tally;
    }
    if (status == JALON_OK) {
        *out = rows;
    }
    return status;
}

bool jalon_view_scope_has(struct jalon_view_scope *scope, uint32_t at)
{
    const struct jalon_view_entry *entry = scope->collection->parts->delta->entries[at];
    if (scope->delta[at] == UNKNOWN) {
        bool has = jalon_view_delta_is_alive(scope->collection, at) &&
                   (!scope->has_filter || jalon_view_passes(scope->map, scope->query, entry));
        scope->delta[at] = has ? YES : NO;
    }
    return scope->delta[at] == YES;
}

enum jalon_status jalon_view_scope_check(const struct jalon_view_scope *scope)
{
    bool is_incomparable = jalon_view_match_failed(scope->query), has_failed = is_incomparable;
    for (size_t i = 0; i < scope->collection->parts->segment_count; i++) {
        const struct jalon_view_rows *rows = &scope->rows[i];
        has_failed = has_failed || rows->failed;
        is_incomparable =
            is_incomparable || (rows->failed && jalon_view_rows_is_incomparable(rows));
    }
    if (is_incomparable) {
        return jalon_fail(scope->ctx, JALON_INTERNAL, "shapes could not be compared");
    }
    return has_failed ? jalon_no_memory(scope->ctx) : JALON_OK;
}
