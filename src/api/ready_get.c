/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /ready: should requests be sent here? Layer 4 (api). */
#include "endpoint.h"

enum jalon_status jalon_ready_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_json_writer writer;
    enum jalon_status status =
        jalon_request_server_stops(request)
            ? jalon_fail(request->ctx, JALON_UNAVAILABLE, "the server is stopping")
            : jalon_app_check_ready(request->ctx, api->app);
    if (status != JALON_OK) {
        return status;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "status", "ready");
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
