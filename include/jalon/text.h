/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Strings as slices. Layer 0 (base).
 *
 * A text is borrowed unless said; `data` is never NULL and is NUL-terminated after `length` bytes
 * where the function that made it says so. Every text made from outside is valid UTF-8 before it
 * passes beyond the module that read it.
 */
#ifndef JALON_TEXT_H
#define JALON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jalon_arena;

struct jalon_text {
    const char *data;
    size_t length; /* bytes, without the NUL */
};

#define JALON_TEXT(literal) ((struct jalon_text){"" literal, sizeof(literal) - 1})
#define JALON_TEXT_EMPTY ((struct jalon_text){"", 0})
/* For printf: "%.*s", JALON_TEXT_ARGS(text) */
#define JALON_TEXT_ARGS(text) (int)(text).length, (text).data

/* Borrows a C string; NULL is the empty text. */
struct jalon_text jalon_text_from(const char *string);
struct jalon_text jalon_text_slice(const char *data, size_t length);

bool jalon_text_equal(struct jalon_text a, struct jalon_text b);
bool jalon_text_is(struct jalon_text a, const char *string);
/* ASCII letters compared without case; for header names, units, file extensions. */
bool jalon_text_equal_ascii_case(struct jalon_text a, struct jalon_text b);
/* Byte order, which for UTF-8 is code-point order: negative, 0 or positive. */
int jalon_text_compare(struct jalon_text a, struct jalon_text b);
bool jalon_text_starts_with(struct jalon_text a, const char *prefix);
bool jalon_text_ends_with(struct jalon_text a, const char *suffix);
/* Without ASCII white space (space, tab, CR, LF) at both ends; not NUL-terminated any more. */
struct jalon_text jalon_text_trim(struct jalon_text a);
/* Position of the byte, or a.length. */
size_t jalon_text_find(struct jalon_text a, char byte);

/* NUL-terminated copies in the arena; data is NULL when there is no memory. */
struct jalon_text jalon_text_copy(struct jalon_arena *arena, struct jalon_text a);
struct jalon_text jalon_text_format(struct jalon_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF). */
bool jalon_text_is_utf8(struct jalon_text a);
/* Number of code points of a well-formed text. */
size_t jalon_text_code_points(struct jalon_text a);
/*
 * Letter case and accents folded, so that "École" and "ecole" compare equal: lower case, Latin
 * diacritics dropped (U+00C0-U+024F and combining marks U+0300-U+036F), ligatures spelt out, other
 * code points kept. NUL-terminated, in the arena; data is NULL when there is no memory.
 */
struct jalon_text jalon_text_fold(struct jalon_arena *arena, struct jalon_text a);

/*
 * Numbers, independent of locale, the whole text and nothing else (no white space). False leaves
 * *out untouched. Doubles: optional sign, digits with an optional dot (".5" and "5." allowed),
 * optional exponent; the value must be finite.
 */
bool jalon_text_to_int64(struct jalon_text a, int64_t *out);
bool jalon_text_to_double(struct jalon_text a, double *out);

#endif
