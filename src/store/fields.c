/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The JSON columns of a contribution: fields and categories. Layer 2.
 *
 * Reading a million rows at start is why there is a reader of its own here: it knows the fields'
 * order, unescapes in place and allocates for lists only. It reads any JSON (RFC 8259) of the two
 * shapes, since another program may have written the column.
 */
#include <assert.h>
#include <string.h>

#include "store/private.h"

/* --- Writing --- */

void jalon_store_write_fields(struct jalon_buffer *buffer,
                              const struct jalon_collection *collection,
                              const struct jalon_value *values)
{
    bool comma = false;
    jalon_buffer_append_char(buffer, '{');
    for (size_t i = 0; i < collection->field_count; i++) {
        if (values[i].kind == JALON_VALUE_NONE) {
            continue;
        }
        if (comma) {
            jalon_buffer_append_char(buffer, ',');
        }
        comma = true;
        jalon_buffer_append_json(buffer, collection->fields[i].key);
        jalon_buffer_append_char(buffer, ':');
        jalon_value_write(buffer, &values[i]);
    }
    jalon_buffer_append_char(buffer, '}');
}

void jalon_store_write_categories(struct jalon_buffer *buffer, const struct jalon_map *map,
                                  const int32_t *categories, size_t count)
{
    jalon_buffer_append_char(buffer, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            jalon_buffer_append_char(buffer, ',');
        }
        jalon_buffer_append_json(buffer, map->categories[categories[i]].key);
    }
    jalon_buffer_append_char(buffer, ']');
}

/* --- Reading --- */

/* What is left to read; `at` never passes `end`. */
struct reader {
    char *at;
    char *end;
};

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r')) {
        reader->at++;
    }
}

/* Skips white space, then the character; false when another one is there. */
static bool take(struct reader *reader, char c)
{
    skip_space(reader);
    if (reader->at < reader->end && *reader->at == c) {
        reader->at++;
        return true;
    }
    return false;
}

static bool take_word(struct reader *reader, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0) {
        return false;
    }
    reader->at += length;
    return true;
}

/* Four hexadecimal digits, or -1. */
static int32_t read_hex(const struct reader *reader)
{
    int32_t value = 0;
    if (reader->end - reader->at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        char c = reader->at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

static char *put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
        return out;
    }
    int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    *out++ = (char)(lead[tail] | (code >> (6 * tail)));
    while (tail-- > 0) {
        *out++ = (char)(0x80 | ((code >> (6 * tail)) & 0x3f));
    }
    return out;
}

/* \uXXXX, behind the "u": one code point, of two surrogates where need be. */
static bool read_unicode(struct reader *reader, char **out)
{
    int32_t code = read_hex(reader);
    if (code <= 0) { /* U+0000 has no place in a text */
        return false;
    }
    reader->at += 4;
    if (code >= 0xd800 && code < 0xdc00) {
        if (!take_word(reader, "\\u")) {
            return false;
        }
        int32_t low = read_hex(reader);
        if (low < 0xdc00 || low > 0xdfff) {
            return false;
        }
        reader->at += 4;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return false;
    }
    *out = put_utf8(*out, (uint32_t)code);
    return true;
}

static bool read_escape(struct reader *reader, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end) {
        return false;
    }
    char c = *reader->at++;
    if (c == 'u') {
        return read_unicode(reader, out);
    }
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL) {
        return false;
    }
    *(*out)++ = to[found - from];
    return true;
}

/* A string, unescaped where it lies; its NUL takes the place of the quote at the latest. */
static bool read_string(struct reader *reader, struct jalon_text *out)
{
    if (!take(reader, '"')) {
        return false;
    }
    char *start = reader->at;
    char *end = memchr(start, '"', (size_t)(reader->end - start));
    if (end == NULL) {
        return false;
    }
    if (memchr(start, '\\', (size_t)(end - start)) == NULL) {
        reader->at = end + 1;
        *end = '\0';
        *out = (struct jalon_text){start, (size_t)(end - start)};
        return true;
    }
    char *to = start;
    while (reader->at < reader->end && *reader->at != '"') {
        char c = *reader->at++;
        if (c != '\\') {
            *to++ = c;
        } else if (!read_escape(reader, &to)) {
            return false;
        }
    }
    if (reader->at == reader->end) {
        return false;
    }
    reader->at++;
    *to = '\0';
    *out = (struct jalon_text){start, (size_t)(to - start)};
    return true;
}

static bool read_number(struct reader *reader, enum jalon_field_type type, struct jalon_value *out)
{
    char *start = reader->at;
    while (reader->at < reader->end && *reader->at != '\0' &&
           strchr("+-.eE0123456789", *reader->at) != NULL) {
        reader->at++;
    }
    struct jalon_text text = {start, (size_t)(reader->at - start)};
    int64_t integer;
    double number;
    if (type == JALON_FIELD_INTEGER && jalon_text_to_int64(text, &integer)) {
        *out = (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = integer};
        return true;
    }
    if (!jalon_text_to_double(text, &number)) {
        return false;
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = number};
    return true;
}

/* Strings up to "]", the "[" taken. The array grows in the arena. */
static enum jalon_status read_strings(struct jalon_context *ctx, struct reader *reader,
                                      struct jalon_text **out, size_t *out_count)
{
    struct jalon_text *items = NULL;
    size_t count = 0, capacity = 0;
    if (!take(reader, ']')) {
        do {
            items = jalon_arena_grow(ctx->arena, items, count, count + 1, sizeof *items, &capacity);
            if (items == NULL) {
                return jalon_no_memory(ctx);
            }
            if (!read_string(reader, &items[count++])) {
                return JALON_INVALID;
            }
        } while (take(reader, ','));
        if (!take(reader, ']')) {
            return JALON_INVALID;
        }
    }
    *out = items;
    *out_count = count;
    return JALON_OK;
}

static enum jalon_status read_list(struct jalon_context *ctx, struct reader *reader,
                                   struct jalon_value *out)
{
    struct jalon_text *items;
    size_t count;
    enum jalon_status status = read_strings(ctx, reader, &items, &count);
    if (status == JALON_OK) {
        out->kind = JALON_VALUE_LIST;
        out->list.items = items;
        out->list.count = count;
    }
    return status;
}

static enum jalon_status read_value(struct jalon_context *ctx, struct reader *reader,
                                    enum jalon_field_type type, struct jalon_value *out)
{
    bool understood;
    skip_space(reader);
    char c = reader->at < reader->end ? *reader->at : '\0';
    switch (c) {
    case '"':
        out->kind = JALON_VALUE_TEXT;
        understood = read_string(reader, &out->text);
        break;
    case '[': reader->at++; return read_list(ctx, reader, out);
    case 't':
    case 'f':
        *out = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = c == 't'};
        understood = take_word(reader, c == 't' ? "true" : "false");
        break;
    case 'n':
        *out = (struct jalon_value){.kind = JALON_VALUE_NONE};
        understood = take_word(reader, "null");
        break;
    default: understood = read_number(reader, type, out); break;
    }
    return understood ? JALON_OK : JALON_INVALID;
}

/*
 * Index of the field with this key, or field_count. Members come in the collection's order when we
 * wrote them, so the search goes on where the last one ended.
 */
static size_t find_field(const struct jalon_collection *collection, struct jalon_text key,
                         size_t from)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        size_t at = from + i < collection->field_count ? from + i
                                                       : from + i - collection->field_count;
        if (jalon_text_equal(collection->fields[at].key, key)) {
            return at;
        }
    }
    return collection->field_count;
}

enum jalon_status jalon_store_read_fields(struct jalon_context *ctx,
                                          const struct jalon_collection *collection, char *json,
                                          size_t length, struct jalon_value *values)
{
    struct reader reader = {json, json + length};
    size_t next = 0;
    for (size_t i = 0; i < collection->field_count; i++) {
        values[i] = (struct jalon_value){.kind = JALON_VALUE_NONE};
    }
    if (!take(&reader, '{')) {
        return JALON_INVALID;
    }
    if (take(&reader, '}')) {
        return JALON_OK;
    }
    do {
        struct jalon_text key;
        struct jalon_value value;
        if (!read_string(&reader, &key) || !take(&reader, ':')) {
            return JALON_INVALID;
        }
        size_t at = find_field(collection, key, next);
        bool known = at < collection->field_count;
        enum jalon_field_type type = known ? collection->fields[at].type : JALON_FIELD_NUMBER;
        enum jalon_status status = read_value(ctx, &reader, type, &value);
        if (status != JALON_OK) {
            return status;
        }
        if (known) {
            values[at] = value;
            next = at + 1;
        }
    } while (take(&reader, ','));
    return take(&reader, '}') ? JALON_OK : JALON_INVALID;
}

enum jalon_status jalon_store_read_categories(struct jalon_context *ctx,
                                              const struct jalon_map *map, char *json,
                                              size_t length, int32_t **out, size_t *out_count)
{
    struct reader reader = {json, json + length};
    struct jalon_text *keys;
    size_t key_count, count = 0;
    enum jalon_status status =
        take(&reader, '[') ? read_strings(ctx, &reader, &keys, &key_count) : JALON_INVALID;
    if (status != JALON_OK) {
        return status;
    }
    int32_t *indexes = NULL;
    if (key_count > 0) {
        indexes = jalon_arena_allocate(ctx->arena, key_count * sizeof *indexes);
        if (indexes == NULL) {
            return jalon_no_memory(ctx);
        }
    }
    for (size_t i = 0; i < key_count; i++) {
        int32_t index = jalon_map_find_category(map, keys[i]);
        size_t at = count;
        while (at > 0 && indexes[at - 1] > index) {
            at--;
        }
        if (index < 0 || (at > 0 && indexes[at - 1] == index)) {
            continue;
        }
        memmove(indexes + at + 1, indexes + at, (count - at) * sizeof *indexes);
        indexes[at] = index;
        count++;
    }
    *out = indexes;
    *out_count = count;
    return JALON_OK;
}
