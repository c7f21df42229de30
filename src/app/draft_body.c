/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A draft from the body of a request: what it may say, and where it is wrong. Layer 3 (app). */
#include <string.h>

#include "jalon/clock.h"
#include "jalon/geo.h"
#include "jalon/json.h"

#include "draft.h"

enum { GEOMETRY_TEXT_MAX = 64 << 20 };

/* --- What the server sets --- */
enum { SERVER_SET_COUNT = 12 };

struct server_set {
    const char *name;
    struct jalon_value value; /* NONE: there is nothing to say */
    bool is_hidden;           /* the Feature does not say it */
};

static struct jalon_value text_value(struct jalon_text text)
{
    return text.length > 0 ? (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = text}
                           : (struct jalon_value){.kind = JALON_VALUE_NONE};
}

static struct jalon_value time_value(struct jalon_context *ctx, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, text);
    return text_value(jalon_text_copy(ctx->arena, jalon_text_from(text)));
}

static struct jalon_value count_value(int64_t count)
{
    return count > 0 ? (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = count}
                     : (struct jalon_value){.kind = JALON_VALUE_NONE};
}

/* As they stand in the Feature (jalon/feature.h). */
static void list_server_set(struct jalon_context *ctx, const struct draft *draft,
                            struct server_set out[SERVER_SET_COUNT])
{
    const struct jalon_contribution *before = draft->before;
    int32_t grid_m = draft->map->rules.location_grid_m;
    struct jalon_value accuracy = {.kind = grid_m > 0 ? JALON_VALUE_INTEGER : JALON_VALUE_NONE,
                                   .integer = grid_m};
    struct jalon_text moderation = jalon_text_from(jalon_moderation_name(before->moderation));
    bool is_published = before->moderation == JALON_MODERATION_PUBLISHED;
    struct jalon_value version = {.kind = JALON_VALUE_INTEGER, .integer = before->version};
    const struct server_set all[SERVER_SET_COUNT] = {
        {"moderation", text_value(moderation), is_published},
        {"author", text_value(before->author), false},
        {"created", time_value(ctx, before->created_us), false},
        {"updated", time_value(ctx, before->updated_us), false},
        {"version", version, false},
        {"source", text_value(before->source), false},
        {"source_id", text_value(before->source_id), false},
        {"campaign", text_value(before->campaign), false},
        {"confirmed", text_value(before->confirmed), true},
        {"supports", count_value(before->supports), true},
        {"comments", count_value(before->comments), true},
        {"accuracy_m", accuracy, false},
    };
    memcpy(out, all, sizeof all);
}

static struct jalon_value find_value(const struct jalon_record *record, const char *name)
{
    for (size_t i = 0; i < record->value_count; i++) {
        if (jalon_text_is(record->values[i].name, name)) {
            return record->values[i].value;
        }
    }
    return (struct jalon_value){.kind = JALON_VALUE_NONE};
}

static void refuse_server_set(struct jalon_context *ctx, const char *where)
{
    jalon_error_add(ctx, JALON_ERROR_POINTER, where, "is set by the server");
}

/* What others say of a contribution may have changed since its editor has read it. */
static bool changes_by_itself(struct jalon_text property)
{
    return jalon_text_is(property, "confirmed") || jalon_text_is(property, "supports") ||
           jalon_text_is(property, "comments");
}

/*
 * A property that the server sets may say what is so already; in a whole new state also what was so
 * when it was read, of what changes by itself.
 */
static void check_server_set(struct jalon_context *ctx, const struct draft *draft,
                             const struct jalon_record_value *value, bool is_patch,
                             const char *where)
{
    struct server_set all[SERVER_SET_COUNT];
    struct jalon_value current = {.kind = JALON_VALUE_NONE};
    if (draft->before == NULL) {
        refuse_server_set(ctx, where);
        return;
    }
    if (!is_patch && draft->before->touched_us != 0 && changes_by_itself(value->name)) {
        return;
    }
    list_server_set(ctx, draft, all);
    for (size_t i = 0; i < SERVER_SET_COUNT; i++) {
        if (jalon_text_is(value->name, all[i].name)) {
            current = all[i].value;
        }
    }
    if (value->structured || !jalon_value_equal(value->value, current)) {
        refuse_server_set(ctx, where);
    }
}

/* Nor may a patch take it away, nor the status. */
static void check_all_server_set(struct jalon_context *ctx, const struct draft *draft,
                                 const struct jalon_record *record)
{
    struct server_set all[SERVER_SET_COUNT];
    list_server_set(ctx, draft, all);
    for (size_t i = 0; i < SERVER_SET_COUNT; i++) {
        if (all[i].value.kind != JALON_VALUE_NONE && !all[i].is_hidden &&
            find_value(record, all[i].name).kind == JALON_VALUE_NONE) {
            refuse_server_set(ctx, jalon_json_pointer(ctx, "/properties",
                                                      jalon_text_from(all[i].name)));
        }
    }
    if (draft->before->status >= 0 && find_value(record, "status").kind == JALON_VALUE_NONE) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/properties/status", "cannot be taken away");
    }
}

/* --- Properties --- */
/* What a property of the body is for; adds a fault when it may not be there. */
static struct target find_target(struct jalon_context *ctx, const struct draft *draft,
                                 const struct jalon_record_value *value, bool is_patch,
                                 const char *where)
{
    static const struct {
        const char *name;
        enum target_kind kind;
    } reserved[] = {
        {"title", TARGET_TITLE},         {"description", TARGET_DESCRIPTION},
        {"categories", TARGET_CATEGORY}, {"status", TARGET_STATUS},
        {"observed", TARGET_OBSERVED},   {"licence", TARGET_LICENCE},
        {"declared_by", TARGET_DECLARED_BY},
    };
    const struct jalon_collection *collection = draft->collection;
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (jalon_text_is(value->name, reserved[i].name)) {
            return (struct target){reserved[i].kind, -1};
        }
    }
    int32_t field = jalon_collection_find_field(collection, value->name);
    if (field >= 0 && collection->fields[field].visibility == JALON_VISIBILITY_PUBLIC) {
        return (struct target){TARGET_FIELD, field};
    }
    if (jalon_property_is_reserved(value->name)) {
        check_server_set(ctx, draft, value, is_patch, where);
    } else {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "is not a field of %s",
                        collection->key.data);
    }
    return (struct target){TARGET_NONE, -1};
}

static enum jalon_status take_properties(struct jalon_context *ctx, struct draft *draft,
                                         const struct jalon_record *record, bool is_patch)
{
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < record->value_count; i++) {
        const struct jalon_record_value *value = &record->values[i];
        const char *where = jalon_json_pointer(ctx, "/properties", value->name);
        struct target target = find_target(ctx, draft, value, is_patch, where);
        if (value->structured && target.kind != TARGET_NONE) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, where, "must not be an object or mixed list");
        } else {
            status = jalon_draft_take(ctx, draft, target, value->value, where, &unknown);
        }
    }
    return status;
}

/* --- Geometry --- */
/* Are they the same where they are written, to the last decimal that is? */
static bool is_written_alike(const struct jalon_geometry *a, const struct jalon_geometry *b)
{
    struct jalon_buffer texts[2];
    jalon_buffer_init(&texts[0], GEOMETRY_TEXT_MAX);
    jalon_buffer_init(&texts[1], GEOMETRY_TEXT_MAX);
    jalon_geometry_write_json(&texts[0], a);
    jalon_geometry_write_json(&texts[1], b);
    bool alike = jalon_buffer_status(&texts[0]) == JALON_OK &&
                 jalon_buffer_status(&texts[1]) == JALON_OK &&
                 jalon_text_equal(jalon_buffer_text(&texts[0]), jalon_buffer_text(&texts[1]));
    jalon_buffer_finish(&texts[0]);
    jalon_buffer_finish(&texts[1]);
    return alike;
}

/* What is there, and what a reader has seen of it: the middle of a square where places are coarse. */
struct shown {
    const struct jalon_geometry *exact;
    struct jalon_geometry seen;
};

static bool is_shown(const struct shown *shown, const struct jalon_geometry *geometry)
{
    return geometry->srid == shown->exact->srid && (is_written_alike(geometry, &shown->seen) ||
                                                    is_written_alike(geometry, shown->exact));
}

/*
 * Is this point, on its way back from another system of coordinates, the one that was seen? A draft may
 * not take it first: the collection may have no points.
 */
static enum jalon_status check_moved(struct jalon_context *ctx, const struct shown *shown,
                                     const struct jalon_geometry *geometry, bool *out)
{
    struct jalon_geometry moved;
    if (geometry->type != JALON_GEOMETRY_POINT || geometry->srid == shown->seen.srid) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_geometry_copy(ctx, geometry, &moved);
    if (status == JALON_OK && jalon_geo_transform(ctx, moved.srid, shown->seen.srid,
                                                  moved.positions, 1) == JALON_OK) {
        moved.srid = shown->seen.srid;
        *out = is_shown(shown, &moved);
    } else { /* the draft says what is wrong with it */
        ctx->error.message = JALON_TEXT_EMPTY;
    }
    return status;
}

/*
 * What a reader has seen of a geometry, at 7 decimals, is not a change of it; nor what has become of
 * it on its way to another system of coordinates and back.
 */
static enum jalon_status take_geometry(struct jalon_context *ctx, struct draft *draft,
                                       const struct jalon_geometry *geometry)
{
    if (draft->before == NULL) {
        return jalon_draft_take_geometry(ctx, draft, geometry, "/geometry");
    }
    struct shown shown = {.exact = &draft->before->geometry};
    enum jalon_status status = jalon_geometry_coarsen(
        ctx, shown.exact, draft->map->rules.location_grid_m, &shown.seen);
    bool kept = status == JALON_OK && is_shown(&shown, geometry);
    if (status == JALON_OK && !kept) {
        status = check_moved(ctx, &shown, geometry, &kept);
    }
    if (status == JALON_OK && !kept) {
        status = jalon_draft_take_geometry(ctx, draft, geometry, "/geometry");
        kept = status == JALON_OK && is_shown(&shown, &draft->contribution.geometry);
    }
    if (kept) {
        draft->contribution.geometry = *shown.exact;
        draft->repaired = false;
    }
    return status;
}

/* --- The body --- */
enum jalon_status jalon_draft_take_body(struct jalon_context *ctx, struct draft *draft,
                                        const struct jalon_record *record, bool is_whole)
{
    enum jalon_status status = take_properties(ctx, draft, record, is_whole);
    if (status == JALON_OK) {
        status = take_geometry(ctx, draft, &record->geometry);
    }
    if (status == JALON_OK && is_whole) {
        check_all_server_set(ctx, draft, record);
    }
    if (status == JALON_OK) {
        jalon_draft_check_required(ctx, draft, "/properties/");
    }
    return status;
}

void jalon_draft_check_id(struct jalon_context *ctx, const struct jalon_record *record,
                          const struct jalon_id *id, bool is_whole)
{
    struct jalon_id given;
    if (record->id.length == 0) {
        if (is_whole) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, "/id", "cannot be taken away");
        }
    } else if (id == NULL) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/id", "is chosen by the server");
    } else if (!jalon_id_parse(record->id, &given) || jalon_id_compare(given, *id) != 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/id", "is not the one in the address");
    }
}
