/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Checksums of files. Layer 2 (view). */
#include "checksum.h"

#include <string.h>

static const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 over the golden ratio */

static uint64_t mix(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * multiplier;
    return lane ^ lane >> 29;
}

static void add_step(struct jalon_view_checksum *checksum, const unsigned char *bytes)
{
    uint64_t words[4];
    memcpy(words, bytes, sizeof words);
    for (int i = 0; i < 4; i++) {
        checksum->lanes[i] = mix(checksum->lanes[i], words[i]);
    }
}

void jalon_view_checksum_add(struct jalon_view_checksum *checksum, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    size_t whole = size / JALON_VIEW_CHECKSUM_STEP * JALON_VIEW_CHECKSUM_STEP;
    for (size_t i = 0; i < whole; i += JALON_VIEW_CHECKSUM_STEP) {
        add_step(checksum, bytes + i);
    }
    if (size > whole) {
        unsigned char last[JALON_VIEW_CHECKSUM_STEP] = {0};
        memcpy(last, bytes + whole, size - whole);
        add_step(checksum, last);
    }
    checksum->size += size;
}

uint64_t jalon_view_checksum_value(const struct jalon_view_checksum *checksum)
{
    uint64_t value = mix(0, checksum->size);
    for (int i = 0; i < 4; i++) {
        value = mix(value, checksum->lanes[i]);
    }
    return value;
}
