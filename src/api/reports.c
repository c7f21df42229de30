/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET and POST …/items/{id}/reports: complaints about a contribution. Layer 4 (api). */
#include <stddef.h>

#include "desk.h"
#include "list.h"

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

static const struct jalon_json_field fields[] = {
    {"kind", JALON_JSON_TO_TEXT, offsetof(struct jalon_report_command, kind), true},
    {"text", JALON_JSON_TO_TEXT, offsetof(struct jalon_report_command, text), false},
};
const struct jalon_body jalon_reports_post_body = JALON_BODY(fields);

enum jalon_status jalon_reports_post(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_report_command command;
    struct jalon_report report;
    enum jalon_status status = read_command(request, &command);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_reports_post_body, &command);
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

static void put_listed(struct jalon_request *request, struct jalon_json_writer *writer,
                       const void *item)
{
    (void)request;
    put_report(writer, item, true);
}

enum jalon_status jalon_reports_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_report_command command;
    struct jalon_report *reports = NULL;
    struct jalon_list list = {.size = sizeof *reports, .put = put_listed, .key = "after"};
    size_t limit = 0;
    enum jalon_status status = read_command(request, &command);
    if (status == JALON_OK) {
        status = jalon_list_read_page(request, &limit, &command.after);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        command.limit = limit + 1;
        status = jalon_app_list_reports(request->ctx, api->app, &command, &reports, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = reports;
    jalon_list_cut_by_id(&list, limit, offsetof(struct jalon_report, id));
    return jalon_list_answer(request, response, &list);
}
