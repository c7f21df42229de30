/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A published contribution as bytes without pointers: what a segment keeps of it. Layer 2 (view),
 * private.
 *
 * Records live in files that are mapped into memory, on the machine that wrote them: numbers are in
 * its own order. They start at a multiple of 8. Values of fields that are not public are left out.
 */
#ifndef JALON_VIEW_RECORD_H
#define JALON_VIEW_RECORD_H

#include "entry.h"

/* The start of every record; what follows is private to record.c. */
struct jalon_view_record {
    struct jalon_id id;
    int64_t number;
    int64_t version;
    int64_t created_us;
    int64_t updated_us;
    int64_t touched_us;
    uint32_t supports;
    uint32_t comments;
    uint32_t size; /* of all, a multiple of 8 */
    uint32_t json_at;
    uint32_t json_length;
    uint32_t texts_at;
    uint32_t fields_at;
    uint32_t position_count;
    uint32_t ring_count;
    uint32_t polygon_count;
    uint32_t territory_count;
    int16_t status;
    uint8_t category_count;
    uint8_t geometry_type;
};

/* The texts of every contribution, by number. */
enum jalon_view_text {
    JALON_VIEW_TEXT_TITLE,
    JALON_VIEW_TEXT_DESCRIPTION,
    JALON_VIEW_TEXT_AUTHOR,
    JALON_VIEW_TEXT_SOURCE,
    JALON_VIEW_TEXT_SOURCE_ID,
    JALON_VIEW_TEXT_LICENCE,
    JALON_VIEW_TEXT_OBSERVED,
    JALON_VIEW_TEXT_CAMPAIGN,
    JALON_VIEW_TEXT_DECLARED_BY,
    JALON_VIEW_TEXT_CONFIRMED,
    JALON_VIEW_TEXT_COUNT,
};

/* The collection and its number of fields are those of the entry. Appends; look at the buffer's status. */
void jalon_view_record_write(struct jalon_buffer *buffer, const struct jalon_collection *collection,
                             const struct jalon_view_entry *entry);

struct jalon_text jalon_view_record_json(const struct jalon_view_record *record);
struct jalon_text jalon_view_record_text(const struct jalon_view_record *record,
                                         enum jalon_view_text which);
/* The value of a field (index in the collection); a list comes without its items. */
struct jalon_value jalon_view_record_field(const struct jalon_view_record *record, size_t field);
const int32_t *jalon_view_record_categories(const struct jalon_view_record *record);
const int32_t *jalon_view_record_territories(const struct jalon_view_record *record);
/* Borrows from the record. */
struct jalon_geometry jalon_view_record_geometry(const struct jalon_view_record *record);
/* As jalon_view_entry's. False: no shape. */
bool jalon_view_record_place(const struct jalon_view_record *record, struct jalon_box *out_box,
                             struct jalon_position *out_label);

/* Where an entry is put together: room for its fields and their lists. */
struct jalon_view_scratch {
    struct jalon_view_entry entry;
    struct jalon_value *fields; /* as many as the collection has */
    struct jalon_text *items;   /* of all lists */
    size_t item_capacity;
    struct jalon_arena *arena;
    bool failed; /* there was no memory for a list: an entry has come without its items */
};

/* In the arena; NULL when there is no memory. */
struct jalon_view_scratch *jalon_view_scratch_create(struct jalon_arena *arena,
                                                     const struct jalon_collection *collection);
/*
 * The entry of a record, in the scratch: until that is used again. `collection` (index) and its
 * description are those it was written with. Borrows from the record. Look at `failed` at the end.
 */
const struct jalon_view_entry *jalon_view_record_read(const struct jalon_view_record *record,
                                                      const struct jalon_map *map,
                                                      int32_t collection,
                                                      struct jalon_view_scratch *scratch);

#endif
