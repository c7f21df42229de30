/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Taking words out of what a contribution says, and said. Layer 3 (app). */
#include "redact_words.h"

#include <string.h>

#include "jalon/json.h"

#include "internal.h"
#include "past.h"
#include "redact.h"

enum { VALUE_MAX = 64 << 20 };

/* How words are taken out of a field. */
enum manner {
    MANNER_NOT,    /* it holds none: numbers, keys, places; or is not shown */
    MANNER_MARK,   /* the mark stands in their place */
    MANNER_REMOVE, /* the value is none without them */
};

static enum manner manner_of(const struct jalon_collection *collection, struct jalon_text field)
{
    int32_t index = jalon_collection_find_field(collection, field);
    if (index < 0) {
        bool is_words = jalon_text_is(field, "title") || jalon_text_is(field, "description");
        /* Of a field that the collection does not have any more nobody is shown anything. */
        return is_words || !jalon_property_is_reserved(field) ? MANNER_MARK : MANNER_NOT;
    }
    if (!jalon_history_shows(collection, field)) {
        return MANNER_NOT;
    }
    switch (collection->fields[index].type) {
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT: return MANNER_MARK;
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS: return MANNER_REMOVE;
    case JALON_FIELD_NUMBER:
    case JALON_FIELD_INTEGER:
    case JALON_FIELD_BOOLEAN:
    case JALON_FIELD_DATE:
    case JALON_FIELD_DATE_TIME:
    case JALON_FIELD_ENUM:
    case JALON_FIELD_MULTI_ENUM:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return MANNER_NOT;
}

/* Where the words stand from `from` on; in.length: nowhere. */
static size_t find_words(struct jalon_text words, struct jalon_text in, size_t from)
{
    for (size_t i = from; i + words.length <= in.length; i++) {
        if (memcmp(in.data + i, words.data, words.length) == 0) {
            return i;
        }
    }
    return in.length;
}

bool jalon_redact_has_words(const struct redact_words *words, struct jalon_text in)
{
    return find_words(words->text, in, 0) < in.length;
}

static enum jalon_status mark_words(struct jalon_context *ctx, const struct redact_words *words,
                                    struct jalon_text in, struct jalon_text *out)
{
    struct jalon_buffer buffer;
    size_t from = 0;
    jalon_buffer_init(&buffer, VALUE_MAX);
    while (from < in.length) {
        size_t at = find_words(words->text, in, from);
        jalon_buffer_append(&buffer, in.data + from, at - from);
        if (at < in.length) {
            jalon_buffer_append_string(&buffer, JALON_REDACTION_MARK);
            at += words->text.length;
        }
        from = at;
    }
    return jalon_redact_take(ctx, &buffer, out);
}

/* --- What was said --- */
/* One side of a change, if anything is left of it. */
static enum jalon_status write_side(struct jalon_context *ctx, const struct redact_words *words,
                                    enum manner manner, const char *name,
                                    const struct jalon_json *side, struct jalon_buffer *buffer)
{
    struct jalon_text text = jalon_json_text(side);
    bool has_words = jalon_redact_has_words(words, text);
    if (side == NULL || (has_words && manner == MANNER_REMOVE)) {
        return JALON_OK;
    }
    enum jalon_status status = has_words ? mark_words(ctx, words, text, &text) : JALON_OK;
    jalon_buffer_append_format(buffer, ",\"%s\":", name);
    if (status == JALON_OK && has_words) {
        jalon_buffer_append_json(buffer, text);
    } else if (status == JALON_OK) {
        jalon_json_write(buffer, side);
    }
    return status;
}

static enum jalon_status write_change(struct jalon_context *ctx, const void *what,
                                      const struct jalon_json *change, struct jalon_buffer *buffer,
                                      size_t *count)
{
    const struct redact_words *words = what;
    struct jalon_text field = jalon_json_text(jalon_json_member(change, "field"));
    const struct jalon_json *before = jalon_json_member(change, "before");
    const struct jalon_json *after = jalon_json_member(change, "after");
    enum manner manner = manner_of(words->collection, field);
    bool has_words = jalon_redact_has_words(words, jalon_json_text(before)) ||
                     jalon_redact_has_words(words, jalon_json_text(after));
    if (manner == MANNER_NOT || !has_words) {
        jalon_json_write(buffer, change);
        return JALON_OK;
    }
    jalon_buffer_append_string(buffer, "{\"field\":");
    jalon_buffer_append_json(buffer, field);
    jalon_buffer_append_string(buffer, ",\"redacted\":true");
    enum jalon_status status = write_side(ctx, words, manner, "before", before, buffer);
    if (status == JALON_OK) {
        status = write_side(ctx, words, manner, "after", after, buffer);
    }
    jalon_buffer_append_char(buffer, '}');
    (*count)++;
    return status;
}

enum jalon_status jalon_redact_words_changes(struct jalon_context *ctx,
                                             const struct redact_words *words,
                                             struct jalon_text changes, struct jalon_text *out,
                                             size_t *out_count)
{
    return jalon_redact_each_change(ctx, write_change, words, changes, out, out_count);
}

/* --- What is said now --- */
/* `value` is the field's; the words are taken out of it if it has any. */
static enum jalon_status redact_value(struct jalon_context *ctx, const struct redact_words *words,
                                      struct jalon_text field, struct jalon_text *value,
                                      struct jalon_buffer *changes, size_t *count)
{
    enum manner manner = manner_of(words->collection, field);
    if (manner == MANNER_NOT || !jalon_redact_has_words(words, *value)) {
        return JALON_OK;
    }
    struct jalon_text left = JALON_TEXT_EMPTY;
    enum jalon_status status =
        manner == MANNER_MARK ? mark_words(ctx, words, *value, &left) : JALON_OK;
    jalon_buffer_append_string(changes, changes->length > 1 ? ",{\"field\":" : "{\"field\":");
    jalon_buffer_append_json(changes, field);
    jalon_buffer_append_string(changes, ",\"redacted\":true");
    if (status == JALON_OK && manner == MANNER_MARK) {
        jalon_buffer_append_string(changes, ",\"before\":");
        jalon_buffer_append_json(changes, left);
        jalon_buffer_append_string(changes, ",\"after\":");
        jalon_buffer_append_json(changes, left);
    }
    jalon_buffer_append_char(changes, '}');
    *value = left;
    (*count)++;
    return status;
}

enum jalon_status jalon_redact_words_present(struct jalon_context *ctx, const struct jalon_map *map,
                                             const struct redact_words *words,
                                             struct jalon_contribution *contribution,
                                             struct jalon_buffer *changes, size_t *out_count)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    size_t count = 0;
    enum jalon_status status = redact_value(ctx, words, JALON_TEXT("title"), &contribution->title,
                                            changes, &count);
    if (status == JALON_OK) {
        status = redact_value(ctx, words, JALON_TEXT("description"), &contribution->description,
                              changes, &count);
    }
    for (size_t i = 0; status == JALON_OK && i < collection->field_count; i++) {
        struct jalon_value *value = &contribution->fields[i];
        if (value->kind != JALON_VALUE_TEXT) {
            continue;
        }
        status = redact_value(ctx, words, collection->fields[i].key, &value->text, changes, &count);
        if (value->text.length == 0) {
            value->kind = JALON_VALUE_NONE;
        }
    }
    if (status == JALON_OK) {
        *out_count = count;
    }
    return status;
}
