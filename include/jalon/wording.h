/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is said in English, in another language. Layer 0 (base).
 *
 * As gettext does it, whose translations would need a locale of the machine: the English text in the
 * code is the key, so that the code can be read, and what has no translation is said in English.
 * Where the translations are: jalon/reasons.h.
 */
#ifndef JALON_WORDING_H
#define JALON_WORDING_H

#include <stddef.h>

#include "jalon/status.h"
#include "jalon/text.h"

struct jalon_wording_row {
    const char *english;
    const char *said; /* with the same conversions of printf in the same order */
};

struct jalon_wording {
    struct jalon_text language;           /* "fr" */
    const struct jalon_wording_row *rows; /* sorted by `english`, byte by byte; each once */
    size_t count;
};

/*
 * What is said for an English text or printf format; the text itself when there is no wording (NULL)
 * or nothing in it. Takes no memory.
 */
const char *jalon_wording_find(const struct jalon_wording *wording, const char *english)
    JALON_FORMAT_ARGUMENT(2);

/* Marks words in a table or a variable that jalon_say is given elsewhere: for tests/lint/reasons. */
#define JALON_WORDS(text) text

#endif
