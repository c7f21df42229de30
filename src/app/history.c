/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What changed between two states of a contribution, field by field. Layer 3 (app). */
#include "jalon/geo.h"
#include "jalon/json.h"

#include "internal.h"

enum { CHANGES_MAX = 64 << 20, CHANGES_USUAL = 1024 };

/* The list being written: one {"field","before","after"} for each difference. */
struct changes {
    struct jalon_buffer buffer;
    bool comma;
};

static void begin_change(struct changes *changes, struct jalon_text field)
{
    jalon_buffer_append_string(&changes->buffer, changes->comma ? ",{\"field\":" : "{\"field\":");
    jalon_buffer_append_json(&changes->buffer, field);
    changes->comma = true;
}

static void add_value(struct changes *changes, struct jalon_text field, struct jalon_value before,
                      struct jalon_value after)
{
    if (jalon_value_equal(before, after)) {
        return;
    }
    begin_change(changes, field);
    if (before.kind != JALON_VALUE_NONE) {
        jalon_buffer_append_string(&changes->buffer, ",\"before\":");
        jalon_value_write(&changes->buffer, &before);
    }
    if (after.kind != JALON_VALUE_NONE) {
        jalon_buffer_append_string(&changes->buffer, ",\"after\":");
        jalon_value_write(&changes->buffer, &after);
    }
    jalon_buffer_append_char(&changes->buffer, '}');
}

static struct jalon_value text_value(struct jalon_text text)
{
    return text.length > 0 ? (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = text}
                           : (struct jalon_value){.kind = JALON_VALUE_NONE};
}

static void add_text(struct changes *changes, const char *field, struct jalon_text before,
                     struct jalon_text after)
{
    add_value(changes, jalon_text_from(field), text_value(before), text_value(after));
}

static void add_geometry(struct changes *changes, const struct jalon_geometry *before,
                         const struct jalon_geometry *after)
{
    if (jalon_geometry_equal(before, after)) {
        return;
    }
    begin_change(changes, JALON_TEXT("geometry"));
    if (before->type != JALON_GEOMETRY_NONE) {
        jalon_buffer_append_string(&changes->buffer, ",\"before\":");
        jalon_geometry_write_json(&changes->buffer, before);
    }
    if (after->type != JALON_GEOMETRY_NONE) {
        jalon_buffer_append_string(&changes->buffer, ",\"after\":");
        jalon_geometry_write_json(&changes->buffer, after);
    }
    jalon_buffer_append_char(&changes->buffer, '}');
}

/* The categories as a list of keys; NONE when there are none. */
static enum jalon_status category_value(struct jalon_context *ctx, const struct jalon_map *map,
                                        const struct jalon_contribution *contribution,
                                        struct jalon_value *out)
{
    size_t count = contribution->category_count;
    struct jalon_text *keys = jalon_arena_allocate(ctx->arena, count * sizeof *keys);
    if (keys == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = map->categories[contribution->categories[i]].key;
    }
    *out = count == 0 ? (struct jalon_value){.kind = JALON_VALUE_NONE}
                      : (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {keys, count}};
    return JALON_OK;
}

static struct jalon_text status_key(const struct jalon_collection *collection,
                                    const struct jalon_contribution *contribution)
{
    return contribution->status >= 0 ? collection->statuses[contribution->status].key
                                     : JALON_TEXT_EMPTY;
}

static void add_all(struct changes *changes, const struct jalon_collection *collection,
                    const struct jalon_contribution *before, const struct jalon_contribution *after)
{
    add_text(changes, "title", before->title, after->title);
    add_text(changes, "description", before->description, after->description);
    add_geometry(changes, &before->geometry, &after->geometry);
    add_text(changes, "status", status_key(collection, before), status_key(collection, after));
    if (before->moderation != after->moderation) {
        struct jalon_text was = jalon_text_from(jalon_moderation_name(before->moderation));
        add_text(changes, "moderation", before->version > 0 ? was : JALON_TEXT_EMPTY,
                 jalon_text_from(jalon_moderation_name(after->moderation)));
    }
    add_text(changes, "observed", before->observed, after->observed);
    add_text(changes, "licence", before->licence, after->licence);
    add_text(changes, "source", before->source, after->source);
    add_text(changes, "source_id", before->source_id, after->source_id);
    add_text(changes, "campaign", before->campaign, after->campaign);
    add_text(changes, "declared_by", before->declared_by, after->declared_by);
    for (size_t i = 0; i < collection->field_count; i++) {
        struct jalon_value none = {.kind = JALON_VALUE_NONE};
        add_value(changes, collection->fields[i].key,
                  before->fields != NULL ? before->fields[i] : none, after->fields[i]);
    }
}

static enum jalon_status finish(struct jalon_context *ctx, struct jalon_buffer *buffer,
                                struct jalon_text *out)
{
    jalon_buffer_append_char(buffer, ']');
    enum jalon_status status = jalon_buffer_status(buffer);
    if (status == JALON_OK) {
        struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_buffer_text(buffer));
        if (copy.data != NULL) {
            *out = copy;
        } else {
            status = jalon_no_memory(ctx);
        }
    } else {
        status = status == JALON_NO_MEMORY
                     ? jalon_no_memory(ctx)
                     : jalon_fail(ctx, status, "the contribution is too large to keep its history");
    }
    jalon_buffer_finish(buffer);
    return status;
}

enum jalon_status jalon_history_changes(struct jalon_context *ctx, const struct jalon_map *map,
                                        const struct jalon_contribution *before,
                                        const struct jalon_contribution *after,
                                        struct jalon_text *out)
{
    static const struct jalon_contribution nothing = {
        .status = -1,
        .title = {"", 0},
        .description = {"", 0},
        .source = {"", 0},
        .source_id = {"", 0},
        .licence = {"", 0},
        .observed = {"", 0},
        .campaign = {"", 0},
        .declared_by = {"", 0},
        .moderation = JALON_MODERATION_PUBLISHED,
    };
    const struct jalon_contribution *from = before != NULL ? before : &nothing;
    struct jalon_value categories_before = {.kind = JALON_VALUE_NONE};
    struct jalon_value categories_after = {.kind = JALON_VALUE_NONE};
    enum jalon_status status = category_value(ctx, map, from, &categories_before);
    if (status == JALON_OK) {
        status = category_value(ctx, map, after, &categories_after);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct changes changes = {.comma = false};
    jalon_buffer_init(&changes.buffer, CHANGES_MAX);
    (void)jalon_buffer_reserve(&changes.buffer,
                               CHANGES_USUAL); /* grows, and fails, later as well */
    jalon_buffer_append_char(&changes.buffer, '[');
    add_all(&changes, &map->collections[after->collection], from, after);
    add_value(&changes, JALON_TEXT("categories"), categories_before, categories_after);
    return finish(ctx, &changes.buffer, out);
}

/* --- One field --- */
static struct jalon_text reserved_text(const struct jalon_map *map,
                                       const struct jalon_contribution *contribution,
                                       struct jalon_text field)
{
    const struct {
        const char *name;
        struct jalon_text text;
    } texts[] = {
        {"title", contribution->title},
        {"description", contribution->description},
        {"observed", contribution->observed},
        {"licence", contribution->licence},
        {"source", contribution->source},
        {"source_id", contribution->source_id},
        {"campaign", contribution->campaign},
        {"declared_by", contribution->declared_by},
        {"status", status_key(&map->collections[contribution->collection], contribution)},
        {"moderation", jalon_text_from(jalon_moderation_name(contribution->moderation))},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (jalon_text_is(field, texts[i].name)) {
            return texts[i].text;
        }
    }
    return JALON_TEXT_EMPTY;
}

/* A geometry as readers of this description see it. */
static enum jalon_status write_seen_geometry(struct jalon_context *ctx, const struct jalon_map *map,
                                             const struct jalon_geometry *exact,
                                             struct jalon_buffer *out)
{
    struct jalon_geometry seen;
    enum jalon_status status =
        jalon_geometry_coarsen(ctx, exact, map->rules.location_grid_m, &seen);
    if (status == JALON_OK) {
        jalon_geometry_write_json(out, &seen);
    }
    return status;
}

enum jalon_status jalon_history_write_field(struct jalon_context *ctx,
                                            struct jalon_buffer *buffer,
                                            const struct jalon_map *map,
                                            const struct jalon_contribution *contribution,
                                            struct jalon_text field)
{
    int32_t index =
        jalon_collection_find_field(&map->collections[contribution->collection], field);
    struct jalon_value value = text_value(reserved_text(map, contribution, field));
    enum jalon_status status = JALON_OK;
    if (jalon_text_is(field, "geometry")) {
        return write_seen_geometry(ctx, map, &contribution->geometry, buffer);
    }
    if (index >= 0) {
        value = contribution->fields[index];
    } else if (jalon_text_is(field, "categories")) {
        status = category_value(ctx, map, contribution, &value);
    }
    if (status == JALON_OK) {
        jalon_value_write(buffer, &value);
    }
    return status;
}

const struct jalon_json *jalon_history_find_change(const struct jalon_json *changes,
                                                   struct jalon_text field)
{
    for (size_t i = 0; i < jalon_json_size(changes); i++) {
        const struct jalon_json *change = jalon_json_element(changes, i);
        if (jalon_text_equal(jalon_json_text(jalon_json_member(change, "field")), field)) {
            return change;
        }
    }
    return NULL;
}

/* --- What is public of it --- */
bool jalon_history_shows(const struct jalon_collection *collection, struct jalon_text field)
{
    int32_t index = jalon_collection_find_field(collection, field);
    /* A field that was taken out of the collection is not known to be public any more. */
    return index >= 0 ? collection->fields[index].visibility == JALON_VISIBILITY_PUBLIC
                      : jalon_property_is_reserved(field);
}

/* Nothing when there is none. */
static enum jalon_status write_seen(struct jalon_context *ctx, const struct jalon_map *map,
                                    const struct jalon_json *json, struct jalon_buffer *out)
{
    struct jalon_geometry exact;
    if (json == NULL) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_geometry_from_json(ctx, json, "", JALON_SRID_WGS84, &exact);
    return status == JALON_OK ? write_seen_geometry(ctx, map, &exact, out) : status;
}

/* The change of a place, as coarse as it is seen; none within one square. */
static enum jalon_status add_seen_geometry(struct jalon_context *ctx, const struct jalon_map *map,
                                           const struct jalon_json *change, struct changes *changes)
{
    static const char *const sides[] = {"before", "after"};
    struct jalon_buffer seen[2];
    bool is_redacted = jalon_json_boolean(jalon_json_member(change, "redacted"));
    enum jalon_status status = JALON_OK;
    for (int i = 0; i < 2; i++) {
        jalon_buffer_init(&seen[i], CHANGES_MAX);
        if (status == JALON_OK) {
            status = write_seen(ctx, map, jalon_json_member(change, sides[i]), &seen[i]);
        }
    }
    if (status == JALON_OK &&
        (is_redacted ||
         !jalon_text_equal(jalon_buffer_text(&seen[0]), jalon_buffer_text(&seen[1])))) {
        begin_change(changes, JALON_TEXT("geometry"));
        jalon_buffer_append_string(&changes->buffer, is_redacted ? ",\"redacted\":true" : "");
        for (int i = 0; i < 2; i++) {
            if (seen[i].length > 0) {
                jalon_buffer_append_format(&changes->buffer, ",\"%s\":", sides[i]);
                jalon_buffer_append_text(&changes->buffer, jalon_buffer_text(&seen[i]));
            }
        }
        jalon_buffer_append_char(&changes->buffer, '}');
    }
    for (int i = 0; i < 2; i++) {
        status = status == JALON_OK ? jalon_buffer_status(&seen[i]) : status;
        jalon_buffer_finish(&seen[i]);
    }
    return status;
}

static enum jalon_status add_seen(struct jalon_context *ctx, const struct jalon_map *map,
                                  int32_t collection, const struct jalon_json *change,
                                  struct changes *changes)
{
    struct jalon_text field = jalon_json_text(jalon_json_member(change, "field"));
    if (!jalon_history_shows(&map->collections[collection], field)) {
        return JALON_OK;
    }
    if (map->rules.location_grid_m > 0 && jalon_text_is(field, "geometry")) {
        return add_seen_geometry(ctx, map, change, changes);
    }
    jalon_buffer_append_string(&changes->buffer, changes->comma ? "," : "");
    jalon_json_write(&changes->buffer, change);
    changes->comma = true;
    return JALON_OK;
}

enum jalon_status jalon_history_public(struct jalon_context *ctx, const struct jalon_map *map,
                                       int32_t collection, struct jalon_text changes,
                                       struct jalon_text *out)
{
    const struct jalon_json *list = NULL;
    struct changes seen = {.comma = false};
    enum jalon_status status = jalon_json_parse(ctx, changes, &list);
    jalon_buffer_init(&seen.buffer, CHANGES_MAX);
    jalon_buffer_append_char(&seen.buffer, '[');
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(list); i++) {
        status = add_seen(ctx, map, collection, jalon_json_element(list, i), &seen);
    }
    if (status != JALON_OK) {
        jalon_buffer_finish(&seen.buffer);
        return status == JALON_NO_MEMORY
                   ? jalon_no_memory(ctx)
                   : jalon_fail(ctx, JALON_INTERNAL, "the history of this contribution is damaged");
    }
    return finish(ctx, &seen.buffer, out);
}
