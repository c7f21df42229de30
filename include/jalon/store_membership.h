/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The store: who belongs to which map. Layer 2 (store). */
#ifndef JALON_STORE_MEMBERSHIP_H
#define JALON_STORE_MEMBERSHIP_H

#include "jalon/store.h"

/* An account as one map knows it. */
struct jalon_member {
    int64_t account;                /* account.number */
    struct jalon_text name;         /* of the account */
    struct jalon_text display_name; /* may be empty */
    bool is_operator;               /* of the server */
    bool is_listed;                 /* has a row in the map; without one: a contributor, since 0 */
    enum jalon_role role;           /* CONTRIBUTOR to ADMIN */
    /* A moderator of these only: keys of categories, and of a territory. */
    const struct jalon_text *categories; /* none: of all */
    size_t category_count;
    struct jalon_text territory; /* empty: of all */
    int64_t since_us;
};

/* JALON_NOT_FOUND (no message): there is no such account. */
enum jalon_status jalon_store_find_member(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, struct jalon_text name,
                                          struct jalon_member *out) JALON_MUST_USE;
/* Those with a row, by name from behind `after` (empty: from the first). */
enum jalon_status jalon_store_list_members(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, struct jalon_text after,
                                           size_t limit, struct jalon_member **out,
                                           size_t *out_count) JALON_MUST_USE;
/* Inserts or replaces the row of `account`: role, bounds and, when it is new, since. */
enum jalon_status jalon_store_put_member(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_member *member) JALON_MUST_USE;
enum jalon_status jalon_store_remove_member(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map,
                                            int64_t account) JALON_MUST_USE;
/* How many admins the map has beside this account. */
enum jalon_status jalon_store_count_other_admins(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map, int64_t account,
                                                 int64_t *out) JALON_MUST_USE;
/* The maps of which this account is the only admin, by slug, at most `limit`, as "one, another". */
enum jalon_status jalon_store_list_alone(struct jalon_context *ctx, struct jalon_session *session,
                                         int64_t account, size_t limit,
                                         struct jalon_text *out) JALON_MUST_USE;
/* JALON_NOT_FOUND (no message): the map has no territory with this key. */
enum jalon_status jalon_store_find_territory(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, struct jalon_text key,
                                             struct jalon_territory *out) JALON_MUST_USE;

#endif
