/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: templates of maps; one that is read has a schema for each collection that is JSON. */
#include "fuzz.h"
#include "jalon/format.h"
#include "jalon/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    struct jalon_map map = {0};
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    enum jalon_status status = jalon_template_read(input.ctx, input.text, &map);
    HOLDS(status == JALON_OK || status == JALON_INVALID || status == JALON_TOO_LARGE);
    if (status == JALON_OK) {
        map.slug = JALON_TEXT("map");
        for (size_t i = 0; i < map.collection_count; i++) {
            const struct jalon_json *schema;
            struct jalon_buffer text;
            jalon_buffer_init(&text, 1 << 24);
            jalon_schema_write(&text, &map, &map.collections[i], JALON_TEXT("https://x/schema"));
            HOLDS(jalon_json_parse(input.ctx, jalon_buffer_text(&text), &schema) == JALON_OK);
            jalon_buffer_finish(&text);
        }
        for (size_t i = 0; i < map.category_count; i++) {
            HOLDS(map.categories[i].parent < (int32_t)i); /* parents come first */
        }
    }
    return fuzz_end(&input);
}
