/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints against abuse share. Layer 4 (api). */
#include "abuse.h"

#include "jalon/clock.h"

void jalon_abuse_read_time(struct jalon_request *request, struct jalon_text text,
                           const char *pointer, int64_t *out)
{
    if (text.length > 0 && !jalon_clock_parse(text, out)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, pointer,
                        "expected a time as in RFC 3339, such as 2026-12-31T23:00:00Z");
    }
}

