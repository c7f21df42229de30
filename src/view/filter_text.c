/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comparing and matching text in filters, folded while it is read. Layer 2 (view). */
#include "filter.h"

int jalon_view_text_compare(const struct jalon_view_datum *a, const struct jalon_view_datum *b)
{
    struct jalon_cql2_reader left, right;
    if (a->folding == 0 && b->folding == 0) {
        return jalon_text_compare(a->text, b->text);
    }
    jalon_cql2_reader_init(&left, a->text, a->folding);
    jalon_cql2_reader_init(&right, b->text, b->folding);
    for (;;) {
        int32_t x = jalon_cql2_reader_next(&left), y = jalon_cql2_reader_next(&right);
        if (x != y || x < 0) { /* the end is -1: before every code point */
            return (x > y) - (x < y);
        }
    }
}

static size_t put_code(char *out, int32_t code)
{
    uint32_t c = (uint32_t)code;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)((0xf00U >> length & 0xff) | c);
    return length;
}

struct jalon_text jalon_view_text_fold(struct jalon_arena *arena, struct jalon_text text,
                                       unsigned folding)
{
    struct jalon_cql2_reader reader;
    size_t size = 0;
    char scratch[4];
    int32_t code;
    jalon_cql2_reader_init(&reader, text, folding);
    while ((code = jalon_cql2_reader_next(&reader)) >= 0) {
        size += put_code(scratch, code);
    }
    char *out = jalon_arena_allocate(arena, size);
    if (out == NULL) {
        return (struct jalon_text){NULL, 0};
    }
    struct jalon_text folded = {out, size};
    jalon_cql2_reader_init(&reader, text, folding);
    while ((code = jalon_cql2_reader_next(&reader)) >= 0) {
        out += put_code(out, code);
    }
    return folded;
}

/* --- LIKE --- */

bool jalon_view_pattern_make(struct jalon_arena *arena, struct jalon_text text,
                             struct jalon_view_pattern *out)
{
    struct jalon_cql2_reader reader;
    struct jalon_view_pattern pattern = {.count = jalon_text_code_points(text)};
    if (pattern.count <= JALON_VIEW_PATTERN_MAX) {
        pattern.codes = jalon_arena_allocate(arena, pattern.count * sizeof *pattern.codes);
        if (pattern.codes == NULL) {
            return false;
        }
        pattern.count = 0;
        jalon_cql2_reader_init(&reader, text, 0);
        int32_t code;
        while ((code = jalon_cql2_reader_next(&reader)) >= 0) {
            if (code == '\\' && reader.at < reader.end) {
                code = jalon_cql2_reader_next(&reader);
            } else if (code == '%') {
                code = JALON_VIEW_ANY_STRING;
            } else if (code == '_') {
                code = JALON_VIEW_ANY_CHARACTER;
            }
            pattern.codes[pattern.count++] = code;
        }
    }
    *out = pattern;
    return true;
}

/*
 * Goes back to the last "%" only: what an earlier one took need never change (Wu and Krauss on
 * wildcard matching). At most length of text times length of pattern steps.
 */
bool jalon_view_text_matches(const struct jalon_view_datum *text,
                             const struct jalon_view_pattern *pattern)
{
    struct jalon_cql2_reader reader, resume;
    size_t at = 0, resume_at = 0;
    bool can_resume = false;
    jalon_cql2_reader_init(&reader, text->text, text->folding);
    for (;;) {
        if (at < pattern->count && pattern->codes[at] == JALON_VIEW_ANY_STRING) {
            resume = reader;
            resume_at = ++at;
            can_resume = true;
            if (at == pattern->count) {
                return true;
            }
            continue;
        }
        int32_t code = jalon_cql2_reader_next(&reader);
        if (code < 0) {
            return at == pattern->count;
        }
        if (at < pattern->count &&
            (pattern->codes[at] == code || pattern->codes[at] == JALON_VIEW_ANY_CHARACTER)) {
            at++;
            continue;
        }
        if (!can_resume || jalon_cql2_reader_next(&resume) < 0) {
            return false;
        }
        reader = resume;
        at = resume_at;
    }
}
