/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Counting what contributions are and where they lie. Layer 2 (view).
 *
 * What a contribution lies in was found when it entered the view; here it is only counted.
 */
#include "snapshot.h"
#include "stats_parts.h"

/* --- Counting --- */

void jalon_stats_count_categories(struct jalon_stats_counting *counting, const int32_t *categories,
                                  size_t count, int64_t by)
{
    counting->mark++; /* from 1: zeroed marks have seen nothing */
    counting->without_category += count == 0 ? by : 0;
    for (size_t i = 0; i < count; i++) {
        for (int32_t at = categories[i]; at >= 0 && counting->category_seen[at] != counting->mark;
             at = counting->map->categories[at].parent) {
            counting->category_seen[at] = counting->mark;
            counting->categories[at] += by;
        }
    }
}

void jalon_stats_count_territories(struct jalon_stats_counting *counting,
                                   const int32_t *territories, size_t count, int64_t by)
{
    counting->mark++;
    for (size_t i = 0; i < count; i++) {
        size_t kind = counting->kinds[territories[i]];
        counting->territories[territories[i]] += by;
        counting->kind_inside[kind] += counting->kind_seen[kind] != counting->mark ? by : 0;
        counting->kind_seen[kind] = counting->mark;
    }
}

void jalon_stats_count_status(struct jalon_stats_counting *counting, int32_t status, int64_t by)
{
    size_t without = jalon_stats_collection(counting, counting->query)->status_count;
    counting->statuses[counting->query][status >= 0 ? (size_t)status : without] += by;
}

void jalon_stats_count_entry(struct jalon_stats_counting *counting,
                             const struct jalon_view_entry *entry)
{
    const struct jalon_contribution *one = &entry->contribution;
    counting->matched++;
    counting->query_matched[counting->query]++;
    jalon_stats_count_status(counting, one->status, 1);
    jalon_stats_count_categories(counting, one->categories, one->category_count, 1);
    jalon_stats_count_territories(counting, entry->territories, entry->territory_count, 1);
    if (jalon_stats_is_wanted(counting, JALON_STATS_MONTH)) {
        jalon_stats_months_count(&counting->months, one->created_us);
    }
    if (jalon_stats_is_wanted(counting, JALON_STATS_FRESHNESS)) {
        int64_t begin_us = jalon_stats_age_begin(one->observed, one->confirmed, one->updated_us);
        counting->ages[jalon_stats_age(begin_us, counting->today)]++;
    }
    if (one->source.length > 0) {
        counting->authors.imported++;
    } else {
        jalon_stats_authors_count(&counting->authors, one->author, 1);
    }
}

/* --- Before --- */

static int64_t *make_counts(struct jalon_stats_counting *counting, size_t count)
{
    return jalon_arena_allocate_zeroed(counting->ctx->arena, count, sizeof(int64_t));
}

static enum jalon_status make_statuses(struct jalon_stats_counting *counting)
{
    size_t count = counting->request->query_count;
    counting->statuses =
        jalon_arena_allocate_zeroed(counting->ctx->arena, count, sizeof *counting->statuses);
    bool good = counting->statuses != NULL;
    for (size_t i = 0; good && i < count; i++) {
        counting->statuses[i] =
            make_counts(counting, jalon_stats_collection(counting, i)->status_count + 1);
        good = counting->statuses[i] != NULL;
    }
    return good ? JALON_OK : jalon_no_memory(counting->ctx);
}

static enum jalon_status make_territories(struct jalon_stats_counting *counting)
{
    const struct jalon_view_territories *all = counting->snapshot->territories;
    counting->territories = make_counts(counting, all->count);
    counting->kind_inside = make_counts(counting, all->count);
    counting->kind_seen = make_counts(counting, all->count);
    counting->kinds =
        jalon_arena_allocate_zeroed(counting->ctx->arena, all->count, sizeof *counting->kinds);
    if (counting->territories == NULL || counting->kind_inside == NULL ||
        counting->kind_seen == NULL || counting->kinds == NULL) {
        return jalon_no_memory(counting->ctx);
    }
    for (size_t i = 0; i < all->count; i++) {
        size_t first = 0;
        while (!jalon_text_equal(all->items[first].kind, all->items[i].kind)) {
            first++;
        }
        counting->kinds[i] = first;
    }
    return JALON_OK;
}

enum jalon_status jalon_stats_counting_init(struct jalon_stats_counting *counting)
{
    counting->categories = make_counts(counting, counting->map->category_count);
    counting->category_seen = make_counts(counting, counting->map->category_count);
    counting->query_matched = make_counts(counting, counting->request->query_count);
    if (counting->categories == NULL || counting->category_seen == NULL ||
        counting->query_matched == NULL) {
        return jalon_no_memory(counting->ctx);
    }
    enum jalon_status status = make_statuses(counting);
    if (status == JALON_OK) {
        status = make_territories(counting);
    }
    if (status == JALON_OK) {
        status = jalon_stats_months_init(counting->ctx, counting->snapshot, counting->request,
                                         &counting->months);
    }
    return status == JALON_OK ? jalon_stats_authors_init(counting->ctx, &counting->authors)
                              : status;
}
