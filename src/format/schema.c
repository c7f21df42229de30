/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * JSON Schema of a contribution: what POST accepts, and all that a form needs. Layer 2.
 *
 * The shape is described at jalon_schema_write. JSON Schema 2020-12 core and validation; GeoJSON
 * shapes after RFC 7946, section 3.1.
 */
#include <math.h>

#include "jalon/format.h"
#include "jalon/geo.h"
#include "jalon/json.h"

/* The properties that every contribution has, as the form names them. */
#define LABEL(fr, en) {{"" fr, sizeof(fr) - 1}, {"" en, sizeof(en) - 1}}
static const struct jalon_label title_label = LABEL("Titre", "Title");
static const struct jalon_label description_label = LABEL("Description", "Description");
static const struct jalon_label categories_label = LABEL("Catégories", "Categories");
static const struct jalon_label status_label = LABEL("État", "Status");
static const struct jalon_label observed_label = LABEL("Observé le", "Observed on");
static const struct jalon_label licence_label = LABEL("Licence", "Licence");
static const struct jalon_label declared_by_label = LABEL("Déclaré par", "Declared by");
static const struct jalon_label holder_label = LABEL("Porteur du lieu ou du projet", "Its holder");
static const struct jalon_label third_party_label = LABEL("Un tiers", "A third party");
#undef LABEL

static void put_label(struct jalon_json_writer *writer, const char *key,
                      const struct jalon_label *label)
{
    jalon_json_begin_object(writer, key);
    jalon_json_put_text(writer, "fr", label->fr);
    jalon_json_put_text(writer, "en", label->en);
    jalon_json_end_object(writer);
}

static void put_text_if_any(struct jalon_json_writer *writer, const char *key,
                            struct jalon_text text)
{
    if (text.length > 0) {
        jalon_json_put_text(writer, key, text);
    }
}

/* "title" for tools that know JSON Schema only, "x-label" for the rest. */
static void put_titles(struct jalon_json_writer *writer, const struct jalon_label *label)
{
    jalon_json_put_text(writer, "title", label->en);
    put_label(writer, "x-label", label);
}

/* Begins a property; its members follow, then jalon_json_end_object. */
static void begin_property(struct jalon_json_writer *writer, struct jalon_text key,
                           const struct jalon_label *label, const char *type, const char *x_type,
                           int64_t *order)
{
    jalon_json_put_key(writer, key);
    jalon_json_begin_object(writer, NULL);
    put_titles(writer, label);
    jalon_json_put_string(writer, "type", type);
    jalon_json_put_string(writer, "x-type", x_type);
    jalon_json_put_integer(writer, "x-order", ++*order);
    jalon_json_put_integer(writer, "x-ogc-propertySeq", *order);
}

/* --- Geometry --- */
/* How deep the coordinates nest above a position, and the fewest items of the innermost array. */
struct shape {
    int depth;
    int64_t fewest;
};

static struct shape shape_of(enum jalon_geometry_type type)
{
    switch (type) {
    case JALON_GEOMETRY_POINT: return (struct shape){0, 0};
    case JALON_GEOMETRY_MULTIPOINT: return (struct shape){1, 1};
    case JALON_GEOMETRY_LINESTRING: return (struct shape){1, 2};
    case JALON_GEOMETRY_MULTILINESTRING: return (struct shape){2, 2};
    case JALON_GEOMETRY_POLYGON: return (struct shape){2, 4};
    case JALON_GEOMETRY_MULTIPOLYGON: return (struct shape){3, 4};
    case JALON_GEOMETRY_NONE: break;
    }
    return (struct shape){0, 0};
}

static void put_coordinates(struct jalon_json_writer *writer, const char *key, struct shape shape)
{
    jalon_json_begin_object(writer, key);
    if (shape.depth == 0) {
        jalon_json_put_string(writer, "$ref", "#/$defs/position");
    } else {
        jalon_json_put_string(writer, "type", "array");
        jalon_json_put_integer(writer, "minItems", shape.depth == 1 ? shape.fewest : 1);
        put_coordinates(writer, "items", (struct shape){shape.depth - 1, shape.fewest});
    }
    jalon_json_end_object(writer);
}

static void put_geometry_type(struct jalon_json_writer *writer, enum jalon_geometry_type type)
{
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_string(writer, "title", jalon_geometry_type_name(type));
    jalon_json_put_string(writer, "type", "object");
    jalon_json_begin_array(writer, "required");
    jalon_json_put_string(writer, NULL, "type");
    jalon_json_put_string(writer, NULL, "coordinates");
    jalon_json_end_array(writer);
    jalon_json_begin_object(writer, "properties");
    jalon_json_begin_object(writer, "type");
    jalon_json_put_string(writer, "const", jalon_geometry_type_name(type));
    jalon_json_end_object(writer);
    put_coordinates(writer, "coordinates", shape_of(type));
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

static void put_geometry(struct jalon_json_writer *writer, unsigned types)
{
    jalon_json_begin_object(writer, "geometry");
    jalon_json_put_string(writer, "x-ogc-role", "primary-geometry");
    jalon_json_begin_array(writer, "x-geometry-types");
    for (int i = JALON_GEOMETRY_POINT; i <= JALON_GEOMETRY_MULTIPOLYGON; i++) {
        if ((types & JALON_GEOMETRY_BIT(i)) != 0) {
            jalon_json_put_string(writer, NULL,
                                  jalon_geometry_type_name((enum jalon_geometry_type)i));
        }
    }
    jalon_json_end_array(writer);
    jalon_json_begin_array(writer, "oneOf");
    for (int i = JALON_GEOMETRY_POINT; i <= JALON_GEOMETRY_MULTIPOLYGON; i++) {
        if ((types & JALON_GEOMETRY_BIT(i)) != 0) {
            put_geometry_type(writer, (enum jalon_geometry_type)i);
        }
    }
    jalon_json_end_array(writer);
    jalon_json_end_object(writer);
}

/* Longitude, latitude, and an altitude that is dropped. */
static void put_position_definition(struct jalon_json_writer *writer)
{
    jalon_json_begin_object(writer, "$defs");
    jalon_json_begin_object(writer, "position");
    jalon_json_put_string(writer, "type", "array");
    jalon_json_begin_array(writer, "prefixItems");
    for (int i = 0; i < 2; i++) {
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_string(writer, "type", "number");
        jalon_json_put_integer(writer, "minimum", i == 0 ? -180 : -90);
        jalon_json_put_integer(writer, "maximum", i == 0 ? 180 : 90);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
    jalon_json_begin_object(writer, "items");
    jalon_json_put_string(writer, "type", "number");
    jalon_json_end_object(writer);
    jalon_json_put_integer(writer, "minItems", 2);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

/* --- Fields --- */
static void put_choices(struct jalon_json_writer *writer, const struct jalon_field *field)
{
    jalon_json_begin_array(writer, "oneOf");
    for (size_t i = 0; i < field->choice_count; i++) {
        const struct jalon_choice *choice = &field->choices[i];
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "const", choice->key);
        put_titles(writer, &choice->label);
        put_text_if_any(writer, "x-osm", choice->osm);
        put_text_if_any(writer, "x-acceslibre", choice->acceslibre);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

static const char one_line[] = "^[^\\r\\n]*$";

static const char *json_type_of(enum jalon_field_type type)
{
    switch (type) {
    case JALON_FIELD_NUMBER: return "number";
    case JALON_FIELD_INTEGER: return "integer";
    case JALON_FIELD_BOOLEAN: return "boolean";
    case JALON_FIELD_MULTI_ENUM: return "array";
    default: return "string";
    }
}

static void put_bounds(struct jalon_json_writer *writer, const struct jalon_field *field)
{
    if (isfinite(field->minimum)) {
        jalon_json_put_number(writer, "minimum", field->minimum);
    }
    if (isfinite(field->maximum)) {
        jalon_json_put_number(writer, "maximum", field->maximum);
    }
}

/* The keywords that depend on the type. */
static void put_constraints(struct jalon_json_writer *writer, const struct jalon_field *field)
{
    switch (field->type) {
    case JALON_FIELD_NUMBER:
    case JALON_FIELD_INTEGER: put_bounds(writer, field); return;
    case JALON_FIELD_ENUM: put_choices(writer, field); return;
    case JALON_FIELD_MULTI_ENUM:
        jalon_json_put_boolean(writer, "uniqueItems", true);
        jalon_json_begin_object(writer, "items");
        jalon_json_put_string(writer, "type", "string");
        put_choices(writer, field);
        jalon_json_end_object(writer);
        return;
    case JALON_FIELD_BOOLEAN: return;
    case JALON_FIELD_DATE: jalon_json_put_string(writer, "format", "date"); return;
    case JALON_FIELD_DATE_TIME: jalon_json_put_string(writer, "format", "date-time"); return;
    case JALON_FIELD_URL:
        jalon_json_put_string(writer, "format", "uri");
        jalon_json_put_string(writer, "pattern", "^https?://");
        break;
    case JALON_FIELD_EMAIL: jalon_json_put_string(writer, "format", "email"); break;
    case JALON_FIELD_STRING: jalon_json_put_string(writer, "pattern", one_line); break;
    default: break;
    }
    jalon_json_put_integer(writer, "maxLength", field->max_length);
}

static void put_field(struct jalon_json_writer *writer, const struct jalon_field *field,
                      int64_t *order)
{
    begin_property(writer, field->key, &field->label, json_type_of(field->type),
                   jalon_field_type_name(field->type), order);
    put_constraints(writer, field);
    if (field->help.en.length > 0) {
        put_label(writer, "x-help", &field->help);
    }
    put_text_if_any(writer, "x-unit", field->unit);
    put_text_if_any(writer, "x-ogc-unit", field->unit);
    put_text_if_any(writer, "x-osm", field->osm);
    put_text_if_any(writer, "x-acceslibre", field->acceslibre);
    jalon_json_end_object(writer);
}

/* --- What every contribution has --- */
static void put_string_property(struct jalon_json_writer *writer, const char *key,
                                const struct jalon_label *label, enum jalon_field_type type,
                                int64_t max_length, int64_t *order)
{
    begin_property(writer, jalon_text_from(key), label, "string", jalon_field_type_name(type),
                   order);
    if (type == JALON_FIELD_STRING) {
        jalon_json_put_string(writer, "pattern", one_line);
    }
    jalon_json_put_integer(writer, "maxLength", max_length);
    jalon_json_end_object(writer);
}

static void put_categories(struct jalon_json_writer *writer, const struct jalon_map *map,
                           const struct jalon_collection *collection, int64_t *order)
{
    begin_property(writer, JALON_TEXT("categories"), &categories_label, "array", "categories",
                   order);
    jalon_json_put_boolean(writer, "uniqueItems", true);
    jalon_json_begin_object(writer, "items");
    jalon_json_put_string(writer, "type", "string");
    jalon_json_begin_array(writer, "oneOf");
    for (size_t i = 0; i < map->category_count; i++) {
        const struct jalon_category *category = &map->categories[i];
        if (!jalon_collection_uses_category(map, collection, (int32_t)i)) {
            continue;
        }
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "const", category->key);
        put_titles(writer, &category->label);
        jalon_json_put_text(writer, "x-color", category->color);
        if (category->parent >= 0) {
            jalon_json_put_text(writer, "x-parent", map->categories[category->parent].key);
        }
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

/* Each status with those that may follow it; one that nothing follows has an empty list. */
static void put_transitions(struct jalon_json_writer *writer,
                            const struct jalon_collection *collection)
{
    jalon_json_begin_object(writer, "x-transitions");
    for (size_t from = 0; from < collection->status_count; from++) {
        jalon_json_put_key(writer, collection->statuses[from].key);
        jalon_json_begin_array(writer, NULL);
        for (size_t i = 0; i < collection->transition_count; i++) {
            if (collection->transitions[i].from == (int32_t)from) {
                jalon_json_put_text(writer, NULL,
                                    collection->statuses[collection->transitions[i].to].key);
            }
        }
        jalon_json_end_array(writer);
    }
    jalon_json_end_object(writer);
}

static void put_status(struct jalon_json_writer *writer, const struct jalon_collection *collection,
                       int64_t *order)
{
    begin_property(writer, JALON_TEXT("status"), &status_label, "string", "status", order);
    jalon_json_put_text(writer, "default", collection->statuses[0].key);
    jalon_json_begin_array(writer, "oneOf");
    for (size_t i = 0; i < collection->status_count; i++) {
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "const", collection->statuses[i].key);
        put_titles(writer, &collection->statuses[i].label);
        if (collection->statuses[i].closes) {
            jalon_json_put_boolean(writer, "x-closes", true);
        }
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
    put_transitions(writer, collection);
    jalon_json_end_object(writer);
}

static void put_declared_by(struct jalon_json_writer *writer, int64_t *order)
{
    static const struct {
        const char *key;
        const struct jalon_label *label;
    } choices[] = {{JALON_DECLARED_BY_HOLDER, &holder_label},
                   {JALON_DECLARED_BY_THIRD_PARTY, &third_party_label}};
    begin_property(writer, JALON_TEXT("declared_by"), &declared_by_label, "string", "enum", order);
    jalon_json_begin_array(writer, "oneOf");
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_string(writer, "const", choices[i].key);
        put_titles(writer, choices[i].label);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
    jalon_json_end_object(writer);
}

static void put_required_fields(struct jalon_json_writer *writer,
                                const struct jalon_collection *collection)
{
    jalon_json_begin_array(writer, "required");
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (field->required && field->visibility == JALON_VISIBILITY_PUBLIC) {
            jalon_json_put_text(writer, NULL, field->key);
        }
    }
    jalon_json_end_array(writer);
}

static void put_properties(struct jalon_json_writer *writer, const struct jalon_map *map,
                           const struct jalon_collection *collection)
{
    int64_t order = 0;
    jalon_json_begin_object(writer, "properties");
    jalon_json_put_string(writer, "type", "object");
    put_required_fields(writer, collection);
    jalon_json_put_boolean(writer, "additionalProperties", false);
    jalon_json_begin_object(writer, "properties");
    put_string_property(writer, "title", &title_label, JALON_FIELD_STRING, JALON_TITLE_LENGTH_MAX,
                        &order);
    put_string_property(writer, "description", &description_label, JALON_FIELD_TEXT,
                        JALON_DESCRIPTION_LENGTH_MAX, &order);
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].visibility == JALON_VISIBILITY_PUBLIC) {
            put_field(writer, &collection->fields[i], &order);
        }
    }
    if (collection->category_root_count > 0) {
        put_categories(writer, map, collection, &order);
    }
    if (collection->status_count > 0) {
        put_status(writer, collection, &order);
    }
    begin_property(writer, JALON_TEXT("observed"), &observed_label, "string", "date", &order);
    jalon_json_put_string(writer, "format", "date");
    jalon_json_put_string(writer, "x-ogc-role", "primary-instant");
    jalon_json_end_object(writer);
    put_string_property(writer, "licence", &licence_label, JALON_FIELD_STRING,
                        JALON_LICENCE_LENGTH_MAX, &order);
    put_declared_by(writer, &order);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

void jalon_schema_write(struct jalon_buffer *buffer, const struct jalon_map *map,
                        const struct jalon_collection *collection, struct jalon_text self_url)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
    jalon_json_put_text(&writer, "$id", self_url);
    put_titles(&writer, &collection->title);
    if (collection->description.en.length > 0) {
        jalon_json_put_text(&writer, "description", collection->description.en);
        put_label(&writer, "x-description", &collection->description);
    }
    jalon_json_put_text(&writer, "x-map", map->slug);
    jalon_json_put_text(&writer, "x-collection", collection->key);
    jalon_json_put_text(&writer, "x-color", collection->color);
    jalon_json_put_string(&writer, "type", "object");
    jalon_json_begin_array(&writer, "required");
    jalon_json_put_string(&writer, NULL, "type");
    jalon_json_put_string(&writer, NULL, "geometry");
    jalon_json_put_string(&writer, NULL, "properties");
    jalon_json_end_array(&writer);
    jalon_json_begin_object(&writer, "properties");
    jalon_json_begin_object(&writer, "type");
    jalon_json_put_string(&writer, "const", "Feature");
    jalon_json_end_object(&writer);
    jalon_json_begin_object(&writer, "id");
    jalon_json_put_string(&writer, "title", "Id");
    jalon_json_put_string(&writer, "type", "string");
    jalon_json_put_string(&writer, "format", "uuid");
    jalon_json_put_boolean(&writer, "readOnly", true);
    jalon_json_put_string(&writer, "x-ogc-role", "id");
    jalon_json_end_object(&writer);
    put_geometry(&writer, collection->geometry_types);
    put_properties(&writer, map, collection);
    jalon_json_end_object(&writer);
    put_position_definition(&writer);
    jalon_json_end_object(&writer);
}
