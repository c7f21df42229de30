/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A CQL2 tree as text in prefix form, for the tests of both readers: (AND (= $a 1) …). */
#ifndef JALON_TESTS_CQL2_DUMP_H
#define JALON_TESTS_CQL2_DUMP_H

#include "jalon/buffer.h"
#include "jalon/clock.h"
#include "jalon/cql2.h"

static inline void dump_time(struct jalon_buffer *out, const char *before, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, text);
    jalon_buffer_append_format(out, "%s%s", before, text);
}

static inline void dump_leaf(struct jalon_buffer *out, const struct jalon_cql2_node *node)
{
    switch (node->kind) {
    case JALON_CQL2_BOOLEAN:
        jalon_buffer_append_string(out, node->boolean ? "true" : "false");
        break;
    case JALON_CQL2_NUMBER: jalon_buffer_append_double(out, node->number); break;
    case JALON_CQL2_STRING: jalon_buffer_append_json(out, node->text); break;
    case JALON_CQL2_DATE: dump_time(out, "date ", node->time_us); break;
    case JALON_CQL2_TIMESTAMP: dump_time(out, "time ", node->time_us); break;
    case JALON_CQL2_OPEN: jalon_buffer_append_string(out, ".."); break;
    case JALON_CQL2_PROPERTY:
        jalon_buffer_append_format(out, "$%.*s", JALON_TEXT_ARGS(node->text));
        break;
    case JALON_CQL2_GEOMETRY:
        jalon_buffer_append_format(out, "<%.*s>", JALON_TEXT_ARGS(node->text));
        break;
    case JALON_CQL2_INTERVAL: jalon_buffer_append_string(out, "INTERVAL"); break;
    case JALON_CQL2_COLLECTION: jalon_buffer_append_string(out, "COLLECTION"); break;
    case JALON_CQL2_BOX: jalon_buffer_append_string(out, "BBOX"); break;
    case JALON_CQL2_ARRAY: jalon_buffer_append_string(out, "ARRAY"); break;
    case JALON_CQL2_CALL:
        if (node->op == JALON_CQL2_FUNCTION) {
            jalon_buffer_append_format(out, "%.*s()", JALON_TEXT_ARGS(node->text));
        } else {
            jalon_buffer_append_string(out, jalon_cql2_op_name(node->op));
        }
        break;
    }
}

static inline void dump_node(struct jalon_buffer *out, const struct jalon_cql2_node *node)
{
    bool has_children =
        node->kind == JALON_CQL2_CALL || node->kind == JALON_CQL2_ARRAY || node->first != NULL;
    jalon_buffer_append_string(out, has_children ? "(" : "");
    dump_leaf(out, node);
    for (const struct jalon_cql2_node *one = node->first; one != NULL; one = one->next) {
        jalon_buffer_append_char(out, ' ');
        dump_node(out, one);
    }
    jalon_buffer_append_string(out, has_children ? ")" : "");
}

#endif
