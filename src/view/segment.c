/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Segments: opening their images, finding rows, deaths. Layer 2 (view). */
#include "segment.h"

#include <string.h>

#include "jalon/hash.h"
#include "jalon/memory.h"

#include "directory.h"
#include "order.h"
#include "rows.h"
#include "sums.h"
#include "tally.h"

/* --- Life --- */

static const void *at(const struct jalon_view_segment *segment, uint64_t offset)
{
    return segment->image + offset;
}

static const struct jalon_view_directory *directory_of(const struct jalon_view_segment *segment)
{
    return at(segment, segment->image_size - sizeof(struct jalon_view_directory));
}

/* What the directory says where it is. */
static void locate(struct jalon_view_segment *segment)
{
    const struct jalon_view_directory *directory = directory_of(segment);
    segment->count = directory->count;
    segment->placed = directory->placed;
    segment->spots = at(segment, directory->spots);
    segment->labels = at(segment, directory->labels);
    segment->geometry_types = at(segment, directory->geometry_types);
    segment->numbers = at(segment, directory->numbers);
    segment->records = at(segment, directory->records);
    segment->by_number = at(segment, directory->by_number);
    segment->boxes.count = directory->placed;
    segment->boxes.level_count = jalon_view_boxes_depth(directory->placed);
    for (int i = 0; i < segment->boxes.level_count; i++) {
        segment->boxes.levels[i] = at(segment, directory->levels[i]);
    }
    segment->quads = jalon_view_quads_open(segment->image, directory->quads);
    segment->tally_count = directory->tally_count;
    segment->created_us = at(segment, directory->created_us);
    segment->updated_us = at(segment, directory->updated_us);
    segment->first_observed_us = at(segment, directory->first_observed_us);
    segment->last_observed_us = at(segment, directory->last_observed_us);
    segment->extent = directory->extent;
    segment->id_table = at(segment, directory->id_table);
    segment->id_mask = directory->id_mask;
}

static void destroy(struct jalon_view_segment *segment)
{
    jalon_view_mask_cache_destroy(segment->masks);
    jalon_view_rank_cache_destroy(segment->ranks);
    jalon_view_columns_close(&segment->columns);
    jalon_memory_release(segment->died);
    jalon_memory_release(segment->block_died);
    jalon_memory_release(segment->dead_bits);
    jalon_memory_release(segment->quad_died);
    jalon_view_sums_destroy(segment->living);
    jalon_view_image_unmap(segment->image, segment->image_size, segment->is_mapped);
    jalon_memory_release(segment);
}

struct jalon_view_segment *jalon_view_segment_make(const unsigned char *image, size_t size,
                                                   bool is_mapped)
{
    struct jalon_view_segment *segment = jalon_memory_allocate_zeroed(1, sizeof *segment);
    if (segment == NULL) {
        jalon_view_image_unmap(image, size, is_mapped);
        return NULL;
    }
    segment->image = image;
    segment->image_size = size;
    segment->is_mapped = is_mapped;
    atomic_init(&segment->references, 1);
    locate(segment);
    segment->died = jalon_memory_allocate_zeroed(segment->count + 1, sizeof *segment->died);
    segment->block_died = jalon_memory_allocate_zeroed(jalon_view_segment_blocks(segment) + 1,
                                                       sizeof *segment->block_died);
    segment->dead_bits =
        jalon_memory_allocate_zeroed(segment->count / 64 + 1, sizeof *segment->dead_bits);
    segment->quad_died =
        jalon_memory_allocate_zeroed(segment->quads.count + 1, sizeof *segment->quad_died);
    if (segment->died == NULL || segment->block_died == NULL || segment->dead_bits == NULL ||
        segment->quad_died == NULL ||
        !jalon_view_columns_open(image, directory_of(segment)->columns, &segment->columns)) {
        destroy(segment);
        return NULL;
    }
    return segment;
}

struct jalon_view_segment *jalon_view_segment_open(const struct jalon_view_kind *kind,
                                                   const char *path,
                                                   struct jalon_view_origin *origin)
{
    const unsigned char *image = NULL;
    size_t size = 0;
    if (!jalon_view_image_map(path, &image, &size)) {
        return NULL;
    }
    struct jalon_view_directory directory = {.version = 0};
    if (size >= sizeof directory && size % 8 == 0) {
        memcpy(&directory, image + size - sizeof directory, sizeof directory);
    }
    if (directory.version != JALON_VIEW_IMAGE_VERSION ||
        directory.tally_count !=
            jalon_view_tally_count(&kind->map->collections[kind->collection]) ||
        memcmp(directory.origin.digest, origin->digest, sizeof origin->digest) != 0) {
        jalon_view_image_unmap(image, size, true);
        return NULL;
    }
    struct jalon_view_segment *segment = jalon_view_segment_make(image, size, true);
    if (segment != NULL) {
        *origin = directory.origin;
    }
    return segment;
}

void jalon_view_segment_retain(struct jalon_view_segment *segment)
{
    atomic_fetch_add_explicit(&segment->references, 1, memory_order_relaxed);
}

void jalon_view_segment_release(struct jalon_view_segment *segment)
{
    if (segment != NULL &&
        atomic_fetch_sub_explicit(&segment->references, 1, memory_order_acq_rel) == 1) {
        destroy(segment);
    }
}

/* --- Rows --- */

uint32_t jalon_view_segment_find(const struct jalon_view_segment *segment, struct jalon_id id)
{
    uint64_t hash = jalon_hash_keyed(directory_of(segment)->id_key, &id, sizeof id);
    for (uint32_t place = (uint32_t)hash & segment->id_mask;; place = (place + 1) & segment->id_mask) {
        uint32_t row = segment->id_table[place];
        if (row == JALON_VIEW_NO_ROW ||
            jalon_id_compare(jalon_view_segment_record(segment, row)->id, id) == 0) {
            return row;
        }
    }
}

/* Notes a death in the quads around the row. */
static void mark_quads(struct jalon_view_segment *segment, uint32_t row, uint64_t op)
{
    const struct jalon_view_quad *nodes = segment->quads.items;
    bool is_leaf = row >= segment->placed;
    for (uint32_t at = 0; !is_leaf;) {
        _Atomic uint64_t *last = &segment->quad_died[at];
        if (atomic_load_explicit(last, memory_order_relaxed) < op) {
            atomic_store_explicit(last, op, memory_order_relaxed);
        }
        is_leaf = nodes[at].child_count == 0;
        uint32_t child = nodes[at].children, end = child + nodes[at].child_count;
        while (child + 1 < end && nodes[child + 1].start <= row) {
            child++;
        }
        at = child;
    }
}

void jalon_view_segment_kill(struct jalon_view_segment *segment, uint32_t row, uint64_t op)
{
    _Atomic uint64_t *block_died = &segment->block_died[row / JALON_VIEW_BLOCK];
    uint64_t first = atomic_load_explicit(block_died, memory_order_relaxed);
    if (first == 0 || first > op) {
        atomic_store_explicit(block_died, op, memory_order_relaxed);
    }
    atomic_store_explicit(&segment->died[row], op, memory_order_relaxed);
    atomic_fetch_or_explicit(&segment->dead_bits[row / 64], UINT64_C(1) << row % 64,
                             memory_order_relaxed);
    mark_quads(segment, row, op);
    atomic_fetch_add_explicit(&segment->dead, 1, memory_order_relaxed);
}

size_t jalon_view_segment_memory(const struct jalon_view_segment *segment)
{
    return segment->image_size + sizeof *segment +
           (segment->count + segment->count / 64 + jalon_view_segment_blocks(segment) +
            segment->quads.count) *
               sizeof *segment->died +
           jalon_view_sums_memory(segment->living) +
           jalon_view_mask_cache_memory(segment->masks) +
           jalon_view_rank_cache_memory(segment->ranks);
}
