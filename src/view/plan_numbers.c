/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Comparisons of numbers that have to be worked out, as arrays; NaN is NULL, which no number is
 * that a contribution has. Layer 2 (view).
 */
#include <math.h>
#include <string.h>

#include "jalon/clock.h"

#include "plan.h"

enum { BLOCK = JALON_VIEW_BLOCK, WORDS = JALON_VIEW_BLOCK_WORDS };

static const struct jalon_view_column *column_of(const struct jalon_view_work *work,
                                                 const struct jalon_view_node *node)
{
    return &work->run.segment->columns.items[node->queryable.number];
}

/* --- What can be an array --- */

static bool function_can(const struct jalon_view_work *work, const struct jalon_view_node *node)
{
    const struct jalon_view_node *operand = node->operands[0];
    bool is_column = operand->kind == JALON_VIEW_NODE_PROPERTY;
    return (is_column && column_of(work, operand)->kind == JALON_VIEW_COLUMN_TIMES) ||
           (operand->type == JALON_VIEW_TEXT && jalon_view_texts_can(work, operand));
}

bool jalon_view_numbers_can(const struct jalon_view_work *work, const struct jalon_view_node *node)
{
    if (node->type != JALON_VIEW_NUMBER) {
        return false;
    }
    switch (node->kind) {
    case JALON_VIEW_NODE_NULL:
    case JALON_VIEW_NODE_LITERAL: return true;
    case JALON_VIEW_NODE_PROPERTY: return column_of(work, node)->kind == JALON_VIEW_COLUMN_NUMBERS;
    case JALON_VIEW_NODE_CALL:
        return node->op == JALON_CQL2_FUNCTION
                   ? function_can(work, node)
                   : jalon_view_numbers_can(work, node->operands[0]) &&
                         jalon_view_numbers_can(work, node->operands[1]);
    case JALON_VIEW_NODE_LIST:
    case JALON_VIEW_NODE_OPEN: break;
    }
    return false;
}

/* --- Working out --- */

static void fill(double *out, double value)
{
    for (int i = 0; i < BLOCK; i++) {
        out[i] = value;
    }
}

static void call_times(struct jalon_view_work *work, const struct jalon_view_node *node,
                       double out[BLOCK])
{
    const struct jalon_view_column *column = column_of(work, node->operands[0]);
    struct jalon_view_datum datum = {.type = node->operands[0]->type};
    datum.is_days = datum.type == JALON_VIEW_DATE;
    for (uint32_t i = 0; i < work->count; i++) {
        datum.first_us = column->times[work->first + i];
        datum.last_us = datum.first_us;
        bool is_null = datum.first_us == INT64_MIN;
        out[i] = is_null ? NAN : jalon_view_function_call(node->function, &datum);
    }
}

static void call_texts(struct jalon_view_work *work, const struct jalon_view_node *node,
                       double out[BLOCK])
{
    struct jalon_view_texts texts;
    if (!jalon_view_texts_read(work, node->operands[0], 0, &texts)) {
        return;
    }
    struct jalon_view_datum datum = {.type = JALON_VIEW_TEXT};
    for (uint32_t i = 0; i < work->count; i++) {
        bool is_null = (texts.nulls[i / 64] >> i % 64 & 1) != 0;
        datum.text = jalon_view_texts_at(&texts, i);
        out[i] = is_null ? NAN : jalon_view_function_call(node->function, &datum);
    }
}

static void calculate(enum jalon_cql2_op op, double *a, const double *b)
{
    switch (op) {
    case JALON_CQL2_ADD:
        for (int i = 0; i < BLOCK; i++) {
            a[i] += b[i];
        }
        break;
    case JALON_CQL2_SUBTRACT:
        for (int i = 0; i < BLOCK; i++) {
            a[i] -= b[i];
        }
        break;
    case JALON_CQL2_MULTIPLY:
        for (int i = 0; i < BLOCK; i++) {
            a[i] *= b[i];
        }
        break;
    case JALON_CQL2_DIVIDE:
        for (int i = 0; i < BLOCK; i++) {
            a[i] /= b[i];
        }
        break;
    default:
        for (int i = 0; i < BLOCK; i++) {
            a[i] = isnan(a[i]) || isnan(b[i]) ? NAN : jalon_view_calculate(op, a[i], b[i]);
        }
        break;
    }
    for (int i = 0; i < BLOCK; i++) {
        a[i] = a[i] - a[i] == 0 ? a[i] : NAN; /* what is not finite is NULL */
    }
}

static void work_out(struct jalon_view_work *work, const struct jalon_view_node *node,
                     double out[BLOCK])
{
    double other[BLOCK];
    fill(out, NAN);
    switch (node->kind) {
    case JALON_VIEW_NODE_LITERAL: fill(out, node->datum.number); break;
    case JALON_VIEW_NODE_PROPERTY:
        memcpy(out, column_of(work, node)->numbers + work->first, work->count * sizeof *out);
        break;
    case JALON_VIEW_NODE_CALL:
        if (node->op != JALON_CQL2_FUNCTION) {
            work_out(work, node->operands[0], out);
            work_out(work, node->operands[1], other);
            calculate(node->op, out, other);
        } else if (node->operands[0]->type == JALON_VIEW_TEXT) {
            call_texts(work, node, out);
        } else {
            call_times(work, node, out);
        }
        break;
    case JALON_VIEW_NODE_NULL:
    case JALON_VIEW_NODE_LIST:
    case JALON_VIEW_NODE_OPEN: break;
    }
}

/* --- Comparing --- */

#define DEFINE_FIND(name, expression)                                                              \
    static void name(const double *a, const double *b, uint64_t out[WORDS])                        \
    {                                                                                              \
        uint8_t found[BLOCK];                                                                      \
        struct jalon_view_verdict packed;                                                          \
        for (uint32_t i = 0; i < BLOCK; i++) {                                                     \
            found[i] = (uint8_t)(expression);                                                      \
        }                                                                                          \
        jalon_view_verdict_pack(found, &packed);                                                   \
        for (size_t i = 0; i < WORDS; i++) {                                                       \
            out[i] |= packed.yes[i];                                                               \
        }                                                                                          \
    }

/* Of numbers; of NaN anything, which is NULL then. */
DEFINE_FIND(find_nulls_of, !(a[i] <= b[i]))
DEFINE_FIND(find_less, a[i] < b[i])
DEFINE_FIND(find_greater, a[i] > b[i])
DEFINE_FIND(find_at_most, !(a[i] > b[i]))
DEFINE_FIND(find_at_least, !(a[i] < b[i]))
DEFINE_FIND(find_equal, !(a[i] < b[i]) & !(a[i] > b[i]))
DEFINE_FIND(find_other, (a[i] < b[i]) | (a[i] > b[i]))

static void find_nulls(const double *values, uint64_t out[WORDS])
{
    find_nulls_of(values, values, out);
}

static void compare(enum jalon_cql2_op op, const double *a, const double *b, uint64_t out[WORDS])
{
    switch (op) {
    case JALON_CQL2_NOT_EQUAL: find_other(a, b, out); break;
    case JALON_CQL2_LESS: find_less(a, b, out); break;
    case JALON_CQL2_LESS_EQUAL: find_at_most(a, b, out); break;
    case JALON_CQL2_GREATER: find_greater(a, b, out); break;
    case JALON_CQL2_GREATER_EQUAL: find_at_least(a, b, out); break;
    default: find_equal(a, b, out); break;
    }
}

static void keep_known(struct jalon_view_verdict *out)
{
    for (size_t i = 0; i < WORDS; i++) {
        out->yes[i] &= ~out->unknown[i];
    }
}

/* True with one that is equal; NULL when none is and one is not known. */
static void ask_in(struct jalon_view_work *work, const struct jalon_view_node *node,
                   const double *values, struct jalon_view_verdict *out)
{
    double item[BLOCK];
    uint64_t nulls[WORDS] = {0};
    find_nulls(values, nulls);
    for (size_t i = 1; i < node->count; i++) {
        uint64_t equal[WORDS] = {0}, unknown[WORDS] = {0};
        work_out(work, node->operands[i], item);
        find_nulls(item, unknown);
        find_equal(values, item, equal);
        for (size_t j = 0; j < WORDS; j++) {
            out->yes[j] |= equal[j] & ~unknown[j] & ~nulls[j];
            out->unknown[j] |= unknown[j] | nulls[j];
        }
    }
    for (size_t j = 0; j < WORDS; j++) {
        out->unknown[j] &= ~out->yes[j];
    }
}

void jalon_view_numbers_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                            struct jalon_view_verdict *out)
{
    const struct jalon_view_node *node = plan->node;
    double a[BLOCK], b[BLOCK];
    work_out(work, node->operands[0], a);
    if (node->op == JALON_CQL2_IN) {
        ask_in(work, node, a, out);
        return;
    }
    work_out(work, node->operands[1], b);
    find_nulls(a, out->unknown);
    find_nulls(b, out->unknown);
    if (node->op != JALON_CQL2_BETWEEN) {
        compare(node->op, a, b, out->yes);
    } else {
        uint64_t below[WORDS] = {0};
        find_at_least(a, b, out->yes);
        work_out(work, node->operands[2], b);
        find_nulls(b, out->unknown);
        find_at_most(a, b, below);
        for (size_t i = 0; i < WORDS; i++) {
            out->yes[i] &= below[i];
        }
    }
    keep_known(out);
}
