/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What readers of the view see. Layer 2 (view), private. */
#ifndef JALON_VIEW_SNAPSHOT_H
#define JALON_VIEW_SNAPSHOT_H

#include "jalon/view.h"

#include "changes.h"
#include "collection.h"
#include "territories.h"

struct jalon_snapshot {
    const struct jalon_map *map;
    struct jalon_view_collection *collections; /* one for each collection of the map */
    struct jalon_view_territories territories;
    struct jalon_view_changes changes;
    int64_t seq;
    int64_t time_us;
};

/*
 * Calls `visit` for all that match, on every page, in no order, whatever `after` and `limit`. It
 * needs no memory. JALON_INTERNAL as jalon_snapshot_query.
 */
enum jalon_status jalon_view_each_match(struct jalon_context *ctx,
                                        const struct jalon_snapshot *snapshot,
                                        const struct jalon_view_query *query,
                                        void (*visit)(void *user,
                                                      const struct jalon_view_entry *entry),
                                        void *user) JALON_MUST_USE;

#endif
