/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Paging tokens: a mark and its keyed checksum. Layer 1 (query).
 *
 * The scope is not in the token: it is hashed again when the token comes back. Each parameter is
 * hashed by itself and the hashes are added, so that their order does not matter and no memory is
 * needed; without the key nobody can choose parameters whose sum is the same.
 */
#include "jalon/query.h"

#include <string.h>

#include "jalon/hash.h"

enum {
    NUMBER_SIZE = 8,
    MARK_SIZE = 2 * NUMBER_SIZE,
    CHECK_SIZE = 16,
    TOKEN_SIZE = MARK_SIZE + CHECK_SIZE + 1, /* and a zero, for a whole number of letters */
    TEXT_SIZE = TOKEN_SIZE / 3 * 4,
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

/* One half of the checksum: over mark, list and parameters, each of a fixed size here. */
static uint64_t check(const uint8_t *key, const struct jalon_query_scope *scope,
                      const uint8_t mark[MARK_SIZE])
{
    uint64_t parameters = 0, count = 0;
    for (size_t i = 0; i < scope->parameter_count; i++) {
        if (changes_matches(scope->parameters[i].name)) {
            parameters += hash_parameter(key, &scope->parameters[i]);
            count++;
        }
    }
    uint8_t message[MARK_SIZE + 24];
    memcpy(message, mark, MARK_SIZE);
    put_number(message + MARK_SIZE, jalon_hash_keyed(key, scope->list.data, scope->list.length));
    put_number(message + MARK_SIZE + 8, parameters);
    put_number(message + MARK_SIZE + 16, count);
    return jalon_hash_keyed(key, message, sizeof message);
}

static void make_token(uint8_t out[TOKEN_SIZE], const struct jalon_query_key *key,
                       const struct jalon_query_scope *scope, struct jalon_query_mark mark)
{
    uint64_t distance;
    memcpy(&distance, &mark.distance_m, sizeof distance);
    put_number(out, (uint64_t)mark.number);
    put_number(out + NUMBER_SIZE, distance);
    put_number(out + MARK_SIZE, check(key->bytes, scope, out));
    put_number(out + MARK_SIZE + 8, check(key->bytes + JALON_HASH_KEY_SIZE, scope, out));
    out[TOKEN_SIZE - 1] = 0;
}

static struct jalon_query_mark read_mark(const uint8_t token[TOKEN_SIZE])
{
    struct jalon_query_mark mark = {.number = (int64_t)get_number(token)};
    uint64_t distance = get_number(token + NUMBER_SIZE);
    memcpy(&mark.distance_m, &distance, sizeof distance);
    return mark;
}

void jalon_query_token_write(struct jalon_buffer *buffer, const struct jalon_query_key *key,
                             const struct jalon_query_scope *scope, struct jalon_query_mark mark)
{
    uint8_t token[TOKEN_SIZE];
    char text[TEXT_SIZE];
    make_token(token, key, scope, mark);
    for (size_t i = 0; i < TOKEN_SIZE / 3; i++) {
        uint32_t bits = (uint32_t)token[3 * i] << 16 | (uint32_t)token[3 * i + 1] << 8 |
                        token[3 * i + 2];
        for (int j = 0; j < 4; j++) {
            text[4 * i + (size_t)j] = ALPHABET[bits >> (18 - 6 * j) & 63];
        }
    }
    jalon_buffer_append(buffer, text, sizeof text);
}

/* False when it is not TEXT_SIZE characters of the alphabet. */
static bool decode(struct jalon_text text, uint8_t out[TOKEN_SIZE])
{
    struct jalon_text const letters = JALON_TEXT(ALPHABET);
    if (text.length != TEXT_SIZE) {
        return false;
    }
    for (size_t i = 0; i < TOKEN_SIZE / 3; i++) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 4; j++) {
            size_t value = jalon_text_find(letters, text.data[4 * i + j]);
            if (value == letters.length) {
                return false;
            }
            bits = bits << 6 | (uint32_t)value;
        }
        out[3 * i] = (uint8_t)(bits >> 16);
        out[3 * i + 1] = (uint8_t)(bits >> 8);
        out[3 * i + 2] = (uint8_t)bits;
    }
    return true;
}

enum jalon_status jalon_query_token_read(struct jalon_context *ctx,
                                         const struct jalon_query_key *key,
                                         const struct jalon_query_scope *scope,
                                         struct jalon_text token,
                                         struct jalon_query_mark *out)
{
    uint8_t given[TOKEN_SIZE], expected[TOKEN_SIZE];
    uint8_t difference = 1;
    struct jalon_query_mark mark = {0};
    if (decode(token, given)) {
        mark = read_mark(given);
        make_token(expected, key, scope, mark);
        difference = 0;
        for (size_t i = 0; i < TOKEN_SIZE; i++) { /* all of them: time tells nothing */
            difference |= given[i] ^ expected[i];
        }
    }
    if (difference != 0 || mark.number < 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "next",
                             "expected the token of a \"next\" link of this same query, unaltered "
                             "(start again without it)");
    }
    *out = mark;
    return JALON_OK;
}
