/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET and PATCH /maps/{map}/settings: what an admin may set, flat. Layer 4 (api). */
#include "page_client.h"
#include "rules.h"

const struct jalon_body jalon_settings_patch_body = {
    .description = "A merge patch (RFC 7396) of the settings as …/settings shows them.",
};

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_map *map)
{
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_rules_put_settings(&writer, map);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

enum jalon_status jalon_settings_get(struct jalon_request *request,
                                     struct jalon_response *response)
{
    if (jalon_page_is_wanted(request)) {
        return jalon_page_client_part(request, response, "settings", "settings.title");
    }
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_map map;
    enum jalon_status status = jalon_app_find_settings(
        request->ctx, api->app, &actor, jalon_request_variable(request, "map"), &map);
    return status == JALON_OK ? answer(request, response, &map) : status;
}

enum jalon_status jalon_settings_patch(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    const struct jalon_json *patch;
    struct jalon_text reason;
    struct jalon_map map;
    enum jalon_status status = jalon_rules_require(request, JALON_RIGHT_SET_MAP);
    if (status == JALON_OK) {
        status = jalon_rules_reason(request, &reason);
    }
    if (status == JALON_OK) {
        status = jalon_json_parse(request->ctx, request->body, &patch);
    }
    if (status == JALON_OK) {
        status = jalon_app_patch_settings(request->ctx, api->app, &actor,
                                          jalon_request_variable(request, "map"), patch, reason,
                                          &map);
    }
    return status == JALON_OK ? answer(request, response, &map) : status;
}
