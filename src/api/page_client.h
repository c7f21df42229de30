/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The shells of the browser client. Private to api. */
#ifndef JALON_API_PAGE_CLIENT_H
#define JALON_API_PAGE_CLIENT_H

#include "page.h"

/*
 * The page of a map with this content, which the browser client replaces; in a program without the
 * client, a page like the others.
 */
enum jalon_status jalon_page_client(struct jalon_page *page, const struct jalon_map *map,
                                    void (*put_content)(struct jalon_page *page,
                                                        const struct jalon_map *map))
    JALON_MUST_USE;
/*
 * A page around the map, of the server or of the map in the path: the client's /assets/`script`.js
 * fills it by requests of its own, so that it is the same for everybody and tells nothing of a map.
 * `title_key` is one of the words. It is finished as jalon_endpoint_finish_hashed does.
 */
enum jalon_status jalon_page_client_part(struct jalon_request *request,
                                         struct jalon_response *response, const char *script,
                                         const char *title_key) JALON_MUST_USE;

#endif
