/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Time: int64_t microseconds since 1970-01-01T00:00:00Z, everywhere (`_us`). Layer 0 (base).
 */
#ifndef JALON_CLOCK_H
#define JALON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "jalon/text.h"

/* "2026-11-21T08:52:00.123456Z" and its NUL. */
#define JALON_CLOCK_TEXT_SIZE 28

int64_t jalon_clock_now_us(void);
/* Now, or `past_us` where the clock has been set back behind it: for what comes after something. */
int64_t jalon_clock_not_before_us(int64_t past_us);
/* Never goes back, unrelated to the date: for durations. */
int64_t jalon_clock_monotonic_us(void);
/* Tests only: jalon_clock_now_us answers this until called with 0. */
void jalon_clock_set_us(int64_t now_us);

/* RFC 3339 in UTC; the fraction is left out when zero, else 3 or 6 digits. Years 0000 to 9999. */
void jalon_clock_format(int64_t time_us, char out[JALON_CLOCK_TEXT_SIZE]);
/* An RFC 3339 date-time with any offset. False leaves *out untouched. */
bool jalon_clock_parse(struct jalon_text text, int64_t *out_us);
/* A calendar date "YYYY-MM-DD" that exists; *out_us is its midnight UTC. */
bool jalon_clock_parse_date(struct jalon_text text, int64_t *out_us);
/* The UTC month as one number: 12 * year + (0 for January … 11); years 0 to 9999. */
int64_t jalon_clock_month(int64_t time_us);
/* Days since 1970-01-01, UTC; rounded down. */
int64_t jalon_clock_day(int64_t time_us);

#endif
