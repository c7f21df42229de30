/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What GEOS and PROJ want once per thread: their contexts, the last text of GEOS, and PROJ's
 * transformations, which are dear to make. Freed when the thread ends. Layer 1 (geo), private.
 */
#ifndef JALON_GEO_THREAD_H
#define JALON_GEO_THREAD_H

#include <stdint.h>

#include <geos_c.h>
#include <proj.h>

/* More than the candidates of jalon_geo_guess_srid, which are asked in turn. */
enum { JALON_GEO_TRANSFORMATIONS_MAX = 32 };

struct jalon_geo_transformation {
    int32_t from, to; /* SRIDs */
    PJ *operation;
};

struct jalon_geo_thread {
    GEOSContextHandle_t geos;
    char geos_message[256];
    PJ_CONTEXT *proj;
    struct jalon_geo_transformation transformations[JALON_GEO_TRANSFORMATIONS_MAX];
    unsigned next_transformation; /* the place to use next, round and round */
};

/* With `geos` ready and no text of it; NULL when there is no memory. */
struct jalon_geo_thread *jalon_geo_thread_geos(void);
/* With `proj` ready; NULL when there is no memory. */
struct jalon_geo_thread *jalon_geo_thread_proj(void);

#endif
