/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* JSON Pointers, and structs filled from objects by table. Layer 1. */
#include "jalon/json.h"

#include <math.h>
#include <string.h>

/* Whole numbers up to here are exact in a double. */
static const double exact_integer_max = 9007199254740992.0;

const char *jalon_json_pointer(struct jalon_context *ctx, const char *parent,
                               struct jalon_text token)
{
    size_t parent_length = strlen(parent);
    char *pointer = jalon_arena_allocate(ctx->arena, parent_length + 1 + 2 * token.length + 1);
    if (pointer == NULL) {
        return parent; /* less precise, still true */
    }
    memcpy(pointer, parent, parent_length);
    char *end = pointer + parent_length;
    *end++ = '/';
    for (size_t i = 0; i < token.length; i++) {
        char c = token.data[i];
        if (c == '~' || c == '/') {
            *end++ = '~';
            c = c == '~' ? '0' : '1';
        }
        *end++ = c;
    }
    *end = '\0';
    return pointer;
}

const char *jalon_json_pointer_at(struct jalon_context *ctx, const char *parent, size_t index)
{
    struct jalon_text pointer = jalon_text_format(ctx->arena, "%s/%zu", parent, index);
    return pointer.data != NULL ? pointer.data : parent;
}

static const struct jalon_json_field *find_field(const struct jalon_json_field *fields,
                                                 size_t count, struct jalon_text name)
{
    for (size_t i = 0; i < count; i++) {
        if (jalon_text_is(name, fields[i].name)) {
            return &fields[i];
        }
    }
    return NULL;
}

static const char *type_name(enum jalon_json_type type)
{
    switch (type) {
    case JALON_JSON_TO_TEXT: return JALON_WORDS("a string");
    case JALON_JSON_TO_INTEGER: return JALON_WORDS("an integer");
    case JALON_JSON_TO_NUMBER: return JALON_WORDS("a number");
    case JALON_JSON_TO_BOOLEAN: return JALON_WORDS("a boolean");
    case JALON_JSON_TO_VALUE: break;
    }
    return JALON_WORDS("a value");
}

static bool to_integer(const struct jalon_json *json, int64_t *out)
{
    if (jalon_json_kind(json) == JALON_JSON_INTEGER) {
        *out = jalon_json_integer(json);
        return true;
    }
    double number = jalon_json_number(json);
    if (jalon_json_kind(json) != JALON_JSON_NUMBER || fabs(number) > exact_integer_max ||
        number < floor(number) || number > floor(number)) {
        return false;
    }
    *out = (int64_t)number; /* written 3.0 or 3e2 */
    return true;
}

/* False when the value is not of the type; `target` is then untouched. */
static bool assign(const struct jalon_json *value, enum jalon_json_type type, void *target)
{
    enum jalon_json_kind kind = jalon_json_kind(value);
    switch (type) {
    case JALON_JSON_TO_TEXT:
        if (kind == JALON_JSON_STRING) {
            *(struct jalon_text *)target = jalon_json_text(value);
        }
        return kind == JALON_JSON_STRING;
    case JALON_JSON_TO_INTEGER: return to_integer(value, target);
    case JALON_JSON_TO_NUMBER:
        if (kind == JALON_JSON_INTEGER || kind == JALON_JSON_NUMBER) {
            *(double *)target = jalon_json_number(value);
        }
        return kind == JALON_JSON_INTEGER || kind == JALON_JSON_NUMBER;
    case JALON_JSON_TO_BOOLEAN:
        if (kind == JALON_JSON_BOOLEAN) {
            *(bool *)target = jalon_json_boolean(value);
        }
        return kind == JALON_JSON_BOOLEAN;
    case JALON_JSON_TO_VALUE: *(const struct jalon_json **)target = value; return true;
    }
    return false;
}

void jalon_json_read_object(struct jalon_context *ctx, const struct jalon_json *object,
                            const char *pointer, const struct jalon_json_field *fields,
                            size_t field_count, void *out)
{
    if (jalon_json_kind(object) != JALON_JSON_OBJECT) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, pointer, "expected an object, found %s",
                        jalon_say(ctx, jalon_json_kind_name(jalon_json_kind(object))));
        return;
    }
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *value;
    while (jalon_json_next(object, &iterator, &key, &value)) {
        const struct jalon_json_field *field = find_field(fields, field_count, key);
        if (field == NULL) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer(ctx, pointer, key),
                            "unknown member");
        } else if (jalon_json_kind(value) != JALON_JSON_NULL &&
                   !assign(value, field->type, (char *)out + field->offset)) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer(ctx, pointer, key),
                            "expected %s, found %s", jalon_say(ctx, type_name(field->type)),
                            jalon_say(ctx, jalon_json_kind_name(jalon_json_kind(value))));
        }
    }
    for (size_t i = 0; i < field_count; i++) {
        if (fields[i].required &&
            jalon_json_kind(jalon_json_member(object, fields[i].name)) == JALON_JSON_NULL) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer(ctx, pointer, jalon_text_from(fields[i].name)),
                            "is required");
        }
    }
}
