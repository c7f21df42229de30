/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Building segments. Layer 2 (view).
 *
 * Records go into the image as they come; where each is, its spot, number and the like are noted. At
 * the end the rows are put in order, and everything that goes by row is written behind the records,
 * last a directory of it all.
 */
#include "builder.h"

#include <math.h>
#include <string.h>

#include "jalon/clock.h"
#include "jalon/hash.h"
#include "jalon/memory.h"

#include "directory.h"
#include "morton.h"
#include "sort.h"
#include "tally.h"

/* The largest record: a Feature of 256 MB and the same in other words. */
#define RECORD_SIZE_MAX ((size_t)1 << 30)
/* What the buffer of a record may keep from one to the next. */
#define RECORD_KEPT ((size_t)1 << 20)

/* What is noted of an entry on its arrival. */
struct arrival {
    uint64_t record;
    uint64_t id_hash;
    int64_t number;
    int64_t created_us;
    int64_t updated_us;
    int64_t observed_us; /* INT64_MIN: never */
    struct jalon_position label;
    struct jalon_view_bounds bounds;
    struct jalon_view_spot spot;
    uint32_t tallies; /* where in the pool its list is */
    uint8_t geometry_type;
};

struct jalon_view_builder {
    struct jalon_view_kind kind;
    const char *folder;
    struct jalon_view_image image;
    struct jalon_view_columns_builder *columns;
    struct jalon_buffer record;
    uint8_t id_key[JALON_HASH_KEY_SIZE];
    struct arrival *arrivals;
    size_t count;
    size_t capacity;
    uint16_t *pool; /* lists of which tallies each entry counts for, as in quads.h */
    size_t pool_used;
    size_t pool_capacity;
    size_t tally_count;
    struct jalon_box extent;
    uint32_t placed;
    /* While it is finished: */
    struct jalon_view_hit *order; /* by row: place.row is the arrival */
    unsigned char *lines;         /* for one array by row */
};

static const struct jalon_collection *description_of(const struct jalon_view_builder *builder)
{
    return &builder->kind.map->collections[builder->kind.collection];
}

/* --- Life --- */

static void begin(struct jalon_view_builder *builder)
{
    builder->count = 0;
    builder->pool_used = 0;
    builder->placed = 0;
    builder->extent = (struct jalon_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
    builder->columns =
        jalon_view_columns_builder_create(builder->kind.map, builder->kind.collection);
    jalon_view_image_begin(&builder->image, builder->folder);
}

struct jalon_view_builder *jalon_view_builder_create(const struct jalon_view_kind *kind,
                                                     const char *folder)
{
    struct jalon_view_builder *builder = jalon_memory_allocate_zeroed(1, sizeof *builder);
    if (builder == NULL) {
        return NULL;
    }
    builder->kind = *kind;
    builder->folder = folder;
    builder->tally_count = jalon_view_tally_count(description_of(builder));
    jalon_buffer_init(&builder->record, RECORD_SIZE_MAX);
    jalon_random_bytes(builder->id_key, sizeof builder->id_key);
    begin(builder);
    if (builder->columns == NULL || builder->image.failed) {
        jalon_view_builder_destroy(builder);
        return NULL;
    }
    return builder;
}

void jalon_view_builder_destroy(struct jalon_view_builder *builder)
{
    if (builder == NULL) {
        return;
    }
    jalon_view_image_abandon(&builder->image);
    jalon_view_columns_builder_destroy(builder->columns);
    jalon_buffer_finish(&builder->record);
    jalon_memory_release(builder->arrivals);
    jalon_memory_release(builder->pool);
    jalon_memory_release(builder);
}

uint32_t jalon_view_builder_count(const struct jalon_view_builder *builder)
{
    return (uint32_t)builder->count;
}

/* --- Arrivals --- */

/* Room for `needed` things of this size; false when there is no memory. */
static bool make_room(void **items, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity) {
        return true;
    }
    size_t larger = *capacity < 256 ? 256 : 2 * *capacity;
    larger = larger < needed ? needed : larger;
    void *resized = jalon_memory_resize(*items, larger * size);
    if (resized == NULL) {
        return false;
    }
    *items = resized;
    *capacity = larger;
    return true;
}

static bool write_record(struct jalon_view_builder *builder, const struct jalon_view_entry *entry,
                         uint64_t *out)
{
    jalon_buffer_clear(&builder->record);
    jalon_view_record_write(&builder->record, description_of(builder), entry);
    if (jalon_buffer_status(&builder->record) != JALON_OK) {
        return false;
    }
    *out = jalon_view_image_append(&builder->image, builder->record.data, builder->record.length);
    if (builder->record.capacity > RECORD_KEPT) {
        jalon_buffer_finish(&builder->record);
    }
    return !builder->image.failed;
}

/* Notes which tallies the entry counts for. */
static bool note_tallies(struct jalon_view_builder *builder, const struct jalon_view_entry *entry,
                         struct arrival *arrival)
{
    const struct jalon_contribution *contribution = &entry->contribution;
    struct jalon_view_tallied tallied = {contribution->categories, contribution->category_count,
                                         contribution->status};
    void *pool = builder->pool;
    bool has_room = make_room(&pool, &builder->pool_capacity,
                              builder->pool_used + contribution->category_count + 2,
                              sizeof *builder->pool);
    builder->pool = pool;
    if (!has_room || builder->pool_used > UINT32_MAX) {
        return false;
    }
    uint16_t *list = builder->pool + builder->pool_used;
    list[0] = (uint16_t)jalon_view_tally_list(builder->kind.map, description_of(builder), &tallied,
                                              list + 1);
    arrival->tallies = (uint32_t)builder->pool_used;
    builder->pool_used += (size_t)list[0] + 1;
    return true;
}

bool jalon_view_builder_add(struct jalon_view_builder *builder,
                            const struct jalon_view_entry *entry)
{
    const struct jalon_contribution *contribution = &entry->contribution;
    struct arrival arrival = {
        .id_hash = jalon_hash_keyed(builder->id_key, &contribution->id, sizeof contribution->id),
        .number = contribution->number,
        .created_us = contribution->created_us,
        .updated_us = contribution->updated_us,
        .observed_us = INT64_MIN,
    };
    (void)jalon_clock_parse_date(contribution->observed, &arrival.observed_us);
    void *arrivals = builder->arrivals;
    bool has_room =
        make_room(&arrivals, &builder->capacity, builder->count + 1, sizeof *builder->arrivals);
    builder->arrivals = arrivals;
    if (!has_room || builder->count >= JALON_VIEW_NO_ROW - 1 || builder->columns == NULL ||
        !note_tallies(builder, entry, &arrival) ||
        !jalon_view_columns_builder_add(builder->columns, entry) ||
        !write_record(builder, entry, &arrival.record)) {
        return false;
    }
    if (entry->has_box) {
        arrival.label = entry->label;
        arrival.spot = jalon_view_plane_spot(&builder->kind.plane, entry->label);
        arrival.bounds = jalon_view_bounds_of(entry->box);
        arrival.geometry_type = (uint8_t)contribution->geometry.type;
        jalon_view_box_widen(&builder->extent, &entry->box);
        builder->placed++;
    }
    builder->arrivals[builder->count++] = arrival;
    return true;
}

/* --- Rows --- */

/* Once they are in the order of rows. */
static const struct arrival *row_at(const struct jalon_view_builder *builder, size_t row)
{
    return &builder->arrivals[row];
}

/* Puts those with a shape along the curve, the others behind them by number. */
static void order_rows(struct jalon_view_builder *builder, struct jalon_view_hit *spare)
{
    size_t placed = 0, others = builder->placed;
    for (size_t i = 0; i < builder->count; i++) {
        const struct arrival *arrival = &builder->arrivals[i];
        bool has_place = arrival->geometry_type != 0;
        struct jalon_view_hit *hit = &builder->order[has_place ? placed++ : others++];
        hit->place.row = (uint32_t)i;
        hit->key =
            has_place ? jalon_view_morton(arrival->spot) : (uint64_t)arrival->number;
    }
    size_t parts[][2] = {{0, placed}, {placed, others - placed}};
    for (int i = 0; i < 2; i++) {
        struct jalon_view_hit *part = builder->order + parts[i][0];
        struct jalon_view_hit *sorted = jalon_view_sort_hits(part, spare, parts[i][1]);
        if (sorted != part && parts[i][1] > 0) {
            memcpy(part, sorted, parts[i][1] * sizeof *part);
        }
    }
}

/* Once instead of for every array: they are read from everywhere. */
static bool reorder_arrivals(struct jalon_view_builder *builder)
{
    struct arrival *arrivals = jalon_memory_allocate((builder->count + 1) * sizeof *arrivals);
    if (arrivals == NULL) {
        return false;
    }
    for (size_t row = 0; row < builder->count; row++) {
        arrivals[row] = builder->arrivals[builder->order[row].place.row];
    }
    jalon_memory_release(builder->arrivals);
    builder->arrivals = arrivals;
    builder->capacity = builder->count;
    return true;
}

/* --- What goes by row --- */

#define DEFINE_LINES(name, type, count, expression)                                                \
    static uint64_t name(struct jalon_view_builder *builder)                                       \
    {                                                                                              \
        type *lines = (type *)(void *)builder->lines;                                              \
        for (size_t row = 0; row < (count); row++) {                                               \
            const struct arrival *arrival = row_at(builder, row);                                  \
            lines[row] = (expression);                                                             \
        }                                                                                          \
        return jalon_view_image_append(&builder->image, lines, (count) * sizeof *lines);           \
    }

DEFINE_LINES(write_spots, struct jalon_view_spot, builder->placed, arrival->spot)
DEFINE_LINES(write_labels, struct jalon_position, builder->placed, arrival->label)
DEFINE_LINES(write_types, uint8_t, builder->count, arrival->geometry_type)
DEFINE_LINES(write_numbers, int64_t, builder->count, arrival->number)
DEFINE_LINES(write_records, uint64_t, builder->count, arrival->record)

/* Rows by number. */
static uint64_t write_by_number(struct jalon_view_builder *builder, struct jalon_view_hit *hits,
                                struct jalon_view_hit *spare)
{
    uint32_t *lines = (uint32_t *)(void *)builder->lines;
    for (size_t row = 0; row < builder->count; row++) {
        hits[row] = (struct jalon_view_hit){(uint64_t)row_at(builder, row)->number,
                                            {0, (uint32_t)row}};
    }
    const struct jalon_view_hit *sorted = jalon_view_sort_hits(hits, spare, builder->count);
    for (size_t i = 0; i < builder->count; i++) {
        lines[i] = sorted[i].place.row;
    }
    return jalon_view_image_append(&builder->image, lines, builder->count * sizeof *lines);
}

static struct jalon_view_bounds unite(struct jalon_view_bounds a, struct jalon_view_bounds b)
{
    return (struct jalon_view_bounds){
        a.west < b.west ? a.west : b.west,
        a.south < b.south ? a.south : b.south,
        a.east > b.east ? a.east : b.east,
        a.north > b.north ? a.north : b.north,
    };
}

/* The levels of boxes, each from the one below it; the lines hold the last one. */
static void write_boxes(struct jalon_view_builder *builder, uint64_t levels[])
{
    struct jalon_view_bounds *lines = (struct jalon_view_bounds *)(void *)builder->lines;
    size_t count = builder->placed;
    int depth = jalon_view_boxes_depth(builder->placed);
    for (size_t row = 0; row < count; row++) {
        lines[row] = row_at(builder, row)->bounds;
    }
    for (int level = 0; level < depth; level++) {
        size_t above = jalon_view_boxes_size(builder->placed, level);
        for (size_t i = 0; i < above; i++) {
            struct jalon_view_bounds bounds = lines[i * JALON_VIEW_BOXES_FAN];
            for (size_t j = i * JALON_VIEW_BOXES_FAN;
                 j < count && j < (i + 1) * JALON_VIEW_BOXES_FAN; j++) {
                bounds = unite(bounds, lines[j]);
            }
            lines[i] = bounds;
        }
        count = above;
        levels[level] = jalon_view_image_append(&builder->image, lines, count * sizeof *lines);
    }
}

/* --- What goes by block --- */

static size_t block_count(const struct jalon_view_builder *builder)
{
    return (builder->count + JALON_VIEW_BLOCK - 1) / JALON_VIEW_BLOCK;
}

static size_t block_end(const struct jalon_view_builder *builder, size_t block)
{
    size_t end = (block + 1) * JALON_VIEW_BLOCK;
    return end < builder->count ? end : builder->count;
}

/* The arrays of write_times, each as long as there are blocks. */
enum { TIMES = 4 };

static void stretch(int64_t *first_us, int64_t *last_us, int64_t from_us, int64_t to_us)
{
    *first_us = from_us < *first_us ? from_us : *first_us;
    *last_us = to_us > *last_us ? to_us : *last_us;
}

static void write_times(struct jalon_view_builder *builder, struct jalon_view_directory *directory)
{
    size_t count = block_count(builder), size = count * sizeof(int64_t);
    int64_t *created_us = (int64_t *)(void *)builder->lines, *updated_us = created_us + count;
    int64_t *first_us = updated_us + count, *last_us = first_us + count;
    for (size_t block = 0; block < count; block++) {
        created_us[block] = first_us[block] = INT64_MAX;
        updated_us[block] = last_us[block] = INT64_MIN;
        for (size_t row = block * JALON_VIEW_BLOCK; row < block_end(builder, block); row++) {
            const struct arrival *arrival = row_at(builder, row);
            stretch(&created_us[block], &updated_us[block], arrival->created_us,
                    arrival->updated_us);
            if (arrival->observed_us != INT64_MIN) {
                stretch(&first_us[block], &last_us[block], arrival->observed_us,
                        arrival->observed_us);
            }
        }
    }
    directory->created_us = jalon_view_image_append(&builder->image, created_us, size);
    directory->updated_us = jalon_view_image_append(&builder->image, updated_us, size);
    directory->first_observed_us = jalon_view_image_append(&builder->image, first_us, size);
    directory->last_observed_us = jalon_view_image_append(&builder->image, last_us, size);
}

/* --- Squares --- */

static bool write_quads(struct jalon_view_builder *builder, struct jalon_view_directory *directory)
{
    struct jalon_view_spot *spots = (struct jalon_view_spot *)(void *)builder->lines;
    uint32_t *list_at = (uint32_t *)(void *)(spots + builder->placed);
    for (size_t row = 0; row < builder->placed; row++) {
        const struct arrival *arrival = row_at(builder, row);
        spots[row] = arrival->spot;
        list_at[row] = arrival->tallies;
    }
    struct jalon_view_quads_source source = {
        .spots = spots,
        .count = builder->placed,
        .tally_count = (uint32_t)builder->tally_count,
        .list_at = list_at,
        .lists = builder->pool,
    };
    return jalon_view_quads_write(&builder->image, &source, &directory->quads);
}

/* --- Ids --- */

/* Places of the table: a power of two, at most two thirds full. */
static size_t id_capacity(size_t count)
{
    size_t capacity = 16;
    while (capacity * 2 / 3 < count) {
        capacity *= 2;
    }
    return capacity;
}

static uint64_t write_ids(struct jalon_view_builder *builder)
{
    uint32_t *table = (uint32_t *)(void *)builder->lines;
    size_t capacity = id_capacity(builder->count);
    memset(table, 0xff, capacity * sizeof *table);
    for (size_t row = 0; row < builder->count; row++) {
        size_t at = (size_t)row_at(builder, row)->id_hash & (capacity - 1);
        while (table[at] != JALON_VIEW_NO_ROW) {
            at = (at + 1) & (capacity - 1);
        }
        table[at] = (uint32_t)row;
    }
    return jalon_view_image_append(&builder->image, table, capacity * sizeof *table);
}

/* --- The end --- */

/* The most that `lines` has to hold. */
static size_t lines_size(const struct jalon_view_builder *builder)
{
    size_t by_row = (builder->count + 1) * sizeof(struct jalon_position);
    size_t by_block = (block_count(builder) + 1) * TIMES * sizeof(int64_t);
    size_t ids = id_capacity(builder->count) * sizeof(uint32_t);
    size_t most = by_row > by_block ? by_row : by_block;
    return most > ids ? most : ids;
}

static bool write_columns(struct jalon_view_builder *builder, struct jalon_view_directory *directory)
{
    uint32_t *arrivals = (uint32_t *)(void *)builder->lines;
    for (size_t row = 0; row < builder->count; row++) {
        arrivals[row] = builder->order[row].place.row;
    }
    return jalon_view_columns_write(builder->columns, &builder->image, arrivals,
                                    (uint32_t)builder->count, &directory->columns);
}

/* Everything behind the records. */
static bool write_rows(struct jalon_view_builder *builder, const struct jalon_view_origin *origin,
                       struct jalon_view_hit *spare)
{
    struct jalon_view_directory directory = {
        .version = JALON_VIEW_IMAGE_VERSION,
        .count = (uint32_t)builder->count,
        .placed = builder->placed,
        .tally_count = (uint32_t)builder->tally_count,
        .id_mask = (uint32_t)(id_capacity(builder->count) - 1),
        .extent = builder->extent,
    };
    if (origin != NULL) {
        directory.origin = *origin;
    }
    memcpy(directory.id_key, builder->id_key, sizeof directory.id_key);
    order_rows(builder, spare);
    if (!reorder_arrivals(builder)) {
        return false;
    }
    directory.spots = write_spots(builder);
    directory.labels = write_labels(builder);
    directory.geometry_types = write_types(builder);
    directory.numbers = write_numbers(builder);
    directory.records = write_records(builder);
    directory.by_number = write_by_number(builder, spare, spare + builder->count);
    write_boxes(builder, directory.levels);
    write_times(builder, &directory);
    directory.id_table = write_ids(builder);
    if (!write_quads(builder, &directory) || !write_columns(builder, &directory)) {
        return false;
    }
    (void)jalon_view_image_append(&builder->image, &directory, sizeof directory);
    return !builder->image.failed;
}

/* False: what is in the image is of no use. */
static bool finish_image(struct jalon_view_builder *builder,
                         const struct jalon_view_origin *origin)
{
    size_t room = (builder->count + 1) * sizeof *builder->order;
    struct jalon_view_hit *spare = jalon_memory_allocate(2 * room);
    builder->order = jalon_memory_allocate(room);
    builder->lines = jalon_memory_allocate(lines_size(builder));
    bool written = spare != NULL && builder->order != NULL && builder->lines != NULL &&
                   builder->columns != NULL && write_rows(builder, origin, spare);
    jalon_memory_release(spare);
    jalon_memory_release(builder->order);
    jalon_memory_release(builder->lines);
    return written;
}

struct jalon_view_segment *jalon_view_builder_finish(struct jalon_view_builder *builder,
                                                     const char *path,
                                                     const struct jalon_view_origin *origin)
{
    const unsigned char *image = NULL;
    size_t size = 0;
    bool is_mapped = false;
    struct jalon_view_segment *segment = NULL;
    if (!finish_image(builder, origin)) {
        jalon_view_image_abandon(&builder->image);
    } else if (jalon_view_image_end(&builder->image, path, &image, &size, &is_mapped)) {
        segment = jalon_view_segment_make(image, size, is_mapped);
    }
    jalon_view_columns_builder_destroy(builder->columns);
    begin(builder);
    return segment;
}
