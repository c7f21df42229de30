/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Folding many texts: ASCII eight bytes at a time, two-byte characters (Latin, Greek, Cyrillic,
 * Hebrew, Arabic) by table, others by jalon_cql2_reader, which fills the table as well. Layer 2
 * (view).
 */
#include <pthread.h>
#include <string.h>

#include "plan.h"

enum {
    FIRST = 0x80, /* of the code points of two bytes */
    LAST = 0x7ff,
    FOLDED_MAX = 7, /* bytes in the table */
    NOT_IN_TABLE = 255,
    SPELT_MAX = 80, /* bytes that one character may become: 20 code points */
};

struct folded {
    uint8_t length;
    char bytes[FOLDED_MAX];
};

static struct folded table[3][LAST - FIRST + 1]; /* by folding less 1 */

static size_t spell(int32_t code, char *out)
{
    uint32_t c = (uint32_t)code;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6) {
        out[i] = (char)(0x80 | (c & 0x3f));
    }
    out[0] = (char)((0xf00U >> length & 0xff) | c);
    return length;
}

/* One character; answers how many bytes it becomes. */
static size_t fold_character(struct jalon_text character, unsigned folding, char out[SPELT_MAX])
{
    struct jalon_cql2_reader reader;
    size_t length = 0;
    int32_t code;
    jalon_cql2_reader_init(&reader, character, folding);
    while ((code = jalon_cql2_reader_next(&reader)) >= 0) {
        length += spell(code, out + length);
    }
    return length;
}

static void make_table(void)
{
    for (unsigned folding = 1; folding <= 3; folding++) {
        for (int32_t code = FIRST; code <= LAST; code++) {
            char character[4], spelt[SPELT_MAX];
            size_t size = spell(code, character);
            size_t length = fold_character(jalon_text_slice(character, size), folding, spelt);
            struct folded *folded = &table[folding - 1][code - FIRST];
            folded->length = length <= FOLDED_MAX ? (uint8_t)length : NOT_IN_TABLE;
            memcpy(folded->bytes, spelt, length <= FOLDED_MAX ? length : 0);
        }
    }
}

/* Of eight bytes below 128: adds 32 to the capital letters among them. */
static uint64_t lower(uint64_t word)
{
    uint64_t const ones = UINT64_C(0x0101010101010101);
    uint64_t from_a = word + ones * (0x80 - 'A'), above_z = word + ones * (0x7f - 'Z');
    return word | ((from_a & ~above_z & ones * 0x80) >> 2);
}

/* ASCII from `at` on, up to another byte; moves on and answers where the output ends. */
static char *fold_ascii(struct jalon_text text, size_t *at, bool lowers, char *out)
{
    uint64_t const others = UINT64_C(0x8080808080808080);
    size_t from = *at;
    uint64_t word;
    for (; from + 8 <= text.length; from += 8, out += 8) {
        memcpy(&word, text.data + from, 8);
        if ((word & others) != 0) {
            break;
        }
        word = lowers ? lower(word) : word;
        memcpy(out, &word, 8);
    }
    for (; from < text.length && (unsigned char)text.data[from] < 0x80; from++) {
        char c = text.data[from];
        *out++ = lowers && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    *at = from;
    return out;
}

/* The entry of a character of two bytes; NULL when it is not in the table. */
static const struct folded *find_folded(struct jalon_text text, size_t at, unsigned folding)
{
    unsigned char first = (unsigned char)text.data[at];
    if (first < 0xc2 || first >= 0xe0 || at + 1 >= text.length) {
        return NULL;
    }
    int code = (first & 0x1f) << 6 | ((unsigned char)text.data[at + 1] & 0x3f);
    const struct folded *folded = &table[folding - 1][code - FIRST];
    return folded->length != NOT_IN_TABLE ? folded : NULL;
}

/* Another character, by the reader; answers its length. */
static size_t fold_other(struct jalon_buffer *out, struct jalon_text text, size_t at,
                         unsigned folding)
{
    unsigned char first = (unsigned char)text.data[at];
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    size = size < text.length - at ? size : text.length - at;
    char spelt[SPELT_MAX];
    size_t length = fold_character(jalon_text_slice(text.data + at, size), folding, spelt);
    jalon_buffer_append(out, spelt, length);
    return size;
}

/* As far as ASCII and the table go; `out` has room for seven bytes each two. */
static size_t fold_most(struct jalon_buffer *out, struct jalon_text text, size_t at,
                        unsigned folding)
{
    bool lowers = (folding & JALON_CQL2_CASEI_BIT) != 0;
    char *to = out->data + out->length;
    while (at < text.length) {
        to = fold_ascii(text, &at, lowers, to);
        const struct folded *folded = at < text.length ? find_folded(text, at, folding) : NULL;
        if (folded == NULL) {
            break;
        }
        memcpy(to, folded->bytes, FOLDED_MAX);
        to += folded->length;
        at += 2;
    }
    out->length = (size_t)(to - out->data);
    return at;
}

void jalon_view_fold_append(struct jalon_buffer *out, struct jalon_text text, unsigned folding)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_table);
    if (folding == 0) {
        jalon_buffer_append_text(out, text);
        return;
    }
    for (size_t at = 0; at < text.length;) {
        if (jalon_buffer_reserve(out, 4 * (text.length - at) + FOLDED_MAX) == NULL) {
            return;
        }
        at = fold_most(out, text, at, folding);
        if (at < text.length) {
            at += fold_other(out, text, at, folding);
        }
    }
}
