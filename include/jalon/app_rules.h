/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A community's rules: who belongs to a map, its settings, its charter. Layer 3 (app).
 *
 * `actor` NULL: whoever sits at the machine, who may all. Else JALON_UNAUTHENTICATED and
 * JALON_FORBIDDEN by the table of rights. JALON_NOT_FOUND: the map.
 */
#ifndef JALON_APP_RULES_H
#define JALON_APP_RULES_H

#include "jalon/app.h"
#include "jalon/app_rights.h"
#include "jalon/json.h"
#include "jalon/store_charter.h"
#include "jalon/store_membership.h"

/* --- Members --- */
/* Those with a role in the map, by name from behind `after` (empty: from the first). */
enum jalon_status jalon_app_list_members(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text map, const struct jalon_actor *actor,
                                         struct jalon_text after, size_t limit,
                                         struct jalon_member **out, size_t *out_count)
    JALON_MUST_USE;

struct jalon_put_member {
    struct jalon_text map;  /* slug */
    struct jalon_text name; /* of the account */
    struct jalon_text role; /* contributor, member, moderator, admin */
    const struct jalon_text *categories; /* keys; none: not bounded by them */
    size_t category_count;
    struct jalon_text territory; /* key; empty: not bounded by one */
    struct jalon_text reason;    /* for the audit trail; may be empty */
};
/*
 * Gives an account its role, instead of the one it has. JALON_INVALID names every member that is
 * wrong: role, bounds of who is no moderator, or that are not there. JALON_NOT_FOUND: the account;
 * JALON_CONFLICT: the map would have no admin any more.
 */
enum jalon_status jalon_app_put_member(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor,
                                       const struct jalon_put_member *command,
                                       struct jalon_member *out) JALON_MUST_USE;
/* Takes the role away; of who has none JALON_NOT_FOUND. Members may leave by themselves. */
enum jalon_status jalon_app_remove_member(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_actor *actor, struct jalon_text map,
                                          struct jalon_text name,
                                          struct jalon_text reason) JALON_MUST_USE;

/* What somebody is and may in a map. */
struct jalon_me {
    enum jalon_role role;
    bool is_bounded;
    const struct jalon_text *categories;
    size_t category_count;
    struct jalon_text territory;
    enum jalon_visibility audience;
    bool rights[JALON_RIGHT_COUNT]; /* those of an author: only by the role */
};
enum jalon_status jalon_app_find_me(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text map, const struct jalon_actor *actor,
                                    struct jalon_me *out) JALON_MUST_USE;

/* --- Settings --- */
/* The map with its settings (jalon/settings.h), for who may change them. */
enum jalon_status jalon_app_find_settings(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_actor *actor, struct jalon_text map,
                                          struct jalon_map *out) JALON_MUST_USE;
/*
 * Changes settings by a merge patch (RFC 7396), null: as in a map that says nothing of it. JALON_INVALID
 * names every member that is wrong, and nothing is changed. On return everybody who asks this process
 * finds the map as it is now.
 */
enum jalon_status jalon_app_patch_settings(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_actor *actor, struct jalon_text map,
                                           const struct jalon_json *patch,
                                           struct jalon_text reason,
                                           struct jalon_map *out) JALON_MUST_USE;

/* One member with what jalon_setting_get gives. */
void jalon_setting_write(struct jalon_json_writer *writer, const char *key,
                         const struct jalon_value *value);

/* --- Charter --- */
enum { JALON_CHARTER_LENGTH_MAX = 20000 }; /* code points, in each language */
/* A version, 0: the one in force. JALON_NOT_FOUND: there is none. */
enum jalon_status jalon_app_find_charter(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_actor *actor, struct jalon_text map,
                                         int64_t version,
                                         struct jalon_charter *out) JALON_MUST_USE;
/* A new version, in force from now on; its text is given, all else is filled in. */
enum jalon_status jalon_app_put_charter(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_actor *actor, struct jalon_text map,
                                        struct jalon_charter *charter) JALON_MUST_USE;

/* --- Maps --- */
/*
 * jalon_app_create_map by somebody, who becomes its admin. Rights are of the server, so of operators.
 */
enum jalon_status jalon_app_found_map(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_actor *actor,
                                      struct jalon_map *map) JALON_MUST_USE;
/* May somebody make maps? */
enum jalon_status jalon_app_may_found(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_actor *actor) JALON_MUST_USE;
/*
 * Removes a map with all that is in it. `confirmed` is its slug once more: JALON_PRECONDITION when it
 * is another word.
 */
enum jalon_status jalon_app_remove_map(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor, struct jalon_text map,
                                       struct jalon_text confirmed,
                                       struct jalon_text reason) JALON_MUST_USE;

#endif
