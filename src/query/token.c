/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Paging tokens: a mark and its keyed checksum. Layer 1 (query).
 *
 * The scope is not in the token: it is hashed again when the token comes back. Each parameter is
 * hashed by itself and the hashes are added, so that their order does not matter and no memory is
 * needed; without the key nobody can choose parameters whose sum is the same.
 */
#include "jalon/query.h"

#include <assert.h>
#include <string.h>

#include "jalon/hash.h"

enum {
    NUMBER_SIZE = 8,
    TEXT_MAX = 4 * JALON_QUERY_SORT_TEXT_MAX, /* bytes; their count fits into one */
    VALUE_MAX = 2 + TEXT_MAX,
    CHECK_SIZE = 16,
    /* What it has (see put_mark), zeros up to a whole number of letters, the checksum. */
    TOKEN_MAX = 1 + 2 * NUMBER_SIZE + JALON_QUERY_SORTS_MAX * VALUE_MAX + 2 + CHECK_SIZE,
    LETTERS_MAX = TOKEN_MAX / 3 * 4,
    HAS_DISTANCE = 0x80, /* beside the count of values */
};

/* RFC 4648, table 2. */
#define ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static void put_number(uint8_t out[8], uint64_t number)
{
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(number >> (56 - 8 * i));
    }
}

static uint64_t get_number(const uint8_t in[8])
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number = number << 8 | in[i];
    }
    return number;
}

static bool changes_matches(struct jalon_text name)
{
    return !jalon_text_is(name, "next") && !jalon_text_is(name, "limit") &&
           !jalon_text_is(name, "f");
}

/* A hash of both texts that tells "a" + "bc" from "ab" + "c". */
static uint64_t hash_parameter(const uint8_t *key, const struct jalon_query_parameter *parameter)
{
    uint8_t pair[16];
    put_number(pair, jalon_hash_keyed(key, parameter->name.data, parameter->name.length));
    put_number(pair + 8, jalon_hash_keyed(key, parameter->value.data, parameter->value.length));
    return jalon_hash_keyed(key, pair, sizeof pair);
}

/* One half of the checksum: over the mark, the list and the parameters. */
static uint64_t check(const uint8_t *key, const struct jalon_query_scope *scope,
                      const uint8_t *mark, size_t size)
{
    uint64_t parameters = 0, count = 0;
    for (size_t i = 0; i < scope->parameter_count; i++) {
        if (changes_matches(scope->parameters[i].name)) {
            parameters += hash_parameter(key, &scope->parameters[i]);
            count++;
        }
    }
    uint8_t message[32];
    put_number(message, jalon_hash_keyed(key, mark, size));
    put_number(message + 8, jalon_hash_keyed(key, scope->list.data, scope->list.length));
    put_number(message + 16, parameters);
    put_number(message + 24, count);
    return jalon_hash_keyed(key, message, sizeof message);
}

/* Writes CHECK_SIZE bytes. */
static void make_check(uint8_t *out, const struct jalon_query_key *key,
                       const struct jalon_query_scope *scope, const uint8_t *mark, size_t size)
{
    put_number(out, check(key->bytes, scope, mark, size));
    put_number(out + 8, check(key->bytes + JALON_HASH_KEY_SIZE, scope, mark, size));
}

/* --- Marks --- */

static size_t put_value(uint8_t *out, const struct jalon_query_sort_value *value)
{
    size_t length = 0;
    out[0] = (uint8_t)value->kind;
    switch (value->kind) {
    case JALON_QUERY_SORT_ABSENT: break;
    case JALON_QUERY_SORT_NUMBER: put_number(out + 1, value->number); length = NUMBER_SIZE; break;
    case JALON_QUERY_SORT_TEXT:
        assert(value->text.length <= TEXT_MAX);
        length = 1 + value->text.length;
        out[1] = (uint8_t)value->text.length;
        if (value->text.length > 0) {
            memcpy(out + 2, value->text.data, value->text.length);
        }
        break;
    }
    return 1 + length;
}

/* How many values and whether there is a distance, the number, the distance, the values. */
static size_t put_mark(uint8_t out[TOKEN_MAX], const struct jalon_query_mark *mark)
{
    uint64_t distance;
    size_t size = 1 + NUMBER_SIZE;
    memcpy(&distance, &mark->distance_m, sizeof distance);
    out[0] = (uint8_t)(mark->value_count | (distance != 0 ? HAS_DISTANCE : 0));
    put_number(out + 1, (uint64_t)mark->number);
    if (distance != 0) {
        put_number(out + size, distance);
        size += NUMBER_SIZE;
    }
    for (size_t i = 0; i < mark->value_count; i++) {
        size += put_value(out + size, &mark->values[i]);
    }
    while ((size + CHECK_SIZE) % 3 != 0) {
        out[size++] = 0;
    }
    return size;
}

/* What is left to be read. */
struct bytes {
    const uint8_t *at;
    size_t left;
};

/* The next so many; NULL: there are not. */
static const uint8_t *take(struct bytes *bytes, size_t size)
{
    const uint8_t *at = bytes->at;
    if (size > bytes->left) {
        return NULL;
    }
    bytes->at += size;
    bytes->left -= size;
    return at;
}

/* False: it is none. The text is still in the bytes. */
static bool get_value(struct bytes *bytes, struct jalon_query_sort_value *out)
{
    const uint8_t *kind = take(bytes, 1), *data = kind;
    *out = (struct jalon_query_sort_value){.kind = JALON_QUERY_SORT_ABSENT};
    if (kind != NULL && *kind == JALON_QUERY_SORT_NUMBER) {
        data = take(bytes, NUMBER_SIZE);
        out->kind = JALON_QUERY_SORT_NUMBER;
        out->number = data != NULL ? get_number(data) : 0;
    } else if (kind != NULL && *kind == JALON_QUERY_SORT_TEXT) {
        const uint8_t *length = take(bytes, 1);
        data = length != NULL ? take(bytes, *length) : NULL;
        out->kind = JALON_QUERY_SORT_TEXT;
        out->text = data != NULL ? jalon_text_slice((const char *)data, *length) : out->text;
    }
    return data != NULL && *kind <= JALON_QUERY_SORT_TEXT;
}

/* False: it is none. */
static bool get_mark(struct bytes bytes, struct jalon_query_mark *out)
{
    const uint8_t *head = take(&bytes, 1), *number = take(&bytes, NUMBER_SIZE);
    struct jalon_query_mark mark = {.number = 0};
    if (number == NULL || (*head & ~HAS_DISTANCE) > JALON_QUERY_SORTS_MAX) {
        return false;
    }
    mark.number = (int64_t)get_number(number);
    mark.value_count = *head & ~(unsigned)HAS_DISTANCE;
    if ((*head & HAS_DISTANCE) != 0) {
        const uint8_t *distance = take(&bytes, NUMBER_SIZE);
        uint64_t bits = distance != NULL ? get_number(distance) : 0;
        memcpy(&mark.distance_m, &bits, sizeof bits);
    }
    for (size_t i = 0; i < mark.value_count; i++) {
        if (!get_value(&bytes, &mark.values[i])) {
            return false;
        }
    }
    *out = mark;
    return mark.number >= 0;
}

/* --- Letters --- */

void jalon_query_token_write(struct jalon_buffer *buffer, const struct jalon_query_key *key,
                             const struct jalon_query_scope *scope,
                             const struct jalon_query_mark *mark)
{
    uint8_t token[TOKEN_MAX];
    char text[LETTERS_MAX];
    size_t size = put_mark(token, mark);
    make_check(token + size, key, scope, token, size);
    size_t groups = (size + CHECK_SIZE) / 3;
    for (size_t i = 0; i < groups; i++) {
        uint32_t bits = (uint32_t)token[3 * i] << 16 | (uint32_t)token[3 * i + 1] << 8 |
                        token[3 * i + 2];
        for (int j = 0; j < 4; j++) {
            text[4 * i + (size_t)j] = ALPHABET[bits >> (18 - 6 * j) & 63];
        }
    }
    jalon_buffer_append(buffer, text, 4 * groups);
}

/* The bytes; 0: they are not as many groups of four letters of the alphabet as a token may have. */
static size_t decode(struct jalon_text text, uint8_t out[TOKEN_MAX])
{
    struct jalon_text const letters = JALON_TEXT(ALPHABET);
    if (text.length % 4 != 0 || text.length > LETTERS_MAX) {
        return 0;
    }
    for (size_t i = 0; i < text.length / 4; i++) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 4; j++) {
            size_t value = jalon_text_find(letters, text.data[4 * i + j]);
            if (value == letters.length) {
                return 0;
            }
            bits = bits << 6 | (uint32_t)value;
        }
        out[3 * i] = (uint8_t)(bits >> 16);
        out[3 * i + 1] = (uint8_t)(bits >> 8);
        out[3 * i + 2] = (uint8_t)bits;
    }
    return text.length / 4 * 3;
}

/* Was it made with this key for this scope? */
static bool is_genuine(const uint8_t *token, size_t mark_size, const struct jalon_query_key *key,
                       const struct jalon_query_scope *scope)
{
    uint8_t expected[CHECK_SIZE];
    uint8_t difference = 0;
    make_check(expected, key, scope, token, mark_size);
    for (size_t i = 0; i < CHECK_SIZE; i++) { /* all of them: time tells nothing */
        difference |= token[mark_size + i] ^ expected[i];
    }
    return difference == 0;
}

enum jalon_status jalon_query_token_refuse(struct jalon_context *ctx)
{
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "next",
                         "expected the token of a \"next\" link of this same query, unaltered "
                         "(start again without it)");
}

enum jalon_status jalon_query_token_read(struct jalon_context *ctx,
                                         const struct jalon_query_key *key,
                                         const struct jalon_query_scope *scope,
                                         struct jalon_text token,
                                         struct jalon_query_mark *out)
{
    uint8_t bytes[TOKEN_MAX];
    struct jalon_query_mark mark;
    size_t size = decode(token, bytes);
    if (size <= CHECK_SIZE || !is_genuine(bytes, size - CHECK_SIZE, key, scope) ||
        !get_mark((struct bytes){bytes, size - CHECK_SIZE}, &mark)) {
        return jalon_query_token_refuse(ctx);
    }
    for (size_t i = 0; i < mark.value_count; i++) {
        struct jalon_text *text = &mark.values[i].text;
        if (mark.values[i].kind == JALON_QUERY_SORT_TEXT) {
            *text = jalon_text_copy(ctx->arena, *text);
            if (text->data == NULL) {
                return jalon_no_memory(ctx);
            }
        }
    }
    *out = mark;
    return JALON_OK;
}
