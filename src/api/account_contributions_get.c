/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /accounts/me/contributions, and what profiles show of them. Layer 4 (api). */
#include <stdio.h>

#include "list.h"
#include "people.h"

/* "12.345": map and number, as `next` has it. */
static enum jalon_status read_before(struct jalon_request *request, struct jalon_own_place *out,
                                     bool *out_given)
{
    struct jalon_text text;
    *out_given = jalon_request_parameter(request, "before", &text);
    if (!*out_given) {
        return JALON_OK;
    }
    size_t dot = jalon_text_find(text, '.');
    bool good = dot < text.length &&
                jalon_text_to_int64(jalon_text_slice(text.data, dot), &out->map) &&
                jalon_text_to_int64(
                    jalon_text_slice(text.data + dot + 1, text.length - dot - 1), &out->number);
    return good ? JALON_OK
                : jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "before",
                                "must be taken from a `next` link");
}

static void put_contribution(struct jalon_request *request, struct jalon_json_writer *writer,
                             const void *item)
{
    const struct jalon_own_contribution *own = item;
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_label title = {own->map_title_fr, own->map_title_en};
    jalon_id_format(own->id, id);
    jalon_json_put_text(writer, "map", own->map);
    jalon_endpoint_put_label(writer, "map_title", title);
    jalon_json_put_text(writer, "collection", own->collection);
    jalon_json_put_string(writer, "id", id);
    jalon_endpoint_put_text_or_null(writer, "title", own->title);
    jalon_json_put_text(writer, "moderation", own->moderation);
    jalon_json_put_integer(writer, "version", own->version);
    jalon_endpoint_put_time(writer, "created", own->created_us);
    jalon_endpoint_put_time(writer, "updated", own->updated_us);
    jalon_json_put_text(writer, "href",
                        jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s",
                                           own->map.data, own->collection.data, id));
}

enum jalon_status jalon_people_answer_contributions(struct jalon_request *request,
                                                    struct jalon_response *response,
                                                    struct jalon_text author, bool only_public)
{
    struct jalon_api *api = request->application;
    struct jalon_own_contribution *own = NULL;
    struct jalon_list list = {.size = sizeof *own, .put = put_contribution, .key = "before"};
    struct jalon_own_place before;
    int64_t limit = 0;
    bool given = false;
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK) {
        status = read_before(request, &before, &given);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_own(request->ctx, api->app, author, only_public,
                                    given ? &before : NULL, (size_t)limit + 1, &own, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    char next[48]; /* two numbers */
    list.items = own;
    if (list.count > (size_t)limit) {
        const struct jalon_own_place *last = &own[limit - 1].place;
        snprintf(next, sizeof next, "%lld.%lld", (long long)last->map, (long long)last->number);
        list.count = (size_t)limit;
        list.next = jalon_text_from(next);
    }
    return jalon_list_answer(request, response, &list);
}

enum jalon_status jalon_account_contributions_get(struct jalon_request *request,
                                                  struct jalon_response *response)
{
    return jalon_people_answer_contributions(request, response, request->account, false);
}
