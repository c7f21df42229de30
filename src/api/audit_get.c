/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/audit: what moderators, admins and operators did, newest first. Layer 4 (api). */
#include "desk.h"
#include "list.h"

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

static void put_entry(struct jalon_request *request, struct jalon_json_writer *writer,
                      const void *item)
{
    const struct jalon_audit_entry *entry = item;
    (void)request;
    jalon_json_put_integer(writer, "number", entry->number);
    jalon_endpoint_put_time(writer, "time", entry->time_us);
    jalon_endpoint_put_text_or_null(writer, "actor", entry->actor);
    jalon_json_put_text(writer, "action", entry->action);
    if (entry->contribution != 0 && entry->collection >= 0) {
        jalon_json_begin_object(writer, "contribution");
        jalon_endpoint_put_id(writer, "id", entry->id);
        jalon_json_put_text(writer, "collection", entry->collection_key);
        jalon_json_end_object(writer);
    } else {
        jalon_json_put_null(writer, "contribution");
    }
    jalon_endpoint_put_text_or_null(writer, "subject", entry->subject);
    jalon_endpoint_put_text_or_null(writer, "reason", entry->reason);
    jalon_json_put_raw(writer, "detail", entry->detail);
}

enum jalon_status jalon_audit_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_id contribution;
    struct jalon_audit_command command;
    struct jalon_audit_entry *entries = NULL;
    struct jalon_list list = {.size = sizeof *entries, .put = put_entry, .key = "before"};
    enum jalon_status status = read_command(request, &contribution, &command);
    if (status == JALON_OK) {
        status = jalon_app_list_audit(request->ctx, api->app, &command, &entries, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = entries;
    jalon_list_cut_by_number(&list, command.filter.limit - 1,
                             offsetof(struct jalon_audit_entry, number));
    return jalon_list_answer(request, response, &list);
}
