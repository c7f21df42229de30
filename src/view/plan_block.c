/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Asking a plan for a block of rows. Layer 2 (view). */
#include <string.h>

#include "match.h"
#include "plan.h"

enum { WORDS = JALON_VIEW_BLOCK_WORDS };

/* What the plan's node or query says of one row. */
static enum jalon_view_truth ask_row(struct jalon_view_work *work,
                                     const struct jalon_view_plan *plan, uint32_t row)
{
    work->run.row = row;
    if (plan->query == NULL) {
        return jalon_view_node_truth(&work->run, plan->node);
    }
    const struct jalon_view_entry *entry =
        jalon_view_record_read(jalon_view_segment_record(work->run.segment, row), work->run.map,
                               work->run.collection, work->run.scratch);
    work->run.read = NULL; /* the scratch has another one now */
    return jalon_view_passes(work->run.map, plan->query, entry) ? JALON_VIEW_TRUE
                                                                : JALON_VIEW_FALSE;
}

static void ask_rows(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                     const uint64_t wanted[WORDS], struct jalon_view_verdict *out)
{
    for (uint32_t i = 0; i < work->count; i++) {
        if ((wanted[i / 64] >> i % 64 & 1) != 0) {
            jalon_view_verdict_set(out, i, ask_row(work, plan, work->first + i));
        }
    }
}

static void ask_codes(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                      struct jalon_view_verdict *out)
{
    const uint16_t *codes = plan->column->codes + work->first;
    uint8_t found[JALON_VIEW_BLOCK] = {0};
    bool is_unasked = false;
    for (uint32_t i = 0; i < work->count; i++) {
        found[i] = plan->truths[codes[i]];
        is_unasked |= found[i] == JALON_VIEW_TRUTH_UNASKED;
    }
    for (uint32_t i = 0; is_unasked && i < work->count; i++) {
        uint8_t *truth = &plan->truths[codes[i]];
        if (*truth == JALON_VIEW_TRUTH_UNASKED) {
            *truth = (uint8_t)ask_row(work, plan, plan->column->samples[codes[i]]);
        }
        found[i] = *truth;
    }
    jalon_view_verdict_pack(found, out);
}

static void ask_ids(const struct jalon_view_work *work, const struct jalon_view_plan *plan,
                    struct jalon_view_verdict *out)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->rows[i] >= work->first && plan->rows[i] - work->first < work->count) {
            jalon_view_verdict_set(out, plan->rows[i] - work->first, JALON_VIEW_TRUE);
        }
    }
}

static void ask_nulls(const struct jalon_view_work *work, const struct jalon_view_plan *plan,
                      struct jalon_view_verdict *out)
{
    const struct jalon_view_node *operand = plan->node->operands[0];
    const struct jalon_view_segment *segment = work->run.segment;
    const struct jalon_view_column *column = &segment->columns.items[operand->queryable.number];
    for (uint32_t i = 0; i < work->count; i++) {
        uint32_t row = work->first + i;
        bool is_null = operand->type == JALON_VIEW_GEOMETRY
                           ? row >= segment->placed
                           : (column->nulls[row / 64] >> row % 64 & 1) != 0;
        jalon_view_verdict_set(out, i, is_null ? JALON_VIEW_TRUE : JALON_VIEW_FALSE);
    }
}

static void set_all(struct jalon_view_verdict *out, enum jalon_view_truth truth)
{
    memset(out->yes, truth == JALON_VIEW_TRUE ? 0xff : 0, sizeof out->yes);
    memset(out->unknown, truth == JALON_VIEW_UNKNOWN ? 0xff : 0, sizeof out->unknown);
}

static void negate(struct jalon_view_verdict *verdict)
{
    for (size_t i = 0; i < WORDS; i++) {
        verdict->yes[i] = ~verdict->yes[i] & ~verdict->unknown[i];
    }
}

/* OR is the AND of what is negated, negated: both end where a row is decided. */
static void ask_chain(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                      const uint64_t wanted[WORDS], struct jalon_view_verdict *out)
{
    bool is_or = plan->op == JALON_CQL2_OR;
    uint64_t left[WORDS];
    memcpy(left, wanted, sizeof left);
    set_all(out, JALON_VIEW_TRUE);
    for (size_t i = 0; i < plan->count && (left[0] | left[1] | left[2] | left[3]) != 0; i++) {
        struct jalon_view_verdict one;
        jalon_view_plan_ask(work, plan->operands[i], left, &one);
        if (is_or) {
            negate(&one);
        }
        for (size_t j = 0; j < WORDS; j++) {
            uint64_t may_be = (out->yes[j] | out->unknown[j]) & (one.yes[j] | one.unknown[j]);
            out->yes[j] &= one.yes[j];
            out->unknown[j] = may_be & ~out->yes[j];
            left[j] &= may_be;
        }
    }
    if (is_or) {
        negate(out);
    }
}

void jalon_view_plan_ask(struct jalon_view_work *work, struct jalon_view_plan *plan,
                         const uint64_t wanted[WORDS], struct jalon_view_verdict *out)
{
    memset(out, 0, sizeof *out);
    switch (plan->kind) {
    case JALON_VIEW_PLAN_CONSTANT: set_all(out, plan->truth); break;
    case JALON_VIEW_PLAN_CODES: ask_codes(work, plan, out); break;
    case JALON_VIEW_PLAN_STEPS: jalon_view_steps_ask(work, plan, out); break;
    case JALON_VIEW_PLAN_NULLS: ask_nulls(work, plan, out); break;
    case JALON_VIEW_PLAN_IDS: ask_ids(work, plan, out); break;
    case JALON_VIEW_PLAN_WORDS: {
        uint64_t left[WORDS];
        jalon_view_words_ask(work, plan, wanted, left, out);
        ask_rows(work, plan, left, out);
        break;
    }
    case JALON_VIEW_PLAN_NEAR: jalon_view_near_ask(work, plan, wanted, out); break;
    case JALON_VIEW_PLAN_NUMBERS: jalon_view_numbers_ask(work, plan, out); break;
    case JALON_VIEW_PLAN_TEXTS: jalon_view_texts_ask(work, plan, out); break;
    case JALON_VIEW_PLAN_SHAPES: jalon_view_shapes_ask(work, plan, wanted, out); break;
    case JALON_VIEW_PLAN_ROWS: ask_rows(work, plan, wanted, out); break;
    case JALON_VIEW_PLAN_LOGIC:
        if (plan->op == JALON_CQL2_NOT) {
            jalon_view_plan_ask(work, plan->operands[0], wanted, out);
            negate(out);
        } else {
            ask_chain(work, plan, wanted, out);
        }
        break;
    }
}
