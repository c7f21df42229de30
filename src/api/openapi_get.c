/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET /maps/{map}/api: the OpenAPI 3.0 description, generated from the route table and the map's
 * collections, so that it cannot lag behind the router; GET /api: of what belongs to no map. Layer 4
 * (api).
 *
 * A row with {collection} is written once for each collection, with its fields as parameters.
 */
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "page.h"

static const char map_prefix[] = "/maps/{map}";

static bool is_of_map(const struct jalon_route *route)
{
    return strncmp(route->path, map_prefix, sizeof map_prefix - 1) == 0;
}

/* What every request about a map may send. */
static const struct jalon_parameter seq_header = {
    "Jalon-Seq", JALON_PARAMETER_INTEGER,
    "The number of an event of this map, as an answer gave it: this one shows at least that, whichever "
    "server answers. It is waited for, for two seconds at most: then 503 when the database could not "
    "be asked, 412 when it has no such event.",
    0, INT64_MAX, 0};

/* --- Parameters --- */
static void put_schema(struct jalon_json_writer *writer, const struct jalon_parameter *parameter)
{
    jalon_json_begin_object(writer, "schema");
    switch (parameter->type) {
    case JALON_PARAMETER_INTEGER:
        jalon_json_put_string(writer, "type", "integer");
        jalon_json_put_integer(writer, "minimum", parameter->minimum);
        jalon_json_put_integer(writer, "maximum", parameter->maximum);
        jalon_json_put_integer(writer, "default", parameter->fallback);
        break;
    case JALON_PARAMETER_NUMBERS:
        jalon_json_put_string(writer, "type", "array");
        jalon_json_put_integer(writer, "minItems", parameter->minimum);
        jalon_json_put_integer(writer, "maxItems", parameter->maximum);
        jalon_json_begin_object(writer, "items");
        jalon_json_put_string(writer, "type", "number");
        jalon_json_end_object(writer);
        break;
    case JALON_PARAMETER_NUMBER:
        jalon_json_put_string(writer, "type", "number");
        jalon_json_put_integer(writer, "minimum", parameter->minimum);
        jalon_json_put_integer(writer, "maximum", parameter->maximum);
        break;
    case JALON_PARAMETER_BOOLEAN: jalon_json_put_string(writer, "type", "boolean"); break;
    case JALON_PARAMETER_STRING: jalon_json_put_string(writer, "type", "string"); break;
    case JALON_PARAMETER_URI:
        jalon_json_put_string(writer, "type", "string");
        jalon_json_put_string(writer, "format", "uri");
        break;
    }
    jalon_json_end_object(writer);
}

static void begin_parameter(struct jalon_json_writer *writer, const char *name, const char *in,
                            struct jalon_text description)
{
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_string(writer, "name", name);
    jalon_json_put_string(writer, "in", in);
    jalon_json_put_text(writer, "description", description);
    jalon_json_put_boolean(writer, "required", false);
}

static void begin_query_parameter(struct jalon_json_writer *writer, const char *name,
                                  struct jalon_text description)
{
    begin_parameter(writer, name, "query", description);
    jalon_json_put_string(writer, "style", "form");
    jalon_json_put_boolean(writer, "explode", false);
}

static void put_choices(struct jalon_json_writer *writer, const struct jalon_field *field)
{
    jalon_json_begin_array(writer, "enum");
    for (size_t i = 0; i < field->choice_count; i++) {
        jalon_json_put_text(writer, NULL, field->choices[i].key);
    }
    jalon_json_end_array(writer);
}

static void put_field(struct jalon_json_writer *writer, const struct jalon_field *field)
{
    begin_query_parameter(writer, field->key.data, field->label.en);
    jalon_json_begin_object(writer, "schema");
    bool number = field->type == JALON_FIELD_NUMBER;
    bool integer = field->type == JALON_FIELD_INTEGER;
    bool boolean = field->type == JALON_FIELD_BOOLEAN;
    jalon_json_put_string(writer, "type",
                          number    ? "number"
                          : integer ? "integer"
                          : boolean ? "boolean"
                                    : "string");
    if (field->choice_count > 0) {
        put_choices(writer, field);
    }
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

static void put_format_parameter(struct jalon_json_writer *writer, const struct jalon_route *route)
{
    begin_query_parameter(writer, "f", JALON_TEXT("The representation; goes before Accept."));
    jalon_json_begin_object(writer, "schema");
    jalon_json_put_string(writer, "type", "string");
    jalon_json_begin_array(writer, "enum");
    for (const struct jalon_representation *r = route->representations; r->name != NULL; r++) {
        jalon_json_put_string(writer, NULL, r->name);
    }
    jalon_json_end_array(writer);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

/*
 * The public fields of the collection; `all` leaves out those that an earlier one has too. A
 * parameter of the route goes before a field of its name.
 */
static void put_fields(struct jalon_json_writer *writer, const struct jalon_route *route,
                       const struct jalon_map *map, const struct jalon_collection *collection,
                       bool all)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        bool is_new = field->visibility == JALON_VISIBILITY_PUBLIC &&
                      !jalon_route_declares(route, field->key);
        for (const struct jalon_collection *c = map->collections; all && c != collection; c++) {
            int32_t same = jalon_collection_find_field(c, field->key);
            is_new = is_new && !(same >= 0 && jalon_endpoint_is_public(c) &&
                                 c->fields[same].visibility == JALON_VISIBILITY_PUBLIC);
        }
        if (is_new) {
            put_field(writer, field);
        }
    }
}

/* The fields of the route's collection, or of all when it is about the whole map. */
static void put_open_parameters(struct jalon_json_writer *writer, const struct jalon_route *route,
                                const struct jalon_map *map,
                                const struct jalon_collection *collection)
{
    if (collection != NULL) {
        put_fields(writer, route, map, collection, false);
        return;
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        if (jalon_endpoint_is_public(&map->collections[i])) {
            put_fields(writer, route, map, &map->collections[i], true);
        }
    }
}

static void put_header(struct jalon_json_writer *writer, const struct jalon_parameter *header)
{
    begin_parameter(writer, header->name, "header", jalon_text_from(header->description));
    put_schema(writer, header);
    jalon_json_end_object(writer);
}

static void put_parameters(struct jalon_json_writer *writer, const struct jalon_route *route,
                           const struct jalon_map *map, const struct jalon_collection *collection)
{
    jalon_json_begin_array(writer, "parameters");
    for (const struct jalon_parameter *p = route->parameters; p->name != NULL; p++) {
        begin_query_parameter(writer, p->name, jalon_text_from(p->description));
        put_schema(writer, p);
        jalon_json_end_object(writer);
    }
    if (route->representations != NULL) {
        put_format_parameter(writer, route);
    }
    if (route->open_parameters) {
        put_open_parameters(writer, route, map, collection);
    }
    for (const struct jalon_parameter *h = route->headers; h != NULL && h->name != NULL; h++) {
        put_header(writer, h);
    }
    if (is_of_map(route)) {
        put_header(writer, &seq_header);
    }
    jalon_json_end_array(writer);
}

/* The path's variables that are left: {id}. */
static void put_path_parameters(struct jalon_json_writer *writer, struct jalon_text path)
{
    jalon_json_begin_array(writer, "parameters");
    const char *open = strchr(path.data, '{');
    for (; open != NULL; open = strchr(open + 1, '{')) {
        size_t length = strcspn(open + 1, "}");
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "name", jalon_text_slice(open + 1, length));
        jalon_json_put_string(writer, "in", "path");
        jalon_json_put_boolean(writer, "required", true);
        jalon_json_begin_object(writer, "schema");
        jalon_json_put_string(writer, "type", "string");
        jalon_json_end_object(writer);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

/* --- Operations --- */
static void put_content(struct jalon_json_writer *writer, const char *media_type,
                        const char *component)
{
    jalon_json_begin_object(writer, media_type);
    jalon_json_begin_object(writer, "schema");
    jalon_json_put_string(writer, "$ref", component);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

/* Two representations may share a media type ("json" is another name of "geojson"). */
static bool named_before(const struct jalon_representation *all,
                         const struct jalon_representation *one)
{
    for (; all != one; all++) {
        if (strcmp(all->media_type, one->media_type) == 0) {
            return true;
        }
    }
    return false;
}

/* What is only accepted (202) is told as JSON, whatever the representations of what it becomes. */
static void put_contents(struct jalon_json_writer *writer, const struct jalon_route *route,
                         unsigned code)
{
    jalon_json_begin_object(writer, "content");
    if (code == 202) {
        put_content(writer, "application/json", "#/components/schemas/document");
        jalon_json_end_object(writer);
        return;
    }
    for (const struct jalon_representation *r = route->representations; r->name != NULL; r++) {
        if (!named_before(route->representations, r)) {
            bool text = strncmp(r->media_type, "text/", 5) == 0;
            bool json = strstr(r->media_type, "json") != NULL;
            put_content(writer, r->media_type,
                        text   ? "#/components/schemas/text"
                        : json ? "#/components/schemas/document"
                               : "#/components/schemas/bytes");
        }
    }
    jalon_json_end_object(writer);
}

static void put_success(struct jalon_json_writer *writer, const struct jalon_route *route,
                        unsigned code)
{
    char key[8];
    snprintf(key, sizeof key, "%u", code);
    jalon_json_begin_object(writer, key);
    jalon_json_put_string(writer, "description", route->summary);
    if (is_of_map(route)) {
        jalon_json_put_raw(
            writer, "headers",
            JALON_TEXT("{\"Jalon-Seq\":{\"$ref\":\"#/components/headers/seq\"}}"));
    }
    if (route->representations != NULL && code != 204) {
        put_contents(writer, route, code);
    }
    jalon_json_end_object(writer);
}

static void put_responses(struct jalon_json_writer *writer, const struct jalon_route *route)
{
    static const unsigned short usual[JALON_ANSWERS_MAX] = {200}, of_delete[] = {204, 0, 0};
    const unsigned short *codes = route->answers[0] != 0            ? route->answers
                                  : route->method == JALON_DELETE ? of_delete
                                                                  : usual;
    jalon_json_begin_object(writer, "responses");
    for (size_t i = 0; i < JALON_ANSWERS_MAX && codes[i] != 0; i++) {
        put_success(writer, route, codes[i]);
    }
    jalon_json_begin_object(writer, "default");
    jalon_json_put_string(writer, "$ref", "#/components/responses/problem");
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

static void put_members(struct jalon_json_writer *writer, const struct jalon_body *body)
{
    static const char *const types[] = {
        [JALON_JSON_TO_TEXT] = "string",     [JALON_JSON_TO_INTEGER] = "integer",
        [JALON_JSON_TO_NUMBER] = "number",   [JALON_JSON_TO_BOOLEAN] = "boolean",
        [JALON_JSON_TO_VALUE] = NULL, /* any */
    };
    jalon_json_begin_object(writer, "properties");
    for (size_t i = 0; i < body->field_count; i++) {
        jalon_json_begin_object(writer, body->fields[i].name);
        if (types[body->fields[i].type] != NULL) {
            jalon_json_put_string(writer, "type", types[body->fields[i].type]);
        }
        jalon_json_end_object(writer);
    }
    jalon_json_end_object(writer);
}

/* The names of members that must be there; a list of none is not allowed (OpenAPI 3.0.3). */
static void put_required(struct jalon_json_writer *writer, const struct jalon_body *body)
{
    bool is_begun = false;
    for (size_t i = 0; i < body->field_count; i++) {
        if (body->fields[i].required) {
            if (!is_begun) {
                jalon_json_begin_array(writer, "required");
                is_begun = true;
            }
            jalon_json_put_string(writer, NULL, body->fields[i].name);
        }
    }
    if (is_begun) {
        jalon_json_end_array(writer);
    }
}

static void put_body_content(struct jalon_json_writer *writer, const char *media_type,
                             const struct jalon_body *body)
{
    if (body->field_count == 0) {
        put_content(writer, media_type, "#/components/schemas/document");
        return;
    }
    jalon_json_begin_object(writer, media_type);
    jalon_json_begin_object(writer, "schema");
    jalon_json_put_string(writer, "type", "object");
    put_members(writer, body);
    put_required(writer, body);
    jalon_json_put_boolean(writer, "additionalProperties", false);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

static void put_body(struct jalon_json_writer *writer, const struct jalon_route *route)
{
    jalon_json_begin_object(writer, "requestBody");
    jalon_json_put_boolean(writer, "required", true);
    if (route->body->description != NULL) {
        jalon_json_put_string(writer, "description", route->body->description);
    }
    jalon_json_begin_object(writer, "content");
    for (const char *const *type = route->body_types; *type != NULL; type++) {
        put_body_content(writer, *type, route->body);
    }
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

static const char *method_key(enum jalon_method method)
{
    static const char *const keys[JALON_METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
    return keys[method];
}

static void put_operation(struct jalon_json_writer *writer, const struct jalon_route *route,
                          const struct jalon_map *map, const struct jalon_collection *collection,
                          struct jalon_text operation_id)
{
    jalon_json_begin_object(writer, method_key(route->method));
    jalon_json_put_text(writer, "operationId", operation_id);
    jalon_json_put_string(writer, "summary", route->summary);
    jalon_json_begin_array(writer, "tags");
    jalon_json_put_string(writer, NULL, route->tag);
    jalon_json_end_array(writer);
    put_parameters(writer, route, map, collection);
    if (route->body != NULL) {
        put_body(writer, route);
    }
    put_responses(writer, route);
    jalon_json_end_object(writer);
}

/* --- Paths --- */
/* The path below the map (if it is of one), {collection} replaced; "/" for the landing page. */
static struct jalon_text expand_path(struct jalon_request *request, const char *path,
                                     const struct jalon_collection *collection)
{
    static const char variable[] = "{collection}";
    bool is_below = strncmp(path, map_prefix, sizeof map_prefix - 1) == 0;
    const char *below = is_below ? path + sizeof map_prefix - 1 : path;
    const char *at = strstr(below, variable);
    if (at != NULL && collection != NULL) {
        return jalon_text_format(request->ctx->arena, "%.*s%s%s", (int)(at - below), below,
                                 collection->key.data, at + sizeof variable - 1);
    }
    return jalon_text_from(*below != '\0' ? below : "/");
}

/* All methods of the path of `first`, for one collection (NULL: the path has none). */
static void put_path(struct jalon_request *request, struct jalon_json_writer *writer,
                     const struct jalon_map *map, const struct jalon_route *first,
                     const struct jalon_collection *collection)
{
    struct jalon_text path = expand_path(request, first->path, collection);
    if (path.data == NULL) {
        return;
    }
    jalon_json_begin_object(writer, path.data);
    put_path_parameters(writer, path);
    for (const struct jalon_route *route = first; route->path != NULL; route++) {
        if (strcmp(route->path, first->path) == 0) {
            struct jalon_text id =
                jalon_text_format(request->ctx->arena, "%s%s%s",
                                  collection != NULL ? collection->key.data : "",
                                  collection != NULL ? "." : "", route->operation_id);
            put_operation(writer, route, map, collection,
                          id.data != NULL ? id : JALON_TEXT_EMPTY);
        }
    }
    jalon_json_end_object(writer);
}

static bool is_first_of_path(const struct jalon_route *routes, const struct jalon_route *route)
{
    for (; routes != route; routes++) {
        if (strcmp(routes->path, route->path) == 0) {
            return false;
        }
    }
    return true;
}

/* Of a map, or (NULL) of the server: what belongs to no map. */
static void put_paths(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_map *map)
{
    const struct jalon_route *routes = jalon_api_routes();
    jalon_json_begin_object(writer, "paths");
    for (const struct jalon_route *route = routes; route->path != NULL; route++) {
        if (is_of_map(route) != (map != NULL) || !is_first_of_path(routes, route)) {
            continue;
        }
        if (strstr(route->path, "{collection}") == NULL) {
            put_path(request, writer, map, route, NULL);
            continue;
        }
        for (size_t i = 0; i < map->collection_count; i++) {
            if (jalon_endpoint_is_public(&map->collections[i])) {
                put_path(request, writer, map, route, &map->collections[i]);
            }
        }
    }
    jalon_json_end_object(writer);
}

/* --- The document --- */
static const char components[] =
    "{\"schemas\":{\"document\":{\"type\":\"object\"},\"text\":{\"type\":\"string\"},"
    "\"bytes\":{\"type\":\"string\",\"format\":\"binary\"},"
    "\"problem\":{\"type\":\"object\",\"description\":\"RFC 9457\",\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
    "\"instance\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{"
    "\"type\":\"object\",\"properties\":{\"pointer\":{\"type\":\"string\"},"
    "\"parameter\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"}}}}}}},"
    "\"headers\":{\"seq\":{\"description\":\"The number of the event that was made, or of the last one "
    "that is shown; absent before a map's first one, and where no event counts.\","
    "\"schema\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1}}},"
    "\"responses\":{\"problem\":{\"description\":\"What went wrong; title, detail and reasons in "
    "French or English by Accept-Language, in English when it names neither.\",\"headers\":{"
    "\"Content-Language\":{\"description\":\"Of title, detail and reasons: fr or en.\","
    "\"schema\":{\"type\":\"string\",\"enum\":[\"en\",\"fr\"]}}},\"content\":{"
    "\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}},"
    "\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}}";

static void put_info(struct jalon_json_writer *writer, const struct jalon_map *map)
{
    jalon_json_begin_object(writer, "info");
    jalon_json_put_text(writer, "title", map != NULL ? map->title.en : JALON_TEXT("Jalon"));
    jalon_json_put_text(writer, "description",
                        map != NULL ? map->description.en
                                    : JALON_TEXT("Accounts, sessions and what else is of the whole "
                                                 "server. Each map describes its own: "
                                                 "/maps/{map}/api."));
    jalon_json_put_string(writer, "version", JALON_VERSION);
    if (map != NULL) {
        jalon_json_begin_object(writer, "license");
        jalon_json_put_text(writer, "name", map->licence);
        jalon_json_end_object(writer);
    }
    jalon_json_end_object(writer);
}

/* Of a map, or (NULL) of the server. */
static void write_document(struct jalon_request *request, struct jalon_response *response,
                           const struct jalon_map *map)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "openapi", "3.0.3");
    put_info(&writer, map);
    jalon_json_begin_array(&writer, "servers");
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_text(&writer, "url",
                        map != NULL ? jalon_endpoint_url(request, "/maps/%s", map->slug.data)
                                    : jalon_endpoint_url(request, "%s", ""));
    jalon_json_end_object(&writer);
    jalon_json_end_array(&writer);
    put_paths(request, &writer, map);
    jalon_json_put_raw(&writer, "components", jalon_text_from(components));
    jalon_json_end_object(&writer);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    const struct jalon_map *map = reading->map;
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    write_document(request, response, map);
    return jalon_page_is_wanted(request) ? jalon_page_api(request, response, map) : JALON_OK;
}

enum jalon_status jalon_openapi_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}

enum jalon_status jalon_openapi_server_get(struct jalon_request *request,
                                           struct jalon_response *response)
{
    write_document(request, response, NULL);
    return jalon_endpoint_finish_hashed(request, response);
}
