/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maps and their territories: making, listing, removing. Layer 3 (app). */
#include "jalon/clock.h"
#include "jalon/geo.h"

#include "internal.h"

enum jalon_status jalon_map_check_slug(struct jalon_context *ctx, struct jalon_text slug)
{
    return jalon_slug_is_valid(slug)
               ? JALON_OK
               : jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "slug",
                               "must be 1 to 63 lower-case letters, digits and hyphens, and not "
                               "start with a hyphen");
}

enum jalon_status jalon_app_create_map(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_map *map)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_map_check_slug(ctx, map->slug);
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    map->created_us = jalon_clock_now_us();
    if (status == JALON_OK) {
        status = jalon_store_insert_map(ctx, session, map);
    }
    return jalon_write_end(ctx, session, status);
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

enum jalon_status jalon_map_load(struct jalon_context *ctx, struct jalon_session *session,
                                 struct jalon_text slug, struct jalon_map *out)
{
    enum jalon_status status = jalon_store_load_map(ctx, session, slug, out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no map '%.*s' here", JALON_TEXT_ARGS(slug))
               : status;
}

enum jalon_status jalon_map_take(struct jalon_context *ctx, struct jalon_session *session,
                                 struct jalon_text slug, struct jalon_map *out)
{
    enum jalon_status status = jalon_map_load(ctx, session, slug, out);
    if (status == JALON_OK) {
        status = jalon_session_lock_map(ctx, session, out, true);
    }
    return status == JALON_OK ? jalon_map_load(ctx, session, slug, out) : status;
}

enum jalon_status jalon_app_find_map(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text slug, struct jalon_map *out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_map_load(ctx, session, slug, out);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_delete_map(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_map(ctx, session, &map);
    }
    status = jalon_write_end(ctx, session, status);
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
    status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_session_lock_map(ctx, session, map, true);
    }
    if (status == JALON_OK) {
        status = jalon_store_put_territory(ctx, session, map, territory);
    }
    status = jalon_write_end(ctx, session, status);
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
