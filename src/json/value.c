/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking at a tree, and writing it back. Layer 1. */
#include <assert.h>

#include "tree.h"

enum jalon_json_kind jalon_json_kind(const struct jalon_json *json)
{
    if (json == NULL) {
        return JALON_JSON_NULL;
    }
    switch (json_typeof(tree_of(json))) {
    case JSON_OBJECT: return JALON_JSON_OBJECT;
    case JSON_ARRAY: return JALON_JSON_ARRAY;
    case JSON_STRING: return JALON_JSON_STRING;
    case JSON_INTEGER: return JALON_JSON_INTEGER;
    case JSON_REAL: return JALON_JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE: return JALON_JSON_BOOLEAN;
    case JSON_NULL: break;
    }
    return JALON_JSON_NULL;
}

const char *jalon_json_kind_name(enum jalon_json_kind kind)
{
    static const char *const names[] = {
        [JALON_JSON_NULL] = "null",
        [JALON_JSON_BOOLEAN] = JALON_WORDS("a boolean"),
        [JALON_JSON_INTEGER] = JALON_WORDS("an integer"),
        [JALON_JSON_NUMBER] = JALON_WORDS("a number"),
        [JALON_JSON_STRING] = JALON_WORDS("a string"),
        [JALON_JSON_ARRAY] = JALON_WORDS("an array"),
        [JALON_JSON_OBJECT] = JALON_WORDS("an object"),
    };
    assert((unsigned)kind <= JALON_JSON_OBJECT);
    return names[kind];
}

const struct jalon_json *jalon_json_member(const struct jalon_json *object, const char *key)
{
    return json_of(json_object_get(tree_of(object), key));
}

size_t jalon_json_size(const struct jalon_json *json)
{
    /* Both answer 0 for other kinds. */
    return json_object_size(tree_of(json)) + json_array_size(tree_of(json));
}

const struct jalon_json *jalon_json_element(const struct jalon_json *array, size_t index)
{
    return json_of(json_array_get(tree_of(array), index));
}

bool jalon_json_next(const struct jalon_json *object, void **iterator, struct jalon_text *out_key,
                     const struct jalon_json **out_value)
{
    json_t *tree = tree_of(object);
    *iterator = *iterator == NULL ? json_object_iter(tree) : json_object_iter_next(tree, *iterator);
    if (*iterator == NULL) {
        return false;
    }
    *out_key = jalon_text_slice(json_object_iter_key(*iterator),
                                json_object_iter_key_len(*iterator));
    *out_value = json_of(json_object_iter_value(*iterator));
    return true;
}

struct jalon_text jalon_json_text(const struct jalon_json *json)
{
    if (!json_is_string(tree_of(json))) {
        return JALON_TEXT_EMPTY;
    }
    return jalon_text_slice(json_string_value(tree_of(json)), json_string_length(tree_of(json)));
}

double jalon_json_number(const struct jalon_json *json)
{
    return json_number_value(tree_of(json));
}

int64_t jalon_json_integer(const struct jalon_json *json)
{
    return json_integer_value(tree_of(json));
}

bool jalon_json_boolean(const struct jalon_json *json)
{
    return json_is_true(tree_of(json));
}

static void write_array(struct jalon_buffer *buffer, const struct jalon_json *array)
{
    jalon_buffer_append_char(buffer, '[');
    for (size_t i = 0; i < jalon_json_size(array); i++) {
        if (i > 0) {
            jalon_buffer_append_char(buffer, ',');
        }
        jalon_json_write(buffer, jalon_json_element(array, i));
    }
    jalon_buffer_append_char(buffer, ']');
}

static void write_object(struct jalon_buffer *buffer, const struct jalon_json *object)
{
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *value;
    char before = '{';
    while (jalon_json_next(object, &iterator, &key, &value)) {
        jalon_buffer_append_char(buffer, before);
        jalon_buffer_append_json(buffer, key);
        jalon_buffer_append_char(buffer, ':');
        jalon_json_write(buffer, value);
        before = ',';
    }
    jalon_buffer_append_string(buffer, before == '{' ? "{}" : "}");
}

void jalon_json_write(struct jalon_buffer *buffer, const struct jalon_json *json)
{
    switch (jalon_json_kind(json)) {
    case JALON_JSON_NULL: jalon_buffer_append_string(buffer, "null"); break;
    case JALON_JSON_BOOLEAN:
        jalon_buffer_append_string(buffer, jalon_json_boolean(json) ? "true" : "false");
        break;
    case JALON_JSON_INTEGER: jalon_buffer_append_int(buffer, jalon_json_integer(json)); break;
    case JALON_JSON_NUMBER: jalon_buffer_append_double(buffer, jalon_json_number(json)); break;
    case JALON_JSON_STRING: jalon_buffer_append_json(buffer, jalon_json_text(json)); break;
    case JALON_JSON_ARRAY: write_array(buffer, json); break;
    case JALON_JSON_OBJECT: write_object(buffer, json); break;
    }
}
