/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: lists of entity tags; a tag is in a list to which it is added. */
#include "fuzz.h"
#include "http/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_text rest = input.text;
    struct jalon_text opaque = fuzz_take_until(&rest, '\n');
    struct jalon_arena *arena = input.ctx->arena;
    if (jalon_text_find(opaque, '"') == opaque.length) {
        struct jalon_text tag =
            jalon_text_format(arena, "\"%.*s\"", JALON_TEXT_ARGS(opaque));
        struct jalon_text list = jalon_text_format(arena, "%.*s , %.*s", JALON_TEXT_ARGS(tag),
                                                   JALON_TEXT_ARGS(rest));
        struct jalon_text weak = jalon_text_format(arena, "\"\",W/%.*s", JALON_TEXT_ARGS(tag));
        bool whole = tag.length == opaque.length + 2; /* else it held a NUL */
        HOLDS(!whole || jalon_etag_listed(list, tag));
        HOLDS(!whole || jalon_etag_listed(weak, tag));
        HOLDS(!jalon_etag_listed(opaque, JALON_TEXT("\"no such tag\"")) ||
              jalon_text_is(jalon_text_trim(opaque), "*"));
        jalon_etag_listed(rest, tag);
    }
    return fuzz_end(&input);
}
