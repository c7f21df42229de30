/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Changes that somebody proposes of another's contribution. Layer 2. */
#include <assert.h>

#include "jalon/store_memory.h"
#include "store/private.h"

static const char *const states[JALON_PROPOSAL_STATE_COUNT] = {
    [JALON_PROPOSAL_OPEN] = "open",
    [JALON_PROPOSAL_ACCEPTED] = "accepted",
    [JALON_PROPOSAL_PARTLY_ACCEPTED] = "partly_accepted",
    [JALON_PROPOSAL_REJECTED] = "rejected",
    [JALON_PROPOSAL_WITHDRAWN] = "withdrawn",
};

const char *jalon_proposal_state_name(enum jalon_proposal_state state)
{
    assert((size_t)state < JALON_STORE_COUNT(states));
    return states[state];
}

bool jalon_proposal_state_parse(struct jalon_text name, enum jalon_proposal_state *out)
{
    for (size_t i = 0; i < JALON_STORE_COUNT(states); i++) {
        if (jalon_text_is(name, states[i])) {
            *out = (enum jalon_proposal_state)i;
            return true;
        }
    }
    return false;
}

enum jalon_status jalon_store_insert_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              const struct jalon_proposal *proposal)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(proposal->id, id);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(jalon_text_from(id)),
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
                                       struct jalon_proposal *out)
{
    struct jalon_proposal read = {
        .base = jalon_db_to_integer(&row[BASE]),
        .decided_us = row[DECIDED].kind == JALON_DB_NULL ? 0 : jalon_db_to_time_us(&row[DECIDED]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
    };
    const struct {
        int column;
        struct jalon_text *text;
    } texts[] = {
        {CHANGES, &read.changes},       {AUTHOR, &read.author},     {DEVICE, &read.device},
        {REASON, &read.reason},         {ACCEPTED, &read.accepted}, {DECIDED_BY, &read.decided_by},
        {ANSWER, &read.answer},
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id) ||
        !jalon_proposal_state_parse(jalon_db_to_text(&row[STATE]), &read.state)) {
        return jalon_store_bad_row(ctx, "a proposal made of version", read.base);
    }
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < JALON_STORE_COUNT(texts); i++) {
        status = jalon_store_copy_text(ctx, &row[texts[i].column], texts[i].text);
    }
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
    jalon_id_format(id, text);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text(jalon_text_from(text)),
    };
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_PROPOSAL_FIND, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_OK) {
        status = read_proposal(ctx, row, out);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

struct proposals {
    struct jalon_proposal *items;
    size_t count, capacity;
};

static enum jalon_status take_proposal(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       void *object)
{
    struct proposals *list = object;
    list->items = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   sizeof *list->items, &list->capacity);
    if (list->items == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = read_proposal(ctx, row, &list->items[list->count]);
    list->count += status == JALON_OK;
    return status;
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
    struct proposals list = {0};
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_PROPOSAL_LIST, values,
                             JALON_STORE_COUNT(values), take_proposal, &list);
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
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_PROPOSAL_COUNT, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_OK) {
        *out = jalon_db_to_integer(&row[0]);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

/* --- Deciding --- */
enum jalon_status jalon_store_decide_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map,
                                              const struct jalon_proposal *proposal)
{
    char id[JALON_ID_TEXT_SIZE];
    int64_t changed = 0;
    jalon_id_format(proposal->id, id);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(jalon_text_from(id)),
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
    jalon_id_format(id, text);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(jalon_text_from(text)),
        jalon_db_text(changes),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_PROPOSAL_REDACT, values,
                            JALON_STORE_COUNT(values), NULL);
}
