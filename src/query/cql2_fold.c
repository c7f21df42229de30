/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Characters without case and accents, one at a time. Layer 1 (query).
 *
 * Case: full folding (CaseFolding-15.0.0, lines C and F). Accents: canonical decomposition without
 * its non-spacing marks (category Mn), as OGC 21-065r2 advises; the Japanese voicing marks stay,
 * which tell words apart. A stroke through a letter is no mark in Unicode and is taken off here.
 */
#include "jalon/cql2.h"

#include <utf8proc.h>

void jalon_cql2_reader_init(struct jalon_cql2_reader *reader, struct jalon_text text,
                            unsigned folding)
{
    *reader = (struct jalon_cql2_reader){
        .at = text.data, .end = text.data + text.length, .folding = folding};
}

/* The next code point as written; the text is well-formed. */
static int32_t read_code(struct jalon_cql2_reader *reader)
{
    unsigned char first = (unsigned char)*reader->at++;
    if (first < 0x80) {
        return first;
    }
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    int32_t code = first & (0x3f >> more);
    for (; more > 0 && reader->at < reader->end; more--) {
        code = code << 6 | ((unsigned char)*reader->at++ & 0x3f);
    }
    return code;
}

static int32_t without_stroke(int32_t code)
{
    static const struct {
        int32_t from, to;
    } strokes[] = {
        {0xd8, 'O'},  {0xf8, 'o'},  {0x110, 'D'}, {0x111, 'd'}, {0x126, 'H'},
        {0x127, 'h'}, {0x141, 'L'}, {0x142, 'l'}, {0x166, 'T'}, {0x167, 't'},
    };
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) {
        if (strokes[i].from == code) {
            return strokes[i].to;
        }
    }
    return code;
}

static bool is_accent(int32_t code)
{
    return code != 0x3099 && code != 0x309a && utf8proc_category(code) == UTF8PROC_CATEGORY_MN;
}

/* Fills `pending` with what the code point becomes; nothing when it is an accent. */
static void fold(struct jalon_cql2_reader *reader, int32_t code)
{
    enum { ROOM = sizeof reader->pending / sizeof *reader->pending };
    bool strips = (reader->folding & JALON_CQL2_ACCENTI_BIT) != 0;
    bool lowers = (reader->folding & JALON_CQL2_CASEI_BIT) != 0;
    int boundary = UTF8PROC_BOUNDCLASS_START;
    int options = (lowers ? UTF8PROC_CASEFOLD : 0) | (strips ? UTF8PROC_DECOMPOSE : 0);
    utf8proc_ssize_t count =
        utf8proc_decompose_char(code, reader->pending, ROOM, (utf8proc_option_t)options, &boundary);
    reader->pending_next = 0;
    reader->pending_count = 0;
    if (count < 0 || count > ROOM) { /* not assigned: as it is */
        reader->pending[reader->pending_count++] = code;
        return;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        int32_t one = reader->pending[i];
        if (!strips || !is_accent(one)) {
            reader->pending[reader->pending_count++] = strips ? without_stroke(one) : one;
        }
    }
}

int32_t jalon_cql2_reader_next(struct jalon_cql2_reader *reader)
{
    for (;;) {
        if (reader->pending_next < reader->pending_count) {
            return reader->pending[reader->pending_next++];
        }
        if (reader->at >= reader->end) {
            return -1;
        }
        int32_t code = read_code(reader);
        if (reader->folding == 0) {
            return code;
        }
        if (code < 0x80) {
            bool is_upper = code >= 'A' && code <= 'Z';
            return is_upper && (reader->folding & JALON_CQL2_CASEI_BIT) != 0 ? code + 32 : code;
        }
        fold(reader, code);
    }
}
