/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How spreadsheets and other programs write numbers, dates, yes and no. Private to app. */
#ifndef JALON_APP_LENIENT_H
#define JALON_APP_LENIENT_H

#include "jalon/context.h"
#include "jalon/model.h"

/* The functions answer false, and leave *out untouched, when it is no such thing. */

/* "1 234,5", also with no-break spaces between the thousands. A dot or one comma is decimal. */
bool jalon_lenient_number(struct jalon_text text, double *out);
/* oui, non, yes, no, vrai, faux, true, false, o, n, 1, 0. */
bool jalon_lenient_boolean(struct jalon_value value, bool *out);
/*
 * "2010-10-18", "2010/10/18", "20101018", "18/10/2010", "18-10-2010", "18.10.2010", "8/1/2010", and
 * each of them with a time of day behind it (the date as written counts). NUL-terminated.
 */
bool jalon_lenient_date(struct jalon_text text, char out[11]);
/* "www.example.org/page": an address as people write it, without its scheme. */
bool jalon_lenient_is_host(struct jalon_text text);
/* The next of the words that any of the signs divide, trimmed; *rest goes on behind it. */
bool jalon_lenient_next_word(struct jalon_text *rest, const char *signs, struct jalon_text *out);
/* Without a pair of quotes around it, which some programs write as part of a value. */
struct jalon_text jalon_lenient_unquote(struct jalon_text text);
/* A copy with plain spaces for no-break ones (U+00A0, U+202F), trimmed; NULL: no memory. */
struct jalon_text jalon_lenient_spaces(struct jalon_context *ctx, struct jalon_text text);

#endif
