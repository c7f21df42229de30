/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a filter can ask of a contribution, and its values. Layer 2 (view). */
#include "jalon/clock.h"

#include "filter.h"

enum property {
    ID,
    TITLE,
    DESCRIPTION,
    CATEGORIES,
    STATUS,
    AUTHOR,
    CREATED,
    UPDATED,
    OBSERVED,
    VERSION,
    LICENCE,
    SOURCE,
    SOURCE_ID,
    CAMPAIGN,
    GEOMETRY,
    PROPERTY_COUNT
};

static const struct jalon_view_queryable properties[PROPERTY_COUNT] = {
    [ID] = {{"id", 2}, JALON_VIEW_TEXT, -1},
    [TITLE] = {{"title", 5}, JALON_VIEW_TEXT, -1},
    [DESCRIPTION] = {{"description", 11}, JALON_VIEW_TEXT, -1},
    [CATEGORIES] = {{"categories", 10}, JALON_VIEW_ARRAY, -1},
    [STATUS] = {{"status", 6}, JALON_VIEW_TEXT, -1},
    [AUTHOR] = {{"author", 6}, JALON_VIEW_TEXT, -1},
    [CREATED] = {{"created", 7}, JALON_VIEW_TIMESTAMP, -1},
    [UPDATED] = {{"updated", 7}, JALON_VIEW_TIMESTAMP, -1},
    [OBSERVED] = {{"observed", 8}, JALON_VIEW_DATE, -1},
    [VERSION] = {{"version", 7}, JALON_VIEW_NUMBER, -1},
    [LICENCE] = {{"licence", 7}, JALON_VIEW_TEXT, -1},
    [SOURCE] = {{"source", 6}, JALON_VIEW_TEXT, -1},
    [SOURCE_ID] = {{"source_id", 9}, JALON_VIEW_TEXT, -1},
    [CAMPAIGN] = {{"campaign", 8}, JALON_VIEW_TEXT, -1},
    [GEOMETRY] = {{"geometry", 8}, JALON_VIEW_GEOMETRY, -1},
};

static enum jalon_view_type type_of(enum jalon_field_type type)
{
    switch (type) {
    case JALON_FIELD_NUMBER:
    case JALON_FIELD_INTEGER: return JALON_VIEW_NUMBER;
    case JALON_FIELD_BOOLEAN: return JALON_VIEW_BOOLEAN;
    case JALON_FIELD_DATE: return JALON_VIEW_DATE;
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
    if (index < PROPERTY_COUNT) {
        *out = properties[index];
        return true;
    }
    index -= PROPERTY_COUNT;
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (field->visibility == JALON_VISIBILITY_PUBLIC && index-- == 0) {
            *out = (struct jalon_view_queryable){field->key, type_of(field->type), (int32_t)i};
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

/* Which of `properties` it is. */
static enum property which(const struct jalon_view_queryable *queryable)
{
    unsigned at = 0;
    while (at < PROPERTY_COUNT - 1U && properties[at].name.data != queryable->name.data) {
        at++;
    }
    return (enum property)at;
}

/* Nothing written is no value, as in the Feature. */
static bool set_text(struct jalon_text text, struct jalon_view_datum *out)
{
    out->text = text;
    return text.length > 0;
}

static bool set_time(int64_t time_us, struct jalon_view_datum *out)
{
    out->first_us = time_us;
    out->last_us = time_us;
    return true;
}

static bool set_date(struct jalon_text text, struct jalon_view_datum *out)
{
    int64_t time_us;
    out->is_days = true;
    return jalon_clock_parse_date(text, &time_us) && set_time(time_us, out);
}

static struct jalon_text status_key(const struct jalon_view_run *run)
{
    const struct jalon_contribution *c = &run->entry->contribution;
    return c->status >= 0 ? run->map->collections[c->collection].statuses[c->status].key
                          : JALON_TEXT_EMPTY;
}

static bool read_own(struct jalon_view_run *run, enum property property,
                     struct jalon_view_datum *out)
{
    const struct jalon_contribution *contribution = &run->entry->contribution;
    switch (property) {
    case ID:
        jalon_id_format(contribution->id, run->id);
        return set_text(jalon_text_from(run->id), out);
    case TITLE: return set_text(contribution->title, out);
    case DESCRIPTION: return set_text(contribution->description, out);
    case STATUS: return set_text(status_key(run), out);
    case AUTHOR: return set_text(contribution->author, out);
    case CREATED: return set_time(contribution->created_us, out);
    case UPDATED: return set_time(contribution->updated_us, out);
    case OBSERVED: return set_date(contribution->observed, out);
    case VERSION: out->number = (double)contribution->version; return true;
    case LICENCE: return set_text(contribution->licence, out);
    case SOURCE: return set_text(contribution->source, out);
    case SOURCE_ID: return set_text(contribution->source_id, out);
    case CAMPAIGN: return set_text(contribution->campaign, out);
    case CATEGORIES:
    case GEOMETRY:
    case PROPERTY_COUNT: break;
    }
    return false;
}

static bool read_field(const struct jalon_value *value, struct jalon_view_datum *out)
{
    switch (value->kind) {
    case JALON_VALUE_TEXT:
        if (out->type == JALON_VIEW_DATE) {
            return set_date(value->text, out);
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

bool jalon_view_property_datum(struct jalon_view_run *run,
                               const struct jalon_view_queryable *queryable,
                               struct jalon_view_datum *out)
{
    *out = (struct jalon_view_datum){.type = queryable->type};
    return queryable->field >= 0
               ? read_field(&run->entry->contribution.fields[queryable->field], out)
               : read_own(run, which(queryable), out);
}

size_t jalon_view_property_count(const struct jalon_view_run *run,
                                 const struct jalon_view_queryable *queryable)
{
    const struct jalon_contribution *contribution = &run->entry->contribution;
    if (queryable->field < 0) {
        return contribution->category_count;
    }
    const struct jalon_value *value = &contribution->fields[queryable->field];
    return value->kind == JALON_VALUE_LIST ? value->list.count : 0;
}

struct jalon_text jalon_view_property_item(const struct jalon_view_run *run,
                                           const struct jalon_view_queryable *queryable,
                                           size_t index)
{
    const struct jalon_contribution *contribution = &run->entry->contribution;
    return queryable->field < 0 ? run->map->categories[contribution->categories[index]].key
                                : contribution->fields[queryable->field].list.items[index];
}

bool jalon_view_property_is_null(const struct jalon_view_run *run,
                                 const struct jalon_view_queryable *queryable)
{
    struct jalon_view_run own = *run;
    struct jalon_view_datum datum;
    if (queryable->type == JALON_VIEW_GEOMETRY) {
        return run->entry->contribution.geometry.position_count == 0;
    }
    if (queryable->type == JALON_VIEW_ARRAY) {
        return jalon_view_property_count(run, queryable) == 0;
    }
    return !jalon_view_property_datum(&own, queryable, &datum);
}
