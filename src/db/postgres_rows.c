/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Cursors over rows that PostgreSQL sends. Layer 1.
 *
 * One cursor of a connection gets its rows as they come. When the connection is needed for another
 * statement meanwhile, the rest of them is read ahead into the cursor.
 */
#include <assert.h>

#include "db/postgres.h"
#include "jalon/memory.h"

/* Rows that are dropped at once when their cursor ends. */
enum { SKIPPED_MAX = 1000 };

static enum jalon_status keep_row(struct jalon_context *ctx, struct jalon_postgres_cursor *cursor,
                                  PGresult *row)
{
    if (cursor->row_count == cursor->row_capacity) {
        size_t capacity = cursor->row_capacity == 0 ? 16 : 2 * cursor->row_capacity;
        PGresult **grown =
            jalon_memory_resize((void *)cursor->rows, capacity * sizeof(PGresult *));
        if (grown == NULL) {
            return jalon_no_memory(ctx);
        }
        cursor->rows = grown;
        cursor->row_capacity = capacity;
    }
    cursor->rows[cursor->row_count++] = row;
    return JALON_OK;
}

/* Reads away at most so many of the rows that nobody wants. */
static enum jalon_status drop_rows(struct jalon_context *ctx,
                                   struct jalon_postgres_connection *connection, size_t most)
{
    enum jalon_status status = JALON_OK;
    for (; most > 0 && status == JALON_OK; most--) {
        PGresult *row = NULL;
        status = jalon_postgres_next_row(ctx, connection, connection->unread, &row);
        PQclear(row);
    }
    if (status != JALON_OK) {
        connection->unread = NULL;
    }
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

enum jalon_status jalon_postgres_absorb(struct jalon_context *ctx,
                                        struct jalon_postgres_connection *connection)
{
    struct jalon_postgres_cursor *cursor = connection->streaming;
    enum jalon_status status =
        connection->unread != NULL ? drop_rows(ctx, connection, SIZE_MAX) : JALON_OK;
    while (connection->streaming != NULL && status == JALON_OK) {
        PGresult *row = NULL;
        status = jalon_postgres_next_row(ctx, connection, cursor->name, &row);
        if (status == JALON_OK) {
            status = keep_row(ctx, cursor, row);
            if (status != JALON_OK) {
                PQclear(row);
            }
        } else {
            connection->streaming = NULL;
            cursor->ending = status;
        }
    }
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

enum jalon_status jalon_postgres_query(struct jalon_context *ctx,
                                       struct jalon_db_connection *base, int query,
                                       const struct jalon_db_value *parameters,
                                       struct jalon_db_cursor **out)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    struct jalon_postgres_prepared *prepared;
    enum jalon_status status = jalon_postgres_find_prepared(ctx, connection, query, &prepared);
    if (status != JALON_OK) {
        return status;
    }
    assert(prepared->count >= 1);
    const char *name = jalon_db_statements[query].name;
    struct jalon_postgres_cursor *cursor = jalon_memory_allocate(sizeof *cursor);
    if (cursor == NULL) {
        return jalon_no_memory(ctx);
    }
    cursor->name = name;
    cursor->rows = NULL;
    cursor->row_first = cursor->row_count = cursor->row_capacity = 0;
    cursor->ending = JALON_OK;
    cursor->row = NULL;
    for (size_t i = 0; i < prepared->count && status == JALON_OK; i++) {
        bool is_last = i + 1 == prepared->count;
        status = jalon_postgres_send_part(ctx, connection, &prepared->parts[i], parameters,
                                          is_last ? JALON_POSTGRES_WANTED : JALON_POSTGRES_IGNORED);
    }
    if (status == JALON_OK) {
        status = jalon_postgres_start_rows(ctx, connection, name);
    }
    if (status != JALON_OK) {
        jalon_memory_release(cursor);
        return status;
    }
    connection->streaming = cursor;
    jalon_db_cursor_link(base, &cursor->base);
    *out = &cursor->base;
    return JALON_OK;
}

/* The next row from those read ahead, or from the server. */
static enum jalon_status take_row(struct jalon_context *ctx,
                                  struct jalon_postgres_connection *connection,
                                  struct jalon_postgres_cursor *cursor, PGresult **out)
{
    if (cursor->row_first < cursor->row_count) {
        *out = cursor->rows[cursor->row_first++];
        return JALON_OK;
    }
    if (connection->streaming != cursor) {
        return cursor->ending == JALON_NOT_FOUND
                   ? JALON_NOT_FOUND
                   : jalon_fail(ctx, cursor->ending,
                                "the database cannot be used now; try again in a moment");
    }
    enum jalon_status status = jalon_postgres_next_row(ctx, connection, cursor->name, out);
    if (status != JALON_OK) {
        connection->streaming = NULL;
        cursor->ending = status;
    }
    return status;
}

enum jalon_status jalon_postgres_step(struct jalon_context *ctx, struct jalon_db_cursor *base,
                                      const struct jalon_db_value **out_row)
{
    struct jalon_postgres_cursor *cursor = (struct jalon_postgres_cursor *)base;
    PGresult *row;
    enum jalon_status status =
        take_row(ctx, (struct jalon_postgres_connection *)base->connection, cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    PQclear(cursor->row);
    cursor->row = row;
    int count = PQnfields(row);
    assert(count <= JALON_POSTGRES_COLUMNS_MAX);
    for (int i = 0; i < count; i++) {
        jalon_postgres_decode(row, i, cursor->texts[i], &cursor->values[i]);
    }
    *out_row = cursor->values;
    return JALON_OK;
}

/*
 * Nobody wants the rest. When that is much, it waits until the connection is needed; at the
 * transaction's end the connection is given up instead, which makes the server stop.
 */
static void leave_rows(struct jalon_postgres_connection *connection)
{
    struct jalon_context *ctx = jalon_context_create();
    connection->unread = connection->streaming->name;
    connection->streaming = NULL;
    if (ctx != NULL) {
        (void)drop_rows(ctx, connection, SKIPPED_MAX); /* who needs the connection is told */
    }
    jalon_context_destroy(ctx);
}

void jalon_postgres_cursor_end(struct jalon_db_cursor *base)
{
    struct jalon_postgres_cursor *cursor = (struct jalon_postgres_cursor *)base;
    struct jalon_postgres_connection *connection =
        (struct jalon_postgres_connection *)base->connection;
    if (connection->streaming == cursor) {
        leave_rows(connection);
    }
    for (; cursor->row_first < cursor->row_count; cursor->row_first++) {
        PQclear(cursor->rows[cursor->row_first]);
    }
    jalon_memory_release((void *)cursor->rows);
    PQclear(cursor->row);
    jalon_memory_release(cursor);
}
