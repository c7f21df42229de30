/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A keyed hash. Layer 0 (base).
 */
#ifndef JALON_HASH_H
#define JALON_HASH_H

#include <stddef.h>
#include <stdint.h>

#define JALON_HASH_KEY_SIZE 16

/*
 * SipHash-2-4 (Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF"): without the key
 * nobody can guess a value or make inputs collide. For hash tables fed from outside and for short
 * checksums; not a cryptographic digest.
 */
uint64_t jalon_hash_keyed(const uint8_t key[JALON_HASH_KEY_SIZE], const void *data, size_t size);

#endif
