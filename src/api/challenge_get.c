/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/challenge: a puzzle for who writes without an account. Layer 4 (api). */
#include "abuse.h"

enum jalon_status jalon_challenge_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_challenge made;
    enum jalon_status status = jalon_app_make_challenge(
        request->ctx, api->app, jalon_request_variable(request, "map"), &actor, &made);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_boolean(&writer, "needed", made.is_needed);
    jalon_json_put_text(&writer, "challenge", made.text);
    jalon_json_put_string(&writer, "algorithm", "SHA-256");
    jalon_json_put_integer(&writer, "bits", (int64_t)made.bits);
    jalon_endpoint_put_time(&writer, "expires", made.expires_us);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
