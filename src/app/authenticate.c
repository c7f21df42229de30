/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Whose secret it is: of a token, of a session. Layer 3 (app). */
#include "jalon/clock.h"

#include "people.h"

static const int64_t hour_us = INT64_C(3600000000);
static const int64_t day_us = INT64_C(86400000000);

static bool is_over(int64_t expires_us)
{
    return expires_us != 0 && expires_us <= jalon_clock_now_us();
}

static bool is_usable(const struct jalon_account *account)
{
    return account->erased_us == 0 && !account->is_signing_up;
}

enum jalon_status jalon_app_authenticate(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text secret, struct jalon_signed_in *out)
{
    struct jalon_text hash;
    struct jalon_token token;
    struct jalon_account account;
    unsigned scopes = 0;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_secret_hash(ctx, secret, &hash);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_token(ctx, session, hash, &token, &account);
    }
    jalon_session_end(session);
    bool expired = status == JALON_OK && is_over(token.expires_us);
    if (status == JALON_NOT_FOUND || expired || (status == JALON_OK && !is_usable(&account))) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED,
                          expired ? "this token has expired" : "this token is not known");
    }
    if (status == JALON_OK && !jalon_scopes_parse(token.scopes, &scopes)) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED,
                          "this token is for something that this program does not know");
    }
    if (status == JALON_OK) {
        if (jalon_clock_now_us() - token.used_us >= day_us) {
            jalon_seen_note(app->seen, false, hash);
        }
        *out = (struct jalon_signed_in){account.number, account.name, scopes};
    }
    return status;
}

enum jalon_status jalon_app_resume(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_text secret, struct jalon_signed_in *out)
{
    struct jalon_text hash;
    struct jalon_sign_in sign_in;
    struct jalon_account account;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_secret_hash(ctx, secret, &hash);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_sign_in(ctx, session, hash, &sign_in, &account);
    }
    jalon_session_end(session);
    if (status == JALON_NOT_FOUND ||
        (status == JALON_OK && (is_over(sign_in.expires_us) || !is_usable(&account)))) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED, "this session has ended");
    }
    if (status == JALON_OK) {
        if (jalon_clock_now_us() - sign_in.seen_us >= hour_us) {
            jalon_seen_note(app->seen, true, hash);
        }
        *out = (struct jalon_signed_in){account.number, account.name, JALON_SCOPE_ALL};
    }
    return status;
}
