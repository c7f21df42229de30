/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where the database of a test in C is, on the engine that JALON_TEST_ENGINE names (sqlite when
   unset). Tests themselves do not know which it is. */
#ifndef ENGINES_LOCATION_H
#define ENGINES_LOCATION_H

#include <stdbool.h>

/* A database that nobody has used and that holds nothing yet; removed by forget_location. */
void make_location(char out[256]);
/* Also removes what of the engine's is left there. */
void forget_location(const char *location);
/* A place beside that one where no database can be. */
void make_missing_location(const char *location, char out[300]);

/* Keeps the database as it is now, once; nobody may have it open. */
void save_location(const char *location);
/* Brings it back as it was kept; nobody may have it open. */
void restore_location(const char *location);
/* Waits for the end of what a killed process had begun there; nobody may have it open. */
void settle_location(const char *location);
/* Are these bytes somewhere in what the engine stores there, as text? */
bool location_holds(const char *location, const char *words);

/* An empty folder for files that are no engine's; its removal takes a jalon.sqlite in it along. */
void make_folder(char out[256]);
void forget_folder(const char *folder);

#endif
