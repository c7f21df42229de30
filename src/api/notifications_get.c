/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /accounts/me/notifications: what concerns the account, newest first. Layer 4 (api). */
#include "jalon/app_mail.h"

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

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_notification *items, size_t count, int64_t limit)
{
    jalon_json_begin_array(writer, "links");
    if (count > 0 && count == (size_t)limit) {
        jalon_endpoint_put_link(
            writer, "next", "application/json", "Older notifications",
            jalon_endpoint_url(request, "%s?limit=%lld&before=%lld", request->path.data,
                               (long long)limit, (long long)items[count - 1].number));
    }
    jalon_json_end_array(writer);
}

enum jalon_status jalon_notifications_get(struct jalon_request *request,
                                          struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_notification *items = NULL;
    struct jalon_json_writer writer;
    size_t count = 0;
    int64_t limit = 0, before = 0, unseen = 0;
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "before", &before);
    }
    if (status == JALON_OK) {
        status = jalon_app_list_notifications(request->ctx, api->app, request->account, before,
                                              (size_t)limit, &items, &count, &unseen);
    }
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        status = put_notification(request, &writer, &items[i]);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_json_end_array(&writer);
    jalon_json_put_integer(&writer, "unseen", unseen);
    put_links(request, &writer, items, count, limit);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
