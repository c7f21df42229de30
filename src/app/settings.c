/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Setting a map: by an admin over the network, by whoever sits at the machine. Layer 3 (app).
 *
 * All that is asked for is set, or nothing is. Who may see what may be another matter afterwards, so
 * that the map is taken out of use: the next who asks finds it as it is now.
 */
#include <string.h>

#include "jalon/app_moderation.h"
#include "jalon/app_rules.h"
#include "jalon/settings.h"

#include "draft.h"
#include "internal.h"
#include "lenient.h"
#include "rights.h"

enum { DETAIL_MAX = 1 << 20 };

/* --- One setting --- */
/* Why the text cannot be shown, or NULL. */
static const char *refuse_text(struct jalon_context *ctx, const struct jalon_setting *setting,
                               struct jalon_text text, enum jalon_status *status)
{
    bool is_prose = setting->kind == JALON_SETTING_PROSE;
    struct jalon_field rules = {
        .type = is_prose ? JALON_FIELD_TEXT : JALON_FIELD_STRING,
        .max_length =
            setting->kind == JALON_SETTING_LIST ? JALON_LICENCE_LENGTH_MAX : setting->maximum,
    };
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = text};
    return jalon_text_is_utf8(text)
               ? jalon_field_value_read(ctx, &rules, value, NULL, &value, status)
               : jalon_say(ctx, "must be written in UTF-8");
}

static const char *refuse_texts(struct jalon_context *ctx, const struct jalon_setting *setting,
                                struct jalon_value value, enum jalon_status *status)
{
    const char *reason = NULL;
    bool is_text =
        setting->kind == JALON_SETTING_TEXT || setting->kind == JALON_SETTING_PROSE;
    if (is_text && value.kind == JALON_VALUE_TEXT) {
        reason = refuse_text(ctx, setting, value.text, status);
    }
    for (size_t i = 0; value.kind == JALON_VALUE_LIST && reason == NULL && i < value.list.count;
         i++) {
        reason = refuse_text(ctx, setting, value.list.items[i], status);
    }
    return reason;
}

/* A value that does not fit is a fault at `where`. */
static enum jalon_status assign(struct jalon_context *ctx, struct jalon_map *map,
                                const struct jalon_setting *setting, struct jalon_value value,
                                enum jalon_error_place place, const char *where)
{
    char expected[JALON_SETTING_WORDS_SIZE];
    enum jalon_status status = JALON_OK;
    const char *reason = refuse_texts(ctx, setting, value, &status);
    if (status == JALON_OK && reason != NULL) {
        jalon_error_add(ctx, place, where, "%s", reason);
    } else if (status == JALON_OK && !jalon_setting_set(setting, map, value)) {
        jalon_setting_expect(ctx, setting, expected);
        jalon_error_add(ctx, place, where, "must be %s", expected);
    }
    return status;
}

static enum jalon_status store_settings(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map)
{
    enum jalon_status status = jalon_store_update_map(ctx, session, map);
    for (size_t i = 0; status == JALON_OK && i < map->collection_count; i++) {
        status = jalon_store_update_collection(ctx, session, map, (int32_t)i);
    }
    return status;
}

/* --- As texts: KEY=VALUE --- */
static enum jalon_status read_list(struct jalon_context *ctx, struct jalon_text text,
                                   struct jalon_value *out)
{
    struct jalon_text *lines =
        jalon_arena_allocate(ctx->arena, (text.length + 1) * sizeof *lines);
    struct jalon_text word;
    size_t count = 0;
    if (lines == NULL) {
        return jalon_no_memory(ctx);
    }
    while (jalon_lenient_next_word(&text, ",", &word)) {
        if (word.length > 0) {
            lines[count++] = word;
        }
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {lines, count}};
    return JALON_OK;
}

/* What cannot be read stays a text, which the setting refuses. */
static enum jalon_status read_text(struct jalon_context *ctx, const struct jalon_setting *setting,
                                   struct jalon_text text, struct jalon_value *out)
{
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = text};
    int64_t number;
    if (setting->kind == JALON_SETTING_LIST) {
        return read_list(ctx, text, out);
    }
    if (setting->kind == JALON_SETTING_INTEGER && jalon_text_to_int64(text, &number)) {
        value = (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = number};
    }
    bool is_yes = jalon_text_is(text, "yes");
    if (setting->kind == JALON_SETTING_BOOLEAN && (is_yes || jalon_text_is(text, "no"))) {
        value = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = is_yes};
    }
    *out = value;
    return JALON_OK;
}

static enum jalon_status assign_text(struct jalon_context *ctx, struct jalon_map *map,
                                     const struct jalon_setting *setting, struct jalon_text text)
{
    struct jalon_value value;
    enum jalon_status status = read_text(ctx, setting, text, &value);
    if (status == JALON_OK && setting->kind == JALON_SETTING_BOOLEAN &&
        value.kind == JALON_VALUE_TEXT) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, setting->key, "must be yes or no");
    } else if (status == JALON_OK) {
        status = assign(ctx, map, setting, value, JALON_ERROR_PARAMETER, setting->key);
    }
    return status == JALON_OK ? jalon_error_verdict(ctx, "the map cannot be set like this")
                              : status;
}

/* A setting of a collection: its description is copied, being the map's own. */
static enum jalon_status change_collection(struct jalon_context *ctx, struct jalon_map *map,
                                           struct jalon_text name, struct jalon_text key,
                                           struct jalon_text value)
{
    size_t size = map->collection_count * sizeof(struct jalon_collection);
    int32_t at = jalon_map_find_collection(map, name);
    if (at < 0) {
        return jalon_fail(ctx, JALON_INVALID, "there is no collection '%.*s' in this map",
                          JALON_TEXT_ARGS(name));
    }
    struct jalon_collection *collections = jalon_arena_allocate(ctx->arena, size);
    if (collections == NULL) {
        return jalon_no_memory(ctx);
    }
    memcpy(collections, map->collections, size);
    map->collections = collections;
    return jalon_collection_set(ctx, &collections[at], key, value);
}

static enum jalon_status change_setting(struct jalon_context *ctx, struct jalon_map *map,
                                        struct jalon_text key, struct jalon_text value)
{
    const struct jalon_setting *setting = jalon_setting_find(key);
    size_t count, dot = jalon_text_find(key, '.');
    if (setting != NULL) {
        return assign_text(ctx, map, setting, value);
    }
    if (dot < key.length) {
        return change_collection(ctx, map, jalon_text_slice(key.data, dot),
                                 jalon_text_slice(key.data + dot + 1, key.length - dot - 1), value);
    }
    struct jalon_text names = JALON_TEXT_EMPTY;
    const struct jalon_setting *settings = jalon_settings(&count);
    for (size_t i = 0; i < count && names.data != NULL; i++) {
        names =
            jalon_text_format(ctx->arena, "%s%s%s", names.data, i > 0 ? ", " : "", settings[i].key);
    }
    return jalon_fail(ctx, JALON_INVALID,
                      "'%.*s' is not a setting; there are %s, and COLLECTION.KEY for those of a "
                      "collection",
                      JALON_TEXT_ARGS(key), names.data != NULL ? names.data : "others");
}

/* --- As JSON: a merge patch (RFC 7396) --- */
static enum jalon_status read_json(struct jalon_context *ctx, const struct jalon_json *json,
                                   struct jalon_value *out)
{
    struct jalon_value value = {.kind = JALON_VALUE_NONE};
    switch (jalon_json_kind(json)) {
    case JALON_JSON_NULL: break;
    case JALON_JSON_STRING:
        value = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = jalon_json_text(json)};
        break;
    case JALON_JSON_BOOLEAN:
        value = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN,
                                     .boolean = jalon_json_boolean(json)};
        break;
    case JALON_JSON_INTEGER:
        value = (struct jalon_value){.kind = JALON_VALUE_INTEGER,
                                     .integer = jalon_json_integer(json)};
        break;
    case JALON_JSON_NUMBER:
    case JALON_JSON_OBJECT: /* no setting is one of these */
        value = (struct jalon_value){.kind = JALON_VALUE_NUMBER};
        break;
    case JALON_JSON_ARRAY: {
        size_t count = jalon_json_size(json);
        struct jalon_text *lines = jalon_arena_allocate(ctx->arena, count * sizeof *lines);
        if (lines == NULL) {
            return jalon_no_memory(ctx);
        }
        for (size_t i = 0; i < count; i++) { /* what is no text is empty, which is refused */
            lines[i] = jalon_json_text(jalon_json_element(json, i));
        }
        value = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {lines, count}};
        break;
    }
    }
    *out = value;
    return JALON_OK;
}

static enum jalon_status apply_patch(struct jalon_context *ctx, struct jalon_map *map,
                                     const struct jalon_json *patch)
{
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *json;
    enum jalon_status status = JALON_OK;
    if (jalon_json_kind(patch) != JALON_JSON_OBJECT) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "",
                             "expected an object, found %s",
                             jalon_say(ctx, jalon_json_kind_name(jalon_json_kind(patch))));
    }
    while (status == JALON_OK && jalon_json_next(patch, &iterator, &key, &json)) {
        const struct jalon_setting *setting = jalon_setting_find(key);
        const char *where = jalon_json_pointer(ctx, "", key);
        struct jalon_value value;
        if (setting == NULL) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, where, "is not a setting");
            continue;
        }
        status = read_json(ctx, json, &value);
        if (status == JALON_OK) {
            status = assign(ctx, map, setting, value, JALON_ERROR_POINTER, where);
        }
    }
    return status == JALON_OK ? jalon_error_verdict(ctx, "the map cannot be set like this")
                              : status;
}

/* --- The trail --- */
void jalon_setting_write(struct jalon_json_writer *writer, const char *key,
                         const struct jalon_value *value)
{
    switch (value->kind) {
    case JALON_VALUE_BOOLEAN: jalon_json_put_boolean(writer, key, value->boolean); return;
    case JALON_VALUE_INTEGER: jalon_json_put_integer(writer, key, value->integer); return;
    case JALON_VALUE_LIST:
        jalon_json_begin_array(writer, key);
        for (size_t i = 0; i < value->list.count; i++) {
            jalon_json_put_text(writer, NULL, value->list.items[i]);
        }
        jalon_json_end_array(writer);
        return;
    case JALON_VALUE_NONE:
    case JALON_VALUE_NUMBER:
    case JALON_VALUE_TEXT: break;
    }
    jalon_json_put_text(writer, key, value->text);
}

/* {"key": {"before", "after"}} of what differs; empty when nothing does. */
static enum jalon_status describe_changes(struct jalon_context *ctx, const struct jalon_map *before,
                                          const struct jalon_map *after, struct jalon_text *out)
{
    struct jalon_buffer buffer;
    struct jalon_json_writer writer;
    size_t count, changed = 0;
    const struct jalon_setting *settings = jalon_settings(&count);
    jalon_buffer_init(&buffer, DETAIL_MAX);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    for (size_t i = 0; i < count; i++) {
        struct jalon_value values[] = {jalon_setting_get(&settings[i], before),
                                       jalon_setting_get(&settings[i], after)};
        if (jalon_value_equal(values[0], values[1])) {
            continue;
        }
        changed++;
        jalon_json_begin_object(&writer, settings[i].key);
        jalon_setting_write(&writer, "before", &values[0]);
        jalon_setting_write(&writer, "after", &values[1]);
        jalon_json_end_object(&writer);
    }
    jalon_json_end_object(&writer);
    enum jalon_status status = jalon_buffer_status(&buffer);
    if (status == JALON_OK && changed == 0) {
        *out = JALON_TEXT_EMPTY;
    } else if (status == JALON_OK) {
        *out = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    return status == JALON_OK && out->data == NULL ? jalon_no_memory(ctx) : status;
}

static enum jalon_status keep(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_actor *actor, const struct jalon_map *before,
                              const struct jalon_map *after, struct jalon_text reason)
{
    struct jalon_text detail;
    enum jalon_status status = store_settings(ctx, session, after);
    if (status == JALON_OK) {
        status = describe_changes(ctx, before, after, &detail);
    }
    return status == JALON_OK && detail.length > 0
               ? jalon_audit_add(ctx, session, after,
                                 actor != NULL ? actor->account : JALON_TEXT_EMPTY, "set_map", 0,
                                 JALON_TEXT_EMPTY, reason, detail)
               : status;
}

/* --- What is asked --- */
enum jalon_status jalon_app_set_map(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text slug, const struct jalon_assignment *given,
                                    size_t count)
{
    struct jalon_session *session = NULL;
    struct jalon_map before, map;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, session, slug, &before);
    }
    if (status == JALON_OK) {
        map = before;
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = change_setting(ctx, &map, given[i].left, given[i].right);
    }
    if (status == JALON_OK) {
        status = keep(ctx, session, NULL, &before, &map, JALON_TEXT_EMPTY);
    }
    status = jalon_write_end(ctx, session, status);
    if (status == JALON_OK) {
        jalon_live_drop(app, slug);
    }
    return status;
}

static enum jalon_status patch_in_session(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_actor *actor, struct jalon_text slug,
                                          const struct jalon_json *patch,
                                          struct jalon_text reason, struct jalon_map *map)
{
    struct jalon_map before;
    enum jalon_status status = jalon_map_take(ctx, session, slug, &before);
    if (status == JALON_OK) {
        status = jalon_rights_check_actor(ctx, session, &before, actor, JALON_RIGHT_SET_MAP);
    }
    if (status == JALON_OK) {
        *map = before;
        status = apply_patch(ctx, map, patch);
    }
    if (status == JALON_OK) {
        status = keep(ctx, session, actor, &before, map, reason);
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_patch_settings(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_actor *actor, struct jalon_text slug,
                                           const struct jalon_json *patch,
                                           struct jalon_text reason, struct jalon_map *out)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = patch_in_session(ctx, session, actor, slug, patch, reason, &map);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        jalon_live_drop(app, slug);
        *out = map;
    }
    return status;
}

enum jalon_status jalon_app_find_settings(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_actor *actor, struct jalon_text slug,
                                          struct jalon_map *out)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status =
        jalon_rights_begin_reading(ctx, app, slug, actor, JALON_RIGHT_SET_MAP, &map, &session);
    jalon_session_end(session);
    if (status == JALON_OK) {
        *out = map;
    }
    return status;
}
