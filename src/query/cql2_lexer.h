/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of CQL2 text (OGC 21-065r2, annex B). Layer 1 (query), private. */
#ifndef JALON_QUERY_CQL2_LEXER_H
#define JALON_QUERY_CQL2_LEXER_H

#include "jalon/arena.h"
#include "jalon/text.h"

enum jalon_cql2_token_kind {
    JALON_CQL2_TOKEN_END,
    JALON_CQL2_TOKEN_NAME,   /* an identifier or keyword */
    JALON_CQL2_TOKEN_QUOTED, /* a property in double quotes; text without them */
    JALON_CQL2_TOKEN_STRING, /* text unescaped */
    JALON_CQL2_TOKEN_NUMBER, /* unsigned */
    JALON_CQL2_TOKEN_SIGN,   /* text: one of ( ) , = <> < <= > >= + - * / % ^ */
    JALON_CQL2_TOKEN_BAD,    /* text: what would have been right there */
    JALON_CQL2_TOKEN_NO_MEMORY,
};

struct jalon_cql2_token {
    enum jalon_cql2_token_kind kind;
    struct jalon_text text;
    double number;
    size_t at; /* its first byte */
    size_t end;
};

/* The token that starts at or after byte `at`; the text is well-formed UTF-8. */
struct jalon_cql2_token jalon_cql2_lex(struct jalon_arena *arena, struct jalon_text text,
                                       size_t at);
/* The first byte at or after `at` that is not white space. */
size_t jalon_cql2_skip_space(struct jalon_text text, size_t at);

#endif
