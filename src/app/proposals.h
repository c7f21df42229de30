/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Keeping a change as a proposal. Private to app. */
#ifndef JALON_APP_PROPOSALS_H
#define JALON_APP_PROPOSALS_H

#include "jalon/app_memory.h"

#include "internal.h"
#include "rights.h"

/*
 * Keeps the change from `before` (as it is now) to `after`, and tells the author. JALON_INVALID: nothing
 * is changed; JALON_CONFLICT: too many of this contribution are open.
 */
enum jalon_status jalon_proposal_keep(struct jalon_context *ctx, struct jalon_turn *turn,
                                      const struct jalon_party *party,
                                      const struct jalon_contribution *before,
                                      const struct jalon_contribution *after,
                                      struct jalon_text reason,
                                      struct jalon_id *out) JALON_MUST_USE;
/* Did the party make it: by the account or, without one, by the device? */
enum jalon_status jalon_proposal_is_own(struct jalon_context *ctx, const struct jalon_app *app,
                                        const struct jalon_party *party,
                                        const struct jalon_proposal *proposal,
                                        bool *out) JALON_MUST_USE;

#endif
