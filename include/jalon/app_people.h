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
enum { /* code points */
    JALON_PASSWORD_LENGTH_MIN = 10,
    JALON_PASSWORD_LENGTH_MAX = 256,
    JALON_DISPLAY_NAME_LENGTH_MAX = 100,
    JALON_ABOUT_LENGTH_MAX = 2000,
    JALON_WEBSITE_LENGTH_MAX = 500,
};
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
/* --- Signing up, and links that are mailed --- */
struct jalon_sign_up {
    struct jalon_text name;
    struct jalon_text kind;         /* "person", "organisation"; empty: a person */
    struct jalon_text display_name; /* may be empty */
    struct jalon_text email;
    struct jalon_text password; /* empty: signs in by mailed links */
    struct jalon_text language; /* "fr", "en" */
};
/*
 * Mails a link that makes the account usable; to an address that has one already, that somebody tried.
 * Nobody but the owner of the address learns which. JALON_INVALID with pointers of /name, …;
 * JALON_CONFLICT: the name is taken; JALON_RATE_LIMITED: the address, or the network, has got so many.
 */
enum jalon_status jalon_app_sign_up(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_actor *actor,
                                    const struct jalon_sign_up *sign_up,
                                    int64_t *out_wait_s) JALON_MUST_USE;
/*
 * The owner of the address has the link: the account is usable (or has this new address), and a session
 * begins. JALON_UNAUTHENTICATED: no such link, not any more; JALON_CONFLICT: meanwhile the address
 * became another account's.
 */
enum jalon_status jalon_app_confirm(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text ticket,
                                    struct jalon_session_begun *out) JALON_MUST_USE;
/*
 * Mails a link to sign in by, or (`for_password`) to choose a new password by; to an address without an
 * account, that it has none. `language`: of the latter.
 */
enum jalon_status jalon_app_mail_link(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_actor *actor, struct jalon_text email,
                                      bool for_password, struct jalon_text language,
                                      int64_t *out_wait_s) JALON_MUST_USE;
/* By such a link. All other sessions end. JALON_INVALID: of /password; JALON_UNAUTHENTICATED. */
enum jalon_status jalon_app_reset_password(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text ticket, struct jalon_text password,
                                           struct jalon_session_begun *out) JALON_MUST_USE;
/* JALON_OK also when there is no such session. */
enum jalon_status jalon_app_sign_out(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text secret) JALON_MUST_USE;
/* JALON_NOT_FOUND: there is no such account, or it was erased. */
enum jalon_status jalon_app_find_account(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text name,
                                         struct jalon_account *out) JALON_MUST_USE;

/* --- The account itself --- */
/* What is to change; NULL: as it is. */
struct jalon_account_change {
    const struct jalon_text *display_name, *about, *website; /* empty: none */
    const struct jalon_text *language, *profile; /* "fr"; "public", "members", "nobody" */
    const bool *shows_contributions, *mails;
    /* Both need the current password, where there is one. The address changes when it is confirmed. */
    const struct jalon_text *email, *password; /* an empty password: none, by mailed links from now on */
    const struct jalon_text *current_password;
    struct jalon_text session; /* the secret of the one that asks; with a new password all others end */
};
/*
 * JALON_INVALID with pointers of /display_name, …; JALON_FORBIDDEN: of another password;
 * JALON_RATE_LIMITED. *out_mailed: a link was sent to a new address.
 */
enum jalon_status jalon_app_change_account(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_actor *actor,
                                           const struct jalon_account_change *change,
                                           struct jalon_account *out, bool *out_mailed,
                                           int64_t *out_wait_s) JALON_MUST_USE;
/* What `viewer` (empty: anybody) may see of it. JALON_NOT_FOUND: there is none, or not for them. */
enum jalon_status jalon_app_find_profile(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text name, struct jalon_text viewer,
                                         struct jalon_account *out) JALON_MUST_USE;
/* As jalon_store_list_memberships. */
enum jalon_status jalon_app_list_memberships(struct jalon_context *ctx, struct jalon_app *app,
                                             int64_t account, struct jalon_own_membership **out,
                                             size_t *out_count) JALON_MUST_USE;
/* As jalon_store_list_own; with `only_public` of what everybody may see. */
enum jalon_status jalon_app_list_own(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text author, bool only_public,
                                     const struct jalon_own_place *before, size_t limit,
                                     struct jalon_own_contribution **out,
                                     size_t *out_count) JALON_MUST_USE;
enum jalon_status jalon_app_list_tokens(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text account, struct jalon_id after,
                                        size_t limit, struct jalon_token **out,
                                        size_t *out_count) JALON_MUST_USE;
/* JALON_NOT_FOUND. */
enum jalon_status jalon_app_delete_token(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text account,
                                         struct jalon_id id) JALON_MUST_USE;

/* --- A copy of what there is of an account --- */
/* Called between rows: may take out what the writer's buffer holds. */
typedef enum jalon_status (*jalon_copy_flush)(struct jalon_context *ctx, void *object);
/*
 * Writes lists as members of the object that the writer is in: `contributions`, in all states, each
 * where it is exactly, with the fields that the account may read in its map; then those of enum jalon_own_list. It is what
 * the end of the account would touch, but for what tells of others: whom the account has blocked or
 * judged, who blocked it or judged what is its own (decisions themselves are there), what others had
 * written where it changed something. Nor is any secret or hash in it, nor mails that wait, which
 * hold such, and what was contributed without an account is of none. Page by page: what changes
 * meanwhile may be in it or not.
 */
enum jalon_status jalon_app_write_copy(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_account *account,
                                       struct jalon_json_writer *writer, jalon_copy_flush flush,
                                       void *object) JALON_MUST_USE;

/* --- The end of an account --- */
/*
 * At once nobody can sign in any more, and name, address and all that only the account could read are
 * gone from it; what it contributed stays. *out_finished: its name is out of that too, where
 * "erased-…" stands (ANONYMISE) or nothing (REMOVE); else that goes on, also after a restart. JALON_INVALID:
 * `name` is not the account's; JALON_CONFLICT at /leave_maps: it is the only admin of maps, which are
 * named, and `leaves_maps` is false: with it these have none but the server's operators.
 */
enum jalon_status jalon_app_erase_account(struct jalon_context *ctx, struct jalon_app *app,
                                          struct jalon_text account, struct jalon_text name,
                                          enum jalon_erasure erasure, bool leaves_maps,
                                          bool *out_finished) JALON_MUST_USE;

#endif
