/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The French of refusals, from files that were built into the program. Layer 2 (reasons). */
#include "jalon/reasons.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "jalon/embedded.h"
#include "jalon/json.h"

extern const struct jalon_embedded reason_files[];

struct rows {
    struct jalon_wording_row *list;
    size_t count;
    size_t capacity;
};

static enum jalon_status read_file(struct jalon_context *ctx, const struct jalon_embedded *file,
                                   struct rows *rows)
{
    const struct jalon_json *tree, *said;
    struct jalon_text english;
    void *iterator = NULL;
    enum jalon_status status = jalon_json_parse(ctx, file->content, &tree);
    assert(status == JALON_OK || status == JALON_NO_MEMORY);
    while (status == JALON_OK && jalon_json_next(tree, &iterator, &english, &said)) {
        rows->list = jalon_arena_grow(ctx->arena, rows->list, rows->count, rows->count + 1,
                                      sizeof *rows->list, &rows->capacity);
        if (rows->list == NULL) {
            return jalon_no_memory(ctx);
        }
        rows->list[rows->count++] =
            (struct jalon_wording_row){english.data, jalon_json_text(said).data};
    }
    return status;
}

static int compare(const void *a, const void *b)
{
    const struct jalon_wording_row *left = a;
    const struct jalon_wording_row *right = b;
    return strcmp(left->english, right->english);
}

/* What several files have is there once. */
static void sort(struct rows *rows)
{
    size_t kept = 0;
    qsort(rows->list, rows->count, sizeof *rows->list, compare);
    for (size_t i = 0; i < rows->count; i++) {
        if (kept == 0 || compare(&rows->list[kept - 1], &rows->list[i]) != 0) {
            rows->list[kept++] = rows->list[i];
        }
    }
    rows->count = kept;
}

enum jalon_status jalon_reasons_read(struct jalon_context *ctx, const struct jalon_wording **out)
{
    struct rows rows = {.list = NULL};
    enum jalon_status status = JALON_OK;
    for (const struct jalon_embedded *file = reason_files; status == JALON_OK && file->name != NULL;
         file++) {
        status = read_file(ctx, file, &rows);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_wording *wording = jalon_arena_allocate(ctx->arena, sizeof *wording);
    if (wording == NULL) {
        return jalon_no_memory(ctx);
    }
    sort(&rows);
    *wording = (struct jalon_wording){JALON_TEXT("fr"), rows.list, rows.count};
    *out = wording;
    return JALON_OK;
}
