/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words of texts, and searches: what is read, what is refused and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/query.h"

static struct jalon_context *ctx;

static int setup(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    jalon_context_destroy(ctx);
    return 0;
}

/* The words with a "|" behind each. */
static void assert_words(const char *text, const char *expected)
{
    struct jalon_query_word_reader reader;
    struct jalon_text word;
    struct jalon_buffer found;
    jalon_buffer_init(&found, 1000);
    jalon_query_words_begin(&reader, jalon_text_from(text));
    while (jalon_query_words_next(&reader, &word)) {
        assert_true(word.length > 0 && word.length <= JALON_QUERY_WORD_MAX);
        assert_true(jalon_text_is_utf8(word));
        jalon_buffer_append_text(&found, word);
        jalon_buffer_append_char(&found, '|');
    }
    assert_string_equal(jalon_buffer_text(&found).data, expected);
    jalon_buffer_finish(&found);
    assert_false(jalon_query_words_next(&reader, &word));
}

static void words_have_neither_case_nor_accents(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words(" ,;:!?-'\"(\xe2\x80\xa6)\n", "");
    assert_words("Un banc", "un|banc|");
    assert_words("  L'\xc3\x89" "cole   des Beaux-Arts.", "l|ecole|des|beaux|arts|");
    assert_words("E\xcc\x81" "cole", "ecole|"); /* the accent by itself */
    assert_words("l\xe2\x80\x99\xc5\x92uf, l\xe2\x80\x99\xc5\x93uvre, \xc3\x86on",
                 "l|oeuf|l|oeuvre|aeon|");
    assert_words("STRASSE Stra\xc3\x9f" "e", "strasse|strasse|");
    assert_words("12 bis, rue n\xc2\xb0 3/4 a_b", "12|bis|rue|n|3|4|a|b|");
    assert_words("\xce\x9f\xce\x94\xce\x9f\xce\xa3 \xce\xbf\xce\xb4\xcf\x8c\xcf\x82",
                 "\xce\xbf\xce\xb4\xce\xbf\xcf\x83|\xce\xbf\xce\xb4\xce\xbf\xcf\x83|"); /* final sigma */
    assert_words("\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0", "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0|");
    assert_words("\xf0\x9f\x8c\xb3 arbre\xf0\x9f\x8c\xb3", "arbre|"); /* a picture is no word */
}

/* Each between two letters: it is part of the word, or parts it, or (an accent) is not there. */
static void every_character_joins_or_parts_words(void **state)
{
    (void)state;
    size_t joining = 0, parting = 0;
    for (uint32_t code = 0x80; code < 0x110000; code++) {
        char bytes[] = {'a', (char)(0xf0 | code >> 18), (char)(0x80 | (code >> 12 & 63)),
                        (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63)), 'Z'};
        size_t start = code < 0x800 ? 2 : code < 0x10000 ? 1 : 0;
        if (code < 0x10000) {
            bytes[start + 1] = (char)(code < 0x800 ? 0xc0 | code >> 6 : 0xe0 | code >> 12);
            bytes[start] = 'a';
        }
        struct jalon_text text = {bytes + start, sizeof bytes - start}, word;
        struct jalon_query_word_reader reader;
        if (code >= 0xd800 && code < 0xe000) {
            continue; /* surrogates */
        }
        assert_true(jalon_text_is_utf8(text));
        jalon_query_words_begin(&reader, text);
        assert_true(jalon_query_words_next(&reader, &word));
        assert_true(word.data[0] == 'a' && jalon_text_is_utf8(word));
        bool joins = word.data[word.length - 1] == 'z';
        joining += joins;
        parting += !joins;
        assert_true(jalon_query_words_next(&reader, &word) == !joins);
        /* some notes of music are a symbol and marks, of which words are made */
        assert_true(joins || jalon_text_ends_with(word, "z"));
    }
    assert_true(joining > 130000 && parting > 700000); /* most are not assigned */
}

static void long_words_are_cut_alike(void **state)
{
    (void)state;
    char many[151];
    memset(many, 'a', sizeof many - 1);
    many[150] = '\0';
    struct jalon_arena *arena = ctx->arena;
    assert_words(jalon_text_format(arena, "A%s b", many).data,
                 jalon_text_format(arena, "%.64s|b|", many).data);
    /* a character that would be cut in two is left out, and all behind it */
    assert_words(jalon_text_format(arena, "%.63s\xd0\xb6x", many).data,
                 jalon_text_format(arena, "%.63s|", many).data);
}

static void assert_search(const char *text, const char *expected)
{
    struct jalon_query_search search;
    struct jalon_buffer found;
    jalon_buffer_init(&found, 1000);
    assert_int_equal(jalon_query_read_search(ctx, jalon_text_from(text), &search), JALON_OK);
    for (size_t i = 0; i < search.count; i++) {
        const struct jalon_query_term *term = &search.terms[i];
        assert_true(term->count > 0 && (term->is_phrase || term->count == 1));
        jalon_buffer_append_string(&found, term->is_phrase ? "(" : "");
        for (size_t j = 0; j < term->count; j++) {
            jalon_buffer_append_string(&found, j > 0 ? " " : "");
            jalon_buffer_append_text(&found, term->words[j]);
        }
        jalon_buffer_append_string(&found, term->is_phrase ? ")|" : "|");
    }
    assert_string_equal(jalon_buffer_text(&found).data, expected);
    jalon_buffer_finish(&found);
}

static void a_search_has_words_and_phrases(void **state)
{
    (void)state;
    assert_search("\xc3\x89" "cole", "ecole|");
    assert_search("  rampe,banc ", "rampe|banc|");
    assert_search("l'eau", "l|eau|");
    assert_search("\"Place de la Com\xc3\xa9" "die\" tram", "(place de la comedie)|tram|");
    assert_search("tram\"la place\"banc", "tram|(la place)|banc|");
    assert_search("\xc2\xab la place \xc2\xbb", "(la place)|");
    assert_search("\xe2\x80\x9cla place\xe2\x80\x9d", "(la place)|");
    assert_search("\"banc\"", "(banc)|");
    assert_search("\"\" banc", "banc|");
    assert_search("1 2 3 4 5 6 7 8 \"9 10 11 12 13 14 15 16\"",
                  "1|2|3|4|5|6|7|8|(9 10 11 12 13 14 15 16)|");
}

static void assert_refused(const char *text, const char *reason)
{
    struct jalon_query_search search = {NULL, 77};
    assert_int_equal(jalon_query_read_search(ctx, jalon_text_from(text), &search), JALON_INVALID);
    assert_int_equal(search.count, 77);
    assert_string_equal(ctx->error.details[0].where.data, "q");
    assert_string_equal(ctx->error.details[0].reason.data, reason);
    jalon_error_clear(ctx);
}

static void what_cannot_be_searched_for_is_refused(void **state)
{
    (void)state;
    char text[JALON_QUERY_SEARCH_LENGTH_MAX + 2];
    static const char *const empty[] = {"", " ", "?!", "\"\"", "\" - \"", "\xe2\x80\x99"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        assert_refused(empty[i], "expected a word: letters or digits");
    }
    assert_refused("\"la place", "expected a quotation mark that ends the phrase");
    assert_refused("\"", "expected a quotation mark that ends the phrase");
    assert_refused("15\" de large", "expected a quotation mark that ends the phrase");
    assert_refused("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", "expected at most 16 words");
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_refused(text, "expected at most 200 characters");
    text[sizeof text - 2] = '\0';
    struct jalon_query_search search;
    assert_int_equal(jalon_query_read_search(ctx, jalon_text_from(text), &search), JALON_OK);
    assert_int_equal(search.terms[0].words[0].length, JALON_QUERY_WORD_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_neither_case_nor_accents),
        cmocka_unit_test(every_character_joins_or_parts_words),
        cmocka_unit_test(long_words_are_cut_alike),
        cmocka_unit_test(a_search_has_words_and_phrases),
        cmocka_unit_test(what_cannot_be_searched_for_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
