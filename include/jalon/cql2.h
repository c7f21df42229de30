/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Filters in CQL2 (OGC 21-065r2): text and JSON to one syntax tree. Layer 1 (query).
 *
 * The tree says what was written, not what it means: it knows no collection and checks no types.
 * Whoever evaluates it does (jalon/view.h). Everything here is bounded, and refused in linear time:
 * JALON_INVALID with the parameter "filter", the place and what was expected.
 */
#ifndef JALON_CQL2_H
#define JALON_CQL2_H

#include "jalon/context.h"
#include "jalon/json.h"

enum {
    JALON_CQL2_TEXT_MAX = 65536, /* bytes */
    JALON_CQL2_NODES_MAX = 4096,
    JALON_CQL2_DEPTH_MAX = 64, /* JSON: also JALON_JSON_DEPTH_MAX brackets, two an operation */
};

enum jalon_cql2_kind {
    JALON_CQL2_BOOLEAN,
    JALON_CQL2_NUMBER, /* finite */
    JALON_CQL2_STRING,
    JALON_CQL2_DATE,       /* time_us: its midnight UTC */
    JALON_CQL2_TIMESTAMP,  /* time_us */
    JALON_CQL2_OPEN,       /* ".." in an interval */
    JALON_CQL2_PROPERTY,   /* text: its name */
    JALON_CQL2_INTERVAL,   /* two children: DATE, TIMESTAMP, OPEN, PROPERTY, CALL */
    JALON_CQL2_GEOMETRY,   /* text: WKT; or, when that is empty, json: GeoJSON */
    JALON_CQL2_COLLECTION, /* children: GEOMETRY */
    JALON_CQL2_BOX,        /* four or six children: NUMBER */
    JALON_CQL2_ARRAY,      /* children */
    JALON_CQL2_CALL,       /* op; children: its operands, as many as it takes */
};

/* The spatial, temporal and array functions are each in one run, in this order. */
enum jalon_cql2_op {
    JALON_CQL2_AND,
    JALON_CQL2_OR,
    JALON_CQL2_NOT,
    JALON_CQL2_EQUAL,
    JALON_CQL2_NOT_EQUAL,
    JALON_CQL2_LESS,
    JALON_CQL2_LESS_EQUAL,
    JALON_CQL2_GREATER,
    JALON_CQL2_GREATER_EQUAL,
    JALON_CQL2_LIKE,
    JALON_CQL2_BETWEEN, /* value, lowest, highest */
    JALON_CQL2_IN,      /* value, then the list's items */
    JALON_CQL2_IS_NULL,
    JALON_CQL2_CASEI,
    JALON_CQL2_ACCENTI,
    JALON_CQL2_ADD,
    JALON_CQL2_SUBTRACT,
    JALON_CQL2_MULTIPLY,
    JALON_CQL2_DIVIDE,
    JALON_CQL2_MODULO,
    JALON_CQL2_DIV,
    JALON_CQL2_POWER,
    JALON_CQL2_S_INTERSECTS,
    JALON_CQL2_S_DISJOINT,
    JALON_CQL2_S_CONTAINS,
    JALON_CQL2_S_WITHIN,
    JALON_CQL2_S_TOUCHES,
    JALON_CQL2_S_CROSSES,
    JALON_CQL2_S_OVERLAPS,
    JALON_CQL2_S_EQUALS,
    JALON_CQL2_T_AFTER,
    JALON_CQL2_T_BEFORE,
    JALON_CQL2_T_DISJOINT,
    JALON_CQL2_T_EQUALS,
    JALON_CQL2_T_INTERSECTS,
    JALON_CQL2_T_CONTAINS,
    JALON_CQL2_T_DURING,
    JALON_CQL2_T_FINISHED_BY,
    JALON_CQL2_T_FINISHES,
    JALON_CQL2_T_MEETS,
    JALON_CQL2_T_MET_BY,
    JALON_CQL2_T_OVERLAPPED_BY,
    JALON_CQL2_T_OVERLAPS,
    JALON_CQL2_T_STARTED_BY,
    JALON_CQL2_T_STARTS,
    JALON_CQL2_A_CONTAINS,
    JALON_CQL2_A_CONTAINED_BY,
    JALON_CQL2_A_EQUALS,
    JALON_CQL2_A_OVERLAPS,
    JALON_CQL2_FUNCTION, /* any other; text: its name */
    JALON_CQL2_OP_COUNT
};

struct jalon_cql2_node {
    enum jalon_cql2_kind kind;
    enum jalon_cql2_op op; /* of a CALL */
    unsigned depth;        /* 1 for a leaf */
    union {
        bool boolean;
        double number;
        int64_t time_us;
    };
    struct jalon_text text;              /* of STRING, PROPERTY, GEOMETRY, FUNCTION */
    const struct jalon_json *json;       /* of GEOMETRY */
    const struct jalon_cql2_node *first; /* child */
    const struct jalon_cql2_node *next;  /* sibling */
    size_t count;                        /* of children */
    size_t at;                           /* byte of the text where it starts */
    const char *pointer;                 /* JSON Pointer; NULL for text */
};

struct jalon_cql2 {
    const struct jalon_cql2_node *root;
    struct jalon_text text; /* as given; borrowed by the tree */
};

/*
 * Reads one filter; the tree lives in the context's arena and borrows from `text`. JALON_INVALID as
 * told above: not UTF-8, empty, longer, larger or deeper than the bounds, a number that is not
 * finite, a date that does not exist.
 */
enum jalon_status jalon_cql2_parse_text(struct jalon_context *ctx, struct jalon_text text,
                                        struct jalon_cql2 *out) JALON_MUST_USE;
enum jalon_status jalon_cql2_parse_json(struct jalon_context *ctx, struct jalon_text text,
                                        struct jalon_cql2 *out) JALON_MUST_USE;
/*
 * JALON_INVALID with the parameter "filter"; the reason starts with the node's place ("at character
 * 12: …", "at /args/0: …").
 */
enum jalon_status jalon_cql2_refuse(struct jalon_context *ctx, const struct jalon_cql2 *cql2,
                                    const struct jalon_cql2_node *node, const char *format, ...)
    JALON_PRINTF(4, 5);
/* As it is written in text: "AND", "<=", "S_INTERSECTS". */
const char *jalon_cql2_op_name(enum jalon_cql2_op op);

/* --- Characters under CASEI and ACCENTI --- */
enum {
    JALON_CQL2_CASEI_BIT = 1,   /* full case folding, Unicode 15 */
    JALON_CQL2_ACCENTI_BIT = 2, /* decomposed, without non-spacing marks and strokes of letters */
};

/* Reads a well-formed text code point by code point, folded on the way; takes no memory. */
struct jalon_cql2_reader {
    const char *at;
    const char *end;
    unsigned folding; /* bits */
    unsigned pending_count;
    unsigned pending_next;
    int32_t pending[20]; /* what one code point became and was not taken yet */
};

void jalon_cql2_reader_init(struct jalon_cql2_reader *reader, struct jalon_text text,
                            unsigned folding);
/* -1 at the end. */
int32_t jalon_cql2_reader_next(struct jalon_cql2_reader *reader);

#endif
