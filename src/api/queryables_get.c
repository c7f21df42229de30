/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET …/collections/{collection}/queryables and …/sortables: what a filter may name (OGC 19-079r2,
 * clause 6) and what lists can be sorted by (OGC API Features Part 8, draft), as JSON Schemas. Layer 4
 * (api).
 */
#include "endpoint.h"
#include "page.h"

/* The choices of a field, the statuses, the categories: the values that there are. */
static void put_values(struct jalon_json_writer *writer, const struct jalon_map *map,
                       const struct jalon_collection *collection,
                       const struct jalon_view_queryable *queryable)
{
    const struct jalon_field *field =
        queryable->field >= 0 ? &collection->fields[queryable->field] : NULL;
    bool is_status = field == NULL && jalon_text_is(queryable->name, "status");
    bool is_category = field == NULL && jalon_text_is(queryable->name, "categories");
    if (!(field != NULL && field->choice_count > 0) &&
        !(is_status && collection->status_count > 0) && !is_category) {
        return;
    }
    jalon_json_begin_array(writer, "enum");
    for (size_t i = 0; field != NULL && i < field->choice_count; i++) {
        jalon_json_put_text(writer, NULL, field->choices[i].key);
    }
    for (size_t i = 0; is_status && i < collection->status_count; i++) {
        jalon_json_put_text(writer, NULL, collection->statuses[i].key);
    }
    for (size_t i = 0; is_category && i < map->category_count; i++) {
        if (jalon_collection_uses_category(map, collection, (int32_t)i)) {
            jalon_json_put_text(writer, NULL, map->categories[i].key);
        }
    }
    jalon_json_end_array(writer);
}

/* What those are called that every contribution has. */
static const struct {
    const char *name;
    struct jalon_label title;
} own_titles[] = {
    {"id", {JALON_TEXT("Identifiant"), JALON_TEXT("Id")}},
    {"title", {JALON_TEXT("Titre"), JALON_TEXT("Title")}},
    {"description", {JALON_TEXT("Description"), JALON_TEXT("Description")}},
    {"categories", {JALON_TEXT("Catégories"), JALON_TEXT("Categories")}},
    {"status", {JALON_TEXT("Statut"), JALON_TEXT("Status")}},
    {"author", {JALON_TEXT("Auteur"), JALON_TEXT("Author")}},
    {"created", {JALON_TEXT("Créé le"), JALON_TEXT("Created at")}},
    {"updated", {JALON_TEXT("Modifié le"), JALON_TEXT("Updated at")}},
    {"observed", {JALON_TEXT("Observé le"), JALON_TEXT("Observed on")}},
    {"confirmed", {JALON_TEXT("Confirmé le"), JALON_TEXT("Confirmed on")}},
    {"supports", {JALON_TEXT("Soutiens"), JALON_TEXT("Supports")}},
    {"comments", {JALON_TEXT("Commentaires"), JALON_TEXT("Comments")}},
    {"version", {JALON_TEXT("Version"), JALON_TEXT("Version")}},
    {"licence", {JALON_TEXT("Licence"), JALON_TEXT("Licence")}},
    {"source", {JALON_TEXT("Source"), JALON_TEXT("Source")}},
    {"source_id", {JALON_TEXT("Identifiant dans la source"), JALON_TEXT("Id in the source")}},
    {"campaign", {JALON_TEXT("Cartopartie"), JALON_TEXT("Campaign")}},
    {"geometry", {JALON_TEXT("Lieu"), JALON_TEXT("Place")}},
};

static void put_title(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_collection *collection,
                      const struct jalon_view_queryable *queryable)
{
    if (queryable->field >= 0) {
        jalon_json_put_text(
            writer, "title",
            jalon_endpoint_words(request, collection->fields[queryable->field].label));
        return;
    }
    for (size_t i = 0; i < sizeof own_titles / sizeof *own_titles; i++) {
        if (jalon_text_is(queryable->name, own_titles[i].name)) {
            jalon_json_put_text(writer, "title",
                                jalon_endpoint_words(request, own_titles[i].title));
        }
    }
}

/* The roles of OGC 23-058r2, 7.2 and 8; a geometry's is put with its type. */
static void put_role(struct jalon_json_writer *writer, const struct jalon_view_queryable *queryable)
{
    bool is_own = queryable->field < 0;
    if (is_own && jalon_text_is(queryable->name, "id")) {
        jalon_json_put_string(writer, "x-ogc-role", "id");
    } else if (is_own && jalon_text_is(queryable->name, "observed")) {
        jalon_json_put_string(writer, "x-ogc-role", "primary-instant");
    }
}

/* A geometry is told by `format` alone (OGC 19-079r2, table 3). */
static const char *geometry_format(unsigned types)
{
    static const struct {
        unsigned types;
        const char *format;
    } formats[] = {
        {JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT), "geometry-point"},
        {JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING), "geometry-linestring"},
        {JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON), "geometry-polygon"},
        {JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOINT), "geometry-multipoint"},
        {JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTILINESTRING), "geometry-multilinestring"},
        {JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOLYGON), "geometry-multipolygon"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (formats[i].types == types) {
            return formats[i].format;
        }
    }
    return "geometry-any";
}

static bool is_integer(const struct jalon_collection *collection,
                       const struct jalon_view_queryable *queryable)
{
    return queryable->field < 0 || collection->fields[queryable->field].type == JALON_FIELD_INTEGER;
}

static void put_type(struct jalon_json_writer *writer, const struct jalon_map *map,
                     const struct jalon_collection *collection,
                     const struct jalon_view_queryable *queryable)
{
    switch (queryable->type) {
    case JALON_VIEW_BOOLEAN: jalon_json_put_string(writer, "type", "boolean"); break;
    case JALON_VIEW_NUMBER:
        jalon_json_put_string(writer, "type",
                              is_integer(collection, queryable) ? "integer" : "number");
        break;
    case JALON_VIEW_DATE:
    case JALON_VIEW_TIMESTAMP:
        jalon_json_put_string(writer, "type", "string");
        jalon_json_put_string(writer, "format",
                              queryable->type == JALON_VIEW_DATE ? "date" : "date-time");
        break;
    case JALON_VIEW_GEOMETRY:
        jalon_json_put_string(writer, "format", geometry_format(collection->geometry_types));
        jalon_json_put_string(writer, "x-ogc-role", "primary-geometry");
        break;
    case JALON_VIEW_ARRAY:
        jalon_json_put_string(writer, "type", "array");
        jalon_json_begin_object(writer, "items");
        jalon_json_put_string(writer, "type", "string");
        put_values(writer, map, collection, queryable);
        jalon_json_end_object(writer);
        break;
    case JALON_VIEW_TEXT:
    case JALON_VIEW_INTERVAL: /* no property is one */
        jalon_json_put_string(writer, "type", "string");
        put_values(writer, map, collection, queryable);
        break;
    }
}

/* Which properties: jalon_view_queryable_at, jalon_view_sortable_at. */
typedef bool (*property_at)(const struct jalon_collection *collection, size_t index,
                            struct jalon_view_queryable *out);

static void write_properties(struct jalon_request *request, struct jalon_json_writer *writer,
                             const struct jalon_map *map,
                             const struct jalon_collection *collection, const char *name,
                             property_at at)
{
    struct jalon_view_queryable one;
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_string(writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    jalon_json_put_text(writer, "$id",
                        jalon_endpoint_url(request, "/maps/%s/collections/%s/%s", map->slug.data,
                                           collection->key.data, name));
    jalon_json_put_string(writer, "type", "object");
    jalon_json_put_text(writer, "title", jalon_endpoint_words(request, collection->title));
    jalon_json_begin_object(writer, "properties");
    for (size_t i = 0; at(collection, i, &one); i++) {
        jalon_json_begin_object(writer, one.name.data);
        put_title(request, writer, collection, &one);
        put_type(writer, map, collection, &one);
        put_role(writer, &one);
        jalon_json_end_object(writer);
    }
    jalon_json_end_object(writer);
    jalon_json_put_boolean(writer, "additionalProperties", false);
    jalon_json_end_object(writer);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading, const char *name,
                                property_at at)
{
    int32_t index;
    enum jalon_status status = jalon_endpoint_collection(request, reading->map, &index);
    if (status == JALON_OK && !jalon_endpoint_unchanged(request, response, reading)) {
        struct jalon_json_writer writer;
        jalon_json_writer_init(&writer, &response->body);
        write_properties(request, &writer, reading->map, &reading->map->collections[index], name,
                         at);
        if (jalon_page_is_wanted(request)) {
            status = jalon_page_schema(request, response, reading->map, index);
        }
    }
    return status;
}

static enum jalon_status answer_queryables(struct jalon_request *request,
                                           struct jalon_response *response,
                                           const struct jalon_reading *reading)
{
    return answer(request, response, reading, "queryables", jalon_view_queryable_at);
}

static enum jalon_status answer_sortables(struct jalon_request *request,
                                          struct jalon_response *response,
                                          const struct jalon_reading *reading)
{
    return answer(request, response, reading, "sortables", jalon_view_sortable_at);
}

enum jalon_status jalon_queryables_get(struct jalon_request *request,
                                       struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_queryables);
}

enum jalon_status jalon_sortables_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_sortables);
}
