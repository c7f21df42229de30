/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Taking an account's name out of everything. Layer 2. */
#include "store/people.h"

/* What stands in the place of the name; NULL: nobody. */
static struct jalon_db_value successor(const struct jalon_erased *erased)
{
    return erased->erasure == JALON_ERASURE_REMOVE ? jalon_db_null() : jalon_db_text(erased->name);
}

enum jalon_status jalon_store_begin_erasure(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_account *account,
                                            const struct jalon_erased *erased, int64_t time_us)
{
    /* Each by itself: who has no session may have tokens, and a role. */
    static const int taken[] = {
        JALON_QUERY_ERASURE_TAKE_SESSIONS,    JALON_QUERY_ERASURE_TAKE_TOKENS,
        JALON_QUERY_ERASURE_TAKE_MEMBERSHIPS, JALON_QUERY_ERASURE_TAKE_NOTIFICATIONS,
    };
    struct jalon_db_value values[] = {
        jalon_db_integer(account->number),
        jalon_db_text(erased->name),
        jalon_db_text(account->name),
        jalon_db_time(time_us),
        jalon_db_text(jalon_text_from(jalon_erasure_name(erased->erasure))),
        jalon_db_boolean(false),
    };
    struct jalon_db_value keys[] = {
        jalon_db_integer(account->number),
        jalon_db_text(account->email.length > 0 ? account->email : JALON_TEXT("@")),
    };
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, JALON_QUERY_ERASURE_TAKE_ADDRESS, keys, 2, NULL);
    for (size_t i = 0; status == JALON_OK && i < JALON_STORE_COUNT(taken); i++) {
        status = jalon_db_execute(ctx, session->connection, taken[i], keys, 1, NULL);
    }
    int64_t changed;
    return status == JALON_OK
               ? jalon_db_execute(ctx, session->connection, JALON_QUERY_ERASURE_BEGIN, values,
                                  JALON_STORE_COUNT(values), &changed)
               : status;
}

static enum jalon_status read_erased(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    enum { NUMBER, NAME, FORMER, ERASURE };
    struct jalon_erased *out = object;
    struct jalon_erased erased = {.number = jalon_db_to_integer(&row[NUMBER])};
    (void)with;
    if (!jalon_erasure_parse(jalon_db_to_text(&row[ERASURE]), &erased.erasure)) {
        return jalon_store_bad_row(ctx, "account", erased.number);
    }
    const struct jalon_store_text texts[] = {
        {NAME, &erased.name}, {FORMER, &erased.former}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        *out = erased;
    }
    return status;
}

enum jalon_status jalon_store_find_erasure(struct jalon_context *ctx, struct jalon_session *session,
                                           struct jalon_erased *out)
{
    return jalon_store_read_one(ctx, session, JALON_QUERY_ERASURE_UNFINISHED, NULL, 0, read_erased,
                                NULL, out);
}

enum jalon_status jalon_store_revision_range(struct jalon_context *ctx,
                                             struct jalon_session *session, int64_t map,
                                             int64_t *out_first, int64_t *out_last)
{
    struct jalon_db_value value = jalon_db_integer(map);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_store_query_row(
        ctx, session, JALON_QUERY_ERASURE_REVISION_RANGE, &value, 1, &cursor, &row);
    if (status == JALON_OK) {
        *out_first = jalon_db_to_integer(&row[0]);
        *out_last = jalon_db_to_integer(&row[1]);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

enum jalon_status jalon_store_erase_in_history(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_erased *erased, int64_t map,
                                               int64_t first, int64_t end)
{
    struct jalon_db_value values[] = {
        jalon_db_text(erased->former), successor(erased),     jalon_db_integer(map),
        jalon_db_integer(first),       jalon_db_integer(end),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_ERASURE_REVISIONS, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_erase_in_map(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_erased *erased, int64_t map)
{
    static const struct {
        int query;
        bool keeps_name; /* somebody it must be, if nobody known */
    } statements[] = {
        {JALON_QUERY_ERASURE_COMMENTS, false},
        {JALON_QUERY_ERASURE_CONFIRMATIONS, false},
        {JALON_QUERY_ERASURE_LINKS, false},
        {JALON_QUERY_ERASURE_CLAIMS, true},
        {JALON_QUERY_ERASURE_CLAIM_DECISIONS, false},
        {JALON_QUERY_ERASURE_REPORTS, false},
        {JALON_QUERY_ERASURE_REPORT_DECISIONS, false},
        {JALON_QUERY_ERASURE_PROPOSALS, false},
        {JALON_QUERY_ERASURE_PROPOSAL_DECISIONS, false},
        {JALON_QUERY_ERASURE_AUDIT_ACTORS, true},
        {JALON_QUERY_ERASURE_AUDIT_SUBJECTS, true},
        {JALON_QUERY_ERASURE_CHARTERS, false},
        {JALON_QUERY_ERASURE_ZONES, false},
        {JALON_QUERY_ERASURE_BLOCKS, true},
        {JALON_QUERY_ERASURE_BLOCK_AUTHORS, false},
    };
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < JALON_STORE_COUNT(statements); i++) {
        struct jalon_db_value values[] = {
            jalon_db_text(erased->former),
            statements[i].keeps_name ? jalon_db_text(erased->name) : successor(erased),
            jalon_db_integer(map),
        };
        status = jalon_db_execute(ctx, session->connection, statements[i].query, values,
                                  JALON_STORE_COUNT(values), NULL);
    }
    return status;
}

enum jalon_status jalon_store_finish_erasure(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_erased *erased)
{
    struct jalon_db_value values[] = {jalon_db_text(erased->former), successor(erased)};
    struct jalon_db_value number = jalon_db_integer(erased->number);
    enum jalon_status status = jalon_db_execute(
        ctx, session->connection, JALON_QUERY_ERASURE_NOTIFICATIONS, values, 2, NULL);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_ERASURE_AUDIT_DETAILS,
                                  values, 1, NULL);
    }
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_ERASURE_ANSWERS, values, 1,
                                  NULL);
    }
    return status == JALON_OK ? jalon_db_execute(ctx, session->connection,
                                                 JALON_QUERY_ERASURE_FINISH, &number, 1, NULL)
                              : status;
}
