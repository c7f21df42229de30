/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Edit secrets, and where anonymous contributions come from. Private to app. */
#ifndef JALON_APP_EDIT_SECRET_H
#define JALON_APP_EDIT_SECRET_H

#include "jalon/app_secret.h"

#include "internal.h"

/* Keeps where a new contribution comes from, in the turn that created it, which is anonymous. */
enum jalon_status jalon_edit_secret_note_origin(struct jalon_context *ctx, struct jalon_turn *turn,
                                                const struct jalon_contribution *created,
                                                const struct jalon_actor *actor,
                                                struct jalon_text contact_email) JALON_MUST_USE;
/*
 * Is this the contribution's edit secret? JALON_FORBIDDEN: it was, and is revoked or over. Another one,
 * or when it has none: *out false.
 */
enum jalon_status jalon_edit_secret_opens(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text secret, bool *out) JALON_MUST_USE;

#endif
