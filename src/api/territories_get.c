/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/territories: the polygons that are counted by and filtered with. Layer 4 (api). */
#include "endpoint.h"

enum jalon_status jalon_territories_get(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_reading reading = {.live = NULL};
    struct jalon_territory *territories = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_endpoint_begin_reading(request, &reading);
    if (status == JALON_OK) {
        status = jalon_app_list_territories(request->ctx, api->app, reading.map, &territories, &count);
    }
    jalon_app_end_reading(api->app, &reading);
    if (status != JALON_OK) {
        return status;
    }
    jalon_territories_write(&response->body, territories, count);
    return jalon_endpoint_finish_hashed(request, response);
}
