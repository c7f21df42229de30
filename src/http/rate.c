/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The generic cell rate algorithm (ITU-T I.371, annex A): one time for each address and kind tells
 * all. Layer 2.
 *
 * The table has a fixed size, whatever comes. An address belongs to one set of WAYS places; in a
 * full set the one that has been quiet for longest is forgotten, which is to its favour. The places
 * are found by a keyed hash, so that nobody can choose whom to push out.
 */
#include "rate.h"

#include <pthread.h>
#include <string.h>

#include "jalon/hash.h"
#include "jalon/id.h"
#include "jalon/memory.h"

enum { SETS = 4096, WAYS = 4, LOCKS = 16 };

static const int64_t minute_us = 60000000;

struct place {
    uint8_t group[JALON_ADDRESS_SIZE];
    int64_t next_us[JALON_RATE_KIND_COUNT]; /* when it would be due if it came evenly; 0: never */
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

static int64_t latest(const struct place *place)
{
    int64_t read = place->next_us[JALON_RATE_READ];
    int64_t write = place->next_us[JALON_RATE_WRITE];
    return read > write ? read : write;
}

/* The group's place in its set, made when it has none. */
static struct place *find_place(struct place set[WAYS], const uint8_t *group)
{
    struct place *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (latest(&set[i]) != 0 && memcmp(set[i].group, group, sizeof set[i].group) == 0) {
            return &set[i];
        }
        if (latest(&set[i]) < latest(oldest)) {
            oldest = &set[i];
        }
    }
    memset(oldest, 0, sizeof *oldest);
    memcpy(oldest->group, group, sizeof oldest->group);
    return oldest;
}

bool jalon_rate_take(struct jalon_rate *rate, const uint8_t group[JALON_ADDRESS_SIZE],
                     enum jalon_rate_kind kind, unsigned per_minute, int64_t now_us,
                     int64_t *out_wait_us)
{
    size_t set = (size_t)(jalon_hash_keyed(rate->key, group, JALON_ADDRESS_SIZE) % SETS);
    int64_t part_us = minute_us / per_minute;
    pthread_mutex_t *lock = &rate->locks[set % LOCKS];
    pthread_mutex_lock(lock);
    int64_t *next_us = &find_place(rate->places[set], group)->next_us[kind];
    int64_t due_us = *next_us > now_us ? *next_us : now_us;
    int64_t early_us = due_us + part_us - now_us - minute_us;
    bool taken = early_us <= 0;
    if (taken) {
        *next_us = due_us + part_us;
    } else {
        *out_wait_us = early_us;
    }
    pthread_mutex_unlock(lock);
    return taken;
}
