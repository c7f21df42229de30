/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is kept for a time only goes, in steps that are small. Layer 2 (store). */
#ifndef JALON_STORE_TIDY_H
#define JALON_STORE_TIDY_H

#include "jalon/store.h"

/* At most so many rows in one step. */
enum { JALON_TIDY_STEP = 500 };

enum jalon_tidy_kind {
    /* Of a map. */
    JALON_TIDY_CONTACTS, /* addresses of anonymous contributors, by when they contributed */
    JALON_TIDY_TRACES,   /* devices and network addresses of anonymous people, likewise */
    JALON_TIDY_REPORTS,  /* who complained, by when it was decided */
    JALON_TIDY_LATE,     /* asks for a look at what is pending since before */
    JALON_TIDY_MAP_COUNT,
    /* Of the server. */
    JALON_TIDY_SESSIONS = JALON_TIDY_MAP_COUNT, /* by when they ended */
    JALON_TIDY_TICKETS,                         /* likewise */
    JALON_TIDY_MAILS,         /* by when they were sent or given up */
    JALON_TIDY_NOTIFICATIONS, /* by when they were seen */
    JALON_TIDY_KIND_COUNT,
};
/* What is of before `until_us`; `map` its number, 0 of the server. *out: how many rows. */
enum jalon_status jalon_store_tidy(struct jalon_context *ctx, struct jalon_session *session,
                                   enum jalon_tidy_kind kind, int64_t map, int64_t until_us,
                                   int64_t *out) JALON_MUST_USE;

#endif
