/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One argon2id hash, by the library that secret.c sees. Private to app.
 */
#ifndef JALON_APP_PASSWORD_HASH_H
#define JALON_APP_PASSWORD_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "jalon/text.h"

enum { JALON_PASSWORD_HASH_SIZE = 128 };

/* With its parameters and a salt of its own, NUL-terminated. False: there are no `memory` bytes. */
bool jalon_password_hash_make(struct jalon_text password, size_t memory,
                              char out[JALON_PASSWORD_HASH_SIZE]);
/* Also false when it is no hash, or there is no memory. */
bool jalon_password_hash_is_of(const char *hash, struct jalon_text password);
/* Would it be made with other parameters now? */
bool jalon_password_hash_is_old(const char *hash, size_t memory);

#endif
