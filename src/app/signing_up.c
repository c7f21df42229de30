/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signing up, and what is done by links that were mailed. Layer 3 (app).
 *
 * Whether an address has an account is told to nobody but by a mail to that address. So each of these
 * does the same for both: a mail with a link, in one transaction.
 */
#include "jalon/app_mail.h"
#include "jalon/clock.h"

#include "people.h"

enum { CONFIRM_DAYS = 3, LINK_MINUTES = 30 };
static const int64_t minute_us = INT64_C(60000000);
static const int64_t day_us = INT64_C(86400000000);

/* --- Mailing a link --- */
/* `key`: of the words. The account may be NULL for those that have no link. */
static enum jalon_status write_mail(struct jalon_context *ctx, struct jalon_session *session,
                                    const char *key, struct jalon_text email,
                                    struct jalon_text language,
                                    const struct jalon_account *account, struct jalon_text secret)
{
    struct jalon_text days = jalon_text_format(ctx->arena, "%d", CONFIRM_DAYS);
    struct jalon_text minutes = jalon_text_format(ctx->arena, "%d", LINK_MINUTES);
    if (days.data == NULL || minutes.data == NULL) {
        return jalon_no_memory(ctx);
    }
    const struct jalon_mail_value values[] = {
        {"account", account != NULL ? account->name : JALON_TEXT_EMPTY},
        {"secret", secret},
        {"days", days},
        {"minutes", minutes},
    };
    return jalon_mail_write(ctx, session, email, language, key, values,
                            sizeof values / sizeof values[0]);
}

static enum jalon_status mail_link(struct jalon_context *ctx, struct jalon_session *session,
                                   enum jalon_ticket_purpose purpose, const char *key,
                                   struct jalon_text email, const struct jalon_account *account)
{
    int64_t now_us = jalon_clock_now_us();
    bool confirms = purpose == JALON_TICKET_CONFIRM_EMAIL;
    struct jalon_ticket ticket = {
        .purpose = purpose,
        .account = account->number,
        .email = email,
        .created_us = now_us,
        .expires_us = now_us + (confirms ? CONFIRM_DAYS * day_us : LINK_MINUTES * minute_us),
    };
    struct jalon_text secret;
    enum jalon_status status = jalon_secret_make(ctx, &secret);
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, secret, &ticket.hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_ticket(ctx, session, &ticket);
    }
    return status == JALON_OK
               ? write_mail(ctx, session, key, email, account->language, account, secret)
               : status;
}

/* The same work, for an address that has no account: the link is of nothing, and nobody's. */
static enum jalon_status mail_no_link(struct jalon_context *ctx, struct jalon_session *session,
                                      enum jalon_ticket_purpose purpose, struct jalon_text email,
                                      struct jalon_text language)
{
    int64_t now_us = jalon_clock_now_us();
    struct jalon_ticket ticket = {
        .purpose = purpose,
        .email = JALON_TEXT(JALON_MAIL_NOBODY), /* no address is kept for having been tried */
        .created_us = now_us,
        .expires_us = now_us + 1,
    };
    struct jalon_text secret;
    enum jalon_status status = jalon_secret_make(ctx, &secret);
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, secret, &ticket.hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_ticket(ctx, session, &ticket);
    }
    return status == JALON_OK ? write_mail(ctx, session, "no_account", email, language, NULL, secret)
                              : status;
}

/* NULL number: nobody has it. */
static enum jalon_status find_owner(struct jalon_context *ctx, struct jalon_session *session,
                                    struct jalon_text email, struct jalon_account *out)
{
    enum jalon_status status = jalon_store_find_account_of(ctx, session, email, out);
    if (status == JALON_NOT_FOUND) {
        *out = (struct jalon_account){.number = 0};
        return JALON_OK;
    }
    return status;
}

enum jalon_status jalon_account_mail_confirmation(struct jalon_context *ctx,
                                                  struct jalon_session *session,
                                                  const struct jalon_account *account,
                                                  struct jalon_text email)
{
    struct jalon_account owner;
    bool signs_up = account->is_signing_up;
    enum jalon_status status = find_owner(ctx, session, email, &owner);
    if (status != JALON_OK) {
        return status;
    }
    return owner.number == 0
               ? mail_link(ctx, session, JALON_TICKET_CONFIRM_EMAIL,
                           signs_up ? "sign_up" : "change_email", email, account)
               : mail_link(ctx, session, JALON_TICKET_SIGN_IN,
                           signs_up ? "sign_up_known" : "change_email_known", owner.email, &owner);
}

enum jalon_status jalon_account_check_address(struct jalon_context *ctx, struct jalon_text email,
                                              const char *where)
{
    enum jalon_status status =
        jalon_account_check_email(ctx, email, JALON_ERROR_POINTER, where);
    return status != JALON_OK || jalon_mail_is_address(email)
               ? status
               : jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, where,
                               "is not an e-mail address");
}

/* --- Signing up --- */
static void check_sign_up(struct jalon_context *ctx, const struct jalon_sign_up *sign_up,
                          struct jalon_account *account)
{
    /* Each tells its fault by itself: all are told. */
    (void)!jalon_account_check_name(ctx, sign_up->name, JALON_ERROR_POINTER, "/name");
    (void)!jalon_account_check_address(ctx, sign_up->email, "/email");
    if (sign_up->password.length > 0) {
        (void)!jalon_password_check_form(ctx, sign_up->password, JALON_ERROR_POINTER, "/password");
    }
    if (sign_up->kind.length > 0 && !jalon_account_kind_parse(sign_up->kind, &account->kind)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/kind", "must be person or organisation");
    }
    if (!jalon_text_is(sign_up->language, "fr") && !jalon_text_is(sign_up->language, "en")) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/language", "must be fr or en");
    }
    if (jalon_text_code_points(sign_up->display_name) > JALON_DISPLAY_NAME_LENGTH_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/display_name", "has more than %d characters",
                        JALON_DISPLAY_NAME_LENGTH_MAX);
    }
}

static enum jalon_status insert(struct jalon_context *ctx, struct jalon_session *session,
                                struct jalon_account *account)
{
    enum jalon_status status = jalon_store_insert_account(ctx, session, account);
    if (status == JALON_CONFLICT) {
        return jalon_fail_at(ctx, status, JALON_ERROR_POINTER, "/name",
                             "is the name of another account");
    }
    if (status == JALON_OK) {
        status = jalon_account_mail_confirmation(ctx, session, account, account->email);
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_sign_up(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_actor *actor,
                                    const struct jalon_sign_up *sign_up, int64_t *out_wait_s)
{
    struct jalon_account account = {
        .name = sign_up->name,
        .email = sign_up->email,
        .created_us = jalon_clock_now_us(),
        .display_name = sign_up->display_name,
        .language = sign_up->language,
        .password_hash = JALON_TEXT_EMPTY,
        .is_signing_up = true,
    };
    struct jalon_session *session = NULL;
    check_sign_up(ctx, sign_up, &account);
    enum jalon_status status = jalon_error_verdict(ctx, "the account cannot be made so");
    if (status == JALON_OK) {
        status = jalon_throttle_check(ctx, app, actor, JALON_THROTTLE_MAIL, sign_up->email,
                                      out_wait_s);
    }
    if (status == JALON_OK && sign_up->password.length > 0) {
        status = jalon_password_hash(ctx, app->passwords, sign_up->password,
                                     &account.password_hash);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = insert(ctx, session, &account);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        jalon_throttle_note(app, actor, JALON_THROTTLE_MAIL, sign_up->email);
    }
    return status;
}

/* --- Using a link --- */
static enum jalon_status refuse_link(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_UNAUTHENTICATED,
                      "this link was used already, or is too old: ask for another one");
}

/* Uses it up; its account. */
static enum jalon_status take_ticket(struct jalon_context *ctx, struct jalon_session *session,
                                     struct jalon_text secret, enum jalon_ticket_purpose purpose,
                                     struct jalon_ticket *out, struct jalon_account *out_account)
{
    struct jalon_text hash;
    enum jalon_status status = jalon_secret_hash(ctx, secret, &hash);
    if (status == JALON_OK) {
        status = jalon_store_find_ticket(ctx, session, hash, out);
    }
    if (status == JALON_OK &&
        (out->purpose != purpose || out->expires_us <= jalon_clock_now_us())) {
        return refuse_link(ctx);
    }
    if (status == JALON_OK) {
        status = jalon_store_use_ticket(ctx, session, hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_load_account(ctx, session, out->account, out_account);
    }
    bool usable = status == JALON_OK && out_account->erased_us == 0 &&
                  (!out_account->is_signing_up || purpose == JALON_TICKET_CONFIRM_EMAIL);
    return status == JALON_NOT_FOUND || (status == JALON_OK && !usable) ? refuse_link(ctx) : status;
}

/* A session of the account, and all that was written with it. */
static enum jalon_status begin(struct jalon_context *ctx, struct jalon_session *session,
                               const struct jalon_account *account,
                               struct jalon_session_begun *out)
{
    struct jalon_session_begun begun = {.account = *account};
    enum jalon_status status =
        jalon_session_begin(ctx, session, account->number, &begun.secret);
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    if (status == JALON_OK) {
        *out = begun;
    }
    return status;
}

static enum jalon_status confirm(struct jalon_context *ctx, struct jalon_session *session,
                                 struct jalon_text secret, struct jalon_session_begun *out)
{
    struct jalon_ticket ticket;
    struct jalon_account account, owner = {.number = 0};
    enum jalon_status status =
        take_ticket(ctx, session, secret, JALON_TICKET_CONFIRM_EMAIL, &ticket, &account);
    if (status == JALON_OK) {
        status = find_owner(ctx, session, ticket.email, &owner);
    }
    if (status == JALON_OK && owner.number != 0 && owner.number != account.number) {
        return jalon_fail(ctx, JALON_CONFLICT, "this address has an account already, '%.*s'",
                          JALON_TEXT_ARGS(owner.name));
    }
    if (status == JALON_OK) {
        account.email = ticket.email;
        account.confirmed_us = jalon_clock_now_us();
        account.is_signing_up = false;
        status = jalon_store_update_account(ctx, session, &account);
    }
    return status == JALON_OK ? begin(ctx, session, &account, out) : status;
}

enum jalon_status jalon_app_confirm(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text ticket, struct jalon_session_begun *out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = confirm(ctx, session, ticket, out);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_account_sign_in_by_link(struct jalon_context *ctx, struct jalon_app *app,
                                                struct jalon_text secret,
                                                struct jalon_session_begun *out)
{
    struct jalon_ticket ticket;
    struct jalon_account account;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = take_ticket(ctx, session, secret, JALON_TICKET_SIGN_IN, &ticket, &account);
    }
    if (status == JALON_OK) {
        status = begin(ctx, session, &account, out);
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status reset(struct jalon_context *ctx, struct jalon_session *session,
                               struct jalon_text secret, struct jalon_text hash,
                               struct jalon_session_begun *out)
{
    struct jalon_ticket ticket;
    struct jalon_account account;
    enum jalon_status status =
        take_ticket(ctx, session, secret, JALON_TICKET_RESET_PASSWORD, &ticket, &account);
    if (status == JALON_OK) {
        account.password_hash = hash;
        status = jalon_store_update_account(ctx, session, &account);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_sign_ins(ctx, session, account.number, JALON_TEXT_EMPTY);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_tickets(ctx, session, account.number);
    }
    return status == JALON_OK ? begin(ctx, session, &account, out) : status;
}

enum jalon_status jalon_app_reset_password(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text ticket, struct jalon_text password,
                                           struct jalon_session_begun *out)
{
    struct jalon_text hash;
    struct jalon_session *session = NULL;
    enum jalon_status status =
        jalon_password_check_form(ctx, password, JALON_ERROR_POINTER, "/password");
    if (status == JALON_OK) {
        status = jalon_password_hash(ctx, app->passwords, password, &hash);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = reset(ctx, session, ticket, hash, out);
    }
    jalon_session_end(session);
    return status;
}

/* --- Asking for one --- */
static enum jalon_status mail_asked(struct jalon_context *ctx, struct jalon_session *session,
                                    struct jalon_text email, bool for_password,
                                    struct jalon_text language)
{
    enum jalon_ticket_purpose purpose =
        for_password ? JALON_TICKET_RESET_PASSWORD : JALON_TICKET_SIGN_IN;
    struct jalon_account owner;
    enum jalon_status status = find_owner(ctx, session, email, &owner);
    if (status == JALON_OK && owner.number == 0) {
        status = mail_no_link(ctx, session, purpose, email, language);
    } else if (status == JALON_OK) {
        status = mail_link(ctx, session, purpose, for_password ? "reset_password" : "sign_in",
                           owner.email, &owner);
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_mail_link(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_actor *actor, struct jalon_text email,
                                      bool for_password, struct jalon_text language,
                                      int64_t *out_wait_s)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_account_check_address(ctx, email, "/email");
    if (status == JALON_OK) {
        status = jalon_throttle_check(ctx, app, actor, JALON_THROTTLE_MAIL, email, out_wait_s);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = mail_asked(ctx, session, email, for_password, language);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        jalon_throttle_note(app, actor, JALON_THROTTLE_MAIL, email);
    }
    return status;
}
