/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the two files of the check share. Layer 2, private. */
#ifndef JALON_STORE_CHECK_H
#define JALON_STORE_CHECK_H

#include "store/private.h"

/* Who is told. */
struct jalon_check {
    jalon_finding_listener listener;
    void *handle;
};

void jalon_check_tell(const struct jalon_check *check, const char *table, struct jalon_text key,
                      struct jalon_text what);

#endif
