/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Making and removing maps over the network, by who may. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/app_rules.h"
#include "jalon/clock.h"

#include "internal.h"
#include "rights.h"

/* Where no map is there yet: what is said of the rights of the server. */
static enum jalon_status check_founder(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_actor *actor)
{
    static const struct jalon_map none = {.policy = JALON_POLICY_ADMINISTERED};
    return jalon_rights_check_actor(ctx, session, &none, actor, JALON_RIGHT_CREATE_MAP);
}

enum jalon_status jalon_app_may_found(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_actor *actor)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = check_founder(ctx, session, actor);
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status make_admin(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, const struct jalon_actor *actor)
{
    struct jalon_member founder;
    enum jalon_status status =
        jalon_store_find_member(ctx, session, map, actor->account, &founder);
    if (status != JALON_OK) {
        return status;
    }
    founder.role = JALON_ROLE_ADMIN;
    founder.since_us = map->created_us;
    return jalon_store_put_member(ctx, session, map, &founder);
}

/* In the server's trail: the map's own goes with it. */
static enum jalon_status note(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_actor *actor, const char *action,
                              const struct jalon_map *map, struct jalon_text reason)
{
    return jalon_audit_add(ctx, session, NULL, actor != NULL ? actor->account : JALON_TEXT_EMPTY,
                           action, 0, map->slug, reason, JALON_TEXT("{}"));
}

enum jalon_status jalon_app_found_map(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_actor *actor, struct jalon_map *map)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_map_check_slug(ctx, map->slug);
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = check_founder(ctx, session, actor);
    }
    if (status == JALON_OK) {
        map->created_us = jalon_clock_now_us();
        status = jalon_store_insert_map(ctx, session, map);
    }
    if (status == JALON_OK) {
        status = make_admin(ctx, session, map, actor);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, actor, "create_map", map, JALON_TEXT_EMPTY);
    }
    return jalon_write_end(ctx, session, status);
}

enum jalon_status jalon_app_remove_map(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor, struct jalon_text slug,
                                       struct jalon_text confirmed, struct jalon_text reason)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check_actor(ctx, session, &map, actor, JALON_RIGHT_DELETE_MAP);
    }
    if (status == JALON_OK && !jalon_text_equal(confirmed, map.slug)) {
        status = jalon_fail(ctx, JALON_PRECONDITION,
                            "this removes the map with all that is in it: name it again, as "
                            "confirm=%s", map.slug.data);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_map(ctx, session, &map);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, actor, "delete_map", &map, reason);
    }
    status = jalon_write_end(ctx, session, status);
    if (status == JALON_OK) {
        jalon_live_drop(app, slug);
        jalon_keeper_forget_maps(ctx, app);
    }
    return status;
}
