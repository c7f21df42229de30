/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the targets of CQL2 share: a tree is bounded, and a collection gives it a meaning or refuses it. */
#ifndef JALON_FUZZ_FILTER_H
#define JALON_FUZZ_FILTER_H

#include <string.h>

#include "fuzz.h"
#include "jalon/format.h"
#include "jalon/view.h"

static inline const struct jalon_map *fuzz_map(void)
{
    static struct jalon_map map;
    if (map.collection_count == 0) {
        static struct jalon_context *owner; /* stays */
        const struct jalon_embedded *template = jalon_builtin_templates();
        owner = jalon_context_create();
        while (strcmp(template->name, "cartomobilite") != 0) {
            template++;
        }
        HOLDS(jalon_template_read(owner, template->content, &map) == JALON_OK);
    }
    return &map;
}

static inline size_t fuzz_count_nodes(const struct jalon_cql2_node *node)
{
    size_t count = 1, children = 0;
    for (const struct jalon_cql2_node *child = node->first; child != NULL; child = child->next) {
        HOLDS(child->depth < node->depth);
        count += fuzz_count_nodes(child);
        children++;
    }
    HOLDS(children == node->count);
    return count;
}

static inline void fuzz_compile(struct jalon_context *ctx, const struct jalon_cql2 *cql2)
{
    const struct jalon_map *map = fuzz_map();
    const struct jalon_view_filter *filter;
    HOLDS(fuzz_count_nodes(cql2->root) > 0);
    for (size_t i = 0; i < map->collection_count; i++) {
        jalon_error_clear(ctx);
        enum jalon_status status = jalon_view_filter_compile(ctx, map, (int32_t)i, cql2,
                                                             JALON_TEXT_EMPTY, &filter);
        HOLDS(status == JALON_OK || status == JALON_INVALID);
    }
}

#endif
