/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a source has brought before: by the key of each row, what it said. Private to app.
 *
 * Read once, then kept up with what others write; so that a row of a file needs no statement of its
 * own to be told new, unchanged or repeated. Keys and digests are hashes of 64 bits under a key that
 * nobody can know: that any two of a million keys are taken for one happens in one import of thirty
 * million. It takes 21 to 43 bytes a row.
 */
#ifndef JALON_APP_IMPORT_KNOWN_H
#define JALON_APP_IMPORT_KNOWN_H

#include "jalon/context.h"
#include "jalon/hash.h"

struct known_row {
    uint64_t key;  /* of the source, hashed; 0: free */
    uint64_t said; /* its digest, hashed; the lowest bit: the file has it */
};

/* Zeroed but for the key, it knows none. */
struct known_rows {
    uint8_t key[JALON_HASH_KEY_SIZE];
    struct known_row *slots;
    size_t count, seen;
    size_t capacity; /* 0 or a power of two */
};

void jalon_known_release(struct known_rows *known);
/* NULL when the source has brought no such row; valid until the next one is put. */
struct known_row *jalon_known_find(const struct known_rows *known, struct jalon_text source_id);
/* Remembers a row, or what it says now. */
enum jalon_status jalon_known_put(struct jalon_context *ctx, struct known_rows *known,
                                  struct jalon_text source_id, struct jalon_text digest,
                                  struct known_row **out) JALON_MUST_USE;
bool jalon_known_says(const struct known_rows *known, const struct known_row *row,
                      struct jalon_text digest);
/* The file has it. */
void jalon_known_see(struct known_rows *known, struct known_row *row);
bool jalon_known_is_seen(const struct known_row *row);

#endif
