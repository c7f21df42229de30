/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET / and GET /maps: the maps of this server. Layer 4 (api). */
#include "endpoint.h"
#include "page.h"

static void write_json(struct jalon_request *request, struct jalon_response *response,
                       const struct jalon_map_summary *maps, size_t count)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_json_put_text(&writer, "id", maps[i].slug);
        jalon_json_put_text(&writer, "title", jalon_endpoint_words(request, maps[i].title));
        jalon_endpoint_put_label(&writer, "titles", maps[i].title);
        jalon_json_begin_array(&writer, "links");
        jalon_endpoint_put_link(&writer, "item", "application/json", maps[i].title.en.data,
                                jalon_endpoint_url(request, "/maps/%s", maps[i].slug.data));
        jalon_json_end_array(&writer);
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(&writer, "self", "application/json", "This list",
                            jalon_endpoint_url(request, "/maps?f=json"));
    jalon_endpoint_put_link(&writer, "alternate", "text/html", "This list, as a page",
                            jalon_endpoint_url(request, "/maps?f=html"));
    jalon_endpoint_put_link(&writer, "service-desc", "application/vnd.oai.openapi+json;version=3.0",
                            "What belongs to no map, described",
                            jalon_endpoint_url(request, "/api"));
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
}

enum jalon_status jalon_directory_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_map_summary *maps = NULL;
    size_t count = 0;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    enum jalon_status status =
        jalon_app_list_readable_maps(request->ctx, api->app, &actor, &maps, &count);
    if (status != JALON_OK) {
        return status;
    }
    write_json(request, response, maps, count);
    if (jalon_page_is_wanted(request)) {
        status = jalon_page_directory(request, response);
    }
    return status == JALON_OK ? jalon_endpoint_finish_hashed(request, response) : status;
}
