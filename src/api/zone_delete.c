/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE /maps/{map}/zones/{id}: opens a zone again. Layer 4 (api). */
#include "abuse.h"

enum jalon_status jalon_zone_delete(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_id id;
    if (!jalon_id_parse(jalon_request_variable(request, "id"), &id)) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no such zone");
    }
    response->code = 204;
    return jalon_app_open_zone(request->ctx, api->app, jalon_request_variable(request, "map"), &actor,
                            id);
}
