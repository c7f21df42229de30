/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The desk: what waits to be looked at, what is decided, and the trail of it. Layer 3 (app).
 */
#ifndef JALON_APP_MODERATION_H
#define JALON_APP_MODERATION_H

#include "jalon/app.h"
#include "jalon/store_moderation.h"

/* --- Audit --- */
/*
 * Notes what a moderator, admin or operator has done, in the session that does it; the map is this
 * session's from then on. `map` NULL: of the server. `actor` empty: the server itself; `action` is a
 * word of lower case letters and _; `contribution` 0 and the other texts empty: none; `detail` is a
 * JSON object, of what moderators may see.
 */
enum jalon_status jalon_audit_add(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, struct jalon_text actor,
                                  const char *action, int64_t contribution,
                                  struct jalon_text subject, struct jalon_text reason,
                                  struct jalon_text detail) JALON_MUST_USE;

#endif
