/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Databases for tests in C, on the cluster of this run of ctest (tests/postgres/cluster). */
#ifndef POSTGRES_DATABASE_H
#define POSTGRES_DATABASE_H

#include <stdbool.h>

/* Makes a database that has PostGIS and nothing else, and answers its URL. Fails the test of cmocka
   when there is no cluster: by hand, `tests/postgres/cluster run PROGRAM` gives it one. */
void make_database(char out_url[256]);

/* Removes the database of that URL; whoever uses it loses the connection. */
void drop_database(const char *url);

/* Keeps a copy of the database, which drop_database removes too; and makes the database that copy
   again. Nobody may be connected. */
void save_database(const char *url);
void restore_database(const char *url);

/* Runs statements in the database of that URL, as its owner. */
void run_in_database(const char *url, const char *statements);

/* Waits until the server has nobody else in it: the last thing that a connection does, also one whose
   client is gone, it does for a moment longer, and tells what it counted when it ends. */
void settle_database(const char *url);

/* Are these words in any row of any table of the database, written as text? */
bool database_holds(const char *url, const char *words);

#endif
