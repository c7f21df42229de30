/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Everything a state of the fixture's view would say, hashed: two states with one digest give the
 * same answers, byte for byte. For the tests of view.
 */
#ifndef JALON_TESTS_VIEW_DIGEST_H
#define JALON_TESTS_VIEW_DIGEST_H

#include "jalon/cluster.h"
#include "jalon/stats.h"

#include "view_fixture.h"

/* FNV-1a (Fowler, Noll, Vo). */
static inline uint64_t digest_bytes(uint64_t digest, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ bytes[i]) * UINT64_C(1099511628211);
    }
    return digest;
}

static inline uint64_t digest_text(uint64_t digest, struct jalon_text text)
{
    return digest_bytes(digest_bytes(digest, &text.length, sizeof text.length), text.data,
                        text.length);
}

static inline uint64_t digest_result(uint64_t digest, const struct jalon_view_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        digest = digest_bytes(digest, &result->items[i].number, sizeof result->items[i].number);
        digest = digest_text(digest, result->items[i].json);
    }
    digest = digest_bytes(digest, &result->last_m, sizeof result->last_m);
    digest = digest_bytes(digest, &result->more, sizeof result->more);
    return digest_bytes(digest, &result->matched, sizeof result->matched);
}

static inline uint64_t digest_query(uint64_t digest, const struct jalon_snapshot *snapshot,
                                    const struct jalon_view_query *query)
{
    struct jalon_context *own = jalon_context_create();
    struct jalon_view_result result = {.last_m = 0};
    assert_int_equal(jalon_snapshot_query(own, snapshot, query, &result), JALON_OK);
    digest = digest_result(digest, &result);
    jalon_context_destroy(own);
    return digest;
}

/* All pages of a collection. */
static inline uint64_t digest_pages(uint64_t digest, const struct jalon_snapshot *snapshot,
                                    int32_t collection)
{
    struct jalon_view_query query = fixture_query(collection, 500);
    struct jalon_context *own = jalon_context_create();
    struct jalon_view_result result;
    do {
        result = (struct jalon_view_result){.last_m = 0};
        assert_int_equal(jalon_snapshot_query(own, snapshot, &query, &result), JALON_OK);
        digest = digest_result(digest, &result);
        query.after = result.count > 0 ? result.items[result.count - 1].number : 0;
        jalon_context_reset(own);
    } while (result.more);
    jalon_context_destroy(own);
    return digest;
}

/* One query of each kind of condition. */
static inline uint64_t digest_queries(uint64_t digest, const struct jalon_snapshot *snapshot,
                                      int32_t collection)
{
    static const struct jalon_box boxes[] = {
        {3.8, 43.5, 3.9, 43.7}, {3.86, 43.59, 3.88, 43.61}, {179, -18, -179, -16}, {-180, -90, 180, 90}};
    static const struct jalon_text word = {"title", 5};
    static const struct jalon_query_term term = {.words = &word, .count = 1};
    static const struct jalon_query_search search = {.terms = &term, .count = 1};
    struct jalon_view_query query = fixture_query(collection, 20);
    size_t territories;
    (void)jalon_snapshot_territories(snapshot, &territories);
    query.has_box = true;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        query.box = boxes[i];
        digest = digest_query(digest, snapshot, &query);
    }
    query.has_box = false;
    for (query.category = 0; query.category < CATEGORIES; query.category++) {
        digest = digest_query(digest, snapshot, &query);
    }
    query.category = -1;
    for (query.status = 0; query.status < STATUSES; query.status++) {
        digest = digest_query(digest, snapshot, &query);
    }
    query.status = -1;
    query.has_territory = true;
    for (query.territory = 0; (size_t)query.territory < territories; query.territory++) {
        digest = digest_query(digest, snapshot, &query);
    }
    query.has_territory = false;
    query.has_author = true;
    query.author = JALON_TEXT("ana");
    digest = digest_query(digest, snapshot, &query);
    query.search = &search;
    digest = digest_query(digest, snapshot, &query);
    query.has_author = false;
    query.has_near = query.by_distance = true;
    query.near = jalon_geo_circle_make((struct jalon_position){3.87, 43.6}, 5000);
    return digest_query(digest, snapshot, &query);
}

static inline uint64_t digest_leaves(uint64_t digest, const struct jalon_snapshot *snapshot,
                                     const struct jalon_cluster *cluster, int32_t collection)
{
    struct jalon_context *own = jalon_context_create();
    struct jalon_view_query query = fixture_query(collection, 50);
    struct jalon_view_result leaves = {.last_m = 0};
    struct jalon_cluster_list children = {.count = 0};
    assert_int_equal(jalon_snapshot_cluster_leaves(own, snapshot, &query, cluster->place, &leaves),
                     JALON_OK);
    digest = digest_result(digest, &leaves);
    assert_int_equal(
        jalon_snapshot_cluster_children(own, snapshot, &query, cluster->place, &children),
        JALON_OK);
    digest = digest_bytes(digest, &children.count, sizeof children.count);
    jalon_context_destroy(own);
    return digest;
}

static inline uint64_t digest_cluster(uint64_t digest, const struct jalon_cluster *one)
{
    digest = digest_bytes(digest, &one->count, sizeof one->count);
    digest = digest_bytes(digest, &one->position, sizeof one->position);
    digest = digest_bytes(digest, &one->key, sizeof one->key);
    if (one->count == 1) {
        return digest_text(digest, one->item.json);
    }
    digest = digest_bytes(digest, &one->box, sizeof one->box);
    digest = digest_bytes(digest, &one->expansion_zoom, sizeof one->expansion_zoom);
    return digest_bytes(digest, one->statuses, STATUSES * sizeof *one->statuses);
}

static inline uint64_t digest_clusters(uint64_t digest, const struct jalon_snapshot *snapshot,
                                       int32_t collection)
{
    struct jalon_view_query query = fixture_query(collection, 0);
    for (int zoom = 0; zoom <= JALON_CLUSTER_MAX_ZOOM_DEFAULT + 1; zoom++) {
        struct jalon_context *own = jalon_context_create();
        struct jalon_cluster_list list;
        assert_int_equal(jalon_snapshot_cluster(own, snapshot, &query, zoom, &list), JALON_OK);
        digest = digest_bytes(digest, &list.matched, sizeof list.matched);
        bool has_leaves = false;
        for (size_t i = 0; i < list.count; i++) {
            digest = digest_cluster(digest, &list.clusters[i]);
            if (list.clusters[i].count > 1 && !has_leaves) {
                digest = digest_leaves(digest, snapshot, &list.clusters[i], collection);
                has_leaves = true;
            }
        }
        jalon_context_destroy(own);
    }
    return digest;
}

static inline uint64_t digest_stats(uint64_t digest, const struct jalon_snapshot *snapshot)
{
    const struct jalon_view_query queries[] = {fixture_query(PLACES, 0), fixture_query(PATHS, 0)};
    struct jalon_stats_request request = {.queries = queries,
                                          .query_count = 2,
                                          .dimensions =
                                              JALON_STATS_BIT(JALON_STATS_DIMENSION_COUNT) - 1,
                                          .now_us = INT64_C(2000000000000)};
    struct jalon_context *own = jalon_context_create();
    struct jalon_stats stats;
    assert_int_equal(jalon_snapshot_stats(own, snapshot, &request, &stats), JALON_OK);
    for (size_t i = 0; i < stats.table_count; i++) {
        for (size_t j = 0; j < stats.tables[i].row_count; j++) {
            const struct jalon_stats_row *row = &stats.tables[i].rows[j];
            digest = digest_text(digest, row->key);
            digest = digest_bytes(digest, &row->count, sizeof row->count);
            digest = digest_bytes(digest, &row->authors, sizeof row->authors);
        }
        digest = digest_bytes(digest, &stats.tables[i].repeated, sizeof stats.tables[i].repeated);
    }
    digest = digest_bytes(digest, &stats.people, sizeof stats.people);
    digest = digest_bytes(digest, &stats.matched, sizeof stats.matched);
    jalon_context_destroy(own);
    return digest;
}

static inline uint64_t digest_summary(uint64_t digest, const struct jalon_snapshot *snapshot,
                                      int32_t collection)
{
    struct jalon_box box = {0, 0, 0, 0};
    int64_t numbers[5 + CATEGORIES] = {jalon_snapshot_count(snapshot, collection)};
    (void)jalon_snapshot_interval(snapshot, collection, &numbers[1], &numbers[2]);
    (void)jalon_snapshot_observed(snapshot, collection, &numbers[3], &numbers[4]);
    (void)jalon_snapshot_extent(snapshot, collection, &box);
    for (int32_t i = 0; i < CATEGORIES; i++) {
        numbers[5 + i] = jalon_snapshot_category_count(snapshot, collection, i);
    }
    digest = digest_bytes(digest, numbers, sizeof numbers);
    return digest_bytes(digest, &box, sizeof box);
}

/* Of a state that is held. */
static inline uint64_t digest_snapshot(const struct jalon_snapshot *snapshot)
{
    uint64_t digest = UINT64_C(14695981039346656037);
    int64_t event[] = {jalon_snapshot_seq(snapshot), jalon_snapshot_time_us(snapshot)};
    digest = digest_bytes(digest, event, sizeof event);
    for (int32_t i = 0; i < COLLECTIONS; i++) {
        digest = digest_summary(digest, snapshot, i);
        digest = digest_pages(digest, snapshot, i);
        digest = digest_queries(digest, snapshot, i);
        digest = digest_clusters(digest, snapshot, i);
    }
    return digest_stats(digest, snapshot);
}

static inline uint64_t digest_of(struct jalon_view *view)
{
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    uint64_t digest = digest_snapshot(snapshot);
    jalon_view_unpin(view, snapshot);
    return digest;
}

#endif
