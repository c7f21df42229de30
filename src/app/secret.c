/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Secrets and digests: the only file that sees libsodium. Layer 3 (app). */
#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "internal.h"
#include "password_hash.h"

enum { SECRET_BYTES = JALON_SERVER_KEY_SIZE, HASH_BYTES = 32 };

/* As base64url; the bytes are wiped. */
static enum jalon_status write_secret(struct jalon_context *ctx, unsigned char bytes[SECRET_BYTES],
                                      struct jalon_text *out)
{
    size_t const size =
        sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = jalon_arena_allocate(ctx->arena, size);
    if (text != NULL) {
        sodium_bin2base64(text, size, bytes, SECRET_BYTES,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        *out = jalon_text_slice(text, size - 1);
    }
    sodium_memzero(bytes, SECRET_BYTES);
    return text != NULL ? JALON_OK : jalon_no_memory(ctx);
}

enum jalon_status jalon_secret_make(struct jalon_context *ctx, struct jalon_text *out)
{
    unsigned char bytes[SECRET_BYTES];
    jalon_random_bytes(bytes, sizeof bytes);
    return write_secret(ctx, bytes, out);
}

enum jalon_status jalon_secret_derive(struct jalon_context *ctx,
                                      const uint8_t key[JALON_SERVER_KEY_SIZE],
                                      struct jalon_text text, struct jalon_text *out)
{
    unsigned char bytes[SECRET_BYTES];
    crypto_generichash(bytes, sizeof bytes, (const unsigned char *)text.data, text.length, key,
                       JALON_SERVER_KEY_SIZE);
    return write_secret(ctx, bytes, out);
}

enum jalon_status jalon_secret_hash(struct jalon_context *ctx, struct jalon_text text,
                                    struct jalon_text *out)
{
    unsigned char hash[HASH_BYTES];
    char *hex = jalon_arena_allocate(ctx->arena, 2 * HASH_BYTES + 1);
    if (hex == NULL) {
        return jalon_no_memory(ctx);
    }
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text.data, text.length, NULL, 0);
    sodium_bin2hex(hex, 2 * HASH_BYTES + 1, hash, sizeof hash);
    *out = jalon_text_slice(hex, 2 * HASH_BYTES);
    return JALON_OK;
}

void jalon_secret_sha256(struct jalon_text text, uint8_t out[JALON_SHA256_SIZE])
{
    crypto_hash_sha256(out, (const unsigned char *)text.data, text.length);
}

enum jalon_status jalon_secret_check(struct jalon_context *ctx, struct jalon_text secret,
                                     struct jalon_text hash, bool *out)
{
    struct jalon_text own;
    enum jalon_status status = jalon_secret_hash(ctx, secret, &own);
    if (status == JALON_OK) {
        *out = own.length == hash.length && sodium_memcmp(own.data, hash.data, own.length) == 0;
    }
    return status;
}

/* --- Passwords --- */
/* Passes over the memory (RFC 9106, 4: at least one; more when there is less of it). */
enum { PASSES = 3 };

bool jalon_password_hash_make(struct jalon_text password, size_t memory,
                              char out[JALON_PASSWORD_HASH_SIZE])
{
    static_assert(JALON_PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "room for a hash");
    return crypto_pwhash_str_alg(out, password.data, password.length, PASSES, memory,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool jalon_password_hash_is_of(const char *hash, struct jalon_text password)
{
    return strlen(hash) < JALON_PASSWORD_HASH_SIZE &&
           crypto_pwhash_str_verify(hash, password.data, password.length) == 0;
}

bool jalon_password_hash_is_old(const char *hash, size_t memory)
{
    return crypto_pwhash_str_needs_rehash(hash, PASSES, memory) != 0;
}
