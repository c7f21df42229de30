/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts and tokens. Layer 3 (app). */
#include "jalon/clock.h"

#include "draft.h"
#include "internal.h"

static bool is_account_name(struct jalon_text name)
{
    if (name.length < 2 || name.length > 63) {
        return false;
    }
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alphanumeric && (i == 0 || (c != '_' && c != '.' && c != '-'))) {
            return false;
        }
    }
    return true;
}

/* By the rules of a field of addresses; empty is none. */
static enum jalon_status check_email(struct jalon_context *ctx, struct jalon_text email)
{
    struct jalon_field rules = {.type = JALON_FIELD_EMAIL, .max_length = JALON_TITLE_LENGTH_MAX};
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = email};
    enum jalon_status status = JALON_OK;
    const char *reason = jalon_text_is_utf8(email)
                             ? jalon_field_value_read(ctx, &rules, value, NULL, &value, &status)
                             : "must be written in UTF-8";
    return reason == NULL
               ? status
               : jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "email", "%s", reason);
}

enum jalon_status jalon_app_create_account(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_account *account)
{
    if (!is_account_name(account->name)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "name",
                             "must be 2 to 63 lower-case letters, digits, dots, hyphens and "
                             "underscores, and start with a letter or digit");
    }
    enum jalon_status status = check_email(ctx, account->email);
    if (status != JALON_OK) {
        return status;
    }
    account->created_us = jalon_clock_now_us();
    struct jalon_session *session = NULL;
    status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_insert_account(ctx, session, account);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    return status == JALON_CONFLICT ? jalon_fail(ctx, status, "there is an account '%.*s' already",
                                                 JALON_TEXT_ARGS(account->name))
                                    : status;
}

static enum jalon_status insert_token(struct jalon_context *ctx, struct jalon_session *session,
                                      struct jalon_text name, struct jalon_token *token)
{
    struct jalon_account account;
    enum jalon_status status = jalon_store_find_account(ctx, session, name, &account);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no account '%.*s' here", JALON_TEXT_ARGS(name));
    }
    if (status == JALON_OK) {
        token->account = account.number;
        status = jalon_store_insert_token(ctx, session, token);
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_create_token(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text account, int64_t expires_us,
                                         struct jalon_text *out_secret)
{
    struct jalon_text secret;
    struct jalon_token token = {
        .id = jalon_id_make(),
        .scopes = JALON_TEXT_EMPTY,
        .expires_us = expires_us,
        .created_us = jalon_clock_now_us(),
    };
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_secret_make(ctx, &secret);
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, secret, &token.hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_write(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = insert_token(ctx, session, account, &token);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        *out_secret = secret;
    }
    return status;
}

enum jalon_status jalon_app_authenticate(struct jalon_context *ctx, void *app,
                                         struct jalon_text secret, struct jalon_text *out_account)
{
    struct jalon_app *application = app;
    struct jalon_text hash;
    struct jalon_token token;
    struct jalon_account account;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_secret_hash(ctx, secret, &hash);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, application->store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_token(ctx, session, hash, &token, &account);
    }
    jalon_session_end(session);
    bool expired =
        status == JALON_OK && token.expires_us != 0 && token.expires_us <= jalon_clock_now_us();
    if (status == JALON_NOT_FOUND || expired) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED,
                          expired ? "this token has expired" : "this token is not known");
    }
    if (status == JALON_OK) {
        *out_account = account.name;
    }
    return status;
}
