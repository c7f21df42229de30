/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* PUT and DELETE …/items/{id}/supports/mine: my voice for it. Layer 4 (api). */
#include "conversation.h"

static enum jalon_status support(struct jalon_request *request, struct jalon_response *response,
                                 bool wanted)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_supports supports;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_app_support(request->ctx, api->app, &about, wanted, &supports);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->seq = supports.seq;
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_supports(&writer, &supports);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

enum jalon_status jalon_support_put(struct jalon_request *request, struct jalon_response *response)
{
    return support(request, response, true);
}

enum jalon_status jalon_support_delete(struct jalon_request *request,
                                       struct jalon_response *response)
{
    return support(request, response, false);
}
