/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The keyed hash against its authors' vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jalon/hash.h"

/* SipHash paper, appendix A, and vectors_sip64 of the reference implementation (byte-swapped):
 * key 00 01 … 0f, message 00 01 … of the given length. */
static void it_agrees_with_the_official_vectors(void **state)
{
    (void)state;
    static const struct {
        size_t length;
        uint64_t hash;
    } vectors[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},
        {2, UINT64_C(0x0d6c8009d9a94f5a)},  {3, UINT64_C(0x85676696d7fb7e2d)},
        {4, UINT64_C(0xcf2794e0277187b7)},  {5, UINT64_C(0x18765564cd99a68d)},
        {6, UINT64_C(0xcbc9466e58fee3ce)},  {7, UINT64_C(0xab0200f58b01d137)},
        {8, UINT64_C(0x93f5f5799a932462)},  {9, UINT64_C(0x9e0082df0ba9e4b0)},
        {15, UINT64_C(0xa129ca6149be45e5)}, {16, UINT64_C(0x3f2acc7f57c29bdb)},
        {63, UINT64_C(0x958a324ceb064572)},
    };
    uint8_t key[JALON_HASH_KEY_SIZE], message[64];
    for (uint8_t i = 0; i < sizeof message; i++) {
        message[i] = i;
        key[i % sizeof key] = i % sizeof key;
    }
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        assert_int_equal(jalon_hash_keyed(key, message, vectors[i].length), vectors[i].hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_the_official_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
