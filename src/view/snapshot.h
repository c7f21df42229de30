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

#endif
