/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who sees which form of a map: the gate that every reading goes through. Layer 3 (app).
 *
 * What everybody sees alike costs whoever asks nothing; else who has an account is looked up.
 */
#include "internal.h"
#include "rights.h"

enum { EVERYBODY = (1U << JALON_AUDIENCES) - 1 };

static const struct jalon_actor nobody = {.account = {"", 0}, .secret = {"", 0}};

/* The public form, when it is in use and all that this requester may see; else NULL. */
static struct jalon_live_map *hold_public(struct jalon_app *app, struct jalon_text slug,
                                          const struct jalon_actor *actor)
{
    struct jalon_live_map *live = jalon_live_hold_loaded(app, slug, JALON_VISIBILITY_PUBLIC);
    if (live == NULL) {
        return NULL;
    }
    const struct jalon_rules *rules = &jalon_view_map(live->view)->rules;
    if (rules->reading == JALON_VISIBILITY_PUBLIC &&
        (live->audiences == EVERYBODY || actor->account.length == 0)) {
        return live;
    }
    jalon_live_release(app, live);
    return NULL;
}

/* The description as the store has it; what it says of who may read is all that is wanted of it. */
static enum jalon_status find_description(struct jalon_context *ctx, struct jalon_app *app,
                                          struct jalon_text slug, struct jalon_map *out)
{
    struct jalon_live_map *forms[JALON_AUDIENCES];
    size_t count = jalon_live_hold_forms(app, slug, forms);
    if (count == 0) {
        return jalon_app_find_map(ctx, app, slug, out);
    }
    const struct jalon_map *map = jalon_view_map(forms[0]->view);
    *out = (struct jalon_map){
        .number = map->number,
        .policy = map->policy,
        .account_needed = map->account_needed,
        .rules = {.reading = map->rules.reading},
    };
    for (size_t i = 0; i < count; i++) {
        jalon_live_release(app, forms[i]);
    }
    return JALON_OK;
}

enum jalon_status jalon_audience_find(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text slug, const struct jalon_actor *actor,
                                      enum jalon_visibility *out)
{
    struct jalon_map map;
    struct jalon_party party;
    enum jalon_status status = find_description(ctx, app, slug, &map);
    if (status == JALON_OK) {
        status = jalon_rights_require(ctx, app, &map, actor, JALON_RIGHT_READ, &party);
    }
    if (status == JALON_OK) {
        *out = jalon_rights_audience(&party);
    }
    return status;
}

enum jalon_status jalon_audience_hold(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text slug, const struct jalon_actor *actor,
                                      struct jalon_live_map **out)
{
    enum jalon_visibility audience = JALON_VISIBILITY_PUBLIC;
    actor = actor != NULL ? actor : &nobody;
    struct jalon_live_map *live = hold_public(app, slug, actor);
    if (live != NULL) {
        *out = live;
        return JALON_OK;
    }
    enum jalon_status status = jalon_audience_find(ctx, app, slug, actor, &audience);
    return status == JALON_OK ? jalon_live_hold(ctx, app, slug, audience, out) : status;
}

struct jalon_map jalon_audience_own(const struct jalon_map *map)
{
    struct jalon_map own = *map;
    own.rules.location_grid_m = 0;
    return own;
}

struct jalon_contribution_state
jalon_audience_state(const struct jalon_map *map, const struct jalon_contribution *contribution)
{
    return (struct jalon_contribution_state){
        .version = contribution->version,
        .updated_us = contribution->updated_us,
        .touched_us = contribution->touched_us,
        .look = jalon_map_look(map),
    };
}

enum jalon_status jalon_app_may_read(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text slug, const struct jalon_actor *actor)
{
    enum jalon_visibility audience;
    struct jalon_live_map *live = hold_public(app, slug, actor);
    if (live != NULL) {
        jalon_live_release(app, live);
        return JALON_OK;
    }
    return jalon_audience_find(ctx, app, slug, actor, &audience);
}

/* --- The directory --- */
static enum jalon_status check_listed(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map_summary *summary,
                                      const struct jalon_actor *actor, bool *out)
{
    const struct jalon_map map = {.number = summary->number, .rules = {.reading = summary->reading}};
    struct jalon_party party;
    if (summary->reading == JALON_VISIBILITY_PUBLIC) {
        *out = true;
        return JALON_OK;
    }
    enum jalon_status status = jalon_rights_find_party(ctx, session, &map, actor, &party);
    if (status == JALON_OK) {
        *out = jalon_rights_allows(&map, &party, JALON_RIGHT_READ);
    }
    return status;
}

enum jalon_status jalon_app_list_readable_maps(struct jalon_context *ctx, struct jalon_app *app,
                                               const struct jalon_actor *actor,
                                               struct jalon_map_summary **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    struct jalon_map_summary *maps = NULL;
    size_t count = 0, kept = 0;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_maps(ctx, session, &maps, &count);
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        bool is_listed = false;
        status = check_listed(ctx, session, &maps[i], actor, &is_listed);
        if (is_listed) {
            maps[kept++] = maps[i];
        }
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        *out = maps;
        *out_count = kept;
    }
    return status;
}
