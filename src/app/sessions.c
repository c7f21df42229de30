/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signing in and out. Layer 3 (app).
 *
 * Of an account that is not there, of one without a password and of a wrong password the same is said
 * after the same work.
 */
#include <string.h>

#include "jalon/clock.h"

#include "people.h"

static const int64_t second_us = 1000000;

/* --- Waiting --- */
static struct jalon_text network_of(const struct jalon_actor *actor)
{
    return jalon_text_slice((const char *)actor->address, sizeof actor->address);
}

/* One that is counted. This machine's own is not: there are the tools, and proxies nobody told of. */
static bool has_network(const struct jalon_actor *actor)
{
    static const uint8_t own[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    bool any = false;
    for (size_t i = 0; i < sizeof actor->address; i++) {
        any = any || actor->address[i] != 0;
    }
    return any && memcmp(actor->address, own, sizeof own) != 0;
}

enum jalon_status jalon_throttle_check(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor,
                                       enum jalon_throttle_kind kind, struct jalon_text what,
                                       int64_t *out_wait_s)
{
    int64_t wait_s = jalon_throttle_wait_s(app->throttle, kind, what);
    int64_t network_s =
        has_network(actor)
            ? jalon_throttle_wait_s(app->throttle, JALON_THROTTLE_NETWORK, network_of(actor))
            : 0;
    wait_s = wait_s > network_s ? wait_s : network_s;
    if (wait_s == 0) {
        return JALON_OK;
    }
    *out_wait_s = wait_s;
    return jalon_fail(ctx, JALON_RATE_LIMITED, "this was tried too often: try again in %lld s",
                      (long long)wait_s);
}

void jalon_throttle_note(struct jalon_app *app, const struct jalon_actor *actor,
                         enum jalon_throttle_kind kind, struct jalon_text what)
{
    jalon_throttle_count(app->throttle, kind, what);
    if (has_network(actor)) {
        jalon_throttle_count(app->throttle, JALON_THROTTLE_NETWORK, network_of(actor));
    }
}

/* --- Sessions --- */
enum jalon_status jalon_session_begin(struct jalon_context *ctx, struct jalon_session *session,
                                      int64_t account, struct jalon_text *out_secret)
{
    int64_t now_us = jalon_clock_now_us();
    struct jalon_sign_in sign_in = {
        .account = account,
        .created_us = now_us,
        .seen_us = now_us,
        .expires_us = now_us + JALON_SESSION_S * second_us,
    };
    struct jalon_text secret;
    enum jalon_status status = jalon_secret_make(ctx, &secret);
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, secret, &sign_in.hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_sign_in(ctx, session, &sign_in);
    }
    if (status == JALON_OK) {
        *out_secret = secret;
    }
    return status;
}

/* --- By password --- */
static enum jalon_status refuse(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_UNAUTHENTICATED,
                      "there is no account with this name or address and this password");
}

static bool may_sign_in(const struct jalon_account *account)
{
    return account->erased_us == 0 && !account->is_signing_up;
}

static bool is_address(struct jalon_text text)
{
    return jalon_text_find(text, '@') < text.length;
}

/* Number 0: there is none that may sign in. */
static enum jalon_status find(struct jalon_context *ctx, struct jalon_session *session,
                              struct jalon_text account, struct jalon_account *out)
{
    struct jalon_account found = {.number = 0};
    enum jalon_status status = is_address(account)
                                   ? jalon_store_find_account_of(ctx, session, account, &found)
                                   : jalon_store_find_account(ctx, session, account, &found);
    if (status != JALON_OK && status != JALON_NOT_FOUND) {
        return status;
    }
    jalon_error_clear(ctx);
    bool usable = status == JALON_OK && may_sign_in(&found);
    *out = usable ? found : (struct jalon_account){.number = 0, .password_hash = JALON_TEXT_EMPTY};
    return JALON_OK;
}

static enum jalon_status read_account(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text name, struct jalon_account *out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = find(ctx, session, name, out);
    }
    jalon_session_end(session);
    return status;
}

/* What was true of the account must still be so now that it is written. */
static enum jalon_status begin_checked(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_account *checked,
                                       struct jalon_text new_hash,
                                       struct jalon_session_begun *out)
{
    struct jalon_account account;
    enum jalon_status status = jalon_store_load_account(ctx, session, checked->number, &account);
    if (status == JALON_NOT_FOUND ||
        (status == JALON_OK &&
         (!may_sign_in(&account) ||
          !jalon_text_equal(account.password_hash, checked->password_hash)))) {
        return refuse(ctx);
    }
    if (status == JALON_OK && new_hash.length > 0) {
        account.password_hash = new_hash;
        status = jalon_store_update_account(ctx, session, &account);
    }
    struct jalon_session_begun begun = {.account = account};
    if (status == JALON_OK) {
        status = jalon_session_begin(ctx, session, account.number, &begun.secret);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    if (status == JALON_OK) {
        *out = begun;
    }
    return status;
}

static enum jalon_status sign_in_by_password(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_credentials *credentials,
                                             struct jalon_session_begun *out)
{
    struct jalon_account account;
    struct jalon_text new_hash = JALON_TEXT_EMPTY;
    struct jalon_session *session = NULL;
    bool right = false, old = false;
    enum jalon_status status = read_account(ctx, app, credentials->account, &account);
    if (status == JALON_OK) {
        status = jalon_password_verify(ctx, app->passwords, credentials->password,
                                       account.password_hash, &right, &old);
    }
    if (status != JALON_OK || !right) {
        return status != JALON_OK ? status : refuse(ctx);
    }
    if (old) {
        status = jalon_password_hash(ctx, app->passwords, credentials->password, &new_hash);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = begin_checked(ctx, session, &account, new_hash, out);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_sign_in(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_actor *actor,
                                    const struct jalon_credentials *credentials,
                                    struct jalon_session_begun *out, int64_t *out_wait_s)
{
    if (credentials->ticket.length > 0) {
        return jalon_account_sign_in_by_link(ctx, app, credentials->ticket, out);
    }
    enum jalon_status status = jalon_throttle_check(ctx, app, actor, JALON_THROTTLE_ACCOUNT,
                                                    credentials->account, out_wait_s);
    if (status != JALON_OK) {
        return status;
    }
    status = sign_in_by_password(ctx, app, credentials, out);
    if (status == JALON_UNAUTHENTICATED) {
        jalon_throttle_note(app, actor, JALON_THROTTLE_ACCOUNT, credentials->account);
    } else if (status == JALON_OK) {
        jalon_throttle_forget(app->throttle, JALON_THROTTLE_ACCOUNT, credentials->account);
    }
    return status;
}

enum jalon_status jalon_app_sign_out(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text secret)
{
    struct jalon_text hash;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_secret_hash(ctx, secret, &hash);
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_delete_sign_in(ctx, session, hash);
    }
    return jalon_write_end(ctx, session, status);
}
