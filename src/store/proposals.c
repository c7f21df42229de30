/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Changes that somebody proposes of another's contribution. Layer 2. */
#include "jalon/names.h"
#include "jalon/store_memory.h"
#include "store/private.h"

static const char *const states[JALON_PROPOSAL_STATE_COUNT] = {
    [JALON_PROPOSAL_OPEN] = "open",
    [JALON_PROPOSAL_ACCEPTED] = "accepted",
    [JALON_PROPOSAL_PARTLY_ACCEPTED] = "partly_accepted",
    [JALON_PROPOSAL_REJECTED] = "rejected",
    [JALON_PROPOSAL_WITHDRAWN] = "withdrawn",
};

JALON_DEFINE_NAMES(proposal_state, states)

enum jalon_status jalon_store_insert_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              const struct jalon_proposal *proposal)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(proposal->id, id),
        jalon_db_integer(contribution),
        jalon_db_integer(proposal->base),
        jalon_db_text(proposal->changes),
        jalon_db_text_or_null(proposal->author),
        jalon_db_text_or_null(proposal->device),
        jalon_db_text_or_null(proposal->reason),
        jalon_db_text(jalon_text_from(jalon_proposal_state_name(proposal->state))),
        jalon_db_time(proposal->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_PROPOSAL_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* --- Reading --- */
enum { ID, BASE, CHANGES, AUTHOR, DEVICE, REASON, STATE, ACCEPTED, DECIDED, DECIDED_BY, ANSWER,
       CREATED };

static enum jalon_status read_proposal(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       const void *with, void *object)
{
    struct jalon_proposal *out = object;
    (void)with;
    struct jalon_proposal read = {
        .base = jalon_db_to_integer(&row[BASE]),
        .decided_us = jalon_db_to_time_us(&row[DECIDED]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
    };
    const struct jalon_store_text texts[] = {
        {CHANGES, &read.changes},       {AUTHOR, &read.author},     {DEVICE, &read.device},
        {REASON, &read.reason},         {ACCEPTED, &read.accepted}, {DECIDED_BY, &read.decided_by},
        {ANSWER, &read.answer},         {0, NULL},
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id) ||
        !jalon_proposal_state_parse(jalon_db_to_text(&row[STATE]), &read.state)) {
        return jalon_store_bad_row(ctx, "a proposal made of version", read.base);
    }
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

enum jalon_status jalon_store_find_proposal(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            struct jalon_id id, struct jalon_proposal *out)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(id, text),
    };
    return jalon_store_read_one(ctx, session, JALON_QUERY_PROPOSAL_FIND, values,
                                JALON_STORE_COUNT(values), read_proposal, NULL, out);
}

enum jalon_status jalon_store_list_proposals(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_proposal_filter *filter,
                                             size_t limit, struct jalon_proposal **out,
                                             size_t *out_count)
{
    char before[JALON_ID_TEXT_SIZE] = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    if (filter->before != NULL) {
        jalon_id_format(*filter->before, before);
    }
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text(jalon_text_from(before)),
        jalon_db_text_or_null(filter->author),
        jalon_db_text_or_null(filter->device),
        jalon_db_text_or_null(filter->state),
        jalon_db_integer(limit < INT64_MAX ? (int64_t)limit : INT64_MAX),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_proposal), .read = read_proposal};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_PROPOSAL_LIST,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_count_proposals(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              int64_t *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    return jalon_store_read_integer(ctx, session, JALON_QUERY_PROPOSAL_COUNT, values,
                                    JALON_STORE_COUNT(values), out);
}

/* --- Deciding --- */
enum jalon_status jalon_store_decide_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map,
                                              const struct jalon_proposal *proposal)
{
    char id[JALON_ID_TEXT_SIZE];
    int64_t changed = 0;
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(proposal->id, id),
        jalon_db_text(jalon_text_from(jalon_proposal_state_name(proposal->state))),
        jalon_db_text_or_null(proposal->accepted),
        jalon_db_time(proposal->decided_us),
        jalon_db_text_or_null(proposal->decided_by),
        jalon_db_text_or_null(proposal->answer),
    };
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, JALON_QUERY_PROPOSAL_DECIDE, values,
                         JALON_STORE_COUNT(values), &changed);
    return status == JALON_OK && changed == 0
               ? jalon_fail(ctx, JALON_CONFLICT, "this proposal has been decided already")
               : status;
}

enum jalon_status jalon_store_redact_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, struct jalon_id id,
                                              struct jalon_text changes)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(id, text),
        jalon_db_text(changes),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_PROPOSAL_REDACT, values,
                            JALON_STORE_COUNT(values), NULL);
}
