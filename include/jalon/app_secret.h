/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The edit secret of an anonymous contribution: recovered by mail, renewed, revoked, adopted.
 * Layer 3 (app).
 *
 * It is known to whoever was given it, once; kept is its hash. It opens for as many days as the map
 * says. Whoever has the address that was left with the contribution can have another one.
 */
#ifndef JALON_APP_SECRET_H
#define JALON_APP_SECRET_H

#include "jalon/app.h"

/* Of which contribution. */
struct jalon_secret_of {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
};
/*
 * Mails a link to the address when it is the one that was left with the contribution. JALON_OK, and as
 * much work, also when it is another one, or there is no such contribution. JALON_INVALID: not an
 * address; JALON_NOT_FOUND: no such map or collection; JALON_RATE_LIMITED: *out_wait_s says for how long.
 */
enum jalon_status jalon_app_ask_secret(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor,
                                       const struct jalon_secret_of *of, struct jalon_text email,
                                       struct jalon_text language,
                                       int64_t *out_wait_s) JALON_MUST_USE;
/* By a mailed link's secret, which is used by it. JALON_FORBIDDEN: it is used, over, or of another. */
enum jalon_status jalon_app_renew_secret(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_actor *actor,
                                         const struct jalon_secret_of *of,
                                         struct jalon_text token, struct jalon_text *out_secret,
                                         int64_t *out_expires_us) JALON_MUST_USE;
/*
 * The actor's secret opens no more. JALON_NOT_FOUND, also of what is deleted; JALON_UNAUTHENTICATED:
 * without a secret; JALON_FORBIDDEN: with another one.
 */
enum jalon_status jalon_app_revoke_secret(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_actor *actor,
                                          const struct jalon_secret_of *of) JALON_MUST_USE;
/*
 * The account that has the secret becomes the author, by a revision; secret and origin go. Failures as
 * above; JALON_UNAUTHENTICATED also without an account, JALON_CONFLICT: it has an author.
 */
enum jalon_status jalon_app_adopt(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_actor *actor, const struct jalon_secret_of *of,
                                  struct jalon_text reason,
                                  struct jalon_contributed *out) JALON_MUST_USE;

#endif
