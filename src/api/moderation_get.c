/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/moderation: what waits to be looked at, what has waited longest first. Layer 4 (api). */
#include "jalon/clock.h"

#include "desk.h"
#include "list.h"

/* `after` is "time.number" of the last one of the page before. */
static bool parse_after(struct jalon_text text, struct jalon_queue_filter *filter)
{
    size_t dot = jalon_text_find(text, '.');
    return dot < text.length &&
           jalon_text_to_int64(jalon_text_slice(text.data, dot), &filter->after_us) &&
           jalon_text_to_int64(jalon_text_slice(text.data + dot + 1, text.length - dot - 1),
                               &filter->after);
}

struct wanted {
    enum jalon_review_reason reason;
    enum jalon_moderation state;
};

static enum jalon_status read_command(struct jalon_request *request, struct wanted *wanted,
                                      struct jalon_desk_command *out)
{
    struct jalon_text text;
    int64_t limit = 0;
    *out = (struct jalon_desk_command){
        .map = jalon_request_variable(request, "map"),
        .actor = jalon_endpoint_actor(request),
        .collection = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status != JALON_OK) {
        return status;
    }
    out->filter.limit = (size_t)limit;
    (void)jalon_request_parameter(request, "collection", &out->collection);
    if (jalon_request_parameter(request, "reason", &text)) {
        out->filter.reason = &wanted->reason;
        if (!jalon_review_reason_parse(text, &wanted->reason)) {
            jalon_error_add(request->ctx, JALON_ERROR_PARAMETER, "reason",
                            "expected new, edited, reported, outside, spam, duplicate, late or "
                            "answered");
        }
    }
    if (jalon_request_parameter(request, "state", &text)) {
        out->filter.state = &wanted->state;
        if (!jalon_moderation_parse(text, &wanted->state)) {
            jalon_error_add(request->ctx, JALON_ERROR_PARAMETER, "state",
                            "expected pending, published, hidden, rejected or deleted");
        }
    }
    if (jalon_request_parameter(request, "after", &text) && !parse_after(text, &out->filter)) {
        jalon_error_add(request->ctx, JALON_ERROR_PARAMETER, "after",
                        "expected what the link 'next' says");
    }
    return jalon_error_verdict(request->ctx, "this cannot be listed");
}

static void put_standing(struct jalon_json_writer *writer, const struct jalon_desk_item *item)
{
    jalon_json_begin_object(writer, "standing");
    for (size_t i = 0; i < JALON_MODERATION_COUNT; i++) {
        jalon_json_put_integer(writer, jalon_moderation_name((enum jalon_moderation)i),
                               item->standing[i]);
    }
    jalon_json_end_object(writer);
}

static void put_item(struct jalon_request *request, struct jalon_json_writer *writer,
                     const void *object)
{
    enum { SECOND_US = 1000000 };
    const struct jalon_desk_item *item = object;
    const struct jalon_contribution *contribution = &item->contribution;
    (void)request;
    jalon_endpoint_put_id(writer, "id", contribution->id);
    jalon_json_put_text(writer, "collection", item->collection);
    jalon_json_put_text(writer, "title", contribution->title);
    jalon_json_put_string(writer, "moderation", jalon_moderation_name(contribution->moderation));
    jalon_json_put_integer(writer, "version", contribution->version);
    jalon_endpoint_put_text_or_null(writer, "author", contribution->author);
    jalon_desk_put_reviews(writer, item->reviews, item->review_count);
    jalon_endpoint_put_time(writer, "since", item->since_us);
    int64_t age_us = jalon_clock_now_us() - item->since_us;
    jalon_json_put_integer(writer, "age_s", age_us > 0 ? age_us / SECOND_US : 0);
    jalon_json_put_integer(writer, "open_reports", item->open_reports);
    put_standing(writer, item);
    if (item->changes.length > 0) {
        jalon_json_put_raw(writer, "changes", item->changes);
    }
    jalon_json_put_raw(writer, "feature", item->json);
}

enum jalon_status jalon_moderation_get(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct wanted wanted;
    struct jalon_desk_command command;
    struct jalon_desk desk;
    enum jalon_status status = read_command(request, &wanted, &command);
    if (status == JALON_OK) {
        status = jalon_app_list_desk(request->ctx, api->app, &command, &desk);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_list list = {
        .items = desk.items,
        .count = desk.count,
        .size = sizeof desk.items[0],
        .put = put_item,
        .key = "after",
    };
    if (desk.has_more) {
        list.next = jalon_text_format(request->ctx->arena, "%lld.%lld", (long long)desk.after_us,
                                      (long long)desk.after);
        if (list.next.data == NULL) {
            return jalon_no_memory(request->ctx);
        }
    }
    return jalon_list_answer(request, response, &list);
}
