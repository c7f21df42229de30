/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Does a contribution match a query, its box apart? One answer for lists, clusters and counts.
 * Layer 2 (view), private.
 */
#ifndef JALON_VIEW_MATCH_H
#define JALON_VIEW_MATCH_H

#include "jalon/view.h"

#include "entry.h"

/* Does the query ask for anything but a collection and a box? */
bool jalon_view_has_filter(const struct jalon_view_query *query);
/* The entry is of the query's collection. */
bool jalon_view_passes(const struct jalon_map *map, const struct jalon_view_query *query,
                       const struct jalon_view_entry *entry);
/* Could an answer since the filter was made not be found out? Then none of them counts. */
bool jalon_view_match_failed(const struct jalon_view_query *query);
/*
 * The box that all that match meet: the query's own, else one around the circle that they are near
 * to, else that of the filter's spatial conditions; the last two are only a first sieve. False:
 * anywhere.
 */
bool jalon_view_find_box(const struct jalon_view_query *query, struct jalon_box *out);

#endif
