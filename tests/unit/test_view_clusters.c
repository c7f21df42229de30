/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Clusters hold what jalon/cluster.h says, at every zoom: over random places, over places set up so
 * that many merges could follow each other, under filters and in boxes, with any settings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "jalon/cluster.h"

#include "view_fixture.h"

enum { PLACES_MAX = 10000 };

static struct jalon_context *lasting, *ctx;
static struct chance chance;
static struct jalon_contribution all[PLACES_MAX + 1];

/* The fixture's map, whose categories are those of the places. */
static const int32_t roots[] = {0, 4};
static struct jalon_collection collections[COLLECTIONS];
static struct jalon_map map;

static struct jalon_collection *const settings = &collections[PLACES];

static int setup(void **state)
{
    (void)state;
    memcpy(collections, fixture_collections, sizeof collections);
    collections[PLACES].category_roots = roots;
    collections[PLACES].category_root_count = 2;
    map = fixture_map;
    map.collections = collections;
    lasting = jalon_context_create();
    ctx = jalon_context_create();
    return lasting == NULL || ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    jalon_context_destroy(ctx);
    jalon_context_destroy(lasting);
    return 0;
}

/* --- Settings --- */

static int use_defaults(void **state)
{
    (void)state;
    settings->cluster_radius = JALON_CLUSTER_RADIUS_DEFAULT;
    settings->cluster_min_points = 2;
    settings->cluster_max_zoom = JALON_CLUSTER_MAX_ZOOM_DEFAULT;
    return 0;
}

/* Any that a template may ask for, those at the bounds among them. */
static void draw_settings(int round)
{
    static const int32_t radiuses[] = {JALON_CLUSTER_RADIUS_MIN, JALON_CLUSTER_RADIUS_MAX, 31};
    settings->cluster_radius =
        round < 3 ? radiuses[round] : JALON_CLUSTER_RADIUS_MIN + (int32_t)chance_below(&chance, 76);
    settings->cluster_min_points = 2 + (int32_t)chance_below(&chance, round % 2 == 0 ? 2 : 12);
    settings->cluster_max_zoom =
        round < 4 ? JALON_CLUSTER_MAX_ZOOM_MAX
                  : (int32_t)chance_below(&chance, JALON_CLUSTER_MAX_ZOOM_MAX + 1);
}

/* One zoom more than those that merge. */
static int zooms(void)
{
    return settings->cluster_max_zoom + 2;
}

/* Pixels that a cell is wide: 1.5 radiuses or a little more, so that the world is whole cells. */
static double cell_px(void)
{
    return 512.0 / (1024 / (3 * settings->cluster_radius));
}

/* Two of the whole numbers that the view counts in, which are at least 2^31 around the world. */
static double rounding(int zoom)
{
    return 2 * pow(2, zoom - 22);
}

/* --- The plane, once more and by another formula --- */

static double east_px(double lon, int zoom)
{
    return (lon + 180) / 360 * 512 * pow(2, zoom);
}

static double south_px(double lat, int zoom)
{
    double angle = fmax(-85.0511287798066, fmin(85.0511287798066, lat)) * M_PI / 180;
    return (1 - asinh(tan(angle)) / M_PI) / 2 * 512 * pow(2, zoom);
}

static double lat_at(double px, int zoom)
{
    return atan(sinh(M_PI * (1 - 2 * px / (512 * pow(2, zoom))))) * 180 / M_PI;
}

static double lon_at(double px, int zoom)
{
    return px / (512 * pow(2, zoom)) * 360 - 180;
}

/* --- Making places --- */

static struct jalon_contribution make_place(int64_t number, double lon, double lat)
{
    struct jalon_contribution one = {
        .number = number,
        .collection = PLACES,
        .version = 1,
        .geometry = fixture_point(lasting->arena, lon, lat),
        .moderation = JALON_MODERATION_PUBLISHED,
    };
    for (size_t i = 0; i < sizeof one.id.bytes; i++) {
        one.id.bytes[i] = (uint8_t)chance_next(&chance);
    }
    chance_edit(&chance, lasting->arena, &one);
    return one;
}

/* Towns of many sizes, with lines and areas; one in twelve has no shape at all. */
static size_t make_random(size_t count)
{
    for (size_t i = 1; i <= count; i++) {
        all[i] = chance_contribution(&chance, lasting->arena, (int64_t)i);
        all[i].collection = PLACES;
        for (size_t j = 0; j < all[i].geometry.position_count;
             j++) { /* as nothing else is stored */
            struct jalon_position *p = &all[i].geometry.positions[j];
            p->lon = fmax(-180, fmin(180, p->lon));
            p->lat = fmax(-90, fmin(90, p->lat));
        }
    }
    return count;
}

/*
 * Around the corners of the grid of one zoom, with weights that differ by powers of two: where
 * merges pull the means towards each other, and over the lines between blocks.
 */
static size_t make_corners(int zoom)
{
    size_t count = 0;
    while (count < PLACES_MAX - 300) {
        double x = cell_px() * (double)(20 + chance_below(&chance, 12));
        double y = cell_px() * (double)(20 + chance_below(&chance, 12));
        double spread = cell_px() * (chance_below(&chance, 3) == 0 ? 0.94 : 0.34);
        x += chance_real(&chance, 2 * spread) - spread;
        y += chance_real(&chance, 2 * spread) - spread;
        size_t weight = (size_t)1 << chance_below(&chance, chance_below(&chance, 3) == 0 ? 9 : 3);
        for (size_t i = 0; i < weight; i++) {
            count++;
            all[count] = make_place((int64_t)count, lon_at(x, zoom), lat_at(y, zoom));
        }
        if (chance_below(&chance, 600) == 0 && count > 200) {
            break;
        }
    }
    return count;
}

static struct jalon_view *make_view(size_t count)
{
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(ctx, &map, &view), JALON_OK);
    assert_int_equal(jalon_view_load(ctx, view, all + 1, count), JALON_OK);
    assert_int_equal(jalon_view_set_seq(ctx, view, 1, 1), JALON_OK);
    return view;
}

/* --- What every answer has to hold --- */

static struct jalon_cluster_list ask(const struct jalon_snapshot *snapshot,
                                     const struct jalon_view_query *query, int zoom)
{
    struct jalon_cluster_list list;
    assert_int_equal(jalon_snapshot_cluster(ctx, snapshot, query, zoom, &list), JALON_OK);
    return list;
}

static int by_lon(const void *a, const void *b)
{
    const struct jalon_cluster *left = a, *right = b;
    return (left->position.lon > right->position.lon) - (left->position.lon < right->position.lon);
}

static double written(double degrees)
{
    return round(degrees * 1e7) / 1e7;
}

/* The least distance of two, in pixels; positions as they are, or as they are written. */
static double least_distance(struct jalon_cluster_list list, int zoom, bool as_written)
{
    struct jalon_cluster *sorted = jalon_arena_allocate(ctx->arena, list.count * sizeof *sorted);
    double least = 1e9;
    if (list.count == 0) {
        return least;
    }
    memcpy(sorted, list.clusters, list.count * sizeof *sorted);
    for (size_t i = 0; as_written && i < list.count; i++) {
        struct jalon_position *p = &sorted[i].position;
        *p = (struct jalon_position){written(p->lon), written(p->lat)};
    }
    qsort(sorted, list.count, sizeof *sorted, by_lon);
    for (size_t i = 0; i < list.count; i++) {
        double x = east_px(sorted[i].position.lon, zoom);
        double y = south_px(sorted[i].position.lat, zoom);
        for (size_t j = i + 1; j < list.count; j++) {
            double dx = east_px(sorted[j].position.lon, zoom) - x;
            if (dx > least) {
                break;
            }
            double dy = south_px(sorted[j].position.lat, zoom) - y;
            least = fmin(least, hypot(dx, dy));
        }
    }
    return least;
}

static bool has_root(const struct jalon_contribution *one, int32_t root)
{
    for (size_t i = 0; i < one->category_count; i++) {
        if (jalon_category_is_within(&fixture_map, one->categories[i], root)) {
            return true;
        }
    }
    return false;
}

/* Where the contribution counts, asked from the view at a zoom that merges nothing. */
static struct jalon_position *label_of; /* by number */

static void find_labels(const struct jalon_snapshot *snapshot, size_t count)
{
    struct jalon_view_query query = fixture_query(PLACES, 0);
    label_of = jalon_arena_allocate_zeroed(lasting->arena, count + 1, sizeof *label_of);
    struct jalon_cluster_list list = ask(snapshot, &query, settings->cluster_max_zoom + 1);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(list.clusters[i].count, 1);
        label_of[list.clusters[i].item.number] = list.clusters[i].position;
    }
    jalon_context_reset(ctx);
}

/* Count, mean, box, extent and tallies are those of the leaves, each of which is in it alone. */
static void check_leaves(const struct jalon_snapshot *snapshot,
                         const struct jalon_view_query *query, const struct jalon_cluster *cluster,
                         bool *seen)
{
    struct jalon_view_query leaves_query = *query;
    struct jalon_view_result leaves;
    leaves_query.limit = PLACES_MAX;
    leaves_query.after = 0;
    assert_int_equal(
        jalon_snapshot_cluster_leaves(ctx, snapshot, &leaves_query, cluster->place, &leaves),
        JALON_OK);
    assert_int_equal(leaves.count, cluster->count);
    assert_int_equal(leaves.matched, cluster->count);
    int zoom = cluster->place.zoom;
    double x = 0, y = 0, west = 1e12, east = -1e12, north = 1e12, south = -1e12;
    uint32_t tallies[2 + STATUSES] = {0};
    for (size_t i = 0; i < leaves.count; i++) {
        const struct jalon_contribution *one = fixture_read(ctx, snapshot, &leaves.items[i]);
        assert_false(seen[one->number]);
        seen[one->number] = true;
        struct jalon_position p = label_of[one->number];
        double px = east_px(p.lon, zoom), py = south_px(p.lat, zoom);
        x += px;
        y += py;
        west = fmin(west, px);
        east = fmax(east, px);
        north = fmin(north, py);
        south = fmax(south, py);
        tallies[0] += has_root(one, 0);
        tallies[1] += has_root(one, 4);
        if (one->status >= 0) {
            tallies[2 + one->status]++;
        }
    }
    double n = (double)leaves.count, off = 0.02 + rounding(zoom);
    assert_true(fabs(east_px(cluster->position.lon, zoom) - x / n) < off);
    assert_true(fabs(south_px(cluster->position.lat, zoom) - y / n) < off);
    assert_true(fabs(east_px(cluster->box.west, zoom) - west) < off);
    assert_true(fabs(east_px(cluster->box.east, zoom) - east) < off);
    assert_true(fabs(south_px(cluster->box.north, zoom) - north) < off);
    assert_true(fabs(south_px(cluster->box.south, zoom) - south) < off);
    assert_true(east - west < 2 * cell_px() + off && south - north < 2 * cell_px() + off);
    assert_memory_equal(cluster->categories, tallies, 2 * sizeof *tallies);
    assert_memory_equal(cluster->statuses, tallies + 2, STATUSES * sizeof *tallies);
}

/* They are at least two, of the same points, and at no lower zoom. */
static void check_children(const struct jalon_snapshot *snapshot,
                           const struct jalon_view_query *query,
                           const struct jalon_cluster *cluster)
{
    struct jalon_cluster_list children;
    assert_int_equal(
        jalon_snapshot_cluster_children(ctx, snapshot, query, cluster->place, &children), JALON_OK);
    assert_true(children.count >= 2);
    assert_int_equal(children.matched, cluster->count);
    assert_true(cluster->expansion_zoom > cluster->place.zoom);
    assert_true(cluster->expansion_zoom <= settings->cluster_max_zoom + 1);
    int64_t sum = 0;
    for (size_t i = 0; i < children.count; i++) {
        sum += children.clusters[i].count;
        assert_true(i == 0 || children.clusters[i].key > children.clusters[i - 1].key);
        if (children.clusters[i].count > 1) {
            assert_true(children.clusters[i].count >= settings->cluster_min_points);
            assert_int_equal(children.clusters[i].place.zoom, cluster->expansion_zoom);
        }
    }
    assert_int_equal(sum, cluster->count);
}

static int64_t located(const struct jalon_snapshot *snapshot, const struct jalon_view_query *query)
{
    struct jalon_view_query whole = *query;
    struct jalon_view_result result;
    whole.has_box = true;
    whole.box = (struct jalon_box){-180, -90, 180, 90};
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &whole, &result), JALON_OK);
    return result.matched;
}

/* Those of several points. */
static struct jalon_cluster_list only_clusters(struct jalon_cluster_list list)
{
    struct jalon_cluster_list out = {
        .clusters = jalon_arena_allocate(ctx->arena, (list.count + 1) * sizeof *out.clusters)};
    for (size_t i = 0; i < list.count; i++) {
        if (list.clusters[i].count > 1) {
            out.clusters[out.count++] = list.clusters[i];
        }
    }
    return out;
}

static void check_distance(struct jalon_cluster_list list, int zoom)
{
    double radius = settings->cluster_radius;
    /* With the usual settings there is room for what is rounded. */
    bool has_room = radius == JALON_CLUSTER_RADIUS_DEFAULT && zoom <= 16;
    double least = radius / 2 - (has_room ? 0 : rounding(zoom));
    assert_true(least_distance(only_clusters(list), zoom, has_room) >= least);
    if (settings->cluster_min_points == 2) {
        assert_true(least_distance(list, zoom, has_room) >= least);
    }
}

static void check_zoom(const struct jalon_snapshot *snapshot, const struct jalon_view_query *query,
                       int zoom, size_t places)
{
    bool *seen = jalon_arena_allocate_zeroed(ctx->arena, places + 1, sizeof *seen);
    struct jalon_cluster_list list = ask(snapshot, query, zoom);
    int64_t sum = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct jalon_cluster *cluster = &list.clusters[i];
        sum += cluster->count;
        if (cluster->count == 1) {
            assert_false(seen[cluster->item.number]);
            seen[cluster->item.number] = true;
            continue;
        }
        assert_null(cluster->item.json.data);
        assert_true(cluster->count >= settings->cluster_min_points);
        check_leaves(snapshot, query, cluster, seen);
        if (i % 4 == 0) {
            check_children(snapshot, query, cluster);
        }
    }
    assert_int_equal(sum, list.matched);
    assert_int_equal(sum, located(snapshot, query));
    if (zoom <= settings->cluster_max_zoom) {
        check_distance(list, zoom);
    } else {
        assert_int_equal(list.count, sum);
    }
    jalon_context_reset(ctx);
}

static void clusters_hold_what_they_say(void **state)
{
    (void)state;
    chance.state = 1;
    size_t count = make_random(PLACES_MAX);
    struct jalon_view *view = make_view(count);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 0);
    find_labels(snapshot, count);
    for (int zoom = 0; zoom < zooms(); zoom++) {
        check_zoom(snapshot, &query, zoom, count);
    }
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

static void any_settings_hold_what_they_say(void **state)
{
    (void)state;
    chance.state = 7;
    for (int round = 0; round < 10; round++) {
        draw_settings(round);
        int corners_at = (int)chance_below(&chance, (uint64_t)settings->cluster_max_zoom + 1);
        bool corners = round % 3 == 1 && corners_at >= 6;
        size_t count = corners ? make_corners(corners_at) : make_random(800);
        struct jalon_view *view = make_view(count);
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        struct jalon_view_query query = fixture_query(PLACES, 0);
        find_labels(snapshot, count);
        for (int zoom = corners ? corners_at : 0; zoom < zooms(); zoom++) {
            check_zoom(snapshot, &query, zoom, count);
        }
        jalon_view_unpin(view, snapshot);
        jalon_view_destroy(view);
    }
}

static void merges_that_follow_each_other_end_apart(void **state)
{
    (void)state;
    chance.state = 2;
    for (int round = 0; round < 40; round++) {
        int zoom = 6 + round % 8;
        size_t count = make_corners(zoom);
        struct jalon_view *view = make_view(count);
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        struct jalon_view_query query = fixture_query(PLACES, 0);
        find_labels(snapshot, count);
        check_zoom(snapshot, &query, zoom, count);
        jalon_view_unpin(view, snapshot);
        jalon_view_destroy(view);
    }
}

/* --- Filters: as if the others were not there --- */

static void write_list(struct jalon_buffer *out, struct jalon_cluster_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct jalon_cluster *one = &list.clusters[i];
        jalon_buffer_append(out, &one->position, sizeof one->position);
        jalon_buffer_append_int(out, one->count);
        if (one->count == 1) {
            jalon_buffer_append_text(out, one->item.json);
            continue;
        }
        jalon_buffer_append(out, &one->box, sizeof one->box);
        jalon_buffer_append_format(out, " %d %u %u %d\n", one->place.zoom, one->place.column,
                                   one->place.row, one->expansion_zoom);
        jalon_buffer_append(out, one->categories, 2 * sizeof *one->categories);
        jalon_buffer_append(out, one->statuses, STATUSES * sizeof *one->statuses);
    }
}

static void assert_same_lists(struct jalon_cluster_list a, struct jalon_cluster_list b)
{
    struct jalon_buffer left, right;
    jalon_buffer_init(&left, 64 << 20);
    jalon_buffer_init(&right, 64 << 20);
    write_list(&left, a);
    write_list(&right, b);
    assert_int_equal(a.count, b.count);
    assert_int_equal(left.length, right.length);
    if (left.length > 0) {
        assert_memory_equal(left.data, right.data, left.length);
    }
    jalon_buffer_finish(&left);
    jalon_buffer_finish(&right);
}

/* A view with only what matches, in another order. */
static struct jalon_view *make_matching(const struct jalon_snapshot *snapshot,
                                        const struct jalon_view_query *query)
{
    struct jalon_view_query whole = *query;
    struct jalon_view_result result;
    struct jalon_view *view;
    whole.limit = PLACES_MAX;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &whole, &result), JALON_OK);
    assert_int_equal(jalon_view_create(ctx, &map, &view), JALON_OK);
    for (size_t i = result.count; i > 0; i--) {
        const struct jalon_contribution *one = fixture_read(ctx, snapshot, &result.items[i - 1]);
        assert_int_equal(jalon_view_load(ctx, view, one, 1), JALON_OK);
    }
    assert_int_equal(jalon_view_set_seq(ctx, view, 1, 1), JALON_OK);
    return view;
}

static void check_filters(size_t count)
{
    struct jalon_view *view = make_view(count);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_condition wide = {WIDTH, {.kind = JALON_VALUE_INTEGER, .integer = 1}};
    struct jalon_view_query queries[8];
    for (int i = 0; i < 8; i++) {
        queries[i] = fixture_query(PLACES, 0);
    }
    queries[1].category = 0;
    queries[2].category = 2;
    queries[3].status = 1;
    queries[4].status = 2;
    queries[4].category = 4;
    queries[5].has_author = true;
    queries[5].author = JALON_TEXT("ana");
    queries[6].conditions = &wide;
    queries[6].condition_count = 1;
    queries[7] = queries[6];
    queries[7].status = 0;
    queries[7].category = 4;
    find_labels(snapshot, count);
    for (int i = 0; i < 8; i++) {
        struct jalon_view *other = make_matching(snapshot, &queries[i]);
        const struct jalon_snapshot *matches = jalon_view_pin(other);
        struct jalon_view_query every = fixture_query(PLACES, 0);
        for (int zoom = 0; zoom < zooms(); zoom += 3) {
            assert_true(located(snapshot, &queries[i]) > 1);
            assert_same_lists(ask(snapshot, &queries[i], zoom), ask(matches, &every, zoom));
            check_zoom(snapshot, &queries[i], zoom, count);
        }
        jalon_view_unpin(other, matches);
        jalon_view_destroy(other);
    }
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

static void filters_leave_what_a_map_of_the_matches_has(void **state)
{
    (void)state;
    chance.state = 3;
    check_filters(make_random(2500));
    for (int round = 0; round < 4; round++) {
        draw_settings(round);
        check_filters(make_random(1200));
    }
}

/* --- Boxes: a window on the whole --- */

static bool stands_in(const struct jalon_cluster *cluster, struct jalon_box box)
{
    struct jalon_position p = cluster->position;
    bool lon = box.west <= box.east ? p.lon >= box.west && p.lon <= box.east
                                    : p.lon >= box.west || p.lon <= box.east;
    return lon && p.lat >= box.south && p.lat <= box.north;
}

static uint64_t name_of(const struct jalon_cluster *cluster)
{
    return cluster->count == 1
               ? (uint64_t)cluster->item.number
               : UINT64_C(1) << 62 | (uint64_t)cluster->place.row << 31 | cluster->place.column;
}

static int by_name(const void *a, const void *b)
{
    uint64_t left = name_of(a), right = name_of(b);
    return (left > right) - (left < right);
}

static void sort_by_name(struct jalon_cluster_list list)
{
    if (list.count > 0) {
        qsort(list.clusters, list.count, sizeof *list.clusters, by_name);
    }
}

static struct jalon_cluster_list inside(struct jalon_cluster_list list, struct jalon_box box)
{
    struct jalon_cluster_list out = {
        .clusters = jalon_arena_allocate(ctx->arena, list.count * sizeof *out.clusters)};
    for (size_t i = 0; i < list.count; i++) {
        if (stands_in(&list.clusters[i], box)) {
            out.clusters[out.count++] = list.clusters[i];
            out.matched += list.clusters[i].count;
        }
    }
    return out;
}

static void check_boxes(const struct jalon_snapshot *snapshot, int zoom, struct jalon_box *boxes,
                        size_t count)
{
    struct jalon_view_query query = fixture_query(PLACES, 0);
    struct jalon_cluster_list whole = ask(snapshot, &query, zoom);
    for (size_t i = 0; i < count; i++) {
        query.has_box = true;
        query.box = boxes[i];
        struct jalon_cluster_list in_box = ask(snapshot, &query, zoom);
        struct jalon_cluster_list expected = inside(whole, boxes[i]);
        sort_by_name(in_box);
        sort_by_name(expected);
        assert_int_equal(in_box.matched, expected.matched);
        assert_same_lists(in_box, expected);
    }
    jalon_context_reset(ctx);
}

static void a_box_is_a_window(void **state)
{
    (void)state;
    chance.state = 4;
    struct jalon_box boxes[20];
    size_t count = make_random(3000);
    struct jalon_view *view = make_view(count);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    for (int zoom = 0; zoom < zooms(); zoom++) {
        for (int i = 0; i < 20; i++) {
            boxes[i] = chance_box(&chance);
        }
        check_boxes(snapshot, zoom, boxes, 20);
    }
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
    for (int round = 0; round < 26; round++) {
        int zoom = 6 + round % 8;
        if (round >= 20) {
            draw_settings(round);
            settings->cluster_max_zoom = zoom;
        }
        count = make_corners(zoom);
        view = make_view(count);
        snapshot = jalon_view_pin(view);
        for (int i = 0; i < 20; i++) {
            double x = cell_px() * (20 + chance_real(&chance, 12));
            double y = cell_px() * (20 + chance_real(&chance, 12));
            double side = cell_px() * chance_real(&chance, 5);
            boxes[i] = (struct jalon_box){lon_at(x, zoom), lat_at(y + side, zoom),
                                          lon_at(x + side, zoom), lat_at(y, zoom)};
        }
        check_boxes(snapshot, zoom, boxes, 20);
        jalon_view_unpin(view, snapshot);
        jalon_view_destroy(view);
    }
}

/* --- One more point --- */

static double largest_move; /* radiuses */

/* How far is the nearest cluster now from where this one was? */
static double moved(const struct jalon_cluster *cluster, struct jalon_cluster_list list, int zoom)
{
    double x = east_px(cluster->position.lon, zoom), y = south_px(cluster->position.lat, zoom);
    double least = 1e9;
    for (size_t i = 0; i < list.count; i++) {
        double dx = east_px(list.clusters[i].position.lon, zoom) - x;
        double dy = south_px(list.clusters[i].position.lat, zoom) - y;
        least = fmin(least, hypot(dx, dy));
    }
    return least;
}

/* Does the cluster have its first cell in this one? */
static bool is_of_cell(const struct jalon_cluster *cluster, double column, double row, int zoom)
{
    double dx = east_px(cluster->position.lon, zoom) / cell_px() - column;
    double dy = south_px(cluster->position.lat, zoom) / cell_px() - row;
    return dx >= 0 && dx < 1 && dy >= 0 && dy < 1;
}

/*
 * Those that are not there any more, or new, stand within 6 cells: what they are made of is at most
 * 4 cells away. Where nothing was added, something still stands within the radius: when a pair is a
 * cluster, else a point more can make one of what stood by itself.
 */
static void check_change(struct jalon_cluster_list before, struct jalon_cluster_list after,
                         int zoom, double x, double y)
{
    double column = floor(x / cell_px()), row = floor(y / cell_px());
    for (size_t i = 0; i < before.count; i++) {
        double away = moved(&before.clusters[i], after, zoom);
        if (away > 0) {
            double dx = east_px(before.clusters[i].position.lon, zoom) / cell_px() - column;
            double dy = south_px(before.clusters[i].position.lat, zoom) / cell_px() - row;
            assert_true(fabs(dx) <= 6 && fabs(dy) <= 5);
        }
        if (settings->cluster_min_points == 2 &&
            !is_of_cell(&before.clusters[i], column, row, zoom)) {
            largest_move = fmax(largest_move, away / settings->cluster_radius);
        }
    }
}

static void one_more_point_changes_only_what_is_near(void **state)
{
    (void)state;
    chance.state = 5;
    for (int round = 0; round < 20; round++) {
        int zoom = 6 + round % 8;
        if (round >= 12) {
            draw_settings(round);
            settings->cluster_max_zoom = zoom;
        }
        size_t count = make_corners(zoom);
        struct jalon_view *view = make_view(count);
        struct jalon_view_query query = fixture_query(PLACES, 0);
        for (int i = 0; i < 60; i++) {
            const struct jalon_snapshot *snapshot = jalon_view_pin(view);
            struct jalon_cluster_list before = ask(snapshot, &query, zoom);
            jalon_view_unpin(view, snapshot);
            double x = cell_px() * (20 + chance_real(&chance, 12));
            double y = cell_px() * (20 + chance_real(&chance, 12));
            struct jalon_contribution one =
                make_place((int64_t)count + i + 1, lon_at(x, zoom), lat_at(y, zoom));
            assert_int_equal(jalon_view_apply(ctx, view, &one, 2 + i, 2 + i), JALON_OK);
            snapshot = jalon_view_pin(view);
            check_change(before, ask(snapshot, &query, zoom), zoom, x, y);
            jalon_view_unpin(view, snapshot);
            jalon_context_reset(ctx);
        }
        jalon_view_destroy(view);
    }
    print_message("largest move %.2f radiuses\n", largest_move);
    assert_true(largest_move <= 1);
}

/* --- Parts: what was written last is in the delta, what was before in several segments --- */

/* A view of the same contributions that was loaded at once. */
static struct jalon_view *make_anew(size_t count)
{
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(ctx, &map, &view), JALON_OK);
    for (size_t i = 1; i <= count; i++) {
        if (all[i].moderation == JALON_MODERATION_PUBLISHED) {
            assert_int_equal(jalon_view_load(ctx, view, &all[i], 1), JALON_OK);
        }
    }
    assert_int_equal(jalon_view_set_seq(ctx, view, 1, 1), JALON_OK);
    return view;
}

static void check_anew(struct jalon_view *view, size_t count)
{
    struct jalon_view_condition wide = {WIDTH, {.kind = JALON_VALUE_INTEGER, .integer = 1}};
    struct jalon_view *other = make_anew(count);
    const struct jalon_snapshot *changed = jalon_view_pin(view), *anew = jalon_view_pin(other);
    for (int kind = 0; kind < 5; kind++) {
        struct jalon_view_query query = fixture_query(PLACES, 0);
        query.category = kind == 1 ? 0 : -1;
        query.status = kind == 2 ? 1 : -1;
        query.conditions = &wide;
        query.condition_count = kind == 3;
        query.has_box = kind == 4;
        query.box = chance_box(&chance);
        for (int zoom = 0; zoom <= settings->cluster_max_zoom + 1; zoom++) {
            assert_same_lists(ask(changed, &query, zoom), ask(anew, &query, zoom));
            jalon_context_reset(ctx);
        }
    }
    jalon_view_unpin(view, changed);
    jalon_view_unpin(other, anew);
    jalon_view_destroy(other);
}

/* One is written, edited, moved, hidden or shown again. */
static void change_any(struct jalon_view *view, size_t *count, int64_t seq)
{
    size_t at = 1 + chance_below(&chance, *count);
    if (*count < PLACES_MAX && chance_below(&chance, 4) == 0) {
        at = ++*count;
        all[at] = chance_contribution(&chance, lasting->arena, (int64_t)at);
        all[at].collection = PLACES;
    }
    struct jalon_contribution *one = &all[at];
    one->version++;
    switch (chance_below(&chance, 4)) {
    case 0: chance_edit(&chance, lasting->arena, one); break;
    case 1: one->geometry = chance_geometry(&chance, lasting->arena); break;
    case 2: one->moderation = JALON_MODERATION_HIDDEN; break;
    default: one->moderation = JALON_MODERATION_PUBLISHED; break;
    }
    assert_int_equal(jalon_view_apply(ctx, view, one, seq, seq), JALON_OK);
}

static void clusters_do_not_depend_on_what_happened_before(void **state)
{
    (void)state;
    chance.state = 8;
    size_t count = make_random(2000);
    struct jalon_view *view = make_view(count);
    for (int64_t seq = 2; seq < 10000; seq++) {
        change_any(view, &count, seq);
        if (seq % 1700 == 0) {
            assert_int_equal(jalon_view_tidy(ctx, view), JALON_OK);
        }
        if (seq % 1000 == 0 || seq < 4) {
            check_anew(view, count);
        }
    }
    jalon_view_destroy(view);
}

/* --- Questions without an answer --- */

static void a_cluster_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    chance.state = 6;
    all[1] = make_place(1, 3.87, 43.6);
    all[2] = make_place(2, 3.87, 43.6);
    all[3] = make_place(3, -70, 10);
    struct jalon_view *view = make_view(3);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 10);
    struct jalon_cluster_list list = ask(snapshot, &query, 10);
    struct jalon_view_result leaves;
    assert_int_equal(list.count, 2);
    struct jalon_cluster_place place =
        list.clusters[0].count > 1 ? list.clusters[0].place : list.clusters[1].place;
    assert_int_equal(jalon_snapshot_cluster_leaves(ctx, snapshot, &query, place, &leaves),
                     JALON_OK);
    query.limit = 1;
    assert_int_equal(jalon_snapshot_cluster_leaves(ctx, snapshot, &query, place, &leaves),
                     JALON_OK);
    assert_int_equal(leaves.count, 1);
    assert_true(leaves.more);
    query.after = leaves.items[0].number;
    assert_int_equal(jalon_snapshot_cluster_leaves(ctx, snapshot, &query, place, &leaves),
                     JALON_OK);
    assert_int_equal(leaves.items[0].number, 2);
    assert_false(leaves.more);
    struct jalon_cluster_place wrong[] = {
        {10, place.column + 1, place.row},
        {9, place.column, place.row},
        {10, UINT32_MAX, place.row},
        {10, 0, 0},
        {settings->cluster_max_zoom + 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(jalon_snapshot_cluster_leaves(ctx, snapshot, &query, wrong[i], &leaves),
                         JALON_NOT_FOUND);
        assert_int_equal(jalon_snapshot_cluster_children(ctx, snapshot, &query, wrong[i], &list),
                         JALON_NOT_FOUND);
    }
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

/* A place where fewer are merged than a cluster needs has none. */
static void too_few_points_are_no_cluster(void **state)
{
    (void)state;
    chance.state = 8;
    settings->cluster_min_points = 3;
    all[1] = make_place(1, 3.87, 43.6);
    all[2] = make_place(2, 3.87, 43.6);
    all[3] = make_place(3, -70, 10);
    struct jalon_view *view = make_view(3);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 10);
    struct jalon_cluster_list list = ask(snapshot, &query, 10);
    assert_int_equal(list.count, 3);
    assert_int_equal(list.matched, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(list.clusters[i].count, 1);
        assert_int_equal(list.clusters[i].item.number, i + 1);
    }
    jalon_view_unpin(view, snapshot);
    settings->cluster_min_points = 2; /* the view has its own copy */
    struct jalon_view *pairs = make_view(3);
    const struct jalon_snapshot *merged = jalon_view_pin(pairs);
    struct jalon_cluster_place place = ask(merged, &query, 10).clusters[0].place;
    struct jalon_view_result leaves;
    assert_int_equal(jalon_snapshot_cluster_leaves(ctx, merged, &query, place, &leaves), JALON_OK);
    jalon_view_unpin(pairs, merged);
    snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_snapshot_cluster_leaves(ctx, snapshot, &query, place, &leaves),
                     JALON_NOT_FOUND);
    assert_int_equal(jalon_snapshot_cluster_children(ctx, snapshot, &query, place, &list),
                     JALON_NOT_FOUND);
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(pairs);
    jalon_view_destroy(view);
}

/* --- Shapes that are large enough --- */

struct visits {
    int zoom; /* -1: all */
    uint64_t sum; /* of what was visited, in whatever order */
    size_t count;
};

static void visit_one(void *user, const struct jalon_contribution *one)
{
    struct visits *visits = user;
    struct jalon_box box = {180, 90, -180, -90};
    for (size_t i = 0; i < one->geometry.position_count; i++) {
        struct jalon_position p = one->geometry.positions[i];
        box = (struct jalon_box){fmin(box.west, p.lon), fmin(box.south, p.lat),
                                 fmax(box.east, p.lon), fmax(box.north, p.lat)};
    }
    if (visits->zoom < 0 || (one->geometry.type != JALON_GEOMETRY_POINT &&
                             !jalon_cluster_is_small(settings, box, visits->zoom))) {
        visits->sum += (uint64_t)one->number * UINT64_C(0x9e3779b97f4a7c15) >> 7;
        visits->count++;
    }
}

static void only_large_shapes_are_visited(void **state)
{
    (void)state;
    chance.state = 9;
    size_t visited = 0;
    for (int round = 0; round < 5; round++) {
        draw_settings(round);
        size_t count = make_random(2000);
        struct jalon_view *view = make_view(count);
        for (int i = 1; i <= 50; i++) { /* and some changes on top */
            struct jalon_contribution one = all[1 + chance_below(&chance, count)];
            one.geometry = chance_geometry(&chance, lasting->arena);
            assert_int_equal(jalon_view_apply(ctx, view, &one, 1 + i, 1 + i), JALON_OK);
        }
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        for (int i = 0; i < 60; i++) {
            struct jalon_view_query query = fixture_query(PLACES, 0);
            struct jalon_box box = chance_box(&chance);
            struct visits expected = {.zoom = (int)chance_below(&chance, 23)};
            struct visits found = {.zoom = -1};
            query.status = (int32_t)chance_below(&chance, 2) - 1;
            assert_int_equal(
                jalon_snapshot_visit(ctx, snapshot, &query, box, -1, visit_one, &expected),
                JALON_OK);
            assert_int_equal(jalon_snapshot_visit(ctx, snapshot, &query, box, expected.zoom,
                                                  visit_one, &found),
                             JALON_OK);
            assert_int_equal(found.count, expected.count);
            assert_true(found.sum == expected.sum);
            visited += found.count;
            jalon_context_reset(ctx);
        }
        jalon_view_unpin(view, snapshot);
        jalon_view_destroy(view);
    }
    assert_true(visited > 500);
}

#define TEST(function) cmocka_unit_test_setup(function, use_defaults)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clusters_hold_what_they_say),
        TEST(any_settings_hold_what_they_say),
        TEST(merges_that_follow_each_other_end_apart),
        TEST(filters_leave_what_a_map_of_the_matches_has),
        TEST(a_box_is_a_window),
        TEST(one_more_point_changes_only_what_is_near),
        TEST(clusters_do_not_depend_on_what_happened_before),
        TEST(a_cluster_that_is_not_there_is_not_found),
        TEST(too_few_points_are_no_cluster),
        TEST(only_large_shapes_are_visited),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
