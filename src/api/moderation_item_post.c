/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /maps/{map}/moderation/{id}: a decision about one contribution. Layer 4 (api). */
#include <stddef.h>

#include "desk.h"

static const struct jalon_json_field fields[] = {
    {"decision", JALON_JSON_TO_TEXT, offsetof(struct jalon_desk_decision, decision), true},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct jalon_desk_decision, reason), false},
    {"into", JALON_JSON_TO_TEXT, offsetof(struct jalon_desk_decision, into), false},
    {"fields", JALON_JSON_TO_VALUE, offsetof(struct jalon_desk_decision, fields), false},
    {"version", JALON_JSON_TO_INTEGER, offsetof(struct jalon_desk_decision, version), false},
};
const struct jalon_body jalon_moderation_item_post_body = JALON_BODY(fields);

enum jalon_status jalon_moderation_item_post(struct jalon_request *request,
                                             struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_desk_decision body = {
        .decision = JALON_TEXT_EMPTY, .reason = JALON_TEXT_EMPTY, .into = JALON_TEXT_EMPTY};
    struct jalon_id id, into;
    struct jalon_decide command;
    struct jalon_decided decided;
    enum jalon_status status = jalon_endpoint_id(request, &id);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_moderation_item_post_body, &body);
    }
    if (status == JALON_OK) {
        status = jalon_desk_read_decision(request, &body, &into, &command);
    }
    if (status == JALON_OK) {
        command.id = id;
        status = jalon_app_decide(request->ctx, api->app, &command, &decided);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->seq = decided.seq;
    jalon_endpoint_begin_private(response, &writer);
    jalon_desk_put_decided(&writer, &decided);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
