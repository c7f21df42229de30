/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a row of a file said, property by property, in few bytes. Layer 3 (app). */
#include "import_digest.h"

#include <math.h>
#include <string.h>

#include "jalon/hash.h"

/* Properties every contribution has; the fields follow. */
enum property {
    PROPERTY_TITLE,
    PROPERTY_DESCRIPTION,
    PROPERTY_GEOMETRY,
    PROPERTY_STATUS,
    PROPERTY_OBSERVED,
    PROPERTY_LICENCE,
    PROPERTY_CAMPAIGN,
    PROPERTY_DECLARED_BY,
    PROPERTY_CATEGORIES,
    PROPERTY_FIELDS
};

static const char *const property_names[PROPERTY_FIELDS] = {
    "title", "description", "geometry", "status", "observed", "licence", "campaign",
    "declared_by", "categories",
};

/* --- Hashes --- */
/* The first byte of the key tells kinds of value apart: the text "1" is not the number 1. */
static uint64_t hash_bytes(enum jalon_value_kind kind, const void *data, size_t size)
{
    const uint8_t key[JALON_HASH_KEY_SIZE] = {(uint8_t)kind};
    return jalon_hash_keyed(key, data, size);
}

static uint64_t hash_text(struct jalon_text text)
{
    return hash_bytes(JALON_VALUE_TEXT, text.data, text.length);
}

static uint64_t combine(uint64_t hash, uint64_t next)
{
    const uint64_t pair[2] = {hash, next};
    return hash_bytes(JALON_VALUE_LIST, pair, sizeof pair);
}

static uint64_t hash_value(struct jalon_value value)
{
    uint64_t hash = value.kind;
    switch (value.kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: return hash_text(value.text);
    case JALON_VALUE_NUMBER: return hash_bytes(value.kind, &value.number, sizeof value.number);
    case JALON_VALUE_INTEGER: return hash_bytes(value.kind, &value.integer, sizeof value.integer);
    case JALON_VALUE_BOOLEAN: return combine(hash, value.boolean);
    case JALON_VALUE_LIST:
        for (size_t i = 0; i < value.list.count; i++) {
            hash = combine(hash, hash_text(value.list.items[i]));
        }
        break;
    }
    return hash;
}

static uint64_t hash_position(struct jalon_position position)
{
    const int64_t rounded[2] = {llround(position.lon * 1e7), llround(position.lat * 1e7)};
    return hash_bytes(JALON_VALUE_NUMBER, rounded, sizeof rounded);
}

static uint64_t hash_geometry(const struct jalon_geometry *geometry)
{
    uint64_t hash = geometry->type;
    for (size_t i = 0; i < geometry->position_count; i++) {
        hash = combine(hash, hash_position(geometry->positions[i]));
    }
    for (size_t i = 0; i < geometry->ring_count; i++) {
        hash = combine(hash, geometry->ring_ends[i]);
    }
    for (size_t i = 0; i < geometry->polygon_count; i++) {
        hash = combine(hash, geometry->polygon_ends[i]);
    }
    return hash;
}

static uint64_t hash_categories(const struct draft *draft)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < draft->contribution.category_count; i++) {
        hash =
            combine(hash, hash_text(draft->map->categories[draft->contribution.categories[i]].key));
    }
    return hash;
}

uint64_t jalon_import_identity(const struct jalon_contribution *contribution)
{
    return combine(hash_geometry(&contribution->geometry), hash_text(contribution->title));
}

/* --- Cells --- */
static void write_digits(uint64_t number, char *out, size_t count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    for (size_t i = 0; i < count; i++) {
        out[i] = digits[number % 64];
        number /= 64;
    }
}

static void write_name(struct jalon_text name, char out[DIGEST_NAME_SIZE])
{
    write_digits(hash_text(name), out, DIGEST_NAME_SIZE);
}

enum jalon_status jalon_import_digest_names(struct jalon_context *ctx,
                                            const struct jalon_collection *collection,
                                            struct digest_names *out)
{
    struct digest_names names = {.collection = collection};
    names.names = jalon_arena_allocate(ctx->arena, (PROPERTY_FIELDS + collection->field_count) *
                                                       sizeof *names.names);
    if (names.names == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < PROPERTY_FIELDS; i++) {
        write_name(jalon_text_from(property_names[i]), names.names[i]);
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        write_name(collection->fields[i].key, names.names[PROPERTY_FIELDS + i]);
    }
    *out = names;
    return JALON_OK;
}

/* False when the row brings no such property. */
static bool hash_property(const struct draft *draft, size_t property, uint64_t *out)
{
    const struct jalon_contribution *row = &draft->contribution;
    const struct jalon_text texts[PROPERTY_FIELDS] = {
        [PROPERTY_TITLE] = row->title,
        [PROPERTY_DESCRIPTION] = row->description,
        [PROPERTY_STATUS] =
            draft->status_given ? draft->collection->statuses[row->status].key : JALON_TEXT_EMPTY,
        [PROPERTY_OBSERVED] = row->observed,
        [PROPERTY_LICENCE] = row->licence,
        [PROPERTY_CAMPAIGN] = row->campaign,
        [PROPERTY_DECLARED_BY] = row->declared_by,
    };
    if (property >= PROPERTY_FIELDS) {
        struct jalon_value value = row->fields[property - PROPERTY_FIELDS];
        *out = hash_value(value);
        return value.kind != JALON_VALUE_NONE;
    }
    if (property == PROPERTY_GEOMETRY) {
        *out = hash_geometry(&row->geometry);
        return row->geometry.type != JALON_GEOMETRY_NONE;
    }
    if (property == PROPERTY_CATEGORIES) {
        *out = hash_categories(draft);
        return row->category_count > 0;
    }
    *out = hash_text(texts[property]);
    return texts[property].length > 0;
}

enum jalon_status jalon_import_digest(struct jalon_context *ctx, const struct digest_names *names,
                                      const struct draft *draft, struct jalon_text *out)
{
    size_t const count = PROPERTY_FIELDS + names->collection->field_count;
    char *cells = jalon_arena_allocate(ctx->arena, count * DIGEST_CELL_SIZE + 1);
    size_t length = 0;
    if (cells == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t hash;
        if (hash_property(draft, i, &hash)) {
            memcpy(cells + length, names->names[i], DIGEST_NAME_SIZE);
            write_digits(hash, cells + length + DIGEST_NAME_SIZE,
                         DIGEST_CELL_SIZE - DIGEST_NAME_SIZE);
            length += DIGEST_CELL_SIZE;
        }
    }
    cells[length] = '\0';
    *out = jalon_text_slice(cells, length);
    return JALON_OK;
}

/* --- Comparing --- */
static const char *find_cell(struct jalon_text digest, const char name[DIGEST_NAME_SIZE])
{
    for (size_t at = 0; at + DIGEST_CELL_SIZE <= digest.length; at += DIGEST_CELL_SIZE) {
        if (memcmp(digest.data + at, name, DIGEST_NAME_SIZE) == 0) {
            return digest.data + at;
        }
    }
    return NULL;
}

static bool same_cell(const struct digest_names *names, size_t property, struct jalon_text a,
                      struct jalon_text b)
{
    const char *in_a = find_cell(a, names->names[property]);
    const char *in_b = find_cell(b, names->names[property]);
    return in_a == NULL || in_b == NULL ? in_a == in_b : memcmp(in_a, in_b, DIGEST_CELL_SIZE) == 0;
}

static void keep(size_t property, const struct jalon_contribution *before,
                 struct jalon_contribution *after)
{
    switch (property) {
    case PROPERTY_TITLE: after->title = before->title; break;
    case PROPERTY_DESCRIPTION: after->description = before->description; break;
    case PROPERTY_GEOMETRY: after->geometry = before->geometry; break;
    case PROPERTY_STATUS: after->status = before->status; break;
    case PROPERTY_OBSERVED: after->observed = before->observed; break;
    case PROPERTY_LICENCE: after->licence = before->licence; break;
    case PROPERTY_CAMPAIGN: after->campaign = before->campaign; break;
    case PROPERTY_DECLARED_BY: after->declared_by = before->declared_by; break;
    case PROPERTY_CATEGORIES:
        after->categories = before->categories;
        after->category_count = before->category_count;
        break;
    default: after->fields[property - PROPERTY_FIELDS] = before->fields[property - PROPERTY_FIELDS];
    }
}

void jalon_import_merge(const struct digest_names *names, struct jalon_text earlier,
                        struct jalon_text now, const struct jalon_contribution *before,
                        struct jalon_contribution *after)
{
    for (size_t i = 0; i < PROPERTY_FIELDS + names->collection->field_count; i++) {
        if (same_cell(names, i, earlier, now)) {
            keep(i, before, after);
        }
    }
}
