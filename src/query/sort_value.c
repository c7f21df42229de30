/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Values that lists are sorted by, and the order they stand in. Layer 1 (query).
 *
 * Only the beginning of a text counts, so that the mark of a page fits into an address: the same
 * beginning wherever two are compared, else pages would not meet.
 */
#include <assert.h>
#include <string.h>

#include "jalon/query.h"

enum {
    FOLDED_MAX = 512, /* bytes of the folded beginning; what is longer is cut */
    NUMBER_SIZE = 8,
};

struct jalon_query_sort_value jalon_query_sort_number(double number)
{
    return (struct jalon_query_sort_value){.kind = JALON_QUERY_SORT_NUMBER,
                                           .number = jalon_query_sort_number_key(number)};
}

struct jalon_query_sort_value jalon_query_sort_time(int64_t time_us)
{
    return (struct jalon_query_sort_value){.kind = JALON_QUERY_SORT_NUMBER,
                                           .number = jalon_query_sort_time_key(time_us)};
}

struct jalon_query_sort_value jalon_query_sort_text(struct jalon_text text)
{
    size_t end = 0;
    for (size_t points = 0; end < text.length; end++) {
        bool begins = ((unsigned char)text.data[end] & 0xc0) != 0x80;
        if (begins && points++ == JALON_QUERY_SORT_TEXT_MAX) {
            break;
        }
    }
    return (struct jalon_query_sort_value){.kind = JALON_QUERY_SORT_TEXT,
                                           .text = jalon_text_slice(text.data, end)};
}

/* Appends a code point; what does not fit whole is left out. */
static size_t put_code(char *out, size_t at, int32_t code)
{
    uint32_t c = (uint32_t)code;
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (at + length > FOLDED_MAX) {
        return at;
    }
    if (length == 1) {
        out[at] = (char)c;
        return at + 1;
    }
    for (size_t i = length - 1; i > 0; i--) {
        out[at + i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[at] = (char)((0xf00U >> length & 0xff) | c);
    return at + length;
}

/* Takes what is plain ASCII, which most texts are made of. */
static size_t put_ascii(struct jalon_cql2_reader *reader, char *out, size_t at)
{
    while (reader->pending_next >= reader->pending_count && reader->at < reader->end &&
           at < FOLDED_MAX && (unsigned char)*reader->at - 1U < 0x7fU) {
        char c = *reader->at++;
        out[at++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return at;
}

static size_t put_folded(char *out, struct jalon_text text)
{
    enum { OE = 0x153, AE = 0xe6 };
    struct jalon_cql2_reader reader;
    size_t at = 0;
    int32_t code;
    if (text.length == 0) {
        return 0;
    }
    jalon_cql2_reader_init(&reader, text, JALON_CQL2_CASEI_BIT | JALON_CQL2_ACCENTI_BIT);
    for (;;) {
        at = put_ascii(&reader, out, at);
        code = jalon_cql2_reader_next(&reader);
        if (code < 0) {
            return at;
        }
        if (code == OE || code == AE) {
            at = put_code(out, at, code == OE ? 'o' : 'a');
            code = 'e';
        }
        if (code > 0) { /* 0 ends the folded text */
            at = put_code(out, at, code);
        }
    }
}

static size_t put_number(char *out, uint64_t number)
{
    for (int i = 0; i < NUMBER_SIZE; i++) {
        out[i] = (char)(unsigned char)(number >> (56 - 8 * i));
    }
    return NUMBER_SIZE;
}

size_t jalon_query_sort_bytes(const struct jalon_query_sort_value *value, char *out)
{
    _Static_assert(FOLDED_MAX + 1 + 4 * JALON_QUERY_SORT_TEXT_MAX <= JALON_QUERY_SORT_BYTES_MAX,
                   "the bytes of a text fit");
    assert(value->kind != JALON_QUERY_SORT_ABSENT);
    if (value->kind == JALON_QUERY_SORT_NUMBER) {
        return put_number(out, value->number);
    }
    size_t at = put_folded(out, value->text);
    out[at++] = '\0';
    for (size_t i = 0; i < value->text.length; i++) {
        if (value->text.data[i] != '\0') {
            out[at++] = value->text.data[i];
        }
    }
    return at;
}
