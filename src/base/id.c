/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* UUID version 7, strictly increasing within the process. Layer 0. */
#include "jalon/id.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "jalon/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_ms;
static uint16_t counter; /* 12 bits */

void jalon_random_bytes(void *out, size_t size)
{
    unsigned char *at = out;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            abort();
        }
        at += got;
        size -= (size_t)got;
    }
}

/* The next (milliseconds, counter) pair; the counter starts low in each new millisecond. */
static void tick(uint64_t *out_ms, uint16_t *out_counter, uint16_t seed)
{
    pthread_mutex_lock(&lock);
    uint64_t now_ms = (uint64_t)jalon_clock_now_us() / 1000;
    if (now_ms > last_ms) {
        last_ms = now_ms;
        counter = seed & 0x7ff;
    } else if (counter < 0xfff) {
        counter++;
    } else {
        last_ms++;
        counter = seed & 0x7ff;
    }
    *out_ms = last_ms;
    *out_counter = counter;
    pthread_mutex_unlock(&lock);
}

/* Random bytes in bulk, per thread: one system call for many ids. */
static void take_random(uint8_t out[10])
{
    static _Thread_local uint8_t pool[640];
    static _Thread_local size_t left;
    if (left < 10) {
        jalon_random_bytes(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= 10;
    memcpy(out, pool + left, 10);
}

struct jalon_id jalon_id_make(void)
{
    uint8_t random[10];
    take_random(random);
    uint64_t ms;
    uint16_t count;
    tick(&ms, &count, (uint16_t)((random[8] << 8) | random[9]));
    struct jalon_id id;
    for (int i = 0; i < 6; i++) {
        id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
    }
    id.bytes[6] = (uint8_t)(0x70 | (count >> 8));
    id.bytes[7] = (uint8_t)(count & 0xff);
    memcpy(id.bytes + 8, random, 8);
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

void jalon_id_format(struct jalon_id id, char out[JALON_ID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *at = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[id.bytes[i] >> 4];
        *at++ = digits[id.bytes[i] & 15];
    }
    *at = '\0';
}

/* One more than each digit's value; 0: no digit. */
static const uint8_t hex_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool jalon_id_parse(struct jalon_text text, struct jalon_id *out)
{
    if (text.length != JALON_ID_TEXT_SIZE - 1) {
        return false;
    }
    struct jalon_id id;
    size_t at = 0;
    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text.data[at++] != '-') {
            return false;
        }
        unsigned high = hex_values[(unsigned char)text.data[at]];
        unsigned low = hex_values[(unsigned char)text.data[at + 1]];
        if (high == 0 || low == 0) {
            return false;
        }
        id.bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
        at += 2;
    }
    *out = id;
    return true;
}

bool jalon_id_is_version_7(struct jalon_id id)
{
    return id.bytes[6] >> 4 == 7 && id.bytes[8] >> 6 == 2;
}

int jalon_id_compare(struct jalon_id a, struct jalon_id b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes);
}
