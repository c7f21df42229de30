/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Records. Layer 2 (view).
 *
 * After the head: positions (8 aligned), for shapes of several positions their box and label, ring
 * and polygon ends, categories, territories (4 aligned), then without alignment the texts (a length
 * of four bytes, the bytes, a NUL), the fields and the Feature.
 */
#include "record.h"

#include <assert.h>
#include <string.h>

/* What is kept of a shape that is not one position. */
struct outline {
    struct jalon_box box;
    struct jalon_position label;
};

/* --- Writing --- */

static void put(struct jalon_buffer *buffer, const void *data, size_t size)
{
    if (size > 0) {
        jalon_buffer_append(buffer, data, size);
    }
}

static void put_count(struct jalon_buffer *buffer, size_t count)
{
    uint32_t narrow = (uint32_t)count;
    put(buffer, &narrow, sizeof narrow);
}

static void put_text(struct jalon_buffer *buffer, struct jalon_text text)
{
    uint32_t length = (uint32_t)text.length;
    char *at = jalon_buffer_reserve(buffer, sizeof length + text.length + 1);
    if (at == NULL) {
        return;
    }
    memcpy(at, &length, sizeof length);
    if (text.length > 0) {
        memcpy(at + sizeof length, text.data, text.length);
    }
    memset(at + sizeof length + text.length, 0, 2); /* its own, and the buffer's */
    buffer->length += sizeof length + text.length + 1;
}

static void put_value(struct jalon_buffer *buffer, const struct jalon_value *value)
{
    jalon_buffer_append_char(buffer, (char)value->kind);
    switch (value->kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: put_text(buffer, value->text); break;
    case JALON_VALUE_NUMBER: put(buffer, &value->number, sizeof value->number); break;
    case JALON_VALUE_INTEGER: put(buffer, &value->integer, sizeof value->integer); break;
    case JALON_VALUE_BOOLEAN: jalon_buffer_append_char(buffer, (char)value->boolean); break;
    case JALON_VALUE_LIST:
        put_count(buffer, value->list.count);
        for (size_t i = 0; i < value->list.count; i++) {
            put_text(buffer, value->list.items[i]);
        }
        break;
    }
}

static void put_shape(struct jalon_buffer *buffer, const struct jalon_view_entry *entry)
{
    const struct jalon_geometry *shape = &entry->contribution.geometry;
    put(buffer, shape->positions, shape->position_count * sizeof *shape->positions);
    if (shape->position_count > 1) {
        struct outline outline = {entry->box, entry->label};
        put(buffer, &outline, sizeof outline);
    }
    put(buffer, shape->ring_ends, shape->ring_count * sizeof *shape->ring_ends);
    put(buffer, shape->polygon_ends, shape->polygon_count * sizeof *shape->polygon_ends);
}

static void put_texts(struct jalon_buffer *buffer, const struct jalon_contribution *contribution)
{
    const struct jalon_text texts[JALON_VIEW_TEXT_COUNT] = {
        [JALON_VIEW_TEXT_TITLE] = contribution->title,
        [JALON_VIEW_TEXT_DESCRIPTION] = contribution->description,
        [JALON_VIEW_TEXT_AUTHOR] = contribution->author,
        [JALON_VIEW_TEXT_SOURCE] = contribution->source,
        [JALON_VIEW_TEXT_SOURCE_ID] = contribution->source_id,
        [JALON_VIEW_TEXT_LICENCE] = contribution->licence,
        [JALON_VIEW_TEXT_OBSERVED] = contribution->observed,
        [JALON_VIEW_TEXT_CAMPAIGN] = contribution->campaign,
        [JALON_VIEW_TEXT_DECLARED_BY] = contribution->declared_by,
        [JALON_VIEW_TEXT_CONFIRMED] = contribution->confirmed,
    };
    for (size_t i = 0; i < JALON_VIEW_TEXT_COUNT; i++) {
        put_text(buffer, texts[i]);
    }
}

/* A count; four billion are as good as more. */
static uint32_t narrow(int64_t count)
{
    return count < 0 ? 0 : count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

void jalon_view_record_write(struct jalon_buffer *buffer, const struct jalon_collection *collection,
                             const struct jalon_view_entry *entry)
{
    const struct jalon_contribution *contribution = &entry->contribution;
    size_t start = buffer->length;
    struct jalon_view_record head = {
        .id = contribution->id,
        .number = contribution->number,
        .version = contribution->version,
        .created_us = contribution->created_us,
        .updated_us = contribution->updated_us,
        .touched_us = contribution->touched_us,
        .supports = narrow(contribution->supports),
        .comments = narrow(contribution->comments),
        .json_length = (uint32_t)entry->json.length,
        .position_count = (uint32_t)contribution->geometry.position_count,
        .ring_count = (uint32_t)contribution->geometry.ring_count,
        .polygon_count = (uint32_t)contribution->geometry.polygon_count,
        .territory_count = (uint32_t)entry->territory_count,
        .status = (int16_t)contribution->status,
        .category_count = (uint8_t)contribution->category_count,
        .geometry_type = (uint8_t)contribution->geometry.type,
    };
    assert(contribution->category_count <= UINT8_MAX && contribution->status <= INT16_MAX);
    put(buffer, &head, sizeof head);
    put_shape(buffer, entry);
    put(buffer, contribution->categories,
        contribution->category_count * sizeof *contribution->categories);
    put(buffer, entry->territories, entry->territory_count * sizeof *entry->territories);
    head.texts_at = (uint32_t)(buffer->length - start);
    put_texts(buffer, contribution);
    head.fields_at = (uint32_t)(buffer->length - start);
    for (size_t i = 0; i < collection->field_count; i++) {
        static const struct jalon_value none = {.kind = JALON_VALUE_NONE};
        bool is_public = collection->fields[i].visibility == JALON_VISIBILITY_PUBLIC;
        put_value(buffer, is_public ? &contribution->fields[i] : &none);
    }
    head.json_at = (uint32_t)(buffer->length - start);
    put(buffer, entry->json.data, entry->json.length);
    static const char zeros[8] = {0};
    put(buffer, zeros,
        8 - (buffer->length - start) % 8); /* at least one: the Feature ends with NUL */
    head.size = (uint32_t)(buffer->length - start);
    if (buffer->status == JALON_OK) {
        memcpy(buffer->data + start, &head, sizeof head);
    }
}

/* --- Reading --- */

static const unsigned char *at(const struct jalon_view_record *record, size_t offset)
{
    return (const unsigned char *)record + offset;
}

static size_t outline_at(const struct jalon_view_record *record)
{
    return sizeof *record + record->position_count * sizeof(struct jalon_position);
}

static size_t rings_at(const struct jalon_view_record *record)
{
    return outline_at(record) + (record->position_count > 1 ? sizeof(struct outline) : 0);
}

static size_t categories_at(const struct jalon_view_record *record)
{
    return rings_at(record) +
           ((size_t)record->ring_count + record->polygon_count) * sizeof(uint32_t);
}

struct jalon_text jalon_view_record_json(const struct jalon_view_record *record)
{
    return (struct jalon_text){(const char *)at(record, record->json_at), record->json_length};
}

/* Takes a number of four bytes, moving on. */
static uint32_t take_count(const unsigned char **from)
{
    uint32_t count;
    memcpy(&count, *from, sizeof count);
    *from += sizeof count;
    return count;
}

static struct jalon_text take_text(const unsigned char **from)
{
    struct jalon_text text = {.length = take_count(from)};
    text.data = (const char *)*from;
    *from += text.length + 1;
    return text;
}

struct jalon_text jalon_view_record_text(const struct jalon_view_record *record,
                                         enum jalon_view_text which)
{
    const unsigned char *from = at(record, record->texts_at);
    for (unsigned i = 0; i < (unsigned)which; i++) {
        (void)take_text(&from);
    }
    return take_text(&from);
}

const int32_t *jalon_view_record_categories(const struct jalon_view_record *record)
{
    return (const int32_t *)(const void *)at(record, categories_at(record));
}

const int32_t *jalon_view_record_territories(const struct jalon_view_record *record)
{
    return jalon_view_record_categories(record) + record->category_count;
}

struct jalon_geometry jalon_view_record_geometry(const struct jalon_view_record *record)
{
    uint32_t *rings = (uint32_t *)(uintptr_t)at(record, rings_at(record));
    return (struct jalon_geometry){
        .type = (enum jalon_geometry_type)record->geometry_type,
        .srid = JALON_SRID_WGS84,
        .positions = (struct jalon_position *)(uintptr_t)at(record, sizeof *record),
        .position_count = record->position_count,
        .ring_ends = rings,
        .ring_count = record->ring_count,
        .polygon_ends = rings + record->ring_count,
        .polygon_count = record->polygon_count,
    };
}

bool jalon_view_record_place(const struct jalon_view_record *record, struct jalon_box *out_box,
                             struct jalon_position *out_label)
{
    if (record->position_count > 1) {
        const struct outline *outline = (const void *)at(record, outline_at(record));
        *out_box = outline->box;
        *out_label = outline->label;
    } else if (record->position_count == 1) {
        const struct jalon_position *p = (const void *)at(record, sizeof *record);
        *out_box = (struct jalon_box){p->lon, p->lat, p->lon, p->lat};
        *out_label = *p;
    }
    return record->position_count > 0;
}

/* --- Entries --- */

/* Texts that all multiple choices together may have; their choices are distinct. */
static size_t count_items(const struct jalon_collection *collection)
{
    size_t count = 0;
    for (size_t i = 0; i < collection->field_count; i++) {
        count += collection->fields[i].choice_count;
    }
    return count;
}

struct jalon_view_scratch *jalon_view_scratch_create(struct jalon_arena *arena,
                                                     const struct jalon_collection *collection)
{
    struct jalon_view_scratch *scratch = jalon_arena_allocate_zeroed(arena, 1, sizeof *scratch);
    if (scratch == NULL) {
        return NULL;
    }
    scratch->arena = arena;
    scratch->item_capacity = count_items(collection);
    scratch->fields =
        jalon_arena_allocate_zeroed(arena, collection->field_count, sizeof *scratch->fields);
    scratch->items =
        jalon_arena_allocate_zeroed(arena, scratch->item_capacity, sizeof *scratch->items);
    return scratch->fields != NULL && scratch->items != NULL ? scratch : NULL;
}

/*
 * Room for so many items from *used on. There may be more than the field has choices: choices can
 * be taken from a field that has values. False: no memory.
 */
static bool make_item_room(struct jalon_view_scratch *scratch, size_t *used, size_t count)
{
    if (count <= scratch->item_capacity - *used) {
        return true;
    }
    /* What other lists have stays where it is: they point to it. */
    size_t capacity = scratch->item_capacity + count;
    struct jalon_text *items = jalon_arena_allocate(scratch->arena, capacity * sizeof *items);
    if (items == NULL) {
        return false;
    }
    scratch->items = items;
    scratch->item_capacity = capacity;
    *used = 0;
    return true;
}

/* Takes a list into the items from *used on; without a scratch its items are passed over. */
static void take_list(const unsigned char **from, struct jalon_view_scratch *scratch, size_t *used,
                      struct jalon_value *value)
{
    size_t count = take_count(from);
    bool has_room = scratch != NULL && make_item_room(scratch, used, count);
    if (scratch != NULL && !has_room) {
        scratch->failed = true;
    }
    struct jalon_text *items = has_room ? scratch->items + *used : NULL;
    value->list.items = items;
    value->list.count = has_room ? count : 0;
    *used += value->list.count;
    for (size_t i = 0; i < count; i++) {
        struct jalon_text item = take_text(from);
        if (has_room) {
            items[i] = item;
        }
    }
}

static void take_value(const unsigned char **from, struct jalon_view_scratch *scratch, size_t *used,
                       struct jalon_value *value)
{
    value->kind = (enum jalon_value_kind)(*from)[0];
    (*from)++;
    switch (value->kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: value->text = take_text(from); break;
    case JALON_VALUE_NUMBER:
        memcpy(&value->number, *from, sizeof value->number);
        *from += sizeof value->number;
        break;
    case JALON_VALUE_INTEGER:
        memcpy(&value->integer, *from, sizeof value->integer);
        *from += sizeof value->integer;
        break;
    case JALON_VALUE_BOOLEAN: value->boolean = *(*from)++ != 0; break;
    case JALON_VALUE_LIST: take_list(from, scratch, used, value); break;
    }
}

struct jalon_value jalon_view_record_field(const struct jalon_view_record *record, size_t field)
{
    struct jalon_value value = {.kind = JALON_VALUE_NONE};
    const unsigned char *from = at(record, record->fields_at);
    size_t used = 0;
    for (size_t i = 0; i <= field; i++) {
        take_value(&from, NULL, &used, &value);
    }
    return value;
}

static void take_texts(const struct jalon_view_record *record,
                       struct jalon_contribution *contribution)
{
    struct jalon_text texts[JALON_VIEW_TEXT_COUNT];
    const unsigned char *from = at(record, record->texts_at);
    for (size_t i = 0; i < JALON_VIEW_TEXT_COUNT; i++) {
        texts[i] = take_text(&from);
    }
    contribution->title = texts[JALON_VIEW_TEXT_TITLE];
    contribution->description = texts[JALON_VIEW_TEXT_DESCRIPTION];
    contribution->author = texts[JALON_VIEW_TEXT_AUTHOR];
    contribution->source = texts[JALON_VIEW_TEXT_SOURCE];
    contribution->source_id = texts[JALON_VIEW_TEXT_SOURCE_ID];
    contribution->licence = texts[JALON_VIEW_TEXT_LICENCE];
    contribution->observed = texts[JALON_VIEW_TEXT_OBSERVED];
    contribution->campaign = texts[JALON_VIEW_TEXT_CAMPAIGN];
    contribution->declared_by = texts[JALON_VIEW_TEXT_DECLARED_BY];
    contribution->confirmed = texts[JALON_VIEW_TEXT_CONFIRMED];
}

const struct jalon_view_entry *jalon_view_record_read(const struct jalon_view_record *record,
                                                      const struct jalon_map *map,
                                                      int32_t collection,
                                                      struct jalon_view_scratch *scratch)
{
    struct jalon_view_entry *entry = &scratch->entry;
    *entry = (struct jalon_view_entry){
        .json = jalon_view_record_json(record),
        .territories = jalon_view_record_territories(record),
        .territory_count = record->territory_count,
        .contribution =
            {
                .number = record->number,
                .id = record->id,
                .collection = collection,
                .version = record->version,
                .geometry = jalon_view_record_geometry(record),
                .fields = scratch->fields,
                .categories = jalon_view_record_categories(record),
                .category_count = record->category_count,
                .status = record->status,
                .moderation = JALON_MODERATION_PUBLISHED,
                .created_us = record->created_us,
                .updated_us = record->updated_us,
                .supports = record->supports,
                .comments = record->comments,
                .touched_us = record->touched_us,
            },
    };
    entry->has_box = jalon_view_record_place(record, &entry->box, &entry->label);
    take_texts(record, &entry->contribution);
    const unsigned char *from = at(record, record->fields_at);
    size_t used = 0;
    for (size_t i = 0; i < map->collections[collection].field_count; i++) {
        take_value(&from, scratch, &used, &scratch->fields[i]);
    }
    return entry;
}
