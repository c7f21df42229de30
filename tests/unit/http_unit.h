/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of http without a network share. */
#ifndef HTTP_UNIT_H
#define HTTP_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "http/exchange.h"

static inline int make_context(void **state)
{
    *state = jalon_context_create();
    return *state == NULL;
}

static inline int drop_context(void **state)
{
    jalon_context_destroy(*state);
    return 0;
}

static inline void assert_text(struct jalon_text text, const char *expected)
{
    if (!jalon_text_is(text, expected)) {
        fail_msg("\"%.*s\" is not \"%s\"", JALON_TEXT_ARGS(text), expected);
    }
}

static inline int said(const struct jalon_context *ctx, const char *part)
{
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        if (strstr(ctx->error.details[i].reason.data, part) != NULL) {
            return 1;
        }
    }
    return strstr(ctx->error.message.data, part) != NULL;
}

#endif
