/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/audit: what moderators, admins and operators did, newest first. Layer 4 (api). */
#include "desk.h"

static enum jalon_status read_command(struct jalon_request *request, struct jalon_id *contribution,
                                      struct jalon_audit_command *out)
{
    struct jalon_text text;
    int64_t limit = 0, before = 0;
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "before", &before);
    }
    if (status != JALON_OK) {
        return status;
    }
    *out = (struct jalon_audit_command){
        .map = jalon_request_variable(request, "map"),
        .reader = jalon_endpoint_actor(request),
        .filter = {.before = before,
                   .actor = JALON_TEXT_EMPTY,
                   .action = JALON_TEXT_EMPTY,
                   .limit = (size_t)limit + 1},
    };
    (void)jalon_request_parameter(request, "actor", &out->filter.actor);
    (void)jalon_request_parameter(request, "action", &out->filter.action);
    if (jalon_request_parameter(request, "contribution", &text)) {
        out->contribution = contribution;
        if (!jalon_id_parse(text, contribution)) {
            return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER,
                                 "contribution", "expected the id of a contribution");
        }
    }
    return JALON_OK;
}

static struct jalon_text next_url(struct jalon_request *request, int64_t before)
{
    struct jalon_buffer query;
    struct jalon_text name, value;
    jalon_buffer_init(&query, 16 << 10);
    jalon_buffer_append_format(&query, "?before=%lld", (long long)before);
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        jalon_request_parameter_at(request, i, &name, &value);
        if (!jalon_text_is(name, "before")) {
            jalon_endpoint_append_parameter(&query, name, value);
        }
    }
    struct jalon_text url =
        jalon_buffer_status(&query) == JALON_OK
            ? jalon_endpoint_url(request, "%s%s", request->path.data, query.data)
            : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&query);
    return url;
}

enum jalon_status jalon_audit_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_id contribution;
    struct jalon_audit_command command;
    struct jalon_audit_entry *entries = NULL;
    size_t count = 0;
    enum jalon_status status = read_command(request, &contribution, &command);
    if (status == JALON_OK) {
        status = jalon_app_list_audit(request->ctx, api->app, &command, &entries, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    bool has_more = count == command.filter.limit;
    count -= has_more;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_desk_put_entry(&writer, &entries[i]);
    }
    jalon_json_end_array(&writer);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(&writer, "self", "application/json", "This list",
                            jalon_endpoint_url(request, "%s", request->path.data));
    if (has_more) {
        jalon_endpoint_put_link(&writer, "next", "application/json", "Older ones",
                                next_url(request, entries[count - 1].number));
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
