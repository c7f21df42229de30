/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* By what accounts are known: tokens, sessions, mailed links. Layer 2. */
#include "jalon/clock.h"
#include "jalon/names.h"

#include "store/people.h"

/* --- Tokens --- */
enum jalon_status jalon_store_insert_token(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_token *token)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_store_id(token->id, id),
        jalon_db_integer(token->account),
        jalon_db_text(token->hash),
        jalon_db_text_or_null(token->scopes),
        jalon_db_time_or_null(token->expires_us),
        jalon_db_time(token->created_us),
        jalon_db_text_or_null(token->name),
    };
    enum jalon_status status = jalon_store_insert_new(ctx, session, JALON_QUERY_TOKEN_INSERT, values,
                                                      JALON_STORE_COUNT(values));
    return status == JALON_CONFLICT ? jalon_fail(ctx, status, "there is this token already")
                                    : status;
}

/* Seven columns: id, account, scopes, expires, created, name, used. */
static enum jalon_status read_token(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_token *token)
{
    *token = (struct jalon_token){
        .account = jalon_db_to_integer(&row[1]),
        .expires_us = jalon_db_to_time_us(&row[3]),
        .created_us = jalon_db_to_time_us(&row[4]),
        .used_us = jalon_db_to_time_us(&row[6]),
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[0]), &token->id)) {
        return jalon_store_bad_row(ctx, "a token of account", token->account);
    }
    enum jalon_status status = jalon_store_copy_text(ctx, &row[2], &token->scopes);
    return status == JALON_OK ? jalon_store_copy_text(ctx, &row[5], &token->name) : status;
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
    status = read_token(ctx, row + JALON_STORE_ACCOUNT_COLUMNS, &token);
    if (status == JALON_OK) {
        status = jalon_store_read_account(ctx, row, &account);
    }
    jalon_db_cursor_end(cursor);
    token.hash = jalon_text_copy(ctx->arena, hash);
    if (status == JALON_OK && token.hash.data == NULL) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        *out_token = token;
        *out_account = account;
    }
    return status;
}

/* The columns of a token, and its hash. */
static enum jalon_status read_listed(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    struct jalon_token *token = object;
    (void)with;
    enum jalon_status status = read_token(ctx, row, token);
    return status == JALON_OK ? jalon_store_copy_text(ctx, &row[7], &token->hash) : status;
}

enum jalon_status jalon_store_list_tokens(struct jalon_context *ctx, struct jalon_session *session,
                                          int64_t account, struct jalon_id after,
                                          size_t limit, struct jalon_token **out,
                                          size_t *out_count)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(account),
        jalon_store_id(after, id),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_token), .read = read_listed};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_TOKEN_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_delete_token(struct jalon_context *ctx,
                                           struct jalon_session *session, int64_t account,
                                           struct jalon_id id)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(account),
        jalon_store_id(id, text),
    };
    int64_t changed = 0;
    enum jalon_status status = jalon_db_execute(ctx, session->connection, JALON_QUERY_TOKEN_DELETE,
                                                values, JALON_STORE_COUNT(values), &changed);
    return status == JALON_OK && changed == 0
               ? jalon_fail(ctx, JALON_NOT_FOUND, "this account has no such token")
               : status;
}

enum jalon_status jalon_store_note_token(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text hash, int64_t used_us)
{
    struct jalon_db_value values[] = {jalon_db_text(hash), jalon_db_time(used_us)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_TOKEN_NOTE, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* --- Sessions of browsers --- */
enum jalon_status jalon_store_insert_sign_in(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_sign_in *sign_in)
{
    struct jalon_db_value values[] = {
        jalon_db_text(sign_in->hash),          jalon_db_integer(sign_in->account),
        jalon_db_time(sign_in->created_us),    jalon_db_time(sign_in->seen_us),
        jalon_db_time(sign_in->expires_us),
    };
    enum jalon_status status = jalon_store_insert_new(ctx, session, JALON_QUERY_SESSION_INSERT,
                                                      values, JALON_STORE_COUNT(values));
    return status == JALON_CONFLICT ? jalon_fail(ctx, status, "there is this session already")
                                    : status;
}

/* Four columns: account, created, seen, expires. */
static struct jalon_sign_in read_sign_in(const struct jalon_db_value *row)
{
    return (struct jalon_sign_in){
        .account = jalon_db_to_integer(&row[0]),
        .created_us = jalon_db_to_time_us(&row[1]),
        .seen_us = jalon_db_to_time_us(&row[2]),
        .expires_us = jalon_db_to_time_us(&row[3]),
    };
}

enum jalon_status jalon_store_find_sign_in(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text hash,
                                           struct jalon_sign_in *out,
                                           struct jalon_account *out_account)
{
    struct jalon_db_value value = jalon_db_text(hash);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_SESSION_FIND, &value, 1, &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_account account;
    struct jalon_sign_in sign_in = read_sign_in(row + JALON_STORE_ACCOUNT_COLUMNS);
    status = jalon_store_read_account(ctx, row, &account);
    jalon_db_cursor_end(cursor);
    sign_in.hash = jalon_text_copy(ctx->arena, hash);
    if (status == JALON_OK && sign_in.hash.data == NULL) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        *out = sign_in;
        *out_account = account;
    }
    return status;
}

enum jalon_status jalon_store_note_sign_in(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text hash,
                                           int64_t seen_us)
{
    struct jalon_db_value values[] = {jalon_db_text(hash), jalon_db_time(seen_us)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_SESSION_NOTE, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_delete_sign_in(struct jalon_context *ctx,
                                             struct jalon_session *session, struct jalon_text hash)
{
    struct jalon_db_value value = jalon_db_text(hash);
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_SESSION_DELETE, &value, 1, NULL);
}

enum jalon_status jalon_store_delete_sign_ins(struct jalon_context *ctx,
                                              struct jalon_session *session, int64_t account,
                                              struct jalon_text but)
{
    struct jalon_db_value values[] = {jalon_db_integer(account), jalon_db_text(but),
                                      jalon_db_time(jalon_clock_now_us())};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_SESSION_DELETE_ALL, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* --- Mailed links --- */
static const char *const purposes[] = {"confirm_email", "sign_in", "reset_password",
                                       "recover_secret"};

enum jalon_status jalon_store_insert_ticket(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_ticket *ticket)
{
    struct jalon_db_value values[] = {
        jalon_db_text(ticket->hash),
        jalon_db_text(jalon_text_from(purposes[ticket->purpose])),
        jalon_db_integer_or_null(ticket->account),
        jalon_db_text(ticket->email),
        jalon_db_integer_or_null(ticket->map),
        jalon_db_integer_or_null(ticket->contribution),
        jalon_db_time(ticket->created_us),
        jalon_db_time(ticket->expires_us),
    };
    enum jalon_status status = jalon_store_insert_new(ctx, session, JALON_QUERY_TICKET_INSERT,
                                                      values, JALON_STORE_COUNT(values));
    return status == JALON_CONFLICT ? jalon_fail(ctx, status, "there is this link already")
                                    : status;
}

/* `with`: the hash it was found by. */
static enum jalon_status read_ticket(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    enum { PURPOSE, ACCOUNT, EMAIL, MAP, CONTRIBUTION, CREATED, EXPIRES };
    const struct jalon_text *hash = with;
    struct jalon_ticket *out = object;
    struct jalon_ticket ticket = {
        .hash = jalon_text_copy(ctx->arena, *hash),
        .account = jalon_db_to_integer(&row[ACCOUNT]),
        .map = jalon_db_to_integer(&row[MAP]),
        .contribution = jalon_db_to_integer(&row[CONTRIBUTION]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
        .expires_us = jalon_db_to_time_us(&row[EXPIRES]),
    };
    if (ticket.hash.data == NULL) {
        return jalon_no_memory(ctx);
    }
    size_t purpose =
        jalon_names_find(purposes, JALON_NAMES_COUNT(purposes), jalon_db_to_text(&row[PURPOSE]));
    if (purpose == JALON_NAMES_COUNT(purposes)) {
        return jalon_store_bad_row(ctx, "a mailed link of account", ticket.account);
    }
    ticket.purpose = (enum jalon_ticket_purpose)purpose;
    enum jalon_status status = jalon_store_copy_text(ctx, &row[EMAIL], &ticket.email);
    if (status == JALON_OK) {
        *out = ticket;
    }
    return status;
}

enum jalon_status jalon_store_find_ticket(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_text hash, struct jalon_ticket *out)
{
    struct jalon_db_value value = jalon_db_text(hash);
    return jalon_store_read_one(ctx, session, JALON_QUERY_TICKET_FIND, &value, 1, read_ticket,
                                &hash, out);
}

enum jalon_status jalon_store_use_ticket(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text hash)
{
    struct jalon_db_value value = jalon_db_text(hash);
    int64_t changed = 0;
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, JALON_QUERY_TICKET_USE, &value, 1, &changed);
    return status == JALON_OK && changed == 0 ? JALON_NOT_FOUND : status;
}

enum jalon_status jalon_store_delete_tickets(struct jalon_context *ctx,
                                             struct jalon_session *session, int64_t account)
{
    struct jalon_db_value value = jalon_db_integer(account);
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_TICKET_DELETE_ALL, &value, 1,
                            NULL);
}
