/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GeoJSON features as records: of files, and of the bodies of requests. Layer 2. */
#include "feature_record.h"

#include "jalon/geo.h"
#include "reader.h"

static const char not_a_feature[] = JALON_WORDS("this is not a valid GeoJSON Feature");

/* The compact JSON text of a value, in the arena; data is NULL when there is no memory. */
static struct jalon_text write_json(struct jalon_context *ctx, const struct jalon_json *json)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 2 * JALON_FORMAT_RECORD_MAX);
    jalon_json_write(&buffer, json);
    struct jalon_text text = {NULL, 0};
    if (jalon_buffer_status(&buffer) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    return text;
}

static bool is_list_of_strings(const struct jalon_json *json)
{
    if (jalon_json_kind(json) != JALON_JSON_ARRAY) {
        return false;
    }
    for (size_t i = 0; i < jalon_json_size(json); i++) {
        if (jalon_json_kind(jalon_json_element(json, i)) != JALON_JSON_STRING) {
            return false;
        }
    }
    return true;
}

static enum jalon_status read_list(struct jalon_context *ctx, const struct jalon_json *json,
                                   struct jalon_value *out)
{
    size_t count = jalon_json_size(json);
    struct jalon_text *items = jalon_arena_allocate_zeroed(ctx->arena, count, sizeof *items);
    if (items == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = jalon_json_text(jalon_json_element(json, i));
    }
    out->kind = JALON_VALUE_LIST;
    out->list.items = items;
    out->list.count = count;
    return JALON_OK;
}

static enum jalon_status read_structure(struct jalon_context *ctx, const struct jalon_json *json,
                                        struct jalon_record_value *out)
{
    if (is_list_of_strings(json)) {
        return read_list(ctx, json, &out->value);
    }
    out->value.text = write_json(ctx, json);
    if (out->value.text.data == NULL) {
        return jalon_no_memory(ctx);
    }
    out->value.kind = JALON_VALUE_TEXT;
    out->structured = true;
    return JALON_OK;
}

static enum jalon_status read_value(struct jalon_context *ctx, const struct jalon_json *json,
                                    enum jalon_feature_rules rules, struct jalon_record_value *out)
{
    switch (jalon_json_kind(json)) {
    case JALON_JSON_NULL: return JALON_OK;
    case JALON_JSON_BOOLEAN:
        out->value.kind = JALON_VALUE_BOOLEAN;
        out->value.boolean = jalon_json_boolean(json);
        return JALON_OK;
    case JALON_JSON_INTEGER:
        out->value.kind = JALON_VALUE_INTEGER;
        out->value.integer = jalon_json_integer(json);
        return JALON_OK;
    case JALON_JSON_NUMBER:
        out->value.kind = JALON_VALUE_NUMBER;
        out->value.number = jalon_json_number(json);
        return JALON_OK;
    case JALON_JSON_STRING:
        if (rules == JALON_FEATURE_OF_BODY || jalon_text_trim(jalon_json_text(json)).length > 0) {
            out->value.kind = JALON_VALUE_TEXT;
            out->value.text = jalon_json_text(json);
        }
        return JALON_OK;
    case JALON_JSON_ARRAY:
    case JALON_JSON_OBJECT: break;
    }
    return read_structure(ctx, json, out);
}

static enum jalon_status read_properties(struct jalon_context *ctx, const struct jalon_json *json,
                                         enum jalon_feature_rules rules, struct jalon_record *out)
{
    size_t count = jalon_json_size(json);
    out->values = jalon_arena_allocate_zeroed(ctx->arena, count, sizeof *out->values);
    if (out->values == NULL) {
        return jalon_no_memory(ctx);
    }
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *value;
    while (jalon_json_next(json, &iterator, &key, &value)) {
        struct jalon_record_value *slot = &out->values[out->value_count++];
        slot->name = key;
        enum jalon_status status = read_value(ctx, value, rules, slot);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* The member, when it is there and may be read; else adds what is wrong with it. */
static const struct jalon_json *take_member(struct jalon_context *ctx,
                                            const struct jalon_json *feature, const char *name,
                                            enum jalon_feature_rules rules)
{
    const struct jalon_json *member = jalon_json_member(feature, name);
    enum jalon_json_kind kind = member != NULL ? jalon_json_kind(member) : JALON_JSON_NULL;
    const char *pointer = jalon_json_pointer(ctx, "", jalon_text_from(name));
    if (member == NULL && rules == JALON_FEATURE_OF_BODY) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, pointer, "is missing: an object, or null");
    } else if (kind != JALON_JSON_NULL && kind != JALON_JSON_OBJECT) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, pointer, "an object or null, not %s",
                        jalon_say(ctx, jalon_json_kind_name(kind)));
        return NULL;
    }
    return member;
}

static enum jalon_status read_geometry(struct jalon_context *ctx, const struct jalon_json *feature,
                                       enum jalon_feature_rules rules, int32_t srid,
                                       struct jalon_record *out)
{
    const struct jalon_json *json = take_member(ctx, feature, "geometry", rules);
    if (json == NULL) {
        return JALON_OK;
    }
    out->has_geometry = true;
    enum jalon_status status =
        jalon_geometry_from_json(ctx, json, "/geometry", srid, &out->geometry);
    if (status == JALON_TOO_LARGE) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/geometry", "has more than %d positions",
                        JALON_GEOMETRY_POSITIONS_MAX);
    }
    /* The details are there; others may follow. */
    return status == JALON_INVALID || status == JALON_TOO_LARGE ? JALON_OK : status;
}

static enum jalon_status read_id(struct jalon_context *ctx, const struct jalon_json *feature,
                                 struct jalon_record *out)
{
    const struct jalon_json *id = jalon_json_member(feature, "id");
    enum jalon_json_kind kind = id != NULL ? jalon_json_kind(id) : JALON_JSON_NULL;
    out->id = JALON_TEXT_EMPTY;
    if (kind == JALON_JSON_STRING) {
        out->id = jalon_json_text(id);
    } else if (kind == JALON_JSON_INTEGER || kind == JALON_JSON_NUMBER) {
        out->id = write_json(ctx, id);
        return out->id.data != NULL ? JALON_OK : jalon_no_memory(ctx);
    } else if (kind != JALON_JSON_NULL) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/id", "a string or a number, not %s",
                        jalon_say(ctx, jalon_json_kind_name(kind)));
    }
    return JALON_OK;
}

/* --- What else a body may not hold --- */

/* A body that says its system of coordinates as files of 2008 did (3) is not read as if it said none. */
static void check_crs(struct jalon_context *ctx, const struct jalon_json *feature)
{
    const struct jalon_json *crs = jalon_json_member(feature, "crs");
    struct jalon_text name =
        jalon_json_text(jalon_json_member(jalon_json_member(crs, "properties"), "name"));
    int32_t srid = 0;
    if (crs == NULL || jalon_json_kind(crs) == JALON_JSON_NULL) {
        return;
    }
    if (jalon_geo_parse_crs(ctx, name, &srid) != JALON_OK || srid != JALON_SRID_WGS84) {
        ctx->error.message = JALON_TEXT_EMPTY;
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/crs",
                        "GeoJSON is in longitude and latitude (RFC 7946, 4): name another system in "
                        "the header Content-Crs");
    }
}

static void check_box(struct jalon_context *ctx, const struct jalon_json *feature)
{
    const struct jalon_json *box = jalon_json_member(feature, "bbox");
    if (box == NULL || jalon_json_kind(box) == JALON_JSON_NULL) {
        return;
    }
    size_t count = jalon_json_kind(box) == JALON_JSON_ARRAY ? jalon_json_size(box) : 0;
    bool good = count == 4 || count == 6;
    for (size_t i = 0; i < count; i++) {
        enum jalon_json_kind kind = jalon_json_kind(jalon_json_element(box, i));
        good = good && (kind == JALON_JSON_INTEGER || kind == JALON_JSON_NUMBER);
    }
    if (!good) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/bbox", "a list of 4 or 6 numbers, not %s",
                        jalon_say(ctx, jalon_json_kind_name(jalon_json_kind(box))));
    }
}

/* Members that make another kind of object of it (RFC 7946, 7.1). */
static void check_members(struct jalon_context *ctx, const struct jalon_json *object,
                          const char *pointer, const char *const *others)
{
    for (; *others != NULL; others++) {
        if (jalon_json_member(object, *others) != NULL) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer(ctx, pointer, jalon_text_from(*others)),
                            "does not belong here (RFC 7946, 7.1)");
        }
    }
}

static void check_body(struct jalon_context *ctx, const struct jalon_json *feature)
{
    static const char *const not_of_features[] = {"coordinates", "geometries", "features", NULL};
    static const char *const not_of_geometries[] = {"geometry", "properties", "features", NULL};
    const struct jalon_json *id = jalon_json_member(feature, "id");
    if (id != NULL && jalon_json_kind(id) == JALON_JSON_STRING &&
        jalon_json_text(id).length == 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/id", "is empty");
    }
    check_crs(ctx, feature);
    check_box(ctx, feature);
    check_members(ctx, feature, "", not_of_features);
    check_members(ctx, jalon_json_member(feature, "geometry"), "/geometry", not_of_geometries);
}

static void check_type(struct jalon_context *ctx, const struct jalon_json *json)
{
    const struct jalon_json *type = jalon_json_member(json, "type");
    if (type == NULL || jalon_json_kind(type) != JALON_JSON_STRING) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/type", "is missing: it has to be \"Feature\"");
    } else if (!jalon_text_is(jalon_json_text(type), "Feature")) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/type", "\"%.*s\" instead of \"Feature\"",
                        JALON_TEXT_ARGS(jalon_json_text(type)));
    }
}

enum jalon_status jalon_feature_to_record(struct jalon_context *ctx, const struct jalon_json *json,
                                          enum jalon_feature_rules rules, int32_t srid,
                                          struct jalon_record *out)
{
    if (jalon_json_kind(json) != JALON_JSON_OBJECT) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "", "an object, not %s",
                        jalon_say(ctx, jalon_json_kind_name(jalon_json_kind(json))));
        return jalon_error_verdict(ctx, not_a_feature);
    }
    struct jalon_record record = {.row = out->row};
    check_type(ctx, json);
    if (rules == JALON_FEATURE_OF_BODY) {
        check_body(ctx, json);
    }
    enum jalon_status status = read_id(ctx, json, &record);
    if (status == JALON_OK) {
        status = read_geometry(ctx, json, rules, srid, &record);
    }
    if (status == JALON_OK) {
        const struct jalon_json *properties = take_member(ctx, json, "properties", rules);
        status = properties == NULL ? JALON_OK : read_properties(ctx, properties, rules, &record);
    }
    if (status == JALON_OK) {
        status = jalon_error_verdict(ctx, not_a_feature);
    }
    if (status == JALON_OK) {
        *out = record;
    }
    return status;
}

enum jalon_status jalon_feature_read_tree(struct jalon_context *ctx, const struct jalon_json *tree,
                                          struct jalon_record *out)
{
    struct jalon_record record = {.row = 1};
    enum jalon_status status =
        jalon_feature_to_record(ctx, tree, JALON_FEATURE_OF_BODY, JALON_SRID_WGS84, &record);
    if (status == JALON_OK) {
        *out = record;
    }
    return status;
}

enum jalon_status jalon_feature_read(struct jalon_context *ctx, struct jalon_text json,
                                     struct jalon_record *out)
{
    const struct jalon_json *tree;
    enum jalon_status status = jalon_json_parse(ctx, json, &tree);
    return status == JALON_OK ? jalon_feature_read_tree(ctx, tree, out) : status;
}
