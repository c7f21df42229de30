/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Passwords as argon2id hashes (RFC 9106), a few at a time. Layer 3 (app).
 *
 * A hash takes much memory and a tenth of a second, which is what makes guessing dear, and what would
 * let anybody take all the memory there is by trying to sign in often at the same time.
 */
#include "password_hash.h"
#include "people.h"

#include <string.h>

#include "jalon/memory.h"

enum { AT_ONCE = 2, WAITING_MAX = 8 };

struct jalon_passwords {
    size_t memory;
    _Atomic uint64_t made;
    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t freed;
    unsigned running, waiting;
    /* Of no password anybody has; made on first use, as long as it takes to check one. */
    char dummy[JALON_PASSWORD_HASH_SIZE];
};

struct jalon_passwords *jalon_passwords_create(size_t memory)
{
    struct jalon_passwords *passwords = jalon_memory_allocate_zeroed(1, sizeof *passwords);
    if (passwords != NULL) {
        passwords->memory = memory;
        pthread_mutex_init(&passwords->mutex, NULL);
        pthread_cond_init(&passwords->freed, NULL);
    }
    return passwords;
}

void jalon_passwords_destroy(struct jalon_passwords *passwords)
{
    if (passwords != NULL) {
        pthread_cond_destroy(&passwords->freed);
        pthread_mutex_destroy(&passwords->mutex);
        jalon_memory_release(passwords);
    }
}

uint64_t jalon_passwords_count(const struct jalon_passwords *passwords)
{
    return passwords->made;
}

enum jalon_status jalon_password_check_form(struct jalon_context *ctx, struct jalon_text password,
                                            enum jalon_error_place place, const char *where)
{
    size_t length = jalon_text_is_utf8(password) ? jalon_text_code_points(password) : 0;
    return length >= JALON_PASSWORD_LENGTH_MIN && length <= JALON_PASSWORD_LENGTH_MAX
               ? JALON_OK
               : jalon_fail_at(ctx, JALON_INVALID, place, where, "must have %d to %d characters",
                               JALON_PASSWORD_LENGTH_MIN, JALON_PASSWORD_LENGTH_MAX);
}

/* Waits for a place; JALON_UNAVAILABLE: too many wait. */
static enum jalon_status enter(struct jalon_context *ctx, struct jalon_passwords *passwords)
{
    pthread_mutex_lock(&passwords->mutex);
    bool taken = passwords->running < AT_ONCE || passwords->waiting < WAITING_MAX;
    passwords->waiting += taken;
    while (taken && passwords->running >= AT_ONCE) {
        pthread_cond_wait(&passwords->freed, &passwords->mutex);
    }
    passwords->waiting -= taken;
    passwords->running += taken;
    pthread_mutex_unlock(&passwords->mutex);
    return taken ? JALON_OK
                 : jalon_fail(ctx, JALON_UNAVAILABLE,
                              "too many people sign in just now: try again in a moment");
}

static void leave(struct jalon_passwords *passwords)
{
    pthread_mutex_lock(&passwords->mutex);
    passwords->running--;
    pthread_cond_signal(&passwords->freed);
    pthread_mutex_unlock(&passwords->mutex);
}

enum jalon_status jalon_password_hash(struct jalon_context *ctx,
                                      struct jalon_passwords *passwords,
                                      struct jalon_text password, struct jalon_text *out)
{
    char hash[JALON_PASSWORD_HASH_SIZE];
    enum jalon_status status = enter(ctx, passwords);
    if (status != JALON_OK) {
        return status;
    }
    passwords->made++;
    bool made = jalon_password_hash_make(password, passwords->memory, hash);
    leave(passwords);
    struct jalon_text copy =
        made ? jalon_text_copy(ctx->arena, jalon_text_from(hash)) : JALON_TEXT_EMPTY;
    if (copy.length == 0) {
        return jalon_no_memory(ctx);
    }
    *out = copy;
    return JALON_OK;
}

/* The caller has a place. False: no memory. */
static bool make_dummy(struct jalon_passwords *passwords)
{
    char hash[JALON_PASSWORD_HASH_SIZE];
    pthread_mutex_lock(&passwords->mutex);
    bool there = passwords->dummy[0] != '\0';
    pthread_mutex_unlock(&passwords->mutex);
    if (there) {
        return true;
    }
    uint8_t random[32];
    jalon_random_bytes(random, sizeof random);
    if (!jalon_password_hash_make(jalon_text_slice((const char *)random, sizeof random),
                                  passwords->memory, hash)) {
        return false;
    }
    pthread_mutex_lock(&passwords->mutex);
    if (passwords->dummy[0] == '\0') {
        memcpy(passwords->dummy, hash, sizeof hash);
    }
    pthread_mutex_unlock(&passwords->mutex);
    return true;
}

enum jalon_status jalon_password_verify(struct jalon_context *ctx,
                                        struct jalon_passwords *passwords,
                                        struct jalon_text password, struct jalon_text hash,
                                        bool *out_right, bool *out_old)
{
    enum jalon_status status = enter(ctx, passwords);
    if (status != JALON_OK) {
        return status;
    }
    bool has_dummy = make_dummy(passwords);
    passwords->made++;
    const char *compared = hash.length > 0 ? hash.data : passwords->dummy;
    bool right = has_dummy && jalon_password_hash_is_of(compared, password);
    bool old = hash.length > 0 && jalon_password_hash_is_old(compared, passwords->memory);
    leave(passwords);
    if (!has_dummy) {
        return jalon_no_memory(ctx);
    }
    *out_right = right && hash.length > 0;
    *out_old = old;
    return JALON_OK;
}
