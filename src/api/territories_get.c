/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/territories: the polygons that are counted by and filtered with. Layer 4 (api). */
#include "jalon/app_rights.h"

#include "endpoint.h"

enum jalon_status jalon_territories_get(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_map map;
    struct jalon_territory *territories = NULL;
    size_t count = 0;
    struct jalon_text slug = jalon_request_variable(request, "map");
    struct jalon_actor actor = jalon_endpoint_actor(request);
    enum jalon_status status =
        jalon_app_may(request->ctx, api->app, slug, &actor, JALON_RIGHT_READ);
    if (status == JALON_OK) {
        status = jalon_app_find_map(request->ctx, api->app, slug, &map);
    }
    if (status == JALON_OK) {
        status = jalon_app_list_territories(request->ctx, api->app, &map, &territories, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_territories_write(&response->body, territories, count);
    return jalon_endpoint_finish_hashed(request, response);
}
