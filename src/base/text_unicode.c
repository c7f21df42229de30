/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* UTF-8 well-formedness (RFC 3629) and folding of case and accents. Layer 0. */
#include <string.h>

#include "jalon/arena.h"
#include "jalon/text.h"

/* Length of the well-formed sequence at `at` (1-4), or 0; *out_code is its code point. */
static size_t decode(struct jalon_text a, size_t at, uint32_t *out_code)
{
    const unsigned char *s = (const unsigned char *)a.data + at;
    size_t left = a.length - at;
    if (s[0] < 0x80) {
        *out_code = s[0];
        return 1;
    }
    size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || left < length) {
        return 0;
    }
    uint32_t code = s[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (s[i] & 0x3fU);
    }
    bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
        return 0;
    }
    *out_code = code;
    return length;
}

bool jalon_text_is_utf8(struct jalon_text a)
{
    uint32_t code;
    for (size_t at = 0; at < a.length;) {
        size_t length = decode(a, at, &code);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

size_t jalon_text_code_points(struct jalon_text a)
{
    size_t count = 0;
    for (size_t i = 0; i < a.length; i++) {
        count += ((unsigned char)a.data[i] & 0xc0) != 0x80;
    }
    return count;
}

enum { FOLD_FIRST = 0xc0, FOLD_LAST = 0x24f };

/*
 * U+00C0 to U+024F without case and diacritics: canonical decomposition (Unicode 15) in lower case,
 * with ligatures and crossed letters spelt as French readers type them. Empty: kept as it is.
 */
static const char folds[FOLD_LAST - FOLD_FIRST + 1][4] = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e",
    "i", "i", "i", "i", "d", "n", "o", "o", "o", "o", "o", "",
    "o", "u", "u", "u", "u", "y", "th", "ss", "a", "a", "a", "a",
    "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
    "d", "n", "o", "o", "o", "o", "o", "", "o", "u", "u", "u",
    "u", "y", "th", "y", "a", "a", "a", "a", "a", "a", "c", "c",
    "c", "c", "c", "c", "c", "c", "d", "d", "d", "d", "e", "e",
    "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
    "g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i",
    "i", "i", "i", "i", "i", "i", "ij", "ij", "j", "j", "k", "k",
    "k", "l", "l", "l", "l", "l", "l", "l", "l", "l", "l", "n",
    "n", "n", "n", "n", "n", "n", "n", "n", "o", "o", "o", "o",
    "o", "o", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s",
    "s", "s", "s", "s", "s", "s", "t", "t", "t", "t", "t", "t",
    "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u", "u",
    "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s",
    "", "", "", "", "", "", "", "", "", "", "", "",
    "", "", "", "", "", "", "", "", "", "", "", "",
    "", "", "", "", "", "", "", "", "o", "o", "", "",
    "", "", "", "", "", "", "", "", "", "", "", "u",
    "u", "", "", "", "", "", "", "", "", "", "", "",
    "", "", "", "", "", "", "", "", "dz", "dz", "dz", "lj",
    "lj", "lj", "nj", "nj", "nj", "a", "a", "i", "i", "o", "o", "u",
    "u", "u", "u", "u", "u", "u", "u", "u", "u", "", "a", "a",
    "a", "a", "", "", "", "", "g", "g", "k", "k", "o", "o",
    "o", "o", "", "", "j", "dz", "dz", "dz", "g", "g", "", "",
    "n", "n", "a", "a", "", "", "", "", "a", "a", "a", "a",
    "e", "e", "e", "e", "i", "i", "i", "i", "o", "o", "o", "o",
    "r", "r", "r", "r", "u", "u", "u", "u", "s", "s", "t", "t",
    "", "", "h", "h", "", "", "", "", "", "", "a", "a",
    "e", "e", "o", "o", "o", "o", "o", "o", "o", "o", "y", "y",
    "", "", "", "", "", "", "", "", "", "", "", "",
    "", "", "", "", "", "", "", "", "", "", "", "",
    "", "", "", "",
};

struct jalon_text jalon_text_fold(struct jalon_arena *arena, struct jalon_text a)
{
    /* No fold is longer than the sequence it replaces: two bytes give at most two letters. */
    char *out = jalon_arena_allocate(arena, a.length + 1);
    if (out == NULL) {
        return (struct jalon_text){NULL, 0};
    }
    size_t written = 0;
    for (size_t at = 0; at < a.length;) {
        uint32_t code;
        size_t length = decode(a, at, &code);
        if (length == 0) {
            code = 0xfffd;
            length = 1;
        }
        if (code < 0x80) {
            char c = a.data[at];
            out[written++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        } else if (code >= FOLD_FIRST && code <= FOLD_LAST && folds[code - FOLD_FIRST][0] != '\0') {
            size_t fold_length = strlen(folds[code - FOLD_FIRST]);
            memcpy(out + written, folds[code - FOLD_FIRST], fold_length);
            written += fold_length;
        } else if (code < 0x300 || code > 0x36f) {
            memcpy(out + written, a.data + at, length);
            written += length;
        }
        at += length;
    }
    out[written] = '\0';
    return (struct jalon_text){out, written};
}
