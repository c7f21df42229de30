/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Parts of the model as JSON: geometry types, territories. Layer 2 (format). */
#include "jalon/format.h"
#include "jalon/geo.h"

void jalon_geometry_types_write(struct jalon_buffer *buffer, unsigned geometry_types)
{
    char separator = '[';
    for (int type = JALON_GEOMETRY_POINT; type <= JALON_GEOMETRY_MULTIPOLYGON; type++) {
        if (geometry_types & JALON_GEOMETRY_BIT(type)) {
            jalon_buffer_append_format(buffer, "%c\"%s\"", separator,
                                       jalon_geometry_type_name((enum jalon_geometry_type)type));
            separator = ',';
        }
    }
    jalon_buffer_append_string(buffer, separator == '[' ? "[]" : "]");
}

static void write_territory(struct jalon_buffer *buffer, const struct jalon_territory *territory)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(territory->id, id);
    jalon_buffer_append_format(buffer, "{\"type\":\"Feature\",\"id\":\"%s\",\"geometry\":", id);
    jalon_geometry_write_json(buffer, &territory->geometry);
    jalon_buffer_append_string(buffer, ",\"properties\":{\"key\":");
    jalon_buffer_append_json(buffer, territory->key);
    jalon_buffer_append_string(buffer, ",\"name\":");
    jalon_buffer_append_json(buffer, territory->name);
    jalon_buffer_append_string(buffer, ",\"kind\":");
    jalon_buffer_append_json(buffer, territory->kind);
    jalon_buffer_append_string(buffer, ",\"parent\":");
    if (territory->parent.length > 0) {
        jalon_buffer_append_json(buffer, territory->parent);
    } else {
        jalon_buffer_append_string(buffer, "null");
    }
    jalon_buffer_append_string(buffer, "}}");
}

void jalon_territories_write(struct jalon_buffer *buffer, const struct jalon_territory *territories,
                             size_t count)
{
    jalon_buffer_append_string(buffer, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            jalon_buffer_append_char(buffer, ',');
        }
        write_territory(buffer, &territories[i]);
    }
    jalon_buffer_append_string(buffer, "]}");
}
