/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pages of a list: the first one against the last one of a map, in several orders.
 *
 *   bench_paging [CONTRIBUTIONS [TIMES]]     1,000,000 and 20 by default; the median counts
 *
 * Prints "name value unit ratio" lines; the ratio is the time of the first page divided by that of
 * the last: 1 when no page costs more than another. "once" is what the first request in an order of
 * texts costs once, with the ranks it works out. Times are the processor's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "jalon/view.h"

enum { BATCH = 1000, PAGE = 100, FIELDS = 2, STATUSES = 3, STREETS = 500 };

static const struct jalon_field fields[FIELDS] = {
    {.key = {"street", 6}, .type = JALON_FIELD_STRING, .max_length = 255},
    {.key = {"width", 5}, .type = JALON_FIELD_NUMBER},
};
static const struct jalon_workflow_status statuses[STATUSES] = {
    {.key = {"open", 4}}, {.key = {"planned", 7}}, {.key = {"done", 4}}};
static const struct jalon_collection collection = {.key = {"places", 6},
                                                   .fields = fields,
                                                   .field_count = FIELDS,
                                                   .statuses = statuses,
                                                   .status_count = STATUSES,
                                                   JALON_COLLECTION_DEFAULTS};
static const struct jalon_map map = {.collections = &collection, .collection_count = 1};

static struct jalon_context *ctx;
static struct jalon_view *view;
static int64_t contributions;

static void need(enum jalon_status status)
{
    if (status != JALON_OK) {
        fprintf(stderr, "bench_paging: %s\n", jalon_status_name(status));
        exit(EXIT_FAILURE);
    }
}

/* Numbers that look like chance, the same at each run (splitmix64). */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static struct jalon_contribution make(int64_t number, struct jalon_position *position,
                                      struct jalon_value *values)
{
    static const char *const kinds[] = {"Boulangerie du Marché", "Épicerie", "Café des Halles",
                                        "Pharmacie", "Médiathèque"};
    uint64_t chance = mix((uint64_t)number);
    *position = (struct jalon_position){(double)(chance % 1000000) / 1e5 - 4,
                                        42 + (double)(chance >> 20 & 0xfffff) / 131072};
    values[0] = (struct jalon_value){
        .kind = chance % 7 == 0 ? JALON_VALUE_NONE : JALON_VALUE_TEXT,
        .text = jalon_text_format(ctx->arena, "Rue %d", (int)(chance >> 8 & 0xffff) % STREETS)};
    values[1] = (struct jalon_value){.kind = chance % 3 == 0 ? JALON_VALUE_NONE : JALON_VALUE_NUMBER,
                                     .number = (double)(chance >> 16 & 0xffff) / 100};
    return (struct jalon_contribution){
        .number = number,
        .id = jalon_id_make(),
        .version = 1,
        .geometry = {.type = JALON_GEOMETRY_POINT,
                     .srid = JALON_SRID_WGS84,
                     .positions = position,
                     .position_count = 1},
        .title = jalon_text_format(ctx->arena, "%s %d", kinds[chance % 5], (int)(chance >> 40)),
        .description = JALON_TEXT_EMPTY,
        .fields = values,
        .status = (int32_t)(chance >> 4 & 0xff) % STATUSES,
        .moderation = JALON_MODERATION_PUBLISHED,
        .author = JALON_TEXT_EMPTY,
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT_EMPTY,
        .observed = JALON_TEXT_EMPTY,
        .campaign = JALON_TEXT_EMPTY,
        .created_us = 1700000000000000 + number * 1000000,
        .updated_us = 1700000000000000 + (int64_t)(chance >> 30),
    };
}

static void load(void)
{
    static struct jalon_contribution batch[BATCH];
    static struct jalon_position positions[BATCH];
    static struct jalon_value values[BATCH][FIELDS];
    for (int64_t number = 1; number <= contributions;) {
        size_t filled = 0;
        for (; filled < BATCH && number <= contributions; filled++, number++) {
            batch[filled] = make(number, &positions[filled], values[filled]);
        }
        need(jalon_view_load(ctx, view, batch, filled));
        jalon_context_reset(ctx);
    }
    need(jalon_view_set_seq(ctx, view, 1, 1));
}

static void ask(const struct jalon_snapshot *snapshot, const struct jalon_view_query *query,
                struct jalon_view_result *out)
{
    need(jalon_snapshot_query(ctx, snapshot, query, out));
}

/* Of the processor: what a busy machine does not change much. There is one thread. */
static int64_t processor_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median_ns(const struct jalon_snapshot *snapshot,
                        const struct jalon_view_query *query, size_t times)
{
    int64_t *took = calloc(times, sizeof *took);
    struct jalon_view_result result;
    if (took == NULL) {
        need(JALON_NO_MEMORY);
    }
    struct jalon_context *own = jalon_context_create();
    for (size_t i = 0; i < times; i++) {
        int64_t start_ns = processor_ns();
        need(jalon_snapshot_query(own, snapshot, query, &result));
        took[i] = processor_ns() - start_ns;
        jalon_context_reset(own);
    }
    jalon_context_destroy(own);
    qsort(took, times, sizeof *took, ascending);
    double median = (double)took[times / 2];
    free(took);
    return median;
}

/* Moves the query to its last full page, in great steps. */
static void go_to_end(const struct jalon_snapshot *snapshot, struct jalon_view_query *query)
{
    struct jalon_view_result result;
    int64_t left;
    ask(snapshot, query, &result);
    left = result.matched - PAGE - 1;
    while (left > 0) {
        query->limit = left < JALON_QUERY_LIMIT_MAX ? (size_t)left : JALON_QUERY_LIMIT_MAX;
        ask(snapshot, query, &result);
        query->after = result.items[result.count - 1].number;
        query->after_values = result.last_values;
        left -= (int64_t)result.count;
    }
    query->limit = PAGE;
}

static void measure(const char *name, const char *const *sorts, size_t sort_count, int32_t status,
                    size_t times)
{
    struct jalon_view_sort chosen[JALON_QUERY_SORTS_MAX];
    struct jalon_view_query query = {
        .category = -1, .status = status, .limit = PAGE, .sorts = chosen, .sort_count = sort_count};
    struct jalon_view_result result;
    for (size_t i = 0; i < sort_count; i++) {
        chosen[i].is_descending = sorts[i][0] == '-';
        struct jalon_text property = jalon_text_from(sorts[i] + chosen[i].is_descending);
        for (size_t j = 0; jalon_view_sortable_at(&collection, j, &chosen[i].property) &&
                           !jalon_text_equal(chosen[i].property.name, property);
             j++) {
        }
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    int64_t start_ns = processor_ns();
    ask(snapshot, &query, &result);
    printf("%s_once %.3f ms -\n", name, (double)(processor_ns() - start_ns) / 1e6);
    double first_ns = median_ns(snapshot, &query, times);
    go_to_end(snapshot, &query);
    double last_ns = median_ns(snapshot, &query, times);
    printf("%s_first %.3f ms -\n%s_last %.3f ms %.2f\n", name, first_ns / 1e6, name, last_ns / 1e6,
           first_ns / last_ns);
    fflush(stdout);
    jalon_view_unpin(view, snapshot);
    jalon_context_reset(ctx);
}

int main(int argc, char **argv)
{
    contributions = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
    size_t times = argc > 2 ? strtoul(argv[2], NULL, 10) : 20;
    ctx = jalon_context_create();
    if (ctx == NULL || contributions < 2 * PAGE || times == 0) {
        fprintf(stderr, "bench_paging [CONTRIBUTIONS [TIMES]]\n");
        return EXIT_FAILURE;
    }
    need(jalon_view_create(ctx, &map, &view));
    load();
    measure("paging_number", NULL, 0, -1, times);
    measure("paging_number_filtered", NULL, 0, 1, times);
    measure("paging_updated", (const char *const[]){"-updated"}, 1, -1, times);
    measure("paging_width", (const char *const[]){"width"}, 1, -1, times);
    measure("paging_title", (const char *const[]){"title"}, 1, -1, times);
    measure("paging_title_filtered", (const char *const[]){"title"}, 1, 1, times);
    measure("paging_status_street_updated",
            (const char *const[]){"status", "street", "-updated"}, 3, -1, times);
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    return EXIT_SUCCESS;
}
