/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files share that make a filter of what was written. Private to view. */
#ifndef JALON_VIEW_FILTER_COMPILE_H
#define JALON_VIEW_FILTER_COMPILE_H

#include "filter.h"

struct jalon_view_compiler {
    struct jalon_context *ctx;
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    const struct jalon_cql2 *cql2;
    struct jalon_view_axes axes;
    enum jalon_status status; /* of the first failure; what follows gives NULL */
};

typedef struct jalon_view_node *node_ptr;
typedef const struct jalon_cql2_node *source_ptr;

/* Tells what is wrong at `source`, unless something was wrong before. */
#define JALON_VIEW_REFUSE(compiler, source, ...)                                                   \
    ((compiler)->status == JALON_OK                                                                \
         ? (void)((compiler)->status =                                                             \
                      jalon_cql2_refuse((compiler)->ctx, (compiler)->cql2, source, __VA_ARGS__))   \
         : (void)0)

/* --- filter_types.c --- */
/*
 * Do the operands of a call go with its operation, node->op? Sets the type of the call and what the
 * operation needs: its function, its pattern. False: refused, or no memory.
 */
bool jalon_view_check_call(struct jalon_view_compiler *compiler, source_ptr source, node_ptr node);
/* Is the node of this type? It is refused otherwise. */
bool jalon_view_expect_type(struct jalon_view_compiler *compiler, source_ptr source,
                            const struct jalon_view_node *node, enum jalon_view_type type);
bool jalon_view_is_time(enum jalon_view_type type);
/* As messages call a type, in their language. */
const char *jalon_view_say_type(const struct jalon_view_compiler *compiler,
                                enum jalon_view_type type);
/* So much of a name as a message may hold, in whole characters. */
struct jalon_text jalon_view_shorten_name(struct jalon_text name);

#endif
