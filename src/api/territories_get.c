/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/territories: the polygons that are counted by and filtered with. Layer 4 (api). */
#include "jalon/geo.h"

#include "endpoint.h"

static void put_territory(struct jalon_buffer *body, const struct jalon_territory *territory)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(territory->id, id);
    jalon_buffer_append_format(body, "{\"type\":\"Feature\",\"id\":\"%s\",\"geometry\":", id);
    jalon_geometry_write_json(body, &territory->geometry);
    jalon_buffer_append_string(body, ",\"properties\":{\"key\":");
    jalon_buffer_append_json(body, territory->key);
    jalon_buffer_append_string(body, ",\"name\":");
    jalon_buffer_append_json(body, territory->name);
    jalon_buffer_append_string(body, ",\"kind\":");
    jalon_buffer_append_json(body, territory->kind);
    jalon_buffer_append_string(body, ",\"parent\":");
    if (territory->parent.length > 0) {
        jalon_buffer_append_json(body, territory->parent);
    } else {
        jalon_buffer_append_string(body, "null");
    }
    jalon_buffer_append_string(body, "}}");
}

enum jalon_status jalon_territories_get(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_map map;
    struct jalon_territory *territories = NULL;
    size_t count = 0;
    enum jalon_status status =
        jalon_app_find_map(request->ctx, api->app, jalon_request_variable(request, "map"), &map);
    if (status == JALON_OK) {
        status = jalon_app_list_territories(request->ctx, api->app, &map, &territories, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_append_string(&response->body, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            jalon_buffer_append_char(&response->body, ',');
        }
        put_territory(&response->body, &territories[i]);
    }
    jalon_buffer_append_string(&response->body, "]}");
    return jalon_endpoint_finish_hashed(request, response);
}
