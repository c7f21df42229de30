/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Statements of SQLite: prepared once a connection, values in, rows out. Layer 1.
 */
#include <assert.h>
#include <stdio.h>

#include "db/sqlite.h"
#include "db/sqlite_connection.h"
#include "jalon/memory.h"

enum { COLUMNS_MAX = 40 };

struct cursor {
    struct jalon_db_cursor base;
    sqlite3_stmt *statement;
    struct jalon_sqlite_prepared *owner; /* NULL: the statement is the cursor's own */
    int column_count;
    struct jalon_db_value values[COLUMNS_MAX];
};

/* --- Preparing --- */

/* A part of a block has as many places as its highest parameter, but not all are in it. */
static uint64_t used_parameters(sqlite3_stmt *statement)
{
    uint64_t used = 0;
    int count = sqlite3_bind_parameter_count(statement);
    assert(count <= 64);
    for (int i = 1; i <= count; i++) {
        if (sqlite3_bind_parameter_name(statement, i) != NULL) {
            used |= UINT64_C(1) << (i - 1);
        }
    }
    return used;
}

static enum jalon_status prepare_parts(struct jalon_context *ctx,
                                       struct jalon_sqlite_connection *connection, int query,
                                       struct jalon_sqlite_prepared *out)
{
    const struct jalon_db_statement *statement = &jalon_db_statements[query];
    const char *sql = statement->sql[JALON_DB_SQLITE];
    while (*sql != '\0') {
        sqlite3_stmt *part = NULL;
        int code = SQLITE_OK;
        assert(out->count < JALON_SQLITE_PARTS_MAX);
        code = sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &part,
                                  &sql);
        if (code != SQLITE_OK) {
            while (out->count > 0) {
                sqlite3_finalize(out->parts[--out->count]);
            }
            return jalon_db_sqlite_fail(ctx, connection->handle, code, statement->name);
        }
        if (part != NULL) {
            out->used[out->count] = used_parameters(part);
            out->parts[out->count++] = part;
        }
    }
    return JALON_OK;
}

static enum jalon_status find_prepared(struct jalon_context *ctx,
                                       struct jalon_sqlite_connection *connection, int query,
                                       struct jalon_sqlite_prepared **out)
{
    struct jalon_sqlite_prepared *prepared = &connection->prepared[query];
    if (prepared->count == 0) {
        enum jalon_status status = prepare_parts(ctx, connection, query, prepared);
        if (status != JALON_OK) {
            return status;
        }
    }
    *out = prepared;
    return JALON_OK;
}

enum jalon_status jalon_db_sqlite_prepare(struct jalon_context *ctx,
                                          struct jalon_db_connection *base, int query)
{
    struct jalon_sqlite_prepared *prepared;
    return find_prepared(ctx, (struct jalon_sqlite_connection *)base, query, &prepared);
}

void jalon_db_sqlite_forget_statements(struct jalon_sqlite_connection *connection)
{
    for (size_t i = 0; connection->prepared != NULL && i < jalon_db_statement_count; i++) {
        for (size_t j = 0; j < connection->prepared[i].count; j++) {
            sqlite3_finalize(connection->prepared[i].parts[j]);
        }
    }
    jalon_memory_release(connection->prepared);
    connection->prepared = NULL;
}

/* --- Values in --- */

static int bind_value(struct jalon_sqlite_connection *connection, sqlite3_stmt *statement, int at,
                      const struct jalon_db_value *value)
{
    char time[JALON_DB_TIME_SIZE];
    switch (value->kind) {
    case JALON_DB_NULL: return sqlite3_bind_null(statement, at);
    case JALON_DB_INTEGER:
    case JALON_DB_BOOLEAN: return sqlite3_bind_int64(statement, at, value->integer);
    case JALON_DB_DOUBLE: return sqlite3_bind_double(statement, at, value->number);
    case JALON_DB_TEXT:
        return sqlite3_bind_text64(statement, at, value->text.data, value->text.length,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case JALON_DB_BLOB:
        return sqlite3_bind_blob64(statement, at, value->text.data, value->text.length,
                                   SQLITE_STATIC);
    case JALON_DB_TIME:
        if (connection->times_used < JALON_SQLITE_TIMES_MAX) {
            char *own = connection->times[connection->times_used++];
            jalon_db_format_time(&connection->time, value->integer, own);
            return sqlite3_bind_text(statement, at, own, JALON_DB_TIME_SIZE, SQLITE_STATIC);
        }
        jalon_db_format_time(&connection->time, value->integer, time);
        return sqlite3_bind_text(statement, at, time, sizeof time, SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

static int bind_all(struct jalon_sqlite_connection *connection, sqlite3_stmt *statement,
                    uint64_t used, const struct jalon_db_value *parameters)
{
    int code = SQLITE_OK;
    for (int i = 0; used != 0 && code == SQLITE_OK; i++, used >>= 1) {
        if ((used & 1) != 0) {
            code = bind_value(connection, statement, i + 1, &parameters[i]);
        }
    }
    return code;
}

static int run_part(struct jalon_sqlite_connection *connection,
                    const struct jalon_sqlite_prepared *prepared, size_t part,
                    const struct jalon_db_value *parameters)
{
    sqlite3_stmt *statement = prepared->parts[part];
    connection->times_used = 0;
    int code = bind_all(connection, statement, prepared->used[part], parameters);
    if (code == SQLITE_OK) {
        do {
            code = sqlite3_step(statement);
        } while (code == SQLITE_ROW);
        int reset = sqlite3_reset(statement);
        code = code == SQLITE_DONE ? SQLITE_OK : reset;
    }
    return code;
}

enum jalon_status jalon_db_sqlite_execute(struct jalon_context *ctx,
                                          struct jalon_db_connection *base, int query,
                                          const struct jalon_db_value *parameters,
                                          int64_t *out_changed, int64_t *out_number)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    struct jalon_sqlite_prepared *prepared;
    /* After some failures SQLite has rolled all back: this would be kept, without what was before. */
    if (sqlite3_get_autocommit(connection->handle) != 0) {
        return jalon_db_sqlite_fail(ctx, connection->handle, SQLITE_IOERR,
                                    jalon_db_statements[query].name);
    }
    enum jalon_status status = find_prepared(ctx, connection, query, &prepared);
    if (status != JALON_OK) {
        return status;
    }
    int64_t changed = 0, number = 0;
    for (size_t i = 0; i < prepared->count && (i == 0 || changed > 0); i++) {
        int code = run_part(connection, prepared, i, parameters);
        if (code != SQLITE_OK) {
            return jalon_db_sqlite_fail(ctx, connection->handle, code,
                                        jalon_db_statements[query].name);
        }
        if (i == 0) {
            changed = sqlite3_changes64(connection->handle);
            number = sqlite3_last_insert_rowid(connection->handle);
        }
    }
    connection->changed = connection->changed || changed > 0;
    if (out_changed != NULL) {
        *out_changed = changed;
    }
    if (out_number != NULL) {
        *out_number = number;
    }
    return JALON_OK;
}

void jalon_db_sqlite_cursor_end(struct jalon_db_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    if (cursor->owner != NULL) {
        sqlite3_reset(cursor->statement);
        cursor->owner->busy = false;
    } else {
        sqlite3_finalize(cursor->statement);
    }
    jalon_memory_release(cursor);
}

/* The kept statement, or one more of it while another cursor walks that one. */
static enum jalon_status take_statement(struct jalon_context *ctx,
                                        struct jalon_sqlite_connection *connection, int query,
                                        struct cursor *cursor)
{
    struct jalon_sqlite_prepared *prepared;
    enum jalon_status status = find_prepared(ctx, connection, query, &prepared);
    if (status != JALON_OK) {
        return status;
    }
    assert(prepared->count == 1);
    if (!prepared->busy) {
        prepared->busy = true;
        cursor->owner = prepared;
        cursor->statement = prepared->parts[0];
        return JALON_OK;
    }
    struct jalon_sqlite_prepared own = {.count = 0};
    status = prepare_parts(ctx, connection, query, &own);
    cursor->statement = own.parts[0];
    return status;
}

enum jalon_status jalon_db_sqlite_query(struct jalon_context *ctx, struct jalon_db_connection *base,
                                        int query, const struct jalon_db_value *parameters,
                                        struct jalon_db_cursor **out)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    struct cursor *cursor = jalon_memory_allocate(sizeof *cursor);
    if (cursor == NULL) {
        return jalon_no_memory(ctx);
    }
    cursor->owner = NULL;
    cursor->statement = NULL;
    enum jalon_status status = take_statement(ctx, connection, query, cursor);
    if (status != JALON_OK) {
        jalon_memory_release(cursor);
        return status;
    }
    connection->times_used = JALON_SQLITE_TIMES_MAX; /* the cursor outlives them */
    int code = bind_all(connection, cursor->statement, used_parameters(cursor->statement),
                        parameters);
    if (code != SQLITE_OK) {
        jalon_db_sqlite_cursor_end(&cursor->base);
        return jalon_db_sqlite_fail(ctx, connection->handle, code, jalon_db_statements[query].name);
    }
    cursor->column_count = sqlite3_column_count(cursor->statement);
    assert(cursor->column_count <= COLUMNS_MAX);
    jalon_db_cursor_link(base, &cursor->base);
    *out = &cursor->base;
    return JALON_OK;
}

static void read_column(sqlite3_stmt *statement, int at, struct jalon_db_value *out)
{
    switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER: *out = jalon_db_integer(sqlite3_column_int64(statement, at)); break;
    case SQLITE_FLOAT: *out = jalon_db_double(sqlite3_column_double(statement, at)); break;
    case SQLITE_TEXT:
        out->kind = JALON_DB_TEXT;
        out->text.data = (const char *)sqlite3_column_text(statement, at);
        out->text.length = (size_t)sqlite3_column_bytes(statement, at);
        break;
    case SQLITE_BLOB:
        out->kind = JALON_DB_BLOB;
        out->text.data = sqlite3_column_blob(statement, at);
        out->text.length = (size_t)sqlite3_column_bytes(statement, at);
        break;
    default: out->kind = JALON_DB_NULL; break;
    }
    /* An empty blob, or no memory: both have no address. */
    if ((out->kind == JALON_DB_TEXT || out->kind == JALON_DB_BLOB) && out->text.data == NULL) {
        out->text = JALON_TEXT_EMPTY;
    }
}

enum jalon_status jalon_db_sqlite_step(struct jalon_context *ctx, struct jalon_db_cursor *base,
                                       const struct jalon_db_value **out_row)
{
    struct cursor *cursor = (struct cursor *)base;
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base->connection;
    int code = sqlite3_step(cursor->statement);
    if (code == SQLITE_DONE) {
        return JALON_NOT_FOUND;
    }
    if (code != SQLITE_ROW) {
        return jalon_db_sqlite_fail(ctx, connection->handle, code, sqlite3_sql(cursor->statement));
    }
    for (int i = 0; i < cursor->column_count; i++) {
        read_column(cursor->statement, i, &cursor->values[i]);
    }
    *out_row = cursor->values;
    return JALON_OK;
}

enum jalon_status jalon_db_sqlite_run_script(struct jalon_context *ctx,
                                             struct jalon_db_connection *base, const char *sql)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    while (*sql != '\0') {
        sqlite3_stmt *statement = NULL;
        const char *start = sql;
        bool refused = false;
        int code = sqlite3_prepare_v2(connection->handle, sql, -1, &statement, &sql);
        while (code == SQLITE_OK && statement != NULL && sqlite3_step(statement) == SQLITE_ROW) {
            refused = refused || (sqlite3_column_type(statement, 0) == SQLITE_INTEGER &&
                                  sqlite3_column_int(statement, 0) == 0);
        }
        if (code == SQLITE_OK && statement != NULL) {
            code = sqlite3_finalize(statement);
        }
        if (code == SQLITE_OK && refused) {
            code = SQLITE_ERROR;
        }
        if (code != SQLITE_OK) {
            char near[80];
            snprintf(near, sizeof near, "migration near \"%.60s\"", start);
            return jalon_db_sqlite_fail(ctx, connection->handle, code, near);
        }
    }
    return JALON_OK;
}
