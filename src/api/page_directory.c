/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The list of the server's maps for people. Layer 4 (api). */
#include "page.h"

enum jalon_status jalon_page_directory(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_page page;
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_json *maps = jalon_json_member(page.document, "items");
    jalon_page_begin(&page, jalon_page_word(&page, "maps.title"), NULL, 0);
    jalon_page_put(&page, jalon_json_size(maps) > 0 ? JALON_TEXT("<ul class=\"cards\">\n")
                                                    : JALON_TEXT("<p>{maps.none}</p>\n<ul>\n"));
    for (size_t i = 0; i < jalon_json_size(maps); i++) {
        const struct jalon_json *map = jalon_json_element(maps, i);
        jalon_page_put(&page, JALON_TEXT("<li><h2><a href=\"/maps/{}\">{}</a></h2></li>\n"),
                       jalon_json_text(jalon_json_member(map, "id")),
                       jalon_json_text(jalon_json_member(map, "title")));
    }
    jalon_page_put(&page, JALON_TEXT("</ul>\n<h2>{page.links}</h2>\n"));
    jalon_page_put_links(&page, jalon_json_member(page.document, "links"));
    jalon_page_end(&page);
    return JALON_OK;
}
