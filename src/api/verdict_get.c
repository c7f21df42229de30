/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/moderation: what was decided about it, and why; for its author. Layer 4 (api). */
#include "desk.h"
#include "list.h"

static enum jalon_status read_command(struct jalon_request *request,
                                      struct jalon_verdict_command *out)
{
    int64_t limit = 0, before = 0;
    struct jalon_id id;
    enum jalon_status status = jalon_endpoint_id(request, &id);
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "limit", &limit);
    }
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "before", &before);
    }
    if (status == JALON_OK) {
        *out = (struct jalon_verdict_command){
            .map = jalon_request_variable(request, "map"),
            .collection = jalon_request_variable(request, "collection"),
            .id = id,
            .actor = jalon_endpoint_actor(request),
            .before = before,
            .limit = (size_t)limit + 1,
            .text = JALON_TEXT_EMPTY,
        };
    }
    return status;
}

static void put_decision(struct jalon_request *request, struct jalon_json_writer *writer,
                         const void *item)
{
    const struct jalon_audit_entry *entry = item;
    (void)request;
    jalon_json_put_integer(writer, "number", entry->number);
    jalon_endpoint_put_time(writer, "time", entry->time_us);
    jalon_endpoint_put_text_or_null(writer, "by", entry->actor);
    jalon_json_put_text(writer, "decision", entry->action);
    jalon_endpoint_put_text_or_null(writer, "reason", entry->reason);
}

enum jalon_status jalon_verdict_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_verdict_command command;
    struct jalon_verdict verdict;
    enum jalon_status status = read_command(request, &command);
    if (status == JALON_OK) {
        status = jalon_app_find_verdict(request->ctx, api->app, &command, &verdict);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    struct jalon_list list = {
        .items = verdict.decisions,
        .count = verdict.decision_count,
        .size = sizeof verdict.decisions[0],
        .put = put_decision,
        .key = "before",
    };
    jalon_list_cut_by_number(&list, command.limit - 1, offsetof(struct jalon_audit_entry, number));
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_string(&writer, "moderation", jalon_moderation_name(verdict.state));
    jalon_endpoint_put_text_or_null(&writer, "reason", verdict.reason);
    jalon_list_put_items(request, &writer, "decisions", &list);
    jalon_desk_put_reviews(&writer, verdict.reviews, verdict.review_count);
    return jalon_list_end_answer(request, response, &writer, &list);
}
