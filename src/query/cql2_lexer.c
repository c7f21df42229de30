/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* CQL2 text to tokens; each byte is looked at once. Layer 1 (query). */
#include "cql2_lexer.h"

#include <string.h>

#include "jalon/cql2.h"

/* The code point at a byte of well-formed text; *out_length its bytes. 0 at the end. */
static int32_t code_at(struct jalon_text text, size_t at, size_t *out_length)
{
    struct jalon_cql2_reader reader;
    if (at >= text.length) {
        *out_length = 0;
        return 0;
    }
    jalon_cql2_reader_init(&reader, jalon_text_slice(text.data + at, text.length - at), 0);
    int32_t code = jalon_cql2_reader_next(&reader);
    *out_length = (size_t)(reader.at - (text.data + at));
    return code;
}

struct range {
    int32_t first, last;
};

static bool is_within(const struct range *ranges, size_t count, int32_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* Rules identifierStart and identifierPart, which are those of XML names with ":". */
static bool starts_name(int32_t code)
{
    static const struct range ranges[] = {
        {':', ':'},       {'_', '_'},       {'A', 'Z'},       {'a', 'z'},
        {0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},
        {0x37f, 0x1ffe},  {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},
        {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
    };
    return is_within(ranges, sizeof ranges / sizeof *ranges, code);
}

static bool continues_name(int32_t code)
{
    return code == '.' || (code >= '0' && code <= '9') || (code >= 0x300 && code <= 0x36f) ||
           code == 0x203f || code == 0x2040 || starts_name(code);
}

static bool is_space(int32_t code)
{
    static const struct range ranges[] = {
        {9, 13},          {' ', ' '},       {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
        {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
    };
    return is_within(ranges, sizeof ranges / sizeof *ranges, code);
}

size_t jalon_cql2_skip_space(struct jalon_text text, size_t at)
{
    size_t length;
    while (is_space(code_at(text, at, &length))) {
        at += length;
    }
    return at;
}

static bool is_digit(struct jalon_text text, size_t at)
{
    return at < text.length && text.data[at] >= '0' && text.data[at] <= '9';
}

static size_t skip_name(struct jalon_text text, size_t at)
{
    size_t length;
    while (continues_name(code_at(text, at, &length))) {
        at += length;
    }
    return at;
}

static struct jalon_cql2_token bad(struct jalon_cql2_token token, size_t end, const char *expected)
{
    token.kind = JALON_CQL2_TOKEN_BAD;
    token.end = end;
    token.text = jalon_text_from(expected);
    return token;
}

/* --- Numbers --- */

static struct jalon_cql2_token lex_number(struct jalon_text text, struct jalon_cql2_token token)
{
    size_t at = token.at;
    while (is_digit(text, at)) {
        at++;
    }
    if (at < text.length && text.data[at] == '.') {
        at++;
        while (is_digit(text, at)) {
            at++;
        }
    }
    if (at < text.length && (text.data[at] == 'e' || text.data[at] == 'E')) {
        size_t exponent = at + 1;
        exponent +=
            exponent < text.length && (text.data[exponent] == '+' || text.data[exponent] == '-');
        if (!is_digit(text, exponent)) {
            return bad(token, exponent, JALON_WORDS("the digits of an exponent"));
        }
        for (at = exponent; is_digit(text, at);) {
            at++;
        }
    }
    token.kind = JALON_CQL2_TOKEN_NUMBER;
    token.text = jalon_text_slice(text.data + token.at, at - token.at);
    token.end = at;
    if (!jalon_text_to_double(token.text, &token.number)) {
        return bad(token, at, JALON_WORDS("a number within the range of doubles"));
    }
    return token;
}

/* --- Strings --- */

/* The character that a backslash and this letter stand for; 0: no escape of this standard. */
static char unescape(char letter)
{
    switch (letter) {
    case '\'': return '\'';
    case '\\': return '\\';
    case 'a': return '\a';
    case 'b': return '\b';
    case 't': return '\t';
    case 'n': return '\n';
    case 'v': return '\v';
    case 'f': return '\f';
    case 'r': return '\r';
    default: return '\0';
    }
}

/* Rule character has no other control characters. */
static bool is_forbidden(char c)
{
    return (unsigned char)c < ' ' && (c < '\a' || c > '\r');
}

/* The end of the string's inside, which starts at `at`; text.length when it has none. */
static size_t find_end(struct jalon_text text, size_t at, bool *out_plain, bool *out_allowed)
{
    *out_plain = true;
    *out_allowed = true;
    for (; at < text.length; at++) {
        char c = text.data[at];
        char next = at + 1 < text.length ? text.data[at + 1] : '\0';
        if (c == '\\' || (c == '\'' && next == '\'')) {
            *out_plain = false;
            at++;
        } else if (c == '\'') {
            return at;
        }
        *out_allowed = *out_allowed && !is_forbidden(c);
    }
    return text.length;
}

/* A backslash before another character stays: LIKE gives it a meaning. */
static size_t copy_unescaped(char *out, struct jalon_text inside)
{
    size_t length = 0;
    for (size_t i = 0; i < inside.length; i++) {
        char c = inside.data[i];
        if (c == '\'') {
            i++;
        } else if (c == '\\' && i + 1 < inside.length && unescape(inside.data[i + 1]) != '\0') {
            c = unescape(inside.data[++i]);
        }
        out[length++] = c;
    }
    return length;
}

static struct jalon_cql2_token lex_string(struct jalon_arena *arena, struct jalon_text text,
                                          struct jalon_cql2_token token)
{
    bool is_plain, is_allowed;
    size_t start = token.at + 1;
    size_t end = find_end(text, start, &is_plain, &is_allowed);
    if (end >= text.length) {
        return bad(token, text.length, JALON_WORDS("a string that ends with '"));
    }
    if (!is_allowed) {
        return bad(token, end, JALON_WORDS("a string without control characters"));
    }
    token.kind = JALON_CQL2_TOKEN_STRING;
    token.end = end + 1;
    token.text = jalon_text_slice(text.data + start, end - start);
    if (!is_plain) {
        char *copy = jalon_arena_allocate(arena, token.text.length);
        if (copy == NULL) {
            token.kind = JALON_CQL2_TOKEN_NO_MEMORY;
            return token;
        }
        token.text.length = copy_unescaped(copy, token.text);
        token.text.data = copy;
    }
    return token;
}

/* --- The rest --- */

static struct jalon_cql2_token lex_quoted(struct jalon_text text, struct jalon_cql2_token token)
{
    size_t length;
    size_t start = token.at + 1;
    size_t end = skip_name(text, start);
    if (!starts_name(code_at(text, start, &length)) || end >= text.length ||
        text.data[end] != '"') {
        return bad(token, end, JALON_WORDS("the name of a property between double quotes"));
    }
    token.kind = JALON_CQL2_TOKEN_QUOTED;
    token.text = jalon_text_slice(text.data + start, end - start);
    token.end = end + 1;
    return token;
}

static struct jalon_cql2_token lex_sign(struct jalon_text text, struct jalon_cql2_token token)
{
    char c = text.data[token.at];
    char next = token.at + 1 < text.length ? text.data[token.at + 1] : '\0';
    size_t length = 1;
    if (strchr("(),=<>+-*/%^", c) == NULL) {
        return bad(token, token.at + 1, JALON_WORDS("a property, a value or an operator"));
    }
    if ((c == '<' && (next == '=' || next == '>')) || (c == '>' && next == '=')) {
        length = 2;
    }
    token.kind = JALON_CQL2_TOKEN_SIGN;
    token.text = jalon_text_slice(text.data + token.at, length);
    token.end = token.at + length;
    return token;
}

struct jalon_cql2_token jalon_cql2_lex(struct jalon_arena *arena, struct jalon_text text, size_t at)
{
    size_t length;
    at = jalon_cql2_skip_space(text, at);
    struct jalon_cql2_token token = {.text = JALON_TEXT_EMPTY, .at = at, .end = at};
    if (at == text.length) {
        return token;
    }
    if (text.data[at] == '\'') {
        return lex_string(arena, text, token);
    }
    if (text.data[at] == '"') {
        return lex_quoted(text, token);
    }
    if (is_digit(text, at) || (text.data[at] == '.' && is_digit(text, at + 1))) {
        return lex_number(text, token);
    }
    if (starts_name(code_at(text, at, &length))) {
        token.kind = JALON_CQL2_TOKEN_NAME;
        token.end = skip_name(text, at);
        token.text = jalon_text_slice(text.data + at, token.end - at);
        return token;
    }
    return lex_sign(text, token);
}
