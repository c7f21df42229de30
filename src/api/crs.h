/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parameters and the header that name a coordinate reference system. Private to api. */
#ifndef JALON_API_CRS_H
#define JALON_API_CRS_H

#include "endpoint.h"

/*
 * The system that a parameter names, CRS84 when it is not given. JALON_INVALID with those there are
 * (OGC 18-058r1, /req/crs/fc-crs-valid-value).
 */
enum jalon_status jalon_api_read_crs(struct jalon_request *request, const char *parameter,
                                     const struct jalon_crs **out) JALON_MUST_USE;
/*
 * `crs` for an answer in this format: JALON_INVALID also when the format has no other than CRS84.
 */
enum jalon_status jalon_api_read_item_crs(struct jalon_request *request,
                                          const struct jalon_format *format,
                                          const struct jalon_crs **out) JALON_MUST_USE;
/*
 * The geometry of a body is in the system that the request's header Content-Crs names, in the order
 * of the authority's axes; CRS84 when there is none. JALON_INVALID names the header.
 */
enum jalon_status jalon_api_take_content_crs(struct jalon_request *request,
                                             struct jalon_geometry *geometry) JALON_MUST_USE;
/* The header Content-Crs of an answer. JALON_NO_MEMORY. */
enum jalon_status jalon_api_set_content_crs(struct jalon_request *request,
                                            struct jalon_response *response,
                                            const struct jalon_crs *crs) JALON_MUST_USE;
/* "crs": all there are, by their URIs. */
void jalon_api_put_crs_list(struct jalon_json_writer *writer, const struct jalon_crs_list *list);
/* What the frame says of a system. */
int32_t jalon_api_frame_srid(const struct jalon_crs *crs);
/*
 * Where the items are in the system, as the writer wants it: one geometry for each, in one call of
 * PROJ; NULL for CRS84, which they are in. JALON_INVALID names `crs`: one has no place there.
 */
enum jalon_status jalon_api_project_items(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_view_item *items, size_t count,
                                          const struct jalon_crs *crs,
                                          const struct jalon_item_writer *writer,
                                          const struct jalon_geometry **out) JALON_MUST_USE;
/* The same for one contribution, whose geometry is copied. */
enum jalon_status jalon_api_project_item(struct jalon_context *ctx,
                                         const struct jalon_contribution *contribution,
                                         const struct jalon_crs *crs,
                                         const struct jalon_item_writer *writer,
                                         const struct jalon_geometry **out) JALON_MUST_USE;

#endif
