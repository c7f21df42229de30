/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The query parameters of a list of items. Layer 4 (api). */
#include "items_query.h"

enum { URL_MAX = 16384 };

bool jalon_items_next_name(struct jalon_text *rest, bool *done, struct jalon_text *out)
{
    if (*done) {
        return false;
    }
    size_t comma = jalon_text_find(*rest, ',');
    *out = jalon_text_slice(rest->data, comma);
    *done = comma == rest->length;
    *rest = jalon_text_slice(rest->data + comma + !*done, rest->length - comma - !*done);
    return true;
}

/* What the paging token is good for: this list with these filters. */
static enum jalon_status read_scope(struct jalon_request *request, struct jalon_text list,
                                    struct jalon_query_scope *out)
{
    size_t count = jalon_request_parameter_count(request);
    struct jalon_query_parameter *parameters =
        jalon_arena_allocate(request->ctx->arena, count * sizeof *parameters);
    if (parameters == NULL) {
        return jalon_no_memory(request->ctx);
    }
    for (size_t i = 0; i < count; i++) {
        jalon_request_parameter_at(request, i, &parameters[i].name, &parameters[i].value);
    }
    *out = (struct jalon_query_scope){list, parameters, count};
    return JALON_OK;
}

/* Takes what the mark says, if it is one of a list that is sorted so. */
static enum jalon_status take_mark(struct jalon_request *request,
                                   const struct jalon_query_mark *mark,
                                   struct jalon_view_query *query)
{
    struct jalon_query_sort_value *values =
        jalon_arena_allocate(request->ctx->arena, sizeof mark->values);
    if (values == NULL) {
        return jalon_no_memory(request->ctx);
    }
    bool fits = mark->value_count == query->sort_count;
    for (size_t i = 0; fits && i < mark->value_count; i++) {
        values[i] = mark->values[i];
        fits = jalon_view_sort_fits(&query->sorts[i], &values[i]);
    }
    if (!fits) {
        return jalon_query_token_refuse(request->ctx);
    }
    query->after = mark->number;
    query->after_m = mark->distance_m;
    query->after_values = values;
    return JALON_OK;
}

enum jalon_status jalon_items_query_read_page(struct jalon_request *request,
                                              struct jalon_text list,
                                              struct jalon_view_query *query)
{
    const struct jalon_api *api = request->application;
    struct jalon_query_scope scope;
    struct jalon_query_mark mark;
    struct jalon_text value;
    int64_t limit;
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status != JALON_OK) {
        return status;
    }
    query->limit = (size_t)limit;
    if (jalon_request_parameter(request, "next", &value)) {
        status = read_scope(request, list, &scope);
        if (status == JALON_OK) {
            status = jalon_query_token_read(request->ctx, &api->token_key, &scope, value, &mark);
        }
        if (status == JALON_OK) {
            status = take_mark(request, &mark, query);
        }
    }
    return status;
}

/* The path of a collection's items below /maps/; empty when there is no memory. */
static struct jalon_text items_path(struct jalon_request *request, const struct jalon_map *map,
                                    int32_t collection)
{
    struct jalon_text path =
        jalon_text_format(request->ctx->arena, "%s/collections/%s/items", map->slug.data,
                          map->collections[collection].key.data);
    return path.data != NULL ? path : JALON_TEXT_EMPTY;
}

enum jalon_status jalon_items_query_read(struct jalon_request *request,
                                         const struct jalon_reading *reading, int32_t collection,
                                         struct jalon_view_query *out)
{
    struct jalon_view_query query;
    enum jalon_status status = jalon_items_query_read_filters(request, reading, collection, true, &query);
    if (status == JALON_OK) {
        status = jalon_items_read_sort(request, reading->map, &query);
    }
    if (status == JALON_OK) {
        status = jalon_items_query_read_page(
            request, items_path(request, reading->map, collection), &query);
    }
    if (status == JALON_OK) {
        *out = query;
    }
    return status;
}

struct jalon_query_mark jalon_items_query_mark(const struct jalon_view_query *query)
{
    struct jalon_query_mark mark = {
        .number = query->after, .distance_m = query->after_m, .value_count = query->sort_count};
    for (size_t i = 0; query->after > 0 && i < query->sort_count; i++) {
        mark.values[i] = query->after_values[i];
    }
    return mark;
}

struct jalon_query_mark jalon_items_query_end(const struct jalon_view_query *query,
                                              const struct jalon_view_result *result)
{
    struct jalon_query_mark mark = {
        .number = result->items[result->count - 1].number,
        .distance_m = result->last_m,
        .value_count = query->sort_count,
    };
    for (size_t i = 0; i < query->sort_count; i++) {
        mark.values[i] = result->last_values[i];
    }
    return mark;
}

enum jalon_status jalon_items_query_page_url(struct jalon_request *request, struct jalon_text list,
                                             const char *format,
                                             const struct jalon_query_mark *after,
                                             struct jalon_text *out)
{
    const struct jalon_api *api = request->application;
    struct jalon_query_scope scope;
    struct jalon_buffer url;
    enum jalon_status status = read_scope(request, list, &scope);
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_init(&url, URL_MAX);
    jalon_buffer_append_text(&url, request->public_url);
    jalon_buffer_append_format(&url, "/maps/%s?f=%s", list.data, format);
    for (size_t i = 0; i < scope.parameter_count; i++) {
        struct jalon_text name = scope.parameters[i].name;
        if (!jalon_text_is(name, "f") && !jalon_text_is(name, "next")) {
            jalon_endpoint_append_parameter(&url, name, scope.parameters[i].value);
        }
    }
    if (after != NULL) {
        jalon_buffer_append_string(&url, "&next=");
        jalon_query_token_write(&url, &api->token_key, &scope, after);
    }
    status = jalon_buffer_status(&url);
    *out = status == JALON_OK ? jalon_text_copy(request->ctx->arena, jalon_buffer_text(&url))
                              : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&url);
    if (status == JALON_TOO_LARGE) {
        return jalon_fail(request->ctx, status, "the query is too long");
    }
    return status == JALON_OK && out->data != NULL ? JALON_OK : jalon_no_memory(request->ctx);
}

enum jalon_status jalon_items_query_url(struct jalon_request *request, const struct jalon_map *map,
                                        int32_t collection, const char *format,
                                        const struct jalon_query_mark *after,
                                        struct jalon_text *out)
{
    return jalon_items_query_page_url(request, items_path(request, map, collection), format, after,
                                      out);
}
