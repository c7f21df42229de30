/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: filters in CQL2, as json. */
#include "filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_cql2 cql2;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    enum jalon_status status = jalon_cql2_parse_json(input.ctx, input.text, &cql2);
    HOLDS(status == JALON_OK || status == JALON_INVALID);
    if (status == JALON_OK) {
        fuzz_compile(input.ctx, &cql2);
    }
    return fuzz_end(&input);
}
