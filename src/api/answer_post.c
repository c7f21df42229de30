/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/answer: its author answers what was decided about it. Layer 4 (api). */
#include <stddef.h>

#include "desk.h"

static const struct jalon_json_field fields[] = {
    {"text", JALON_JSON_TO_TEXT, offsetof(struct jalon_verdict_command, text), true},
};
const struct jalon_body jalon_answer_post_body = JALON_BODY(fields);

enum jalon_status jalon_answer_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_verdict_command command = {
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
        .text = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = jalon_endpoint_id(request, &command.id);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_answer_post_body, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_answer_verdict(request->ctx, api->app, &command);
    }
    if (status == JALON_OK) {
        response->code = 204;
    }
    return status;
}
