/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/links: relates it to another contribution, from either side. Layer 4 (api). */
#include "conversation.h"

struct raw_link {
    struct jalon_text type;
    const struct jalon_json *target;
};
static const struct jalon_json_field fields[] = {
    {"type", JALON_JSON_TO_TEXT, offsetof(struct raw_link, type), true},
    {"target", JALON_JSON_TO_VALUE, offsetof(struct raw_link, target), true},
};
const struct jalon_body jalon_links_post_body = JALON_BODY(fields);
static const struct jalon_json_field target_fields[] = {
    {"map", JALON_JSON_TO_TEXT, offsetof(struct jalon_add_link, map), false},
    {"collection", JALON_JSON_TO_TEXT, offsetof(struct jalon_add_link, collection), true},
    {"id", JALON_JSON_TO_TEXT, offsetof(struct jalon_add_link, id), true},
};

static enum jalon_status read_command(struct jalon_request *request, struct jalon_add_link *out)
{
    struct raw_link raw = {JALON_TEXT_EMPTY, NULL};
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_links_post_body, &raw);
    if (status != JALON_OK) {
        return status;
    }
    *out = (struct jalon_add_link){raw.type, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    jalon_json_read_object(request->ctx, raw.target, "/target", target_fields,
                           sizeof target_fields / sizeof target_fields[0], out);
    return jalon_error_verdict(request->ctx, "the link cannot be made like this");
}

enum jalon_status jalon_links_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_add_link command;
    struct jalon_link_view link;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = read_command(request, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_add_link(request->ctx, api->app, &about, &command, &link);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_talk_set_created(request, response, link.id, 0);
    jalon_endpoint_begin_private(response, &writer);
    jalon_talk_put_link(request, &writer, &link);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
