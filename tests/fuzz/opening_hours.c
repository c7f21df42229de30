/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: opening hours. */
#include "app/opening_hours.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    if (jalon_text_is_utf8(input.text)) {
        const char *fault = jalon_opening_hours_fault(input.text);
        HOLDS(fault == NULL || fault[0] != '\0');
        HOLDS(fault == NULL || !jalon_text_is(input.text, "24/7"));
    }
    return fuzz_end(&input);
}
