/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The words by which files name choices, categories and statuses, folded once for a whole import.
 * Private to app.
 */
#ifndef JALON_APP_LEXICON_H
#define JALON_APP_LEXICON_H

#include "jalon/context.h"
#include "jalon/model.h"

/* Owners of words that are not a field's index. */
enum { LEXICON_CATEGORIES = -1, LEXICON_STATUSES = -2 };

struct lexicon_entry {
    int32_t owner;            /* a field's index, or one of the above */
    int32_t index;            /* of the choice, category or status */
    struct jalon_text folded; /* jalon_words_fold */
};

struct lexicon {
    const struct jalon_collection *collection;
    struct lexicon_entry *entries; /* by owner, then word, then index */
    size_t count;
};

/* All words of the collection, in ctx' arena; the map's description must live as long. */
enum jalon_status jalon_lexicon_make(struct jalon_context *ctx, const struct jalon_map *map,
                                     int32_t collection, struct lexicon *out) JALON_MUST_USE;
/*
 * What the owner means by the word, what folding drops aside: `*out_count` entries from the one
 * answered, in order of their index; none when *out_count is 0, also when there is no memory to
 * fold the word.
 */
const struct lexicon_entry *jalon_lexicon_find(struct jalon_context *ctx,
                                               const struct lexicon *lexicon, int32_t owner,
                                               struct jalon_text word, size_t *out_count);

/*
 * Letter case and accents folded (jalon_text_fold); hyphens, underscores and apostrophes are
 * spaces. In the arena; data is NULL when there is no memory.
 */
struct jalon_text jalon_words_fold(struct jalon_context *ctx, struct jalon_text text);
/* Are these the same words once folded? */
bool jalon_words_alike(struct jalon_context *ctx, struct jalon_text a, struct jalon_text b);

#endif
