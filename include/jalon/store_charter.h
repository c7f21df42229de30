/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The store: the charters of a map, in all their versions. Layer 2 (store). */
#ifndef JALON_STORE_CHARTER_H
#define JALON_STORE_CHARTER_H

#include "jalon/store.h"

struct jalon_charter {
    int32_t version;          /* 1, 2, 3 … */
    struct jalon_label text;
    struct jalon_text author; /* account.name; empty: whoever sat at the machine */
    int64_t created_us;
};
enum jalon_status jalon_store_insert_charter(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             const struct jalon_charter *charter) JALON_MUST_USE;
/* JALON_NOT_FOUND (no message): there is no such version. */
enum jalon_status jalon_store_find_charter(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int32_t version,
                                           struct jalon_charter *out) JALON_MUST_USE;

#endif
