/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How much alike two names are. Layer 1 (query). */
#include "jalon/similar.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "jalon/query.h"

enum { JOINED_MAX = JALON_SIMILAR_WORDS_MAX * JALON_SIMILAR_LETTERS_MAX };

/* Weights of words, and how alike two must be to be taken for the same one. */
#define ARTICLE_WEIGHT 0.05F
#define KIND_WEIGHT 0.25F
#define SHORT_WEIGHT 0.6F /* up to three letters */
#define WORD_ALIKE_LEAST 0.7
#define JOINED_ALIKE_LEAST 0.8
/* What a name is worth of which the other one has all distinctive words, and more. */
#define WITHIN_WORTH 0.86
#define WITHIN_WEIGHT_LEAST 1.0F

/* --- Names --- */

static bool is_article(struct jalon_text word)
{
    static const char *const articles[] = {"a",  "au", "aux", "d",  "de", "des", "du",
                                           "et", "l",  "la",  "le", "les", "of", "the"};
    for (size_t i = 0; i < sizeof articles / sizeof articles[0]; i++) {
        if (jalon_text_is(word, articles[i])) {
            return true;
        }
    }
    return false;
}

static int compare_words(const void *a, const void *b)
{
    return jalon_text_compare(*(const struct jalon_text *)a, *(const struct jalon_text *)b);
}

static bool is_kind(const struct jalon_similar_kinds *kinds, struct jalon_text word)
{
    return kinds->count > 0 && bsearch(&word, kinds->words, kinds->count, sizeof word,
                                       compare_words) != NULL;
}

static void read_letters(struct jalon_text word, struct jalon_similar_word *out)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)word.data;
    utf8proc_ssize_t left = (utf8proc_ssize_t)word.length;
    while (left > 0 && out->length < JALON_SIMILAR_LETTERS_MAX) {
        utf8proc_int32_t code;
        utf8proc_ssize_t size = utf8proc_iterate(at, left, &code);
        if (size <= 0) {
            break;
        }
        out->letters[out->length++] = (uint32_t)code;
        out->has_digit = out->has_digit || (code >= '0' && code <= '9');
        at += size;
        left -= size;
    }
}

void jalon_similar_read(struct jalon_text name, const struct jalon_similar_kinds *kinds,
                        struct jalon_similar_name *out)
{
    struct jalon_query_word_reader reader;
    struct jalon_text text;
    *out = (struct jalon_similar_name){.count = 0};
    jalon_query_words_begin(&reader, name);
    while (out->count < JALON_SIMILAR_WORDS_MAX && jalon_query_words_next(&reader, &text)) {
        struct jalon_similar_word *word = &out->words[out->count++];
        bool kind = is_kind(kinds, text);
        read_letters(text, word);
        word->weight = is_article(text)                     ? ARTICLE_WEIGHT
                       : kind                               ? KIND_WEIGHT
                       : word->length <= 3 && !word->has_digit ? SHORT_WEIGHT
                                                            : 1.0F;
        out->weight += word->weight;
        out->distinctive += word->weight > KIND_WEIGHT ? word->weight : 0;
    }
}

/* --- Alike --- */

/* The edit distance (optimal string alignment) of two strings of at most JOINED_MAX letters. */
static size_t edit_distance(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length)
{
    uint16_t rows[3][JOINED_MAX + 1];
    uint16_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        last[j] = (uint16_t)j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        now[0] = (uint16_t)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned best = last[j - 1] + (a[i - 1] != b[j - 1] ? 1U : 0U);
            unsigned without = (last[j] < now[j - 1] ? last[j] : now[j - 1]) + 1U;
            best = without < best ? without : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = before[j - 2] + 1U < best ? before[j - 2] + 1U : best;
            }
            now[j] = (uint16_t)best;
        }
        uint16_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b_length];
}

static double letters_alike(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length)
{
    size_t longer = a_length > b_length ? a_length : b_length;
    return longer == 0 ? 0
                       : 1 - (double)edit_distance(a, a_length, b, b_length) / (double)longer;
}

static double words_alike(const struct jalon_similar_word *a, const struct jalon_similar_word *b)
{
    bool same = a->length == b->length &&
                memcmp(a->letters, b->letters, a->length * sizeof a->letters[0]) == 0;
    if (same || a->has_digit || b->has_digit || a->length <= 3 || b->length <= 3) {
        return same ? 1 : 0;
    }
    double alike = letters_alike(a->letters, a->length, b->letters, b->length);
    return alike >= WORD_ALIKE_LEAST ? alike : 0;
}

/* What the words of both have in common. */
struct common {
    double weight;      /* of matched words, as alike as they are: at most that of either name */
    double distinctive; /* of those that are */
    bool numbers_differ; /* each has a number that the other one has not */
};

static bool has_number_left(const struct jalon_similar_name *name, const bool *taken)
{
    for (size_t i = 0; i < name->count; i++) {
        if (name->words[i].has_digit && !taken[i]) {
            return true;
        }
    }
    return false;
}

/* Matches the most alike words first, each once. */
static struct common find_common(const struct jalon_similar_name *a,
                                 const struct jalon_similar_name *b)
{
    struct common common = {.weight = 0};
    bool a_taken[JALON_SIMILAR_WORDS_MAX] = {false}, b_taken[JALON_SIMILAR_WORDS_MAX] = {false};
    double alike[JALON_SIMILAR_WORDS_MAX][JALON_SIMILAR_WORDS_MAX];
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            alike[i][j] = words_alike(&a->words[i], &b->words[j]);
        }
    }
    for (;;) {
        size_t best_i = 0, best_j = 0;
        double best = 0;
        for (size_t i = 0; i < a->count; i++) {
            for (size_t j = 0; j < b->count; j++) {
                if (!a_taken[i] && !b_taken[j] && alike[i][j] > best) {
                    best = alike[i][j];
                    best_i = i;
                    best_j = j;
                }
            }
        }
        if (best <= 0) {
            break;
        }
        a_taken[best_i] = b_taken[best_j] = true;
        float one = a->words[best_i].weight, other = b->words[best_j].weight;
        float weight = one < other ? one : other;
        common.weight += best * (double)weight;
        common.distinctive += weight > KIND_WEIGHT ? best * (double)weight : 0;
    }
    common.numbers_differ = has_number_left(a, a_taken) && has_number_left(b, b_taken);
    return common;
}

/* All letters of the words that are no articles. */
static size_t join(const struct jalon_similar_name *name, uint32_t out[JOINED_MAX])
{
    size_t length = 0;
    for (size_t i = 0; i < name->count; i++) {
        const struct jalon_similar_word *word = &name->words[i];
        if (word->weight > ARTICLE_WEIGHT) {
            memcpy(out + length, word->letters, word->length * sizeof word->letters[0]);
            length += word->length;
        }
    }
    return length;
}

static double joined_alike(const struct jalon_similar_name *a, const struct jalon_similar_name *b)
{
    uint32_t one[JOINED_MAX], other[JOINED_MAX];
    double alike = letters_alike(one, join(a, one), other, join(b, other));
    return alike >= JOINED_ALIKE_LEAST ? alike : 0;
}

double jalon_similar_compare(const struct jalon_similar_name *a, const struct jalon_similar_name *b)
{
    if (a->count == 0 || b->count == 0) {
        return 0;
    }
    struct common common = find_common(a, b);
    if (common.numbers_differ) {
        return 0;
    }
    double best = 2 * common.weight / (double)(a->weight + b->weight);
    float least = a->distinctive < b->distinctive ? a->distinctive : b->distinctive;
    if (least >= WITHIN_WEIGHT_LEAST) { /* "Tire Bouchon" in "Le Tire Bouchon de la Gare" */
        double within = WITHIN_WORTH * common.distinctive / (double)least;
        best = within > best ? within : best;
    }
    double joined = joined_alike(a, b);
    return joined > best ? joined : best;
}
