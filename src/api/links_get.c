/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/links: what it is related to, both ways. Layer 4 (api). */
#include "conversation.h"

enum jalon_status jalon_links_get(struct jalon_request *request, struct jalon_response *response)
{
    static const struct jalon_id none = {{0}};
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_link_view *list = NULL;
    struct jalon_id after, next;
    size_t limit = 0, count = 0;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_page(request, &limit, &after);
    }
    if (status == JALON_OK) {
        status = jalon_app_list_links(request->ctx, api->app, &about, after, limit, &list, &count,
                                      &next);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_talk_put_link(request, &writer, &list[i]);
        jalon_json_end_object(&writer);
    }
    return jalon_endpoint_end_list(request, response, &writer,
                               jalon_id_compare(next, none) != 0 ? &next : NULL, limit);
}
