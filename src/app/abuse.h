/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What stands before a write: limits, blocks, zones, a proof of work; and what looks like spam.
 * Private to app. */
#ifndef JALON_APP_ABUSE_PRIVATE_H
#define JALON_APP_ABUSE_PRIVATE_H

#include "jalon/app_abuse.h"

#include "rights.h"

struct jalon_abuse;

/* NULL: no memory. */
struct jalon_abuse *jalon_abuse_create(void);
/* NULL is allowed. */
void jalon_abuse_destroy(struct jalon_abuse *abuse);

/*
 * Asked before anything is written on behalf of a party, in the session that writes it; counts one
 * write. JALON_RATE_LIMITED: too many, or the map is under pressure and there is no proof of work;
 * JALON_FORBIDDEN: blocked, or (with a geometry) in a zone that is closed to those without account; each
 * with the reason and the end. Members of the map's desk pass.
 */
enum jalon_status jalon_abuse_check(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_session *session, const struct jalon_map *map,
                                    const struct jalon_party *party,
                                    const struct jalon_geometry *geometry) JALON_MUST_USE;

/* --- abuse_proof.c --- */
/* Is the actor's proof one for this map, not expired, and not used? It is used then. */
enum jalon_status jalon_abuse_take_proof(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map,
                                         const struct jalon_actor *actor,
                                         bool *out) JALON_MUST_USE;

/* --- abuse_score.c --- */
/*
 * Does what is written look like advertising, or like what was written again and again? *out is a JSON
 * object {"score", "signs"}; empty: no.
 */
enum jalon_status jalon_abuse_judge_text(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map,
                                         const struct jalon_contribution *contribution,
                                         struct jalon_text *out) JALON_MUST_USE;

/* --- The state, for these files --- */
struct jalon_rate;
struct jalon_abuse {
    struct jalon_write_limits limits;
    struct jalon_rate *writes; /* of addresses, accounts and maps */
    struct jalon_rate *proofs; /* those that were used */
    struct jalon_rate *texts;  /* what was written lately */
};
/* Is more written to the map without an account than it stands? Counts nothing. */
bool jalon_abuse_is_pressed(struct jalon_app *app, const struct jalon_map *map);

#endif
