/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Searches for words, by columns. Layer 2 (view).
 *
 * Every word is looked for in the folded texts of a block. A row without one of them is not found;
 * one in which each stands at the start of a word of a text is, unless words have to follow each
 * other; of the others jalon_view_passes tells.
 */
#include <string.h>

#include "plan.h"
#include "words.h"

enum { WORDS = JALON_VIEW_BLOCK_WORDS };

/* A word, or where ligatures might be written its longest part without "oe" and "ae". */
struct wanted {
    struct jalon_text text;
    bool is_alone; /* no other has to stand beside it */
    bool is_whole; /* and it is all of the word */
};

struct finding {
    struct jalon_view_work *work;
    struct jalon_view_plan *plan;
    struct wanted words[JALON_QUERY_SEARCH_WORDS_MAX];
    size_t word_count;
    /* By word: rows that may have it, rows that do. */
    uint64_t may[JALON_QUERY_SEARCH_WORDS_MAX][WORDS];
    uint64_t has[JALON_QUERY_SEARCH_WORDS_MAX][WORDS];
};

/* --- What is looked for --- */

static bool is_ligature(struct jalon_text word, size_t at)
{
    return at + 1 < word.length && word.data[at + 1] == 'e' &&
           (word.data[at] == 'o' || word.data[at] == 'a');
}

static struct wanted take_word(struct jalon_text word, bool is_phrase)
{
    struct jalon_text best = {word.data, 0};
    size_t start = 0;
    for (size_t i = 0; i <= word.length; i++) {
        if (i < word.length && !is_ligature(word, i)) {
            continue;
        }
        if (i - start > best.length) {
            best = (struct jalon_text){word.data + start, i - start};
        }
        start = i + 2;
        i++;
    }
    return (struct wanted){best, !is_phrase, !is_phrase && best.length == word.length};
}

static void take_words(struct finding *finding, const struct jalon_query_search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        for (size_t j = 0; j < search->terms[i].count; j++) {
            finding->words[finding->word_count++] =
                take_word(search->terms[i].words[j], search->terms[i].is_phrase);
        }
    }
}

/* --- Where it is looked for --- */

static void set(uint64_t bits[WORDS], uint32_t at)
{
    bits[at / 64] |= UINT64_C(1) << at % 64;
}

/* Is what comes before this place no part of a word, as far as ASCII goes? */
static bool starts_word(const char *bytes, size_t start, size_t at)
{
    unsigned char c = at > start ? (unsigned char)bytes[at - 1] : ' ';
    return c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
           !(c >= 'A' && c <= 'Z');
}

static void find_word(struct finding *finding, const struct jalon_view_texts *texts, size_t which)
{
    const struct wanted *word = &finding->words[which];
    uint32_t row = 0, count = finding->work->count;
    size_t at = texts->starts[0], end = texts->starts[count];
    struct jalon_view_seek seek;
    if (word->text.length == 0) { /* nothing to look for */
        memset(finding->may[which], 0xff, sizeof finding->may[which]);
        return;
    }
    jalon_view_seek_begin(&seek, texts->bytes, end, at, word->text);
    while ((at = jalon_view_seek_next(&seek, at)) < end) {
        while (texts->starts[row + 1] <= at) {
            row++;
        }
        bool is_within = at + word->text.length <= texts->starts[row + 1];
        bool is_start =
            is_within && word->is_whole && starts_word(texts->bytes, texts->starts[row], at);
        if (is_within) {
            set(finding->may[which], row);
        }
        if (is_start) {
            set(finding->has[which], row);
        }
        at = is_start ? texts->starts[row + 1] : at + 1;
    }
}

/* CASEI and ACCENTI of a property. */
struct folded_node {
    struct jalon_view_node property, casei, accenti;
    struct jalon_view_node *of_casei[1], *of_accenti[1];
};

static void fold_property(const struct jalon_view_queryable *queryable, struct folded_node *out)
{
    *out = (struct folded_node){
        .property = {.kind = JALON_VIEW_NODE_PROPERTY,
                     .type = JALON_VIEW_TEXT,
                     .queryable = *queryable},
        .casei = {.kind = JALON_VIEW_NODE_CALL, .type = JALON_VIEW_TEXT, .op = JALON_CQL2_CASEI},
        .accenti = {.kind = JALON_VIEW_NODE_CALL,
                    .type = JALON_VIEW_TEXT,
                    .op = JALON_CQL2_ACCENTI},
        .of_casei = {&out->property},
        .of_accenti = {&out->casei},
    };
    out->casei.operands = out->of_casei;
    out->accenti.operands = out->of_accenti;
}

/* Any row may have any word there. */
static void give_up(struct finding *finding)
{
    memset(finding->may, 0xff, sizeof finding->may);
}

enum { ASKED = 1 << 16 }; /* beside a bit for each word */
_Static_assert(JALON_QUERY_SEARCH_WORDS_MAX <= 16, "a bit a word");

/* Which words the value of this row has; of choices, their labels. */
static uint32_t ask_value(struct finding *finding, const struct jalon_view_queryable *queryable,
                          uint32_t row, struct jalon_value *fields)
{
    struct jalon_view_run *run = &finding->work->run;
    const struct jalon_collection *collection = &run->map->collections[run->collection];
    const struct jalon_query_search *search = finding->plan->query->search;
    const struct jalon_view_entry *entry = jalon_view_record_read(
        jalon_view_segment_record(run->segment, row), run->map, run->collection, run->scratch);
    run->read = NULL; /* the scratch has another one now */
    struct jalon_contribution one = {
        .title = JALON_TEXT_EMPTY, .description = JALON_TEXT_EMPTY, .fields = fields};
    if (queryable->field >= 0) {
        fields[queryable->field] = entry->contribution.fields[queryable->field];
    } else if (queryable->number == JALON_VIEW_PROPERTY_TITLE) {
        one.title = entry->contribution.title;
    } else {
        one.description = entry->contribution.description;
    }
    uint32_t found = ASKED, bit = 1;
    for (size_t i = 0; i < search->count; i++) {
        for (size_t j = 0; j < search->terms[i].count; j++, bit <<= 1) {
            struct jalon_query_term term = {.words = &search->terms[i].words[j], .count = 1};
            struct jalon_query_search alone = {&term, 1};
            found |= jalon_view_finds_words(&alone, collection, &one) ? bit : 0;
        }
    }
    if (queryable->field >= 0) {
        fields[queryable->field] = (struct jalon_value){.kind = JALON_VALUE_NONE};
    }
    return found;
}

/* The tables of a column's codes; false: no memory. */
static bool make_tables(struct finding *finding, size_t column_count, size_t number,
                        uint32_t code_count)
{
    struct jalon_view_plan *plan = finding->plan;
    struct jalon_view_run *run = &finding->work->run;
    struct jalon_arena *arena = finding->work->arena;
    if (plan->words_of == NULL) {
        plan->words_of = jalon_arena_allocate_zeroed(arena, column_count, sizeof *plan->words_of);
        plan->no_fields = jalon_arena_allocate_zeroed(
            arena, run->map->collections[run->collection].field_count, sizeof *plan->no_fields);
    }
    if (plan->words_of != NULL && plan->words_of[number] == NULL) {
        plan->words_of[number] =
            jalon_arena_allocate_zeroed(arena, code_count, sizeof **plan->words_of);
    }
    if (plan->words_of == NULL || plan->no_fields == NULL || plan->words_of[number] == NULL) {
        finding->work->failed = true;
        return false;
    }
    return true;
}

/* What has codes is asked once for each of them. */
static void find_in_codes(struct finding *finding, const struct jalon_view_queryable *queryable)
{
    const struct jalon_view_columns *columns = &finding->work->run.segment->columns;
    const struct jalon_view_column *column = &columns->items[queryable->number];
    if (column->kind != JALON_VIEW_COLUMN_CODES) {
        give_up(finding);
        return;
    }
    if (!make_tables(finding, columns->count, queryable->number, column->code_count)) {
        return;
    }
    for (uint32_t i = 0; i < finding->work->count; i++) {
        uint16_t code = column->codes[finding->work->first + i];
        uint32_t *found = &finding->plan->words_of[queryable->number][code];
        if (*found == 0) {
            *found = ask_value(finding, queryable, column->samples[code], finding->plan->no_fields);
        }
        for (size_t j = 0; *found != ASKED && j < finding->word_count; j++) {
            if ((*found >> j & 1) != 0) {
                set(finding->words[j].is_alone ? finding->has[j] : finding->may[j], i);
            }
        }
    }
}

static void find_in_texts(struct finding *finding, const struct jalon_view_queryable *queryable)
{
    struct folded_node node;
    struct jalon_view_texts texts;
    if (finding->work->run.segment->columns.items[queryable->number].kind ==
        JALON_VIEW_COLUMN_CODES) {
        find_in_codes(finding, queryable);
        return;
    }
    fold_property(queryable, &node);
    if (!jalon_view_texts_can(finding->work, &node.accenti)) {
        give_up(finding);
        return;
    }
    if (jalon_view_texts_read(finding->work, &node.accenti, 0, &texts)) {
        for (size_t i = 0; i < finding->word_count; i++) {
            find_word(finding, &texts, i);
        }
    }
}

static void find_in_field(struct finding *finding, const struct jalon_collection *collection,
                          const struct jalon_view_queryable *queryable)
{
    switch (collection->fields[queryable->field].type) {
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT: find_in_texts(finding, queryable); break;
    case JALON_FIELD_ENUM:
    case JALON_FIELD_MULTI_ENUM: find_in_codes(finding, queryable); break;
    default: break;
    }
}

static void find_everywhere(struct finding *finding)
{
    const struct jalon_view_run *run = &finding->work->run;
    const struct jalon_collection *collection = &run->map->collections[run->collection];
    struct jalon_view_queryable queryable;
    for (size_t i = 0; jalon_view_queryable_at(collection, i, &queryable); i++) {
        if (queryable.field >= 0) {
            find_in_field(finding, collection, &queryable);
        } else if (i == JALON_VIEW_PROPERTY_TITLE || i == JALON_VIEW_PROPERTY_DESCRIPTION) {
            find_in_texts(finding, &queryable);
        }
    }
}

void jalon_view_words_ask(struct jalon_view_work *work, struct jalon_view_plan *plan,
                          const uint64_t wanted[WORDS], uint64_t out_left[WORDS],
                          struct jalon_view_verdict *out)
{
    struct finding finding = {.work = work, .plan = plan};
    take_words(&finding, plan->query->search);
    find_everywhere(&finding);
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t may = wanted[i], has = wanted[i];
        for (size_t j = 0; j < finding.word_count; j++) {
            may &= finding.may[j][i] | finding.has[j][i];
            has &= finding.has[j][i];
        }
        out->yes[i] = has;
        out_left[i] = may & ~has;
    }
}
