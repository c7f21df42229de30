/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What goes with what in a filter: each operation checks its operands' types and leaves its own in
 * the node. Layer 2 (view).
 */
#include "filter_compile.h"

#include "jalon/clock.h"

/* --- Words of messages --- */

const char *jalon_view_say_type(const struct jalon_view_compiler *compiler,
                                enum jalon_view_type type)
{
    static const char *const names[] = {
        JALON_WORDS("true or false"), JALON_WORDS("a number"), JALON_WORDS("a text"),
        JALON_WORDS("a date"),        JALON_WORDS("a time"),   JALON_WORDS("an interval"),
        JALON_WORDS("a geometry"),    JALON_WORDS("an array"),
    };
    return jalon_say(compiler->ctx, names[type]);
}

struct jalon_text jalon_view_shorten_name(struct jalon_text name)
{
    enum { SHOWN = 64 };
    if (name.length > SHOWN) {
        for (name.length = SHOWN; ((unsigned char)name.data[name.length] & 0xc0) == 0x80;) {
            name.length--;
        }
    }
    return name;
}

/* --- Types --- */

bool jalon_view_is_time(enum jalon_view_type type)
{
    return type == JALON_VIEW_DATE || type == JALON_VIEW_TIMESTAMP;
}

/* A text written where a time is wanted is one when it reads as one. */
static void read_as_time(node_ptr node)
{
    int64_t time_us;
    if (node->kind != JALON_VIEW_NODE_LITERAL || node->type != JALON_VIEW_TEXT) {
        return;
    }
    bool is_date = jalon_clock_parse_date(node->datum.text, &time_us);
    if (is_date || jalon_clock_parse(node->datum.text, &time_us)) {
        node->type = is_date ? JALON_VIEW_DATE : JALON_VIEW_TIMESTAMP;
        node->datum = (struct jalon_view_datum){
            .type = node->type, .is_days = is_date, .first_us = time_us, .last_us = time_us};
    }
}

bool jalon_view_expect_type(struct jalon_view_compiler *compiler, source_ptr source,
                            const struct jalon_view_node *node, enum jalon_view_type type)
{
    if (node->type != type) {
        JALON_VIEW_REFUSE(compiler, source, "expected %s, found %s",
                          jalon_view_say_type(compiler, type),
                          jalon_view_say_type(compiler, node->type));
        return false;
    }
    return true;
}

static bool expect_all(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node,
                       enum jalon_view_type type)
{
    source_ptr child = source->first;
    for (size_t i = 0; i < node->count; i++, child = child->next) {
        if (!jalon_view_expect_type(compiler, child, node->operands[i], type)) {
            return false;
        }
    }
    return true;
}

/* All operands of one type that has an order; a date goes with a time. */
static bool expect_alike(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    bool has_time = false;
    source_ptr child = source->first;
    for (size_t i = 0; i < node->count; i++) {
        has_time = has_time || jalon_view_is_time(node->operands[i]->type);
    }
    const struct jalon_view_node *first = node->operands[0];
    for (size_t i = 0; i < node->count; i++, child = child->next) {
        node_ptr operand = node->operands[i];
        if (has_time) {
            read_as_time(operand);
        }
        if (operand->type > JALON_VIEW_TIMESTAMP) {
            JALON_VIEW_REFUSE(compiler, child, "expected a value that can be compared, found %s",
                              jalon_view_say_type(compiler, operand->type));
            return false;
        }
        bool fits = operand->type == first->type ||
                    (jalon_view_is_time(operand->type) && jalon_view_is_time(first->type));
        if (!fits) {
            JALON_VIEW_REFUSE(compiler, child, "expected %s, as on the left, found %s",
                              jalon_view_say_type(compiler, first->type),
                              jalon_view_say_type(compiler, operand->type));
            return false;
        }
    }
    return true;
}

/* --- Operations --- */

static bool check_like(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    const struct jalon_view_node *pattern = node->operands[1];
    if (!expect_all(compiler, source, node, JALON_VIEW_TEXT)) {
        return false;
    }
    if (pattern->kind != JALON_VIEW_NODE_LITERAL) {
        JALON_VIEW_REFUSE(compiler, source->first->next, "expected a pattern written out");
        return false;
    }
    if (!jalon_view_pattern_make(compiler->ctx->arena, pattern->datum.text, &node->pattern)) {
        compiler->status = jalon_no_memory(compiler->ctx);
        return false;
    }
    if (node->pattern.codes == NULL) {
        JALON_VIEW_REFUSE(compiler, source->first->next,
                          "expected a pattern of at most %d characters", JALON_VIEW_PATTERN_MAX);
        return false;
    }
    return true;
}

static bool check_between(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    return expect_alike(compiler, source, node) &&
           (jalon_view_is_time(node->operands[0]->type) ||
            expect_all(compiler, source, node, JALON_VIEW_NUMBER));
}

static bool check_spatial(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    bool is_simple = node->op == JALON_CQL2_S_INTERSECTS || node->op == JALON_CQL2_S_DISJOINT;
    if (!expect_all(compiler, source, node, JALON_VIEW_GEOMETRY)) {
        return false;
    }
    source_ptr child = source->first;
    for (size_t i = 0; i < 2; i++, child = child->next) {
        const struct jalon_view_node *operand = node->operands[i];
        if (operand->kind == JALON_VIEW_NODE_LITERAL && !is_simple &&
            jalon_geo_shape_is_mixed(operand->spatial.shape)) {
            JALON_VIEW_REFUSE(
                compiler, child,
                "expected points, lines or polygons: a collection of several kinds goes with "
                "S_INTERSECTS and S_DISJOINT only");
            return false;
        }
    }
    return true;
}

static bool check_temporal(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    bool takes_instants = node->op <= JALON_CQL2_T_INTERSECTS;
    source_ptr child = source->first;
    for (size_t i = 0; i < 2; i++, child = child->next) {
        node_ptr operand = node->operands[i];
        read_as_time(operand);
        if (operand->type != JALON_VIEW_INTERVAL &&
            !(takes_instants && jalon_view_is_time(operand->type))) {
            JALON_VIEW_REFUSE(compiler, child, "expected %s, found %s",
                              jalon_say(compiler->ctx, takes_instants
                                                           ? "a date, a time or an interval"
                                                           : "an interval"),
                              jalon_view_say_type(compiler, operand->type));
            return false;
        }
    }
    return true;
}

static bool check_text(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    node->type = JALON_VIEW_TEXT;
    return expect_all(compiler, source, node, JALON_VIEW_TEXT);
}

static bool check_arithmetic(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    node->type = JALON_VIEW_NUMBER;
    return expect_all(compiler, source, node, JALON_VIEW_NUMBER);
}

/* "length, year, …" */
static struct jalon_text list_functions(struct jalon_view_compiler *compiler)
{
    size_t count;
    struct jalon_text list = JALON_TEXT_EMPTY;
    const struct jalon_view_function *functions = jalon_view_functions(&count);
    for (size_t i = 0; i < count && list.data != NULL; i++) {
        list = jalon_text_format(compiler->ctx->arena, "%s%s%s", list.data, i == 0 ? "" : ", ",
                                 functions[i].name);
    }
    return list.data != NULL ? list : JALON_TEXT_EMPTY;
}

static bool check_function(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    size_t count;
    const struct jalon_view_function *functions = jalon_view_functions(&count);
    while (node->function < count &&
           !jalon_text_equal_ascii_case(source->text,
                                        jalon_text_from(functions[node->function].name))) {
        node->function++;
    }
    if (node->function == count) {
        struct jalon_text name = jalon_view_shorten_name(source->text);
        JALON_VIEW_REFUSE(compiler, source, "there is no function \"%.*s\" here; there are %s",
                          JALON_TEXT_ARGS(name), list_functions(compiler).data);
        return false;
    }
    if (node->count != 1) {
        JALON_VIEW_REFUSE(compiler, source, "expected one operand, found %zu", node->count);
        return false;
    }
    node_ptr operand = node->operands[0];
    bool takes_time = functions[node->function].operand == JALON_VIEW_TIMESTAMP;
    if (takes_time) {
        read_as_time(operand);
    }
    node->type = JALON_VIEW_NUMBER;
    return (takes_time && jalon_view_is_time(operand->type)) ||
           jalon_view_expect_type(compiler, source->first, operand,
                                  functions[node->function].operand);
}

bool jalon_view_check_call(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node)
{
    enum jalon_cql2_op op = node->op;
    if (op <= JALON_CQL2_NOT) {
        return expect_all(compiler, source, node, JALON_VIEW_BOOLEAN);
    }
    if (op <= JALON_CQL2_GREATER_EQUAL || op == JALON_CQL2_IN) {
        return expect_alike(compiler, source, node);
    }
    if (op == JALON_CQL2_LIKE) {
        return check_like(compiler, source, node);
    }
    if (op == JALON_CQL2_BETWEEN) {
        return check_between(compiler, source, node);
    }
    if (op == JALON_CQL2_IS_NULL) {
        return true;
    }
    if (op <= JALON_CQL2_ACCENTI) {
        return check_text(compiler, source, node);
    }
    if (op <= JALON_CQL2_POWER) {
        return check_arithmetic(compiler, source, node);
    }
    if (op <= JALON_CQL2_S_EQUALS) {
        return check_spatial(compiler, source, node);
    }
    if (op <= JALON_CQL2_T_STARTS) {
        return check_temporal(compiler, source, node);
    }
    if (op == JALON_CQL2_FUNCTION) {
        return check_function(compiler, source, node);
    }
    return expect_all(compiler, source, node, JALON_VIEW_ARRAY);
}
