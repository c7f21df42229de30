/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words of texts, and what a search asks for. Layer 1 (query). */
#include "jalon/query.h"

#include <string.h>

#include <utf8proc.h>

/* --- Words of a text --- */

static bool is_word_code(int32_t code)
{
    if (code < 0x80) {
        return (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ||
               (code >= 'A' && code <= 'Z');
    }
    utf8proc_category_t category = utf8proc_category(code);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

/* Adds a code point whole, or nothing and nothing more. */
static size_t put(char *word, size_t length, int32_t code)
{
    unsigned char bytes[4];
    size_t size = 1;
    if (code < 0x80) {
        bytes[0] = (unsigned char)code;
    } else {
        size = (size_t)utf8proc_encode_char(code, bytes);
    }
    if (length + size > JALON_QUERY_WORD_MAX) {
        return SIZE_MAX;
    }
    memcpy(word + length, bytes, size);
    return length + size;
}

/* As put(), with ligatures spelt out; SIZE_MAX: the word is full. */
static size_t put_spelt(char *word, size_t length, int32_t code)
{
    enum { OE = 0x153, AE = 0xe6 };
    if (code == OE || code == AE) {
        length = put(word, length, code == OE ? 'o' : 'a');
        code = 'e';
    }
    return length == SIZE_MAX ? length : put(word, length, code);
}

void jalon_query_words_begin(struct jalon_query_word_reader *words, struct jalon_text text)
{
    jalon_cql2_reader_init(&words->reader, text, JALON_CQL2_CASEI_BIT | JALON_CQL2_ACCENTI_BIT);
}

/* Letters without case and digits; 0 for other characters of ASCII. */
static char fold_ascii(unsigned char c)
{
    unsigned char lower = c | 0x20;
    return lower >= 'a' && lower <= 'z' ? (char)lower : c >= '0' && c <= '9' ? (char)c : '\0';
}

/* The word that is being read. */
struct word {
    char *at;
    size_t length;
    bool is_full; /* what did not fit, and all behind it, is left out */
};

/*
 * Takes what is plain ASCII, which most texts are made of. True: the word has ended. False: the text
 * has, or another character comes.
 */
static bool take_ascii(struct jalon_cql2_reader *reader, struct word *word)
{
    const char *at = reader->at;
    bool has_ended = false;
    while (!has_ended && at < reader->end && (unsigned char)*at < 0x80) {
        char c = fold_ascii((unsigned char)*at++);
        if (c == '\0') {
            has_ended = word->length > 0;
        } else if (word->length < JALON_QUERY_WORD_MAX && !word->is_full) {
            word->at[word->length++] = c;
        } else {
            word->is_full = true;
        }
    }
    reader->at = at;
    return has_ended;
}

bool jalon_query_words_next(struct jalon_query_word_reader *words, struct jalon_text *out)
{
    struct jalon_cql2_reader *reader = &words->reader;
    struct word word = {.at = words->word};
    int32_t code = 0;
    while (code >= 0) {
        bool is_between = reader->pending_next >= reader->pending_count;
        if (is_between && take_ascii(reader, &word)) {
            break;
        }
        code = jalon_cql2_reader_next(reader);
        if (code >= 0 && is_word_code(code)) {
            size_t longer = word.is_full ? SIZE_MAX : put_spelt(word.at, word.length, code);
            word.is_full = longer == SIZE_MAX;
            word.length = word.is_full ? word.length : longer;
        } else if (word.length > 0) {
            break;
        }
    }
    *out = jalon_text_slice(words->word, word.length);
    return word.length > 0;
}

/* --- Searches --- */

struct reading {
    struct jalon_context *ctx;
    struct jalon_query_term terms[JALON_QUERY_SEARCH_WORDS_MAX];
    size_t term_count;
    struct jalon_text *words;
    size_t word_count;
};

static enum jalon_status refuse(struct jalon_context *ctx, const char *reason)
{
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "q", "%s",
                         jalon_say(ctx, reason));
}

/* Bytes of the quotation mark that the text begins with; 0: it begins with none. */
static size_t mark_at(const char *at, const char *end)
{
    static const char *const marks[] = {"\"", "\xc2\xab", "\xc2\xbb", "\xe2\x80\x9c",
                                        "\xe2\x80\x9d", "\xe2\x80\x9e"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t length = strlen(marks[i]);
        if ((size_t)(end - at) >= length && memcmp(at, marks[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

/* The words of what is between two marks, or outside of marks. */
static enum jalon_status read_part(struct reading *reading, struct jalon_text part, bool is_phrase)
{
    struct jalon_query_word_reader reader;
    struct jalon_text word;
    size_t start = reading->word_count;
    jalon_query_words_begin(&reader, part);
    while (jalon_query_words_next(&reader, &word)) {
        if (reading->word_count == JALON_QUERY_SEARCH_WORDS_MAX) {
            return jalon_fail_at(reading->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "q",
                                 "expected at most %d words", JALON_QUERY_SEARCH_WORDS_MAX);
        }
        struct jalon_text *kept = &reading->words[reading->word_count++];
        *kept = jalon_text_copy(reading->ctx->arena, word);
        if (kept->data == NULL) {
            return jalon_no_memory(reading->ctx);
        }
        if (!is_phrase) {
            reading->terms[reading->term_count++] = (struct jalon_query_term){kept, 1, false};
        }
    }
    if (is_phrase && reading->word_count > start) {
        reading->terms[reading->term_count++] = (struct jalon_query_term){
            reading->words + start, reading->word_count - start, true};
    }
    return JALON_OK;
}

static enum jalon_status read_parts(struct reading *reading, struct jalon_text text)
{
    const char *start = text.data, *end = text.data + text.length;
    bool is_phrase = false;
    enum jalon_status status = JALON_OK;
    for (const char *at = text.data; status == JALON_OK && at < end;) {
        size_t mark = mark_at(at, end);
        if (mark > 0) {
            status = read_part(reading, jalon_text_slice(start, (size_t)(at - start)), is_phrase);
            is_phrase = !is_phrase;
            start = at + mark;
        }
        at += mark > 0 ? mark : 1;
    }
    if (status == JALON_OK && is_phrase) {
        return refuse(reading->ctx, "expected a quotation mark that ends the phrase");
    }
    return status == JALON_OK
               ? read_part(reading, jalon_text_slice(start, (size_t)(end - start)), false)
               : status;
}

enum jalon_status jalon_query_read_search(struct jalon_context *ctx, struct jalon_text text,
                                          struct jalon_query_search *out)
{
    struct reading reading = {.ctx = ctx};
    if (jalon_text_code_points(text) > JALON_QUERY_SEARCH_LENGTH_MAX) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "q",
                             "expected at most %d characters", JALON_QUERY_SEARCH_LENGTH_MAX);
    }
    reading.words =
        jalon_arena_allocate(ctx->arena, JALON_QUERY_SEARCH_WORDS_MAX * sizeof *reading.words);
    if (reading.words == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = read_parts(&reading, text);
    if (status == JALON_OK && reading.term_count == 0) {
        return refuse(ctx, "expected a word: letters or digits");
    }
    struct jalon_query_term *terms =
        jalon_arena_allocate(ctx->arena, reading.term_count * sizeof *terms);
    if (status == JALON_OK && terms == NULL) {
        return jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        memcpy(terms, reading.terms, reading.term_count * sizeof *terms);
        *out = (struct jalon_query_search){terms, reading.term_count};
    }
    return status;
}
