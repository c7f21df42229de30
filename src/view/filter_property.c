/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a filter can ask of a contribution, and its values. Layer 2 (view). */
#include <math.h>

#include "jalon/clock.h"

#include "filter.h"

#define OWN(number, name, type)                                                                    \
    [JALON_VIEW_PROPERTY_##                                                                        \
        number] = {{name, sizeof(name) - 1}, JALON_VIEW_##type, -1, JALON_VIEW_PROPERTY_##number}

static const struct jalon_view_queryable properties[JALON_VIEW_PROPERTY_COUNT] = {
    OWN(ID, "id", TEXT),
    OWN(TITLE, "title", TEXT),
    OWN(DESCRIPTION, "description", TEXT),
    OWN(CATEGORIES, "categories", ARRAY),
    OWN(STATUS, "status", TEXT),
    OWN(AUTHOR, "author", TEXT),
    OWN(CREATED, "created", TIMESTAMP),
    OWN(UPDATED, "updated", TIMESTAMP),
    OWN(OBSERVED, "observed", DATE),
    OWN(CONFIRMED, "confirmed", DATE),
    OWN(VERSION, "version", NUMBER),
    OWN(LICENCE, "licence", TEXT),
    OWN(SOURCE, "source", TEXT),
    OWN(SOURCE_ID, "source_id", TEXT),
    OWN(CAMPAIGN, "campaign", TEXT),
    OWN(SUPPORTS, "supports", NUMBER),
    OWN(COMMENTS, "comments", NUMBER),
    OWN(GEOMETRY, "geometry", GEOMETRY),
};

static enum jalon_view_type type_of(enum jalon_field_type type)
{
    switch (type) {
    case JALON_FIELD_NUMBER:
    case JALON_FIELD_INTEGER: return JALON_VIEW_NUMBER;
    case JALON_FIELD_BOOLEAN: return JALON_VIEW_BOOLEAN;
    case JALON_FIELD_DATE: return JALON_VIEW_DATE;
    case JALON_FIELD_DATE_TIME: return JALON_VIEW_TIMESTAMP;
    case JALON_FIELD_MULTI_ENUM: return JALON_VIEW_ARRAY;
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT:
    case JALON_FIELD_ENUM:
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return JALON_VIEW_TEXT;
}

bool jalon_view_queryable_at(const struct jalon_collection *collection, size_t index,
                             struct jalon_view_queryable *out)
{
    if (index < JALON_VIEW_PROPERTY_COUNT) {
        *out = properties[index];
        return true;
    }
    uint32_t number = (uint32_t)index;
    index -= JALON_VIEW_PROPERTY_COUNT;
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (field->visibility == JALON_VISIBILITY_PUBLIC && index-- == 0) {
            *out =
                (struct jalon_view_queryable){field->key, type_of(field->type), (int32_t)i, number};
            return true;
        }
    }
    return false;
}

bool jalon_view_queryable_find(const struct jalon_collection *collection, struct jalon_text name,
                               struct jalon_view_queryable *out)
{
    struct jalon_view_queryable one;
    for (size_t i = 0; jalon_view_queryable_at(collection, i, &one); i++) {
        if (jalon_text_equal(one.name, name)) {
            *out = one;
            return true;
        }
    }
    return false;
}

/* --- Values --- */

/* Nothing written is no value, as in the Feature. */
static bool set_text(struct jalon_text text, struct jalon_view_datum *out)
{
    out->text = text;
    return text.length > 0;
}

static bool set_time(int64_t time_us, struct jalon_view_datum *out)
{
    out->is_days = out->type == JALON_VIEW_DATE;
    out->first_us = time_us;
    out->last_us = time_us;
    return true;
}

static bool set_date(struct jalon_text text, struct jalon_view_datum *out)
{
    int64_t time_us;
    return jalon_clock_parse_date(text, &time_us) && set_time(time_us, out);
}

static bool set_timestamp(struct jalon_text text, struct jalon_view_datum *out)
{
    int64_t time_us;
    return jalon_clock_parse(text, &time_us) && set_time(time_us, out);
}

static bool set_id(struct jalon_view_run *run, struct jalon_id id, struct jalon_view_datum *out)
{
    jalon_id_format(id, run->id);
    return set_text(jalon_text_from(run->id), out);
}

static bool set_status(const struct jalon_view_run *run, int32_t collection, int32_t status,
                       struct jalon_view_datum *out)
{
    return set_text(status >= 0 ? run->map->collections[collection].statuses[status].key
                                : JALON_TEXT_EMPTY,
                    out);
}

static bool set_value(const struct jalon_value *value, struct jalon_view_datum *out)
{
    switch (value->kind) {
    case JALON_VALUE_TEXT:
        if (out->type == JALON_VIEW_DATE) {
            return set_date(value->text, out);
        }
        if (out->type == JALON_VIEW_TIMESTAMP) {
            return set_timestamp(value->text, out);
        }
        out->text = value->text;
        return true;
    case JALON_VALUE_NUMBER: out->number = value->number; return true;
    case JALON_VALUE_INTEGER: out->number = (double)value->integer; return true;
    case JALON_VALUE_BOOLEAN: out->boolean = value->boolean; return true;
    case JALON_VALUE_NONE:
    case JALON_VALUE_LIST: break;
    }
    return false;
}

/* --- Of an entry --- */

static bool read_own(struct jalon_view_run *run, enum jalon_view_property property,
                     struct jalon_view_datum *out)
{
    const struct jalon_contribution *contribution = &run->entry->contribution;
    switch (property) {
    case JALON_VIEW_PROPERTY_ID: return set_id(run, contribution->id, out);
    case JALON_VIEW_PROPERTY_TITLE: return set_text(contribution->title, out);
    case JALON_VIEW_PROPERTY_DESCRIPTION: return set_text(contribution->description, out);
    case JALON_VIEW_PROPERTY_STATUS:
        return set_status(run, contribution->collection, contribution->status, out);
    case JALON_VIEW_PROPERTY_AUTHOR: return set_text(contribution->author, out);
    case JALON_VIEW_PROPERTY_CREATED: return set_time(contribution->created_us, out);
    case JALON_VIEW_PROPERTY_UPDATED: return set_time(contribution->updated_us, out);
    case JALON_VIEW_PROPERTY_OBSERVED: return set_date(contribution->observed, out);
    case JALON_VIEW_PROPERTY_CONFIRMED: return set_date(contribution->confirmed, out);
    case JALON_VIEW_PROPERTY_VERSION: out->number = (double)contribution->version; return true;
    case JALON_VIEW_PROPERTY_LICENCE: return set_text(contribution->licence, out);
    case JALON_VIEW_PROPERTY_SOURCE: return set_text(contribution->source, out);
    case JALON_VIEW_PROPERTY_SOURCE_ID: return set_text(contribution->source_id, out);
    case JALON_VIEW_PROPERTY_CAMPAIGN: return set_text(contribution->campaign, out);
    case JALON_VIEW_PROPERTY_SUPPORTS: out->number = (double)contribution->supports; return true;
    case JALON_VIEW_PROPERTY_COMMENTS: out->number = (double)contribution->comments; return true;
    case JALON_VIEW_PROPERTY_CATEGORIES:
    case JALON_VIEW_PROPERTY_GEOMETRY:
    case JALON_VIEW_PROPERTY_COUNT: break;
    }
    return false;
}

/* --- Of a row --- */

static bool read_record_own(struct jalon_view_run *run, enum jalon_view_property property,
                            struct jalon_view_datum *out)
{
    static const enum jalon_view_text texts[JALON_VIEW_PROPERTY_COUNT] = {
        [JALON_VIEW_PROPERTY_TITLE] = JALON_VIEW_TEXT_TITLE,
        [JALON_VIEW_PROPERTY_DESCRIPTION] = JALON_VIEW_TEXT_DESCRIPTION,
        [JALON_VIEW_PROPERTY_AUTHOR] = JALON_VIEW_TEXT_AUTHOR,
        [JALON_VIEW_PROPERTY_OBSERVED] = JALON_VIEW_TEXT_OBSERVED,
        [JALON_VIEW_PROPERTY_LICENCE] = JALON_VIEW_TEXT_LICENCE,
        [JALON_VIEW_PROPERTY_SOURCE] = JALON_VIEW_TEXT_SOURCE,
        [JALON_VIEW_PROPERTY_SOURCE_ID] = JALON_VIEW_TEXT_SOURCE_ID,
        [JALON_VIEW_PROPERTY_CAMPAIGN] = JALON_VIEW_TEXT_CAMPAIGN,
    };
    const struct jalon_view_record *record = jalon_view_segment_record(run->segment, run->row);
    switch (property) {
    case JALON_VIEW_PROPERTY_ID: return set_id(run, record->id, out);
    case JALON_VIEW_PROPERTY_STATUS: return set_status(run, run->collection, record->status, out);
    case JALON_VIEW_PROPERTY_CREATED: return set_time(record->created_us, out);
    case JALON_VIEW_PROPERTY_UPDATED: return set_time(record->updated_us, out);
    case JALON_VIEW_PROPERTY_OBSERVED:
        return set_date(jalon_view_record_text(record, JALON_VIEW_TEXT_OBSERVED), out);
    case JALON_VIEW_PROPERTY_CONFIRMED:
        return set_date(jalon_view_record_text(record, JALON_VIEW_TEXT_CONFIRMED), out);
    case JALON_VIEW_PROPERTY_SUPPORTS: out->number = record->supports; return true;
    case JALON_VIEW_PROPERTY_COMMENTS: out->number = record->comments; return true;
    case JALON_VIEW_PROPERTY_VERSION: out->number = (double)record->version; return true;
    case JALON_VIEW_PROPERTY_CATEGORIES:
    case JALON_VIEW_PROPERTY_GEOMETRY:
    case JALON_VIEW_PROPERTY_COUNT: return false;
    default: return set_text(jalon_view_record_text(record, texts[property]), out);
    }
}

static bool read_record(struct jalon_view_run *run, const struct jalon_view_queryable *queryable,
                        struct jalon_view_datum *out)
{
    if (queryable->field < 0) {
        return read_record_own(run, (enum jalon_view_property)queryable->number, out);
    }
    struct jalon_value value = jalon_view_record_field(
        jalon_view_segment_record(run->segment, run->row), (size_t)queryable->field);
    return set_value(&value, out);
}

static bool read_row(struct jalon_view_run *run, const struct jalon_view_queryable *queryable,
                     struct jalon_view_datum *out)
{
    const struct jalon_view_column *column = &run->segment->columns.items[queryable->number];
    uint32_t row = run->row;
    switch (column->kind) {
    case JALON_VIEW_COLUMN_RECORD:
    case JALON_VIEW_COLUMN_CODES: break;
    case JALON_VIEW_COLUMN_NUMBERS:
        out->number = column->numbers[row];
        return !isnan(column->numbers[row]);
    case JALON_VIEW_COLUMN_TIMES:
        return set_time(column->times[row], out) && column->times[row] != INT64_MIN;
    case JALON_VIEW_COLUMN_TEXTS:
        out->text = jalon_text_slice(column->bytes + column->starts[row],
                                     column->starts[row + 1] - column->starts[row]);
        return (column->nulls[row / 64] >> row % 64 & 1) == 0;
    }
    return read_record(run, queryable, out);
}

/* --- Of either --- */

/* The whole of what is looked at. */
static const struct jalon_view_entry *whole(struct jalon_view_run *run)
{
    if (run->entry != NULL) {
        return run->entry;
    }
    if (run->read == NULL || run->read_row != run->row) {
        run->read = jalon_view_record_read(jalon_view_segment_record(run->segment, run->row),
                                           run->map, run->collection, run->scratch);
        run->read_row = run->row;
    }
    return run->read;
}

bool jalon_view_property_datum(struct jalon_view_run *run,
                               const struct jalon_view_queryable *queryable,
                               struct jalon_view_datum *out)
{
    if (run->instead != NULL) {
        *out = *run->instead;
        return !run->is_null;
    }
    *out = (struct jalon_view_datum){.type = queryable->type};
    if (run->entry == NULL) {
        return read_row(run, queryable, out);
    }
    return queryable->field >= 0
               ? set_value(&run->entry->contribution.fields[queryable->field], out)
               : read_own(run, (enum jalon_view_property)queryable->number, out);
}

bool jalon_view_property_shape(struct jalon_view_run *run, struct jalon_geometry *out_geometry,
                               struct jalon_box *out_box)
{
    if (run->entry != NULL) {
        *out_geometry = run->entry->contribution.geometry;
        *out_box = run->entry->box;
        return run->entry->has_box;
    }
    const struct jalon_view_record *record = jalon_view_segment_record(run->segment, run->row);
    struct jalon_position label;
    *out_geometry = jalon_view_record_geometry(record);
    return jalon_view_record_place(record, out_box, &label);
}

size_t jalon_view_property_count(struct jalon_view_run *run,
                                 const struct jalon_view_queryable *queryable)
{
    const struct jalon_contribution *contribution = &whole(run)->contribution;
    if (queryable->field < 0) {
        return contribution->category_count;
    }
    const struct jalon_value *value = &contribution->fields[queryable->field];
    return value->kind == JALON_VALUE_LIST ? value->list.count : 0;
}

struct jalon_text jalon_view_property_item(struct jalon_view_run *run,
                                           const struct jalon_view_queryable *queryable,
                                           size_t index)
{
    const struct jalon_contribution *contribution = &whole(run)->contribution;
    return queryable->field < 0 ? run->map->categories[contribution->categories[index]].key
                                : contribution->fields[queryable->field].list.items[index];
}

bool jalon_view_property_is_null(struct jalon_view_run *run,
                                 const struct jalon_view_queryable *queryable)
{
    struct jalon_view_datum datum;
    struct jalon_geometry geometry;
    struct jalon_box box;
    if (queryable->type == JALON_VIEW_GEOMETRY) {
        return !jalon_view_property_shape(run, &geometry, &box);
    }
    if (queryable->type == JALON_VIEW_ARRAY) {
        return jalon_view_property_count(run, queryable) == 0;
    }
    return !jalon_view_property_datum(run, queryable, &datum);
}
