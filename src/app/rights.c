/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whether somebody may, by the table of rights. Layer 3 (app).
 *
 * Who is nobody is told that an account is needed, who has one and may not is told who may.
 */
#include "rights.h"

#include "jalon/geo.h"

#include "edit_secret.h"
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

/* --- Who asks --- */
static bool is_account(const struct jalon_party *party)
{
    return party->actor.account.length > 0;
}

enum jalon_status jalon_rights_find_party(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map,
                                          const struct jalon_actor *actor, struct jalon_party *out)
{
    struct jalon_party party = {
        .actor = *actor, .role = JALON_ROLE_NOBODY, .territory = JALON_TEXT_EMPTY};
    struct jalon_member member;
    if (!is_account(&party)) {
        *out = party;
        return JALON_OK;
    }
    party.role = JALON_ROLE_CONTRIBUTOR;
    enum jalon_status status =
        jalon_store_find_member(ctx, session, map, actor->account, &member);
    if (status == JALON_OK) {
        party.account_number = member.account;
        party.role = member.is_operator ? JALON_ROLE_OPERATOR : member.role;
        party.is_bounded = party.role == JALON_ROLE_MODERATOR &&
                           (member.category_count > 0 || member.territory.length > 0);
        party.categories = member.categories;
        party.category_count = member.category_count;
        party.territory = member.territory;
    }
    if (status != JALON_OK && status != JALON_NOT_FOUND) {
        return status;
    }
    *out = party;
    return JALON_OK;
}

enum jalon_visibility jalon_rights_audience(const struct jalon_party *party)
{
    if ((party->actor.scopes & JALON_SCOPE_READ) == 0 || party->role < JALON_ROLE_MEMBER) {
        return JALON_VISIBILITY_PUBLIC;
    }
    return party->role == JALON_ROLE_MEMBER || party->is_bounded ? JALON_VISIBILITY_MEMBERS
                                                                 : JALON_VISIBILITY_MODERATORS;
}

/* --- A moderator's bounds --- */
static bool is_in_categories(const struct jalon_map *map, const struct jalon_party *party,
                             const struct jalon_contribution *subject)
{
    for (size_t i = 0; i < party->category_count; i++) {
        int32_t bound = jalon_map_find_category(map, party->categories[i]);
        for (size_t j = 0; bound >= 0 && j < subject->category_count; j++) {
            if (jalon_category_is_within(map, subject->categories[j], bound)) {
                return true;
            }
        }
    }
    return party->category_count == 0;
}

/* What has no place, and a territory that is not there any more, are within nothing. */
static enum jalon_status is_in_territory(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_text key,
                                         const struct jalon_contribution *subject, bool *out)
{
    struct jalon_territory territory;
    struct jalon_position position;
    if (key.length == 0) {
        *out = true;
        return JALON_OK;
    }
    *out = false;
    if (subject->geometry.type == JALON_GEOMETRY_NONE) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_store_find_territory(ctx, session, map, key, &territory);
    if (status == JALON_NOT_FOUND) {
        return JALON_OK;
    }
    if (status == JALON_OK) {
        status = jalon_geometry_label_position(ctx, &subject->geometry, &position);
    }
    if (status == JALON_OK) {
        *out = jalon_geometry_holds(&territory.geometry, position);
    }
    return status;
}

enum jalon_status jalon_rights_is_within(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_party *party,
                                         const struct jalon_contribution *subject, bool *out)
{
    if (!party->is_bounded) {
        *out = true;
        return JALON_OK;
    }
    if (!is_in_categories(map, party, subject)) {
        *out = false;
        return JALON_OK;
    }
    return is_in_territory(ctx, session, map, party->territory, subject, out);
}

enum jalon_status jalon_rights_is_author(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_party *party,
                                         const struct jalon_contribution *subject, bool *out)
{
    if (is_account(party) && jalon_text_equal(party->actor.account, subject->author)) {
        *out = true;
        return JALON_OK;
    }
    if (party->actor.secret.length == 0) {
        *out = false;
        return JALON_OK;
    }
    return jalon_edit_secret_opens(ctx, session, map, subject->number, party->actor.secret, out);
}

enum jalon_status jalon_rights_find_seen(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_party *party, int32_t collection,
                                         struct jalon_id id, struct jalon_contribution *out)
{
    static const unsigned scopes = JALON_SCOPE_READ | JALON_SCOPE_MODERATE;
    struct jalon_onlooker onlooker = {
        .sees_all = party->role >= JALON_ROLE_MODERATOR && (party->actor.scopes & scopes) != 0,
        .account = party->actor.account,
        .secret_hash = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = JALON_OK;
    if (party->actor.secret.length > 0) {
        status = jalon_secret_hash(ctx, party->actor.secret, &onlooker.secret_hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_seen(ctx, session, map, collection, id, &onlooker, out);
    }
    if (status == JALON_NOT_FOUND) {
        jalon_error_clear(ctx);
        return jalon_fail(ctx, status, "there is no such contribution in this collection");
    }
    return status;
}

/* --- The verdict --- */
/* The least role that has the right in this map, for who asks so. */
static enum jalon_role least_role(const struct jalon_map *map, const struct jalon_party *party,
                                  enum jalon_right right)
{
    const struct jalon_right_rule *rule = jalon_right_rule(right);
    enum jalon_role role = rule->roles[map->policy];
    bool is_let = rule->anonymous == JALON_ANONYMOUS_ALWAYS ||
                  (rule->anonymous == JALON_ANONYMOUS_LET && !map->account_needed);
    if (rule->is_proposed && map->rules.edits == JALON_EDITS_PROPOSAL &&
        role < JALON_ROLE_MODERATOR) {
        role = JALON_ROLE_MODERATOR;
    }
    if (role == JALON_ROLE_CONTRIBUTOR && is_let && !is_account(party)) {
        role = JALON_ROLE_NOBODY;
    }
    /* Who may not read a map may do nothing in it. */
    return map->rules.reading != JALON_VISIBILITY_PUBLIC && role < JALON_ROLE_MEMBER
               ? JALON_ROLE_MEMBER
               : role;
}

/* What is public everybody may read, by whatever token. */
static bool has_scope(const struct jalon_map *map, const struct jalon_party *party,
                      enum jalon_right right)
{
    bool is_open = right == JALON_RIGHT_READ && map->rules.reading == JALON_VISIBILITY_PUBLIC;
    return is_open || !is_account(party) ||
           (party->actor.scopes & jalon_right_rule(right)->scope) != 0;
}

/* `is_inside`: what it is about lies within the bounds of a bounded moderator. */
static bool role_suffices(const struct jalon_map *map, const struct jalon_party *party,
                          enum jalon_right right, bool is_inside)
{
    bool is_whole = !party->is_bounded || (jalon_right_rule(right)->is_boundable && is_inside);
    enum jalon_role role = is_whole ? party->role : JALON_ROLE_MEMBER;
    return role >= least_role(map, party, right);
}

bool jalon_rights_allows(const struct jalon_map *map, const struct jalon_party *party,
                         enum jalon_right right)
{
    return has_scope(map, party, right) && role_suffices(map, party, right, true);
}

static bool author_suffices(const struct jalon_map *map, const struct jalon_party *party,
                            enum jalon_right right)
{
    enum jalon_author_may author = jalon_right_rule(right)->author;
    if (map->rules.reading != JALON_VISIBILITY_PUBLIC && party->role < JALON_ROLE_MEMBER) {
        return false;
    }
    return author == JALON_AUTHOR_ALWAYS ||
           (author == JALON_AUTHOR_WRITES && map->policy != JALON_POLICY_ADMINISTERED);
}

static enum jalon_status refuse(struct jalon_context *ctx, const struct jalon_map *map,
                                const struct jalon_party *party, enum jalon_right right,
                                bool with_author)
{
    static const char *const who[] = {
        [JALON_ROLE_NOBODY] = JALON_WORDS("everybody"),
        [JALON_ROLE_CONTRIBUTOR] = JALON_WORDS("who has an account"),
        [JALON_ROLE_MEMBER] = JALON_WORDS("members of this map"),
        [JALON_ROLE_MODERATOR] = JALON_WORDS("moderators of this map"),
        [JALON_ROLE_ADMIN] = JALON_WORDS("admins of this map"),
        [JALON_ROLE_OPERATOR] = JALON_WORDS("operators of this server"),
    };
    const struct jalon_right_rule *rule = jalon_right_rule(right);
    const char *words = jalon_say(ctx, rule->words);
    if (!has_scope(map, party, right)) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "this token has not the scope '%s', which it takes to %s",
                          jalon_scope_name(rule->scope), words);
    }
    bool is_somebody = is_account(party) || party->actor.secret.length > 0;
    return jalon_fail(ctx, is_somebody ? JALON_FORBIDDEN : JALON_UNAUTHENTICATED,
                      with_author
                          ? "only %s and its author, by account or by the edit secret given once, "
                            "may %s"
                          : "only %s may %s",
                      jalon_say(ctx, who[least_role(map, party, right)]), words);
}

/* By what it is about, some rights are others. */
static enum jalon_right right_to(enum jalon_right right, const struct jalon_contribution *subject)
{
    if (right == JALON_RIGHT_CHANGE) {
        return JALON_RIGHT_CHANGE_OTHERS;
    }
    return right == JALON_RIGHT_READ && subject->moderation != JALON_MODERATION_PUBLISHED
               ? JALON_RIGHT_READ_UNPUBLISHED
               : right;
}

static enum jalon_status check_subject(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_map *map,
                                       const struct jalon_party *party, enum jalon_right right,
                                       const struct jalon_contribution *subject)
{
    enum jalon_right others = right_to(right, subject);
    /* Whoever may read what is not published, being its author, is not asked for more. */
    enum jalon_right own = others == JALON_RIGHT_CHANGE_OTHERS ? right : others;
    bool is_inside, is_author = false;
    enum jalon_status status =
        jalon_rights_is_within(ctx, session, map, party, subject, &is_inside);
    if (status != JALON_OK) {
        return status;
    }
    if (has_scope(map, party, others) && role_suffices(map, party, others, is_inside)) {
        return JALON_OK;
    }
    bool with_author = author_suffices(map, party, own);
    if (with_author && has_scope(map, party, own)) {
        status = jalon_rights_is_author(ctx, session, map, party, subject, &is_author);
    }
    if (status != JALON_OK || is_author) {
        return status;
    }
    return refuse(ctx, map, party, others, with_author);
}

enum jalon_status jalon_rights_check(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map, const struct jalon_party *party,
                                     enum jalon_right right,
                                     const struct jalon_contribution *subject)
{
    bool is_said = party->actor.charter != 0 && party->actor.charter != map->rules.charter;
    if (is_said && jalon_right_rule(right)->scope == JALON_SCOPE_WRITE) {
        return jalon_fail(ctx, JALON_CONFLICT, "the charter in force is version %d: read it first",
                          map->rules.charter);
    }
    if (subject != NULL) {
        return check_subject(ctx, session, map, party, right, subject);
    }
    return jalon_rights_allows(map, party, right) ? JALON_OK
                                                  : refuse(ctx, map, party, right, false);
}

enum jalon_status jalon_rights_check_outcome(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             const struct jalon_party *party,
                                             enum jalon_right right,
                                             const struct jalon_contribution *after)
{
    if (!party->is_bounded) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_rights_check(ctx, session, map, party, right, after);
    if (status != JALON_FORBIDDEN) {
        return status;
    }
    jalon_error_clear(ctx);
    return jalon_fail(ctx, status, "this would take it out of the categories or the territory that "
                                   "you moderate: propose it, or ask who moderates all of the map");
}

enum jalon_status jalon_rights_require(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_map *map,
                                       const struct jalon_actor *actor, enum jalon_right right,
                                       struct jalon_party *out)
{
    struct jalon_session *session = NULL;
    struct jalon_party party;
    enum jalon_status status =
        actor->account.length > 0 ? jalon_store_read(ctx, app->store, &session) : JALON_OK;
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, map, actor, &party);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, NULL, map, &party, right, NULL);
    }
    if (status == JALON_OK && out != NULL) {
        *out = party;
    }
    return status;
}

enum jalon_status jalon_rights_begin_reading(struct jalon_context *ctx, struct jalon_app *app,
                                             struct jalon_text slug,
                                             const struct jalon_actor *actor,
                                             enum jalon_right right, struct jalon_map *out_map,
                                             struct jalon_session **out)
{
    enum jalon_status status = jalon_store_read(ctx, app->store, out);
    if (status == JALON_OK) {
        status = jalon_map_load(ctx, *out, slug, out_map);
    }
    return status == JALON_OK ? jalon_rights_check_actor(ctx, *out, out_map, actor, right)
                              : status;
}

enum jalon_status jalon_app_may(struct jalon_context *ctx, struct jalon_app *app,
                                struct jalon_text slug, const struct jalon_actor *actor,
                                enum jalon_right right)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status =
        jalon_rights_begin_reading(ctx, app, slug, actor, right, &map, &session);
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_rights_check_actor(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map,
                                           const struct jalon_actor *actor,
                                           enum jalon_right right)
{
    struct jalon_party party;
    if (actor == NULL) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_rights_find_party(ctx, session, map, actor, &party);
    return status == JALON_OK ? jalon_rights_check(ctx, session, map, &party, right, NULL)
                              : status;
}
