/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What somebody may see of a contribution because it is their own, or theirs to judge, and nobody else
 * does: that it is not published, or where it is exactly. Layer 3 (app).
 */
#ifndef JALON_APP_AUDIENCE_H
#define JALON_APP_AUDIENCE_H

#include "jalon/app.h"

struct jalon_own {
    struct jalon_map map; /* of the reading, but with the exact place; borrows from it */
    struct jalon_contribution contribution; /* whole, in ctx' arena */
    /*
     * Its Feature by this map. Of what is hidden, rejected or deleted, with why as a further top-level
     * member: `moderation_reason`.
     */
    struct jalon_text json;
};

/* Could whoever asks have something of their own? Else there is nothing to look for. */
bool jalon_app_has_own(const struct jalon_actor *actor);
/*
 * From the store: what is pending, hidden or rejected, for its author (by account or edit secret) and
 * for moderators; what is deleted, for moderators; what is published on a map of coarse places, for its
 * author. JALON_NOT_FOUND, always in the same words: anything else.
 */
enum jalon_status jalon_app_find_own(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_reading *reading,
                                     const struct jalon_actor *actor, int32_t collection,
                                     struct jalon_id id, struct jalon_own *out) JALON_MUST_USE;

#endif
