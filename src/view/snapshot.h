/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A state of the view, as its readers go through it. Layer 2 (view), private. */
#ifndef JALON_VIEW_SNAPSHOT_H
#define JALON_VIEW_SNAPSHOT_H

#include "jalon/view.h"

#include "parts.h"
#include "territories.h"

struct jalon_snapshot {
    atomic_uint references; /* the view's, while it is the latest, and one for each pin */
    struct jalon_view *view;
    const struct jalon_map *map;
    const struct jalon_view_territories *territories; /* the view's */
    int64_t seq;
    int64_t time_us;
    struct jalon_view_collection collections[]; /* as the map has */
};

/* The item for a contribution in the state. */
struct jalon_view_item jalon_snapshot_item(const struct jalon_snapshot *snapshot,
                                           int32_t collection, struct jalon_view_place place);

/*
 * A page of hits, which are in number order and all after the query's `after`: items, count and more
 * of *out. JALON_NO_MEMORY.
 */
enum jalon_status jalon_snapshot_make_page(struct jalon_context *ctx,
                                           const struct jalon_snapshot *snapshot,
                                           const struct jalon_view_query *query,
                                           const struct jalon_view_hit *hits, size_t count,
                                           struct jalon_view_result *out) JALON_MUST_USE;

/* Who goes through all that match. */
struct jalon_view_taker {
    /* Rows of a segment: those from first.row on whose bits are set. NULL: they are handed over one
     * by one, as entries are. */
    void (*rows)(void *user, struct jalon_view_place first, uint64_t word);
    /* An entry of the delta. */
    void (*one)(void *user, struct jalon_view_place place);
};
/*
 * Hands over every match, part by part, whatever `after` and `limit` (NULL: only counts them); how
 * many there are. JALON_INTERNAL, JALON_NO_MEMORY: what was handed over is then not all.
 */
enum jalon_status jalon_view_take_matches(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_view_query *query,
                                          const struct jalon_view_taker *taker, void *user,
                                          int64_t *out_matched) JALON_MUST_USE;

/*
 * Calls `visit` for every match, in no order, whatever `after` and `limit`. JALON_INTERNAL when shapes
 * could not be compared: what was visited is then not all.
 */
enum jalon_status jalon_view_each_match(struct jalon_context *ctx,
                                        const struct jalon_snapshot *snapshot,
                                        const struct jalon_view_query *query,
                                        void (*visit)(void *user, struct jalon_view_place place),
                                        void *user) JALON_MUST_USE;

#endif
