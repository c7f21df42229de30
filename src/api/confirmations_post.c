/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/confirmations: it is still so, or no longer. Layer 4 (api). */
#include "conversation.h"

static const struct jalon_json_field fields[] = {
    {"still", JALON_JSON_TO_BOOLEAN, offsetof(struct jalon_new_confirmation, still), true},
    {"observed", JALON_JSON_TO_TEXT, offsetof(struct jalon_new_confirmation, observed), false},
    {"remark", JALON_JSON_TO_TEXT, offsetof(struct jalon_new_confirmation, remark), false},
};
const struct jalon_body jalon_confirmations_post_body = JALON_BODY(fields);

enum jalon_status jalon_confirmations_post(struct jalon_request *request,
                                           struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_confirmation confirmation;
    struct jalon_new_confirmation command = {.observed = JALON_TEXT_EMPTY, .remark = JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_confirmations_post_body, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_add_confirmation(request->ctx, api->app, &about, &command, &confirmation,
                                   &response->seq);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->code = 201;
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_confirmation(&writer, &confirmation);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
