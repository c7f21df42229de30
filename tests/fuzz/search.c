/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: searches for words, and the words of texts. */
#include "fuzz.h"
#include "jalon/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_query_search search;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    if (jalon_text_is_utf8(input.text)) {
        struct jalon_query_word_reader words;
        struct jalon_text word;
        jalon_query_words_begin(&words, input.text);
        while (jalon_query_words_next(&words, &word)) {
            HOLDS(word.length > 0 && word.length <= JALON_QUERY_WORD_MAX);
            HOLDS(jalon_text_is_utf8(word));
        }
        if (jalon_query_read_search(input.ctx, input.text, &search) == JALON_OK) {
            HOLDS(search.count > 0 && search.count <= JALON_QUERY_SEARCH_WORDS_MAX);
        }
    }
    return fuzz_end(&input);
}
