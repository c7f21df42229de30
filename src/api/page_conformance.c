/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a map conforms to, for people. Layer 4 (api). */
#include "page.h"

enum jalon_status jalon_page_conformance(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_map *map)
{
    struct jalon_page page;
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    jalon_page_begin_part(&page, map, "conformance.title");
    jalon_page_put(&page, JALON_TEXT("<p>{conformance.why}</p>\n<ul>\n"));
    const struct jalon_json *classes = jalon_json_member(page.document, "conformsTo");
    for (size_t i = 0; i < jalon_json_size(classes); i++) {
        struct jalon_text uri = jalon_json_text(jalon_json_element(classes, i));
        jalon_page_put(&page, JALON_TEXT("<li><a href=\"{}\">{}</a></li>\n"), uri, uri);
    }
    jalon_page_put(&page, JALON_TEXT("</ul>\n<h2>{page.links}</h2>\n"));
    jalon_page_put_links(&page, jalon_json_member(page.document, "links"));
    jalon_page_end(&page);
    return JALON_OK;
}
