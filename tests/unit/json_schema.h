/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A small JSON Schema 2020-12 validator for tests: the keywords that our own schemas use, and a
 * failed assertion for any other, so that nothing is passed over in silence.
 */
#ifndef JALON_TESTS_JSON_SCHEMA_H
#define JALON_TESTS_JSON_SCHEMA_H

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "jalon/json.h"

struct schema_check {
    const struct jalon_json *root;
    char where[512]; /* of the first failure: the pointer and the keyword */
};

static bool schema_accepts(struct schema_check *check, const struct jalon_json *schema,
                           const struct jalon_json *value, const char *pointer);

static bool schema_equal(const struct jalon_json *a, const struct jalon_json *b)
{
    struct jalon_buffer x, y;
    jalon_buffer_init(&x, 1 << 20);
    jalon_buffer_init(&y, 1 << 20);
    jalon_json_write(&x, a);
    jalon_json_write(&y, b);
    bool equal = jalon_text_equal(jalon_buffer_text(&x), jalon_buffer_text(&y));
    jalon_buffer_finish(&x);
    jalon_buffer_finish(&y);
    return equal;
}

static bool schema_is_type(struct jalon_text type, const struct jalon_json *value)
{
    switch (jalon_json_kind(value)) {
    case JALON_JSON_NULL: return jalon_text_is(type, "null");
    case JALON_JSON_BOOLEAN: return jalon_text_is(type, "boolean");
    case JALON_JSON_INTEGER: return jalon_text_is(type, "integer") || jalon_text_is(type, "number");
    case JALON_JSON_NUMBER: return jalon_text_is(type, "number");
    case JALON_JSON_STRING: return jalon_text_is(type, "string");
    case JALON_JSON_ARRAY: return jalon_text_is(type, "array");
    case JALON_JSON_OBJECT: return jalon_text_is(type, "object");
    }
    return false;
}

static bool schema_matches(struct jalon_text pattern, struct jalon_text text)
{
    regex_t regex;
    /* POSIX has no \r and \n in brackets; our patterns say nothing else that differs. */
    const char *posix = jalon_text_is(pattern, "^[^\\r\\n]*$") ? "^[^\r\n]*$" : pattern.data;
    assert_int_equal(regcomp(&regex, posix, REG_EXTENDED | REG_NOSUB), 0);
    bool matches = regexec(&regex, text.data, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}

static size_t schema_count_accepting(struct schema_check *check, const struct jalon_json *schemas,
                                     const struct jalon_json *value, const char *pointer)
{
    size_t count = 0;
    for (size_t i = 0; i < jalon_json_size(schemas); i++) {
        count += schema_accepts(check, jalon_json_element(schemas, i), value, pointer);
    }
    return count;
}

static bool schema_accepts_items(struct schema_check *check, const struct jalon_json *schema,
                                 const struct jalon_json *array, const char *pointer)
{
    const struct jalon_json *first = jalon_json_member(schema, "prefixItems");
    const struct jalon_json *items = jalon_json_member(schema, "items");
    char below[256];
    for (size_t i = 0; i < jalon_json_size(array); i++) {
        const struct jalon_json *one = i < jalon_json_size(first) ? jalon_json_element(first, i)
                                                                  : items;
        snprintf(below, sizeof below, "%s/%zu", pointer, i);
        if (one != NULL && !schema_accepts(check, one, jalon_json_element(array, i), below)) {
            return false;
        }
    }
    return true;
}

static bool schema_accepts_members(struct schema_check *check, const struct jalon_json *schema,
                                   const struct jalon_json *object, const char *pointer)
{
    const struct jalon_json *properties = jalon_json_member(schema, "properties");
    const struct jalon_json *others = jalon_json_member(schema, "additionalProperties");
    const struct jalon_json *value;
    struct jalon_text key;
    char below[256];
    void *iterator = NULL;
    while (jalon_json_next(object, &iterator, &key, &value)) {
        const struct jalon_json *one = jalon_json_member(properties, key.data);
        one = one != NULL ? one : others;
        snprintf(below, sizeof below, "%s/%s", pointer, key.data);
        if (one != NULL && !schema_accepts(check, one, value, below)) {
            return false;
        }
    }
    return true;
}

static bool schema_has_all(const struct jalon_json *names, const struct jalon_json *object)
{
    for (size_t i = 0; i < jalon_json_size(names); i++) {
        struct jalon_text name = jalon_json_text(jalon_json_element(names, i));
        if (jalon_json_kind(object) == JALON_JSON_OBJECT &&
            jalon_json_member(object, name.data) == NULL) {
            return false;
        }
    }
    return true;
}

static bool schema_holds(const struct jalon_json *list, const struct jalon_json *value)
{
    for (size_t i = 0; i < jalon_json_size(list); i++) {
        if (schema_equal(jalon_json_element(list, i), value)) {
            return true;
        }
    }
    return false;
}

static bool schema_is_set(const struct jalon_json *array)
{
    for (size_t i = 1; i < jalon_json_size(array); i++) {
        for (size_t j = 0; j < i; j++) {
            if (schema_equal(jalon_json_element(array, i), jalon_json_element(array, j))) {
                return false;
            }
        }
    }
    return true;
}

static bool schema_accepts_reference(struct schema_check *check, struct jalon_text reference,
                                     const struct jalon_json *value, const char *pointer)
{
    assert_true(jalon_text_starts_with(reference, "#/$defs/"));
    const struct jalon_json *target =
        jalon_json_member(jalon_json_member(check->root, "$defs"), reference.data + 8);
    assert_non_null(target);
    return schema_accepts(check, target, value, pointer);
}

static bool schema_accepts_condition(struct schema_check *check, const struct jalon_json *schema,
                                     const struct jalon_json *value, const char *pointer)
{
    bool holds = schema_accepts(check, jalon_json_member(schema, "if"), value, pointer);
    const struct jalon_json *then = jalon_json_member(schema, holds ? "then" : "else");
    return then == NULL || schema_accepts(check, then, value, pointer);
}

/* One keyword against a value; `rule` is the keyword's value. */
static bool schema_keyword(struct schema_check *check, const struct jalon_json *schema,
                           struct jalon_text keyword, const struct jalon_json *rule,
                           const struct jalon_json *value, const char *pointer)
{
    enum jalon_json_kind kind = jalon_json_kind(value);
    bool number = kind == JALON_JSON_INTEGER || kind == JALON_JSON_NUMBER;
    size_t items = kind == JALON_JSON_ARRAY ? jalon_json_size(value) : 0;
    const char *k = keyword.data;
    if (strcmp(k, "type") == 0) {
        return schema_is_type(jalon_json_text(rule), value);
    } else if (strcmp(k, "const") == 0) {
        return schema_equal(rule, value);
    } else if (strcmp(k, "enum") == 0) {
        return schema_holds(rule, value);
    } else if (strcmp(k, "required") == 0) {
        return schema_has_all(rule, value);
    } else if (strcmp(k, "properties") == 0 || strcmp(k, "additionalProperties") == 0) {
        return schema_accepts_members(check, schema, value, pointer);
    } else if (strcmp(k, "items") == 0 || strcmp(k, "prefixItems") == 0) {
        return kind != JALON_JSON_ARRAY || schema_accepts_items(check, schema, value, pointer);
    } else if (strcmp(k, "minItems") == 0) {
        return kind != JALON_JSON_ARRAY || (int64_t)items >= jalon_json_integer(rule);
    } else if (strcmp(k, "maxItems") == 0) {
        return (int64_t)items <= jalon_json_integer(rule);
    } else if (strcmp(k, "uniqueItems") == 0) {
        return kind != JALON_JSON_ARRAY || schema_is_set(value);
    } else if (strcmp(k, "minimum") == 0) {
        return !number || jalon_json_number(value) >= jalon_json_number(rule);
    } else if (strcmp(k, "maximum") == 0) {
        return !number || jalon_json_number(value) <= jalon_json_number(rule);
    } else if (strcmp(k, "maxLength") == 0) {
        return (int64_t)jalon_text_code_points(jalon_json_text(value)) <= jalon_json_integer(rule);
    } else if (strcmp(k, "pattern") == 0) {
        return kind != JALON_JSON_STRING ||
               schema_matches(jalon_json_text(rule), jalon_json_text(value));
    } else if (strcmp(k, "allOf") == 0) {
        return schema_count_accepting(check, rule, value, pointer) == jalon_json_size(rule);
    } else if (strcmp(k, "oneOf") == 0) {
        return schema_count_accepting(check, rule, value, pointer) == 1;
    } else if (strcmp(k, "not") == 0) {
        return !schema_accepts(check, rule, value, pointer);
    } else if (strcmp(k, "if") == 0) {
        return schema_accepts_condition(check, schema, value, pointer);
    } else if (strcmp(k, "$ref") == 0) {
        return schema_accepts_reference(check, jalon_json_text(rule), value, pointer);
    }
    static const char *const silent[] = {"$schema", "$id", "$defs", "title", "description",
                                         "default", "format", "then", "else"};
    bool known = strncmp(k, "x-", 2) == 0;
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        known = known || strcmp(k, silent[i]) == 0;
    }
    if (!known) {
        print_error("unknown keyword %s\n", k);
    }
    assert_true(known);
    return true;
}

static bool schema_accepts(struct schema_check *check, const struct jalon_json *schema,
                           const struct jalon_json *value, const char *pointer)
{
    if (jalon_json_kind(schema) == JALON_JSON_BOOLEAN) {
        return jalon_json_boolean(schema);
    }
    assert_int_equal(jalon_json_kind(schema), JALON_JSON_OBJECT);
    void *iterator = NULL;
    struct jalon_text keyword;
    const struct jalon_json *rule;
    while (jalon_json_next(schema, &iterator, &keyword, &rule)) {
        if (!schema_keyword(check, schema, keyword, rule, value, pointer)) {
            if (check->where[0] == '\0') {
                snprintf(check->where, sizeof check->where, "%s: %s", pointer, keyword.data);
            }
            return false;
        }
    }
    return true;
}

#endif
