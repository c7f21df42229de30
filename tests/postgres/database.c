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

static void run(const char *url, const char *statements)
{
    PGconn *connection = PQconnectdb(url);
    if (PQstatus(connection) != CONNECTION_OK) {
        fail_msg("%s", PQerrorMessage(connection));
    }
    PGresult *result = PQexec(connection, statements);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", statements, PQerrorMessage(connection));
    }
    PQclear(result);
    PQfinish(connection);
}

/* As superuser, who makes and drops databases. */
static void administer(const char *statement)
{
    char folder[4096], url[4400];
    find_folder(folder);
    snprintf(url, sizeof url,
             "postgresql://postgres@/postgres?host=%s&port=%d"
             "&options=-c%%20client_min_messages%%3Dwarning",
             folder, read_port(folder));
    run(url, statement);
}

void make_database(char out_url[256])
{
    static int count;
    char folder[4096], name[64], statement[256];
    snprintf(name, sizeof name, "c%ld_%d", (long)getpid(), ++count);
    snprintf(statement, sizeof statement,
             "CREATE DATABASE %s OWNER jalon TEMPLATE jalon_template STRATEGY file_copy", name);
    administer(statement);
    find_folder(folder);
    int length = snprintf(out_url, 256, "postgresql://jalon@/%s?host=%s&port=%d", name, folder,
                          read_port(folder));
    assert_true(length < 256);
}

void drop_database(const char *url)
{
    char statement[256];
    const char *name = strstr(url, "@/");
    assert_non_null(name);
    name += 2;
    snprintf(statement, sizeof statement, "DROP DATABASE %.*s WITH (FORCE)",
             (int)strcspn(name, "?"), name);
    administer(statement);
}

void run_in_database(const char *url, const char *statements)
{
    run(url, statements);
}
