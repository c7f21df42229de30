/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Named statements as PostgreSQL takes them: one at a time, parameters numbered without gap.
 * Layer 1.
 *
 * A block of several is cut at its semicolons when a connection first uses it. What types its
 * parameters have is asked of the server.
 */
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/postgres.h"
#include "jalon/memory.h"

/* Where a statement ends: behind its last character, at the semicolon or the NUL. */
static const char *find_end(const char *sql)
{
    char quote = '\0';
    for (; *sql != '\0' && (quote != '\0' || *sql != ';'); sql++) {
        if (quote != '\0') {
            quote = *sql == quote ? '\0' : quote;
        } else if (*sql == '\'' || *sql == '"') {
            quote = *sql;
        }
    }
    return sql;
}

/* The place of the block's parameter `from` among those of the part, from 1. */
static size_t number_of(struct jalon_postgres_part *part, size_t from)
{
    for (size_t i = 0; i < part->count; i++) {
        if (part->from[i] == from) {
            return i + 1;
        }
    }
    assert(part->count < JALON_POSTGRES_PARAMETERS_MAX);
    part->from[part->count++] = (uint8_t)from;
    return part->count;
}

/* Copies the text from `sql` to `end` with numbers of its own. */
static void renumber(struct jalon_postgres_part *part, size_t room, const char *sql,
                     const char *end)
{
    char *out = part->sql, *limit = out + room;
    char quote = '\0';
    while (sql < end) {
        if (quote != '\0') {
            quote = *sql == quote ? '\0' : quote;
        } else if (*sql == '\'' || *sql == '"') {
            quote = *sql;
        } else if (*sql == '$' && isdigit((unsigned char)sql[1])) {
            char *behind;
            long from = strtol(sql + 1, &behind, 10);
            assert(from >= 1 && from <= JALON_POSTGRES_PARAMETERS_MAX);
            out += snprintf(out, (size_t)(limit - out), "$%zu", number_of(part, (size_t)from - 1));
            sql = behind;
            continue;
        }
        *out++ = *sql++;
    }
    *out = '\0';
}

static enum jalon_status cut_part(struct jalon_context *ctx, const char *sql, const char *end,
                                  struct jalon_postgres_part *part)
{
    /* Numbers are given in the order of appearance: $10 may stand where $2 stood. */
    size_t room = 2 * (size_t)(end - sql) + 1;
    part->sql = jalon_memory_allocate(room);
    if (part->sql == NULL) {
        return jalon_no_memory(ctx);
    }
    renumber(part, room, sql, end);
    part->is_guarded =
        (strncmp(part->sql, "INSERT", 6) == 0 || strncmp(part->sql, "UPDATE", 6) == 0) &&
        strstr(part->sql, "ON CONFLICT") == NULL;
    return JALON_OK;
}

static enum jalon_status cut(struct jalon_context *ctx, int query,
                             struct jalon_postgres_prepared *out)
{
    const char *sql = jalon_db_statements[query].sql[JALON_DB_POSTGRES];
    enum jalon_status status = JALON_OK;
    while (status == JALON_OK) {
        while (isspace((unsigned char)*sql) || *sql == ';') {
            sql++;
        }
        if (*sql == '\0') {
            break;
        }
        const char *end = find_end(sql);
        assert(out->count < JALON_POSTGRES_PARTS_MAX);
        struct jalon_postgres_part *part = &out->parts[out->count++];
        snprintf(part->name, sizeof part->name, "q%d_%zu", query, out->count);
        status = cut_part(ctx, sql, end, part);
        sql = end;
    }
    return status;
}

/* Has the server understand a part, and say what its parameters are. */
static enum jalon_status describe(struct jalon_context *ctx,
                                  struct jalon_postgres_connection *connection,
                                  struct jalon_postgres_part *part, const char *name)
{
    PGresult *described = NULL;
    enum jalon_status status = jalon_postgres_describe(ctx, connection, part, name, &described);
    if (status != JALON_OK) {
        return status;
    }
    assert(PQnparams(described) == (int)part->count);
    for (size_t i = 0; i < part->count; i++) {
        part->types[i] = PQparamtype(described, (int)i);
    }
    PQclear(described);
    return JALON_OK;
}

static void forget(struct jalon_postgres_prepared *prepared)
{
    for (size_t i = 0; i < prepared->count; i++) {
        jalon_memory_release(prepared->parts[i].sql);
    }
    *prepared = (struct jalon_postgres_prepared){.count = 0};
}

enum jalon_status jalon_postgres_find_prepared(struct jalon_context *ctx,
                                               struct jalon_postgres_connection *connection,
                                               int query, struct jalon_postgres_prepared **out)
{
    struct jalon_postgres_prepared *prepared = &connection->prepared[query];
    enum jalon_status status = jalon_postgres_absorb(ctx, connection);
    if (status == JALON_OK && !prepared->is_ready) {
        status = cut(ctx, query, prepared);
        for (size_t i = 0; i < prepared->count && status == JALON_OK; i++) {
            status = describe(ctx, connection, &prepared->parts[i],
                              jalon_db_statements[query].name);
        }
        if (status != JALON_OK) {
            forget(prepared);
            return status;
        }
        prepared->is_ready = true;
    }
    if (status == JALON_OK) {
        *out = prepared;
    }
    return status;
}

void jalon_postgres_forget_prepared(struct jalon_postgres_connection *connection)
{
    for (size_t i = 0; connection->prepared != NULL && i < jalon_db_statement_count; i++) {
        forget(&connection->prepared[i]);
    }
}
