/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Stores a map's description, one table after the other. Layer 2. */
#include <math.h>
#include <string.h>

#include "jalon/geo.h"
#include "store/descriptions.h"

/* Where the rows go: the same for every row of a collection. */
struct place {
    struct jalon_db_connection *connection;
    int64_t map;
    int64_t collection;
};

static struct jalon_db_value number_or_null(double value)
{
    return isfinite(value) ? jalon_db_double(value) : jalon_db_null();
}

static enum jalon_status insert_categories(struct jalon_context *ctx, const struct place *place,
                                           const struct jalon_map *map)
{
    for (size_t i = 0; i < map->category_count; i++) {
        const struct jalon_category *category = &map->categories[i];
        struct jalon_db_value values[] = {
            jalon_db_integer(place->map),
            jalon_db_integer((int64_t)i),
            jalon_db_text(category->key),
            category->parent < 0 ? jalon_db_null()
                                 : jalon_db_text(map->categories[category->parent].key),
            jalon_db_text(category->label.fr),
            jalon_db_text(category->label.en),
            jalon_db_text_or_null(category->color),
        };
        enum jalon_status status =
            jalon_db_execute(ctx, place->connection, JALON_QUERY_CATEGORY_INSERT, values,
                             JALON_STORE_COUNT(values), NULL);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

static enum jalon_status insert_choices(struct jalon_context *ctx, const struct place *place,
                                        const struct jalon_field *field)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        const struct jalon_choice *choice = &field->choices[i];
        struct jalon_db_value values[] = {
            jalon_db_integer(place->map),
            jalon_db_integer(place->collection),
            jalon_db_text(field->key),
            jalon_db_integer((int64_t)i),
            jalon_db_text(choice->key),
            jalon_db_text(choice->label.fr),
            jalon_db_text(choice->label.en),
            jalon_db_text_or_null(choice->osm),
            jalon_db_text_or_null(choice->acceslibre),
        };
        enum jalon_status status =
            jalon_db_execute(ctx, place->connection, JALON_QUERY_COLLECTION_INSERT_CHOICE, values,
                             JALON_STORE_COUNT(values), NULL);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

static enum jalon_status insert_field(struct jalon_context *ctx, const struct place *place,
                                      const struct jalon_field *field, size_t position)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(place->map),
        jalon_db_integer(place->collection),
        jalon_db_integer((int64_t)position),
        jalon_db_text(field->key),
        jalon_db_text(jalon_text_from(jalon_field_type_name(field->type))),
        jalon_db_text(field->label.fr),
        jalon_db_text(field->label.en),
        jalon_db_text_or_null(field->help.fr),
        jalon_db_text_or_null(field->help.en),
        jalon_db_boolean(field->required),
        jalon_db_text(jalon_text_from(jalon_visibility_name(field->visibility))),
        number_or_null(field->minimum),
        number_or_null(field->maximum),
        jalon_db_integer(field->max_length),
        jalon_db_text_or_null(field->unit),
        jalon_db_text_or_null(field->osm),
        jalon_db_text_or_null(field->acceslibre),
    };
    enum jalon_status status =
        jalon_db_execute(ctx, place->connection, JALON_QUERY_COLLECTION_INSERT_FIELD, values,
                         JALON_STORE_COUNT(values), NULL);
    return status == JALON_OK ? insert_choices(ctx, place, field) : status;
}

static enum jalon_status insert_statuses(struct jalon_context *ctx, const struct place *place,
                                         const struct jalon_collection *collection)
{
    for (size_t i = 0; i < collection->status_count; i++) {
        const struct jalon_workflow_status *item = &collection->statuses[i];
        struct jalon_db_value values[] = {
            jalon_db_integer(place->map),     jalon_db_integer(place->collection),
            jalon_db_integer((int64_t)i),     jalon_db_text(item->key),
            jalon_db_text(item->label.fr),    jalon_db_text(item->label.en),
            jalon_db_boolean(item->closes),
        };
        enum jalon_status status =
            jalon_db_execute(ctx, place->connection, JALON_QUERY_COLLECTION_INSERT_STATUS, values,
                             JALON_STORE_COUNT(values), NULL);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

static enum jalon_status insert_transitions(struct jalon_context *ctx, const struct place *place,
                                            const struct jalon_collection *collection)
{
    for (size_t i = 0; i < collection->transition_count; i++) {
        const struct jalon_transition *item = &collection->transitions[i];
        struct jalon_db_value values[] = {
            jalon_db_integer(place->map),
            jalon_db_integer(place->collection),
            jalon_db_integer((int64_t)i),
            jalon_db_text(collection->statuses[item->from].key),
            jalon_db_text(collection->statuses[item->to].key),
        };
        enum jalon_status status =
            jalon_db_execute(ctx, place->connection, JALON_QUERY_COLLECTION_INSERT_TRANSITION,
                             values, JALON_STORE_COUNT(values), NULL);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

static enum jalon_status insert_roots(struct jalon_context *ctx, const struct place *place,
                                      const struct jalon_map *map,
                                      const struct jalon_collection *collection)
{
    for (size_t i = 0; i < collection->category_root_count; i++) {
        struct jalon_db_value values[] = {
            jalon_db_integer(place->map),
            jalon_db_integer(place->collection),
            jalon_db_integer((int64_t)i),
            jalon_db_text(map->categories[collection->category_roots[i]].key),
        };
        enum jalon_status status =
            jalon_db_execute(ctx, place->connection, JALON_QUERY_COLLECTION_INSERT_CATEGORY,
                             values, JALON_STORE_COUNT(values), NULL);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* GeoJSON names separated by spaces, in the order of their codes. */
static struct jalon_text geometry_types(struct jalon_context *ctx, unsigned types)
{
    struct jalon_text text = JALON_TEXT_EMPTY;
    for (int type = JALON_GEOMETRY_NONE; type <= JALON_GEOMETRY_MULTIPOLYGON; type++) {
        if ((types & JALON_GEOMETRY_BIT(type)) != 0 && text.data != NULL) {
            text = jalon_text_format(ctx->arena, "%s%s%s", text.data, text.length > 0 ? " " : "",
                                     jalon_geometry_type_name((enum jalon_geometry_type)type));
        }
    }
    return text;
}

/* Keys separated by spaces: fields have none in theirs. */
static struct jalon_text tile_fields(struct jalon_context *ctx,
                                     const struct jalon_collection *collection)
{
    struct jalon_text text = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < collection->tile_field_count && text.data != NULL; i++) {
        text = jalon_text_format(ctx->arena, "%s%s%s", text.data, i > 0 ? " " : "",
                                 collection->fields[collection->tile_fields[i]].key.data);
    }
    return text;
}

enum { SETTINGS = 6 };

/* The columns of a collection's settings. */
static enum jalon_status fill_settings(struct jalon_context *ctx,
                                       const struct jalon_collection *collection,
                                       struct jalon_db_value out[SETTINGS])
{
    struct jalon_text shown = tile_fields(ctx, collection);
    if (shown.data == NULL) {
        return jalon_no_memory(ctx);
    }
    out[0] = jalon_db_integer(collection->cluster_radius);
    out[1] = jalon_db_integer(collection->cluster_min_points);
    out[2] = jalon_db_integer(collection->cluster_max_zoom);
    out[3] = collection->chooses_tile_fields ? jalon_db_text(shown) : jalon_db_null();
    out[4] = jalon_db_integer(collection->stale_after_days);
    out[5] = jalon_db_integer(collection->duplicate_distance_m);
    return JALON_OK;
}

static enum jalon_status insert_collection(struct jalon_context *ctx, struct place *place,
                                           const struct jalon_map *map, size_t position)
{
    const struct jalon_collection *collection = &map->collections[position];
    struct jalon_text types = geometry_types(ctx, collection->geometry_types);
    if (types.data == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_db_value values[12 + SETTINGS] = {
        jalon_db_integer(place->map),
        jalon_db_integer((int64_t)position),
        jalon_db_text(collection->key),
        jalon_db_text(collection->title.fr),
        jalon_db_text(collection->title.en),
        jalon_db_text_or_null(collection->description.fr),
        jalon_db_text_or_null(collection->description.en),
        jalon_db_text_or_null(collection->color),
        jalon_db_text(types),
        jalon_db_text(jalon_text_from(jalon_visibility_name(collection->visibility))),
        jalon_db_text_or_null(collection->attribution),
        jalon_db_text_or_null(collection->licence),
    };
    enum jalon_status status = fill_settings(ctx, collection, &values[12]);
    if (status == JALON_OK) {
        status = jalon_db_insert(ctx, place->connection, JALON_QUERY_COLLECTION_INSERT, values,
                                 JALON_STORE_COUNT(values), &place->collection);
    }
    for (size_t i = 0; i < collection->field_count && status == JALON_OK; i++) {
        status = insert_field(ctx, place, &collection->fields[i], i);
    }
    if (status == JALON_OK) {
        status = insert_statuses(ctx, place, collection);
    }
    if (status == JALON_OK) {
        status = insert_transitions(ctx, place, collection);
    }
    return status == JALON_OK ? insert_roots(ctx, place, map, collection) : status;
}

enum jalon_status jalon_store_insert_description(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map, int64_t number,
                                                 struct jalon_collection **out)
{
    struct place place = {.connection = session->connection, .map = number};
    struct jalon_collection *collections = jalon_arena_allocate_zeroed(
        ctx->arena, map->collection_count + 1, sizeof *collections);
    if (collections == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = insert_categories(ctx, &place, map);
    for (size_t i = 0; i < map->collection_count && status == JALON_OK; i++) {
        status = insert_collection(ctx, &place, map, i);
        collections[i] = map->collections[i];
        collections[i].number = place.collection;
    }
    if (status == JALON_CONFLICT) {
        return jalon_fail(ctx, JALON_INVALID, "two things in the map's description have one key");
    }
    if (status == JALON_OK) {
        *out = collections;
    }
    return status;
}

enum jalon_status jalon_store_update_collection(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int32_t collection)
{
    int64_t changed = 0;
    struct jalon_db_value values[2 + SETTINGS] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
    };
    enum jalon_status status = fill_settings(ctx, &map->collections[collection], &values[2]);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection,
                                  JALON_QUERY_COLLECTION_UPDATE_SETTINGS, values,
                                  JALON_STORE_COUNT(values), &changed);
    }
    if (status == JALON_OK && changed == 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "this collection is not there any more");
    }
    return status == JALON_OK ? jalon_store_note_description(ctx, session, map->number) : status;
}
