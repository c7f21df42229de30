/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * DELETE /maps/{map}?confirm={map}: removes the map with all that is in it. Layer 4 (api).
 *
 * Asked without `confirm` it says what is needed, and does nothing: 428.
 */
#include "rules.h"

enum jalon_status jalon_map_delete(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_text confirmed = JALON_TEXT_EMPTY, reason;
    bool is_given = jalon_request_parameter(request, "confirm", &confirmed);
    enum jalon_status status = jalon_rules_reason(request, &reason);
    if (status == JALON_OK) {
        status = jalon_app_remove_map(request->ctx, api->app, &actor,
                                      jalon_request_variable(request, "map"), confirmed, reason);
    }
    if (status == JALON_OK) {
        response->code = 204;
    } else if (status == JALON_PRECONDITION && !is_given) {
        response->code = 428; /* RFC 6585, 3 */
    }
    return status;
}
