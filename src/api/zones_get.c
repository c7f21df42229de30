/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/zones: where nobody without an account may write for now. Layer 4 (api). */
#include "abuse.h"
#include "list.h"

static void put_zone(struct jalon_request *request, struct jalon_json_writer *writer,
                     const void *item)
{
    const struct jalon_zone *zone = item;
    (void)request;
    jalon_endpoint_put_id(writer, "id", zone->id);
    jalon_json_put_text(writer, "reason", zone->reason);
    jalon_endpoint_put_time(writer, "created", zone->created_us);
    jalon_endpoint_put_time(writer, "ends", zone->ends_us);
    jalon_json_put_raw(writer, "geometry", JALON_TEXT_EMPTY);
    jalon_zone_write_geometry(writer->buffer, zone);
}

enum jalon_status jalon_zones_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_zone *zones = NULL;
    struct jalon_list list = {.size = sizeof *zones, .put = put_zone, .key = "after"};
    struct jalon_id after;
    size_t limit = 0;
    enum jalon_status status = jalon_list_read_page(request, &limit, &after);
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_zones(request->ctx, api->app,
                                      jalon_request_variable(request, "map"), &actor, after,
                                      limit + 1, &zones, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = zones;
    jalon_list_cut_by_id(&list, limit, offsetof(struct jalon_zone, id));
    return jalon_list_answer(request, response, &list);
}
