/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comparing and searching the texts of a block. Layer 2 (view). */
#include <string.h>

#include "plan.h"

enum { WORDS = JALON_VIEW_BLOCK_WORDS };

/* The property below CASEI and ACCENTI; NULL for anything else. */
static const struct jalon_view_node *find_property(const struct jalon_view_node *node,
                                                   unsigned *folding)
{
    *folding = 0;
    while (node->kind == JALON_VIEW_NODE_CALL &&
           (node->op == JALON_CQL2_CASEI || node->op == JALON_CQL2_ACCENTI)) {
        *folding |= node->op == JALON_CQL2_CASEI ? JALON_CQL2_CASEI_BIT : JALON_CQL2_ACCENTI_BIT;
        node = node->operands[0];
    }
    return node->kind == JALON_VIEW_NODE_PROPERTY ? node : NULL;
}

bool jalon_view_texts_can(const struct jalon_view_work *work, const struct jalon_view_node *node)
{
    unsigned folding;
    const struct jalon_view_node *property = find_property(node, &folding);
    if (node->type != JALON_VIEW_TEXT) {
        return false;
    }
    if (property == NULL) {
        return node->kind == JALON_VIEW_NODE_LITERAL || node->kind == JALON_VIEW_NODE_NULL;
    }
    enum jalon_view_column_kind kind =
        work->run.segment->columns.items[property->queryable.number].kind;
    return kind == JALON_VIEW_COLUMN_TEXTS || kind == JALON_VIEW_COLUMN_CODES;
}

/* --- Reading --- */

/* What a code stands for; read from a row that has it when it is first met. NULL: no memory. */
static const struct jalon_text *text_of_code(struct jalon_view_work *work,
                                             const struct jalon_view_queryable *queryable,
                                             uint16_t code)
{
    const struct jalon_view_columns *columns = &work->run.segment->columns;
    const struct jalon_view_column *column = &columns->items[queryable->number];
    if (work->code_texts == NULL) {
        work->code_texts =
            jalon_arena_allocate_zeroed(work->arena, columns->count, sizeof *work->code_texts);
    }
    struct jalon_text **texts =
        work->code_texts != NULL ? &work->code_texts[queryable->number] : NULL;
    if (texts != NULL && *texts == NULL) {
        *texts = jalon_arena_allocate_zeroed(work->arena, column->code_count, sizeof **texts);
    }
    if (texts == NULL || *texts == NULL) {
        work->failed = true;
        return NULL;
    }
    struct jalon_text *text = &(*texts)[code];
    if (text->data == NULL) {
        struct jalon_view_datum datum = {.text = JALON_TEXT_EMPTY};
        work->run.row = column->samples[code];
        bool is_known = jalon_view_property_datum(&work->run, queryable, &datum);
        *text = is_known ? datum.text : JALON_TEXT_EMPTY;
    }
    return text;
}

/* False: no memory. */
static bool text_at(struct jalon_view_work *work, const struct jalon_view_queryable *queryable,
                    const struct jalon_view_column *column, uint32_t row, struct jalon_text *out)
{
    if (column->kind == JALON_VIEW_COLUMN_TEXTS) {
        *out = jalon_text_slice(column->bytes + column->starts[row],
                                column->starts[row + 1] - column->starts[row]);
        return true;
    }
    const struct jalon_text *text = text_of_code(work, queryable, column->codes[row]);
    *out = text != NULL ? *text : JALON_TEXT_EMPTY;
    return text != NULL;
}

static bool fold(struct jalon_view_work *work, const struct jalon_view_queryable *queryable,
                 unsigned folding, struct jalon_buffer *buffer, struct jalon_view_texts *out)
{
    const struct jalon_view_column *column = &work->run.segment->columns.items[queryable->number];
    struct jalon_text text;
    jalon_buffer_clear(buffer);
    for (uint32_t i = 0; i < work->count; i++) {
        out->own_starts[i] = (uint32_t)buffer->length;
        if (!text_at(work, queryable, column, work->first + i, &text)) {
            return false;
        }
        jalon_view_fold_append(buffer, text, folding);
    }
    out->own_starts[work->count] = (uint32_t)buffer->length;
    out->starts = out->own_starts;
    out->bytes = buffer->data != NULL ? buffer->data : "";
    if (jalon_buffer_status(buffer) != JALON_OK) {
        work->failed = true;
        return false;
    }
    return true;
}

static void read_nulls(const struct jalon_view_work *work, const struct jalon_view_column *column,
                       uint64_t out[WORDS])
{
    memset(out, 0, WORDS * sizeof *out);
    if (column->kind == JALON_VIEW_COLUMN_CODES) {
        for (uint32_t i = 0; i < work->count; i++) {
            out[i / 64] |= (uint64_t)(column->codes[work->first + i] == 0) << i % 64;
        }
        return;
    }
    memcpy(out, column->nulls + work->first / 64, (work->count + 63) / 64 * sizeof *out);
}

bool jalon_view_texts_read(struct jalon_view_work *work, const struct jalon_view_node *node,
                           int which, struct jalon_view_texts *out)
{
    unsigned folding;
    const struct jalon_view_node *property = find_property(node, &folding);
    out->bytes = NULL;
    if (property == NULL) {
        bool is_null = node->kind == JALON_VIEW_NODE_NULL;
        out->constant = is_null ? JALON_TEXT_EMPTY : node->datum.text;
        memset(out->nulls, is_null ? 0xff : 0, sizeof out->nulls);
        return true;
    }
    const struct jalon_view_column *column =
        &work->run.segment->columns.items[property->queryable.number];
    read_nulls(work, column, out->nulls);
    if (folding != 0 || column->kind == JALON_VIEW_COLUMN_CODES) {
        return fold(work, &property->queryable, folding, &work->folded[which], out);
    }
    out->bytes = column->bytes;
    out->starts = column->starts + work->first;
    return true;
}

/* --- Comparing --- */

static bool compares(enum jalon_cql2_op op, struct jalon_text a, struct jalon_text b)
{
    switch (op) {
    case JALON_CQL2_EQUAL: return jalon_text_equal(a, b);
    case JALON_CQL2_NOT_EQUAL: return !jalon_text_equal(a, b);
    case JALON_CQL2_LESS: return jalon_text_compare(a, b) < 0;
    case JALON_CQL2_LESS_EQUAL: return jalon_text_compare(a, b) <= 0;
    case JALON_CQL2_GREATER: return jalon_text_compare(a, b) > 0;
    default: return jalon_text_compare(a, b) >= 0;
    }
}

static void compare(const struct jalon_view_work *work, enum jalon_cql2_op op,
                    const struct jalon_view_texts *a, const struct jalon_view_texts *b,
                    struct jalon_view_verdict *out)
{
    for (uint32_t i = 0; i < work->count; i++) {
        bool is_so = compares(op, jalon_view_texts_at(a, i), jalon_view_texts_at(b, i));
        out->yes[i / 64] |= (uint64_t)is_so << i % 64;
    }
    for (size_t i = 0; i < WORDS; i++) {
        out->unknown[i] = a->nulls[i] | b->nulls[i];
        out->yes[i] &= ~out->unknown[i];
    }
}

/* True with one that is equal; NULL when none is and one is not known. */
static void ask_in(struct jalon_view_work *work, const struct jalon_view_node *node,
                   const struct jalon_view_texts *values, struct jalon_view_verdict *out)
{
    struct jalon_view_texts item;
    for (size_t i = 1; i < node->count; i++) {
        struct jalon_view_verdict one = {{0}, {0}};
        if (!jalon_view_texts_read(work, node->operands[i], 1, &item)) {
            return;
        }
        compare(work, JALON_CQL2_EQUAL, values, &item, &one);
        for (size_t j = 0; j < WORDS; j++) {
            out->yes[j] |= one.yes[j];
            out->unknown[j] |= one.unknown[j];
        }
    }
    for (size_t j = 0; j < WORDS; j++) {
        out->unknown[j] &= ~out->yes[j];
    }
}

/* --- LIKE --- */

static void match_all(const struct jalon_view_work *work, const struct jalon_view_like *like,
                      const struct jalon_view_texts *texts, struct jalon_view_verdict *out)
{
    for (uint32_t i = 0; i < work->count; i++) {
        bool is_so = jalon_view_like_matches(like, jalon_view_texts_at(texts, i));
        out->yes[i / 64] |= (uint64_t)is_so << i % 64;
    }
}

/* Only those in which the needle is; what it finds across the end of one is no match of that one.
 */
static void match_found(const struct jalon_view_work *work, const struct jalon_view_like *like,
                        const struct jalon_view_texts *texts, struct jalon_view_verdict *out)
{
    size_t end = texts->starts[work->count], at = texts->starts[0];
    uint32_t row = 0;
    struct jalon_view_seek seek;
    jalon_view_seek_begin(&seek, texts->bytes, end, at, like->needle);
    while ((at = jalon_view_seek_next(&seek, at)) < end) {
        while (texts->starts[row + 1] <= at) {
            row++;
        }
        bool is_so = like->is_anywhere
                         ? at + like->needle.length <= texts->starts[row + 1]
                         : jalon_view_like_matches(like, jalon_view_texts_at(texts, row));
        out->yes[row / 64] |= (uint64_t)is_so << row % 64;
        at = is_so ? texts->starts[row + 1] : at + 1;
    }
}

bool jalon_view_texts_make(struct jalon_view_work *work, struct jalon_view_plan *plan)
{
    if (plan->op != JALON_CQL2_LIKE ||
        jalon_view_like_make(work->arena, &plan->node->pattern, &plan->like)) {
        return true;
    }
    work->failed = true;
    return false;
}

void jalon_view_texts_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                          struct jalon_view_verdict *out)
{
    const struct jalon_view_node *node = plan->node;
    struct jalon_view_texts a, b;
    if (!jalon_view_texts_read(work, node->operands[0], 0, &a)) {
        return;
    }
    if (node->op == JALON_CQL2_IN) {
        ask_in(work, node, &a, out);
        return;
    }
    if (node->op != JALON_CQL2_LIKE) {
        if (jalon_view_texts_read(work, node->operands[1], 1, &b)) {
            compare(work, node->op, &a, &b, out);
        }
        return;
    }
    if (plan->like.needle.length == 0 || a.bytes == NULL) {
        match_all(work, &plan->like, &a, out);
    } else {
        match_found(work, &plan->like, &a, out);
    }
    for (size_t i = 0; i < WORDS; i++) {
        out->unknown[i] = a.nulls[i];
        out->yes[i] &= ~a.nulls[i];
    }
}
