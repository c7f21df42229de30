/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/supports: how many voices it has, and whether one is mine. Layer 4 (api). */
#include "conversation.h"

enum jalon_status jalon_supports_get(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_supports supports;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_app_find_supports(request->ctx, api->app, &about, &supports);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_supports(&writer, &supports);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish_hashed(request, response);
}
