/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Items as a file: its name, and making it where it cannot be written from front to back. Private to
 * api. */
#ifndef JALON_API_ITEMS_FILE_H
#define JALON_API_ITEMS_FILE_H

#include "crs.h"

/*
 * Content-Disposition (RFC 6266): map-collection-date with the format's extension, the date being that
 * of the state that is answered. GeoJSON is shown where it is asked for, and saved under that name;
 * the other formats are saved. Slugs need no RFC 8187.
 */
enum jalon_status jalon_items_set_disposition(struct jalon_request *request,
                                              struct jalon_response *response,
                                              const struct jalon_format *format,
                                              const struct jalon_items_frame *frame)
    JALON_MUST_USE;
/* A jalon_route.takes_long: is the negotiated format one that is converted? */
bool jalon_items_takes_long(const struct jalon_request *request);
/*
 * Makes the file of the query's page, which is *out_page then, or (NULL) of all that it selects, in
 * memory that does not grow with it; sets response->file. JALON_UNAVAILABLE: the program is not there,
 * nobody waits any more, it takes too long.
 */
enum jalon_status jalon_items_make_file(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_reading *reading,
                                        const struct jalon_format *format,
                                        const struct jalon_crs *crs,
                                        const struct jalon_view_query *query,
                                        const struct jalon_items_frame *frame,
                                        struct jalon_view_result *out_page) JALON_MUST_USE;

#endif
