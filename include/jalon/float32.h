/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rounding to single precision without losing anything of an interval. Layer 0 (base).
 */
#ifndef JALON_FLOAT32_H
#define JALON_FLOAT32_H

#include <math.h>

/* The greatest single-precision number that is not above the value; finite values only. */
static inline float jalon_float32_below(double value)
{
    float rounded = (float)value;
    return (double)rounded > value ? nextafterf(rounded, -INFINITY) : rounded;
}

/* The least that is not below it. */
static inline float jalon_float32_above(double value)
{
    float rounded = (float)value;
    return (double)rounded < value ? nextafterf(rounded, INFINITY) : rounded;
}

#endif
