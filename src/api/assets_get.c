/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /assets/{name}: the files of the browser client, built into the program. Layer 4 (api). */
#include "jalon/web.h"

#include "endpoint.h"

enum jalon_status jalon_assets_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_asset asset;
    struct jalon_text version;
    if (!jalon_web_find(jalon_request_variable(request, "name"), &asset)) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no such file");
    }
    bool named_by_content = jalon_request_parameter(request, "v", &version) &&
                            jalon_text_equal(version, jalon_web_version());
    response->media_type = asset.media_type;
    response->cache_control = named_by_content ? JALON_TEXT("public, max-age=31536000, immutable")
                                               : JALON_TEXT("no-cache");
    if (!jalon_response_not_modified(request, response, jalon_web_version())) {
        jalon_buffer_append_text(&response->body, asset.data);
    }
    return jalon_endpoint_finish(request, response);
}
