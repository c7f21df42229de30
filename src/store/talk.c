/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the conversation share: ids, texts and lists of rows. Layer 2. */
#include "store/talk.h"

#include <string.h>

struct jalon_db_value jalon_talk_after(struct jalon_id id, char text[JALON_ID_TEXT_SIZE])
{
    jalon_id_format(id, text);
    return jalon_db_text((struct jalon_text){text, JALON_ID_TEXT_SIZE - 1});
}

struct jalon_db_value jalon_talk_id(struct jalon_id id, char text[JALON_ID_TEXT_SIZE])
{
    static const struct jalon_id none = {{0}};
    return jalon_id_compare(id, none) == 0 ? jalon_db_null() : jalon_talk_after(id, text);
}

enum jalon_status jalon_talk_copy(struct jalon_context *ctx, const struct jalon_db_value *row,
                                  const struct jalon_talk_text *texts)
{
    enum jalon_status status = JALON_OK;
    for (; status == JALON_OK && texts->to != NULL; texts++) {
        status = jalon_store_copy_text(ctx, &row[texts->column], texts->to);
    }
    return status;
}

int64_t jalon_talk_time(const struct jalon_db_value *column)
{
    return column->kind == JALON_DB_NULL ? 0 : jalon_db_to_time_us(column);
}

void *jalon_talk_next(struct jalon_context *ctx, struct jalon_talk_list *list)
{
    void *grown = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   list->size, &list->capacity);
    if (grown == NULL) {
        return NULL;
    }
    list->items = grown;
    void *next = (char *)grown + list->count * list->size;
    memset(next, 0, list->size);
    return next;
}
