/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: Accept, Accept-Encoding and Accept-Language: a line each. */
#include "fuzz.h"
#include "http/exchange.h"

static const struct jalon_representation all[] = {
    {"geojson", "application/geo+json"}, {"csv", "text/csv"}, {"html", "text/html"}, {NULL, NULL}};

static void check_representation(struct jalon_context *ctx, struct jalon_text accept)
{
    const struct jalon_representation *chosen = NULL;
    enum jalon_status status = jalon_negotiate_representation(ctx, all, NULL, &accept, &chosen);
    HOLDS(status == JALON_OK || status == JALON_UNSUPPORTED);
    HOLDS(status != JALON_OK || (chosen >= all && chosen < all + 3));
    /* Who names no media type takes anything. */
    HOLDS(status == JALON_OK || jalon_text_find(accept, '/') < accept.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_text rest = input.text;
    struct jalon_text accept = fuzz_take_until(&rest, '\n');
    struct jalon_text encoding = fuzz_take_until(&rest, '\n');
    check_representation(input.ctx, accept);
    jalon_error_clear(input.ctx);
    struct jalon_codings codings = jalon_negotiate_coding(encoding);
    HOLDS(codings.accepted == 0 || jalon_coding_is_accepted(codings, codings.preferred));
    struct jalon_text language = jalon_negotiate_language(rest);
    HOLDS(language.length == 0 || jalon_text_is(language, "fr") || jalon_text_is(language, "en"));
    /* `f` is a name or a mistake. */
    const struct jalon_representation *chosen = NULL;
    if (jalon_text_is_utf8(accept)) {
        enum jalon_status status =
            jalon_negotiate_representation(input.ctx, all, &accept, NULL, &chosen);
        HOLDS(status == JALON_INVALID || jalon_text_is(accept, chosen->name));
    }
    return fuzz_end(&input);
}
