/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET and POST …/items/{id}/reports: complaints about a contribution. Layer 4 (api). */
#include <stddef.h>

#include "desk.h"

static void put_report(struct jalon_json_writer *writer, const struct jalon_report *report,
                       bool with_author)
{
    jalon_endpoint_put_id(writer, "id", report->id);
    jalon_json_put_string(writer, "kind", jalon_report_kind_name(report->kind));
    jalon_endpoint_put_text_or_null(writer, "text", report->text);
    jalon_json_put_string(writer, "state", jalon_report_state_name(report->state));
    jalon_endpoint_put_time(writer, "created", report->created_us);
    if (with_author) {
        jalon_endpoint_put_text_or_null(writer, "author", report->author);
        jalon_endpoint_put_time(writer, "decided", report->decided_us);
        jalon_endpoint_put_text_or_null(writer, "decided_by", report->decided_by);
        jalon_endpoint_put_text_or_null(writer, "answer", report->answer);
    }
}

static enum jalon_status read_command(struct jalon_request *request,
                                      struct jalon_report_command *out)
{
    *out = (struct jalon_report_command){
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
        .kind = JALON_TEXT_EMPTY,
        .text = JALON_TEXT_EMPTY,
    };
    return jalon_endpoint_id(request, &out->id);
}

enum jalon_status jalon_reports_post(struct jalon_request *request,
                                     struct jalon_response *response)
{
    static const struct jalon_json_field fields[] = {
        {"kind", JALON_JSON_TO_TEXT, offsetof(struct jalon_report_command, kind), true},
        {"text", JALON_JSON_TO_TEXT, offsetof(struct jalon_report_command, text), false},
    };
    struct jalon_api *api = request->application;
    struct jalon_report_command command;
    struct jalon_report report;
    enum jalon_status status = read_command(request, &command);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_object(request, fields, sizeof fields / sizeof fields[0], &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_report(request->ctx, api->app, &command, &report);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->code = 201;
    jalon_endpoint_begin_private(response, &writer);
    put_report(&writer, &report, false);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

enum jalon_status jalon_reports_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_report_command command;
    struct jalon_report *reports = NULL;
    struct jalon_text after;
    size_t count = 0;
    int64_t limit = 0;
    enum jalon_status status = read_command(request, &command);
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "limit", &limit);
    }
    if (status == JALON_OK && jalon_request_parameter(request, "after", &after) &&
        !jalon_id_parse(after, &command.after)) {
        status = jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "after",
                               "expected the id of a report");
    }
    command.limit = (size_t)limit + 1;
    if (status == JALON_OK) {
        status = jalon_app_list_reports(request->ctx, api->app, &command, &reports, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    bool has_more = count == command.limit;
    count -= has_more;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        put_report(&writer, &reports[i], true);
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(&writer, "self", "application/json", "These reports",
                            jalon_endpoint_url(request, "%s", request->path.data));
    if (has_more) {
        char id[JALON_ID_TEXT_SIZE];
        jalon_id_format(reports[count - 1].id, id);
        jalon_endpoint_put_link(&writer, "next", "application/json", "Later ones",
                                jalon_endpoint_url(request, "%s?after=%s&limit=%lld",
                                                   request->path.data, id, (long long)limit));
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
