/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Claims: rows <-> structs. Layer 2. */
#include "jalon/store_conversation.h"
#include "store/private.h"

enum jalon_status jalon_store_insert_claim(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           const struct jalon_claim *claim)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),    jalon_store_id(claim->id, id),
        jalon_db_integer(contribution),   jalon_db_text(claim->account),
        jalon_db_text(claim->text),       jalon_db_time(claim->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_CLAIM_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_decide_claim(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           const struct jalon_claim *claim)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(claim->id, id),
        jalon_db_text(claim->state),
        jalon_db_time(claim->decided_us),
        jalon_db_text_or_null(claim->decided_by),
        jalon_db_text_or_null(claim->reason),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_CLAIM_DECIDE, values,
                            JALON_STORE_COUNT(values), NULL);
}

static enum jalon_status read_claim(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    const void *with, void *object)
{
    struct jalon_claim *out = object;
    (void)with;
    enum { ID, ACCOUNT, TEXT, STATE, DECIDED, DECIDED_BY, REASON, CREATED };
    struct jalon_claim read = {
        .decided_us = jalon_db_to_time_us(&row[DECIDED]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id)) {
        return jalon_store_bad_row(ctx, "a claim of time", read.created_us);
    }
    const struct jalon_store_text texts[] = {
        {ACCOUNT, &read.account},       {TEXT, &read.text},     {STATE, &read.state},
        {DECIDED_BY, &read.decided_by}, {REASON, &read.reason}, {0, NULL},
    };
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

/* The third parameter tells which. */
static enum jalon_status find_claim(struct jalon_context *ctx, struct jalon_session *session,
                                    int query, const struct jalon_map *map, int64_t contribution,
                                    struct jalon_db_value which, struct jalon_claim *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      which};
    return jalon_store_read_one(ctx, session, query, values, JALON_STORE_COUNT(values), read_claim,
                                NULL, out);
}

enum jalon_status jalon_store_find_claim(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t contribution,
                                         struct jalon_id id, struct jalon_claim *out)
{
    char text[JALON_ID_TEXT_SIZE];
    enum jalon_status status = find_claim(ctx, session, JALON_QUERY_CLAIM_FIND, map, contribution,
                                          jalon_store_id(id, text), out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no such claim of this contribution")
               : status;
}

enum jalon_status jalon_store_find_open_claim(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              struct jalon_text account, struct jalon_claim *out)
{
    return find_claim(ctx, session, JALON_QUERY_CLAIM_FIND_OPEN, map, contribution,
                      jalon_db_text(account), out);
}

enum jalon_status jalon_store_list_claims(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text account, struct jalon_id after,
                                          size_t limit, struct jalon_claim **out,
                                          size_t *out_count)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),   jalon_db_integer(contribution),
        jalon_store_id(after, text),   jalon_db_text_or_null(account),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_claim), .read = read_claim};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_CLAIM_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
