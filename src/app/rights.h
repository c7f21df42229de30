/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who asks, and whether he may: the only place where roles are compared. Private to app. */
#ifndef JALON_APP_RIGHTS_PRIVATE_H
#define JALON_APP_RIGHTS_PRIVATE_H

#include "jalon/app_rights.h"
#include "jalon/store_membership.h"

/* Whoever asks, as one map knows him; texts as the actor's or in the context's arena. */
struct jalon_party {
    struct jalon_actor actor;
    int64_t account_number; /* 0: nobody */
    enum jalon_role role;   /* OPERATOR of the server in every map */
    /* A moderator of some of it only; a member of the rest. */
    bool is_bounded;
    const struct jalon_text *categories; /* keys; none: of all */
    size_t category_count;
    struct jalon_text territory; /* key; empty: of all */
};

/* Reads the membership; of nobody nothing is read. An account that is not there has no role. */
enum jalon_status jalon_rights_find_party(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map,
                                          const struct jalon_actor *actor,
                                          struct jalon_party *out) JALON_MUST_USE;
/*
 * Has the party this right, to this contribution as it is (NULL: at all)? JALON_UNAUTHENTICATED: not
 * without an account; JALON_FORBIDDEN: not with this one, or not by this token; JALON_CONFLICT: to
 * write, knowing another charter than the one in force. The edit secret's
 * holder is the author; CHANGE to another's contribution is CHANGE_OTHERS; READ of what is not
 * published is READ_UNPUBLISHED. Who may not know that something is there is told otherwise by the caller.
 */
enum jalon_status jalon_rights_check(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map, const struct jalon_party *party,
                                     enum jalon_right right,
                                     const struct jalon_contribution *subject) JALON_MUST_USE;
/*
 * The same to what a contribution becomes, whose right to it as it is was checked: who moderates some of
 * the map takes nothing out of that by himself. JALON_FORBIDDEN.
 */
enum jalon_status jalon_rights_check_outcome(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             const struct jalon_party *party,
                                             enum jalon_right right,
                                             const struct jalon_contribution *after) JALON_MUST_USE;
/* The same without a contribution, and without a message. */
bool jalon_rights_allows(const struct jalon_map *map, const struct jalon_party *party,
                         enum jalon_right right);
/* Both at once, with a session of their own if one is needed. `out` may be NULL. */
enum jalon_status jalon_rights_require(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_map *map,
                                       const struct jalon_actor *actor, enum jalon_right right,
                                       struct jalon_party *out) JALON_MUST_USE;
/* Party and verdict in a session that is there. `actor` NULL: whoever sits at the machine may all. */
enum jalon_status jalon_rights_check_actor(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map,
                                           const struct jalon_actor *actor,
                                           enum jalon_right right) JALON_MUST_USE;
/*
 * Begins to read the map of this slug, when the actor has the right in it. The session is to be ended,
 * also after a failure. JALON_NOT_FOUND, and as jalon_rights_check_actor.
 */
enum jalon_status jalon_rights_begin_reading(struct jalon_context *ctx, struct jalon_app *app,
                                             struct jalon_text slug,
                                             const struct jalon_actor *actor,
                                             enum jalon_right right, struct jalon_map *out_map,
                                             struct jalon_session **out) JALON_MUST_USE;
/*
 * Is the party its author: by the account, or by the edit secret? JALON_FORBIDDEN: by a secret that is
 * revoked or over.
 */
enum jalon_status jalon_rights_is_author(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_party *party,
                                         const struct jalon_contribution *subject,
                                         bool *out) JALON_MUST_USE;
/*
 * The contribution as it is stored, if it is published or the party may, by its role, account or edit
 * secret, see what is not; what right it takes is still to be asked. JALON_NOT_FOUND, with the same words
 * and after the same work: there is none, or not for them.
 */
enum jalon_status jalon_rights_find_seen(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_party *party, int32_t collection,
                                         struct jalon_id id,
                                         struct jalon_contribution *out) JALON_MUST_USE;
/*
 * Is the contribution within the bounds of this moderator: in one of the categories or below it, and
 * its label position in the territory? Yes for who has none.
 */
enum jalon_status jalon_rights_is_within(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_party *party,
                                         const struct jalon_contribution *subject,
                                         bool *out) JALON_MUST_USE;
/*
 * What is shown of a map: PUBLIC to nobody and contributors, MEMBERS to members and bounded
 * moderators, MODERATORS from moderators up. A token needs the scope `read` to be shown more than
 * everybody is.
 */
enum jalon_visibility jalon_rights_audience(const struct jalon_party *party);
/* The public collection with this key. JALON_NOT_FOUND. */
enum jalon_status jalon_rights_find_collection(struct jalon_context *ctx,
                                               const struct jalon_map *map, struct jalon_text key,
                                               int32_t *out) JALON_MUST_USE;

#endif
