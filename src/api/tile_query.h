/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which collections a tile is of, and what selects their contributions. Private to api. */
#ifndef JALON_API_TILE_QUERY_H
#define JALON_API_TILE_QUERY_H

#include "items_query.h"

/*
 * Reads {collection} of the path, or `collections` (keys with commas between; absent: all public
 * ones), and the filters of items; fills queries, query_count and key. With several collections a
 * filter need only fit one of them: a collection that has no such field, category or status has no
 * match. JALON_NOT_FOUND, JALON_INVALID.
 */
enum jalon_status jalon_tile_query_read(struct jalon_request *request,
                                        const struct jalon_reading *reading,
                                        struct jalon_tile_command *out) JALON_MUST_USE;

#endif
