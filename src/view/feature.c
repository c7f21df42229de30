/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The bytes of a contribution as a GeoJSON Feature (RFC 7946, 3.2). Layer 2 (view).
 *
 * Written by hand, without trees and formats: a map of a million contributions is written once at
 * start, and one contribution at each change.
 */
#include "jalon/feature.h"

#include "jalon/clock.h"
#include "jalon/geo.h"

/* Appends the separator and the key of the next property. */
static void write_key(struct jalon_buffer *buffer, bool *first, struct jalon_text key)
{
    if (!*first) {
        jalon_buffer_append_char(buffer, ',');
    }
    *first = false;
    jalon_buffer_append_json(buffer, key);
    jalon_buffer_append_char(buffer, ':');
}

static void write_text(struct jalon_buffer *buffer, bool *first, struct jalon_text key,
                       struct jalon_text text)
{
    if (text.length > 0) {
        write_key(buffer, first, key);
        jalon_buffer_append_json(buffer, text);
    }
}

static void write_time(struct jalon_buffer *buffer, bool *first, struct jalon_text key,
                       int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, text);
    write_key(buffer, first, key);
    jalon_buffer_append_char(buffer, '"');
    jalon_buffer_append_string(buffer, text);
    jalon_buffer_append_char(buffer, '"');
}

static void write_integer(struct jalon_buffer *buffer, bool *first, struct jalon_text key,
                          int64_t value)
{
    write_key(buffer, first, key);
    jalon_buffer_append_int(buffer, value);
}

static void write_categories(struct jalon_buffer *buffer, bool *first, const struct jalon_map *map,
                             const struct jalon_contribution *contribution)
{
    if (contribution->category_count == 0) {
        return;
    }
    write_key(buffer, first, JALON_TEXT("categories"));
    for (size_t i = 0; i < contribution->category_count; i++) {
        jalon_buffer_append_char(buffer, i == 0 ? '[' : ',');
        jalon_buffer_append_json(buffer, map->categories[contribution->categories[i]].key);
    }
    jalon_buffer_append_char(buffer, ']');
}

static void write_states(struct jalon_buffer *buffer, bool *first,
                         const struct jalon_collection *collection,
                         const struct jalon_contribution *contribution)
{
    if (contribution->status >= 0) {
        write_text(buffer, first, JALON_TEXT("status"),
                   collection->statuses[contribution->status].key);
    }
    if (contribution->moderation != JALON_MODERATION_PUBLISHED) {
        write_text(buffer, first, JALON_TEXT("moderation"),
                   jalon_text_from(jalon_moderation_name(contribution->moderation)));
    }
}

static void write_reserved(struct jalon_buffer *buffer, bool *first, const struct jalon_map *map,
                           const struct jalon_contribution *contribution)
{
    write_text(buffer, first, JALON_TEXT("title"), contribution->title);
    write_text(buffer, first, JALON_TEXT("description"), contribution->description);
    write_categories(buffer, first, map, contribution);
    write_states(buffer, first, &map->collections[contribution->collection], contribution);
    write_text(buffer, first, JALON_TEXT("author"), contribution->author);
    write_time(buffer, first, JALON_TEXT("created"), contribution->created_us);
    write_time(buffer, first, JALON_TEXT("updated"), contribution->updated_us);
    write_text(buffer, first, JALON_TEXT("observed"), contribution->observed);
    write_integer(buffer, first, JALON_TEXT("version"), contribution->version);
    write_text(buffer, first, JALON_TEXT("licence"), contribution->licence);
    write_text(buffer, first, JALON_TEXT("source"), contribution->source);
    write_text(buffer, first, JALON_TEXT("source_id"), contribution->source_id);
    write_text(buffer, first, JALON_TEXT("campaign"), contribution->campaign);
}

static void write_fields(struct jalon_buffer *buffer, bool *first,
                         const struct jalon_collection *collection,
                         const struct jalon_value *values)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (field->visibility == JALON_VISIBILITY_PUBLIC && values[i].kind != JALON_VALUE_NONE) {
            write_key(buffer, first, field->key);
            jalon_value_write(buffer, &values[i]);
        }
    }
}

void jalon_feature_write(struct jalon_buffer *buffer, const struct jalon_map *map,
                         const struct jalon_contribution *contribution)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(contribution->id, id);
    jalon_buffer_append_string(buffer, "{\"type\":\"Feature\",\"id\":\"");
    jalon_buffer_append(buffer, id, sizeof id - 1);
    jalon_buffer_append_string(buffer, "\",\"geometry\":");
    jalon_geometry_write_json(buffer, &contribution->geometry);
    jalon_buffer_append_string(buffer, ",\"properties\":{");
    bool first = true;
    write_reserved(buffer, &first, map, contribution);
    write_fields(buffer, &first, collection, contribution->fields);
    jalon_buffer_append_string(buffer, "}}");
}
