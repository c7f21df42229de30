/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The endpoints: one file each, one row each in the route table. Layer 4.
 *
 * A new endpoint is src/api/<resource>_<method>.c, its row in src/api/routes.c and a case folder in
 * tests/http/. The API description is generated from the same table.
 */
#ifndef JALON_API_H
#define JALON_API_H

#include "jalon/app.h"
#include "jalon/http.h"
#include "jalon/query.h"

/* A raster base map that the page may draw below the contributions. */
struct jalon_base_map {
    struct jalon_label name;
    struct jalon_text url; /* https://…/{z}/{x}/{y}.png */
    struct jalon_text attribution;
    int64_t max_zoom;
};

/* What every endpoint works with: the `application` of jalon_http_start. */
struct jalon_api {
    struct jalon_app *app;
    const struct jalon_base_map *base_maps; /* the first one is shown; may be none */
    size_t base_map_count;
    int64_t started_us; /* when the program started */
    struct jalon_query_key token_key;
    struct jalon_crs_list crs; /* what is offered */
    uint64_t offers; /* jalon_api_hash_offers: goes into ETags */
    struct jalon_text converter; /* jalon-gdal, by its path; empty: it is not there */
};

/* Of the base maps, the systems and the pages: what changes with a start of the program only. */
uint64_t jalon_api_hash_offers(const struct jalon_api *api);

/* The table, complete after the first call; a NULL path ends it. Call before threads start. */
const struct jalon_route *jalon_api_routes(void);

/* jalon_http_options.begin_group and end_group: jalon_app_begin_group and …_end_group. */
enum jalon_status jalon_api_begin_group(struct jalon_context *ctx,
                                        void *application) JALON_MUST_USE;
enum jalon_status jalon_api_end_group(struct jalon_context *ctx, void *application) JALON_MUST_USE;
/* jalon_http_options.shows: jalon_app_shows of the request's map. */
enum jalon_status jalon_api_shows(struct jalon_request *request, int64_t seq, int64_t since_us,
                                  bool at_once) JALON_MUST_USE;
/* A jalon_authenticator for struct jalon_api. */
enum jalon_status jalon_api_authenticate(struct jalon_context *ctx, void *api,
                                         enum jalon_credential credential,
                                         struct jalon_text secret,
                                         struct jalon_identity *out) JALON_MUST_USE;

#endif
