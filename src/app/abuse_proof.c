/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A proof of work (Dwork and Naor 1992, "Pricing via processing or combatting junk mail"; Back 2002,
 * hashcash): a puzzle that costs a phone about a second and a flood of writes more than it is worth.
 * Layer 3 (app).
 *
 * The server remembers nothing of a puzzle it has set: the text says which map it is for, how hard it
 * is and until when it is good, and ends with a code that only the servers of this database can make.
 * Those that were used are remembered, until they would have expired.
 */
#include "abuse.h"

#include <string.h>

#include "jalon/clock.h"
#include "jalon/rate.h"

#include "internal.h"

enum { BITS = 18, GOOD_FOR_S = 600, NONCE_MAX = 32, CODE_LENGTH = 43, RANDOM_SIZE = 8 };

/* The code of a puzzle; the text with it before "proof" can be nothing else. */
static enum jalon_status sign(struct jalon_context *ctx, const struct jalon_app *app,
                              struct jalon_text text, struct jalon_text *out)
{
    struct jalon_text said =
        jalon_text_format(ctx->arena, "proof %.*s", JALON_TEXT_ARGS(text));
    return said.data != NULL ? jalon_secret_derive(ctx, app->trace_key, said, out)
                             : jalon_no_memory(ctx);
}

enum jalon_status jalon_app_make_challenge(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text slug, const struct jalon_actor *actor,
                                           struct jalon_challenge *out)
{
    uint8_t random[RANDOM_SIZE];
    uint64_t number;
    struct jalon_text code;
    struct jalon_reading reading = {.live = NULL};
    enum jalon_status status = jalon_app_read(ctx, app, slug, actor, &reading);
    if (status != JALON_OK) {
        return status;
    }
    jalon_random_bytes(random, sizeof random);
    memcpy(&number, random, sizeof number);
    int64_t expires_s = jalon_clock_now_us() / 1000000 + GOOD_FOR_S;
    struct jalon_challenge made = {
        .is_needed = jalon_abuse_is_pressed(app, reading.map),
        .bits = BITS,
        .expires_us = expires_s * 1000000,
    };
    struct jalon_text text = jalon_text_format(
        ctx->arena, "%lld-%lld-%d-%016llx", (long long)reading.map->number, (long long)expires_s,
        BITS, (unsigned long long)number);
    jalon_app_end_reading(app, &reading);
    status = text.data != NULL ? sign(ctx, app, text, &code) : jalon_no_memory(ctx);
    if (status != JALON_OK) {
        return status;
    }
    made.text = jalon_text_format(ctx->arena, "%s-%s", text.data, code.data);
    if (made.text.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = made;
    return JALON_OK;
}

/* --- Checking --- */
/* A decimal number up to the next '-', which is passed; false when there is none. */
static bool read_number(struct jalon_text *rest, int64_t *out)
{
    size_t end = jalon_text_find(*rest, '-');
    bool good = end < rest->length && jalon_text_to_int64(jalon_text_slice(rest->data, end), out);
    size_t used = good ? end + 1 : 0;
    *rest = jalon_text_slice(rest->data + used, rest->length - used);
    return good;
}

static bool begins_with_zeros(const uint8_t hash[JALON_SHA256_SIZE], int64_t bits)
{
    for (int64_t i = 0; i < bits; i++) {
        if ((hash[i / 8] >> (7 - i % 8) & 1) != 0) {
            return false;
        }
    }
    return true;
}

/* Is it a puzzle that these servers have set for the map, and good still? */
static enum jalon_status check_puzzle(struct jalon_context *ctx, const struct jalon_app *app,
                                      const struct jalon_map *map, struct jalon_text puzzle,
                                      int64_t *out_bits, bool *out)
{
    struct jalon_text rest = puzzle, code;
    int64_t number = 0, expires_s = 0;
    *out = false;
    if (puzzle.length <= CODE_LENGTH + 1 || !read_number(&rest, &number) ||
        !read_number(&rest, &expires_s) || !read_number(&rest, out_bits)) {
        return JALON_OK;
    }
    struct jalon_text said = jalon_text_slice(puzzle.data, puzzle.length - CODE_LENGTH - 1);
    enum jalon_status status = sign(ctx, app, said, &code);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text given =
        jalon_text_slice(puzzle.data + puzzle.length - CODE_LENGTH, CODE_LENGTH);
    bool is_ours = jalon_text_equal(code, given) && puzzle.data[said.length] == '-';
    *out = is_ours && number == map->number && *out_bits > 0 && *out_bits <= 64 &&
           expires_s * 1000000 > jalon_clock_now_us();
    return JALON_OK;
}

enum jalon_status jalon_abuse_take_proof(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map,
                                         const struct jalon_actor *actor, bool *out)
{
    struct jalon_text proof = actor->proof;
    size_t colon = jalon_text_find(proof, ':');
    int64_t bits = 0, wait_us = 0;
    bool is_good = false;
    uint8_t hash[JALON_SHA256_SIZE];
    *out = false;
    if (colon == proof.length || proof.length - colon - 1 > NONCE_MAX) {
        return JALON_OK;
    }
    struct jalon_text puzzle = jalon_text_slice(proof.data, colon);
    enum jalon_status status = check_puzzle(ctx, app, map, puzzle, &bits, &is_good);
    if (status != JALON_OK || !is_good) {
        return status;
    }
    jalon_secret_sha256(proof, hash);
    if (!begins_with_zeros(hash, bits)) {
        return JALON_OK;
    }
    /* Once in the time it is good for: the end of its code tells it from all others. */
    const struct jalon_rate_limit once = {INT64_C(1000000) * GOOD_FOR_S,
                                          INT64_C(1000000) * GOOD_FOR_S};
    *out = jalon_rate_take(app->abuse->proofs, puzzle.data + puzzle.length - JALON_RATE_KEY_MAX,
                           JALON_RATE_KEY_MAX, &once, jalon_clock_monotonic_us(), &wait_us);
    return JALON_OK;
}
