/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a tile is drawn from, and the key it is kept under. Private to api. */
#ifndef JALON_API_TILE_QUERY_H
#define JALON_API_TILE_QUERY_H

#include "items_query.h"

/* As jalon_items_query_read_many; fills queries, query_count and key. */
enum jalon_status jalon_tile_query_read(struct jalon_request *request,
                                        const struct jalon_reading *reading,
                                        struct jalon_tile_command *out) JALON_MUST_USE;

#endif
