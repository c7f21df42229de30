/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a tile is drawn from, and the key it is kept under. Layer 4 (api). */
#include "tile_query.h"

#include <stdlib.h>

/* --- The key --- */

struct parameter {
    struct jalon_text name;
    struct jalon_text value;
};

static int compare_parameters(const void *left, const void *right)
{
    const struct parameter *a = left, *b = right;
    return jalon_text_compare(a->name, b->name);
}

static struct parameter *sorted_parameters(struct jalon_request *request, size_t *out_count)
{
    size_t count = jalon_request_parameter_count(request);
    struct parameter *list = jalon_arena_allocate(request->ctx->arena, count * sizeof *list);
    for (size_t i = 0; list != NULL && i < count; i++) {
        jalon_request_parameter_at(request, i, &list[i].name, &list[i].value);
    }
    if (list != NULL && count > 0) {
        qsort(list, count, sizeof *list, compare_parameters);
    }
    *out_count = count;
    return list;
}

/* The layers, the day when it matters, and the filters as they were written, in any order. */
static enum jalon_status make_key(struct jalon_request *request, struct jalon_tile_command *command)
{
    struct jalon_buffer key;
    size_t count = 0;
    struct parameter *list = sorted_parameters(request, &count);
    if (list == NULL) {
        return jalon_no_memory(request->ctx);
    }
    jalon_buffer_init(&key, (size_t)1 << 20);
    for (size_t i = 0; i < command->query_count; i++) {
        const struct jalon_view_query *query = &command->queries[i];
        bool ages = query->staleness != JALON_VIEW_ANY_AGE;
        jalon_buffer_append_format(&key, "%d@%lld,", query->collection,
                                   ages ? (long long)query->today : 0);
    }
    for (size_t i = 0; i < count; i++) {
        if (!jalon_text_is(list[i].name, "f") && !jalon_text_is(list[i].name, "collections")) {
            /* Lengths, so that no value can look like another parameter. */
            jalon_buffer_append_format(&key, "%zu:%zu:", list[i].name.length, list[i].value.length);
            jalon_buffer_append_text(&key, list[i].name);
            jalon_buffer_append_text(&key, list[i].value);
        }
    }
    command->key = jalon_text_copy(request->ctx->arena, jalon_buffer_text(&key));
    bool made = jalon_buffer_status(&key) == JALON_OK && command->key.data != NULL;
    jalon_buffer_finish(&key);
    return made ? JALON_OK : jalon_no_memory(request->ctx);
}

/* Layers that nothing can be in need no drawing. */
static size_t drop_empty(struct jalon_view_query *queries, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!queries[i].nothing) {
            queries[kept++] = queries[i];
        }
    }
    return kept;
}

enum jalon_status jalon_tile_query_read(struct jalon_request *request,
                                        const struct jalon_reading *reading,
                                        struct jalon_tile_command *out)
{
    struct jalon_tile_command command = {.query_count = 0};
    struct jalon_view_query *queries;
    enum jalon_status status =
        jalon_items_query_read_many(request, reading, &queries, &command.query_count);
    if (status == JALON_OK) {
        command.query_count = drop_empty(queries, command.query_count);
        command.queries = queries;
        status = make_key(request, &command);
    }
    if (status == JALON_OK) {
        out->queries = command.queries;
        out->query_count = command.query_count;
        out->key = command.key;
    }
    return status;
}
