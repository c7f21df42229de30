/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Accounts: how one begins, how somebody is known to be its owner, what it shows, and how it ends.
 * Layer 3 (app). Part of jalon/app.h.
 *
 * Nothing here tells whether an address has an account, or whether an account has a password: neither
 * what is answered nor how long it takes. Who tries again and again has to wait, longer each time;
 * JALON_RATE_LIMITED then says in the out parameter `out_wait_s` for how many seconds.
 *
 * These calls have transactions of their own: none may be made inside a group.
 */
#ifndef JALON_APP_PEOPLE_H
#define JALON_APP_PEOPLE_H

#include "jalon/context.h"
#include "jalon/store_people.h"

struct jalon_app;
struct jalon_actor;

/* --- Scopes --- */
enum { JALON_SCOPE_COUNT = 5 };
/* "read" … of the bits JALON_SCOPE_…, from the lowest. */
extern const char *const jalon_scope_names[JALON_SCOPE_COUNT];
/* "read write"; empty: all. False: one of them is none. */
bool jalon_scopes_parse(struct jalon_text text, unsigned *out);

/* --- Who it is --- */
/* Who a secret says somebody is. */
struct jalon_signed_in {
    int64_t number;
    struct jalon_text account; /* name */
    unsigned scopes;           /* JALON_SCOPE_… */
};
/* By a token. JALON_UNAUTHENTICATED: unknown, or expired. One indexed read. */
enum jalon_status jalon_app_authenticate(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text secret,
                                         struct jalon_signed_in *out) JALON_MUST_USE;
/* By the secret of a session. */
enum jalon_status jalon_app_resume(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_text secret,
                                   struct jalon_signed_in *out) JALON_MUST_USE;

/* --- Making accounts and tokens, for the operator --- */
enum { JALON_PASSWORD_LENGTH_MIN = 10, JALON_PASSWORD_LENGTH_MAX = 256 }; /* code points */
/*
 * `password` may be empty; an address counts as confirmed. JALON_INVALID: name, e-mail or password;
 * JALON_CONFLICT: the name, or the address, has an account.
 */
enum jalon_status jalon_app_create_account(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_account *account,
                                           struct jalon_text password) JALON_MUST_USE;
/* What a token is to be: of which account, named how, for what, until when. */
struct jalon_token_order {
    struct jalon_text account;
    struct jalon_text name;   /* may be empty */
    struct jalon_text scopes; /* "read write"; empty: all */
    int64_t expires_us;       /* 0: never */
};
/* The secret is shown once. JALON_INVALID: a scope; JALON_NOT_FOUND: no such account. */
enum jalon_status jalon_app_create_token(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_token_order *order,
                                         struct jalon_token *out,
                                         struct jalon_text *out_secret) JALON_MUST_USE;

/* --- Signing in --- */
enum { JALON_SESSION_S = 90 * 86400 };
/* Either account (its name or address) and password, or the secret of a mailed link. */
struct jalon_credentials {
    struct jalon_text account, password;
    struct jalon_text ticket; /* empty: the others */
};
struct jalon_session_begun {
    struct jalon_text secret; /* for the cookie, JALON_SESSION_S long */
    struct jalon_account account;
};
/*
 * JALON_UNAUTHENTICATED: not with these; JALON_RATE_LIMITED; JALON_UNAVAILABLE: too many others sign in
 * just now.
 */
enum jalon_status jalon_app_sign_in(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_actor *actor,
                                    const struct jalon_credentials *credentials,
                                    struct jalon_session_begun *out,
                                    int64_t *out_wait_s) JALON_MUST_USE;
/* JALON_OK also when there is no such session. */
enum jalon_status jalon_app_sign_out(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text secret) JALON_MUST_USE;
/* JALON_NOT_FOUND: there is no such account, or it was erased. */
enum jalon_status jalon_app_find_account(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text name,
                                         struct jalon_account *out) JALON_MUST_USE;

#endif
