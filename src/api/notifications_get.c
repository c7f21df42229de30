/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /accounts/me/notifications: what concerns the account, newest first. Layer 4 (api). */
#include "jalon/app_mail.h"

#include "list.h"
#include "mail.h"

static void put_subject(struct jalon_request *request, struct jalon_json_writer *writer,
                        const struct jalon_notification *told)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_endpoint_put_text_or_null(writer, "map", told->map);
    jalon_endpoint_put_text_or_null(writer, "collection", told->collection);
    if (told->collection.length == 0) {
        jalon_json_put_null(writer, "item");
        return;
    }
    jalon_id_format(told->contribution, id);
    jalon_json_begin_object(writer, "item");
    jalon_json_put_string(writer, "id", id);
    jalon_endpoint_put_text_or_null(writer, "title", told->title);
    jalon_json_put_text(writer, "href",
                        jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s",
                                           told->map.data, told->collection.data, id));
    jalon_json_end_object(writer);
}

static enum jalon_status put_notification(struct jalon_request *request,
                                          struct jalon_json_writer *writer,
                                          const struct jalon_notification *told)
{
    struct jalon_text text;
    enum jalon_status status =
        jalon_notification_say(request->ctx, request->language, told, &text);
    if (status != JALON_OK) {
        return status;
    }
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_integer(writer, "number", told->number);
    jalon_json_put_text(writer, "kind", told->kind);
    jalon_json_put_text(writer, "text", text);
    jalon_endpoint_put_text_or_null(writer, "actor", told->actor);
    put_subject(request, writer, told);
    jalon_json_put_raw(writer, "detail", told->detail);
    jalon_endpoint_put_time(writer, "time", told->created_us);
    jalon_endpoint_put_time(writer, "seen", told->seen_us);
    jalon_json_end_object(writer);
    return JALON_OK;
}

enum jalon_status jalon_notifications_get(struct jalon_request *request,
                                          struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_notification *told = NULL;
    struct jalon_list list = {.size = sizeof *told, .key = "before"};
    struct jalon_json_writer writer;
    int64_t limit = 0, before = 0, unseen = 0;
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "before", &before);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_notifications(request->ctx, api->app, request->account, before,
                                              (size_t)limit + 1, &told, &list.count, &unseen);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = told;
    jalon_list_cut_by_number(&list, (size_t)limit, offsetof(struct jalon_notification, number));
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_integer(&writer, "unseen", unseen);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < list.count && status == JALON_OK; i++) {
        status = put_notification(request, &writer, &told[i]);
    }
    jalon_json_end_array(&writer);
    return status == JALON_OK ? jalon_list_end_answer(request, response, &writer, &list) : status;
}
