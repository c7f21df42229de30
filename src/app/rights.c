/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who may add to a map, and who may change what is in it. Layer 3 (app).
 *
 * Who is nobody is told that an account is needed, who has one and may not is told so.
 */
#include "internal.h"

enum jalon_status jalon_rights_find_collection(struct jalon_context *ctx,
                                               const struct jalon_map *map, struct jalon_text key,
                                               int32_t *out)
{
    int32_t collection = jalon_map_find_collection(map, key);
    if (collection < 0 || map->collections[collection].visibility != JALON_VISIBILITY_PUBLIC) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no collection '%.*s' in this map",
                          JALON_TEXT_ARGS(key));
    }
    *out = collection;
    return JALON_OK;
}

static enum jalon_status find_operator(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text account, bool *out)
{
    struct jalon_account found = {.is_operator = false};
    enum jalon_status status = account.length == 0
                                   ? JALON_NOT_FOUND
                                   : jalon_store_find_account(ctx, session, account, &found);
    if (status != JALON_OK && status != JALON_NOT_FOUND) {
        return status;
    }
    *out = found.is_operator;
    return JALON_OK;
}

static enum jalon_status refuse(struct jalon_context *ctx, bool is_somebody, const char *message)
{
    return jalon_fail(ctx, is_somebody ? JALON_FORBIDDEN : JALON_UNAUTHENTICATED, "%s", message);
}

/* --- Adding --- */
static enum jalon_status check_administered(struct jalon_context *ctx, struct jalon_app *app,
                                            struct jalon_text account)
{
    struct jalon_session *session = NULL;
    bool is_operator = false;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = find_operator(ctx, session, account, &is_operator);
    }
    jalon_session_end(session);
    if (status != JALON_OK || is_operator) {
        return status;
    }
    return refuse(ctx, account.length > 0, "only those who administer this map add to it");
}

enum jalon_status jalon_rights_check_add(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map, struct jalon_text account)
{
    if (map->policy == JALON_POLICY_ADMINISTERED) {
        return check_administered(ctx, app, account);
    }
    return map->account_needed && account.length == 0
               ? refuse(ctx, false, "contributing to this map needs an account")
               : JALON_OK;
}

/* --- Changing --- */
/* Does the account alone, operator or not, allow it? */
static bool account_allows(const struct jalon_map *map,
                           const struct jalon_contribution *contribution,
                           struct jalon_text account)
{
    switch (map->policy) {
    case JALON_POLICY_CONTRIBUTORY: return account.length > 0;
    case JALON_POLICY_PARTICIPATORY:
        return account.length > 0 && jalon_text_equal(account, contribution->author);
    case JALON_POLICY_ADMINISTERED: break;
    }
    return false;
}

static enum jalon_status check_secret(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map, int64_t number,
                                      struct jalon_text secret, bool *out)
{
    struct jalon_text hash;
    enum jalon_status status = jalon_store_find_edit_secret(ctx, session, map, number, &hash);
    return status == JALON_OK ? jalon_secret_check(ctx, secret, hash, out) : status;
}

static const char *who_may(enum jalon_write_policy policy)
{
    switch (policy) {
    case JALON_POLICY_CONTRIBUTORY:
        return "changing a contribution to this map needs an account, or the edit secret that its "
               "author was given";
    case JALON_POLICY_PARTICIPATORY:
        return "only its author, by account or by the edit secret given once, and operators may "
               "change this contribution";
    case JALON_POLICY_ADMINISTERED: break;
    }
    return "only those who administer this map change what is in it";
}

enum jalon_status jalon_rights_check_change(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map,
                                            const struct jalon_contribution *contribution,
                                            const struct jalon_edit *edit)
{
    bool allowed = account_allows(map, contribution, edit->actor.account);
    enum jalon_status status = JALON_OK;
    if (!allowed && edit->actor.secret.length > 0 && map->policy != JALON_POLICY_ADMINISTERED) {
        status = check_secret(ctx, session, map, contribution->number, edit->actor.secret, &allowed);
    }
    if (status == JALON_OK && !allowed) {
        status = find_operator(ctx, session, edit->actor.account, &allowed);
    }
    if (status != JALON_OK || allowed) {
        return status;
    }
    bool is_somebody = edit->actor.account.length > 0 || edit->actor.secret.length > 0;
    return refuse(ctx, is_somebody, who_may(map->policy));
}
