/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/revisions/{n}/restore: makes the contribution that again. Layer 4 (api). */
#include "memory.h"

struct body {
    struct jalon_text reason;
};
static const struct jalon_json_field fields[] = {
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct body, reason), true},
};
const struct jalon_body jalon_revision_restore_body = JALON_BODY(fields);

enum jalon_status jalon_revision_restore(struct jalon_request *request,
                                         struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct body body = {.reason = JALON_TEXT_EMPTY};
    struct jalon_restoring restoring = {.version = 0};
    struct jalon_contributed contributed;
    enum jalon_status status = jalon_memory_ref(request, &restoring.ref);
    if (status == JALON_OK) {
        status = jalon_memory_number(request, "version", &restoring.version);
    }
    if (status == JALON_OK) {
        status = jalon_memory_body(request, &jalon_revision_restore_body, &body);
    }
    if (status == JALON_OK) {
        restoring.reason = body.reason;
        status = jalon_item_read_states(request, "If-Match", &restoring.if_match);
    }
    if (status == JALON_OK) {
        status = jalon_app_restore_revision(request->ctx, api->app, &restoring, &contributed);
    }
    if (status == JALON_PRECONDITION && !restoring.if_match.given) {
        response->code = 428;
    }
    if (status != JALON_OK) {
        return status;
    }
    return contributed.is_proposal ? jalon_item_answer_proposal(request, response, &contributed)
                                   : jalon_item_answer(request, response, 200, &contributed);
}
