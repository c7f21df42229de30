/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* PATCH …/comments/{comment}: its author changes it, a moderator hides or publishes it. Layer 4 (api). */
#include "conversation.h"

static const struct jalon_json_field fields[] = {
    {"kind", JALON_JSON_TO_TEXT, offsetof(struct jalon_change_comment, kind), false},
    {"text", JALON_JSON_TO_TEXT, offsetof(struct jalon_change_comment, text), false},
    {"moderation", JALON_JSON_TO_TEXT, offsetof(struct jalon_change_comment, state), false},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct jalon_change_comment, reason), false},
};
const struct jalon_body jalon_comment_patch_body = JALON_BODY(fields);

enum jalon_status jalon_comment_patch(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_comment comment;
    int64_t seq = 0;
    struct jalon_change_comment command = {
        .kind = JALON_TEXT_EMPTY,
        .text = JALON_TEXT_EMPTY,
        .state = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_talk_read_id(request, "comment",
                                    "there is no such comment of this contribution", &command.id);
    }
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_comment_patch_body, &command);
    }
    if (status == JALON_OK && command.state.length > 0 &&
        command.kind.length + command.text.length > 0) {
        status = jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/moderation",
                               "is decided by itself: the words are their author's");
    }
    if (status == JALON_OK) {
        status = jalon_app_change_comment(request->ctx, api->app, &about, &command, &comment, &seq);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->seq = seq;
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_comment(&writer, &comment);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
