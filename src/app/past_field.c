/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One field of a contribution, set to what its history says it was. Layer 3 (app). */
#include <string.h>

#include "jalon/geo.h"
#include "jalon/json.h"

#include "draft.h"
#include "past.h"

enum jalon_status jalon_past_own_arrays(struct jalon_context *ctx, const struct jalon_map *map,
                                        struct jalon_contribution *contribution)
{
    size_t field_count = map->collections[contribution->collection].field_count;
    struct jalon_value *fields =
        jalon_arena_allocate_zeroed(ctx->arena, field_count + 1, sizeof *fields);
    int32_t *categories = jalon_arena_allocate_zeroed(
        ctx->arena, contribution->category_count + 1, sizeof *categories);
    if (fields == NULL || categories == NULL) {
        return jalon_no_memory(ctx);
    }
    if (field_count > 0) {
        memcpy(fields, contribution->fields, field_count * sizeof *fields);
    }
    if (contribution->category_count > 0) {
        memcpy(categories, contribution->categories,
               contribution->category_count * sizeof *categories);
    }
    contribution->fields = fields;
    contribution->categories = categories;
    return JALON_OK;
}

/* --- Fields of the collection --- */
static enum jalon_status read_list(struct jalon_context *ctx, const struct jalon_json *json,
                                   struct jalon_value *out)
{
    size_t count = jalon_json_size(json);
    struct jalon_text *items = jalon_arena_allocate_zeroed(ctx->arena, count + 1, sizeof *items);
    if (items == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = jalon_json_text(jalon_json_element(json, i));
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {items, count}};
    return JALON_OK;
}

static enum jalon_status read_value(struct jalon_context *ctx, const struct jalon_json *json,
                                    struct jalon_value *out)
{
    struct jalon_value value = {.kind = JALON_VALUE_NONE};
    switch (jalon_json_kind(json)) {
    case JALON_JSON_NULL:
    case JALON_JSON_OBJECT: break;
    case JALON_JSON_BOOLEAN:
        value.kind = JALON_VALUE_BOOLEAN;
        value.boolean = jalon_json_boolean(json);
        break;
    case JALON_JSON_INTEGER:
        value.kind = JALON_VALUE_INTEGER;
        value.integer = jalon_json_integer(json);
        break;
    case JALON_JSON_NUMBER:
        value.kind = JALON_VALUE_NUMBER;
        value.number = jalon_json_number(json);
        break;
    case JALON_JSON_STRING:
        value.kind = JALON_VALUE_TEXT;
        value.text = jalon_json_text(json);
        break;
    case JALON_JSON_ARRAY: return read_list(ctx, json, out);
    }
    *out = value;
    return JALON_OK;
}

static enum jalon_status set_collection_field(struct jalon_context *ctx,
                                              const struct jalon_field *field,
                                              const struct jalon_json *json,
                                              struct jalon_value *out, bool *out_fits)
{
    struct jalon_value value, read = {.kind = JALON_VALUE_NONE};
    enum jalon_status status = read_value(ctx, json, &value);
    if (status != JALON_OK) {
        return status;
    }
    if (value.kind != JALON_VALUE_NONE &&
        jalon_field_value_read(ctx, field, value, NULL, &read, &status) != NULL) {
        return status; /* the field has become another one */
    }
    if (status == JALON_OK) {
        *out = read;
        *out_fits = true;
    }
    return status;
}

/* --- What every contribution has --- */
static enum jalon_status set_geometry(struct jalon_context *ctx,
                                      struct jalon_contribution *contribution,
                                      const struct jalon_json *json, bool *out_fits)
{
    struct jalon_geometry geometry = {.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84};
    enum jalon_status status =
        jalon_geometry_from_json(ctx, json, "/geometry", JALON_SRID_WGS84, &geometry);
    if (status == JALON_OK) {
        contribution->geometry = geometry;
        *out_fits = true;
        return JALON_OK;
    }
    if (status != JALON_NO_MEMORY) {
        jalon_error_clear(ctx);
        status = JALON_OK;
    }
    return status;
}

/* In the map's order; *out_fits false when one is not there any more. */
static enum jalon_status set_categories(struct jalon_context *ctx, const struct jalon_map *map,
                                        struct jalon_contribution *contribution,
                                        const struct jalon_json *json, bool *out_fits)
{
    size_t count = jalon_json_size(json);
    int32_t *list = jalon_arena_allocate_zeroed(ctx->arena, count + 1, sizeof *list);
    if (list == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        int32_t found =
            jalon_map_find_category(map, jalon_json_text(jalon_json_element(json, i)));
        if (found < 0) {
            return JALON_OK;
        }
        size_t at = i;
        while (at > 0 && list[at - 1] > found) {
            list[at] = list[at - 1];
            at--;
        }
        list[at] = found;
    }
    contribution->categories = list;
    contribution->category_count = count;
    *out_fits = true;
    return JALON_OK;
}

static bool set_status(const struct jalon_map *map, struct jalon_contribution *contribution,
                       const struct jalon_json *json)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    int32_t found = jalon_collection_find_status(collection, jalon_json_text(json));
    bool fits = found >= 0 || json == NULL;
    if (fits) {
        contribution->status = found;
    }
    return fits;
}

/* The texts that every contribution has, by their names in the history. */
static struct jalon_text *find_text(struct jalon_contribution *contribution,
                                    struct jalon_text field)
{
    const struct {
        const char *name;
        struct jalon_text *text;
    } texts[] = {
        {"title", &contribution->title},       {"description", &contribution->description},
        {"observed", &contribution->observed}, {"licence", &contribution->licence},
        {"source", &contribution->source},     {"source_id", &contribution->source_id},
        {"campaign", &contribution->campaign},
        {"declared_by", &contribution->declared_by},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (jalon_text_is(field, texts[i].name)) {
            return texts[i].text;
        }
    }
    return NULL;
}

enum jalon_status jalon_past_set_field(struct jalon_context *ctx, const struct jalon_map *map,
                                       struct jalon_contribution *contribution,
                                       struct jalon_text field, const struct jalon_json *value,
                                       bool *out_fits)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    struct jalon_text *text = find_text(contribution, field);
    int32_t index = jalon_collection_find_field(collection, field);
    *out_fits = false;
    if (text != NULL) {
        *text = jalon_json_text(value);
        *out_fits = true;
    } else if (index >= 0) {
        return set_collection_field(ctx, &collection->fields[index], value,
                                    &contribution->fields[index], out_fits);
    } else if (jalon_text_is(field, "geometry")) {
        return set_geometry(ctx, contribution, value, out_fits);
    } else if (jalon_text_is(field, "categories")) {
        return set_categories(ctx, map, contribution, value, out_fits);
    } else if (jalon_text_is(field, "status")) {
        *out_fits = set_status(map, contribution, value);
    } else if (jalon_text_is(field, "moderation")) {
        *out_fits = jalon_moderation_parse(jalon_json_text(value), &contribution->moderation);
    } else {
        *out_fits = value == NULL;
    }
    return JALON_OK;
}
