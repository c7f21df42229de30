/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/status: a step of its workflow. Layer 4 (api). */
#include "conversation.h"
#include "item_write.h"

struct raw_step {
    struct jalon_text status, reason;
};
static const struct jalon_json_field fields[] = {
    {"status", JALON_JSON_TO_TEXT, offsetof(struct raw_step, status), true},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct raw_step, reason), false},
};
const struct jalon_body jalon_status_post_body = JALON_BODY(fields);

enum jalon_status jalon_status_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_contributed done;
    struct raw_step raw = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_status_post_body, &raw);
    }
    if (status == JALON_OK) {
        status = jalon_app_set_status(request->ctx, api->app, &about, raw.status, raw.reason, &done);
    }
    if (status != JALON_OK) {
        return status;
    }
    response->media_type = "application/geo+json";
    response->seq = done.seq;
    response->cache_control = JALON_TEXT("no-store");
    response->etag = jalon_item_etag(request, done.state);
    jalon_buffer_append_text(&response->body, done.json);
    return jalon_endpoint_finish(request, response);
}
