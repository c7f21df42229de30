/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Requests with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): done once, answered
 * alike for a day, also after a restart. Private to app.
 *
 * All of it happens in the turn that does what is asked, so that key and deed are kept together. The
 * edit secret of an anonymous contribution is not stored: it is derived from the server's key, and
 * again when it is answered again. Whoever knows key and body gets it, so keys are to be random.
 */
#ifndef JALON_APP_REPLAY_H
#define JALON_APP_REPLAY_H

#include "internal.h"

/*
 * The answer that was given to this command before. JALON_NOT_FOUND: none, do it; JALON_MISMATCH and
 * JALON_CONFLICT as jalon_app_contribute.
 */
enum jalon_status jalon_replay_find(struct jalon_context *ctx, const struct jalon_turn *turn,
                                    const struct jalon_contribute *command,
                                    struct jalon_contributed *out) JALON_MUST_USE;
/* Keeps what is being answered, and forgets answers older than a day. */
enum jalon_status jalon_replay_keep(struct jalon_context *ctx, const struct jalon_turn *turn,
                                    const struct jalon_contribute *command,
                                    const struct jalon_contributed *done) JALON_MUST_USE;
/* The edit secret of the contribution that this command makes. */
enum jalon_status jalon_replay_secret(struct jalon_context *ctx, const struct jalon_app *app,
                                      const struct jalon_contribute *command,
                                      struct jalon_id contribution,
                                      struct jalon_text *out) JALON_MUST_USE;

#endif
