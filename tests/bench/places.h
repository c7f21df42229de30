/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where people would contribute: points spread over France as its population is.
 *
 * The same seed gives the same points on every machine with IEEE doubles.
 */
#ifndef JALON_BENCH_PLACES_H
#define JALON_BENCH_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "jalon/geometry.h"

/* xoshiro256** 1.0 (Blackman and Vigna, 2018), seeded by splitmix64. */
struct random_state {
    uint64_t words[4];
};

void random_seed(struct random_state *state, uint64_t seed);
uint64_t random_next(struct random_state *state);
/* In [0, 1). */
double random_unit(struct random_state *state);

/*
 * Fills `points` (degrees, WGS 84, rounded to 6 decimals) and, when it is not NULL, `towns` with the
 * index of the town each one belongs to, -1 in the open country.
 */
void places_draw(struct random_state *state, struct jalon_position *points, int16_t *towns,
                 size_t count);

const char *places_town_name(int16_t town);

#endif
