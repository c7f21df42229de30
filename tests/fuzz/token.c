/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: paging tokens. One that is read was written here, to the byte; one that is written is read. */
#include <string.h>

#include "fuzz.h"
#include "jalon/query.h"

static const struct jalon_query_key key = {{1, 2, 3, 4, 5, 6, 7}};

static void check_read(struct jalon_context *ctx, const struct jalon_query_scope *scope,
                       struct jalon_text token)
{
    struct jalon_query_mark mark;
    if (jalon_query_token_read(ctx, &key, scope, token, &mark) != JALON_OK) {
        return;
    }
    struct jalon_buffer again;
    jalon_buffer_init(&again, 1 << 16);
    jalon_query_token_write(&again, &key, scope, &mark);
    HOLDS(jalon_text_equal(jalon_buffer_text(&again), token));
    jalon_buffer_finish(&again);
}

/* A mark out of the input; a token of it, and what one changed byte makes of that. */
static void check_written(struct jalon_context *ctx, const struct jalon_query_scope *scope,
                          struct jalon_text bytes)
{
    struct jalon_query_mark mark = {0}, read;
    struct jalon_buffer token;
    unsigned at = fuzz_take_byte(&bytes);
    unsigned change = fuzz_take_byte(&bytes);
    for (int i = 0; i < 7; i++) {
        mark.number = mark.number * 256 + fuzz_take_byte(&bytes);
    }
    jalon_buffer_init(&token, 1 << 16);
    jalon_query_token_write(&token, &key, scope, &mark);
    HOLDS(jalon_query_token_read(ctx, &key, scope, jalon_buffer_text(&token), &read) == JALON_OK);
    HOLDS(read.number == mark.number && read.value_count == 0);
    token.data[at % token.length] = (char)(token.data[at % token.length] ^ (char)change);
    enum jalon_status status =
        jalon_query_token_read(ctx, &key, scope, jalon_buffer_text(&token), &read);
    HOLDS((status == JALON_OK) == (change == 0));
    jalon_buffer_finish(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_query_parameter parameter = {JALON_TEXT("q"), JALON_TEXT("ramp")};
    struct jalon_query_scope scope = {.list = JALON_TEXT("test/places"), .parameters = &parameter,
                                      .parameter_count = 1};
    if (jalon_text_is_utf8(input.text)) {
        check_read(input.ctx, &scope, input.text);
    }
    jalon_error_clear(input.ctx);
    check_written(input.ctx, &scope, input.text);
    return fuzz_end(&input);
}
