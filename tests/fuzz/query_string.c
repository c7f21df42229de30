/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: query strings. What is decoded can be encoded again to the same. */
#include "fuzz.h"
#include "http/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_pair *pairs;
    size_t count;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    if (jalon_parameters_parse(input.ctx, input.text, &pairs, &count) == JALON_OK) {
        struct jalon_buffer query;
        struct jalon_pair *again;
        size_t again_count;
        jalon_buffer_init(&query, 1 << 22);
        HOLDS(count <= JALON_PARAMETERS_MAX);
        for (size_t i = 0; i < count; i++) {
            HOLDS(jalon_text_is_utf8(pairs[i].name) && jalon_text_is_utf8(pairs[i].value));
            jalon_buffer_append_string(&query, i > 0 ? "&" : "");
            jalon_buffer_append_url(&query, pairs[i].name);
            jalon_buffer_append_char(&query, '=');
            jalon_buffer_append_url(&query, pairs[i].value);
        }
        HOLDS(jalon_parameters_parse(input.ctx, jalon_buffer_text(&query), &again, &again_count) ==
              JALON_OK);
        HOLDS(again_count == count);
        for (size_t i = 0; i < count; i++) {
            HOLDS(jalon_text_equal(pairs[i].name, again[i].name));
            HOLDS(jalon_text_equal(pairs[i].value, again[i].value));
        }
        jalon_buffer_finish(&query);
    }
    return fuzz_end(&input);
}
