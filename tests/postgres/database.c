/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Databases for tests in C. */
#include "database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jalon/status.h"

/* The cluster's folder, without symbolic links: a socket's path is short. */
static void find_folder(char out[4096])
{
    const char *named = getenv("JALON_TEST_POSTGRES");
    if (named == NULL || realpath(named, out) == NULL) {
        fail_msg("no PostgreSQL: run this by ctest or by tests/postgres/cluster run");
    }
}

static int read_port(const char *folder)
{
    char path[4200];
    int port = 0;
    snprintf(path, sizeof path, "%s/port", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &port), 1);
    fclose(file);
    return port;
}

/* What the statement answers, or NULL; the caller clears it. */
static PGresult *ask(PGconn *connection, const char *statement)
{
    if (PQstatus(connection) != CONNECTION_OK) {
        fail_msg("%s", PQerrorMessage(connection));
    }
    PGresult *result = PQexec(connection, statement);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", statement, PQerrorMessage(connection));
    }
    return result;
}

/*
 * The same of a statement that needs a database for itself, which the server waits for 5 seconds: a
 * connection that was closed is gone when its process has seen it, which may take longer.
 */
static PGresult *ask_alone(PGconn *connection, const char *statement)
{
    static const char in_use[] = "55006";
    enum { TRIES_MAX = 12 };
    for (int i = 1; i < TRIES_MAX && PQstatus(connection) == CONNECTION_OK; i++) {
        PGresult *result = PQexec(connection, statement);
        const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        if (PQresultStatus(result) == PGRES_COMMAND_OK) {
            return result;
        }
        bool again = code != NULL && strcmp(code, in_use) == 0;
        PQclear(result);
        if (!again) {
            break;
        }
    }
    return ask(connection, statement);
}

/* As superuser, who makes and drops databases: a statement with the name in it for each %s. */
static void administer(const char *format, ...) JALON_PRINTF(1, 2);

static void administer(const char *format, ...)
{
    char folder[4096], url[4400], statement[512];
    va_list names;
    va_start(names, format);
    vsnprintf(statement, sizeof statement, format, names);
    va_end(names);
    find_folder(folder);
    snprintf(url, sizeof url,
             "postgresql://postgres@/postgres?host=%s&port=%d"
             "&options=-c%%20client_min_messages%%3Dwarning",
             folder, read_port(folder));
    PGconn *connection = PQconnectdb(url);
    PQclear(ask_alone(connection, statement));
    PQfinish(connection);
}

static void make_copy(const char *name, const char *template_name)
{
    administer("CREATE DATABASE %s OWNER jalon TEMPLATE %s STRATEGY file_copy", name,
               template_name);
}

static void name_of(const char *url, char out[64])
{
    const char *name = strstr(url, "@/");
    assert_non_null(name);
    name += 2;
    snprintf(out, 64, "%.*s", (int)strcspn(name, "?"), name);
}

void make_database(char out_url[256])
{
    static int count;
    char folder[4096], name[64];
    snprintf(name, sizeof name, "c%ld_%d", (long)getpid(), ++count);
    make_copy(name, "jalon_template");
    find_folder(folder);
    int length = snprintf(out_url, 256, "postgresql://jalon@/%s?host=%s&port=%d", name, folder,
                          read_port(folder));
    assert_true(length < 256);
}

void drop_database(const char *url)
{
    char name[64];
    name_of(url, name);
    administer("DROP DATABASE %s WITH (FORCE)", name);
    administer("DROP DATABASE IF EXISTS %s_saved", name);
}

void save_database(const char *url)
{
    char name[64], saved[80];
    name_of(url, name);
    snprintf(saved, sizeof saved, "%s_saved", name);
    make_copy(saved, name);
}

void restore_database(const char *url)
{
    char name[64], saved[80];
    name_of(url, name);
    snprintf(saved, sizeof saved, "%s_saved", name);
    administer("DROP DATABASE %s", name);
    make_copy(name, saved);
}

void run_in_database(const char *url, const char *statements)
{
    PGconn *connection = PQconnectdb(url);
    PQclear(ask(connection, statements));
    PQfinish(connection);
}

void settle_database(const char *url)
{
    run_in_database(url, "DO $$ BEGIN "
                         "WHILE EXISTS (SELECT 1 FROM pg_stat_activity"
                         "    WHERE datname = current_database() AND pid <> pg_backend_pid()"
                         "    AND backend_type = 'client backend') LOOP "
                         "    PERFORM pg_sleep(0.01);"
                         "    PERFORM pg_stat_clear_snapshot();"
                         "END LOOP; END $$");
}

bool database_holds(const char *url, const char *words)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *tables = ask(connection, "SELECT quote_ident(tablename) FROM pg_tables "
                                       "WHERE tableowner = current_user");
    bool found = false;
    assert_true(PQntuples(tables) > 0);
    for (int i = 0; i < PQntuples(tables) && !found; i++) {
        char statement[512];
        char *literal = PQescapeLiteral(connection, words, strlen(words));
        snprintf(statement, sizeof statement, "SELECT 1 FROM %s t WHERE strpos(t::text, %s) > 0",
                 PQgetvalue(tables, i, 0), literal);
        PGresult *rows = ask(connection, statement);
        found = PQntuples(rows) > 0;
        PQclear(rows);
        PQfreemem(literal);
    }
    PQclear(tables);
    PQfinish(connection);
    return found;
}
