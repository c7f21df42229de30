/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts and the tokens that act for them. Layer 2. */
#include "store/private.h"

enum jalon_status jalon_store_insert_account(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             struct jalon_account *account)
{
    struct jalon_db_value values[] = {
        jalon_db_text(account->name),
        jalon_db_text_or_null(account->email),
        jalon_db_boolean(account->is_operator),
        jalon_db_time(account->created_us),
    };
    int64_t number;
    enum jalon_status status =
        jalon_db_insert(ctx, session->connection, JALON_QUERY_ACCOUNT_INSERT, values,
                        JALON_STORE_COUNT(values), &number);
    if (status == JALON_CONFLICT) {
        return jalon_fail(ctx, status, "there is an account '%.*s' already",
                          JALON_TEXT_ARGS(account->name));
    }
    if (status == JALON_OK) {
        account->number = number;
    }
    return status;
}

enum jalon_status jalon_store_find_account(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text name,
                                           struct jalon_account *out)
{
    struct jalon_db_value value = jalon_db_text(name);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_ACCOUNT_FIND, &value, 1, &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no account '%.*s'", JALON_TEXT_ARGS(name));
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_account account = {
        .number = jalon_db_to_integer(&row[0]),
        .is_operator = jalon_db_to_integer(&row[3]) != 0,
        .created_us = jalon_db_to_time_us(&row[4]),
    };
    status = jalon_store_copy_text(ctx, &row[1], &account.name);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[2], &account.email);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = account;
    }
    return status;
}

enum jalon_status jalon_store_insert_token(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_token *token)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(token->id, id);
    struct jalon_db_value values[] = {
        jalon_db_text((struct jalon_text){id, JALON_ID_TEXT_SIZE - 1}),
        jalon_db_integer(token->account),
        jalon_db_text(token->hash),
        jalon_db_text_or_null(token->scopes),
        token->expires_us == 0 ? jalon_db_null() : jalon_db_time(token->expires_us),
        jalon_db_time(token->created_us),
    };
    enum jalon_status status = jalon_store_insert_new(ctx, session, JALON_QUERY_TOKEN_INSERT, values,
                                                      JALON_STORE_COUNT(values));
    return status == JALON_CONFLICT ? jalon_fail(ctx, status, "there is this token already")
                                    : status;
}

static enum jalon_status read_token(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_text hash, struct jalon_token *token,
                                    struct jalon_account *account)
{
    *token = (struct jalon_token){
        .account = jalon_db_to_integer(&row[1]),
        .hash = jalon_text_copy(ctx->arena, hash),
        .expires_us = jalon_db_to_time_us(&row[3]),
        .created_us = jalon_db_to_time_us(&row[4]),
    };
    *account = (struct jalon_account){
        .number = token->account,
        .is_operator = jalon_db_to_integer(&row[7]) != 0,
        .created_us = jalon_db_to_time_us(&row[8]),
    };
    if (token->hash.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (!jalon_id_parse(jalon_db_to_text(&row[0]), &token->id)) {
        return jalon_store_bad_row(ctx, "a token of account", token->account);
    }
    enum jalon_status status = jalon_store_copy_text(ctx, &row[2], &token->scopes);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[5], &account->name);
    }
    return status == JALON_OK ? jalon_store_copy_text(ctx, &row[6], &account->email) : status;
}

enum jalon_status jalon_store_find_token(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text hash, struct jalon_token *out_token,
                                         struct jalon_account *out_account)
{
    struct jalon_db_value value = jalon_db_text(hash);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_TOKEN_FIND, &value, 1, &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no such token");
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_token token;
    struct jalon_account account;
    status = read_token(ctx, row, hash, &token, &account);
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out_token = token;
        *out_account = account;
    }
    return status;
}
