/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: a GeoJSON geometry in the body of a request: what is read is written and read the same. */
#include "fuzz.h"
#include "jalon/geo.h"

static bool read_geometry(struct jalon_context *ctx, struct jalon_text text,
                          struct jalon_geometry *out)
{
    const struct jalon_json *json;
    return jalon_json_parse(ctx, text, &json) == JALON_OK &&
           jalon_geometry_from_json(ctx, json, "/geometry", JALON_SRID_WGS84, out) == JALON_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_geometry first, second;
    struct jalon_buffer once, twice;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    jalon_buffer_init(&once, 1 << 24);
    jalon_buffer_init(&twice, 1 << 24);
    if (read_geometry(input.ctx, input.text, &first)) {
        struct jalon_box box;
        jalon_geometry_write_json(&once, &first);
        HOLDS(jalon_buffer_status(&once) == JALON_OK);
        /* Seven decimals are written: the second reading is what is compared. */
        HOLDS(read_geometry(input.ctx, jalon_buffer_text(&once), &second));
        jalon_geometry_write_json(&twice, &second);
        HOLDS(jalon_text_equal(jalon_buffer_text(&once), jalon_buffer_text(&twice)));
        HOLDS(second.type == first.type && second.position_count == first.position_count);
        HOLDS(jalon_geometry_box(&first, &box) == (first.position_count > 0));
    }
    jalon_buffer_finish(&once);
    jalon_buffer_finish(&twice);
    return fuzz_end(&input);
}
