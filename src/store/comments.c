/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comments: rows <-> structs. Layer 2. */
#include "jalon/names.h"
#include "jalon/store_conversation.h"
#include "store/private.h"

static const char *const kinds[JALON_COMMENT_KIND_COUNT] = {
    [JALON_COMMENT_INFORMATION] = "information", [JALON_COMMENT_QUESTION] = "question",
    [JALON_COMMENT_CORRECTION] = "correction",   [JALON_COMMENT_PROPOSAL] = "proposal",
    [JALON_COMMENT_HELP] = "help",               [JALON_COMMENT_EVENT] = "event",
};

JALON_DEFINE_NAMES(comment_kind, kinds)

static struct jalon_db_value kind_value(enum jalon_comment_kind kind)
{
    return jalon_db_text(jalon_text_from(jalon_comment_kind_name(kind)));
}

static struct jalon_db_value state_value(enum jalon_moderation state)
{
    return jalon_db_text(jalon_text_from(jalon_moderation_name(state)));
}

/* --- Writing --- */

enum jalon_status jalon_store_insert_comment(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_comment *comment)
{
    char id[JALON_ID_TEXT_SIZE], parent[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(comment->id, id),
        jalon_db_integer(contribution),
        jalon_store_id_or_null(comment->parent, parent),
        kind_value(comment->kind),
        jalon_db_text(comment->text),
        jalon_db_text_or_null(comment->author),
        jalon_db_text_or_null(comment->device),
        state_value(comment->moderation),
        jalon_db_text_or_null(comment->reason),
        jalon_db_time(comment->created_us),
        jalon_db_time(comment->updated_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_COMMENT_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_update_comment(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_comment *comment)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(comment->id, id),
        kind_value(comment->kind),
        jalon_db_text(comment->text),
        state_value(comment->moderation),
        jalon_db_text_or_null(comment->reason),
        jalon_db_time(comment->updated_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_COMMENT_UPDATE, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* --- Reading --- */

static enum jalon_status read_comment(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      const void *with, void *object)
{
    struct jalon_comment *out = object;
    (void)with;
    enum { ID, PARENT, KIND, TEXT, AUTHOR, DEVICE, MODERATION, REASON, CREATED, UPDATED };
    struct jalon_comment read = {
        .created_us = jalon_db_to_time_us(&row[CREATED]),
        .updated_us = jalon_db_to_time_us(&row[UPDATED]),
    };
    struct jalon_text parent = jalon_db_to_text(&row[PARENT]);
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id) ||
        (parent.length > 0 && !jalon_id_parse(parent, &read.parent)) ||
        !jalon_comment_kind_parse(jalon_db_to_text(&row[KIND]), &read.kind) ||
        !jalon_moderation_parse(jalon_db_to_text(&row[MODERATION]), &read.moderation)) {
        return jalon_store_bad_row(ctx, "a comment of time", read.created_us);
    }
    const struct jalon_store_text texts[] = {
        {TEXT, &read.text},     {AUTHOR, &read.author}, {DEVICE, &read.device},
        {REASON, &read.reason}, {0, NULL},
    };
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

enum jalon_status jalon_store_find_comment(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_id id, struct jalon_comment *out)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(id, text),
    };
    enum jalon_status status =
        jalon_store_read_one(ctx, session, JALON_QUERY_COMMENT_FIND, values,
                             JALON_STORE_COUNT(values), read_comment, NULL, out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no such comment on this contribution")
               : status;
}

enum jalon_status jalon_store_list_comments(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            const struct jalon_comment_filter *filter,
                                            struct jalon_comment **out, size_t *out_count)
{
    char after[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(filter->after, after),
        filter->has_state ? state_value(filter->state) : jalon_db_null(),
        jalon_db_text(filter->author),
        jalon_db_text(filter->device),
        jalon_db_integer((int64_t)filter->limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_comment), .read = read_comment};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_COMMENT_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
