/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Many rows at once: PostgreSQL's COPY, in its binary form (its manual, "COPY", File Formats).
 * Layer 1.
 *
 * Rows are put into the form of the protocol as they come, for each table by itself. What has been
 * collected is sent when the server is done with what was sent before: neither waits for the other,
 * and the more the server is behind, the more it gets at once. Before any other statement all of
 * them are inserted.
 */
#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "db/postgres.h"

enum {
    SENT_FROM = 32 << 10,     /* bytes, when the server has nothing to do; otherwise */
    LOOKED_AFTER = SENT_FROM, /* so many more are collected, then it is looked again */
    WAITED_FROM = 2 << 20,    /* the server is slower: it is waited for */
    COPY_TEXT_MAX = 1024,
};
static const size_t rows_max = (size_t)512 << 20;

/* --- The form --- */

static void append_number(struct jalon_buffer *buffer, uint32_t value, int size)
{
    unsigned char bytes[4];
    for (int i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
    }
    jalon_buffer_append(buffer, bytes, (size_t)size);
}

static void append_beginning(struct jalon_buffer *buffer)
{
    jalon_buffer_append(buffer, "PGCOPY\n\377\r\n", 11); /* with its NUL */
    append_number(buffer, 0, 4);                         /* flags */
    append_number(buffer, 0, 4);                         /* no more of a header */
}

static enum jalon_status append_row(struct jalon_context *ctx, struct jalon_postgres_copy *copy,
                                    const struct jalon_db_value *parameters)
{
    const struct jalon_postgres_part *part = copy->part;
    struct jalon_buffer *rows = &copy->rows;
    if (rows->length == 0) {
        append_beginning(rows);
    }
    append_number(rows, (uint32_t)part->count, 2);
    for (size_t i = 0; i < part->count; i++) {
        struct jalon_postgres_parameter value;
        enum jalon_status status =
            jalon_postgres_encode(ctx, &parameters[part->from[i]], part->types[i], &value);
        if (status != JALON_OK) {
            return status;
        }
        if (value.data != NULL && value.format == 0) {
            jalon_error_internal(ctx, "%s: parameter %zu has no binary form",
                                 jalon_db_statements[copy->query].name, i + 1);
            return jalon_fail(ctx, JALON_INTERNAL, "the database refused a statement");
        }
        append_number(rows, value.data == NULL ? UINT32_MAX : (uint32_t)value.length, 4);
        if (value.data != NULL) {
            jalon_buffer_append(rows, value.data, (size_t)value.length);
        }
    }
    enum jalon_status status = jalon_buffer_status(rows);
    return status == JALON_OK          ? JALON_OK
           : status == JALON_NO_MEMORY ? jalon_no_memory(ctx)
                                       : jalon_fail(ctx, status, "this is too large to be stored");
}

/* "INSERT INTO table (columns) VALUES …" as "COPY table (columns) FROM STDIN …". */
static void write_copy(const struct jalon_postgres_part *part, char out[COPY_TEXT_MAX])
{
    static const char insert[] = "INSERT INTO ";
    const char *values = strstr(part->sql, "VALUES");
    assert(strncmp(part->sql, insert, strlen(insert)) == 0 && values != NULL);
    const char *target = part->sql + strlen(insert);
    int length = snprintf(out, COPY_TEXT_MAX, "COPY %.*sFROM STDIN (FORMAT binary)",
                          (int)(values - target), target);
    assert(length < COPY_TEXT_MAX);
    (void)length;
}

/* --- Sending --- */

static enum jalon_status end_copy(struct jalon_context *ctx,
                                  struct jalon_postgres_connection *connection)
{
    const struct jalon_postgres_copy *copy = connection->copying;
    connection->copying = NULL;
    return copy == NULL ? JALON_OK
                        : jalon_postgres_end_copy(ctx, connection,
                                                  jalon_db_statements[copy->query].name);
}

static enum jalon_status start_copy(struct jalon_context *ctx,
                                    struct jalon_postgres_connection *connection,
                                    struct jalon_postgres_copy *copy)
{
    char sql[COPY_TEXT_MAX];
    enum jalon_status status =
        connection->is_alone ? JALON_OK : jalon_postgres_leave_pipeline(ctx, connection);
    append_number(&copy->rows, UINT16_MAX, 2); /* no more rows */
    if (status == JALON_OK && jalon_buffer_status(&copy->rows) != JALON_OK) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        write_copy(copy->part, sql);
        status = jalon_postgres_start_copy(ctx, connection, sql, jalon_buffer_text(&copy->rows),
                                           jalon_db_statements[copy->query].name);
    }
    if (status == JALON_OK) {
        connection->copying = copy;
    }
    jalon_buffer_clear(&copy->rows);
    copy->due = SENT_FROM;
    return status;
}

void jalon_postgres_forget_copies(struct jalon_postgres_connection *connection)
{
    for (size_t i = 0; i < connection->copy_count; i++) {
        jalon_buffer_finish(&connection->copies[i].rows);
    }
    connection->copy_count = 0;
    connection->copying = NULL;
}

/* Back to where other statements are sent, whatever came of the rows. */
static enum jalon_status close_copies(struct jalon_context *ctx,
                                      struct jalon_postgres_connection *connection,
                                      enum jalon_status status)
{
    jalon_postgres_forget_copies(connection);
    if (!connection->is_alone || connection->base.broken) {
        return status;
    }
    enum jalon_status entered = jalon_postgres_enter_pipeline(ctx, connection);
    return status == JALON_OK ? entered : status;
}

enum jalon_status jalon_postgres_finish_copies(struct jalon_context *ctx,
                                               struct jalon_postgres_connection *connection)
{
    enum jalon_status status = JALON_OK;
    if (connection->copy_count == 0) {
        return JALON_OK;
    }
    for (size_t i = 0; i < connection->copy_count && status == JALON_OK; i++) {
        if (connection->copies[i].rows.length > 0) {
            status = end_copy(ctx, connection);
            if (status == JALON_OK) {
                status = start_copy(ctx, connection, &connection->copies[i]);
            }
        }
    }
    if (status == JALON_OK) {
        status = end_copy(ctx, connection);
    }
    return close_copies(ctx, connection, status);
}

void jalon_postgres_drop_copies(struct jalon_postgres_connection *connection)
{
    if (connection->copy_count == 0) {
        return;
    }
    struct jalon_context *ctx = jalon_context_create();
    if (ctx == NULL) {
        connection->base.broken = true;
        jalon_postgres_forget_copies(connection);
        return;
    }
    enum jalon_status status = end_copy(ctx, connection);
    status = close_copies(ctx, connection, status);
    (void)status; /* what failed is not wanted, what is lost is known to be */
    jalon_context_destroy(ctx);
}

/* --- Adding --- */

static enum jalon_status find_copy(struct jalon_context *ctx,
                                   struct jalon_postgres_connection *connection, int query,
                                   struct jalon_postgres_copy **out)
{
    for (size_t i = 0; i < connection->copy_count; i++) {
        if (connection->copies[i].query == query) {
            *out = &connection->copies[i];
            return JALON_OK;
        }
    }
    struct jalon_postgres_prepared *prepared;
    enum jalon_status status = JALON_OK;
    if (connection->copy_count == JALON_POSTGRES_COPIES_MAX) {
        status = jalon_postgres_finish_copies(ctx, connection);
    }
    if (status == JALON_OK) {
        status = jalon_postgres_find_prepared(ctx, connection, query, &prepared);
    }
    if (status != JALON_OK) {
        return status;
    }
    assert(prepared->count == 1);
    struct jalon_postgres_copy *copy = &connection->copies[connection->copy_count++];
    *copy = (struct jalon_postgres_copy){
        .query = query, .part = &prepared->parts[0], .due = SENT_FROM};
    jalon_buffer_init(&copy->rows, rows_max);
    *out = copy;
    return JALON_OK;
}

enum jalon_status jalon_postgres_add(struct jalon_context *ctx, struct jalon_db_connection *base,
                                     int query, const struct jalon_db_value *parameters)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    struct jalon_postgres_copy *copy;
    enum jalon_status status = jalon_postgres_absorb(ctx, connection);
    if (status == JALON_OK) {
        status = find_copy(ctx, connection, query, &copy);
    }
    if (status == JALON_OK) {
        status = append_row(ctx, copy, parameters);
    }
    if (status != JALON_OK || copy->rows.length < copy->due) {
        return status;
    }
    if (connection->copying != NULL && copy->rows.length < WAITED_FROM &&
        !jalon_postgres_has_answer(connection)) {
        copy->due = copy->rows.length + LOOKED_AFTER;
        return JALON_OK;
    }
    status = end_copy(ctx, connection);
    return status == JALON_OK ? start_copy(ctx, connection, copy) : status;
}
