/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Words in several languages, from JSON files that were built into the program. Layer 1 (json).
 *
 * A language's file is read when it is first asked for, and kept as long as the program. May be asked
 * from any thread.
 */
#ifndef JALON_TRANSLATIONS_H
#define JALON_TRANSLATIONS_H

#include <pthread.h>

#include "jalon/embedded.h"
#include "jalon/json.h"

enum { JALON_LANGUAGES = 2 };

/* The files of one purpose; a static variable. */
struct jalon_translations {
    const struct jalon_embedded *files; /* "en" and "fr" */
    pthread_mutex_t lock;
    struct jalon_context *owner; /* of the trees; NULL: none was read yet */
    const struct jalon_json *trees[JALON_LANGUAGES];
};
#define JALON_TRANSLATIONS_OF(files) {files, PTHREAD_MUTEX_INITIALIZER, NULL, {NULL}}

/* The words in a language, of which French stands in for any that is not there. JALON_NO_MEMORY. */
enum jalon_status jalon_translations_read(struct jalon_context *ctx,
                                          struct jalon_translations *translations,
                                          struct jalon_text language,
                                          const struct jalon_json **out) JALON_MUST_USE;

#endif
