/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a duplicate is found now. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/store_merge.h"

#include "internal.h"
#include "rights.h"

/* What was merged may be merged again; so often it is followed. */
enum { STEPS_MAX = 16 };

static bool is_shown(const struct jalon_map *map, const struct jalon_contribution *contribution)
{
    return contribution->moderation == JALON_MODERATION_PUBLISHED &&
           map->collections[contribution->collection].visibility == JALON_VISIBILITY_PUBLIC;
}

static enum jalon_status follow(struct jalon_context *ctx, struct jalon_session *session,
                                const struct jalon_map *map, struct jalon_id into,
                                struct jalon_contribution *at)
{
    static const struct jalon_id none = {{0}};
    enum jalon_status status = jalon_store_find_by_id(ctx, session, map, into, at);
    for (int step = 1; step < STEPS_MAX && status == JALON_OK; step++) {
        if (at->moderation != JALON_MODERATION_DELETED ||
            jalon_id_compare(at->merged_into, none) == 0) {
            break;
        }
        status = jalon_store_find_by_id(ctx, session, map, at->merged_into, at);
    }
    return status == JALON_OK && !is_shown(map, at)
               ? jalon_fail(ctx, JALON_NOT_FOUND, "there is no such contribution in this map")
               : status;
}

static enum jalon_status find_merged(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_map *map, struct jalon_text collection,
                                     struct jalon_id id, struct jalon_merged *out)
{
    struct jalon_session *session = NULL;
    struct jalon_contribution at;
    struct jalon_id into;
    int32_t index;
    enum jalon_status status = jalon_rights_find_collection(ctx, map, collection, &index);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_merged(ctx, session, map, index, id, &into);
    }
    if (status == JALON_OK) {
        status = follow(ctx, session, map, into, &at);
    }
    jalon_session_end(session);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text key = jalon_text_copy(ctx->arena, map->collections[at.collection].key);
    if (key.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = (struct jalon_merged){key, at.id};
    return JALON_OK;
}

enum jalon_status jalon_app_find_merged(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text slug, const struct jalon_actor *actor,
                                        struct jalon_text collection, struct jalon_id id,
                                        struct jalon_merged *out)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, slug, actor, &live);
    if (status == JALON_OK) {
        status = find_merged(ctx, app, jalon_view_map(live->view), collection, id, out);
        jalon_live_release(app, live);
    }
    return status;
}
