/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names of statuses. Layer 0. */
#include "jalon/status.h"

#include <assert.h>

static const char *const names[JALON_STATUS_COUNT] = {
    [JALON_OK] = "ok",
    [JALON_INVALID] = "invalid",
    [JALON_UNAUTHENTICATED] = "unauthenticated",
    [JALON_FORBIDDEN] = "forbidden",
    [JALON_NOT_FOUND] = "not_found",
    [JALON_MISMATCH] = "mismatch",
    [JALON_GONE] = "gone",
    [JALON_CONFLICT] = "conflict",
    [JALON_PRECONDITION] = "precondition",
    [JALON_TOO_LARGE] = "too_large",
    [JALON_UNSUPPORTED] = "unsupported",
    [JALON_RATE_LIMITED] = "rate_limited",
    [JALON_RETRY] = "retry",
    [JALON_UNAVAILABLE] = "unavailable",
    [JALON_NO_SPACE] = "no_space",
    [JALON_NO_MEMORY] = "no_memory",
    [JALON_INTERNAL] = "internal",
};

const char *jalon_status_name(enum jalon_status status)
{
    assert((unsigned)status < JALON_STATUS_COUNT);
    return names[status];
}
