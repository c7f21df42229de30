/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a new or changed contribution becomes: published, pending, a proposal, or refused, and why
 * somebody is to look at it. Private to app.
 *
 * Asked in the turn that writes it, by whoever writes on behalf of somebody: first the judgement, then
 * the write, then what follows from it. Imports are not asked about.
 */
#ifndef JALON_APP_ADMISSION_H
#define JALON_APP_ADMISSION_H

#include "jalon/app_moderation.h"

#include "internal.h"
#include "rights.h"

struct jalon_admission {
    /* Given. */
    struct jalon_live_map *live; /* held: territories and neighbours as everybody sees them */
    const struct jalon_party *party;
    const struct jalon_contribution *before; /* what is changed; NULL: it is new */
    struct jalon_contribution *after; /* what it is to become; its moderation is the judgement's */
    bool refuses_duplicates; /* of something new: JALON_CONFLICT when it may be there already */
    /* The judgement. */
    bool is_proposal; /* of a change: it stays as it is, and somebody decides about this */
    struct jalon_review reviews[JALON_REVIEW_REASON_COUNT]; /* why somebody is to look at it */
    size_t review_count;
    /* What may be the same as something new, as JSON (jalon_duplicates_write); empty: nothing. */
    struct jalon_text duplicates;
    /* Private to admission.c: whoever writes is not trusted, and is trusted enough to publish. */
    bool is_reviewed;
    bool is_newcomer;
};

/*
 * Judges, in this order: blocks, zones and limits; licence and charter; the territories; what it looks
 * like; likely duplicates; then whether it is published at once. The right to do it was asked for
 * before. JALON_INVALID, JALON_FORBIDDEN, JALON_RATE_LIMITED … with the reason: it is refused.
 */
enum jalon_status jalon_admission_judge(struct jalon_context *ctx, struct jalon_turn *turn,
                                        struct jalon_admission *admission) JALON_MUST_USE;
/*
 * After it was put (its number is known), in the same turn: asks for the looks that the judgement wants.
 * What its author deletes nobody need look at any more; also without a judgement before.
 */
enum jalon_status jalon_admission_finish(struct jalon_context *ctx, struct jalon_turn *turn,
                                         const struct jalon_admission *admission) JALON_MUST_USE;
/* For those who judge: somebody is to look at it; `detail` is a JSON object, or empty. */
void jalon_admission_ask(struct jalon_admission *admission, enum jalon_review_reason reason,
                         struct jalon_text detail);
/* Likewise: and nobody sees it before. */
void jalon_admission_hold(struct jalon_admission *admission, enum jalon_review_reason reason,
                          struct jalon_text detail);

#endif
