/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Confirmations and supports: rows <-> structs. Layer 2. */
#include "jalon/store_conversation.h"
#include "store/private.h"

/* --- Confirmations --- */

enum jalon_status jalon_store_put_confirmation(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map, int64_t contribution,
                                               const struct jalon_confirmation *confirmation,
                                               int64_t since_us)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value whose[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text(confirmation->author),
        jalon_db_text(confirmation->device),
        jalon_db_time(since_us),
    };
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(confirmation->id, id),
        jalon_db_integer(contribution),
        jalon_db_boolean(confirmation->still),
        jalon_db_text(confirmation->observed),
        jalon_db_text_or_null(confirmation->remark),
        jalon_db_text_or_null(confirmation->author),
        jalon_db_text_or_null(confirmation->device),
        jalon_db_time(confirmation->created_us),
    };
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, JALON_QUERY_CONFIRMATION_FORGET, whose,
                         JALON_STORE_COUNT(whose), NULL);
    return status == JALON_OK
               ? jalon_db_execute(ctx, session->connection, JALON_QUERY_CONFIRMATION_INSERT, values,
                                  JALON_STORE_COUNT(values), NULL)
               : status;
}

enum jalon_status jalon_store_find_confirmed(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             struct jalon_text *out_day, int64_t *out_doubts)
{
    static const struct jalon_id first = {{0}};
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      jalon_store_id(first, text)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_CONFIRMATION_STATE, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_OK) {
        *out_doubts = jalon_db_to_integer(&row[1]);
        status = jalon_store_copy_text(ctx, &row[0], out_day);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

static enum jalon_status read_confirmation(struct jalon_context *ctx,
                                           const struct jalon_db_value *row, const void *with,
                                           void *object)
{
    enum { ID, STILL, OBSERVED, REMARK, AUTHOR, CREATED };
    struct jalon_confirmation *read = object;
    (void)with;
    read->still = jalon_db_to_integer(&row[STILL]) != 0;
    read->created_us = jalon_db_to_time_us(&row[CREATED]);
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read->id)) {
        return jalon_store_bad_row(ctx, "a confirmation of time", read->created_us);
    }
    const struct jalon_store_text texts[] = {
        {OBSERVED, &read->observed}, {REMARK, &read->remark}, {AUTHOR, &read->author}, {0, NULL}};
    read->device = JALON_TEXT_EMPTY;
    return jalon_store_copy_texts(ctx, row, texts);
}

enum jalon_status jalon_store_list_confirmations(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map,
                                                 int64_t contribution, struct jalon_id after,
                                                 size_t limit, struct jalon_confirmation **out,
                                                 size_t *out_count)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(after, text),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_confirmation), .read = read_confirmation};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_CONFIRMATION_LIST,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

/* --- Supports --- */

enum jalon_status jalon_store_add_support(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text voice, int64_t time_us,
                                          bool *out_changed)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text(voice),
        jalon_db_time(time_us),
    };
    enum jalon_status status =
        jalon_store_insert_new(ctx, session, JALON_QUERY_SUPPORT_INSERT, values,
                               JALON_STORE_COUNT(values));
    if (status == JALON_OK || status == JALON_CONFLICT) {
        *out_changed = status == JALON_OK;
        status = JALON_OK;
    }
    return status;
}

/* *out_changed: there was such a row. */
static enum jalon_status change_support(struct jalon_context *ctx, struct jalon_session *session,
                                        int query, struct jalon_db_value *values, size_t count,
                                        bool *out_changed)
{
    int64_t changed = 0;
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, query, values, count, &changed);
    if (status == JALON_OK) {
        *out_changed = changed > 0;
    }
    return status;
}

enum jalon_status jalon_store_remove_support(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             struct jalon_text voice, bool *out_changed)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      jalon_db_text(voice)};
    return change_support(ctx, session, JALON_QUERY_SUPPORT_DELETE, values,
                          JALON_STORE_COUNT(values), out_changed);
}

enum jalon_status jalon_store_move_support(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_text voice, struct jalon_text into,
                                           bool *out_changed)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      jalon_db_text(voice), jalon_db_text(into)};
    return change_support(ctx, session, JALON_QUERY_SUPPORT_MOVE, values,
                          JALON_STORE_COUNT(values), out_changed);
}

static enum jalon_status read_supported(struct jalon_context *ctx,
                                        const struct jalon_db_value *row, const void *with,
                                        void *object)
{
    struct jalon_supported *read = object;
    (void)with;
    read->map = jalon_db_to_integer(&row[0]);
    read->contribution = jalon_db_to_integer(&row[2]);
    return jalon_store_copy_text(ctx, &row[1], &read->slug);
}

enum jalon_status jalon_store_list_supported(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             struct jalon_text voice, struct jalon_supported after,
                                             size_t limit, struct jalon_supported **out,
                                             size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_text(voice),
        jalon_db_integer(after.map),
        jalon_db_integer(after.contribution),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_supported), .read = read_supported};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_SUPPORT_PLACES,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_has_support(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text voice, bool *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      jalon_db_text(voice)};
    return jalon_store_has_row(ctx, session, JALON_QUERY_SUPPORT_FIND, values,
                               JALON_STORE_COUNT(values), out);
}

static enum jalon_status read_name(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   const void *with, void *object)
{
    (void)with;
    return jalon_store_copy_text(ctx, &row[0], object);
}

enum jalon_status jalon_store_list_supporters(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              size_t limit, struct jalon_text **out,
                                              size_t *out_count)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      jalon_db_integer((int64_t)limit)};
    struct jalon_store_list list = {.size = sizeof(struct jalon_text), .read = read_name};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_SUPPORT_ACCOUNTS,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
