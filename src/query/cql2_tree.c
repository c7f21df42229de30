/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* CQL2 trees: nodes, bounds, operators, places in messages. Layer 1 (query). */
#include "cql2_tree.h"

#include <stdarg.h>
#include <stdio.h>

#include "jalon/clock.h"

static const struct jalon_cql2_op_form forms[JALON_CQL2_OP_COUNT] = {
    [JALON_CQL2_AND] = {"AND", "and", 2, 0, false},
    [JALON_CQL2_OR] = {"OR", "or", 2, 0, false},
    [JALON_CQL2_NOT] = {"NOT", "not", 1, 1, false},
    [JALON_CQL2_EQUAL] = {"=", "=", 2, 2, false},
    [JALON_CQL2_NOT_EQUAL] = {"<>", "<>", 2, 2, false},
    [JALON_CQL2_LESS] = {"<", "<", 2, 2, false},
    [JALON_CQL2_LESS_EQUAL] = {"<=", "<=", 2, 2, false},
    [JALON_CQL2_GREATER] = {">", ">", 2, 2, false},
    [JALON_CQL2_GREATER_EQUAL] = {">=", ">=", 2, 2, false},
    [JALON_CQL2_LIKE] = {"LIKE", "like", 2, 2, false},
    [JALON_CQL2_BETWEEN] = {"BETWEEN", "between", 3, 3, false},
    [JALON_CQL2_IN] = {"IN", "in", 2, 2, false},
    [JALON_CQL2_IS_NULL] = {"IS NULL", "isNull", 1, 1, false},
    [JALON_CQL2_CASEI] = {"CASEI", "casei", 1, 1, true},
    [JALON_CQL2_ACCENTI] = {"ACCENTI", "accenti", 1, 1, true},
    [JALON_CQL2_ADD] = {"+", "+", 2, 2, false},
    [JALON_CQL2_SUBTRACT] = {"-", "-", 2, 2, false},
    [JALON_CQL2_MULTIPLY] = {"*", "*", 2, 2, false},
    [JALON_CQL2_DIVIDE] = {"/", "/", 2, 2, false},
    [JALON_CQL2_MODULO] = {"%", "%", 2, 2, false},
    [JALON_CQL2_DIV] = {"DIV", "div", 2, 2, false},
    [JALON_CQL2_POWER] = {"^", "^", 2, 2, false},
    [JALON_CQL2_S_INTERSECTS] = {"S_INTERSECTS", "s_intersects", 2, 2, true},
    [JALON_CQL2_S_DISJOINT] = {"S_DISJOINT", "s_disjoint", 2, 2, true},
    [JALON_CQL2_S_CONTAINS] = {"S_CONTAINS", "s_contains", 2, 2, true},
    [JALON_CQL2_S_WITHIN] = {"S_WITHIN", "s_within", 2, 2, true},
    [JALON_CQL2_S_TOUCHES] = {"S_TOUCHES", "s_touches", 2, 2, true},
    [JALON_CQL2_S_CROSSES] = {"S_CROSSES", "s_crosses", 2, 2, true},
    [JALON_CQL2_S_OVERLAPS] = {"S_OVERLAPS", "s_overlaps", 2, 2, true},
    [JALON_CQL2_S_EQUALS] = {"S_EQUALS", "s_equals", 2, 2, true},
    [JALON_CQL2_T_AFTER] = {"T_AFTER", "t_after", 2, 2, true},
    [JALON_CQL2_T_BEFORE] = {"T_BEFORE", "t_before", 2, 2, true},
    [JALON_CQL2_T_DISJOINT] = {"T_DISJOINT", "t_disjoint", 2, 2, true},
    [JALON_CQL2_T_EQUALS] = {"T_EQUALS", "t_equals", 2, 2, true},
    [JALON_CQL2_T_INTERSECTS] = {"T_INTERSECTS", "t_intersects", 2, 2, true},
    [JALON_CQL2_T_CONTAINS] = {"T_CONTAINS", "t_contains", 2, 2, true},
    [JALON_CQL2_T_DURING] = {"T_DURING", "t_during", 2, 2, true},
    [JALON_CQL2_T_FINISHED_BY] = {"T_FINISHEDBY", "t_finishedBy", 2, 2, true},
    [JALON_CQL2_T_FINISHES] = {"T_FINISHES", "t_finishes", 2, 2, true},
    [JALON_CQL2_T_MEETS] = {"T_MEETS", "t_meets", 2, 2, true},
    [JALON_CQL2_T_MET_BY] = {"T_METBY", "t_metBy", 2, 2, true},
    [JALON_CQL2_T_OVERLAPPED_BY] = {"T_OVERLAPPEDBY", "t_overlappedBy", 2, 2, true},
    [JALON_CQL2_T_OVERLAPS] = {"T_OVERLAPS", "t_overlaps", 2, 2, true},
    [JALON_CQL2_T_STARTED_BY] = {"T_STARTEDBY", "t_startedBy", 2, 2, true},
    [JALON_CQL2_T_STARTS] = {"T_STARTS", "t_starts", 2, 2, true},
    [JALON_CQL2_A_CONTAINS] = {"A_CONTAINS", "a_contains", 2, 2, true},
    [JALON_CQL2_A_CONTAINED_BY] = {"A_CONTAINEDBY", "a_containedBy", 2, 2, true},
    [JALON_CQL2_A_EQUALS] = {"A_EQUALS", "a_equals", 2, 2, true},
    [JALON_CQL2_A_OVERLAPS] = {"A_OVERLAPS", "a_overlaps", 2, 2, true},
    [JALON_CQL2_FUNCTION] = {NULL, NULL, 0, 0, true},
};

const struct jalon_cql2_op_form *jalon_cql2_op_form(enum jalon_cql2_op op)
{
    return &forms[op];
}

const char *jalon_cql2_op_name(enum jalon_cql2_op op)
{
    return forms[op].text != NULL ? forms[op].text : "a function";
}

enum jalon_cql2_op jalon_cql2_find_text(struct jalon_text name)
{
    unsigned op = 0;
    while (op < JALON_CQL2_FUNCTION &&
           !(forms[op].is_function &&
             jalon_text_equal_ascii_case(name, jalon_text_from(forms[op].text)))) {
        op++;
    }
    return (enum jalon_cql2_op)op;
}

enum jalon_cql2_op jalon_cql2_find_json(struct jalon_text name)
{
    unsigned op = 0;
    while (op < JALON_CQL2_FUNCTION && !jalon_text_is(name, forms[op].json)) {
        op++;
    }
    return (enum jalon_cql2_op)op;
}

/* --- Messages --- */

static enum jalon_status refuse_whole(struct jalon_context *ctx, const char *reason)
{
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "filter", "%s",
                         jalon_say(ctx, reason));
}

enum jalon_status jalon_cql2_refuse(struct jalon_context *ctx, const struct jalon_cql2 *cql2,
                                    const struct jalon_cql2_node *node, const char *format, ...)
{
    char reason[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, jalon_say(ctx, format), arguments);
    va_end(arguments);
    if (node->pointer != NULL) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "filter", "at %s: %s",
                             node->pointer[0] == '\0' ? jalon_say(ctx, "the top") : node->pointer,
                             reason);
    }
    size_t character = jalon_text_code_points(jalon_text_slice(cql2->text.data, node->at)) + 1;
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "filter",
                         "at character %zu: %s", character, reason);
}

/* --- Nodes --- */

enum jalon_status jalon_cql2_builder_init(struct jalon_cql2_builder *builder,
                                          struct jalon_context *ctx, struct jalon_text text)
{
    if (text.length > JALON_CQL2_TEXT_MAX) {
        return refuse_whole(ctx, "expected at most 65536 bytes");
    }
    if (!jalon_text_is_utf8(text)) {
        return refuse_whole(ctx, "expected well-formed UTF-8");
    }
    *builder = (struct jalon_cql2_builder){.ctx = ctx, .cql2 = {.text = text}};
    return JALON_OK;
}

struct jalon_cql2_node *jalon_cql2_make(struct jalon_cql2_builder *builder,
                                        enum jalon_cql2_kind kind, size_t at, const char *pointer)
{
    if (builder->status != JALON_OK) {
        return NULL;
    }
    if (builder->node_count == JALON_CQL2_NODES_MAX) {
        builder->status =
            refuse_whole(builder->ctx, "expected at most 4096 operators, properties and values");
        return NULL;
    }
    struct jalon_cql2_node *node =
        jalon_arena_allocate_zeroed(builder->ctx->arena, 1, sizeof *node);
    if (node == NULL) {
        builder->status = jalon_no_memory(builder->ctx);
        return NULL;
    }
    builder->node_count++;
    node->kind = kind;
    node->depth = 1;
    node->text = JALON_TEXT_EMPTY;
    node->at = at;
    node->pointer = pointer;
    return node;
}

bool jalon_cql2_add(struct jalon_cql2_builder *builder, struct jalon_cql2_node *parent,
                    struct jalon_cql2_node **last, struct jalon_cql2_node *child)
{
    if (builder->status != JALON_OK || parent == NULL || child == NULL) {
        return false;
    }
    if (child->depth >= JALON_CQL2_DEPTH_MAX) {
        builder->status =
            jalon_cql2_refuse(builder->ctx, &builder->cql2, parent,
                              "expected at most %d levels of nesting", JALON_CQL2_DEPTH_MAX);
        return false;
    }
    if (*last == NULL) {
        parent->first = child;
    } else {
        (*last)->next = child;
    }
    *last = child;
    parent->count++;
    parent->depth = child->depth + 1 > parent->depth ? child->depth + 1 : parent->depth;
    return true;
}

bool jalon_cql2_set_instant(struct jalon_cql2_node *node, struct jalon_text text)
{
    int64_t time_us;
    if (jalon_clock_parse_date(text, &time_us)) {
        node->kind = JALON_CQL2_DATE;
    } else if (jalon_text_ends_with(text, "Z") && jalon_clock_parse(text, &time_us)) {
        node->kind = JALON_CQL2_TIMESTAMP;
    } else {
        return false;
    }
    node->time_us = time_us;
    return true;
}
