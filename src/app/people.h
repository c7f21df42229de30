/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of app about people share: passwords, waiting, who was seen. Private to app. */
#ifndef JALON_APP_PEOPLE_PRIVATE_H
#define JALON_APP_PEOPLE_PRIVATE_H

#include "internal.h"

/* --- password.c --- */
struct jalon_passwords;
/* `memory` bytes for each hash that is being made, of which there are two at most. NULL: no memory. */
struct jalon_passwords *jalon_passwords_create(size_t memory);
void jalon_passwords_destroy(struct jalon_passwords *passwords);
/* Hashes made so far. */
uint64_t jalon_passwords_count(const struct jalon_passwords *passwords);
/* JALON_INVALID: too short or too long, told of `where`. */
enum jalon_status jalon_password_check_form(struct jalon_context *ctx, struct jalon_text password,
                                            enum jalon_error_place place,
                                            const char *where) JALON_MUST_USE;
/* argon2id, in ctx' arena. JALON_UNAVAILABLE: too many others wait already. */
enum jalon_status jalon_password_hash(struct jalon_context *ctx,
                                      struct jalon_passwords *passwords,
                                      struct jalon_text password,
                                      struct jalon_text *out) JALON_MUST_USE;
/*
 * Is this the password? Of an empty hash it is not, after as much work. *out_old: the hash is of other
 * parameters than are in use now.
 */
enum jalon_status jalon_password_verify(struct jalon_context *ctx,
                                        struct jalon_passwords *passwords,
                                        struct jalon_text password, struct jalon_text hash,
                                        bool *out_right, bool *out_old) JALON_MUST_USE;

/* --- throttle.c --- */
/* How often something was tried that is not to be tried often, by what; bounded. Any thread. */
struct jalon_throttle;
/* `free` tries are not waited for; 0: none is, ever. NULL: no memory. */
struct jalon_throttle *jalon_throttle_create(unsigned free);
void jalon_throttle_destroy(struct jalon_throttle *throttle);
/* What is counted apart. */
enum jalon_throttle_kind {
    JALON_THROTTLE_ACCOUNT, /* wrong passwords for one account or address, there or not */
    JALON_THROTTLE_NETWORK, /* wrong passwords and mails, from one network */
    JALON_THROTTLE_MAIL,    /* mails to one address */
    JALON_THROTTLE_KIND_COUNT,
};
/* Seconds until this may be tried; 0: now. Asking counts nothing. */
int64_t jalon_throttle_wait_s(struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                              struct jalon_text what);
void jalon_throttle_count(struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                          struct jalon_text what);
/* As if it had never been tried. */
void jalon_throttle_forget(struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                           struct jalon_text what);

/* --- sessions.c --- */
/* May whoever it is try this of an account or address now? JALON_RATE_LIMITED. */
enum jalon_status jalon_throttle_check(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor,
                                       enum jalon_throttle_kind kind, struct jalon_text what,
                                       int64_t *out_wait_s) JALON_MUST_USE;
/* They tried. */
void jalon_throttle_note(struct jalon_app *app, const struct jalon_actor *actor,
                         enum jalon_throttle_kind kind, struct jalon_text what);
/* A session of the account, in the caller's transaction; its secret. */
enum jalon_status jalon_session_begin(struct jalon_context *ctx, struct jalon_session *session,
                                      int64_t account, struct jalon_text *out_secret)
    JALON_MUST_USE;

/* --- signing_up.c --- */
/*
 * Mails the address a link that makes it the account's, in the caller's transaction; when it is
 * another's, that somebody tried.
 */
enum jalon_status jalon_account_mail_confirmation(struct jalon_context *ctx,
                                                  struct jalon_session *session,
                                                  const struct jalon_account *account,
                                                  struct jalon_text email) JALON_MUST_USE;
/* One that mail can be sent to. JALON_INVALID, told of the pointer `where`. */
enum jalon_status jalon_account_check_address(struct jalon_context *ctx, struct jalon_text email,
                                              const char *where) JALON_MUST_USE;
enum jalon_status jalon_account_sign_in_by_link(struct jalon_context *ctx, struct jalon_app *app,
                                                struct jalon_text secret,
                                                struct jalon_session_begun *out) JALON_MUST_USE;

/* --- erase.c --- */
/* Goes on with erasures for so long at most. *out_finished: there are none left. */
enum jalon_status jalon_erasures_go_on(struct jalon_context *ctx, struct jalon_app *app,
                                       int64_t most_us, bool *out_finished) JALON_MUST_USE;

/* --- clerk.c --- */
enum jalon_status jalon_clerk_start(struct jalon_context *ctx,
                                    struct jalon_app *app) JALON_MUST_USE;
/* After the follower has been told to stop. */
void jalon_clerk_stop(struct jalon_app *app);

/* --- seen.c --- */
/* Which tokens and sessions were used, until that is written; bounded. */
struct jalon_seen;
struct jalon_seen *jalon_seen_create(void);
void jalon_seen_destroy(struct jalon_seen *seen);
void jalon_seen_note(struct jalon_seen *seen, bool is_session, struct jalon_text hash);
/* Writes them down, once somebody has time; what fails is left out. */
void jalon_seen_write(struct jalon_context *ctx, struct jalon_app *app);

/* --- accounts.c --- */
/* Rules of names and addresses; each tells its fault of `where`. */
enum jalon_status jalon_account_check_name(struct jalon_context *ctx, struct jalon_text name,
                                           enum jalon_error_place place,
                                           const char *where) JALON_MUST_USE;
enum jalon_status jalon_account_check_email(struct jalon_context *ctx, struct jalon_text email,
                                            enum jalon_error_place place,
                                            const char *where) JALON_MUST_USE;

#endif
