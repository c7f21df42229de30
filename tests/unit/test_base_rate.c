/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How often something may be, by a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/rate.h"

enum { MINUTE_US = 60000000, KEY_SIZE = 16 };

static const struct jalon_rate_limit six = {MINUTE_US / 6, MINUTE_US};
static const struct jalon_rate_limit sixty = {MINUTE_US / 60, MINUTE_US};

static void so_many_come_at_once_and_then_evenly(void **state)
{
    (void)state;
    struct jalon_rate *rate = jalon_rate_create();
    const uint8_t group[KEY_SIZE] = {1};
    const uint8_t other[KEY_SIZE] = {2};
    int64_t now_us = 5, wait_us = 0;
    for (int i = 0; i < 6; i++) {
        assert_true(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us, &wait_us));
    }
    assert_false(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us, &wait_us));
    assert_int_equal(wait_us, MINUTE_US / 6);
    assert_true(jalon_rate_is_full(rate, group, KEY_SIZE, &six, now_us));
    assert_false(jalon_rate_is_full(rate, group, KEY_SIZE, &six, now_us + wait_us));
    assert_true(jalon_rate_take(rate, other, KEY_SIZE, &six, now_us, &wait_us));
    now_us += wait_us - 1;
    assert_false(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us, &wait_us));
    assert_int_equal(wait_us, 1);
    assert_true(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us + 1, &wait_us));
    assert_false(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us + 1, &wait_us));
    now_us += 10 * (int64_t)MINUTE_US;
    for (int i = 0; i < 6; i++) {
        assert_true(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us, &wait_us));
    }
    assert_false(jalon_rate_take(rate, group, KEY_SIZE, &six, now_us, &wait_us));
    jalon_rate_destroy(rate);
}

/* Whoever floods the table with addresses is still held to the limit himself. */
static void many_addresses_push_out_the_quiet_ones_first(void **state)
{
    (void)state;
    struct jalon_rate *rate = jalon_rate_create();
    uint8_t busy[KEY_SIZE] = {9}, passing[KEY_SIZE] = {0};
    int64_t wait_us = 0;
    int refused = 0;
    for (int i = 0; i < 60; i++) {
        assert_true(jalon_rate_take(rate, busy, KEY_SIZE, &sixty, 1000, &wait_us));
    }
    for (uint32_t i = 10; i <= 200000; i++) {
        memcpy(passing, &i, sizeof i);
        assert_true(jalon_rate_take(rate, passing, KEY_SIZE, &sixty, 1000, &wait_us));
    }
    refused = !jalon_rate_take(rate, busy, KEY_SIZE, &sixty, 1000, &wait_us);
    assert_int_equal(refused, 1);
    jalon_rate_destroy(rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_come_at_once_and_then_evenly),
        cmocka_unit_test(many_addresses_push_out_the_quiet_ones_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
