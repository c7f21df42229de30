/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /maps/{map}/zones: closes a polygon to those without account. Layer 4 (api). */
#include "abuse.h"

struct raw_zone {
    struct jalon_text reason, ends;
    const struct jalon_json *geometry;
};
static const struct jalon_json_field fields[] = {
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct raw_zone, reason), true},
    {"ends", JALON_JSON_TO_TEXT, offsetof(struct raw_zone, ends), true},
    {"geometry", JALON_JSON_TO_VALUE, offsetof(struct raw_zone, geometry), true},
};
const struct jalon_body jalon_zones_post_body = JALON_BODY(fields);

enum jalon_status jalon_zones_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_text map = jalon_request_variable(request, "map");
    struct raw_zone raw = {.reason = JALON_TEXT_EMPTY, .ends = JALON_TEXT_EMPTY};
    struct jalon_zone zone = {.ends_us = 0};
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_zones_post_body, &raw);
    if (status == JALON_OK) {
        status = jalon_zone_read_geometry(request->ctx, raw.geometry, &zone);
    }
    if (status == JALON_OK) {
        zone.reason = raw.reason;
        jalon_abuse_read_time(request, raw.ends, "/ends", &zone.ends_us);
        status = jalon_error_verdict(request->ctx, "this zone cannot be closed");
    }
    if (status == JALON_OK) {
        status = jalon_app_close_zone(request->ctx, api->app, map, &actor, &zone);
    }
    if (status != JALON_OK) {
        return status;
    }
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_json_writer writer;
    jalon_id_format(zone.id, id);
    response->code = 201;
    response->location = jalon_endpoint_url(request, "/maps/%s/zones/%s", map.data, id);
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_string(&writer, "id", id);
    jalon_json_put_text(&writer, "reason", zone.reason);
    jalon_endpoint_put_time(&writer, "ends", zone.ends_us);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
