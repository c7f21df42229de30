/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The generic cell rate algorithm over a table of fixed size. Layer 0. */
#include "jalon/rate.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "jalon/hash.h"
#include "jalon/id.h"
#include "jalon/memory.h"

enum { SETS = 8192, WAYS = 4, LOCKS = 16 };

struct place {
    uint8_t key[JALON_RATE_KEY_MAX]; /* zeros behind it */
    int64_t next_us; /* when it would be due if it came evenly; 0: nobody's */
};

struct jalon_rate {
    uint8_t key[JALON_HASH_KEY_SIZE];
    pthread_mutex_t locks[LOCKS]; /* each of every LOCKS-th set */
    struct place places[SETS][WAYS];
};

struct jalon_rate *jalon_rate_create(void)
{
    struct jalon_rate *rate = jalon_memory_allocate_zeroed(1, sizeof *rate);
    if (rate == NULL) {
        return NULL;
    }
    jalon_random_bytes(rate->key, sizeof rate->key);
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&rate->locks[i], NULL);
    }
    return rate;
}

void jalon_rate_destroy(struct jalon_rate *rate)
{
    if (rate == NULL) {
        return;
    }
    for (size_t i = 0; i < LOCKS; i++) {
        pthread_mutex_destroy(&rate->locks[i]);
    }
    jalon_memory_release(rate);
}

/* The key's place in its set, made when it has none. */
static struct place *find_place(struct place set[WAYS], const uint8_t key[JALON_RATE_KEY_MAX])
{
    struct place *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].next_us != 0 && memcmp(set[i].key, key, JALON_RATE_KEY_MAX) == 0) {
            return &set[i];
        }
        if (set[i].next_us < oldest->next_us) {
            oldest = &set[i];
        }
    }
    oldest->next_us = 0;
    memcpy(oldest->key, key, JALON_RATE_KEY_MAX);
    return oldest;
}

/* Looks at a key's place, and `counts` one if there is room. *out_early_us > 0: there is none. */
static void look(struct jalon_rate *rate, const void *key, size_t key_size,
                 const struct jalon_rate_limit *limit, int64_t now_us, bool counts,
                 int64_t *out_early_us)
{
    uint8_t whole[JALON_RATE_KEY_MAX] = {0};
    assert(key_size > 0 && key_size <= sizeof whole);
    memcpy(whole, key, key_size);
    size_t set = (size_t)(jalon_hash_keyed(rate->key, whole, sizeof whole) % SETS);
    pthread_mutex_t *lock = &rate->locks[set % LOCKS];
    pthread_mutex_lock(lock);
    struct place *place = find_place(rate->places[set], whole);
    int64_t due_us = place->next_us > now_us ? place->next_us : now_us;
    *out_early_us = due_us + limit->part_us - now_us - limit->within_us;
    if (counts && *out_early_us <= 0) {
        place->next_us = due_us + limit->part_us;
    }
    pthread_mutex_unlock(lock);
}

bool jalon_rate_take(struct jalon_rate *rate, const void *key, size_t key_size,
                     const struct jalon_rate_limit *limit, int64_t now_us, int64_t *out_wait_us)
{
    int64_t early_us;
    look(rate, key, key_size, limit, now_us, true, &early_us);
    if (early_us > 0) {
        *out_wait_us = early_us;
    }
    return early_us <= 0;
}

bool jalon_rate_is_full(struct jalon_rate *rate, const void *key, size_t key_size,
                        const struct jalon_rate_limit *limit, int64_t now_us)
{
    int64_t early_us;
    look(rate, key, key_size, limit, now_us, false, &early_us);
    return early_us > 0;
}
