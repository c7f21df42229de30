/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * CQL2 JSON to tree (OGC 21-065r2, annex C). Layer 1 (query).
 *
 * The JSON text is bounded in size and depth before it is read, so that recursion is too.
 */
#include <stdio.h>

#include "cql2_tree.h"

typedef struct jalon_cql2_node *node_ptr;
typedef const struct jalon_json *json_ptr;

static node_ptr read_node(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer);

/* --- Helpers --- */

static node_ptr refuse(struct jalon_cql2_builder *builder, const char *pointer,
                       const char *expected, json_ptr found)
{
    struct jalon_context *ctx = builder->ctx;
    struct jalon_cql2_node place = {.pointer = pointer};
    if (builder->status == JALON_OK) {
        builder->status =
            found == NULL
                ? jalon_cql2_refuse(ctx, &builder->cql2, &place, "expected %s",
                                    jalon_say(ctx, expected))
                : jalon_cql2_refuse(ctx, &builder->cql2, &place, "expected %s, found %s",
                                    jalon_say(ctx, expected),
                                    jalon_say(ctx, jalon_json_kind_name(jalon_json_kind(found))));
    }
    return NULL;
}

static const char *below(struct jalon_cql2_builder *builder, const char *pointer, const char *name)
{
    const char *out = jalon_json_pointer(builder->ctx, pointer, jalon_text_from(name));
    if (out == NULL && builder->status == JALON_OK) {
        builder->status = jalon_no_memory(builder->ctx);
    }
    return out;
}

static const char *at_index(struct jalon_cql2_builder *builder, const char *pointer, size_t index)
{
    const char *out = jalon_json_pointer_at(builder->ctx, pointer, index);
    if (out == NULL && builder->status == JALON_OK) {
        builder->status = jalon_no_memory(builder->ctx);
    }
    return out;
}

typedef node_ptr (*element_reader)(struct jalon_cql2_builder *builder, json_ptr json,
                                   const char *pointer);

/* Makes every element of an array a child. */
static node_ptr add_elements(struct jalon_cql2_builder *builder, node_ptr parent, node_ptr *last,
                             json_ptr array, const char *pointer, element_reader read)
{
    for (size_t i = 0; i < jalon_json_size(array); i++) {
        const char *place = at_index(builder, pointer, i);
        node_ptr child = place != NULL ? read(builder, jalon_json_element(array, i), place) : NULL;
        if (!jalon_cql2_add(builder, parent, last, child)) {
            return NULL;
        }
    }
    return parent;
}

static bool is_kind(json_ptr json, enum jalon_json_kind kind)
{
    return jalon_json_kind(json) == kind;
}

/* --- Literals --- */

static node_ptr read_number(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    if (!is_kind(json, JALON_JSON_INTEGER) && !is_kind(json, JALON_JSON_NUMBER)) {
        return refuse(builder, pointer, "a number", json);
    }
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_NUMBER, 0, pointer);
    if (node != NULL) {
        node->number = jalon_json_number(json);
    }
    return node;
}

static node_ptr read_text(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer,
                          enum jalon_cql2_kind kind)
{
    if (!is_kind(json, JALON_JSON_STRING)) {
        return refuse(builder, pointer, "a string", json);
    }
    node_ptr node = jalon_cql2_make(builder, kind, 0, pointer);
    if (node != NULL) {
        node->text = jalon_json_text(json);
    }
    return node;
}

static node_ptr read_instant(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_DATE, 0, pointer);
    if (node != NULL && !jalon_cql2_set_instant(node, jalon_json_text(json))) {
        return refuse(builder, pointer,
                      "a date that exists (\"2026-11-21\") or a time in UTC "
                      "(\"2026-11-21T10:00:00Z\")",
                      NULL);
    }
    return node;
}

static node_ptr read_kind_of_instant(struct jalon_cql2_builder *builder, json_ptr json,
                                     const char *pointer, enum jalon_cql2_kind kind)
{
    node_ptr node = read_instant(builder, json, pointer);
    if (node != NULL && node->kind != kind) {
        return refuse(builder, pointer,
                      kind == JALON_CQL2_DATE ? "a date" : "a date with the time, in UTC", NULL);
    }
    return node;
}

static node_ptr read_interval_end(struct jalon_cql2_builder *builder, json_ptr json,
                                  const char *pointer)
{
    if (is_kind(json, JALON_JSON_STRING)) {
        return jalon_text_is(jalon_json_text(json), "..")
                   ? jalon_cql2_make(builder, JALON_CQL2_OPEN, 0, pointer)
                   : read_instant(builder, json, pointer);
    }
    node_ptr node = read_node(builder, json, pointer);
    if (node != NULL && node->kind != JALON_CQL2_PROPERTY && node->kind != JALON_CQL2_CALL) {
        return refuse(builder, pointer, "a date, a time in UTC, \"..\" or a property", NULL);
    }
    return node;
}

static node_ptr read_interval(struct jalon_cql2_builder *builder, json_ptr json,
                              const char *pointer)
{
    node_ptr last = NULL;
    if (!is_kind(json, JALON_JSON_ARRAY) || jalon_json_size(json) != 2) {
        return refuse(builder, pointer, "an array of two ends", NULL);
    }
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_INTERVAL, 0, pointer);
    return add_elements(builder, node, &last, json, pointer, read_interval_end);
}

static node_ptr read_box(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    node_ptr last = NULL;
    size_t count = is_kind(json, JALON_JSON_ARRAY) ? jalon_json_size(json) : 0;
    if (count != 4 && count != 6) {
        return refuse(builder, pointer, "an array of 4 or 6 numbers", NULL);
    }
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_BOX, 0, pointer);
    return add_elements(builder, node, &last, json, pointer, read_number);
}

/* --- Geometries --- */

static node_ptr read_geometry(struct jalon_cql2_builder *builder, json_ptr json,
                              const char *pointer)
{
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_GEOMETRY, 0, pointer);
    if (node != NULL) {
        node->json = json;
    }
    return node;
}

static node_ptr read_spatial(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    node_ptr last = NULL;
    if (!jalon_text_is(jalon_json_text(jalon_json_member(json, "type")), "GeometryCollection")) {
        return read_geometry(builder, json, pointer);
    }
    json_ptr parts = jalon_json_member(json, "geometries");
    const char *place = below(builder, pointer, "geometries");
    if (!is_kind(parts, JALON_JSON_ARRAY) || jalon_json_size(parts) == 0) {
        return refuse(builder, place, "an array of geometries", NULL);
    }
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_COLLECTION, 0, pointer);
    return place != NULL ? add_elements(builder, node, &last, parts, place, read_geometry) : NULL;
}

/* --- Operations --- */

/* [value, [item, …]] */
static node_ptr read_in(struct jalon_cql2_builder *builder, node_ptr node, json_ptr operands,
                        const char *pointer)
{
    node_ptr last = NULL;
    const char *first = at_index(builder, pointer, 0);
    const char *second = at_index(builder, pointer, 1);
    json_ptr items = jalon_json_element(operands, 1);
    if (first == NULL || second == NULL) {
        return NULL;
    }
    if (!is_kind(items, JALON_JSON_ARRAY) || jalon_json_size(items) == 0) {
        return refuse(builder, second, "an array of values", NULL);
    }
    node_ptr value = read_node(builder, jalon_json_element(operands, 0), first);
    return jalon_cql2_add(builder, node, &last, value)
               ? add_elements(builder, node, &last, items, second, read_node)
               : NULL;
}

static bool check_count(struct jalon_cql2_builder *builder, const struct jalon_cql2_op_form *form,
                        json_ptr operands, const char *pointer)
{
    char expected[128];
    size_t count = jalon_json_size(operands);
    if (!is_kind(operands, JALON_JSON_ARRAY)) {
        refuse(builder, pointer, "an array of operands", operands);
        return false;
    }
    if (count < form->least || (form->most > 0 && count > form->most)) {
        snprintf(expected, sizeof expected,
                 jalon_say(builder->ctx, form->most == 0    ? "at least %d operands"
                                         : form->least == 1 ? "%d operand"
                                                            : "%d operands"),
                 form->least);
        refuse(builder, pointer, expected, NULL);
        return false;
    }
    return true;
}

static node_ptr read_call(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    node_ptr last = NULL;
    json_ptr name = jalon_json_member(json, "op");
    json_ptr operands = jalon_json_member(json, "args");
    const char *place = below(builder, pointer, "args");
    if (!is_kind(name, JALON_JSON_STRING)) {
        return refuse(builder, below(builder, pointer, "op"), "the name of an operator", name);
    }
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_CALL, 0, pointer);
    if (node == NULL || place == NULL) {
        return NULL;
    }
    node->text = jalon_json_text(name);
    node->op = jalon_cql2_find_json(node->text);
    if (!check_count(builder, jalon_cql2_op_form(node->op), operands, place)) {
        return NULL;
    }
    return node->op == JALON_CQL2_IN
               ? read_in(builder, node, operands, place)
               : add_elements(builder, node, &last, operands, place, read_node);
}

/* --- Anything --- */

/* Exactly these members: what is not understood is not passed over. */
static bool check_members(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer,
                          const char *first, const char *second)
{
    void *iterator = NULL;
    struct jalon_text key;
    json_ptr value;
    while (jalon_json_next(json, &iterator, &key, &value)) {
        if (!jalon_text_is(key, first) && (second == NULL || !jalon_text_is(key, second))) {
            refuse(builder, jalon_json_pointer(builder->ctx, pointer, key), "no such member", NULL);
            return false;
        }
    }
    return true;
}

/* An object with one member that says what it is. */
static node_ptr read_object(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    static const char *const names[] = {"property", "date", "timestamp", "interval", "bbox"};
    size_t which = 0;
    if (jalon_json_member(json, "op") != NULL) {
        return check_members(builder, json, pointer, "op", "args")
                   ? read_call(builder, json, pointer)
                   : NULL;
    }
    if (jalon_json_member(json, "type") != NULL) {
        return read_spatial(builder, json, pointer);
    }
    while (which < 5 && jalon_json_member(json, names[which]) == NULL) {
        which++;
    }
    if (which == 5) {
        return refuse(builder, pointer,
                      "an object with \"op\", \"property\", \"date\", \"timestamp\", "
                      "\"interval\", \"bbox\", or a GeoJSON geometry",
                      NULL);
    }
    json_ptr value = jalon_json_member(json, names[which]);
    const char *place = below(builder, pointer, names[which]);
    if (place == NULL || !check_members(builder, json, pointer, names[which], NULL)) {
        return NULL;
    }
    switch (which) {
    case 0: return read_text(builder, value, place, JALON_CQL2_PROPERTY);
    case 1: return read_kind_of_instant(builder, value, place, JALON_CQL2_DATE);
    case 2: return read_kind_of_instant(builder, value, place, JALON_CQL2_TIMESTAMP);
    case 3: return read_interval(builder, value, place);
    default: return read_box(builder, value, place);
    }
}

static node_ptr read_array(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    node_ptr last = NULL;
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_ARRAY, 0, pointer);
    return node != NULL ? add_elements(builder, node, &last, json, pointer, read_node) : NULL;
}

static node_ptr read_boolean(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    node_ptr node = jalon_cql2_make(builder, JALON_CQL2_BOOLEAN, 0, pointer);
    if (node != NULL) {
        node->boolean = jalon_json_boolean(json);
    }
    return node;
}

static node_ptr read_node(struct jalon_cql2_builder *builder, json_ptr json, const char *pointer)
{
    switch (jalon_json_kind(json)) {
    case JALON_JSON_BOOLEAN: return read_boolean(builder, json, pointer);
    case JALON_JSON_INTEGER:
    case JALON_JSON_NUMBER: return read_number(builder, json, pointer);
    case JALON_JSON_STRING: return read_text(builder, json, pointer, JALON_CQL2_STRING);
    case JALON_JSON_ARRAY: return read_array(builder, json, pointer);
    case JALON_JSON_OBJECT: return read_object(builder, json, pointer);
    case JALON_JSON_NULL: break;
    }
    return refuse(builder, pointer, "an expression (\"isNull\" asks for what has no value)", json);
}

/* What the JSON reader refused is the parameter's fault, whatever it was. */
static enum jalon_status refuse_json(struct jalon_context *ctx, enum jalon_status status)
{
    if (status != JALON_INVALID && status != JALON_TOO_LARGE) {
        return status;
    }
    struct jalon_text message = ctx->error.message;
    jalon_error_clear(ctx);
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "filter",
                         "expected JSON of at most %d levels: %.*s", JALON_JSON_DEPTH_MAX,
                         JALON_TEXT_ARGS(message));
}

enum jalon_status jalon_cql2_parse_json(struct jalon_context *ctx, struct jalon_text text,
                                        struct jalon_cql2 *out)
{
    struct jalon_cql2_builder builder;
    json_ptr json;
    enum jalon_status status = jalon_cql2_builder_init(&builder, ctx, text);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_json_parse(ctx, text, &json);
    if (status != JALON_OK) {
        return refuse_json(ctx, status);
    }
    node_ptr root = read_node(&builder, json, "");
    if (builder.status == JALON_OK) {
        builder.cql2.root = root;
        *out = builder.cql2;
    }
    return builder.status;
}
