/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages for people: shells around the browser client, and its files. Private to api. */
#ifndef JALON_API_PAGE_H
#define JALON_API_PAGE_H

#include "endpoint.h"

/* The page of a map. JALON_NOT_FOUND when this program was built without the browser client. */
enum jalon_status jalon_page_write_map(struct jalon_request *request,
                                       struct jalon_response *response,
                                       const struct jalon_map *map) JALON_MUST_USE;
/* A plain list of the server's maps. */
void jalon_page_write_directory(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_map_summary *maps, size_t count);

#endif
