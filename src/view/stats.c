/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statistics: one pass over the matches, then the tables. Layer 2 (view). */
#include <stdlib.h>

#include "jalon/clock.h"
#include "jalon/names.h"

#include "snapshot.h"
#include "stats_parts.h"

static const char *const names[JALON_STATS_DIMENSION_COUNT] = {
    "category", "status", "territory", "month", "author_class", "collection", "freshness"};

JALON_DEFINE_NAMES(stats_dimension, names)

/* --- Tables --- */

/* A table that is being made; `capacity` rows have room. */
struct rows {
    struct jalon_stats_row *items;
    size_t count;
};

static enum jalon_status make_rows(struct jalon_stats_counting *counting, size_t capacity,
                                   struct rows *out)
{
    out->count = 0;
    out->items = jalon_arena_allocate_zeroed(counting->ctx->arena, capacity, sizeof *out->items);
    return out->items != NULL ? JALON_OK : jalon_no_memory(counting->ctx);
}

static struct jalon_stats_row *add_row(struct rows *rows, struct jalon_text key,
                                       struct jalon_label label, int64_t count)
{
    struct jalon_stats_row *row = &rows->items[rows->count++];
    *row = jalon_stats_row_make(key, label, count);
    return row;
}

/* The row for what is in no other. */
static void add_rest(struct rows *rows, int64_t count)
{
    add_row(rows, JALON_TEXT_EMPTY, JALON_STATS_NO_LABEL, count);
}

static struct jalon_stats_table make_table(const struct jalon_stats_counting *counting,
                                           enum jalon_stats_dimension dimension,
                                           const struct rows *rows)
{
    int64_t sum = 0;
    for (size_t i = 0; i < rows->count; i++) {
        sum += rows->items[i].parent < 0 ? rows->items[i].count : 0;
    }
    return (struct jalon_stats_table){
        .dimension = dimension,
        .kind = JALON_TEXT_EMPTY,
        .rows = rows->items,
        .row_count = rows->count,
        .repeated = sum - counting->matched,
    };
}

/* Is the category one that a counted collection offers, or that a contribution has all the same? */
static bool has_row(const struct jalon_stats_counting *counting, int32_t category)
{
    for (size_t i = 0; i < counting->request->query_count; i++) {
        if (jalon_collection_uses_category(counting->map, jalon_stats_collection(counting, i),
                                           category)) {
            return true;
        }
    }
    return counting->categories[category] > 0;
}

static enum jalon_status tabulate_categories(struct jalon_stats_counting *counting,
                                             struct jalon_stats_table *out)
{
    const struct jalon_map *map = counting->map;
    struct rows rows;
    int32_t *row_of =
        jalon_arena_allocate(counting->ctx->arena, map->category_count * sizeof *row_of);
    enum jalon_status status = make_rows(counting, map->category_count + 1, &rows);
    if (status != JALON_OK || row_of == NULL) {
        return jalon_no_memory(counting->ctx);
    }
    for (int32_t i = 0; (size_t)i < map->category_count; i++) {
        const struct jalon_category *category = &map->categories[i];
        if (!has_row(counting, i)) {
            continue;
        }
        row_of[i] = (int32_t)rows.count;
        struct jalon_stats_row *row =
            add_row(&rows, category->key, category->label, counting->categories[i]);
        row->color = category->color;
        row->parent = category->parent >= 0 ? row_of[category->parent] : -1;
    }
    add_rest(&rows, counting->without_category);
    *out = make_table(counting, JALON_STATS_CATEGORY, &rows);
    return JALON_OK;
}

static struct jalon_stats_row *find_row(struct rows *rows, struct jalon_text key)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (jalon_text_equal(rows->items[i].key, key)) {
            return &rows->items[i];
        }
    }
    return NULL;
}

static enum jalon_status tabulate_statuses(struct jalon_stats_counting *counting,
                                           struct jalon_stats_table *out)
{
    struct rows rows;
    size_t capacity = 1;
    int64_t without = 0;
    for (size_t i = 0; i < counting->request->query_count; i++) {
        capacity += jalon_stats_collection(counting, i)->status_count;
    }
    enum jalon_status status = make_rows(counting, capacity, &rows);
    for (size_t i = 0; status == JALON_OK && i < counting->request->query_count; i++) {
        const struct jalon_collection *collection = jalon_stats_collection(counting, i);
        for (size_t j = 0; j < collection->status_count; j++) {
            const struct jalon_workflow_status *one = &collection->statuses[j];
            struct jalon_stats_row *row = find_row(&rows, one->key);
            row = row != NULL ? row : add_row(&rows, one->key, one->label, 0);
            row->count += counting->statuses[i][j];
        }
        without += counting->statuses[i][collection->status_count];
    }
    if (status == JALON_OK) {
        add_rest(&rows, without);
        *out = make_table(counting, JALON_STATS_STATUS, &rows);
    }
    return status;
}

static enum jalon_status tabulate_collections(struct jalon_stats_counting *counting,
                                              struct jalon_stats_table *out)
{
    struct rows rows;
    enum jalon_status status = make_rows(counting, counting->request->query_count, &rows);
    for (size_t i = 0; status == JALON_OK && i < counting->request->query_count; i++) {
        const struct jalon_collection *collection = jalon_stats_collection(counting, i);
        add_row(&rows, collection->key, collection->title, counting->query_matched[i])->color =
            collection->color;
    }
    if (status == JALON_OK) {
        *out = make_table(counting, JALON_STATS_COLLECTION, &rows);
    }
    return status;
}

static int compare_keys(const void *a, const void *b)
{
    const struct jalon_stats_row *x = a, *y = b;
    return jalon_text_compare(x->key, y->key);
}

/* The territories of the kind that the one at `first` is the first of; by key. */
static enum jalon_status tabulate_kind(struct jalon_stats_counting *counting, size_t first,
                                       struct jalon_stats_table *out)
{
    const struct jalon_view_territories *all = counting->snapshot->territories;
    struct rows rows;
    enum jalon_status status = make_rows(counting, all->count + 1, &rows);
    if (status != JALON_OK) {
        return status;
    }
    for (size_t i = first; i < all->count; i++) {
        if (counting->kinds[i] == first) {
            struct jalon_label name = {all->items[i].name, all->items[i].name};
            add_row(&rows, all->items[i].key, name, counting->territories[i]);
        }
    }
    qsort(rows.items, rows.count, sizeof *rows.items, compare_keys);
    add_rest(&rows, counting->matched - counting->kind_inside[first]);
    *out = make_table(counting, JALON_STATS_TERRITORY, &rows);
    out->kind = all->items[first].kind;
    return JALON_OK;
}

static enum jalon_status tabulate_territories(struct jalon_stats_counting *counting,
                                              struct jalon_stats *stats)
{
    enum jalon_status status = JALON_OK;
    size_t count = counting->snapshot->territories->count;
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        if (counting->kinds[i] == i) {
            status = tabulate_kind(counting, i, &stats->tables[stats->table_count]);
            stats->table_count += status == JALON_OK;
        }
    }
    return status;
}

static enum jalon_status tabulate(struct jalon_stats_counting *counting,
                                  enum jalon_stats_dimension dimension, struct jalon_stats *stats)
{
    struct jalon_stats_table *table = &stats->tables[stats->table_count];
    enum jalon_status status = JALON_OK;
    switch (dimension) {
    case JALON_STATS_CATEGORY: status = tabulate_categories(counting, table); break;
    case JALON_STATS_STATUS: status = tabulate_statuses(counting, table); break;
    case JALON_STATS_TERRITORY: return tabulate_territories(counting, stats);
    case JALON_STATS_MONTH:
        status = jalon_stats_months_table(counting->ctx, &counting->months, table);
        break;
    case JALON_STATS_AUTHOR_CLASS:
        status = jalon_stats_authors_classes(&counting->authors, table);
        break;
    case JALON_STATS_COLLECTION: status = tabulate_collections(counting, table); break;
    case JALON_STATS_FRESHNESS:
        status = jalon_stats_ages_table(counting->ctx, counting->ages, table);
        break;
    case JALON_STATS_DIMENSION_COUNT: return JALON_OK;
    }
    stats->table_count += status == JALON_OK;
    return status;
}

static enum jalon_status tabulate_all(struct jalon_stats_counting *counting,
                                      struct jalon_stats *out)
{
    struct jalon_stats stats = {.matched = counting->matched};
    size_t most = JALON_STATS_DIMENSION_COUNT + counting->snapshot->territories->count;
    stats.tables = jalon_arena_allocate_zeroed(counting->ctx->arena, most, sizeof *stats.tables);
    enum jalon_status status = stats.tables != NULL
                                   ? jalon_stats_authors_people(&counting->authors, &stats.people)
                                   : jalon_no_memory(counting->ctx);
    for (int i = 0; status == JALON_OK && i < JALON_STATS_DIMENSION_COUNT; i++) {
        if (jalon_stats_is_wanted(counting, (enum jalon_stats_dimension)i)) {
            status = tabulate(counting, (enum jalon_stats_dimension)i, &stats);
        }
    }
    if (status == JALON_OK) {
        *out = stats;
    }
    return status;
}

enum jalon_status jalon_snapshot_stats(struct jalon_context *ctx,
                                       const struct jalon_snapshot *snapshot,
                                       const struct jalon_stats_request *request,
                                       struct jalon_stats *out)
{
    struct jalon_stats_counting counting = {
        .ctx = ctx,
        .snapshot = snapshot,
        .map = snapshot->map,
        .request = request,
        .today = jalon_clock_day(request->now_us),
    };
    enum jalon_status status = jalon_stats_counting_init(&counting);
    for (size_t i = 0; status == JALON_OK && i < request->query_count; i++) {
        counting.query = i;
        status = jalon_stats_count_query(&counting);
    }
    return status == JALON_OK ? tabulate_all(&counting, out) : status;
}
