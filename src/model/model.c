/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names of the model's enumerations and look-ups in a map's description. Layer 1. */
#include "jalon/model.h"

#include "jalon/clock.h"
#include "jalon/names.h"
#include "jalon/wording.h"

static const char *const field_types[] = {
    [JALON_FIELD_STRING] = "string",
    [JALON_FIELD_TEXT] = "text",
    [JALON_FIELD_NUMBER] = "number",
    [JALON_FIELD_INTEGER] = "integer",
    [JALON_FIELD_BOOLEAN] = "boolean",
    [JALON_FIELD_DATE] = "date",
    [JALON_FIELD_DATE_TIME] = "date_time",
    [JALON_FIELD_ENUM] = "enum",
    [JALON_FIELD_MULTI_ENUM] = "multi_enum",
    [JALON_FIELD_URL] = "url",
    [JALON_FIELD_EMAIL] = "email",
    [JALON_FIELD_PHONE] = "phone",
    [JALON_FIELD_OPENING_HOURS] = "opening_hours",
};
static const char *const visibilities[] = {"public", "members", "moderators"};
/* These and the next are said in reasons, too. */
static const char *const moderations[] = {JALON_WORDS("pending"), JALON_WORDS("published"),
                                          JALON_WORDS("hidden"), JALON_WORDS("rejected"),
                                          JALON_WORDS("deleted")};
static const char *const actions[] = {"create", "update", "delete", "restore", "approve",
                                      "reject", "hide",   "merge",  "redact",  "erase", "purge"};
static const char *const policies[] = {"administered", "participatory", "contributory"};
static const char *const roles[] = {"nobody",    "contributor", "member",
                                    "moderator", "admin",       "operator"};
static const char *const moderation_modes[] = {"post", "pre", "trust"};
static const char *const edit_modes[] = {"direct", "proposal"};
static const char *const outside_modes[] = {"accept", "flag", "refuse"};

JALON_DEFINE_NAMES(field_type, field_types)
JALON_DEFINE_NAMES(visibility, visibilities)
JALON_DEFINE_NAMES(moderation, moderations)
JALON_DEFINE_NAMES(action, actions)
JALON_DEFINE_NAMES(role, roles)
JALON_DEFINE_NAMES(write_policy, policies)
JALON_DEFINE_NAMES(moderation_mode, moderation_modes)
JALON_DEFINE_NAMES(edit_mode, edit_modes)
JALON_DEFINE_NAMES(outside_mode, outside_modes)

int32_t jalon_map_find_collection(const struct jalon_map *map, struct jalon_text key)
{
    for (size_t i = 0; i < map->collection_count; i++) {
        if (jalon_text_equal(map->collections[i].key, key)) {
            return (int32_t)i;
        }
    }
    return -1;
}

int32_t jalon_map_find_category(const struct jalon_map *map, struct jalon_text key)
{
    for (size_t i = 0; i < map->category_count; i++) {
        if (jalon_text_equal(map->categories[i].key, key)) {
            return (int32_t)i;
        }
    }
    return -1;
}

int32_t jalon_collection_find_field(const struct jalon_collection *collection,
                                    struct jalon_text key)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        if (jalon_text_equal(collection->fields[i].key, key)) {
            return (int32_t)i;
        }
    }
    return -1;
}

int32_t jalon_collection_find_status(const struct jalon_collection *collection,
                                     struct jalon_text key)
{
    for (size_t i = 0; i < collection->status_count; i++) {
        if (jalon_text_equal(collection->statuses[i].key, key)) {
            return (int32_t)i;
        }
    }
    return -1;
}

bool jalon_collection_uses_category(const struct jalon_map *map,
                                    const struct jalon_collection *collection, int32_t category)
{
    while (map->categories[category].parent >= 0) {
        category = map->categories[category].parent;
    }
    for (size_t i = 0; i < collection->category_root_count; i++) {
        if (collection->category_roots[i] == category) {
            return true;
        }
    }
    return false;
}

bool jalon_category_is_within(const struct jalon_map *map, int32_t category, int32_t ancestor)
{
    while (category >= 0 && category != ancestor) {
        category = map->categories[category].parent;
    }
    return category >= 0;
}

bool jalon_tile_attribute_is_reserved(struct jalon_text key)
{
    static const char *const reserved[] = {"id",         "title",       "category",
                                           "categories", "color",       "status",
                                           "cluster_id", "point_count", "expansion_zoom"};
    return jalon_names_find(reserved, JALON_NAMES_COUNT(reserved), key) <
           JALON_NAMES_COUNT(reserved);
}

static bool has_short_values(const struct jalon_field *field)
{
    return field->type == JALON_FIELD_ENUM || field->type == JALON_FIELD_BOOLEAN ||
           field->type == JALON_FIELD_NUMBER || field->type == JALON_FIELD_INTEGER;
}

bool jalon_collection_shows_in_tiles(const struct jalon_collection *collection, size_t field)
{
    const struct jalon_field *one = &collection->fields[field];
    if (one->visibility != JALON_VISIBILITY_PUBLIC || jalon_tile_attribute_is_reserved(one->key)) {
        return false;
    }
    if (!collection->chooses_tile_fields) {
        return has_short_values(one);
    }
    for (size_t i = 0; i < collection->tile_field_count; i++) {
        if (collection->tile_fields[i] == (int32_t)field) {
            return true;
        }
    }
    return false;
}

const char *jalon_collection_refuse_tile_field(const struct jalon_collection *collection,
                                               int32_t field)
{
    if (field < 0) {
        return JALON_WORDS("no field of this collection has this key");
    }
    if (collection->fields[field].visibility != JALON_VISIBILITY_PUBLIC) {
        return JALON_WORDS("is not a public field");
    }
    if (jalon_tile_attribute_is_reserved(collection->fields[field].key)) {
        return JALON_WORDS("is what tiles call an attribute of their own");
    }
    for (size_t i = 0; i < collection->tile_field_count; i++) {
        if (collection->tile_fields[i] == field) {
            return JALON_WORDS("is there twice");
        }
    }
    return NULL;
}

bool jalon_slug_is_valid(struct jalon_text slug)
{
    for (size_t i = 0; i < slug.length; i++) {
        char c = slug.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (c != '-' || i == 0)) {
            return false;
        }
    }
    return slug.length > 0 && slug.length <= 63;
}

bool jalon_property_is_reserved(struct jalon_text key)
{
    static const char *const reserved[] = {
        "title",     "description", "categories", "status",   "moderation", "author",
        "declared_by", "created",   "updated",    "observed", "confirmed",  "version",
        "licence",   "source",      "source_id",  "campaign", "accuracy_m", "photos",
        "supports",  "comments",    "id",         "geometry", "type",       "properties",
    };
    return jalon_names_find(reserved, JALON_NAMES_COUNT(reserved), key) <
           JALON_NAMES_COUNT(reserved);
}

/* Is there no such date, or is it before the day? */
static bool is_before(struct jalon_text date, int64_t day)
{
    int64_t time_us;
    return !jalon_clock_parse_date(date, &time_us) || jalon_clock_day(time_us) < day;
}

bool jalon_contribution_is_stale(const struct jalon_collection *collection,
                                 const struct jalon_contribution *contribution, int64_t today)
{
    int32_t limit = collection->stale_after_days;
    return limit > 0 && today - jalon_clock_day(contribution->updated_us) > limit &&
           is_before(contribution->observed, today - limit) &&
           is_before(contribution->confirmed, today - limit);
}
