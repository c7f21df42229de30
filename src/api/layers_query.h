/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which collections an answer is of, and what selects their contributions. Private to api. */
#ifndef JALON_API_LAYERS_QUERY_H
#define JALON_API_LAYERS_QUERY_H

#include "items_query.h"

/*
 * Reads {collection} of the path, or `collections` (keys with commas between; absent: all public
 * ones), and the filters of items, a query for each. With several collections a filter need only fit
 * one of them: a collection that has no such field, category or status has no match, and no query.
 * JALON_NOT_FOUND, JALON_INVALID.
 */
enum jalon_status jalon_layers_query_read(struct jalon_request *request,
                                          const struct jalon_reading *reading,
                                          struct jalon_view_query **out,
                                          size_t *out_count) JALON_MUST_USE;

#endif
