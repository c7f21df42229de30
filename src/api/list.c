/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists that are answered page by page. Layer 4 (api). */
#include "list.h"

#include <stdio.h>
#include <string.h>

enum { URL_MAX = 64 << 10 };

enum jalon_status jalon_list_read_page(struct jalon_request *request, size_t *out_limit,
                                       struct jalon_id *out_after)
{
    struct jalon_text text;
    struct jalon_id after = {{0}};
    int64_t limit = 0;
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK && jalon_request_parameter(request, "after", &text) &&
        !jalon_id_parse(text, &after)) {
        status = jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "after",
                               "expected an id, as the link `next` says it");
    }
    if (status == JALON_OK) {
        *out_limit = (size_t)limit;
        *out_after = after;
    }
    return status;
}

/* Where in the last item that stays its key is; NULL: there is no next page. */
static const char *cut(struct jalon_list *list, size_t limit, size_t key_at)
{
    if (list->count <= limit) {
        return NULL;
    }
    list->count = limit;
    return (const char *)list->items + (limit - 1) * list->size + key_at;
}

void jalon_list_cut_by_id(struct jalon_list *list, size_t limit, size_t id_at)
{
    const char *last = cut(list, limit, id_at);
    struct jalon_id id;
    if (last != NULL) {
        memcpy(&id, last, sizeof id);
        jalon_id_format(id, list->next_text);
        list->next = jalon_text_from(list->next_text);
    }
}

void jalon_list_cut_by_number(struct jalon_list *list, size_t limit, size_t number_at)
{
    const char *last = cut(list, limit, number_at);
    int64_t number;
    if (last != NULL) {
        memcpy(&number, last, sizeof number);
        snprintf(list->next_text, sizeof list->next_text, "%lld", (long long)number);
        list->next = jalon_text_from(list->next_text);
    }
}

void jalon_list_put_items(struct jalon_request *request, struct jalon_json_writer *writer,
                          const char *key, const struct jalon_list *list)
{
    jalon_json_begin_array(writer, key);
    for (size_t i = 0; i < list->count; i++) {
        jalon_json_begin_object(writer, NULL);
        list->put(request, writer, (const char *)list->items + i * list->size);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

static void append_next(struct jalon_buffer *url, const struct jalon_request *request,
                        const struct jalon_list *list)
{
    struct jalon_text name, value;
    jalon_buffer_append_text(url, request->public_url);
    jalon_buffer_append_text(url, request->path);
    jalon_buffer_append_format(url, "?%s=", list->key);
    jalon_buffer_append_url(url, list->next);
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        jalon_request_parameter_at(request, i, &name, &value);
        if (!jalon_text_is(name, list->key)) {
            jalon_endpoint_append_parameter(url, name, value);
        }
    }
}

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      struct jalon_text next)
{
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This list",
                            jalon_endpoint_url(request, "%s", request->path.data));
    if (next.length > 0) {
        jalon_endpoint_put_link(writer, "next", "application/json", "The next ones", next);
    }
    jalon_json_end_array(writer);
}

enum jalon_status jalon_list_end_answer(struct jalon_request *request,
                                        struct jalon_response *response,
                                        struct jalon_json_writer *writer,
                                        const struct jalon_list *list)
{
    struct jalon_buffer next;
    jalon_buffer_init(&next, URL_MAX);
    if (list->next.length > 0) {
        append_next(&next, request, list);
    }
    enum jalon_status status = jalon_buffer_status(&next);
    if (status == JALON_OK) {
        put_links(request, writer, jalon_buffer_text(&next));
        jalon_json_end_object(writer);
        status = jalon_endpoint_finish_hashed(request, response);
    } else {
        status = jalon_no_memory(request->ctx); /* no request's address is as long as URL_MAX */
    }
    jalon_buffer_finish(&next);
    return status;
}

enum jalon_status jalon_list_answer(struct jalon_request *request, struct jalon_response *response,
                                    const struct jalon_list *list)
{
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_list_put_items(request, &writer, "items", list);
    return jalon_list_end_answer(request, response, &writer, list);
}
