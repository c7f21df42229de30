/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A contribution in the making. Field types are in field_value.c. Layer 3 (app). */
#include "draft.h"

#include <string.h>

#include "jalon/licence.h"
#include "jalon/geo.h"

#include "lenient.h"

enum { TITLE_MAX = 255, DESCRIPTION_MAX = 10000 };

static enum jalon_error_place place_of(const struct draft *draft)
{
    return draft->words != NULL ? JALON_ERROR_PARAMETER : JALON_ERROR_POINTER;
}

enum jalon_status jalon_draft_begin(struct jalon_context *ctx, const struct jalon_map *map,
                                    int32_t collection, const struct lexicon *words,
                                    struct draft *out)
{
    const struct jalon_collection *description = &map->collections[collection];
    struct jalon_value *fields =
        jalon_arena_allocate_zeroed(ctx->arena, description->field_count, sizeof *fields);
    bool *faulty =
        jalon_arena_allocate_zeroed(ctx->arena, description->field_count, sizeof *faulty);
    if (fields == NULL || faulty == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = (struct draft){.map = map, .collection = description, .words = words, .faulty = faulty};
    out->contribution = (struct jalon_contribution){
        .collection = collection,
        .version = 1,
        .title = JALON_TEXT_EMPTY,
        .description = JALON_TEXT_EMPTY,
        .fields = fields,
        .status = description->status_count > 0 ? 0 : -1,
        .moderation = JALON_MODERATION_PUBLISHED,
        .author = JALON_TEXT_EMPTY,
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT_EMPTY,
        .observed = JALON_TEXT_EMPTY,
        .campaign = JALON_TEXT_EMPTY,
        .declared_by = JALON_TEXT_EMPTY,
        .confirmed = JALON_TEXT_EMPTY,
    };
    return JALON_OK;
}

enum jalon_status jalon_draft_begin_as(struct jalon_context *ctx, const struct draft *base,
                                       struct draft *out)
{
    size_t const fields = base->collection->field_count;
    size_t const categories = base->contribution.category_count;
    struct draft draft = *base;
    draft.contribution.fields =
        jalon_arena_allocate(ctx->arena, fields * sizeof(struct jalon_value));
    draft.faulty = jalon_arena_allocate_zeroed(ctx->arena, fields, sizeof *draft.faulty);
    draft.categories =
        jalon_arena_allocate(ctx->arena, (categories + 1) * sizeof *draft.categories);
    if (draft.contribution.fields == NULL || draft.faulty == NULL || draft.categories == NULL) {
        return jalon_no_memory(ctx);
    }
    memcpy(draft.contribution.fields, base->contribution.fields,
           fields * sizeof *draft.contribution.fields);
    if (categories > 0) {
        memcpy(draft.categories, base->categories, categories * sizeof *draft.categories);
    }
    draft.category_capacity = categories + 1;
    draft.contribution.categories = draft.categories;
    *out = draft;
    return JALON_OK;
}

enum jalon_status jalon_draft_begin_edit(struct jalon_context *ctx, const struct jalon_map *map,
                                         const struct jalon_contribution *before,
                                         struct draft *out)
{
    struct draft draft;
    enum jalon_status status = jalon_draft_begin(ctx, map, before->collection, NULL, &draft);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_contribution *after = &draft.contribution;
    for (size_t i = 0; i < draft.collection->field_count; i++) {
        if (draft.collection->fields[i].visibility != JALON_VISIBILITY_PUBLIC) {
            after->fields[i] = before->fields[i];
        }
    }
    draft.before = before;
    after->number = before->number;
    after->id = before->id;
    after->version = before->version + 1;
    after->status = before->status;
    after->moderation = before->moderation;
    after->author = before->author;
    after->source = before->source;
    after->source_id = before->source_id;
    after->campaign = before->campaign;
    after->created_us = before->created_us;
    after->confirmed = before->confirmed;
    after->supports = before->supports;
    after->comments = before->comments;
    after->touched_us = before->touched_us;
    after->merged_into = before->merged_into;
    *out = draft;
    return JALON_OK;
}

/* A value read by a field's rules; a fault is added at `where`. */
static enum jalon_status take_value(struct jalon_context *ctx, const struct draft *draft,
                                    const struct jalon_field *field, struct jalon_value value,
                                    const char *where, struct jalon_value *out)
{
    enum jalon_status status;
    struct jalon_value read = {.kind = JALON_VALUE_NONE};
    const char *reason = jalon_field_value_read(ctx, field, value, draft->words, &read, &status);
    if (reason != NULL) {
        jalon_error_add(ctx, place_of(draft), where, "%s", reason);
    } else if (read.kind != JALON_VALUE_NONE) {
        *out = read;
    }
    return status;
}

/* A reserved text, read by the rules of a field of the same kind. */
static enum jalon_status take_reserved(struct jalon_context *ctx, const struct draft *draft,
                                       enum jalon_field_type type, int64_t max_length,
                                       struct jalon_value value, const char *where,
                                       struct jalon_text *out)
{
    struct jalon_field rules = {.type = type, .max_length = max_length};
    struct jalon_value read = {.kind = JALON_VALUE_NONE};
    enum jalon_status status = take_value(ctx, draft, &rules, value, where, &read);
    if (read.kind == JALON_VALUE_TEXT) {
        *out = read.text;
    }
    return status;
}

static enum jalon_status take_campaign(struct jalon_context *ctx, struct draft *draft,
                                       struct jalon_value value, const char *where)
{
    struct jalon_text slug = JALON_TEXT_EMPTY;
    enum jalon_status status =
        take_reserved(ctx, draft, JALON_FIELD_STRING, TITLE_MAX, value, where, &slug);
    if (slug.length > 0 && !jalon_slug_is_valid(slug)) {
        jalon_error_add(ctx, place_of(draft), where,
                        "expected at most 63 lower-case letters, digits and '-', starting with a "
                        "letter or digit");
    } else if (slug.length > 0) {
        draft->contribution.campaign = slug;
    }
    return status;
}

static enum jalon_status take_declared_by(struct jalon_context *ctx, struct draft *draft,
                                          struct jalon_value value, const char *where)
{
    struct jalon_text who = JALON_TEXT_EMPTY;
    enum jalon_status status =
        take_reserved(ctx, draft, JALON_FIELD_STRING, TITLE_MAX, value, where, &who);
    if (who.length > 0 && !jalon_text_is(who, JALON_DECLARED_BY_HOLDER) &&
        !jalon_text_is(who, JALON_DECLARED_BY_THIRD_PARTY)) {
        jalon_error_add(ctx, place_of(draft), where, "expected '%s' or '%s'",
                        JALON_DECLARED_BY_HOLDER, JALON_DECLARED_BY_THIRD_PARTY);
    } else if (who.length > 0) {
        draft->contribution.declared_by = who;
    }
    return status;
}

/* Has the draft this category already? -1 is none. */
static bool has_category(const struct draft *draft, int32_t category)
{
    for (size_t i = 0; i < draft->contribution.category_count; i++) {
        if (draft->categories[i] == category) {
            return true;
        }
    }
    return false;
}

/*
 * The category that the word names, or -1. Of several with one label, that below a category taken
 * before: files have a column for the theme and another for the sub-theme.
 */
static int32_t find_category(struct jalon_context *ctx, const struct draft *draft,
                             struct jalon_text word)
{
    const struct jalon_map *map = draft->map;
    int32_t found = jalon_map_find_category(map, word);
    if (found >= 0 && jalon_collection_uses_category(map, draft->collection, found)) {
        return found;
    }
    if (draft->words == NULL) {
        return -1;
    }
    size_t count = 0;
    const struct lexicon_entry *entries =
        jalon_lexicon_find(ctx, draft->words, LEXICON_CATEGORIES, word, &count);
    for (size_t i = 0; i < count; i++) {
        if (has_category(draft, map->categories[entries[i].index].parent)) {
            return entries[i].index;
        }
    }
    return count > 0 ? entries[0].index : -1;
}

static enum jalon_status add_category(struct jalon_context *ctx, struct draft *draft,
                                      int32_t category)
{
    struct jalon_contribution *contribution = &draft->contribution;
    size_t count = contribution->category_count;
    int32_t *grown = jalon_arena_grow(ctx->arena, draft->categories, count, count + 1,
                                      sizeof *grown, &draft->category_capacity);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    draft->categories = grown;
    contribution->categories = grown;
    size_t at = 0;
    while (at < count && grown[at] < category) {
        at++;
    }
    if (at < count && grown[at] == category) {
        return JALON_OK;
    }
    memmove(grown + at + 1, grown + at, (count - at) * sizeof *grown);
    grown[at] = category;
    contribution->category_count++;
    return JALON_OK;
}

/* "a", then "a, b": every word that is no category is told. */
static enum jalon_status note_unknown(struct jalon_context *ctx, struct jalon_text word,
                                      struct jalon_text *out_unknown)
{
    struct jalon_text words =
        jalon_text_format(ctx->arena, "%.*s%s%.*s", JALON_TEXT_ARGS(*out_unknown),
                          out_unknown->length > 0 ? ", " : "", JALON_TEXT_ARGS(word));
    if (words.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out_unknown = words;
    return JALON_OK;
}

static enum jalon_status take_category_word(struct jalon_context *ctx, struct draft *draft,
                                            struct jalon_text word, const char *where,
                                            struct jalon_text *out_unknown)
{
    int32_t category = find_category(ctx, draft, word);
    if (category >= 0 && (draft->words != NULL || !has_category(draft, category))) {
        return add_category(ctx, draft, category);
    }
    if (draft->words != NULL) {
        return note_unknown(ctx, word, out_unknown);
    }
    if (category >= 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "is there twice");
    } else {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "'%.*s' is not a category of %s",
                        JALON_TEXT_ARGS(word), draft->collection->key.data);
    }
    return JALON_OK;
}

static enum jalon_status take_category_list(struct jalon_context *ctx, struct draft *draft,
                                            struct jalon_value value, const char *where,
                                            struct jalon_text *out_unknown)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < value.list.count; i++) {
        struct jalon_text at = jalon_text_format(ctx->arena, "%s/%zu", where, i);
        const char *pointer = draft->words != NULL || at.data == NULL ? where : at.data;
        status = take_category_word(ctx, draft, value.list.items[i], pointer, out_unknown);
    }
    return status;
}

/* "Sport" or, when no category is called all of it, "Sport;Culture". */
static enum jalon_status take_category_text(struct jalon_context *ctx, struct draft *draft,
                                            struct jalon_text text, const char *where,
                                            struct jalon_text *out_unknown)
{
    struct jalon_text word = jalon_text_trim(text);
    enum jalon_status status = JALON_OK;
    if (word.length > 0 && find_category(ctx, draft, word) >= 0) {
        return take_category_word(ctx, draft, word, where, out_unknown);
    }
    while (status == JALON_OK && jalon_lenient_next_word(&text, ";|", &word)) {
        if (word.length > 0) {
            status = take_category_word(ctx, draft, word, where, out_unknown);
        }
    }
    return status;
}

static enum jalon_status take_categories(struct jalon_context *ctx, struct draft *draft,
                                         struct jalon_value value, const char *where,
                                         struct jalon_text *out_unknown)
{
    if (value.kind == JALON_VALUE_LIST) {
        return take_category_list(ctx, draft, value, where, out_unknown);
    }
    if (draft->words != NULL && value.kind == JALON_VALUE_TEXT) {
        return take_category_text(ctx, draft, value.text, where, out_unknown);
    }
    if (value.kind != JALON_VALUE_NONE) {
        jalon_error_add(ctx, place_of(draft), where, "must be a list of category keys");
    }
    return JALON_OK;
}

/* Index of the status that the word names, or -1. */
static int32_t find_status(struct jalon_context *ctx, const struct draft *draft,
                           struct jalon_text word)
{
    int32_t found = jalon_collection_find_status(draft->collection, word);
    if (found >= 0 || draft->words == NULL) {
        return found;
    }
    size_t count = 0;
    const struct lexicon_entry *entry =
        jalon_lexicon_find(ctx, draft->words, LEXICON_STATUSES, jalon_text_trim(word), &count);
    return count > 0 ? entry->index : -1;
}

bool jalon_draft_may_move(const struct jalon_collection *collection, int32_t from, int32_t to)
{
    for (size_t i = 0; i < collection->transition_count; i++) {
        if (collection->transitions[i].from == from && collection->transitions[i].to == to) {
            return true;
        }
    }
    return from == to;
}

/* The status of something new is the first one, that of an edit is within reach. */
static void refuse_status(struct jalon_context *ctx, struct draft *draft, int32_t found,
                          const char *where)
{
    const struct jalon_collection *collection = draft->collection;
    const char *key = collection->key.data;
    if (collection->status_count == 0) {
        jalon_error_add(ctx, place_of(draft), where, "%s has no statuses", key);
    } else if (draft->words != NULL || (draft->before != NULL && found < 0)) {
        jalon_error_add(ctx, place_of(draft), where, "is not a status of %s", key);
    } else if (draft->before == NULL) {
        jalon_error_add(ctx, place_of(draft), where, "a new contribution to %s starts as '%s'", key,
                        collection->statuses[0].key.data);
    } else {
        int32_t from = draft->before->status;
        draft->status_barred = true;
        draft->barred_status = found;
        jalon_error_add(ctx, place_of(draft), where, "no step leads from '%s' to '%s'",
                        from >= 0 ? collection->statuses[from].key.data : "",
                        collection->statuses[found].key.data);
    }
}

static bool takes_status(const struct draft *draft, int32_t status)
{
    if (draft->words != NULL) {
        return status >= 0; /* an import may bring any */
    }
    return draft->before == NULL
               ? status == 0
               : status >= 0 && jalon_draft_may_move(draft->collection, draft->before->status,
                                                     status);
}

static void take_status(struct jalon_context *ctx, struct draft *draft, struct jalon_value value,
                        const char *where)
{
    bool lenient = draft->words != NULL;
    if (value.kind == JALON_VALUE_NONE ||
        (lenient && value.kind == JALON_VALUE_TEXT && jalon_text_trim(value.text).length == 0)) {
        return;
    }
    int32_t found = value.kind == JALON_VALUE_TEXT ? find_status(ctx, draft, value.text) : -1;
    if (takes_status(draft, found)) {
        draft->contribution.status = found;
        draft->status_given = true;
    } else {
        refuse_status(ctx, draft, found, where);
    }
}

/* A field keeps in mind that it was given a value, though none it can take. */
static enum jalon_status take_field(struct jalon_context *ctx, struct draft *draft, int32_t field,
                                    struct jalon_value value, const char *where)
{
    size_t before = ctx->error.detail_total;
    enum jalon_status status = take_value(ctx, draft, &draft->collection->fields[field], value,
                                          where, &draft->contribution.fields[field]);
    draft->faulty[field] = draft->faulty[field] || ctx->error.detail_total > before;
    return status;
}

/* Whoever imports has chosen the source; else the map says which ones it takes. */
static enum jalon_status take_licence(struct jalon_context *ctx, struct draft *draft,
                                      struct jalon_value value, const char *where)
{
    struct jalon_contribution *contribution = &draft->contribution;
    enum jalon_status status = take_reserved(ctx, draft, JALON_FIELD_STRING, TITLE_MAX, value,
                                             where, &contribution->licence);
    bool is_kept = draft->before != NULL &&
                   jalon_text_equal(contribution->licence, draft->before->licence);
    if (status == JALON_OK && draft->words == NULL && !is_kept &&
        !jalon_licence_is_allowed(draft->map, draft->collection, contribution->licence)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where,
                        "is none of the licences of this map; its page names them");
    }
    return status;
}

enum jalon_status jalon_draft_take(struct jalon_context *ctx, struct draft *draft,
                                   struct target target, struct jalon_value value,
                                   const char *where, struct jalon_text *out_unknown_category)
{
    struct jalon_contribution *contribution = &draft->contribution;
    switch (target.kind) {
    case TARGET_TITLE:
        return take_reserved(ctx, draft, JALON_FIELD_STRING, TITLE_MAX, value, where,
                             &contribution->title);
    case TARGET_DESCRIPTION:
        return take_reserved(ctx, draft, JALON_FIELD_TEXT, DESCRIPTION_MAX, value, where,
                             &contribution->description);
    case TARGET_OBSERVED:
        return take_reserved(ctx, draft, JALON_FIELD_DATE, TITLE_MAX, value, where,
                             &contribution->observed);
    case TARGET_LICENCE: return take_licence(ctx, draft, value, where);
    case TARGET_SOURCE_ID:
        return take_reserved(ctx, draft, JALON_FIELD_STRING, TITLE_MAX, value, where,
                             &contribution->source_id);
    case TARGET_DECLARED_BY: return take_declared_by(ctx, draft, value, where);
    case TARGET_CAMPAIGN: return take_campaign(ctx, draft, value, where);
    case TARGET_CATEGORY: return take_categories(ctx, draft, value, where, out_unknown_category);
    case TARGET_STATUS: take_status(ctx, draft, value, where); return JALON_OK;
    case TARGET_FIELD: return take_field(ctx, draft, target.field, value, where);
    case TARGET_NONE:
    case TARGET_POSITION: break;
    }
    return JALON_OK;
}

static enum jalon_status check_type(struct jalon_context *ctx, const struct draft *draft,
                                    enum jalon_geometry_type type)
{
    unsigned allowed = draft->collection->geometry_types;
    if (allowed & JALON_GEOMETRY_BIT(type)) {
        return JALON_OK;
    }
    struct jalon_text names = JALON_TEXT_EMPTY;
    for (int i = JALON_GEOMETRY_POINT; i <= JALON_GEOMETRY_MULTIPOLYGON; i++) {
        if (allowed & JALON_GEOMETRY_BIT(i)) {
            names =
                jalon_text_format(ctx->arena, "%s%s%s", names.data, names.length > 0 ? ", " : "",
                                  jalon_geometry_type_name((enum jalon_geometry_type)i));
            if (names.data == NULL) {
                return jalon_no_memory(ctx);
            }
        }
    }
    return jalon_fail(ctx, JALON_INVALID, "%s expects %s, not %s", draft->collection->key.data,
                      names.data, jalon_geometry_type_name(type));
}

/* Files of other programs know only multi forms, or only single ones; a part is a part. */
static void adapt_type(const struct draft *draft, struct jalon_geometry *geometry)
{
    static const enum jalon_geometry_type pairs[][2] = {
        {JALON_GEOMETRY_POINT, JALON_GEOMETRY_MULTIPOINT},
        {JALON_GEOMETRY_LINESTRING, JALON_GEOMETRY_MULTILINESTRING},
        {JALON_GEOMETRY_POLYGON, JALON_GEOMETRY_MULTIPOLYGON},
    };
    unsigned allowed = draft->collection->geometry_types;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t parts = i == 0   ? geometry->position_count
                       : i == 1 ? geometry->ring_count
                                : geometry->polygon_count;
        for (int is_multi = 0; is_multi < 2; is_multi++) {
            enum jalon_geometry_type other = pairs[i][!is_multi];
            if (geometry->type == pairs[i][is_multi] && parts == 1 &&
                !(allowed & JALON_GEOMETRY_BIT(geometry->type)) &&
                (allowed & JALON_GEOMETRY_BIT(other))) {
                geometry->type = other;
                return;
            }
        }
    }
}

static enum jalon_status prepare_geometry(struct jalon_context *ctx, struct draft *draft,
                                          const struct jalon_geometry *geometry, const char *where)
{
    struct jalon_geometry copy = {.type = JALON_GEOMETRY_NONE};
    enum jalon_status status = jalon_geometry_copy(ctx, geometry, &copy);
    if (status == JALON_OK && draft->words != NULL) {
        adapt_type(draft, &copy);
    }
    if (status == JALON_OK) {
        status = check_type(ctx, draft, copy.type);
    }
    if (status == JALON_OK && copy.srid != JALON_SRID_WGS84) {
        status = jalon_geo_transform(ctx, copy.srid, JALON_SRID_WGS84, copy.positions,
                                     copy.position_count);
        copy.srid = JALON_SRID_WGS84;
    }
    if (status == JALON_OK) {
        status = jalon_geometry_check_range(ctx, &copy, where);
    }
    if (status == JALON_OK) {
        status = jalon_geometry_make_valid(ctx, &copy, where, &draft->contribution.geometry,
                                           &draft->repaired);
    }
    if (status == JALON_OK) {
        status = check_type(ctx, draft, draft->contribution.geometry.type);
    }
    return status;
}

enum jalon_status jalon_draft_take_geometry(struct jalon_context *ctx, struct draft *draft,
                                            const struct jalon_geometry *geometry,
                                            const char *where)
{
    if (geometry == NULL || geometry->type == JALON_GEOMETRY_NONE) {
        jalon_error_add(ctx, place_of(draft), where, "there is no position");
        return JALON_OK;
    }
    size_t before = ctx->error.detail_total;
    enum jalon_status status = prepare_geometry(ctx, draft, geometry, where);
    if (status != JALON_INVALID && status != JALON_TOO_LARGE) {
        return status;
    }
    /* geo fails at once; a draft gathers faults. */
    if (ctx->error.detail_total == before) {
        jalon_error_add(ctx, place_of(draft), where, "%s", ctx->error.message.data);
    }
    ctx->error.message = JALON_TEXT_EMPTY;
    return JALON_OK;
}

/* What people call it, in the language of the reason that names it. */
static const char *label_said(const struct jalon_context *ctx, struct jalon_label label)
{
    bool is_french = ctx->wording != NULL && jalon_text_is(ctx->wording->language, "fr");
    return is_french ? label.fr.data : label.en.data;
}

void jalon_draft_check_required(struct jalon_context *ctx, const struct draft *draft,
                                const char *prefix)
{
    for (size_t i = 0; i < draft->collection->field_count; i++) {
        const struct jalon_field *field = &draft->collection->fields[i];
        if (!field->required || draft->faulty[i] ||
            draft->contribution.fields[i].kind != JALON_VALUE_NONE) {
            continue;
        }
        struct jalon_text where = jalon_text_format(ctx->arena, "%s%s", prefix, field->key.data);
        jalon_error_add(ctx, place_of(draft), where.data != NULL ? where.data : prefix,
                        "is required (%s)", label_said(ctx, field->label));
    }
}
