/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The words that a contribution is found by. Layer 2 (view), private.
 *
 * One definition for whoever looks at them: a search row by row, and an index.
 */
#ifndef JALON_VIEW_WORDS_H
#define JALON_VIEW_WORDS_H

#include "jalon/model.h"
#include "jalon/query.h"

/*
 * Visits the folded words (jalon/query.h) of title, description, and the public fields of type
 * string, text, enum and multi-enum in their order: of the last two, those of the labels in French,
 * then in English. The same word comes as often as it is there. `is_first`: it begins another text;
 * phrases do not go across. Stops when the visitor answers false.
 */
void jalon_view_words_visit(const struct jalon_collection *collection,
                            const struct jalon_contribution *contribution,
                            bool (*visit)(void *user, struct jalon_text word, bool is_first),
                            void *user);

/* Is every term of the search in it? Defined by what jalon_view_words_visit visits. */
bool jalon_view_finds_words(const struct jalon_query_search *search,
                            const struct jalon_collection *collection,
                            const struct jalon_contribution *contribution);

#endif
