/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/moderation: what waits to be looked at, what has waited longest first. Layer 4 (api). */
#include <stdio.h>

#include "jalon/clock.h"

#include "desk.h"

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

static void put_item(struct jalon_json_writer *writer, const struct jalon_desk_item *item,
                     int64_t now_us)
{
    enum { SECOND_US = 1000000 };
    const struct jalon_contribution *contribution = &item->contribution;
    jalon_json_begin_object(writer, NULL);
    jalon_endpoint_put_id(writer, "id", contribution->id);
    jalon_json_put_text(writer, "collection", item->collection);
    jalon_json_put_text(writer, "title", contribution->title);
    jalon_json_put_string(writer, "moderation", jalon_moderation_name(contribution->moderation));
    jalon_json_put_integer(writer, "version", contribution->version);
    jalon_endpoint_put_text_or_null(writer, "author", contribution->author);
    jalon_desk_put_reviews(writer, item->reviews, item->review_count);
    jalon_endpoint_put_time(writer, "since", item->since_us);
    int64_t age_us = now_us > item->since_us ? now_us - item->since_us : 0;
    jalon_json_put_integer(writer, "age_s", age_us / SECOND_US);
    jalon_json_put_integer(writer, "open_reports", item->open_reports);
    put_standing(writer, item);
    if (item->changes.length > 0) {
        jalon_json_put_raw(writer, "changes", item->changes);
    }
    jalon_json_put_raw(writer, "feature", item->json);
    jalon_json_end_object(writer);
}

/* The same list from behind the last one. */
static struct jalon_text next_url(struct jalon_request *request, const struct jalon_desk *desk)
{
    struct jalon_buffer query;
    struct jalon_text name, value;
    char after[64];
    snprintf(after, sizeof after, "%lld.%lld", (long long)desk->after_us, (long long)desk->after);
    jalon_buffer_init(&query, 16 << 10);
    jalon_buffer_append_format(&query, "?after=%s", after);
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        jalon_request_parameter_at(request, i, &name, &value);
        if (!jalon_text_is(name, "after")) {
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
    struct jalon_json_writer writer;
    int64_t now_us = jalon_clock_now_us();
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < desk.count; i++) {
        put_item(&writer, &desk.items[i], now_us);
    }
    jalon_json_end_array(&writer);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(&writer, "self", "application/json", "This list",
                            jalon_endpoint_url(request, "%s", request->path.data));
    if (desk.has_more) {
        jalon_endpoint_put_link(&writer, "next", "application/json", "The next ones",
                                next_url(request, &desk));
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
