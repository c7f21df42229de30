/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The query parameters of a list of items, read once for every endpoint. Private to api. */
#ifndef JALON_API_ITEMS_QUERY_H
#define JALON_API_ITEMS_QUERY_H

#include "endpoint.h"

/* --- items_filters.c --- */
/* What of a request's filters is the same for every collection. */
struct jalon_items_filters {
    struct jalon_view_query query; /* without what depends on a collection */
    bool has_cql2;
    struct jalon_cql2 cql2;
    struct jalon_text crs; /* of the filter's geometries; may be empty */
    bool has_region;
    struct jalon_crs_region region; /* what a box in a plane is on earth */
};

/*
 * `by_distance`: with `near` the answer is in that order, and needs no radius. JALON_INVALID names
 * the parameter and what was expected.
 */
enum jalon_status jalon_items_filters_read(struct jalon_request *request,
                                           const struct jalon_reading *reading, bool by_distance,
                                           struct jalon_items_filters *out) JALON_MUST_USE;
/*
 * The query of one collection. JALON_INVALID: a parameter, a category, a status that it does not
 * have, a filter that it has not the properties for.
 */
enum jalon_status jalon_items_filters_apply(struct jalon_request *request,
                                            const struct jalon_map *map,
                                            const struct jalon_items_filters *filters,
                                            int32_t collection,
                                            struct jalon_view_query *out) JALON_MUST_USE;
/*
 * Both: what selects contributions, in every answer drawn from them (FILTER_PARAMETERS in routes.c,
 * bbox, and every public field).
 */
enum jalon_status jalon_items_query_read_filters(struct jalon_request *request,
                                                 const struct jalon_reading *reading,
                                                 int32_t collection, bool by_distance,
                                                 struct jalon_view_query *out) JALON_MUST_USE;
/*
 * jalon_endpoint_unchanged for what the query selects: staleness also changes with the day. NULL: it
 * selects nothing.
 */
bool jalon_items_query_unchanged(struct jalon_request *request, struct jalon_response *response,
                                 const struct jalon_reading *reading,
                                 const struct jalon_view_query *query);
/* Has it a public field of this name? */
bool jalon_items_has_field(const struct jalon_collection *collection, struct jalon_text name);
/*
 * JALON_INVALID for a parameter that no selected collection (by index) has, with the names that
 * would have been understood, for whoever misspelt one.
 */
enum jalon_status jalon_items_refuse_unknown(struct jalon_request *request,
                                             const struct jalon_map *map, const bool *selected,
                                             struct jalon_text name) JALON_MUST_USE;

/* --- items_query_many.c --- */
/*
 * The filters for several collections: {collection} of the path, or those of `collections` (keys
 * with commas between, each once), else all public ones, in the map's order; a query for each. A
 * filter need only fit one of them: of a collection that has no such field, category or status
 * nothing matches. JALON_NOT_FOUND; JALON_INVALID as above, also for what fits none.
 */
enum jalon_status jalon_items_query_read_many(struct jalon_request *request,
                                              const struct jalon_reading *reading,
                                              struct jalon_view_query **out,
                                              size_t *out_count) JALON_MUST_USE;

/* --- items_properties.c --- */
/*
 * Reads `properties` (OGC API Features Part 6, draft) into the frame: the names of what the Features
 * of its collection have, with commas between. JALON_INVALID: one that is not known, or twice there.
 */
enum jalon_status jalon_items_read_properties(struct jalon_request *request,
                                              struct jalon_items_frame *frame) JALON_MUST_USE;

/* --- items_sort.c --- */
/*
 * Reads `sortby` (OGC API Features Part 8, draft): sortable names with commas between, at most
 * JALON_QUERY_SORTS_MAX, each once, - before one for descending, + or nothing for ascending.
 * JALON_INVALID; also beside `near`, which is an order of its own.
 */
enum jalon_status jalon_items_read_sort(struct jalon_request *request, const struct jalon_map *map,
                                        struct jalon_view_query *query) JALON_MUST_USE;

/* --- items_query.c --- */
/*
 * The name before the next comma; what is left moves behind it. `done` is false at first. False:
 * there are no more.
 */
bool jalon_items_next_name(struct jalon_text *rest, bool *done, struct jalon_text *out);
/* The filters with sortby, limit and next: one page of a list. */
enum jalon_status jalon_items_query_read(struct jalon_request *request,
                                         const struct jalon_reading *reading, int32_t collection,
                                         struct jalon_view_query *out) JALON_MUST_USE;
/*
 * The page of a list that is found at /maps/<list>: limit, and after from the token `next`. In this
 * list it is the key of the last one seen. What the query sorts by is set.
 */
enum jalon_status jalon_items_query_read_page(struct jalon_request *request,
                                              struct jalon_text list,
                                              struct jalon_view_query *query) JALON_MUST_USE;
/* The place of the query's `after`, and the one behind the page of its result, for the next URLs. */
struct jalon_query_mark jalon_items_query_mark(const struct jalon_view_query *query);
struct jalon_query_mark jalon_items_query_end(const struct jalon_view_query *query,
                                              const struct jalon_view_result *result);
/* The URL of such a list with the request's parameters; `after` as in the next function. */
enum jalon_status jalon_items_query_page_url(struct jalon_request *request, struct jalon_text list,
                                             const char *format,
                                             const struct jalon_query_mark *after,
                                             struct jalon_text *out) JALON_MUST_USE;
/* The URL of this list: of the page after that item, or (NULL) of the first page. */
enum jalon_status jalon_items_query_url(struct jalon_request *request, const struct jalon_map *map,
                                        int32_t collection, const char *format,
                                        const struct jalon_query_mark *after,
                                        struct jalon_text *out) JALON_MUST_USE;

#endif
