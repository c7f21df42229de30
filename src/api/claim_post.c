/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/claims/{claim}: accepts, rejects or withdraws a claim. Layer 4 (api). */
#include "conversation.h"

struct raw_decision {
    struct jalon_text decision, reason;
};
static const struct jalon_json_field fields[] = {
    {"decision", JALON_JSON_TO_TEXT, offsetof(struct raw_decision, decision), true},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct raw_decision, reason), false},
};
const struct jalon_body jalon_claim_post_body = JALON_BODY(fields);

enum jalon_status jalon_claim_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_claim claim;
    struct jalon_id id;
    struct raw_decision raw = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_talk_read_id(request, "claim",
                                    "there is no such claim of this contribution", &id);
    }
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_claim_post_body, &raw);
    }
    if (status == JALON_OK) {
        status = jalon_app_decide_claim(request->ctx, api->app, &about, id, raw.decision,
                                        raw.reason, &claim, &response->seq);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_claim(&writer, &claim);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
