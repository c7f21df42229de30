/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/zones: where nobody without an account may write for now. Layer 4 (api). */
#include "abuse.h"

static void put_zone(struct jalon_response *response, struct jalon_json_writer *writer,
                     const struct jalon_zone *zone)
{
    jalon_json_begin_object(writer, NULL);
    jalon_endpoint_put_id(writer, "id", zone->id);
    jalon_json_put_text(writer, "reason", zone->reason);
    jalon_endpoint_put_time(writer, "created", zone->created_us);
    jalon_endpoint_put_time(writer, "ends", zone->ends_us);
    jalon_json_put_raw(writer, "geometry", JALON_TEXT_EMPTY);
    jalon_zone_write_geometry(&response->body, zone);
    jalon_json_end_object(writer);
}

enum jalon_status jalon_zones_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_zone *zones = NULL;
    struct jalon_id after;
    size_t limit = 0, count = 0;
    enum jalon_status status = jalon_endpoint_read_page(request, &limit, &after);
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_zones(request->ctx, api->app,
                                     jalon_request_variable(request, "map"), &actor, after,
                                     limit + 1, &zones, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    bool more = count > limit;
    count -= more;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        put_zone(response, &writer, &zones[i]);
    }
    return jalon_endpoint_end_list(request, response, &writer, more ? &zones[count - 1].id : NULL,
                                   limit);
}
