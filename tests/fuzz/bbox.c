/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: bbox in each order of axes, near, radius. */
#include <math.h>

#include "fuzz.h"
#include "jalon/query.h"

static void check_box(struct jalon_box box, enum jalon_query_axes axes)
{
    bool degrees = axes == JALON_QUERY_LONGITUDE_FIRST || axes == JALON_QUERY_LATITUDE_FIRST;
    HOLDS(isfinite(box.west) && isfinite(box.south) && isfinite(box.east) && isfinite(box.north));
    HOLDS(box.south <= box.north);
    HOLDS(degrees || box.west <= box.east);
    HOLDS(!degrees || (fabs(box.west) <= 180 && fabs(box.east) <= 180));
    HOLDS(!degrees || (box.south >= -90 && box.north <= 90));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_box box;
    struct jalon_position near;
    double radius_m;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_text text = input.text;
    enum jalon_query_axes axes = (enum jalon_query_axes)(fuzz_take_byte(&text) % 4);
    if (jalon_text_is_utf8(text)) {
        if (jalon_query_read_box(input.ctx, text, axes, &box) == JALON_OK) {
            check_box(box, axes);
        }
        if (jalon_query_read_near(input.ctx, text, &near) == JALON_OK) {
            HOLDS(fabs(near.lon) <= 180 && fabs(near.lat) <= 90);
        }
        if (jalon_query_read_radius(input.ctx, text, &radius_m) == JALON_OK) {
            HOLDS(radius_m >= 0 && radius_m <= JALON_QUERY_RADIUS_MAX_M);
        }
    }
    return fuzz_end(&input);
}
