/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maps and their territories: making, listing, setting, removing. Layer 3 (app). */
#include <string.h>

#include "jalon/clock.h"
#include "jalon/geo.h"

#include "draft.h"
#include "internal.h"

enum { LINE_LENGTH_MAX = JALON_TITLE_LENGTH_MAX };

enum jalon_status jalon_app_create_map(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_map *map)
{
    if (!jalon_slug_is_valid(map->slug)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "slug",
                             "must be 1 to 63 lower-case letters, digits and hyphens, and not "
                             "start with a hyphen");
    }
    map->created_us = jalon_clock_now_us();
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_insert_map(ctx, session, map);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_list_maps(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_map_summary **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_maps(ctx, session, out, out_count);
    }
    jalon_session_end(session);
    return status;
}

/* Loads the description within a session; the message names the map. */
static enum jalon_status load_map(struct jalon_context *ctx, struct jalon_session *session,
                                  struct jalon_text slug, struct jalon_map *out)
{
    enum jalon_status status = jalon_store_load_map(ctx, session, slug, out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no map '%.*s' here", JALON_TEXT_ARGS(slug))
               : status;
}

/* The same in a write session, as nobody else changes it meanwhile. */
static enum jalon_status take_map(struct jalon_context *ctx, struct jalon_session *session,
                                  struct jalon_text slug, struct jalon_map *out)
{
    enum jalon_status status = load_map(ctx, session, slug, out);
    if (status == JALON_OK) {
        status = jalon_session_lock_map(ctx, session, out, true);
    }
    return status == JALON_OK ? load_map(ctx, session, slug, out) : status;
}

enum jalon_status jalon_app_find_map(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text slug, struct jalon_map *out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = load_map(ctx, session, slug, out);
    }
    jalon_session_end(session);
    return status;
}

/* --- Settings: one row each --- */
typedef bool (*setting_writer)(struct jalon_map *map, struct jalon_text value);

static bool is_blank(struct jalon_text value)
{
    return jalon_text_trim(value).length == 0;
}

static bool set_title_fr(struct jalon_map *map, struct jalon_text value)
{
    map->title.fr = value;
    return !is_blank(value);
}

static bool set_title_en(struct jalon_map *map, struct jalon_text value)
{
    map->title.en = value;
    return !is_blank(value);
}

static bool set_description_fr(struct jalon_map *map, struct jalon_text value)
{
    map->description.fr = value;
    return true;
}

static bool set_description_en(struct jalon_map *map, struct jalon_text value)
{
    map->description.en = value;
    return true;
}

static bool set_licence(struct jalon_map *map, struct jalon_text value)
{
    map->licence = value;
    return !is_blank(value);
}

static bool set_attribution(struct jalon_map *map, struct jalon_text value)
{
    map->attribution = value;
    return true;
}

static bool set_policy(struct jalon_map *map, struct jalon_text value)
{
    return jalon_write_policy_parse(value, &map->policy);
}

static bool set_account_needed(struct jalon_map *map, struct jalon_text value)
{
    map->account_needed = jalon_text_is(value, "yes");
    return map->account_needed || jalon_text_is(value, "no");
}

static const struct {
    const char *key;
    setting_writer write;
    int64_t max_length; /* code points; above LINE_LENGTH_MAX several lines are allowed */
    const char *expected;
} settings[] = {
    {"account_needed", set_account_needed, LINE_LENGTH_MAX, "yes or no"},
    {"attribution", set_attribution, LINE_LENGTH_MAX, "a text"},
    {"description_en", set_description_en, JALON_DESCRIPTION_LENGTH_MAX, "a text"},
    {"description_fr", set_description_fr, JALON_DESCRIPTION_LENGTH_MAX, "a text"},
    {"licence", set_licence, LINE_LENGTH_MAX, "a licence's name, not empty"},
    {"policy", set_policy, LINE_LENGTH_MAX, "administered, participatory or contributory"},
    {"title_en", set_title_en, LINE_LENGTH_MAX, "a text, not empty"},
    {"title_fr", set_title_fr, LINE_LENGTH_MAX, "a text, not empty"},
};

static enum jalon_status write_setting(struct jalon_context *ctx, struct jalon_map *map, size_t at,
                                       struct jalon_text value)
{
    struct jalon_field rules = {
        .type = settings[at].max_length > LINE_LENGTH_MAX ? JALON_FIELD_TEXT : JALON_FIELD_STRING,
        .max_length = settings[at].max_length,
    };
    struct jalon_value text = {.kind = JALON_VALUE_TEXT, .text = value};
    enum jalon_status status = JALON_OK;
    const char *reason = jalon_text_is_utf8(value)
                             ? jalon_field_value_read(ctx, &rules, text, NULL, &text, &status)
                             : "must be written in UTF-8";
    if (reason != NULL) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, settings[at].key, "%s",
                             reason);
    }
    if (status == JALON_OK && !settings[at].write(map, value)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, settings[at].key,
                             "must be %s", settings[at].expected);
    }
    return status;
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
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (jalon_text_is(key, settings[i].key)) {
            return write_setting(ctx, map, i, value);
        }
    }
    size_t dot = jalon_text_find(key, '.');
    if (dot < key.length) {
        return change_collection(ctx, map, jalon_text_slice(key.data, dot),
                                 jalon_text_slice(key.data + dot + 1, key.length - dot - 1), value);
    }
    struct jalon_text names = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0] && names.data != NULL; i++) {
        names =
            jalon_text_format(ctx->arena, "%s%s%s", names.data, i > 0 ? ", " : "", settings[i].key);
    }
    return jalon_fail(ctx, JALON_INVALID,
                      "'%.*s' is not a setting; there are %s, and COLLECTION.KEY for those of a "
                      "collection",
                      JALON_TEXT_ARGS(key), names.data != NULL ? names.data : "others");
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

enum jalon_status jalon_app_set_map(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text slug, const struct jalon_assignment *given,
                                    size_t count)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = take_map(ctx, session, slug, &map);
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = change_setting(ctx, &map, given[i].left, given[i].right);
    }
    if (status == JALON_OK) {
        status = store_settings(ctx, session, &map);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        jalon_live_drop(app, slug);
    }
    return status;
}

enum jalon_status jalon_app_delete_map(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = take_map(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_map(ctx, session, &map);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        jalon_live_drop(app, slug);
        jalon_keeper_forget_maps(ctx, app);
    }
    return status;
}

enum jalon_status jalon_app_put_territory(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_map *map,
                                          struct jalon_territory *territory)
{
    struct jalon_session *session = NULL;
    struct jalon_geometry valid;
    bool repaired;
    if (territory->geometry.type != JALON_GEOMETRY_POLYGON &&
        territory->geometry.type != JALON_GEOMETRY_MULTIPOLYGON) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/geometry",
                             "must be a Polygon or a MultiPolygon");
    }
    enum jalon_status status = jalon_geometry_check_range(ctx, &territory->geometry, "/geometry");
    if (status == JALON_OK) {
        status =
            jalon_geometry_make_valid(ctx, &territory->geometry, "/geometry", &valid, &repaired);
    }
    if (status != JALON_OK) {
        return status;
    }
    territory->geometry = valid;
    territory->id = jalon_id_make();
    status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_session_lock_map(ctx, session, map, true);
    }
    if (status == JALON_OK) {
        status = jalon_store_put_territory(ctx, session, map, territory);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    if (status == JALON_OK) { /* where each contribution is has to be found anew */
        jalon_live_drop(app, map->slug);
    }
    return status;
}

enum jalon_status jalon_app_list_territories(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_map *map,
                                             struct jalon_territory **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_territories(ctx, session, map, out, out_count);
    }
    jalon_session_end(session);
    return status;
}
