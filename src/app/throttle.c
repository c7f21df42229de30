/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * How often something was tried, and how long who tries again has to wait. Layer 3 (app).
 *
 * A table of fixed size: a name's place in it is a keyed hash, which nobody outside knows, so that
 * nobody can have a certain other name forgotten; in its row of places the one that has to wait
 * least gives way. What was not tried for an hour is forgotten.
 */
#include "people.h"

#include "jalon/clock.h"
#include "jalon/hash.h"
#include "jalon/memory.h"

enum { ROWS = 2048, PLACES = 4 };
static const int64_t forgotten_us = INT64_C(3600000000);

struct place {
    uint64_t name; /* 0: free */
    uint32_t tries;
    int64_t last_us;
};

struct jalon_throttle {
    unsigned free;
    uint8_t key[JALON_HASH_KEY_SIZE];
    pthread_mutex_t mutex; /* of all below */
    struct place places[ROWS][PLACES];
};

/* A network is many people, behind one address; the wait of an account is short, as anybody can make
 * its owner wait. */
static const struct {
    unsigned factor;
    int64_t first_s, most_s;
} rules[JALON_THROTTLE_KIND_COUNT] = {
    [JALON_THROTTLE_ACCOUNT] = {1, 1, 60},
    [JALON_THROTTLE_NETWORK] = {6, 1, 900},
    [JALON_THROTTLE_MAIL] = {1, 30, 3600},
};

struct jalon_throttle *jalon_throttle_create(unsigned free)
{
    struct jalon_throttle *throttle = jalon_memory_allocate_zeroed(1, sizeof *throttle);
    if (throttle != NULL) {
        throttle->free = free;
        jalon_random_bytes(throttle->key, sizeof throttle->key);
        pthread_mutex_init(&throttle->mutex, NULL);
    }
    return throttle;
}

void jalon_throttle_destroy(struct jalon_throttle *throttle)
{
    if (throttle != NULL) {
        pthread_mutex_destroy(&throttle->mutex);
        jalon_memory_release(throttle);
    }
}

/* Letters A to Z count as a to z: so do they in names and addresses. */
static uint64_t hash(const struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                     struct jalon_text what)
{
    char name[256];
    size_t length = 0;
    name[length++] = (char)kind;
    for (size_t i = 0; i < what.length && length < sizeof name; i++) {
        char c = what.data[i];
        name[length++] = (char)(kind != JALON_THROTTLE_NETWORK && c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    uint64_t value = jalon_hash_keyed(throttle->key, name, length);
    return value != 0 ? value : 1;
}

static int64_t until_us(const struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                        const struct place *place)
{
    uint32_t free = throttle->free * rules[kind].factor;
    if (place->name == 0 || place->tries < free) {
        return 0;
    }
    uint32_t beyond = place->tries - free;
    int64_t wait_s = beyond < 20 ? rules[kind].first_s << beyond : rules[kind].most_s;
    return place->last_us + (wait_s < rules[kind].most_s ? wait_s : rules[kind].most_s) * 1000000;
}

/* The place of the name, or NULL. The caller has the mutex. */
static struct place *find(struct jalon_throttle *throttle, uint64_t name, int64_t now_us)
{
    struct place *row = throttle->places[name % ROWS];
    for (size_t i = 0; i < PLACES; i++) {
        if (row[i].name != 0 && now_us - row[i].last_us > forgotten_us) {
            row[i] = (struct place){.name = 0};
        }
        if (row[i].name == name) {
            return &row[i];
        }
    }
    return NULL;
}

/* The caller has the mutex. */
static struct place *make(struct jalon_throttle *throttle, uint64_t name)
{
    struct place *row = throttle->places[name % ROWS];
    struct place *least = &row[0];
    for (size_t i = 1; i < PLACES; i++) {
        if (row[i].tries < least->tries ||
            (row[i].tries == least->tries && row[i].last_us < least->last_us)) {
            least = &row[i];
        }
    }
    *least = (struct place){.name = name};
    return least;
}

int64_t jalon_throttle_wait_s(struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                              struct jalon_text what)
{
    int64_t now_us = jalon_clock_monotonic_us(), until = 0;
    if (throttle->free == 0) {
        return 0;
    }
    pthread_mutex_lock(&throttle->mutex);
    const struct place *place = find(throttle, hash(throttle, kind, what), now_us);
    if (place != NULL) {
        until = until_us(throttle, kind, place);
    }
    pthread_mutex_unlock(&throttle->mutex);
    return until > now_us ? (until - now_us + 999999) / 1000000 : 0;
}

void jalon_throttle_count(struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                          struct jalon_text what)
{
    uint64_t name = hash(throttle, kind, what);
    int64_t now_us = jalon_clock_monotonic_us();
    pthread_mutex_lock(&throttle->mutex);
    struct place *place = find(throttle, name, now_us);
    if (place == NULL) {
        place = make(throttle, name);
    }
    place->tries++;
    place->last_us = now_us;
    pthread_mutex_unlock(&throttle->mutex);
}

void jalon_throttle_forget(struct jalon_throttle *throttle, enum jalon_throttle_kind kind,
                           struct jalon_text what)
{
    pthread_mutex_lock(&throttle->mutex);
    struct place *place =
        find(throttle, hash(throttle, kind, what), jalon_clock_monotonic_us());
    if (place != NULL) {
        *place = (struct place){.name = 0};
    }
    pthread_mutex_unlock(&throttle->mutex);
}
