/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE /accounts/me: the end of an account. Layer 4 (api). */
#include "people.h"

struct body {
    struct jalon_text name, contributions;
    bool leave_maps;
};
static const struct jalon_json_field fields[] = {
    {"name", JALON_JSON_TO_TEXT, offsetof(struct body, name), true},
    {"contributions", JALON_JSON_TO_TEXT, offsetof(struct body, contributions), true},
    {"leave_maps", JALON_JSON_TO_BOOLEAN, offsetof(struct body, leave_maps), false},
};
const struct jalon_body jalon_account_delete_body = JALON_BODY(fields);

enum jalon_status jalon_account_delete(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct body body = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, false};
    enum jalon_erasure erasure = JALON_ERASURE_ANONYMISE;
    bool finished = false;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_account_delete_body, &body);
    if (status == JALON_OK && !jalon_erasure_parse(body.contributions, &erasure)) {
        status = jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/contributions",
                               "must be anonymise or remove: what becomes of your name on them");
    }
    if (status == JALON_OK) {
        status = jalon_app_erase_account(request->ctx, api->app, request->account, body.name,
                                         erasure, body.leave_maps, &finished);
    }
    if (status == JALON_OK) {
        response->code = finished ? 204 : 202;
        response->ends_session = true;
        jalon_people_keep_private(response);
    }
    return status;
}
