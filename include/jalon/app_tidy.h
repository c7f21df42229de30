/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What time does: what is kept for a while only goes, what waits too long is told of. Layer 3 (app). */
#ifndef JALON_APP_TIDY_H
#define JALON_APP_TIDY_H

#include "jalon/app.h"
#include "jalon/store_tidy.h"

/* How many rows of each kind. */
struct jalon_tidied {
    int64_t counts[JALON_TIDY_KIND_COUNT];
};
/* The kind's name, as `jalon tidy` prints it. */
const char *jalon_tidy_kind_name(enum jalon_tidy_kind kind);
/*
 * Once through all maps and the server, by the maps' rules and the clock, in transactions that are
 * small; any number of servers may do it at the same time. *stop (may be NULL) ends it early. What was
 * done until a failure stays done; *out is filled either way.
 */
enum jalon_status jalon_app_tidy(struct jalon_context *ctx, struct jalon_app *app,
                                 const _Atomic bool *stop,
                                 struct jalon_tidied *out) JALON_MUST_USE;

#endif
