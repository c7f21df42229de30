/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where anonymous contributions came from, and their edit secrets: rows <-> structs. Layer 2 (store).
 *
 * Nothing of this is for anybody's eyes: it decides, and is never shown.
 */
#ifndef JALON_STORE_ORIGIN_H
#define JALON_STORE_ORIGIN_H

#include "jalon/store.h"

struct jalon_origin {
    struct jalon_text device;  /* keyed hash; may be empty, as the next two */
    struct jalon_text address; /* keyed hash of the network address */
    struct jalon_text email;   /* to recover the edit secret */
    int64_t secret_expires_us; /* 0: never */
    bool is_revoked;           /* the secret */
    int64_t created_us;
};
enum jalon_status jalon_store_insert_origin(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            const struct jalon_origin *origin) JALON_MUST_USE;
/* JALON_NOT_FOUND (no message): nothing is kept of it. */
enum jalon_status jalon_store_find_origin(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_origin *out) JALON_MUST_USE;
/* What of it is told to the address that was left with it. */
struct jalon_recoverable {
    int64_t contribution;
    struct jalon_text title; /* may be empty */
    struct jalon_text email; /* as it was left */
};
/* JALON_NOT_FOUND (no message): nothing without an account is there, or not by this address. */
enum jalon_status jalon_store_find_recoverable(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map, int32_t collection,
                                               struct jalon_id id, struct jalon_text email,
                                               struct jalon_recoverable *out) JALON_MUST_USE;
/* Another edit secret, by its hash, which opens until `expires_us`; the one before does no longer. */
enum jalon_status jalon_store_renew_secret(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_text hash,
                                           int64_t expires_us) JALON_MUST_USE;
/* It opens no more, and is known to be revoked. */
enum jalon_status jalon_store_revoke_secret(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            int64_t time_us) JALON_MUST_USE;
/* Origin, edit secret and links that were mailed go. */
enum jalon_status jalon_store_delete_origin(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map,
                                            int64_t contribution) JALON_MUST_USE;

#endif
