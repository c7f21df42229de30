/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From a filter to a plan for a segment. Layer 2 (view). */
#include "plan.h"

#include <string.h>

typedef struct jalon_view_plan *plan_ptr;
typedef const struct jalon_view_node *node_ptr;

struct jalon_view_plan *jalon_view_plan_new(struct jalon_view_work *work,
                                            enum jalon_view_plan_kind kind, node_ptr node)
{
    plan_ptr plan = jalon_arena_allocate_zeroed(work->arena, 1, sizeof *plan);
    if (plan == NULL) {
        work->failed = true;
        return NULL;
    }
    plan->kind = kind;
    plan->node = node;
    plan->op = node != NULL ? node->op : JALON_CQL2_AND;
    return plan;
}

static const struct jalon_view_column *column_of(const struct jalon_view_work *work, size_t number)
{
    return &work->run.segment->columns.items[number];
}

/* --- What a tree depends on --- */

enum { NO_COLUMN = -1, MANY_COLUMNS = -2 };

struct uses {
    int64_t column; /* its number, or one of these */
    bool is_plain;  /* values are only compared */
};

static void note_column(struct uses *uses, uint32_t number)
{
    bool is_other = uses->column != NO_COLUMN && uses->column != (int64_t)number;
    uses->column = is_other ? MANY_COLUMNS : (int64_t)number;
}

static void find_uses(node_ptr node, struct uses *uses)
{
    if (node->kind == JALON_VIEW_NODE_PROPERTY) {
        note_column(uses, node->queryable.number);
    }
    bool is_value = node->kind == JALON_VIEW_NODE_CALL && !node->is_constant &&
                    (node->op == JALON_CQL2_FUNCTION ||
                     (node->op >= JALON_CQL2_CASEI && node->op <= JALON_CQL2_POWER));
    uses->is_plain = uses->is_plain && !is_value;
    for (size_t i = 0; i < node->count && uses->column != MANY_COLUMNS; i++) {
        find_uses(node->operands[i], uses);
    }
}

/* --- Plans of nodes --- */

struct jalon_view_plan *jalon_view_plan_by_code(struct jalon_view_work *work, plan_ptr plan,
                                                const struct jalon_view_column *column)
{
    if (plan == NULL) {
        return NULL;
    }
    plan->column = column;
    plan->truths = jalon_arena_allocate(work->arena, column->code_count);
    if (plan->truths == NULL) {
        work->failed = true;
        return NULL;
    }
    memset(plan->truths, JALON_VIEW_TRUTH_UNASKED, column->code_count);
    return plan;
}

static plan_ptr plan_steps(struct jalon_view_work *work, node_ptr node,
                           const struct jalon_view_column *column)
{
    plan_ptr plan = jalon_view_plan_new(work, JALON_VIEW_PLAN_STEPS, node);
    if (plan == NULL) {
        return NULL;
    }
    plan->column = column;
    return jalon_view_steps_make(work, plan) ? plan : NULL;
}

static int compare_cost(const struct jalon_view_plan *a, const struct jalon_view_plan *b)
{
    return (a->kind > b->kind) - (a->kind < b->kind);
}

void jalon_view_plan_add(plan_ptr plan, plan_ptr operand)
{
    size_t at = plan->count++;
    for (; at > 0 && compare_cost(plan->operands[at - 1], operand) > 0; at--) {
        plan->operands[at] = plan->operands[at - 1];
    }
    plan->operands[at] = operand;
}

struct jalon_view_plan *jalon_view_plan_logic(struct jalon_view_work *work, node_ptr node,
                                              size_t room)
{
    plan_ptr plan = jalon_view_plan_new(work, JALON_VIEW_PLAN_LOGIC, node);
    if (plan != NULL) {
        plan->operands = jalon_arena_allocate(work->arena, room * sizeof(plan_ptr));
        work->failed = work->failed || plan->operands == NULL;
    }
    return work->failed ? NULL : plan;
}

static plan_ptr plan_logic(struct jalon_view_work *work, node_ptr node)
{
    plan_ptr plan = jalon_view_plan_logic(work, node, node->count);
    for (size_t i = 0; plan != NULL && i < node->count; i++) {
        plan_ptr operand = jalon_view_plan_node(work, node->operands[i]);
        if (operand == NULL) {
            return NULL;
        }
        jalon_view_plan_add(plan, operand);
    }
    return plan;
}

static bool is_comparison(node_ptr node)
{
    return (node->op >= JALON_CQL2_EQUAL && node->op <= JALON_CQL2_GREATER_EQUAL) ||
           node->op == JALON_CQL2_BETWEEN || node->op == JALON_CQL2_IN;
}

static bool all_can(const struct jalon_view_work *work, node_ptr node,
                    bool (*can)(const struct jalon_view_work *work, node_ptr node))
{
    for (size_t i = 0; i < node->count; i++) {
        if (!can(work, node->operands[i])) {
            return false;
        }
    }
    return true;
}

static bool is_about_shapes(node_ptr node)
{
    return node->op >= JALON_CQL2_S_INTERSECTS && node->op <= JALON_CQL2_S_EQUALS &&
           node->operands[0]->kind != node->operands[1]->kind;
}

/* The null-ness of texts, or of shapes. */
static bool is_about_nulls(const struct jalon_view_work *work, node_ptr node)
{
    node_ptr operand = node->operands[0];
    return node->op == JALON_CQL2_IS_NULL && operand->kind == JALON_VIEW_NODE_PROPERTY &&
           (operand->type == JALON_VIEW_GEOMETRY ||
            column_of(work, operand->queryable.number)->kind == JALON_VIEW_COLUMN_TEXTS);
}

static enum jalon_view_plan_kind kind_of_call(const struct jalon_view_work *work, node_ptr node)
{
    if (is_about_nulls(work, node)) {
        return JALON_VIEW_PLAN_NULLS;
    }
    if (is_about_shapes(node)) {
        return JALON_VIEW_PLAN_SHAPES;
    }
    bool compares = is_comparison(node);
    if (compares && all_can(work, node, jalon_view_numbers_can)) {
        return JALON_VIEW_PLAN_NUMBERS;
    }
    if ((compares || node->op == JALON_CQL2_LIKE) && node->op != JALON_CQL2_BETWEEN &&
        all_can(work, node, jalon_view_texts_can)) {
        return JALON_VIEW_PLAN_TEXTS;
    }
    return JALON_VIEW_PLAN_ROWS;
}

/* The id of a constant, as it is written; false: it is none. */
static bool read_id(node_ptr node, struct jalon_id *out)
{
    char text[JALON_ID_TEXT_SIZE];
    if (node->kind != JALON_VIEW_NODE_LITERAL || !jalon_id_parse(node->datum.text, out)) {
        return false;
    }
    jalon_id_format(*out, text);
    return jalon_text_equal(jalon_text_from(text), node->datum.text);
}

static bool is_about_ids(node_ptr node)
{
    bool is_so = (node->op == JALON_CQL2_EQUAL || node->op == JALON_CQL2_IN) &&
                 node->operands[0]->kind == JALON_VIEW_NODE_PROPERTY &&
                 node->operands[0]->queryable.number == JALON_VIEW_PROPERTY_ID;
    for (size_t i = 1; i < node->count && is_so; i++) {
        is_so = node->operands[i]->kind == JALON_VIEW_NODE_LITERAL;
    }
    return is_so;
}

/* id = …, id IN (…) */
static plan_ptr plan_ids(struct jalon_view_work *work, node_ptr node)
{
    plan_ptr plan = jalon_view_plan_new(work, JALON_VIEW_PLAN_IDS, node);
    uint32_t *rows = jalon_arena_allocate(work->arena, node->count * sizeof *rows);
    if (plan == NULL || rows == NULL) {
        work->failed = true;
        return NULL;
    }
    plan->rows = rows;
    for (size_t i = 1; i < node->count; i++) {
        struct jalon_id id;
        uint32_t row = read_id(node->operands[i], &id)
                           ? jalon_view_segment_find(work->run.segment, id)
                           : JALON_VIEW_NO_ROW;
        if (row != JALON_VIEW_NO_ROW) {
            rows[plan->count++] = row;
        }
    }
    return plan;
}

static plan_ptr plan_call(struct jalon_view_work *work, node_ptr node)
{
    if (node->op <= JALON_CQL2_NOT) {
        return plan_logic(work, node);
    }
    if (is_about_ids(node)) {
        return plan_ids(work, node);
    }
    plan_ptr plan = jalon_view_plan_new(work, kind_of_call(work, node), node);
    bool is_made =
        plan != NULL && (plan->kind != JALON_VIEW_PLAN_TEXTS || jalon_view_texts_make(work, plan));
    return is_made ? plan : NULL;
}

struct jalon_view_plan *jalon_view_plan_constant(struct jalon_view_work *work,
                                                 enum jalon_view_truth truth)
{
    plan_ptr plan = jalon_view_plan_new(work, JALON_VIEW_PLAN_CONSTANT, NULL);
    if (plan != NULL) {
        plan->truth = truth;
    }
    return plan;
}

struct jalon_view_plan *jalon_view_plan_node(struct jalon_view_work *work, node_ptr node)
{
    struct uses uses = {NO_COLUMN, true};
    if (node->kind == JALON_VIEW_NODE_LITERAL) {
        return jalon_view_plan_constant(work,
                                        node->datum.boolean ? JALON_VIEW_TRUE : JALON_VIEW_FALSE);
    }
    if (node->kind == JALON_VIEW_NODE_NULL) {
        return jalon_view_plan_constant(work, JALON_VIEW_UNKNOWN);
    }
    find_uses(node, &uses);
    if (uses.column >= 0) {
        const struct jalon_view_column *column = column_of(work, (size_t)uses.column);
        if (column->kind == JALON_VIEW_COLUMN_CODES) {
            return jalon_view_plan_by_code(
                work, jalon_view_plan_new(work, JALON_VIEW_PLAN_CODES, node), column);
        }
        if (uses.is_plain && (column->kind == JALON_VIEW_COLUMN_NUMBERS ||
                              column->kind == JALON_VIEW_COLUMN_TIMES)) {
            return plan_steps(work, node, column);
        }
    }
    return node->kind == JALON_VIEW_NODE_CALL
               ? plan_call(work, node)
               : jalon_view_plan_new(work, JALON_VIEW_PLAN_ROWS, node);
}
