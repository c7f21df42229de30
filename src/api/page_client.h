/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The shell of the browser client. Private to api. */
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

#endif
