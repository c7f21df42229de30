/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: WKB, EWKB and SpatiaLite's blobs; whatever is read is written and read the same. */
#include "fuzz.h"
#include "jalon/geo.h"

static enum jalon_status read_as(struct jalon_context *ctx, unsigned form, struct jalon_text bytes,
                                 struct jalon_geometry *out)
{
    return form % 2 == 0
               ? jalon_geometry_from_wkb(ctx, bytes.data, bytes.length, JALON_SRID_WGS84, out)
               : jalon_geometry_from_blob(ctx, bytes.data, bytes.length, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_geometry first, second;
    struct jalon_buffer written, again;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_text bytes = input.text;
    unsigned form = fuzz_take_byte(&bytes);
    jalon_buffer_init(&written, 1 << 24);
    jalon_buffer_init(&again, 1 << 24);
    if (read_as(input.ctx, form, bytes, &first) == JALON_OK) {
        form % 2 == 0 ? jalon_geometry_write_wkb(&written, &first)
                      : jalon_geometry_write_blob(&written, &first);
        if (first.type != JALON_GEOMETRY_NONE) {
            HOLDS(read_as(input.ctx, form, jalon_buffer_text(&written), &second) == JALON_OK);
            form % 2 == 0 ? jalon_geometry_write_wkb(&again, &second)
                          : jalon_geometry_write_blob(&again, &second);
            HOLDS(jalon_text_equal(jalon_buffer_text(&written), jalon_buffer_text(&again)));
        }
    }
    jalon_buffer_finish(&written);
    jalon_buffer_finish(&again);
    return fuzz_end(&input);
}
