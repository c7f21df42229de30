/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A checksum against damage, not against malice: of what this program wrote and reads again. Layer 2
 * (view), private.
 */
#ifndef JALON_VIEW_CHECKSUM_H
#define JALON_VIEW_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* Bytes are taken in pieces of this many; only the last call may have another count. */
enum { JALON_VIEW_CHECKSUM_STEP = 32 };

/* Four lanes, so that the multiplications of a step do not wait for each other. */
struct jalon_view_checksum {
    uint64_t lanes[4];
    uint64_t size;
};

/* Starts from a zeroed one. */
void jalon_view_checksum_add(struct jalon_view_checksum *checksum, const void *data, size_t size);
uint64_t jalon_view_checksum_value(const struct jalon_view_checksum *checksum);

#endif
