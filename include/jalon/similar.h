/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How much alike two names are. Layer 1 (query).
 *
 * As people write them: accents, case, the order of words and little slips do not count, nor do
 * articles; words that say what kind of thing it is count little.
 *
 * Words are matched one to one by their edit distance (optimal string alignment: a letter too many,
 * too few, other, or two exchanged), and what is matched is weighed against all words of both
 * (Dice's coefficient). Names that are the same but for the spaces in them are alike as well.
 */
#ifndef JALON_SIMILAR_H
#define JALON_SIMILAR_H

#include <stdbool.h>
#include <stdint.h>

#include "jalon/text.h"

enum {
    JALON_SIMILAR_WORDS_MAX = 12,  /* of a name; those behind are not looked at */
    JALON_SIMILAR_LETTERS_MAX = 24 /* of a word */
};

/* A name taken apart; a plain value. */
struct jalon_similar_name {
    struct jalon_similar_word {
        uint32_t letters[JALON_SIMILAR_LETTERS_MAX];
        uint8_t length;
        bool has_digit; /* then it is the same only when it is exactly the same */
        float weight;
    } words[JALON_SIMILAR_WORDS_MAX];
    size_t count;
    float weight;      /* of all words */
    float distinctive; /* of those that do not say what kind of thing it is */
};

/* Words that only say what kind of thing something is, folded (jalon_query_words_next), ascending. */
struct jalon_similar_kinds {
    const struct jalon_text *words;
    size_t count;
};

/* `name` is UTF-8. */
void jalon_similar_read(struct jalon_text name, const struct jalon_similar_kinds *kinds,
                        struct jalon_similar_name *out);
/* 0: nothing alike, to 1: the same. Symmetric. 0 when one of them has no words. */
double jalon_similar_compare(const struct jalon_similar_name *a,
                             const struct jalon_similar_name *b);

#endif
