/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A digest of what the files of a view depend on beside the contributions: the map's description and
 * its territories. Another description, another digest: the files are then of no use. Layer 2 (view).
 */
#include <string.h>

#include "jalon/hash.h"

#include "state.h"

/* No secret: it tells states of one's own apart. */
static const uint8_t keys[2][JALON_HASH_KEY_SIZE] = {{1}, {2}};

#define DIGESTED_MAX ((size_t)1 << 30)

static void put_number(struct jalon_buffer *buffer, int64_t number)
{
    jalon_buffer_append(buffer, &number, sizeof number);
}

static void put_text(struct jalon_buffer *buffer, struct jalon_text text)
{
    put_number(buffer, (int64_t)text.length);
    jalon_buffer_append_text(buffer, text);
}

static void put_field(struct jalon_buffer *buffer, const struct jalon_field *field)
{
    put_text(buffer, field->key);
    put_number(buffer, (int64_t)field->type);
    put_number(buffer, (int64_t)field->visibility);
    put_number(buffer, (int64_t)field->choice_count);
    for (size_t i = 0; i < field->choice_count; i++) {
        put_text(buffer, field->choices[i].key);
    }
}

static void put_collection(struct jalon_buffer *buffer, const struct jalon_collection *collection)
{
    put_number(buffer, collection->number);
    put_text(buffer, collection->key);
    put_number(buffer, (int64_t)collection->visibility);
    put_text(buffer, collection->licence);
    put_number(buffer, (int64_t)collection->field_count);
    for (size_t i = 0; i < collection->field_count; i++) {
        put_field(buffer, &collection->fields[i]);
    }
    put_number(buffer, (int64_t)collection->category_root_count);
    for (size_t i = 0; i < collection->category_root_count; i++) {
        put_number(buffer, collection->category_roots[i]);
    }
    put_number(buffer, (int64_t)collection->status_count);
    for (size_t i = 0; i < collection->status_count; i++) {
        put_text(buffer, collection->statuses[i].key);
    }
}

static void put_map(struct jalon_buffer *buffer, const struct jalon_map *map)
{
    put_number(buffer, map->number);
    put_number(buffer, map->created_us);
    put_text(buffer, map->slug);
    put_text(buffer, map->licence);
    put_number(buffer, (int64_t)map->seen_by);
    put_number(buffer, map->rules.location_grid_m);
    put_number(buffer, (int64_t)map->category_count);
    for (size_t i = 0; i < map->category_count; i++) {
        put_text(buffer, map->categories[i].key);
        put_number(buffer, map->categories[i].parent);
    }
    put_number(buffer, (int64_t)map->collection_count);
    for (size_t i = 0; i < map->collection_count; i++) {
        put_collection(buffer, &map->collections[i]);
    }
}

static void put_numbers(struct jalon_buffer *buffer, const uint32_t *numbers, size_t count)
{
    put_number(buffer, (int64_t)count);
    if (count > 0) {
        jalon_buffer_append(buffer, numbers, count * sizeof *numbers);
    }
}

static void put_territory(struct jalon_buffer *buffer, const struct jalon_territory *territory)
{
    const struct jalon_geometry *shape = &territory->geometry;
    put_text(buffer, territory->key);
    put_number(buffer, (int64_t)shape->position_count);
    if (shape->position_count > 0) {
        jalon_buffer_append(buffer, shape->positions,
                            shape->position_count * sizeof *shape->positions);
    }
    put_numbers(buffer, shape->ring_ends, shape->ring_count);
    put_numbers(buffer, shape->polygon_ends, shape->polygon_count);
}

static bool digest(struct jalon_buffer *buffer, uint64_t out[2])
{
    bool good = jalon_buffer_status(buffer) == JALON_OK;
    for (int i = 0; good && i < 2; i++) {
        out[i] = jalon_hash_keyed(keys[i], buffer->data, buffer->length);
    }
    return good;
}

bool jalon_view_find_digest(struct jalon_view *view, const struct jalon_territory *territories,
                            size_t count)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, DIGESTED_MAX);
    put_map(&buffer, view->map);
    for (size_t i = 0; i < view->map->collection_count; i++) {
        const struct jalon_view_plane *plane = &view->latest->collections[i].plane;
        put_number(&buffer, (int64_t)plane->cells);
        put_number(&buffer, plane->bits);
    }
    put_number(&buffer, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        put_territory(&buffer, &territories[i]);
    }
    bool good = digest(&buffer, view->digest);
    jalon_buffer_finish(&buffer);
    return good;
}
