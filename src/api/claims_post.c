/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/claims: the holder of a place asks to become its author. Layer 4 (api). */
#include "conversation.h"

struct raw_claim {
    struct jalon_text text;
};
static const struct jalon_json_field fields[] = {
    {"text", JALON_JSON_TO_TEXT, offsetof(struct raw_claim, text), true},
};
const struct jalon_body jalon_claims_post_body = JALON_BODY(fields);

enum jalon_status jalon_claims_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_claim claim;
    struct raw_claim raw = {JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_claims_post_body, &raw);
    }
    if (status == JALON_OK) {
        status = jalon_app_claim(request->ctx, api->app, &about, raw.text, &claim);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->code = 201;
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_claim(&writer, &claim);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
