/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Evaluating a compiled filter, in three-valued logic (OGC 21-065r2, 6.2). Layer 2 (view).
 *
 * The tree is at most JALON_CQL2_DEPTH_MAX deep, and so is the recursion.
 */
#include <math.h>

#include "filter.h"

static enum jalon_view_truth truth_of(bool is_so)
{
    return is_so ? JALON_VIEW_TRUE : JALON_VIEW_FALSE;
}

static enum jalon_view_truth negate(enum jalon_view_truth truth)
{
    return truth == JALON_VIEW_UNKNOWN ? truth : truth_of(truth == JALON_VIEW_FALSE);
}

/* --- Values --- */

double jalon_view_calculate(enum jalon_cql2_op op, double a, double b)
{
    switch (op) {
    case JALON_CQL2_ADD: return a + b;
    case JALON_CQL2_SUBTRACT: return a - b;
    case JALON_CQL2_MULTIPLY: return a * b;
    case JALON_CQL2_DIVIDE: return a / b;
    case JALON_CQL2_MODULO: return fmod(a, b);
    case JALON_CQL2_DIV: return trunc(a / b);
    case JALON_CQL2_POWER: return pow(a, b);
    default: return NAN;
    }
}

/* Both operands; false when one of them is NULL. */
static bool read_two(struct jalon_view_run *run, const struct jalon_view_node *node,
                     struct jalon_view_datum *a, struct jalon_view_datum *b)
{
    return jalon_view_node_datum(run, node->operands[0], a) &&
           jalon_view_node_datum(run, node->operands[1], b);
}

static bool read_call(struct jalon_view_run *run, const struct jalon_view_node *node,
                      struct jalon_view_datum *out)
{
    struct jalon_view_datum other;
    if (node->op == JALON_CQL2_CASEI || node->op == JALON_CQL2_ACCENTI) {
        bool is_known = jalon_view_node_datum(run, node->operands[0], out);
        out->folding |=
            node->op == JALON_CQL2_CASEI ? JALON_CQL2_CASEI_BIT : JALON_CQL2_ACCENTI_BIT;
        return is_known;
    }
    if (node->op == JALON_CQL2_FUNCTION) {
        bool is_known = jalon_view_node_datum(run, node->operands[0], &other);
        *out = (struct jalon_view_datum){.type = JALON_VIEW_NUMBER};
        out->number = is_known ? jalon_view_function_call(node->function, &other) : 0;
        return is_known;
    }
    if (node->type == JALON_VIEW_BOOLEAN) {
        enum jalon_view_truth truth = jalon_view_node_truth(run, node);
        *out = (struct jalon_view_datum){.type = JALON_VIEW_BOOLEAN,
                                         .boolean = truth == JALON_VIEW_TRUE};
        return truth != JALON_VIEW_UNKNOWN;
    }
    if (!read_two(run, node, out, &other)) {
        return false;
    }
    out->number = jalon_view_calculate(node->op, out->number, other.number);
    return isfinite(out->number);
}

static bool read_interval(struct jalon_view_run *run, const struct jalon_view_node *node,
                          struct jalon_view_datum *out)
{
    struct jalon_view_datum first, last;
    if (!read_two(run, node, &first, &last)) {
        return false;
    }
    if (!node->datum.is_days) {
        jalon_view_time_end_day(&last);
    }
    *out = (struct jalon_view_datum){.type = JALON_VIEW_INTERVAL,
                                     .is_days = node->datum.is_days,
                                     .first_us = first.first_us,
                                     .last_us = last.last_us};
    return true;
}

bool jalon_view_node_datum(struct jalon_view_run *run, const struct jalon_view_node *node,
                           struct jalon_view_datum *out)
{
    switch (node->kind) {
    case JALON_VIEW_NODE_NULL: return false;
    case JALON_VIEW_NODE_OPEN:
    case JALON_VIEW_NODE_LITERAL: *out = node->datum; return true;
    case JALON_VIEW_NODE_PROPERTY: return jalon_view_property_datum(run, &node->queryable, out);
    case JALON_VIEW_NODE_LIST: return read_interval(run, node, out);
    case JALON_VIEW_NODE_CALL: return read_call(run, node, out);
    }
    return false;
}

static bool is_time(enum jalon_view_type type)
{
    return type == JALON_VIEW_DATE || type == JALON_VIEW_TIMESTAMP;
}

/* Of the same type, or both of time. */
static int compare(const struct jalon_view_datum *a, const struct jalon_view_datum *b)
{
    switch (a->type) {
    case JALON_VIEW_BOOLEAN: return a->boolean - b->boolean;
    case JALON_VIEW_NUMBER: return (a->number > b->number) - (a->number < b->number);
    case JALON_VIEW_TEXT: return jalon_view_text_compare(a, b);
    default: return jalon_view_time_compare(*a, *b);
    }
}

/* --- Predicates --- */

static enum jalon_view_truth compare_truth(struct jalon_view_run *run,
                                           const struct jalon_view_node *node)
{
    struct jalon_view_datum a, b;
    if (!read_two(run, node, &a, &b)) {
        return JALON_VIEW_UNKNOWN;
    }
    int order = compare(&a, &b);
    switch (node->op) {
    case JALON_CQL2_EQUAL: return truth_of(order == 0);
    case JALON_CQL2_NOT_EQUAL: return truth_of(order != 0);
    case JALON_CQL2_LESS: return truth_of(order < 0);
    case JALON_CQL2_LESS_EQUAL: return truth_of(order <= 0);
    case JALON_CQL2_GREATER: return truth_of(order > 0);
    default: return truth_of(order >= 0);
    }
}

static enum jalon_view_truth between_truth(struct jalon_view_run *run,
                                           const struct jalon_view_node *node)
{
    struct jalon_view_datum value, lowest, highest;
    if (!read_two(run, node, &value, &lowest) ||
        !jalon_view_node_datum(run, node->operands[2], &highest)) {
        return JALON_VIEW_UNKNOWN;
    }
    return truth_of(compare(&value, &lowest) >= 0 && compare(&value, &highest) <= 0);
}

static enum jalon_view_truth in_truth(struct jalon_view_run *run,
                                      const struct jalon_view_node *node)
{
    struct jalon_view_datum value, item;
    enum jalon_view_truth otherwise = JALON_VIEW_FALSE;
    if (!jalon_view_node_datum(run, node->operands[0], &value)) {
        return JALON_VIEW_UNKNOWN;
    }
    for (size_t i = 1; i < node->count; i++) {
        if (!jalon_view_node_datum(run, node->operands[i], &item)) {
            otherwise = JALON_VIEW_UNKNOWN;
        } else if (compare(&value, &item) == 0) {
            return JALON_VIEW_TRUE;
        }
    }
    return otherwise;
}

static enum jalon_view_truth like_truth(struct jalon_view_run *run,
                                        const struct jalon_view_node *node)
{
    struct jalon_view_datum value;
    return jalon_view_node_datum(run, node->operands[0], &value)
               ? truth_of(jalon_view_text_matches(&value, &node->pattern))
               : JALON_VIEW_UNKNOWN;
}

static enum jalon_view_truth null_truth(struct jalon_view_run *run,
                                        const struct jalon_view_node *node)
{
    const struct jalon_view_node *operand = node->operands[0];
    struct jalon_view_datum value;
    if (operand->kind == JALON_VIEW_NODE_PROPERTY) {
        return truth_of(jalon_view_property_is_null(run, &operand->queryable));
    }
    if (operand->type == JALON_VIEW_GEOMETRY || operand->type == JALON_VIEW_ARRAY) {
        return JALON_VIEW_FALSE;
    }
    return truth_of(!jalon_view_node_datum(run, operand, &value));
}

static enum jalon_view_truth time_truth(struct jalon_view_run *run,
                                        const struct jalon_view_node *node)
{
    struct jalon_view_datum a, b;
    return read_two(run, node, &a, &b) ? jalon_view_time_relate(node->op, a, b)
                                       : JALON_VIEW_UNKNOWN;
}

/* --- Sets --- */

static size_t set_count(struct jalon_view_run *run, const struct jalon_view_node *node)
{
    return node->kind == JALON_VIEW_NODE_PROPERTY ? jalon_view_property_count(run, &node->queryable)
                                                  : node->count;
}

/* False when the element is NULL. */
static bool set_item(struct jalon_view_run *run, const struct jalon_view_node *node, size_t index,
                     struct jalon_view_datum *out)
{
    if (node->kind != JALON_VIEW_NODE_PROPERTY) {
        return jalon_view_node_datum(run, node->operands[index], out);
    }
    *out = (struct jalon_view_datum){
        .type = JALON_VIEW_TEXT, .text = jalon_view_property_item(run, &node->queryable, index)};
    return true;
}

static bool set_has(struct jalon_view_run *run, const struct jalon_view_node *node,
                    const struct jalon_view_datum *wanted)
{
    struct jalon_view_datum item;
    for (size_t i = 0; i < set_count(run, node); i++) {
        if (!set_item(run, node, i, &item)) {
            continue;
        }
        bool is_comparable =
            item.type == wanted->type || (is_time(item.type) && is_time(wanted->type));
        if (is_comparable && compare(&item, wanted) == 0) {
            return true;
        }
    }
    return false;
}

/* How many elements of `a` are in `b`, up to what tells the question. */
static bool set_covers(struct jalon_view_run *run, const struct jalon_view_node *b,
                       const struct jalon_view_node *a)
{
    struct jalon_view_datum item;
    for (size_t i = 0; i < set_count(run, a); i++) {
        if (!set_item(run, a, i, &item) || !set_has(run, b, &item)) {
            return false;
        }
    }
    return true;
}

static bool sets_overlap(struct jalon_view_run *run, const struct jalon_view_node *a,
                         const struct jalon_view_node *b)
{
    struct jalon_view_datum item;
    for (size_t i = 0; i < set_count(run, a); i++) {
        if (set_item(run, a, i, &item) && set_has(run, b, &item)) {
            return true;
        }
    }
    return false;
}

static enum jalon_view_truth set_truth(struct jalon_view_run *run,
                                       const struct jalon_view_node *node)
{
    const struct jalon_view_node *a = node->operands[0], *b = node->operands[1];
    for (size_t i = 0; i < 2; i++) {
        const struct jalon_view_node *one = node->operands[i];
        if (one->kind == JALON_VIEW_NODE_PROPERTY && set_count(run, one) == 0) {
            return JALON_VIEW_UNKNOWN;
        }
    }
    switch (node->op) {
    case JALON_CQL2_A_CONTAINS: return truth_of(set_covers(run, a, b));
    case JALON_CQL2_A_CONTAINED_BY: return truth_of(set_covers(run, b, a));
    case JALON_CQL2_A_EQUALS: return truth_of(set_covers(run, a, b) && set_covers(run, b, a));
    default: return truth_of(sets_overlap(run, a, b));
    }
}

/* --- Logic --- */

/* AND ends with the first FALSE, OR with the first TRUE. */
static enum jalon_view_truth chain_truth(struct jalon_view_run *run,
                                         const struct jalon_view_node *node)
{
    enum jalon_view_truth decides = node->op == JALON_CQL2_AND ? JALON_VIEW_FALSE : JALON_VIEW_TRUE;
    enum jalon_view_truth otherwise = negate(decides);
    for (size_t i = 0; i < node->count; i++) {
        enum jalon_view_truth truth = jalon_view_node_truth(run, node->operands[i]);
        if (truth == decides) {
            return decides;
        }
        otherwise = truth == JALON_VIEW_UNKNOWN ? truth : otherwise;
    }
    return otherwise;
}

static enum jalon_view_truth call_truth(struct jalon_view_run *run,
                                        const struct jalon_view_node *node)
{
    enum jalon_cql2_op op = node->op;
    if (op == JALON_CQL2_AND || op == JALON_CQL2_OR) {
        return chain_truth(run, node);
    }
    if (op == JALON_CQL2_NOT) {
        return negate(jalon_view_node_truth(run, node->operands[0]));
    }
    if (op >= JALON_CQL2_EQUAL && op <= JALON_CQL2_GREATER_EQUAL) {
        return compare_truth(run, node);
    }
    if (op >= JALON_CQL2_S_INTERSECTS && op <= JALON_CQL2_S_EQUALS) {
        return jalon_view_spatial_truth(run, node);
    }
    if (op >= JALON_CQL2_T_AFTER && op <= JALON_CQL2_T_STARTS) {
        return time_truth(run, node);
    }
    switch (op) {
    case JALON_CQL2_LIKE: return like_truth(run, node);
    case JALON_CQL2_BETWEEN: return between_truth(run, node);
    case JALON_CQL2_IN: return in_truth(run, node);
    case JALON_CQL2_IS_NULL: return null_truth(run, node);
    default: return set_truth(run, node);
    }
}

enum jalon_view_truth jalon_view_node_truth(struct jalon_view_run *run,
                                            const struct jalon_view_node *node)
{
    struct jalon_view_datum datum;
    if (node->kind == JALON_VIEW_NODE_CALL) {
        return call_truth(run, node);
    }
    return jalon_view_node_datum(run, node, &datum) ? truth_of(datum.boolean) : JALON_VIEW_UNKNOWN;
}

bool jalon_view_filter_holds(const struct jalon_view_filter *filter,
                             const struct jalon_view_entry *entry)
{
    filter->run->entry = entry;
    return jalon_view_node_truth(filter->run, filter->root) == JALON_VIEW_TRUE;
}
