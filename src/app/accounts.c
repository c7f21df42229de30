/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts and tokens, as operators make them. Layer 3 (app). */
#include "jalon/clock.h"

#include "draft.h"
#include "people.h"

const char *const jalon_scope_names[JALON_SCOPE_COUNT] = {"read", "write", "moderate", "admin",
                                                          "account"};

bool jalon_scopes_parse(struct jalon_text text, unsigned *out)
{
    unsigned scopes = 0;
    while ((text = jalon_text_trim(text)).length > 0) {
        size_t end = jalon_text_find(text, ' ');
        unsigned bit = 0;
        for (unsigned i = 0; i < JALON_SCOPE_COUNT; i++) {
            bool named = jalon_text_is(jalon_text_slice(text.data, end), jalon_scope_names[i]);
            bit = named ? 1U << i : bit;
        }
        if (bit == 0) {
            return false;
        }
        scopes |= bit;
        text = jalon_text_slice(text.data + end, text.length - end);
    }
    *out = scopes != 0 ? scopes : JALON_SCOPE_ALL;
    return true;
}

/* --- Rules --- */
/* Words that addresses have in the place of a name, and names that are made here. */
static bool is_reserved(struct jalon_text name)
{
    return jalon_text_is(name, "me") || jalon_text_is(name, "confirm") ||
           jalon_text_is(name, "password") || jalon_text_starts_with(name, "erased-");
}

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

enum jalon_status jalon_account_check_name(struct jalon_context *ctx, struct jalon_text name,
                                           enum jalon_error_place place, const char *where)
{
    if (!is_account_name(name)) {
        return jalon_fail_at(ctx, JALON_INVALID, place, where,
                             "must be 2 to 63 lower-case letters, digits, dots, hyphens and "
                             "underscores, and start with a letter or digit");
    }
    return is_reserved(name)
               ? jalon_fail_at(ctx, JALON_INVALID, place, where, "is a name that nobody can have")
               : JALON_OK;
}

/* By the rules of a field of addresses; empty is none. */
enum jalon_status jalon_account_check_email(struct jalon_context *ctx, struct jalon_text email,
                                            enum jalon_error_place place, const char *where)
{
    struct jalon_field rules = {.type = JALON_FIELD_EMAIL, .max_length = JALON_TITLE_LENGTH_MAX};
    struct jalon_value value = {.kind = JALON_VALUE_TEXT, .text = email};
    enum jalon_status status = JALON_OK;
    const char *reason = jalon_text_is_utf8(email)
                             ? jalon_field_value_read(ctx, &rules, value, NULL, &value, &status)
                             : jalon_say(ctx, "must be written in UTF-8");
    return reason == NULL ? status
                          : jalon_fail_at(ctx, JALON_INVALID, place, where, "%s", reason);
}

/* --- Accounts --- */
static enum jalon_status insert_account(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_account *account)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    struct jalon_account other;
    if (status == JALON_OK && account->email.length > 0) {
        status = jalon_store_find_account_of(ctx, session, account->email, &other);
        status = status == JALON_NOT_FOUND ? JALON_OK
                 : status == JALON_OK
                     ? jalon_fail(ctx, JALON_CONFLICT, "there is an account '%.*s' of this address",
                                  JALON_TEXT_ARGS(other.name))
                     : status;
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_account(ctx, session, account);
    }
    return jalon_write_end(ctx, session, status);
}

enum jalon_status jalon_app_create_account(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_account *account,
                                           struct jalon_text password)
{
    enum jalon_status status =
        jalon_account_check_name(ctx, account->name, JALON_ERROR_PARAMETER, "name");
    if (status == JALON_OK) {
        status = jalon_account_check_email(ctx, account->email, JALON_ERROR_PARAMETER, "email");
    }
    if (status == JALON_OK && password.length > 0) {
        status = jalon_password_check_form(ctx, password, JALON_ERROR_PARAMETER, "password");
    }
    if (status == JALON_OK && password.length > 0) {
        status = jalon_password_hash(ctx, app->passwords, password, &account->password_hash);
    }
    if (status != JALON_OK) {
        return status;
    }
    account->created_us = jalon_clock_now_us();
    account->confirmed_us = account->email.length > 0 ? account->created_us : 0;
    return insert_account(ctx, app, account);
}

enum jalon_status jalon_app_find_account(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text name, struct jalon_account *out)
{
    struct jalon_session *session = NULL;
    struct jalon_account account = {.erased_us = 0};
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_find_account(ctx, session, name, &account);
    }
    jalon_session_end(session);
    if (status == JALON_OK && account.erased_us != 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no account '%.*s'",
                          JALON_TEXT_ARGS(name));
    }
    if (status == JALON_OK) {
        *out = account;
    }
    return status;
}

/* --- Tokens --- */
static enum jalon_status insert_token(struct jalon_context *ctx, struct jalon_session *session,
                                      struct jalon_text name, struct jalon_token *token)
{
    struct jalon_account account;
    enum jalon_status status = jalon_store_find_account(ctx, session, name, &account);
    if (status == JALON_NOT_FOUND || (status == JALON_OK && account.erased_us != 0)) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no account '%.*s' here",
                          JALON_TEXT_ARGS(name));
    }
    if (status == JALON_OK) {
        token->account = account.number;
        status = jalon_store_insert_token(ctx, session, token);
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_create_token(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_token_order *order,
                                         struct jalon_token *out, struct jalon_text *out_secret)
{
    unsigned scopes;
    if (!jalon_scopes_parse(order->scopes, &scopes)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "scope",
                             "must be of: read, write, moderate, admin, account");
    }
    struct jalon_text secret;
    struct jalon_token token = {
        .id = jalon_id_make(),
        .scopes = order->scopes,
        .name = order->name,
        .expires_us = order->expires_us,
        .created_us = jalon_clock_now_us(),
    };
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_secret_make(ctx, &secret);
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, secret, &token.hash);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = insert_token(ctx, session, order->account, &token);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        *out = token;
        *out_secret = secret;
    }
    return status;
}
