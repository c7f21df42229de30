/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: WKT; whatever is read is written and read the same. */
#include "fuzz.h"
#include "jalon/geo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_geometry first, second;
    struct jalon_buffer written;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    jalon_buffer_init(&written, 1 << 24);
    if (jalon_text_is_utf8(input.text) &&
        jalon_geometry_from_wkt(input.ctx, input.text, JALON_SRID_WGS84, &first) == JALON_OK &&
        first.type != JALON_GEOMETRY_NONE) {
        jalon_geometry_write_wkt(&written, &first);
        HOLDS(jalon_geometry_from_wkt(input.ctx, jalon_buffer_text(&written), first.srid,
                                      &second) == JALON_OK);
        HOLDS(second.type == first.type && second.position_count == first.position_count &&
              second.ring_count == first.ring_count);
    }
    jalon_buffer_finish(&written);
    return fuzz_end(&input);
}
