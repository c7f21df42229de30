/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words that a contribution is found by, and whether a search finds it. Layer 2 (view). */
#include "words.h"

#include <string.h>

/* --- Words of a contribution --- */

struct visit {
    bool (*visit)(void *user, struct jalon_text word, bool is_first);
    void *user;
};

/* False: the visitor has seen enough. */
static bool visit_text(const struct visit *visit, struct jalon_text text)
{
    struct jalon_query_word_reader reader;
    struct jalon_text word;
    bool is_first = true;
    jalon_query_words_begin(&reader, text);
    while (jalon_query_words_next(&reader, &word)) {
        if (!visit->visit(visit->user, word, is_first)) {
            return false;
        }
        is_first = false;
    }
    return true;
}

static bool visit_choice(const struct visit *visit, const struct jalon_field *field,
                         struct jalon_text key)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        const struct jalon_choice *choice = &field->choices[i];
        if (jalon_text_equal(choice->key, key)) {
            return visit_text(visit, choice->label.fr) && visit_text(visit, choice->label.en);
        }
    }
    return true;
}

static bool visit_choices(const struct visit *visit, const struct jalon_field *field,
                          const struct jalon_value *value)
{
    bool goes_on = true;
    for (size_t i = 0; goes_on && i < value->list.count; i++) {
        goes_on = visit_choice(visit, field, value->list.items[i]);
    }
    return goes_on;
}

static bool visit_field(const struct visit *visit, const struct jalon_field *field,
                        const struct jalon_value *value)
{
    switch (field->type) {
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT:
        return value->kind != JALON_VALUE_TEXT || visit_text(visit, value->text);
    case JALON_FIELD_ENUM:
        return value->kind != JALON_VALUE_TEXT || visit_choice(visit, field, value->text);
    case JALON_FIELD_MULTI_ENUM:
        return value->kind != JALON_VALUE_LIST || visit_choices(visit, field, value);
    case JALON_FIELD_NUMBER:
    case JALON_FIELD_INTEGER:
    case JALON_FIELD_BOOLEAN:
    case JALON_FIELD_DATE:
    case JALON_FIELD_DATE_TIME:
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return true;
}

void jalon_view_words_visit(const struct jalon_collection *collection,
                            const struct jalon_contribution *contribution,
                            bool (*visit)(void *user, struct jalon_text word, bool is_first),
                            void *user)
{
    const struct visit state = {visit, user};
    bool goes_on = visit_text(&state, contribution->title) &&
                   visit_text(&state, contribution->description);
    for (size_t i = 0; goes_on && i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (field->visibility == JALON_VISIBILITY_PUBLIC) {
            goes_on = visit_field(&state, field, &contribution->fields[i]);
        }
    }
}

/* --- Searching --- */

/*
 * All words of all terms have a bit, in a row: one is set while the text's last words are those of
 * its term up to it (Shift-And: Baeza-Yates and Gonnet 1992, over words).
 */
struct finding {
    const struct jalon_query_search *search;
    uint32_t running;
    uint32_t missing; /* the last bits of terms not found yet */
};

_Static_assert(JALON_QUERY_SEARCH_WORDS_MAX <= 32, "a bit a word");

static bool is_wanted(const struct jalon_query_term *term, size_t at, struct jalon_text word)
{
    struct jalon_text wanted = term->words[at];
    return word.data[0] == wanted.data[0] &&
           (term->is_phrase ? word.length == wanted.length : word.length >= wanted.length) &&
           memcmp(word.data, wanted.data, wanted.length) == 0;
}

static bool find_in(void *user, struct jalon_text word, bool is_first)
{
    struct finding *finding = user;
    const struct jalon_query_search *search = finding->search;
    uint32_t before = is_first ? 0 : finding->running;
    uint32_t bit = 1, running = 0;
    for (size_t i = 0; i < search->count; i++) {
        for (size_t j = 0; j < search->terms[i].count; j++, bit <<= 1) {
            bool is_reached = j == 0 || (before & bit >> 1) != 0;
            running |= is_reached && is_wanted(&search->terms[i], j, word) ? bit : 0;
        }
    }
    finding->running = running;
    finding->missing &= ~running;
    return finding->missing != 0;
}

bool jalon_view_finds_words(const struct jalon_query_search *search,
                            const struct jalon_collection *collection,
                            const struct jalon_contribution *contribution)
{
    struct finding finding = {.search = search};
    size_t words = 0;
    for (size_t i = 0; i < search->count; i++) {
        words += search->terms[i].count;
        finding.missing |= UINT32_C(1) << (words - 1);
    }
    jalon_view_words_visit(collection, contribution, find_in, &finding);
    return finding.missing == 0;
}
