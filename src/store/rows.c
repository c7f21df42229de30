/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What statements find, read into structs: one row, a list of them, a number. Layer 2. */
#include <string.h>

#include "store/private.h"

/* --- Rows --- */
enum jalon_status jalon_store_query_row(struct jalon_context *ctx, struct jalon_session *session,
                                        int query, const struct jalon_db_value *parameters,
                                        size_t count, struct jalon_db_cursor **out_cursor,
                                        const struct jalon_db_value **out_row)
{
    struct jalon_db_cursor *cursor;
    enum jalon_status status =
        jalon_db_query(ctx, session->connection, query, parameters, count, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_db_step(ctx, cursor, out_row);
    if (status != JALON_OK) {
        jalon_db_cursor_end(cursor);
        return status;
    }
    *out_cursor = cursor;
    return JALON_OK;
}

enum jalon_status jalon_store_insert_new(struct jalon_context *ctx, struct jalon_session *session,
                                         int query, const struct jalon_db_value *parameters,
                                         size_t count)
{
    int64_t changed;
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, query, parameters, count, &changed);
    return status == JALON_OK && changed == 0 ? JALON_CONFLICT : status;
}

enum jalon_status jalon_store_each_row(
    struct jalon_context *ctx, struct jalon_session *session, int query,
    const struct jalon_db_value *parameters, size_t count,
    enum jalon_status (*take)(struct jalon_context *ctx, const struct jalon_db_value *row,
                              void *object),
    void *object)
{
    struct jalon_db_cursor *cursor;
    enum jalon_status status =
        jalon_db_query(ctx, session->connection, query, parameters, count, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_db_value *row;
    while ((status = jalon_db_step(ctx, cursor, &row)) == JALON_OK) {
        status = take(ctx, row, object);
        if (status != JALON_OK) {
            jalon_db_cursor_end(cursor);
            return status;
        }
    }
    jalon_db_cursor_end(cursor);
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

/* --- Structs --- */
enum jalon_status jalon_store_read_one(struct jalon_context *ctx, struct jalon_session *session,
                                       int query, const struct jalon_db_value *parameters,
                                       size_t count, jalon_store_reader *read, const void *with,
                                       void *out)
{
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, query, parameters, count, &cursor, &row);
    if (status == JALON_OK) {
        status = read(ctx, row, with, out);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

enum jalon_status jalon_store_add_item(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       struct jalon_store_list *list)
{
    void *grown = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   list->size, &list->capacity);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    list->items = grown;
    void *item = (char *)grown + list->count * list->size;
    memset(item, 0, list->size);
    enum jalon_status status = list->read(ctx, row, list->with, item);
    list->count += status == JALON_OK;
    return status;
}

static enum jalon_status take_item(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *list)
{
    return jalon_store_add_item(ctx, row, list);
}

enum jalon_status jalon_store_read_list(struct jalon_context *ctx, struct jalon_session *session,
                                        int query, const struct jalon_db_value *parameters,
                                        size_t count, struct jalon_store_list *list)
{
    return jalon_store_each_row(ctx, session, query, parameters, count, take_item, list);
}

static enum jalon_status read_integer(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      const void *with, void *out)
{
    int64_t *integer = out;
    (void)ctx;
    (void)with;
    *integer = jalon_db_to_integer(&row[0]);
    return JALON_OK;
}

enum jalon_status jalon_store_read_integer(struct jalon_context *ctx,
                                           struct jalon_session *session, int query,
                                           const struct jalon_db_value *parameters, size_t count,
                                           int64_t *out)
{
    return jalon_store_read_one(ctx, session, query, parameters, count, read_integer, NULL, out);
}

enum jalon_status jalon_store_has_row(struct jalon_context *ctx, struct jalon_session *session,
                                      int query, const struct jalon_db_value *parameters,
                                      size_t count, bool *out)
{
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, query, parameters, count, &cursor, &row);
    if (status == JALON_OK) {
        jalon_db_cursor_end(cursor);
        *out = true;
    }
    if (status == JALON_NOT_FOUND) {
        *out = false;
        return JALON_OK;
    }
    return status;
}

/* --- Values --- */
struct jalon_db_value jalon_store_id(struct jalon_id id, char text[JALON_ID_TEXT_SIZE])
{
    jalon_id_format(id, text);
    return jalon_db_text((struct jalon_text){text, JALON_ID_TEXT_SIZE - 1});
}

struct jalon_db_value jalon_store_id_or_null(struct jalon_id id, char text[JALON_ID_TEXT_SIZE])
{
    static const struct jalon_id none = {{0}};
    return jalon_id_compare(id, none) == 0 ? jalon_db_null() : jalon_store_id(id, text);
}

enum jalon_status jalon_store_copy_text(struct jalon_context *ctx,
                                        const struct jalon_db_value *column,
                                        struct jalon_text *out)
{
    struct jalon_text text = jalon_db_to_text(column);
    if (text.length == 0) {
        *out = JALON_TEXT_EMPTY;
        return JALON_OK;
    }
    struct jalon_text copy = jalon_text_copy(ctx->arena, text);
    if (copy.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = copy;
    return JALON_OK;
}

enum jalon_status jalon_store_copy_texts(struct jalon_context *ctx,
                                         const struct jalon_db_value *row,
                                         const struct jalon_store_text *texts)
{
    enum jalon_status status = JALON_OK;
    for (; status == JALON_OK && texts->to != NULL; texts++) {
        status = jalon_store_copy_text(ctx, &row[texts->column], texts->to);
    }
    return status;
}

enum jalon_status jalon_store_bad_row(struct jalon_context *ctx, const char *what, int64_t number)
{
    jalon_error_internal(ctx, "%s %lld cannot be read: was it changed by another program?", what,
                         (long long)number);
    return jalon_fail(ctx, JALON_INTERNAL, "something stored cannot be read");
}
