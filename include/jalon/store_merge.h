/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * All that belongs to one contribution, moved to another one or removed. Layer 2 (store).
 *
 * What is written of the contributions themselves is the caller's.
 */
#ifndef JALON_STORE_MERGE_H
#define JALON_STORE_MERGE_H

#include "jalon/store.h"

/* A duplicate and the contribution that it is merged into: numbers, of one map. */
struct jalon_merger {
    int64_t from;
    int64_t into;
    struct jalon_text actor;  /* account name */
    struct jalon_text reason; /* what those who proposed changes of the duplicate are told */
    int64_t time_us;
};
/*
 * Moves comments, confirmations, supports (a voice that both have once), claims, reports and links, to
 * and from; open proposals are rejected; a link `same_as` from the duplicate is made. Reviews are
 * not touched.
 */
enum jalon_status jalon_store_merge(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map,
                                    const struct jalon_merger *merger) JALON_MUST_USE;
/* Where a duplicate went. JALON_NOT_FOUND (no message): nothing of this id was merged. */
enum jalon_status jalon_store_find_merged(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int32_t collection,
                                          struct jalon_id id,
                                          struct jalon_id *out_into) JALON_MUST_USE;
/* Removes that link. */
enum jalon_status jalon_store_unlink_merged(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t from,
                                            int64_t into) JALON_MUST_USE;
/* Sets supports, comments and confirmed of a contribution to what there is of it. */
enum jalon_status jalon_store_recount(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      struct jalon_contribution *contribution) JALON_MUST_USE;
/*
 * Removes all that there is of a contribution but its row, its revisions (emptied), its events and what
 * the audit says was done (without words).
 */
enum jalon_status jalon_store_purge(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, int64_t number) JALON_MUST_USE;

#endif
