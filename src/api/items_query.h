/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The query parameters of a list of items, read once for every endpoint. Private to api. */
#ifndef JALON_API_ITEMS_QUERY_H
#define JALON_API_ITEMS_QUERY_H

#include "endpoint.h"

/*
 * What selects contributions, in every answer drawn from them: bbox, category, status, author,
 * within, filter and every public field. JALON_INVALID names the parameter and what was expected;
 * unknown parameters are refused here.
 */
enum jalon_status jalon_items_query_read_filters(struct jalon_request *request,
                                                 const struct jalon_reading *reading,
                                                 int32_t collection, struct jalon_view_query *out) JALON_MUST_USE;
/*
 * The filters for several collections: those of `collections` (keys with commas between), else all
 * public ones, in the map's order. A filter need only fit one of them: of a collection that has no
 * such field, category or status nothing matches. JALON_INVALID as above.
 */
enum jalon_status jalon_items_query_read_many(struct jalon_request *request,
                                              const struct jalon_reading *reading,
                                              struct jalon_view_query **out,
                                              size_t *out_count) JALON_MUST_USE;
/* The same as the first with limit and next: one page of a list. */
enum jalon_status jalon_items_query_read(struct jalon_request *request,
                                         const struct jalon_reading *reading, int32_t collection,
                                         struct jalon_view_query *out) JALON_MUST_USE;
/*
 * The page of a list that is found at /maps/<list>: limit, and after from the token `next`. In this
 * list it is the key of the last one seen.
 */
enum jalon_status jalon_items_query_read_page(struct jalon_request *request,
                                              struct jalon_text list,
                                              struct jalon_view_query *query) JALON_MUST_USE;
/* The URL of such a list with the request's parameters; `after` as in the next function. */
enum jalon_status jalon_items_query_page_url(struct jalon_request *request, struct jalon_text list,
                                             const char *format, int64_t after,
                                             struct jalon_text *out) JALON_MUST_USE;
/* The URL of this list: with `after` >= 0 of the page after that item, else of the first page. */
enum jalon_status jalon_items_query_url(struct jalon_request *request, const struct jalon_map *map,
                                        int32_t collection, const char *format, int64_t after,
                                        struct jalon_text *out) JALON_MUST_USE;

#endif
