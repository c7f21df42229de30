/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts. Layer 2. */
#include "jalon/names.h"
#include "store/people.h"

static const char *const account_kinds[] = {"person", "organisation"};
static const char *const profiles[] = {"public", "members", "nobody"};
static const char *const erasures[] = {"anonymise", "remove"};

JALON_DEFINE_NAMES(account_kind, account_kinds)
JALON_DEFINE_NAMES(profile, profiles)
JALON_DEFINE_NAMES(erasure, erasures)

/* --- Rows --- */
static enum jalon_status read_texts(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_account *account)
{
    const struct {
        size_t column;
        struct jalon_text *text;
    } texts[] = {
        {1, &account->name},    {2, &account->email},     {6, &account->display_name},
        {7, &account->about},   {8, &account->website},   {9, &account->language},
        {11, &account->password_hash},
    };
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < JALON_STORE_COUNT(texts); i++) {
        status = jalon_store_copy_text(ctx, &row[texts[i].column], texts[i].text);
    }
    return status;
}

enum jalon_status jalon_store_read_account(struct jalon_context *ctx,
                                           const struct jalon_db_value *row,
                                           struct jalon_account *out)
{
    struct jalon_account account = {
        .number = jalon_db_to_integer(&row[0]),
        .is_operator = jalon_db_to_integer(&row[3]) != 0,
        .created_us = jalon_db_to_time_us(&row[4]),
        .confirmed_us = jalon_db_to_time_us(&row[10]),
        .hides_contributions = jalon_db_to_integer(&row[13]) == 0,
        .refuses_mails = jalon_db_to_integer(&row[14]) == 0,
        .is_signing_up = jalon_db_to_integer(&row[15]) != 0,
        .erased_us = jalon_db_to_time_us(&row[16]),
    };
    if (!jalon_account_kind_parse(jalon_db_to_text(&row[5]), &account.kind) ||
        !jalon_profile_parse(jalon_db_to_text(&row[12]), &account.profile)) {
        return jalon_store_bad_row(ctx, "account", account.number);
    }
    enum jalon_status status = read_texts(ctx, row, &account);
    if (status == JALON_OK) {
        *out = account;
    }
    return status;
}

static struct jalon_db_value language(const struct jalon_account *account)
{
    return jalon_db_text(account->language.length > 0 ? account->language : JALON_TEXT("fr"));
}

enum jalon_status jalon_store_insert_account(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             struct jalon_account *account)
{
    struct jalon_db_value values[] = {
        jalon_db_text(account->name),
        jalon_db_text_or_null(account->email),
        jalon_db_boolean(account->is_operator),
        jalon_db_time(account->created_us),
        jalon_db_text(jalon_text_from(jalon_account_kind_name(account->kind))),
        jalon_db_text_or_null(account->display_name),
        jalon_db_text_or_null(account->about),
        jalon_db_text_or_null(account->website),
        language(account),
        jalon_db_time_or_null(account->confirmed_us),
        jalon_db_text_or_null(account->password_hash),
        jalon_db_text(jalon_text_from(jalon_profile_name(account->profile))),
        jalon_db_boolean(!account->hides_contributions),
        jalon_db_boolean(!account->refuses_mails),
        jalon_db_boolean(account->is_signing_up),
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

enum jalon_status jalon_store_update_account(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_account *account)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(account->number),
        jalon_db_text_or_null(account->email),
        jalon_db_boolean(account->is_operator),
        jalon_db_text(jalon_text_from(jalon_account_kind_name(account->kind))),
        jalon_db_text_or_null(account->display_name),
        jalon_db_text_or_null(account->about),
        jalon_db_text_or_null(account->website),
        language(account),
        jalon_db_time_or_null(account->confirmed_us),
        jalon_db_text_or_null(account->password_hash),
        jalon_db_text(jalon_text_from(jalon_profile_name(account->profile))),
        jalon_db_boolean(!account->hides_contributions),
        jalon_db_boolean(!account->refuses_mails),
        jalon_db_boolean(account->is_signing_up),
    };
    int64_t changed = 0;
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, JALON_QUERY_ACCOUNT_UPDATE, values,
                         JALON_STORE_COUNT(values), &changed);
    return status == JALON_CONFLICT
               ? jalon_fail(ctx, status, "there is an account with this address already")
               : status;
}

/* --- Finding --- */
static enum jalon_status find(struct jalon_context *ctx, struct jalon_session *session, int query,
                              const struct jalon_db_value *value, struct jalon_account *out)
{
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_store_query_row(ctx, session, query, value, 1, &cursor, &row);
    if (status == JALON_OK) {
        status = jalon_store_read_account(ctx, row, out);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

enum jalon_status jalon_store_find_account(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text name,
                                           struct jalon_account *out)
{
    struct jalon_db_value value = jalon_db_text(name);
    enum jalon_status status = find(ctx, session, JALON_QUERY_ACCOUNT_FIND, &value, out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no account '%.*s'", JALON_TEXT_ARGS(name))
               : status;
}

enum jalon_status jalon_store_find_account_of(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              struct jalon_text email, struct jalon_account *out)
{
    struct jalon_db_value value = jalon_db_text(email);
    return find(ctx, session, JALON_QUERY_ACCOUNT_FIND_OF, &value, out);
}

enum jalon_status jalon_store_load_account(struct jalon_context *ctx,
                                           struct jalon_session *session, int64_t number,
                                           struct jalon_account *out)
{
    struct jalon_db_value value = jalon_db_integer(number);
    enum jalon_status status = find(ctx, session, JALON_QUERY_ACCOUNT_LOAD, &value, out);
    return status == JALON_NOT_FOUND ? jalon_fail(ctx, status, "there is no such account")
                                     : status;
}

enum jalon_status jalon_store_forget_signing_up(struct jalon_context *ctx,
                                                struct jalon_session *session, int64_t before_us)
{
    struct jalon_db_value value = jalon_db_time(before_us);
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_ACCOUNT_FORGET_SIGNING_UP,
                            &value, 1, NULL);
}
