/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Building CQL2 trees within their bounds, for both encodings. Layer 1 (query), private. */
#ifndef JALON_QUERY_CQL2_TREE_H
#define JALON_QUERY_CQL2_TREE_H

#include "jalon/cql2.h"

struct jalon_cql2_builder {
    struct jalon_context *ctx;
    struct jalon_cql2 cql2;
    size_t node_count;
    enum jalon_status status; /* of the first failure; all that follows gives NULL */
};

/* Checks size and UTF-8. */
enum jalon_status jalon_cql2_builder_init(struct jalon_cql2_builder *builder,
                                          struct jalon_context *ctx,
                                          struct jalon_text text) JALON_MUST_USE;
/* A leaf; NULL when there are too many, or no memory. */
struct jalon_cql2_node *jalon_cql2_make(struct jalon_cql2_builder *builder,
                                        enum jalon_cql2_kind kind, size_t at, const char *pointer);
/* Adds a child behind the last one, *last (NULL: the first); false when too deep. */
bool jalon_cql2_add(struct jalon_cql2_builder *builder, struct jalon_cql2_node *parent,
                    struct jalon_cql2_node **last, struct jalon_cql2_node *child);
/* "YYYY-MM-DD", or a timestamp in UTC; sets kind and time. False when it is neither. */
bool jalon_cql2_set_instant(struct jalon_cql2_node *node, struct jalon_text text);

/* What an operator is called and takes. */
struct jalon_cql2_op_form {
    const char *text; /* keyword or sign, upper case; NULL: not in text */
    const char *json; /* NULL: not in JSON */
    uint8_t least;    /* operands */
    uint8_t most;     /* 0: any number */
    bool is_function; /* in text: name(operand, …) */
};
const struct jalon_cql2_op_form *jalon_cql2_op_form(enum jalon_cql2_op op);
/* The function of this name in text (any case); JALON_CQL2_FUNCTION when there is none. */
enum jalon_cql2_op jalon_cql2_find_text(struct jalon_text name);
/* The operator of this name in JSON; JALON_CQL2_FUNCTION when there is none. */
enum jalon_cql2_op jalon_cql2_find_json(struct jalon_text name);

#endif
