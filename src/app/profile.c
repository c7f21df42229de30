/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What an account says of itself, what it has done, and its tokens. Layer 3 (app). */
#include "people.h"

/* --- Changing --- */
static void set_text(struct jalon_context *ctx, const struct jalon_text *text, size_t most,
                     const char *where, struct jalon_text *target)
{
    if (text == NULL) {
        return;
    }
    if (jalon_text_code_points(*text) > most) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "has more than %zu characters", most);
        return;
    }
    *target = *text;
}

static void set_words(struct jalon_context *ctx, const struct jalon_account_change *change,
                      struct jalon_account *account)
{
    set_text(ctx, change->display_name, JALON_DISPLAY_NAME_LENGTH_MAX, "/display_name",
             &account->display_name);
    set_text(ctx, change->about, JALON_ABOUT_LENGTH_MAX, "/about", &account->about);
    set_text(ctx, change->website, JALON_WEBSITE_LENGTH_MAX, "/website", &account->website);
    if (change->website != NULL && change->website->length > 0 &&
        !jalon_text_starts_with(*change->website, "https://") &&
        !jalon_text_starts_with(*change->website, "http://")) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/website", "must begin with https://");
    }
    if (change->language != NULL) {
        account->language = *change->language;
        if (!jalon_text_is(account->language, "fr") && !jalon_text_is(account->language, "en")) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, "/language", "must be fr or en");
        }
    }
    if (change->profile != NULL && !jalon_profile_parse(*change->profile, &account->profile)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/profile",
                        "must be public, members or nobody");
    }
}

static void set_choices(const struct jalon_account_change *change, struct jalon_account *account)
{
    if (change->shows_contributions != NULL) {
        account->hides_contributions = !*change->shows_contributions;
    }
    if (change->mails != NULL) {
        account->refuses_mails = !*change->mails;
    }
}

/* Whoever changes how one signs in proves to be more than somebody at a screen left open. */
static enum jalon_status check_owner(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_actor *actor,
                                     const struct jalon_account_change *change,
                                     const struct jalon_account *account, int64_t *out_wait_s)
{
    bool right = false, old;
    if (account->password_hash.length == 0) {
        return JALON_OK;
    }
    if (change->current_password == NULL) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/current_password",
                             "is needed to change the address or the password");
    }
    enum jalon_status status = jalon_throttle_check(ctx, app, actor, JALON_THROTTLE_ACCOUNT,
                                                    account->name, out_wait_s);
    if (status == JALON_OK) {
        status = jalon_password_verify(ctx, app->passwords, *change->current_password,
                                       account->password_hash, &right, &old);
    }
    if (status == JALON_OK && !right) {
        jalon_throttle_note(app, actor, JALON_THROTTLE_ACCOUNT, account->name);
        return jalon_fail_at(ctx, JALON_FORBIDDEN, JALON_ERROR_POINTER, "/current_password",
                             "is not the account's password");
    }
    return status;
}

/* What can be said, and worked out, before anybody has to wait for it. */
static enum jalon_status prepare(struct jalon_context *ctx, struct jalon_app *app,
                                 const struct jalon_actor *actor,
                                 const struct jalon_account_change *change,
                                 struct jalon_account *account, int64_t *out_wait_s)
{
    set_words(ctx, change, account);
    set_choices(change, account);
    if (change->email != NULL) {
        (void)!jalon_account_check_address(ctx, *change->email, "/email");
    }
    if (change->password != NULL && change->password->length > 0) {
        (void)!jalon_password_check_form(ctx, *change->password, JALON_ERROR_POINTER, "/password");
    } else if (change->password != NULL && account->confirmed_us == 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/password",
                        "is needed as long as no address is confirmed");
    }
    enum jalon_status status = jalon_error_verdict(ctx, "the account cannot be changed so");
    if (status == JALON_OK && (change->email != NULL || change->password != NULL)) {
        status = check_owner(ctx, app, actor, change, account, out_wait_s);
    }
    if (status == JALON_OK && change->email != NULL) {
        status = jalon_throttle_check(ctx, app, actor, JALON_THROTTLE_MAIL, *change->email,
                                      out_wait_s);
    }
    if (status == JALON_OK && change->password != NULL) {
        account->password_hash = JALON_TEXT_EMPTY;
        if (change->password->length > 0) {
            status = jalon_password_hash(ctx, app->passwords, *change->password,
                                         &account->password_hash);
        }
    }
    return status;
}

static enum jalon_status end_others(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_account_change *change, int64_t account)
{
    struct jalon_text hash = JALON_TEXT_EMPTY;
    enum jalon_status status = change->session.length > 0
                                   ? jalon_secret_hash(ctx, change->session, &hash)
                                   : JALON_OK;
    if (status == JALON_OK) {
        status = jalon_store_delete_sign_ins(ctx, session, account, hash);
    }
    return status == JALON_OK ? jalon_store_delete_tickets(ctx, session, account) : status;
}

/* Of the account as it is now: others may have changed it since it was read. */
static enum jalon_status write_change(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_account_change *change,
                                      struct jalon_account *account)
{
    struct jalon_text password_hash = account->password_hash;
    enum jalon_status status =
        jalon_store_load_account(ctx, session, account->number, account);
    if (status == JALON_OK && account->erased_us != 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such account");
    }
    if (status == JALON_OK) {
        set_words(ctx, change, account);
        set_choices(change, account);
        account->password_hash =
            change->password != NULL ? password_hash : account->password_hash;
        status = jalon_store_update_account(ctx, session, account);
    }
    if (status == JALON_OK && change->password != NULL) {
        status = end_others(ctx, session, change, account->number);
    }
    if (status == JALON_OK && change->email != NULL) {
        status = jalon_account_mail_confirmation(ctx, session, account, *change->email);
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_change_account(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_actor *actor,
                                           const struct jalon_account_change *change,
                                           struct jalon_account *out, bool *out_mailed,
                                           int64_t *out_wait_s)
{
    struct jalon_account account;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_app_find_account(ctx, app, actor->account, &account);
    if (status == JALON_OK) {
        status = prepare(ctx, app, actor, change, &account, out_wait_s);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = write_change(ctx, session, change, &account);
    }
    jalon_session_end(session);
    if (status == JALON_OK && change->email != NULL) {
        jalon_throttle_note(app, actor, JALON_THROTTLE_MAIL, *change->email);
    }
    if (status == JALON_OK) {
        *out = account;
        *out_mailed = change->email != NULL;
    }
    return status;
}

/* --- Reading --- */
enum jalon_status jalon_app_find_profile(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text name, struct jalon_text viewer,
                                         struct jalon_account *out)
{
    struct jalon_account account;
    enum jalon_status status = jalon_app_find_account(ctx, app, name, &account);
    if (status != JALON_OK) {
        return status;
    }
    bool own = jalon_text_equal(name, viewer);
    bool shown = own || account.profile == JALON_PROFILE_PUBLIC ||
                 (account.profile == JALON_PROFILE_MEMBERS && viewer.length > 0);
    if (!shown) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no account '%.*s'",
                          JALON_TEXT_ARGS(name));
    }
    *out = account;
    return JALON_OK;
}

enum jalon_status jalon_app_list_memberships(struct jalon_context *ctx, struct jalon_app *app,
                                             int64_t account, struct jalon_own_membership **out,
                                             size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_memberships(ctx, session, account, out, out_count);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_list_own(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text author, bool only_public,
                                     const struct jalon_own_place *before, size_t limit,
                                     struct jalon_own_contribution **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_own(ctx, session, author, only_public, before, limit, out,
                                      out_count);
    }
    jalon_session_end(session);
    return status;
}

/* --- Tokens --- */
enum jalon_status jalon_app_list_tokens(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text account, struct jalon_id after,
                                        size_t limit, struct jalon_token **out, size_t *out_count)
{
    struct jalon_account found;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_find_account(ctx, session, account, &found);
    }
    if (status == JALON_OK) {
        status =
            jalon_store_list_tokens(ctx, session, found.number, after, limit, out, out_count);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_delete_token(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text account, struct jalon_id id)
{
    struct jalon_account found;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_store_find_account(ctx, session, account, &found);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_token(ctx, session, found.number, id);
    }
    return jalon_write_end(ctx, session, status);
}
