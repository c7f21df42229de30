/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/comments: a word on it, or an answer to one. Layer 4 (api). */
#include "conversation.h"
#include "item_write.h"

static const struct jalon_json_field fields[] = {
    {"kind", JALON_JSON_TO_TEXT, offsetof(struct jalon_new_comment, kind), true},
    {"text", JALON_JSON_TO_TEXT, offsetof(struct jalon_new_comment, text), true},
    {"parent", JALON_JSON_TO_TEXT, offsetof(struct jalon_new_comment, parent), false},
};
const struct jalon_body jalon_comments_post_body = JALON_BODY(fields);

enum jalon_status jalon_comments_post(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_comment comment;
    int64_t seq = 0;
    struct jalon_new_comment command = {
        .kind = JALON_TEXT_EMPTY, .text = JALON_TEXT_EMPTY, .parent = JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_comments_post_body, &command);
    }
    if (status == JALON_OK) {
        status = jalon_item_read_key(request, &command.idempotency_key);
        command.said = request->body;
    }
    if (status == JALON_OK) {
        status = jalon_app_add_comment(request->ctx, api->app, &about, &command, &comment, &seq);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_talk_set_created(request, response, comment.id, seq);
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_comment(&writer, &comment);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
