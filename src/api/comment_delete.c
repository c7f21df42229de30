/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE …/comments/{comment}: its author takes it back; by a moderator it is hidden. Layer 4 (api). */
#include "conversation.h"

enum jalon_status jalon_comment_delete(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_comment comment;
    struct jalon_change_comment command = {
        .kind = JALON_TEXT_EMPTY,
        .text = JALON_TEXT_EMPTY,
        .state = JALON_TEXT_EMPTY,
        .is_removal = true,
    };
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_talk_read_id(request, "comment",
                                    "there is no such comment of this contribution", &command.id);
    }
    if (status == JALON_OK) {
        status = jalon_rules_reason(request, &command.reason);
    }
    if (status == JALON_OK) {
        status = jalon_app_change_comment(request->ctx, api->app, &about, &command, &comment,
                                          &response->seq);
    }
    if (status == JALON_OK) {
        response->code = 204;
        response->cache_control = JALON_TEXT("private, no-store");
    }
    return status;
}
