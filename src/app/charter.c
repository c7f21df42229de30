/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a map's contributors accept: read, and replaced by a new version. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/app_rules.h"
#include "jalon/clock.h"

#include "draft.h"
#include "internal.h"
#include "rights.h"

enum jalon_status jalon_app_find_charter(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_actor *actor, struct jalon_text slug,
                                         int64_t version, struct jalon_charter *out)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status =
        jalon_rights_begin_reading(ctx, app, slug, actor, JALON_RIGHT_READ, &map, &session);
    if (status == JALON_OK) {
        int64_t wanted = version > 0 ? version : map.rules.charter;
        status = wanted > INT32_MAX
                     ? JALON_NOT_FOUND
                     : jalon_store_find_charter(ctx, session, &map, (int32_t)wanted, out);
        if (status == JALON_NOT_FOUND) {
            status = jalon_fail(ctx, status,
                                version > 0 ? "this map's charter has no such version"
                                            : "this map has no charter");
        }
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status check_text(struct jalon_context *ctx, struct jalon_text text,
                                    const char *where)
{
    struct jalon_field rules = {.type = JALON_FIELD_TEXT, .max_length = JALON_CHARTER_LENGTH_MAX};
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = text};
    enum jalon_status status = JALON_OK;
    const char *reason = jalon_text_trim(text).length == 0
                             ? jalon_say(ctx, "is required")
                             : jalon_field_value_read(ctx, &rules, value, NULL, &value, &status);
    if (reason != NULL) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "%s", reason);
    }
    return status;
}

static enum jalon_status add_charter(struct jalon_context *ctx, struct jalon_session *session,
                                     struct jalon_map *map, const struct jalon_actor *actor,
                                     struct jalon_charter *charter)
{
    charter->version = ++map->rules.charter;
    charter->author = actor != NULL ? actor->account : JALON_TEXT_EMPTY;
    charter->created_us = jalon_clock_now_us();
    enum jalon_status status = jalon_store_insert_charter(ctx, session, map, charter);
    if (status == JALON_OK) {
        status = jalon_store_update_map(ctx, session, map);
    }
    struct jalon_text detail =
        jalon_text_format(ctx->arena, "{\"version\":%d}", charter->version);
    if (detail.data == NULL) {
        return jalon_no_memory(ctx);
    }
    return status == JALON_OK
               ? jalon_audit_add(ctx, session, map, charter->author, "set_charter", 0,
                                 JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, detail)
               : status;
}

enum jalon_status jalon_app_put_charter(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_actor *actor, struct jalon_text slug,
                                        struct jalon_charter *charter)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check_actor(ctx, session, &map, actor, JALON_RIGHT_SET_MAP);
    }
    if (status == JALON_OK) {
        status = check_text(ctx, charter->text.fr, "/text/fr");
    }
    if (status == JALON_OK) {
        status = check_text(ctx, charter->text.en, "/text/en");
    }
    if (status == JALON_OK) {
        status = jalon_error_verdict(ctx, "the charter cannot be kept like this");
    }
    if (status == JALON_OK) {
        status = add_charter(ctx, session, &map, actor, charter);
    }
    status = jalon_write_end(ctx, session, status);
    if (status == JALON_OK) {
        jalon_live_drop(app, slug);
    }
    return status;
}
