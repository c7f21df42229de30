/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A contribution packed into one block. The packing code runs twice, first to measure (without a
 * block), then to copy, so that the two can never disagree. Layer 2 (view).
 */
#include "entry.h"

#include <assert.h>
#include <math.h>
#include <stdalign.h>
#include <string.h>

#include "jalon/feature.h"
#include "jalon/geo.h"
#include "jalon/memory.h"

struct packing {
    unsigned char *block; /* NULL while measuring */
    size_t used;
};

/* Room for `size` bytes; NULL while measuring. */
static void *reserve(struct packing *packing, size_t size, size_t align)
{
    size_t at = (packing->used + align - 1) / align * align;
    packing->used = at + size;
    return packing->block != NULL ? packing->block + at : NULL;
}

static void *pack(struct packing *packing, const void *data, size_t size, size_t align)
{
    if (size == 0) {
        return NULL;
    }
    void *at = reserve(packing, size, align);
    if (at != NULL) {
        memcpy(at, data, size);
    }
    return at;
}

static struct jalon_text pack_text(struct packing *packing, struct jalon_text text)
{
    if (text.length == 0) {
        return JALON_TEXT_EMPTY;
    }
    char *at = reserve(packing, text.length + 1, 1);
    if (at == NULL) {
        return text;
    }
    memcpy(at, text.data, text.length);
    at[text.length] = '\0';
    return (struct jalon_text){at, text.length};
}

static struct jalon_geometry pack_geometry(struct packing *packing, struct jalon_geometry geometry)
{
    geometry.positions = pack(packing, geometry.positions,
                              geometry.position_count * sizeof *geometry.positions,
                              alignof(struct jalon_position));
    geometry.ring_ends = pack(packing, geometry.ring_ends,
                              geometry.ring_count * sizeof *geometry.ring_ends, alignof(uint32_t));
    geometry.polygon_ends =
        pack(packing, geometry.polygon_ends,
             geometry.polygon_count * sizeof *geometry.polygon_ends, alignof(uint32_t));
    return geometry;
}

static struct jalon_value pack_list(struct packing *packing, struct jalon_value value)
{
    struct jalon_text *items = reserve(packing, value.list.count * sizeof *items,
                                       alignof(struct jalon_text));
    for (size_t i = 0; i < value.list.count; i++) {
        struct jalon_text item = pack_text(packing, value.list.items[i]);
        if (items != NULL) {
            items[i] = item;
        }
    }
    value.list.items = items;
    return value;
}

static struct jalon_value pack_value(struct packing *packing, struct jalon_value value)
{
    if (value.kind == JALON_VALUE_TEXT) {
        value.text = pack_text(packing, value.text);
    } else if (value.kind == JALON_VALUE_LIST) {
        value = pack_list(packing, value);
    }
    return value;
}

static struct jalon_value *pack_fields(struct packing *packing,
                                       const struct jalon_collection *collection,
                                       const struct jalon_value *values)
{
    struct jalon_value *fields = reserve(packing, collection->field_count * sizeof *fields,
                                         alignof(struct jalon_value));
    for (size_t i = 0; i < collection->field_count; i++) {
        struct jalon_value value = {.kind = JALON_VALUE_NONE};
        if (collection->fields[i].visibility == JALON_VISIBILITY_PUBLIC) {
            value = pack_value(packing, values[i]);
        }
        if (fields != NULL) {
            fields[i] = value;
        }
    }
    return fields;
}

static struct jalon_contribution pack_contribution(struct packing *packing,
                                                   const struct jalon_collection *collection,
                                                   struct jalon_contribution contribution)
{
    contribution.fields = pack_fields(packing, collection, contribution.fields);
    contribution.geometry = pack_geometry(packing, contribution.geometry);
    contribution.categories =
        pack(packing, contribution.categories,
             contribution.category_count * sizeof *contribution.categories, alignof(int32_t));
    contribution.title = pack_text(packing, contribution.title);
    contribution.description = pack_text(packing, contribution.description);
    contribution.author = pack_text(packing, contribution.author);
    contribution.source = pack_text(packing, contribution.source);
    contribution.source_id = pack_text(packing, contribution.source_id);
    contribution.licence = pack_text(packing, contribution.licence);
    contribution.observed = pack_text(packing, contribution.observed);
    contribution.campaign = pack_text(packing, contribution.campaign);
    contribution.declared_by = pack_text(packing, contribution.declared_by);
    contribution.confirmed = pack_text(packing, contribution.confirmed);
    return contribution;
}

/*
 * The least and largest of each coordinate: unlike jalon_geometry_box never across the antimeridian,
 * because the spatial index is a plane.
 */
static bool find_box(const struct jalon_geometry *geometry, struct jalon_box *out)
{
    struct jalon_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < geometry->position_count; i++) {
        box.west = fmin(box.west, geometry->positions[i].lon);
        box.south = fmin(box.south, geometry->positions[i].lat);
        box.east = fmax(box.east, geometry->positions[i].lon);
        box.north = fmax(box.north, geometry->positions[i].lat);
    }
    *out = box;
    return geometry->position_count > 0;
}

/* Box, label and territories of a shape; none of them when there is none. */
static enum jalon_status find_place(struct jalon_context *ctx,
                                    const struct jalon_view_territories *territories,
                                    const struct jalon_geometry *geometry,
                                    struct jalon_view_entry *made)
{
    made->has_box = find_box(geometry, &made->box);
    if (!made->has_box) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_geometry_label_position(ctx, geometry, &made->label);
    if (status == JALON_NO_MEMORY) {
        return status;
    }
    if (status != JALON_OK) { /* a polygon that is not valid, of a file written by others */
        jalon_error_clear(ctx);
        made->label = geometry->positions[0];
    }
    return jalon_view_territories_find(ctx, territories, made->label, &made->territories,
                                       &made->territory_count);
}

/* Packs what was made; the entry's own place is the block's start. */
static void pack_entry(struct packing *packing, const struct jalon_collection *collection,
                       const struct jalon_view_entry *made)
{
    struct jalon_view_entry *entry =
        reserve(packing, sizeof *entry, alignof(struct jalon_view_entry));
    struct jalon_view_entry packed = *made;
    packed.json = pack_text(packing, made->json);
    packed.contribution = pack_contribution(packing, collection, made->contribution);
    packed.territories = pack(packing, made->territories,
                              made->territory_count * sizeof *made->territories, alignof(int32_t));
    if (entry != NULL) {
        *entry = packed;
    }
}

/* The Feature, in `scratch`. */
static enum jalon_status make_json(struct jalon_context *ctx, const struct jalon_map *map,
                                   const struct jalon_contribution *contribution,
                                   struct jalon_buffer *scratch, struct jalon_text *out)
{
    jalon_buffer_clear(scratch);
    jalon_feature_write(scratch, map, contribution);
    enum jalon_status status = jalon_buffer_status(scratch);
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(ctx);
    }
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "a contribution is larger than %zu bytes as GeoJSON",
                          scratch->maximum);
    }
    *out = jalon_buffer_text(scratch);
    return JALON_OK;
}

enum jalon_status jalon_view_entry_make(struct jalon_context *ctx, const struct jalon_map *map,
                                        const struct jalon_view_territories *territories,
                                        const struct jalon_contribution *contribution,
                                        struct jalon_buffer *scratch,
                                        struct jalon_view_entry *out)
{
    struct jalon_view_entry made = {.contribution = *contribution, .json = JALON_TEXT_EMPTY};
    enum jalon_status status = find_place(ctx, territories, &contribution->geometry, &made);
    if (status == JALON_OK) {
        status = make_json(ctx, map, contribution, scratch, &made.json);
    }
    if (status == JALON_OK) {
        *out = made;
    }
    return status;
}

enum jalon_status jalon_view_entry_create(struct jalon_context *ctx, const struct jalon_map *map,
                                          const struct jalon_view_territories *territories,
                                          const struct jalon_contribution *contribution,
                                          struct jalon_buffer *scratch,
                                          const struct jalon_view_entry **out)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    struct jalon_view_entry made;
    enum jalon_status status =
        jalon_view_entry_make(ctx, map, territories, contribution, scratch, &made);
    if (status != JALON_OK) {
        return status;
    }
    struct packing measured = {.block = NULL};
    pack_entry(&measured, collection, &made);
    struct packing packing = {.block = jalon_memory_allocate(measured.used)};
    if (packing.block == NULL) {
        return jalon_no_memory(ctx);
    }
    pack_entry(&packing, collection, &made);
    assert(packing.used == measured.used);
    *out = (const struct jalon_view_entry *)(const void *)packing.block;
    return JALON_OK;
}
