/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * CQL2 text to tree, by recursive descent (OGC 21-065r2, annex B). Layer 1 (query).
 *
 * One grammar of operators for Boolean and scalar expressions, since "(" does not tell which one it
 * opens; what fits together is told when types are known. From loosest to tightest: OR, AND, NOT,
 * predicates, + and -, * / % DIV, ^, sign. As the standard has it, a sign binds tighter than ^.
 */
#include <string.h>

#include "cql2_lexer.h"
#include "cql2_tree.h"

struct parser {
    struct jalon_cql2_builder builder;
    struct jalon_cql2_token token;             /* the next one */
    const struct jalon_cql2_node *in_brackets; /* the last node that stood in brackets of its own */
    unsigned nesting;
};

typedef struct jalon_cql2_node *node_ptr;

static node_ptr parse_expression(struct parser *parser);
static node_ptr parse_sum(struct parser *parser);

/* --- Tokens --- */

static node_ptr refuse_at(struct parser *parser, size_t at, const char *expected, const char *found,
                          size_t found_length)
{
    struct jalon_cql2_node place = {.at = at};
    if (parser->builder.status == JALON_OK) {
        parser->builder.status =
            jalon_cql2_refuse(parser->builder.ctx, &parser->builder.cql2, &place,
                              "expected %s, found %.*s", jalon_say(parser->builder.ctx, expected),
                              (int)found_length, found);
    }
    return NULL;
}

static node_ptr refuse(struct parser *parser, const char *expected)
{
    enum { SHOWN = 40 };
    const struct jalon_cql2_token *token = &parser->token;
    struct jalon_text text = parser->builder.cql2.text;
    if (token->kind == JALON_CQL2_TOKEN_END) {
        const char *end = jalon_say(parser->builder.ctx, "the end");
        return refuse_at(parser, token->at, expected, end, strlen(end));
    }
    size_t length = token->end - token->at;
    if (length > SHOWN) { /* whole characters */
        for (length = SHOWN; ((unsigned char)text.data[token->at + length] & 0xc0) == 0x80;) {
            length--;
        }
    }
    return refuse_at(parser, token->at, expected, text.data + token->at, length);
}

static void advance(struct parser *parser)
{
    struct jalon_cql2_builder *builder = &parser->builder;
    parser->token = jalon_cql2_lex(builder->ctx->arena, builder->cql2.text, parser->token.end);
    if (parser->token.kind == JALON_CQL2_TOKEN_NO_MEMORY && builder->status == JALON_OK) {
        builder->status = jalon_no_memory(builder->ctx);
    } else if (parser->token.kind == JALON_CQL2_TOKEN_BAD) {
        refuse(parser, parser->token.text.data);
    }
}

static bool is_sign(const struct parser *parser, const char *sign)
{
    return parser->token.kind == JALON_CQL2_TOKEN_SIGN && jalon_text_is(parser->token.text, sign);
}

static bool is_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == JALON_CQL2_TOKEN_NAME &&
           jalon_text_equal_ascii_case(parser->token.text, jalon_text_from(word));
}

static bool accept_sign(struct parser *parser, const char *sign)
{
    bool is = is_sign(parser, sign);
    if (is) {
        advance(parser);
    }
    return is;
}

static bool accept_word(struct parser *parser, const char *word)
{
    bool is = is_word(parser, word);
    if (is) {
        advance(parser);
    }
    return is;
}

static bool expect_sign(struct parser *parser, const char *sign, const char *expected)
{
    if (!accept_sign(parser, sign)) {
        refuse(parser, expected);
        return false;
    }
    return true;
}

/* Does "(" follow the token at hand? */
static bool opens(const struct parser *parser)
{
    struct jalon_text text = parser->builder.cql2.text;
    size_t at = jalon_cql2_skip_space(text, parser->token.end);
    return at < text.length && text.data[at] == '(';
}

/* --- Nodes --- */

static node_ptr make(struct parser *parser, enum jalon_cql2_kind kind, size_t at)
{
    return jalon_cql2_make(&parser->builder, kind, at, NULL);
}

static node_ptr make_call(struct parser *parser, enum jalon_cql2_op op, node_ptr first,
                          node_ptr second)
{
    node_ptr last = NULL;
    if (first == NULL) {
        return NULL;
    }
    node_ptr call = make(parser, JALON_CQL2_CALL, first->at);
    if (call == NULL || !jalon_cql2_add(&parser->builder, call, &last, first) ||
        (op != JALON_CQL2_NOT && op != JALON_CQL2_IS_NULL &&
         !jalon_cql2_add(&parser->builder, call, &last, second))) {
        return NULL;
    }
    call->op = op;
    return call;
}

static node_ptr negate(struct parser *parser, node_ptr operand, bool is_negated)
{
    return is_negated ? make_call(parser, JALON_CQL2_NOT, operand, NULL) : operand;
}

static node_ptr add_child(struct parser *parser, node_ptr parent, node_ptr *last, node_ptr child)
{
    return jalon_cql2_add(&parser->builder, parent, last, child) ? parent : NULL;
}

/* --- Literals --- */

static node_ptr parse_number(struct parser *parser, bool is_negative)
{
    node_ptr node = make(parser, JALON_CQL2_NUMBER, parser->token.at);
    if (node != NULL) {
        node->number = is_negative ? -parser->token.number : parser->token.number;
        advance(parser);
    }
    return node;
}

static node_ptr parse_signed_number(struct parser *parser)
{
    bool is_negative = accept_sign(parser, "-");
    if (!is_negative) {
        (void)accept_sign(parser, "+");
    }
    return parser->token.kind == JALON_CQL2_TOKEN_NUMBER ? parse_number(parser, is_negative)
                                                         : refuse(parser, "a number");
}

/* 'YYYY-MM-DD' or 'YYYY-MM-DDThh:mm:ssZ'. */
static node_ptr parse_instant(struct parser *parser, const char *expected)
{
    if (parser->token.kind != JALON_CQL2_TOKEN_STRING) {
        return refuse(parser, expected);
    }
    node_ptr node = make(parser, JALON_CQL2_DATE, parser->token.at);
    if (node != NULL && !jalon_cql2_set_instant(node, parser->token.text)) {
        return refuse(parser, expected);
    }
    if (node != NULL) {
        advance(parser);
    }
    return node;
}

static node_ptr parse_constructed_instant(struct parser *parser, enum jalon_cql2_kind kind)
{
    const char *expected = kind == JALON_CQL2_DATE
                               ? JALON_WORDS("a date that exists, like '2026-11-21'")
                               : JALON_WORDS("a time in UTC that exists, like "
                                             "'2026-11-21T10:00:00Z'");
    advance(parser);
    advance(parser);
    struct jalon_cql2_token token = parser->token;
    node_ptr node = parse_instant(parser, expected);
    if (node != NULL && node->kind != kind) {
        parser->token = token;
        return refuse(parser, expected);
    }
    return node != NULL && expect_sign(parser, ")", "\")\"") ? node : NULL;
}

static node_ptr parse_primary(struct parser *parser);

static node_ptr parse_interval_end(struct parser *parser)
{
    if (parser->token.kind == JALON_CQL2_TOKEN_STRING) {
        if (!jalon_text_is(parser->token.text, "..")) {
            return parse_instant(parser, "a date, a time in UTC or '..'");
        }
        node_ptr node = make(parser, JALON_CQL2_OPEN, parser->token.at);
        advance(parser);
        return node;
    }
    node_ptr node = parse_primary(parser);
    if (node != NULL && node->kind != JALON_CQL2_PROPERTY && node->kind != JALON_CQL2_CALL) {
        const char *other = jalon_say(parser->builder.ctx, "something else");
        return refuse_at(parser, node->at, "a date, a time in UTC, '..' or a property", other,
                         strlen(other));
    }
    return node;
}

static node_ptr parse_interval(struct parser *parser)
{
    node_ptr node = make(parser, JALON_CQL2_INTERVAL, parser->token.at), last = NULL;
    advance(parser);
    advance(parser);
    return add_child(parser, node, &last, parse_interval_end(parser)) != NULL &&
                   expect_sign(parser, ",", "\",\" and the end of the interval") &&
                   add_child(parser, node, &last, parse_interval_end(parser)) != NULL &&
                   expect_sign(parser, ")", "\")\"")
               ? node
               : NULL;
}

static node_ptr parse_box(struct parser *parser)
{
    node_ptr node = make(parser, JALON_CQL2_BOX, parser->token.at), last = NULL;
    advance(parser);
    do {
        advance(parser);
        if (add_child(parser, node, &last, parse_signed_number(parser)) == NULL) {
            return NULL;
        }
    } while (is_sign(parser, ",") && node->count < 6);
    if (node->count != 4 && node->count != 6) {
        return refuse(parser, "BBOX of 4 or 6 numbers");
    }
    return expect_sign(parser, ")", "\")\"") ? node : NULL;
}

/* --- Geometries --- */

static bool is_geometry_name(struct jalon_text name)
{
    static const char *const names[] = {"POINT",      "LINESTRING",      "POLYGON",
                                        "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (jalon_text_equal_ascii_case(name, jalon_text_from(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Where the "(" of a geometry is, behind its name and "Z"; 0: this is not a geometry. */
static size_t find_geometry(const struct parser *parser, bool (*is_name)(struct jalon_text))
{
    struct jalon_text text = parser->builder.cql2.text;
    if (parser->token.kind != JALON_CQL2_TOKEN_NAME || !is_name(parser->token.text)) {
        return 0;
    }
    size_t at = jalon_cql2_skip_space(text, parser->token.end);
    if (at < text.length && (text.data[at] == 'Z' || text.data[at] == 'z')) {
        at = jalon_cql2_skip_space(text, at + 1);
    }
    return at < text.length && text.data[at] == '(' ? at : 0;
}

/* The geometry's text to the bracket that closes it is read where geometries are known. */
static node_ptr parse_geometry(struct parser *parser, size_t at)
{
    struct jalon_text text = parser->builder.cql2.text;
    size_t open = 0, end = at;
    node_ptr node = make(parser, JALON_CQL2_GEOMETRY, parser->token.at);
    if (node == NULL) {
        return NULL;
    }
    do {
        open += text.data[end] == '(';
        open -= text.data[end] == ')';
        end++;
    } while (open > 0 && end < text.length);
    if (open > 0) {
        const char *end_of_all = jalon_say(parser->builder.ctx, "the end");
        return refuse_at(parser, at, "a \")\" for each \"(\" of the geometry", end_of_all,
                         strlen(end_of_all));
    }
    node->text = jalon_text_slice(text.data + node->at, end - node->at);
    parser->token.end = end;
    advance(parser);
    return node;
}

static bool is_collection_name(struct jalon_text name)
{
    return jalon_text_equal_ascii_case(name, JALON_TEXT("GEOMETRYCOLLECTION"));
}

static node_ptr parse_collection(struct parser *parser, size_t open)
{
    node_ptr node = make(parser, JALON_CQL2_COLLECTION, parser->token.at), last = NULL;
    parser->token.end = open + 1;
    advance(parser);
    do {
        size_t at = find_geometry(parser, is_geometry_name);
        if (at == 0) {
            return refuse(parser, "a geometry of the collection");
        }
        if (add_child(parser, node, &last, parse_geometry(parser, at)) == NULL) {
            return NULL;
        }
    } while (accept_sign(parser, ","));
    return expect_sign(parser, ")", "\")\" or \",\"") ? node : NULL;
}

/* --- Functions --- */

/* ('a') is an array of one where an array is wanted, and just 'a' elsewhere. */
static node_ptr as_array(struct parser *parser, node_ptr node)
{
    node_ptr last = NULL;
    if (node == NULL || node != parser->in_brackets) {
        return node;
    }
    return add_child(parser, make(parser, JALON_CQL2_ARRAY, node->at), &last, node);
}

static bool takes_arrays(enum jalon_cql2_op op)
{
    return op >= JALON_CQL2_A_CONTAINS && op <= JALON_CQL2_A_OVERLAPS;
}

static node_ptr parse_function(struct parser *parser)
{
    node_ptr node = make(parser, JALON_CQL2_CALL, parser->token.at), last = NULL;
    if (node == NULL) {
        return NULL;
    }
    node->text = parser->token.text;
    node->op = jalon_cql2_find_text(node->text);
    const struct jalon_cql2_op_form *form = jalon_cql2_op_form(node->op);
    advance(parser);
    advance(parser);
    if (node->op != JALON_CQL2_FUNCTION || !is_sign(parser, ")")) {
        do {
            node_ptr operand = parse_expression(parser);
            if (takes_arrays(node->op)) {
                operand = as_array(parser, operand);
            }
            if (add_child(parser, node, &last, operand) == NULL) {
                return NULL;
            }
        } while ((form->most == 0 || node->count < form->most) && accept_sign(parser, ","));
    }
    if (node->count < form->least) {
        return refuse(parser, "\",\" and another operand");
    }
    return expect_sign(parser, ")", "\")\"") ? node : NULL;
}

/* --- Expressions --- */

/* A name that "(" follows; NULL without failure when it is only a property's. */
static node_ptr parse_constructor(struct parser *parser)
{
    size_t geometry = find_geometry(parser, is_geometry_name);
    size_t collection = find_geometry(parser, is_collection_name);
    if (geometry > 0) {
        return parse_geometry(parser, geometry);
    }
    if (collection > 0) {
        return parse_collection(parser, collection);
    }
    if (!opens(parser)) {
        return NULL;
    }
    if (is_word(parser, "DATE")) {
        return parse_constructed_instant(parser, JALON_CQL2_DATE);
    }
    if (is_word(parser, "TIMESTAMP")) {
        return parse_constructed_instant(parser, JALON_CQL2_TIMESTAMP);
    }
    if (is_word(parser, "INTERVAL")) {
        return parse_interval(parser);
    }
    if (is_word(parser, "BBOX")) {
        return parse_box(parser);
    }
    return parse_function(parser);
}

static bool is_operator_word(const struct parser *parser)
{
    static const char *const words[] = {"AND", "OR", "NOT",  "LIKE", "BETWEEN",
                                        "IN",  "IS", "NULL", "DIV"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is_word(parser, words[i])) {
            return true;
        }
    }
    return false;
}

static const char a_value[] = JALON_WORDS("a property, a value, a function or \"(\"");

static node_ptr parse_name(struct parser *parser)
{
    if (is_operator_word(parser)) {
        return refuse(parser, a_value);
    }
    node_ptr node = parse_constructor(parser);
    if (node != NULL || parser->builder.status != JALON_OK) {
        return node;
    }
    bool is_true = is_word(parser, "TRUE");
    bool is_boolean = is_true || is_word(parser, "FALSE");
    node = make(parser, is_boolean ? JALON_CQL2_BOOLEAN : JALON_CQL2_PROPERTY, parser->token.at);
    if (node != NULL && is_boolean) {
        node->boolean = is_true;
    } else if (node != NULL) {
        node->text = parser->token.text;
    }
    advance(parser);
    return node;
}

static node_ptr parse_text(struct parser *parser, enum jalon_cql2_kind kind)
{
    node_ptr node = make(parser, kind, parser->token.at);
    if (node != NULL) {
        node->text = parser->token.text;
        advance(parser);
    }
    return node;
}

/* The rest of an array whose first element is there; NULL: it is empty. */
static node_ptr parse_array(struct parser *parser, size_t at, node_ptr first)
{
    node_ptr node = make(parser, JALON_CQL2_ARRAY, at), last = NULL;
    if (first != NULL && add_child(parser, node, &last, first) == NULL) {
        return NULL;
    }
    while (first != NULL && accept_sign(parser, ",")) {
        if (add_child(parser, node, &last, parse_expression(parser)) == NULL) {
            return NULL;
        }
    }
    return expect_sign(parser, ")", "\")\" or \",\"") ? node : NULL;
}

static node_ptr parse_brackets(struct parser *parser)
{
    size_t at = parser->token.at;
    advance(parser);
    if (is_sign(parser, ")")) {
        return parse_array(parser, at, NULL);
    }
    node_ptr node = parse_expression(parser);
    if (node != NULL && is_sign(parser, ",")) {
        return parse_array(parser, at, node);
    }
    if (node == NULL || !expect_sign(parser, ")", "\")\"")) {
        return NULL;
    }
    parser->in_brackets = node;
    return node;
}

static node_ptr parse_primary(struct parser *parser)
{
    if (parser->builder.status != JALON_OK) {
        return NULL;
    }
    switch (parser->token.kind) {
    case JALON_CQL2_TOKEN_NUMBER: return parse_number(parser, false);
    case JALON_CQL2_TOKEN_STRING: return parse_text(parser, JALON_CQL2_STRING);
    case JALON_CQL2_TOKEN_QUOTED: return parse_text(parser, JALON_CQL2_PROPERTY);
    case JALON_CQL2_TOKEN_NAME: return parse_name(parser);
    case JALON_CQL2_TOKEN_SIGN:
        return is_sign(parser, "(") ? parse_brackets(parser) : refuse(parser, a_value);
    case JALON_CQL2_TOKEN_END:
    case JALON_CQL2_TOKEN_BAD:
    case JALON_CQL2_TOKEN_NO_MEMORY: break;
    }
    return refuse(parser, a_value);
}

static node_ptr parse_factor(struct parser *parser)
{
    size_t at = parser->token.at;
    bool is_negative = accept_sign(parser, "-");
    if (is_negative || accept_sign(parser, "+")) {
        if (parser->token.kind == JALON_CQL2_TOKEN_NUMBER) {
            return parse_number(parser, is_negative);
        }
        if (!is_negative) {
            return refuse(parser, "a number");
        }
        node_ptr minus_one = make(parser, JALON_CQL2_NUMBER, at);
        if (minus_one != NULL) {
            minus_one->number = -1;
        }
        return make_call(parser, JALON_CQL2_MULTIPLY, minus_one, parse_primary(parser));
    }
    return parse_primary(parser);
}

static node_ptr parse_power(struct parser *parser)
{
    node_ptr node = parse_factor(parser);
    if (node != NULL && accept_sign(parser, "^")) {
        node = make_call(parser, JALON_CQL2_POWER, node, parse_factor(parser));
    }
    return node;
}

static node_ptr parse_product(struct parser *parser)
{
    node_ptr node = parse_power(parser);
    while (node != NULL) {
        enum jalon_cql2_op op;
        if (accept_sign(parser, "*")) {
            op = JALON_CQL2_MULTIPLY;
        } else if (accept_sign(parser, "/")) {
            op = JALON_CQL2_DIVIDE;
        } else if (accept_sign(parser, "%")) {
            op = JALON_CQL2_MODULO;
        } else if (accept_word(parser, "DIV")) {
            op = JALON_CQL2_DIV;
        } else {
            break;
        }
        node = make_call(parser, op, node, parse_power(parser));
    }
    return node;
}

static node_ptr parse_sum(struct parser *parser)
{
    node_ptr node = parse_product(parser);
    while (node != NULL) {
        bool is_sum = accept_sign(parser, "+");
        if (!is_sum && !accept_sign(parser, "-")) {
            break;
        }
        node = make_call(parser, is_sum ? JALON_CQL2_ADD : JALON_CQL2_SUBTRACT, node,
                         parse_product(parser));
    }
    return node;
}

/* --- Predicates --- */

static node_ptr parse_between(struct parser *parser, node_ptr value)
{
    node_ptr node = make(parser, JALON_CQL2_CALL, value->at), last = NULL;
    if (add_child(parser, node, &last, value) == NULL ||
        add_child(parser, node, &last, parse_sum(parser)) == NULL) {
        return NULL;
    }
    node->op = JALON_CQL2_BETWEEN;
    if (!accept_word(parser, "AND")) {
        return refuse(parser, "AND and the highest value");
    }
    return add_child(parser, node, &last, parse_sum(parser));
}

static node_ptr parse_in(struct parser *parser, node_ptr value)
{
    node_ptr node = make(parser, JALON_CQL2_CALL, value->at), last = NULL;
    if (add_child(parser, node, &last, value) == NULL ||
        !expect_sign(parser, "(", "\"(\" and a list of values")) {
        return NULL;
    }
    node->op = JALON_CQL2_IN;
    do {
        if (add_child(parser, node, &last, parse_sum(parser)) == NULL) {
            return NULL;
        }
    } while (accept_sign(parser, ","));
    return expect_sign(parser, ")", "\")\" or \",\"") ? node : NULL;
}

static node_ptr parse_is_null(struct parser *parser, node_ptr value)
{
    bool is_negated = accept_word(parser, "NOT");
    if (!accept_word(parser, "NULL")) {
        return refuse(parser, is_negated ? "NULL" : "NULL or NOT NULL");
    }
    return negate(parser, make_call(parser, JALON_CQL2_IS_NULL, value, NULL), is_negated);
}

/* False when no comparison sign is next. */
static bool accept_comparison(struct parser *parser, enum jalon_cql2_op *out)
{
    for (unsigned op = JALON_CQL2_EQUAL; op <= JALON_CQL2_GREATER_EQUAL; op++) {
        if (accept_sign(parser, jalon_cql2_op_form((enum jalon_cql2_op)op)->text)) {
            *out = (enum jalon_cql2_op)op;
            return true;
        }
    }
    return false;
}

static node_ptr parse_predicate(struct parser *parser)
{
    enum jalon_cql2_op op;
    node_ptr value = parse_sum(parser);
    if (value == NULL) {
        return NULL;
    }
    if (accept_comparison(parser, &op)) {
        return make_call(parser, op, value, parse_sum(parser));
    }
    if (accept_word(parser, "IS")) {
        return parse_is_null(parser, value);
    }
    bool is_negated = accept_word(parser, "NOT");
    if (accept_word(parser, "LIKE")) {
        value = make_call(parser, JALON_CQL2_LIKE, value, parse_sum(parser));
    } else if (accept_word(parser, "BETWEEN")) {
        value = parse_between(parser, value);
    } else if (accept_word(parser, "IN")) {
        value = parse_in(parser, value);
    } else if (is_negated) {
        return refuse(parser, "LIKE, BETWEEN or IN");
    }
    return negate(parser, value, is_negated);
}

/* --- Logic --- */

static node_ptr parse_negation(struct parser *parser)
{
    bool is_negated = accept_word(parser, "NOT");
    return negate(parser, parse_predicate(parser), is_negated);
}

/* Operands of the same operator become children of one node, however many. */
static node_ptr parse_chain(struct parser *parser, enum jalon_cql2_op op,
                            node_ptr (*parse_operand)(struct parser *))
{
    const char *word = jalon_cql2_op_form(op)->text;
    node_ptr first = parse_operand(parser), last = NULL;
    if (first == NULL || !is_word(parser, word)) {
        return first;
    }
    node_ptr node = make(parser, JALON_CQL2_CALL, first->at);
    if (add_child(parser, node, &last, first) == NULL) {
        return NULL;
    }
    node->op = op;
    while (accept_word(parser, word)) {
        if (add_child(parser, node, &last, parse_operand(parser)) == NULL) {
            return NULL;
        }
    }
    return node;
}

static node_ptr parse_conjunction(struct parser *parser)
{
    return parse_chain(parser, JALON_CQL2_AND, parse_negation);
}

static node_ptr parse_expression(struct parser *parser)
{
    if (parser->nesting == JALON_CQL2_DEPTH_MAX) {
        return refuse(parser, "at most 64 levels of brackets");
    }
    parser->nesting++;
    node_ptr node = parse_chain(parser, JALON_CQL2_OR, parse_conjunction);
    parser->nesting--;
    return node;
}

enum jalon_status jalon_cql2_parse_text(struct jalon_context *ctx, struct jalon_text text,
                                        struct jalon_cql2 *out)
{
    struct parser parser = {.nesting = 0};
    enum jalon_status status = jalon_cql2_builder_init(&parser.builder, ctx, text);
    if (status != JALON_OK) {
        return status;
    }
    advance(&parser);
    node_ptr root = parse_expression(&parser);
    if (root != NULL && parser.token.kind != JALON_CQL2_TOKEN_END) {
        refuse(&parser, "AND, OR or the end");
    }
    if (parser.builder.status != JALON_OK) {
        return parser.builder.status;
    }
    parser.builder.cql2.root = root;
    *out = parser.builder.cql2;
    return JALON_OK;
}
