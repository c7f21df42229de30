/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: datetime, and the times in it. */
#include "fuzz.h"
#include "jalon/clock.h"
#include "jalon/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_query_interval interval;
    int64_t time_us, again_us;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    if (jalon_text_is_utf8(input.text) &&
        jalon_query_read_interval(input.ctx, "datetime", input.text, &interval) == JALON_OK) {
        HOLDS(interval.first_us <= interval.last_us);
    }
    if (jalon_clock_parse(input.text, &time_us)) {
        char text[JALON_CLOCK_TEXT_SIZE];
        jalon_clock_format(time_us, text);
        HOLDS(jalon_clock_parse(jalon_text_from(text), &again_us) && again_us == time_us);
    }
    if (jalon_clock_parse_date(input.text, &time_us)) {
        HOLDS(time_us % 86400000000 == 0);
    }
    return fuzz_end(&input);
}
