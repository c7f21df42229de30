/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words that are to be removed wherever they stand in what a contribution says. Private to app. */
#ifndef JALON_APP_REDACT_WORDS_H
#define JALON_APP_REDACT_WORDS_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/model.h"

/* What stands in their place. */
#define JALON_REDACTION_MARK "[…]"

struct redact_words {
    struct jalon_text text;                    /* as it is written, letter by letter */
    const struct jalon_collection *collection; /* as whoever redacts sees it */
};

bool jalon_redact_has_words(const struct redact_words *words, struct jalon_text in);
/*
 * The changes (as in struct jalon_revision) without these words: of what people write in words the mark
 * stands there, of a value that would be none with it (an address, a telephone number, opening hours)
 * nothing does; either change says "redacted". Fields that are not shown stay as they are. *out_count:
 * how many; none: *out is not set.
 */
enum jalon_status jalon_redact_words_changes(struct jalon_context *ctx,
                                             const struct redact_words *words,
                                             struct jalon_text changes, struct jalon_text *out,
                                             size_t *out_count) JALON_MUST_USE;
/*
 * The same of the contribution as it is, whose arrays are its own; appends to `changes`, a JSON array
 * that is begun, what was changed. *out_count: how many fields.
 */
enum jalon_status jalon_redact_words_present(struct jalon_context *ctx, const struct jalon_map *map,
                                             const struct redact_words *words,
                                             struct jalon_contribution *contribution,
                                             struct jalon_buffer *changes,
                                             size_t *out_count) JALON_MUST_USE;

#endif
