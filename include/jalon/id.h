/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Identifiers: UUID version 7 (RFC 9562, section 5.7). Layer 0 (base).
 */
#ifndef JALON_ID_H
#define JALON_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jalon/text.h"

#define JALON_ID_TEXT_SIZE 37 /* 36 characters and the NUL */

struct jalon_id {
    uint8_t bytes[16];
};

/*
 * A new id. Within one process ids strictly increase, also when the clock goes back: the 12 bits
 * after the milliseconds are a counter (RFC 9562, section 6.2, method 1). Thread-safe.
 */
struct jalon_id jalon_id_make(void);
/* Lower case with hyphens. */
void jalon_id_format(struct jalon_id id, char out[JALON_ID_TEXT_SIZE]);
/* Any UUID in the 36-character form, either case. False leaves *out untouched. */
bool jalon_id_parse(struct jalon_text text, struct jalon_id *out);
/* Is it of version 7, of the variant of RFC 9562? */
bool jalon_id_is_version_7(struct jalon_id id);
int jalon_id_compare(struct jalon_id a, struct jalon_id b);

/* Fills `size` bytes from the system's cryptographic source; aborts when there is none. */
void jalon_random_bytes(void *out, size_t size);

#endif
