/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Looking through a map's rows: each can be read, and agrees with the map's description and with
 * the spatial index. Layer 2.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "jalon/geo.h"
#include "jalon/json.h"
#include "store/check.h"

/* The row that is looked at; its context is reset behind it. */
struct looked_at {
    struct jalon_context *ctx;
    const struct jalon_check *check;
    const struct jalon_map *map;
    const char *table;
    char key[24];
};

static void tell(const struct looked_at *at, const char *format, ...) JALON_PRINTF(2, 3);

static void tell(const struct looked_at *at, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    jalon_check_tell(at->check, at->table, jalon_text_from(at->key), jalon_text_from(what));
}

static void tell_error(const struct looked_at *at, const char *column)
{
    tell(at, "%s: %s", column, at->ctx->error.message.data);
    jalon_error_clear(at->ctx);
}

/* --- Geometry --- */

/* Is the index' number, of 32 bits, the one of this side, rounded outward? */
static bool is_side(double exact, const struct jalon_db_value *indexed, double outward)
{
    double distance = (jalon_db_to_double(indexed) - exact) * outward;
    return distance >= 0 && distance <= fabs(exact) * 0x1p-20 + 1e-30;
}

/*
 * `index` are whether the index has the row, and the four columns of its box then. NULL and nothing
 * more: the engine keeps it and knows.
 */
static void check_box(const struct looked_at *at, const struct jalon_geometry *geometry,
                      const struct jalon_db_value *index)
{
    enum { INDEXED, WEST, EAST, SOUTH, NORTH };
    struct jalon_box exact;
    if (index[INDEXED].kind == JALON_DB_NULL) {
        return;
    }
    bool indexed = jalon_db_to_integer(&index[INDEXED]) != 0;
    /* What crosses the antimeridian has no box that the index could hold. */
    bool wanted = jalon_geometry_box(geometry, &exact) && exact.west <= exact.east;
    if (wanted != indexed) {
        tell(at, wanted ? "the spatial index does not have it"
                        : "the spatial index has it, but it has no box");
    } else if (wanted && (!is_side(exact.west, &index[WEST], -1) ||
                          !is_side(exact.east, &index[EAST], 1) ||
                          !is_side(exact.south, &index[SOUTH], -1) ||
                          !is_side(exact.north, &index[NORTH], 1))) {
        tell(at, "its box in the spatial index is not the geometry's");
    }
}

/* `types` are those allowed. */
static void check_geometry(const struct looked_at *at, struct jalon_session *session,
                           const struct jalon_db_value *column, unsigned types,
                           const struct jalon_db_value *index)
{
    struct jalon_geometry geometry;
    enum jalon_db_geometry_form form = jalon_db_geometry_form(session->store->db);
    if (jalon_store_read_geometry(at->ctx, form, column, &geometry) != JALON_OK ||
        jalon_geometry_check_range(at->ctx, &geometry, NULL) != JALON_OK) {
        tell_error(at, "geometry");
        return;
    }
    if (geometry.type != JALON_GEOMETRY_NONE &&
        (types & JALON_GEOMETRY_BIT(geometry.type)) == 0) {
        tell(at, "geometry: its collection has no %s", jalon_geometry_type_name(geometry.type));
    }
    check_box(at, &geometry, index);
}

/* --- What the map's description says --- */

static bool has_choice(const struct jalon_field *field, struct jalon_text key)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (jalon_text_equal(field->choices[i].key, key)) {
            return true;
        }
    }
    return false;
}

/* Could this program have written the value into such a field? */
static bool fits_field(const struct jalon_field *field, const struct jalon_json *value)
{
    enum jalon_json_kind kind = jalon_json_kind(value);
    switch (field->type) {
    case JALON_FIELD_NUMBER: return kind == JALON_JSON_NUMBER || kind == JALON_JSON_INTEGER;
    case JALON_FIELD_INTEGER: return kind == JALON_JSON_INTEGER;
    case JALON_FIELD_BOOLEAN: return kind == JALON_JSON_BOOLEAN;
    case JALON_FIELD_ENUM: return has_choice(field, jalon_json_text(value));
    case JALON_FIELD_MULTI_ENUM:
        for (size_t i = 0; i < jalon_json_size(value); i++) {
            if (!has_choice(field, jalon_json_text(jalon_json_element(value, i)))) {
                return false;
            }
        }
        return kind == JALON_JSON_ARRAY;
    default: return kind == JALON_JSON_STRING;
    }
}

static void check_fields(const struct looked_at *at, const struct jalon_collection *collection,
                         struct jalon_text json)
{
    const struct jalon_json *fields = NULL, *value = NULL;
    struct jalon_text key;
    void *iterator = NULL;
    if (jalon_json_parse(at->ctx, json, &fields) != JALON_OK) {
        tell_error(at, "fields");
        return;
    }
    if (jalon_json_kind(fields) != JALON_JSON_OBJECT) {
        tell(at, "fields: not an object");
        return;
    }
    while (jalon_json_next(fields, &iterator, &key, &value)) {
        int32_t index = jalon_collection_find_field(collection, key);
        if (index < 0) {
            tell(at, "fields: its collection has no field '%.60s'", key.data);
        } else if (!fits_field(&collection->fields[index], value)) {
            tell(at, "fields: '%.60s' has a value that the field cannot have", key.data);
        }
    }
}

static void check_categories(const struct looked_at *at, struct jalon_text json)
{
    const struct jalon_json *keys = NULL;
    if (jalon_json_parse(at->ctx, json, &keys) != JALON_OK) {
        tell_error(at, "categories");
        return;
    }
    if (jalon_json_kind(keys) != JALON_JSON_ARRAY) {
        tell(at, "categories: not an array");
    }
    for (size_t i = 0; i < jalon_json_size(keys); i++) {
        struct jalon_text key = jalon_json_text(jalon_json_element(keys, i));
        if (jalon_map_find_category(at->map, key) < 0) {
            tell(at, "categories: the map has no category '%.60s'", key.data);
        }
    }
}

static void check_status(const struct looked_at *at, const struct jalon_collection *collection,
                         struct jalon_text status)
{
    if (status.length > 0 ? jalon_collection_find_status(collection, status) < 0
                          : collection->status_count > 0) {
        tell(at, "status: its collection has no status '%.*s'", JALON_TEXT_ARGS(status));
    }
}

static const struct jalon_collection *find_collection(const struct jalon_map *map, int64_t number)
{
    for (size_t i = 0; i < map->collection_count; i++) {
        if (map->collections[i].number == number) {
            return &map->collections[i];
        }
    }
    return NULL;
}

/* --- Rows --- */

static void check_id(const struct looked_at *at, struct jalon_text id)
{
    struct jalon_id parsed;
    if (!jalon_id_parse(id, &parsed)) {
        tell(at, "id: '%.*s' is no UUID", JALON_TEXT_ARGS(id));
    }
}

static void check_contribution(struct looked_at *at, struct jalon_session *session,
                               const struct jalon_db_value *row)
{
    enum { NUMBER, ID, COLLECTION, FIELDS, CATEGORIES, STATUS, MODERATION, GEOMETRY, INDEX };
    enum jalon_moderation moderation;
    int64_t number = jalon_db_to_integer(&row[COLLECTION]);
    const struct jalon_collection *collection = find_collection(at->map, number);
    snprintf(at->key, sizeof at->key, "%lld", (long long)jalon_db_to_integer(&row[NUMBER]));
    check_id(at, jalon_db_to_text(&row[ID]));
    if (!jalon_moderation_parse(jalon_db_to_text(&row[MODERATION]), &moderation)) {
        tell(at, "moderation: there is no state '%.*s'",
             JALON_TEXT_ARGS(jalon_db_to_text(&row[MODERATION])));
    }
    check_categories(at, jalon_db_to_text(&row[CATEGORIES]));
    if (collection == NULL) {
        tell(at, "collection: the map has no collection %lld", (long long)number);
        return;
    }
    check_fields(at, collection, jalon_db_to_text(&row[FIELDS]));
    check_status(at, collection, jalon_db_to_text(&row[STATUS]));
    check_geometry(at, session, &row[GEOMETRY], collection->geometry_types, &row[INDEX]);
}

static void check_territory(struct looked_at *at, struct jalon_session *session,
                            const struct jalon_db_value *row)
{
    enum { NUMBER, ID, GEOMETRY, INDEX };
    snprintf(at->key, sizeof at->key, "%lld", (long long)jalon_db_to_integer(&row[NUMBER]));
    check_id(at, jalon_db_to_text(&row[ID]));
    check_geometry(at, session, &row[GEOMETRY],
                   JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON) |
                       JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOLYGON),
                   &row[INDEX]);
}

static enum jalon_status check_rows(struct jalon_context *ctx, struct jalon_session *session,
                                    struct looked_at *at, int query,
                                    void (*check_row)(struct looked_at *at,
                                                      struct jalon_session *session,
                                                      const struct jalon_db_value *row))
{
    struct jalon_db_value value = jalon_db_integer(at->map->number);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_db_query(ctx, session->connection, query, &value, 1, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    while ((status = jalon_db_step(ctx, cursor, &row)) == JALON_OK) {
        check_row(at, session, row);
        jalon_context_reset(at->ctx);
    }
    jalon_db_cursor_end(cursor);
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

enum jalon_status jalon_store_check_map(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map,
                                        jalon_finding_listener listener, void *handle)
{
    struct jalon_check check = {listener, handle};
    struct jalon_context *row_ctx = jalon_context_create();
    if (row_ctx == NULL) {
        return jalon_no_memory(ctx);
    }
    struct looked_at at = {.ctx = row_ctx, .check = &check, .map = map, .table = "contribution"};
    enum jalon_status status =
        check_rows(ctx, session, &at, JALON_QUERY_CHECK_CONTRIBUTIONS, check_contribution);
    if (status == JALON_OK) {
        at.table = "territory";
        status = check_rows(ctx, session, &at, JALON_QUERY_CHECK_TERRITORIES, check_territory);
    }
    jalon_context_destroy(row_ctx);
    return status;
}
