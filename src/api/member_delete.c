/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE /maps/{map}/members/{name}: takes somebody's role away; one's own, leaves. Layer 4 (api). */
#include "rules.h"

enum jalon_status jalon_member_delete(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_text reason;
    enum jalon_status status = jalon_rules_reason(request, &reason);
    if (status == JALON_OK) {
        status = jalon_app_remove_member(request->ctx, api->app, &actor,
                                         jalon_request_variable(request, "map"),
                                         jalon_request_variable(request, "name"), reason);
    }
    if (status == JALON_OK) {
        response->code = 204;
    }
    return status;
}
