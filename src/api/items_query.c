/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The query parameters of a list of items. Layer 4 (api). */
#include "items_query.h"

enum { URL_MAX = 16384, NAMES_MAX = 65536 };

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

/* --- Fields --- */
static enum jalon_status refuse(struct jalon_request *request, struct jalon_text name,
                                const char *expected)
{
    return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, name.data, "must be %s",
                         expected);
}

/* A value that no contribution can have is a mistake of the client, not an empty answer. */
static bool is_choice(const struct jalon_field *field, struct jalon_text value)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (jalon_text_equal(field->choices[i].key, value)) {
            return true;
        }
    }
    return false;
}

static enum jalon_status read_typed(struct jalon_request *request, const struct jalon_field *field,
                                    struct jalon_text text, struct jalon_value *out)
{
    *out = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = text};
    switch (field->type) {
    case JALON_FIELD_NUMBER:
        out->kind = JALON_VALUE_NUMBER;
        return jalon_text_to_double(text, &out->number) ? JALON_OK
                                                        : refuse(request, field->key, "a number");
    case JALON_FIELD_INTEGER:
        out->kind = JALON_VALUE_INTEGER;
        return jalon_text_to_int64(text, &out->integer)
                   ? JALON_OK
                   : refuse(request, field->key, "a whole number");
    case JALON_FIELD_BOOLEAN:
        out->kind = JALON_VALUE_BOOLEAN;
        out->boolean = jalon_text_is(text, "true");
        return out->boolean || jalon_text_is(text, "false")
                   ? JALON_OK
                   : refuse(request, field->key, "true or false");
    case JALON_FIELD_ENUM:
    case JALON_FIELD_MULTI_ENUM:
        return is_choice(field, text) ? JALON_OK
                                      : refuse(request, field->key, "the key of one of its choices");
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT:
    case JALON_FIELD_DATE:
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return JALON_OK;
}

/* Has a public collection before this one a public field of this name? */
static bool is_named(const struct jalon_map *map, const struct jalon_collection *collection,
                     struct jalon_text name)
{
    for (const struct jalon_collection *one = map->collections; one != collection; one++) {
        int32_t field = jalon_collection_find_field(one, name);
        if (field >= 0 && jalon_endpoint_is_public(one) &&
            one->fields[field].visibility == JALON_VISIBILITY_PUBLIC) {
            return true;
        }
    }
    return false;
}

/* The names that would have been understood, for whoever misspelt one: of one collection, or of all
 * when the request is about the map. */
static enum jalon_status refuse_unknown(struct jalon_request *request, const struct jalon_map *map,
                                        const struct jalon_collection *collection,
                                        struct jalon_text name)
{
    struct jalon_buffer known;
    bool all = jalon_request_variable(request, "collection").length == 0;
    jalon_buffer_init(&known, NAMES_MAX);
    for (const struct jalon_parameter *own = request->route->parameters; own->name != NULL; own++) {
        jalon_buffer_append_format(&known, "%s, ", own->name);
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        const struct jalon_collection *one = &map->collections[i];
        if (all ? !jalon_endpoint_is_public(one) : one != collection) {
            continue;
        }
        for (size_t j = 0; j < one->field_count; j++) {
            if (one->fields[j].visibility == JALON_VISIBILITY_PUBLIC &&
                !(all && is_named(map, one, one->fields[j].key))) {
                jalon_buffer_append_format(&known, "%s, ", one->fields[j].key.data);
            }
        }
    }
    enum jalon_status status =
        jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, name.data,
                      "is not a parameter here; there are %.*sf",
                      JALON_TEXT_ARGS(jalon_buffer_text(&known)));
    jalon_buffer_finish(&known);
    return status;
}

static enum jalon_status read_conditions(struct jalon_request *request,
                                         const struct jalon_map *map,
                                         const struct jalon_collection *collection,
                                         struct jalon_view_query *query)
{
    size_t count = jalon_request_parameter_count(request);
    struct jalon_view_condition *conditions =
        jalon_arena_allocate(request->ctx->arena, count * sizeof *conditions);
    if (conditions == NULL) {
        return jalon_no_memory(request->ctx);
    }
    query->conditions = conditions;
    for (size_t i = 0; i < count; i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        if (jalon_route_declares(request->route, name)) {
            continue;
        }
        int32_t field = jalon_collection_find_field(collection, name);
        if (field < 0 || collection->fields[field].visibility != JALON_VISIBILITY_PUBLIC) {
            return refuse_unknown(request, map, collection, name);
        }
        struct jalon_view_condition *condition = &conditions[query->condition_count++];
        condition->field = field;
        enum jalon_status status =
            read_typed(request, &collection->fields[field], value, &condition->value);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* --- The rest --- */
static enum jalon_status read_named(struct jalon_request *request, const struct jalon_map *map,
                                    const struct jalon_collection *collection,
                                    struct jalon_view_query *query)
{
    struct jalon_text value;
    if (jalon_request_parameter(request, "category", &value)) {
        query->category = jalon_map_find_category(map, value);
        if (query->category < 0 ||
            !jalon_collection_uses_category(map, collection, query->category)) {
            return refuse(request, JALON_TEXT("category"), "the key of a category of this collection");
        }
    }
    if (jalon_request_parameter(request, "status", &value)) {
        query->status = jalon_collection_find_status(collection, value);
        if (query->status < 0) {
            return refuse(request, JALON_TEXT("status"), "the key of a status of this collection");
        }
    }
    query->has_author = jalon_request_parameter(request, "author", &query->author);
    return JALON_OK;
}

static enum jalon_status read_territory(struct jalon_request *request,
                                        const struct jalon_snapshot *snapshot,
                                        struct jalon_view_query *query)
{
    struct jalon_text key;
    size_t count;
    const struct jalon_territory *territories = jalon_snapshot_territories(snapshot, &count);
    query->has_territory = jalon_request_parameter(request, "within", &key);
    for (size_t i = 0; query->has_territory && i < count; i++) {
        if (jalon_text_equal(territories[i].key, key)) {
            query->territory = (int32_t)i;
            return JALON_OK;
        }
    }
    return query->has_territory
               ? refuse(request, JALON_TEXT("within"), "the key of a territory of this map")
               : JALON_OK;
}

/* --- CQL2 --- */
static enum jalon_status parse_filter(struct jalon_request *request, struct jalon_text filter,
                                      struct jalon_cql2 *out)
{
    struct jalon_text language;
    if (!jalon_request_parameter(request, "filter-lang", &language) ||
        jalon_text_is(language, "cql2-text")) {
        return jalon_cql2_parse_text(request->ctx, filter, out);
    }
    return jalon_text_is(language, "cql2-json")
               ? jalon_cql2_parse_json(request->ctx, filter, out)
               : refuse(request, JALON_TEXT("filter-lang"), "cql2-text or cql2-json");
}

static enum jalon_status read_filter(struct jalon_request *request, const struct jalon_map *map,
                                     struct jalon_view_query *query)
{
    static const char *const beside[] = {"filter-lang", "filter-crs"};
    struct jalon_text filter, value;
    struct jalon_cql2 cql2;
    if (!jalon_request_parameter(request, "filter", &filter)) {
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            if (jalon_request_parameter(request, beside[i], &value)) {
                return refuse(request, jalon_text_from(beside[i]), "beside a filter");
            }
        }
        return JALON_OK;
    }
    if (!jalon_request_parameter(request, "filter-crs", &value)) {
        value = JALON_TEXT_EMPTY;
    } else if (value.length == 0) {
        return refuse(request, JALON_TEXT("filter-crs"), "the URI of a coordinate reference system");
    }
    enum jalon_status status = parse_filter(request, filter, &cql2);
    return status == JALON_OK
               ? jalon_view_filter_compile(request->ctx, map, query->collection, &cql2, value,
                                           &query->filter)
               : status;
}

enum jalon_status jalon_items_query_read_page(struct jalon_request *request,
                                              struct jalon_text list,
                                              struct jalon_view_query *query)
{
    const struct jalon_api *api = request->application;
    struct jalon_query_scope scope;
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
            status = jalon_query_token_read(request->ctx, &api->token_key, &scope, value,
                                            &query->after);
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

enum jalon_status jalon_items_query_read_filters(struct jalon_request *request,
                                                 const struct jalon_reading *reading,
                                                 int32_t collection, struct jalon_view_query *out)
{
    const struct jalon_map *map = reading->map;
    const struct jalon_collection *description = &map->collections[collection];
    struct jalon_view_query query = {.collection = collection, .category = -1, .status = -1};
    struct jalon_text value;
    enum jalon_status status = read_conditions(request, map, description, &query);
    if (status == JALON_OK) {
        status = read_named(request, map, description, &query);
    }
    if (status == JALON_OK) {
        status = read_territory(request, reading->snapshot, &query);
    }
    if (status == JALON_OK) {
        status = read_filter(request, reading->map, &query);
    }
    if (status == JALON_OK && jalon_request_parameter(request, "bbox", &value)) {
        query.has_box = true;
        status = jalon_query_read_box(request->ctx, value, &query.box);
    }
    if (status == JALON_OK) {
        *out = query;
    }
    return status;
}

enum jalon_status jalon_items_query_read(struct jalon_request *request,
                                         const struct jalon_reading *reading, int32_t collection,
                                         struct jalon_view_query *out)
{
    struct jalon_view_query query;
    enum jalon_status status = jalon_items_query_read_filters(request, reading, collection, &query);
    if (status == JALON_OK) {
        status = jalon_items_query_read_page(
            request, items_path(request, reading->map, collection), &query);
    }
    if (status == JALON_OK) {
        *out = query;
    }
    return status;
}

static void append_parameter(struct jalon_buffer *url, const char *name, struct jalon_text value)
{
    jalon_buffer_append_char(url, '&');
    jalon_buffer_append_url(url, jalon_text_from(name));
    jalon_buffer_append_char(url, '=');
    jalon_buffer_append_url(url, value);
}

enum jalon_status jalon_items_query_page_url(struct jalon_request *request, struct jalon_text list,
                                             const char *format, int64_t after,
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
            append_parameter(&url, name.data, scope.parameters[i].value);
        }
    }
    if (after >= 0) {
        jalon_buffer_append_string(&url, "&next=");
        jalon_query_token_write(&url, &api->token_key, &scope, after);
    }
    status = jalon_buffer_status(&url);
    *out = status == JALON_OK ? jalon_text_copy(request->ctx->arena, jalon_buffer_text(&url))
                              : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&url);
    return status == JALON_OK && out->data != NULL
               ? JALON_OK
               : jalon_fail(request->ctx, JALON_TOO_LARGE, "the query is too long");
}

enum jalon_status jalon_items_query_url(struct jalon_request *request, const struct jalon_map *map,
                                        int32_t collection, const char *format, int64_t after,
                                        struct jalon_text *out)
{
    return jalon_items_query_page_url(request, items_path(request, map, collection), format, after,
                                      out);
}
