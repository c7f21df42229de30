/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The name of an account that ends, in the words of others. Private to app. */
#ifndef JALON_APP_ERASE_MENTIONS_H
#define JALON_APP_ERASE_MENTIONS_H

#include "jalon/buffer.h"

#include "people.h"

/*
 * The text with `successor` in the place of each "@name", in any case of its letters, that is the whole name
 * of somebody; `is_json`: it is JSON, with escapes. False: there is none, and all is copied.
 */
bool jalon_mentions_replace(struct jalon_text text, struct jalon_text name,
                            struct jalon_text successor, bool is_json, struct jalon_buffer *out);
/*
 * Out of all that is said in a map (0: of the server) beside the contributions' own texts: "@erased-…"
 * stands there then (ANONYMISE) or a mark (REMOVE). May be done again.
 */
enum jalon_status jalon_mentions_erase(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_erased *erased,
                                       int64_t map) JALON_MUST_USE;

#endif
