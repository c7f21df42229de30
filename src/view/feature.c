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

/* Every property begins with a comma; the first one's gives way to a bracket in the end. */
static void write_key(struct jalon_buffer *buffer, struct jalon_text key)
{
    jalon_buffer_append_char(buffer, ',');
    jalon_buffer_append_json(buffer, key);
    jalon_buffer_append_char(buffer, ':');
}

/* Of the reserved ones; a literal, whose length the compiler knows. */
#define WRITE_KEY(buffer, key) jalon_buffer_append_string(buffer, ",\"" key "\":")

#define WRITE_TEXT(buffer, key, text)                                                              \
    do {                                                                                           \
        if ((text).length > 0) {                                                                   \
            WRITE_KEY(buffer, key);                                                                \
            jalon_buffer_append_json(buffer, text);                                                \
        }                                                                                          \
    } while (0)

/* None is not said. */
#define WRITE_COUNT(buffer, key, count)                                                            \
    do {                                                                                           \
        if ((count) > 0) {                                                                         \
            WRITE_KEY(buffer, key);                                                                \
            jalon_buffer_append_int(buffer, count);                                                \
        }                                                                                          \
    } while (0)

static void write_time(struct jalon_buffer *buffer, const char text[JALON_CLOCK_TEXT_SIZE])
{
    jalon_buffer_append_char(buffer, '"');
    jalon_buffer_append_string(buffer, text);
    jalon_buffer_append_char(buffer, '"');
}

static void write_times(struct jalon_buffer *buffer, const struct jalon_contribution *contribution)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(contribution->created_us, text);
    WRITE_KEY(buffer, "created");
    write_time(buffer, text);
    if (contribution->updated_us != contribution->created_us) { /* most are never changed */
        jalon_clock_format(contribution->updated_us, text);
    }
    WRITE_KEY(buffer, "updated");
    write_time(buffer, text);
}

static void write_categories(struct jalon_buffer *buffer, const struct jalon_map *map,
                             const struct jalon_contribution *contribution)
{
    if (contribution->category_count == 0) {
        return;
    }
    WRITE_KEY(buffer, "categories");
    for (size_t i = 0; i < contribution->category_count; i++) {
        jalon_buffer_append_char(buffer, i == 0 ? '[' : ',');
        jalon_buffer_append_json(buffer, map->categories[contribution->categories[i]].key);
    }
    jalon_buffer_append_char(buffer, ']');
}

static void write_states(struct jalon_buffer *buffer, const struct jalon_collection *collection,
                         const struct jalon_contribution *contribution)
{
    if (contribution->status >= 0) {
        WRITE_TEXT(buffer, "status", collection->statuses[contribution->status].key);
    }
    if (contribution->moderation != JALON_MODERATION_PUBLISHED) {
        struct jalon_text name = jalon_text_from(jalon_moderation_name(contribution->moderation));
        WRITE_TEXT(buffer, "moderation", name);
    }
}

static void write_reserved(struct jalon_buffer *buffer, const struct jalon_map *map,
                           const struct jalon_contribution *contribution)
{
    WRITE_TEXT(buffer, "title", contribution->title);
    WRITE_TEXT(buffer, "description", contribution->description);
    write_categories(buffer, map, contribution);
    write_states(buffer, &map->collections[contribution->collection], contribution);
    WRITE_TEXT(buffer, "author", contribution->author);
    write_times(buffer, contribution);
    WRITE_TEXT(buffer, "observed", contribution->observed);
    WRITE_KEY(buffer, "version");
    jalon_buffer_append_int(buffer, contribution->version);
    WRITE_TEXT(buffer, "licence", contribution->licence);
    WRITE_TEXT(buffer, "source", contribution->source);
    WRITE_TEXT(buffer, "source_id", contribution->source_id);
    WRITE_TEXT(buffer, "campaign", contribution->campaign);
    WRITE_TEXT(buffer, "declared_by", contribution->declared_by);
    WRITE_TEXT(buffer, "confirmed", contribution->confirmed);
    WRITE_COUNT(buffer, "supports", contribution->supports);
    WRITE_COUNT(buffer, "comments", contribution->comments);
    if (map->rules.location_grid_m > 0) {
        WRITE_KEY(buffer, "accuracy_m");
        jalon_buffer_append_int(buffer, map->rules.location_grid_m);
    }
}

static void write_fields(struct jalon_buffer *buffer, const struct jalon_collection *collection,
                         const struct jalon_value *values)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (field->visibility == JALON_VISIBILITY_PUBLIC && values[i].kind != JALON_VALUE_NONE) {
            write_key(buffer, field->key);
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
    jalon_buffer_append_string(buffer, ",\"properties\":");
    size_t first = buffer->length;
    write_reserved(buffer, map, contribution);
    write_fields(buffer, collection, contribution->fields);
    jalon_buffer_append_string(buffer, "}}");
    if (buffer->status == JALON_OK) {
        buffer->data[first] = '{'; /* there is always a property: the times */
    }
}
