/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Clusters of a zoom, and what one of them holds. Layer 2 (view). */
#include "jalon/cluster.h"

#include <assert.h>
#include <math.h>

#include "cells.h"
#include "sort.h"

/*
 * Half the radius, and a little: positions are whole numbers of the plane here, and have 7 decimals
 * where they are written, so that two may come 2 cm closer to each other.
 */
#define MARGIN 3.0

/* Keys of contributions that come by themselves, behind those of all clusters. */
#define SINGLES_FROM (INT64_C(1) << 60)

/* What an answer is made of. */
struct making {
    struct jalon_context *ctx;
    const struct jalon_snapshot *snapshot;
    struct jalon_view_scope scope;
    struct jalon_view_lookup lookup;
    const struct jalon_view_plane *plane;
    const struct jalon_collection *settings;
    bool has_box;
    struct jalon_box part;         /* where clusters have to stand; west <= east */
    struct jalon_view_spot low, high; /* its corners */
    struct jalon_view_cells split; /* for looking at later zooms */
    struct jalon_cluster_list list;
    size_t capacity;
    struct jalon_view_hit *hits; /* contributions that come one by one, not in the list yet */
    size_t hit_count;
    size_t hit_capacity;
    size_t limit;             /* of what is in the list and of hits */
    enum jalon_status failed; /* why gathering hits ended; JALON_OK: it did not fail */
};

static enum jalon_status begin(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                               const struct jalon_view_query *query, int zoom, struct making *out)
{
    assert(query->collection >= 0 && (size_t)query->collection < snapshot->map->collection_count);
    assert(zoom >= 0 && zoom <= JALON_CLUSTER_ZOOM_LIMIT);
    const struct jalon_view_plane *plane = &snapshot->collections[query->collection].plane;
    *out = (struct making){
        .ctx = ctx,
        .snapshot = snapshot,
        .plane = plane,
        .settings = &snapshot->map->collections[query->collection],
        .limit = JALON_CLUSTER_LIMIT,
        .failed = JALON_OK,
        .lookup = {.zoom = zoom, .range = jalon_view_cells_all(plane, zoom)},
    };
    return jalon_view_scope_begin(ctx, snapshot, query, &out->scope);
}

static int max_zoom_of(const struct making *making)
{
    return making->settings->cluster_max_zoom;
}

/* Are these, merged, a cluster? */
static bool is_cluster(const struct making *making, const struct jalon_view_cell *merged)
{
    return merged->count >= (uint32_t)making->settings->cluster_min_points;
}

/* --- Contributions --- */

/* The segment that a place is in; NULL: in the delta. */
static const struct jalon_view_segment *segment_of(const struct making *making,
                                                   struct jalon_view_place place)
{
    const struct jalon_view_parts *parts = making->scope.collection->parts;
    return place.part < parts->segment_count ? parts->segments[place.part] : NULL;
}

static const struct jalon_view_entry *entry_of(const struct making *making,
                                               struct jalon_view_place place)
{
    return making->scope.collection->parts->delta->entries[place.row];
}

static struct jalon_position label_of(const struct making *making, struct jalon_view_place place)
{
    const struct jalon_view_segment *segment = segment_of(making, place);
    return segment != NULL ? segment->labels[place.row] : entry_of(making, place)->label;
}

static int64_t number_of(const struct making *making, struct jalon_view_place place)
{
    const struct jalon_view_segment *segment = segment_of(making, place);
    return segment != NULL ? segment->numbers[place.row]
                           : entry_of(making, place)->contribution.number;
}

/* The box around one that is no point; false: it is one. */
static bool find_box(const struct making *making, struct jalon_view_place place,
                     struct jalon_box *out)
{
    const struct jalon_view_segment *segment = segment_of(making, place);
    struct jalon_position label;
    if (segment != NULL) {
        return segment->geometry_types[place.row] != JALON_GEOMETRY_POINT &&
               jalon_view_record_place(jalon_view_segment_record(segment, place.row), out, &label);
    }
    *out = entry_of(making, place)->box;
    return entry_of(making, place)->contribution.geometry.type != JALON_GEOMETRY_POINT;
}

static bool stands_inside(const struct making *making, struct jalon_position p)
{
    return !making->has_box || jalon_box_contains(making->part, p);
}

static uint32_t cell_of(const struct making *making, int zoom, uint32_t at)
{
    return at >> (32 - making->plane->bits - zoom);
}

/* The cells from one spot to another, at a zoom. */
static struct jalon_view_cell_range range_between(const struct making *making, int zoom,
                                                  struct jalon_view_spot low,
                                                  struct jalon_view_spot high)
{
    return (struct jalon_view_cell_range){
        cell_of(making, zoom, low.x),
        cell_of(making, zoom, low.y),
        cell_of(making, zoom, high.x),
        cell_of(making, zoom, high.y),
    };
}

/* By so many columns and rows. */
static struct jalon_view_cell_range widen(struct jalon_view_cell_range range,
                                          struct jalon_view_cell_range all, uint32_t columns,
                                          uint32_t rows)
{
    range.west = range.west > columns ? range.west - columns : 0;
    range.north = range.north > rows ? range.north - rows : 0;
    range.east = all.east - range.east > columns ? range.east + columns : all.east;
    range.south = all.south - range.south > rows ? range.south + rows : all.south;
    return range;
}

/* For the cells that clusters standing in a range may have, and what decides about these. */
static void set_core(struct jalon_view_lookup *lookup, struct jalon_view_cell_range range,
                     struct jalon_view_cell_range all)
{
    lookup->has_core = true;
    lookup->core = widen(range, all, 1, 1);
    lookup->range = widen(range, all, JALON_VIEW_MERGE_REACH, JALON_VIEW_MERGE_REACH_ROWS);
}

/* --- Adding to the answer --- */

static bool is_full(const struct making *making)
{
    return making->list.count + making->hit_count >= making->limit;
}

/* A place for one more, or NULL when the answer has failed. */
static struct jalon_cluster *add(struct making *making)
{
    struct jalon_cluster_list *list = &making->list;
    if (is_full(making)) {
        return NULL;
    }
    struct jalon_cluster *clusters =
        jalon_arena_grow(making->ctx->arena, list->clusters, list->count, list->count + 1,
                         sizeof *clusters, &making->capacity);
    if (clusters == NULL) {
        return NULL;
    }
    list->clusters = clusters;
    return &clusters[list->count++];
}

/* Why there was no room for one more. */
static enum jalon_status why(const struct making *making)
{
    return is_full(making)
               ? jalon_fail(
                     making->ctx, JALON_TOO_LARGE,
                     "there are more than %d clusters: ask for a smaller box, or a lower zoom",
                     JALON_CLUSTER_LIMIT)
               : jalon_no_memory(making->ctx);
}

static bool is_small(const struct making *making, struct jalon_view_place place)
{
    struct jalon_box box;
    return find_box(making, place, &box) &&
           jalon_cluster_is_small(making->settings, box, making->lookup.zoom);
}

/* --- One by one --- */

/* Keeps a contribution that comes by itself; false ends the visit. */
static bool gather(void *user, struct jalon_view_place place)
{
    struct making *making = user;
    if (!stands_inside(making, label_of(making, place))) {
        return true;
    }
    struct jalon_view_hit *hits =
        is_full(making)
            ? NULL
            : jalon_arena_grow(making->ctx->arena, making->hits, making->hit_count,
                               making->hit_count + 1, sizeof *hits, &making->hit_capacity);
    if (hits == NULL) {
        making->failed = why(making);
        return false;
    }
    hits[making->hit_count++] = (struct jalon_view_hit){(uint64_t)number_of(making, place), place};
    making->hits = hits;
    return true;
}

static enum jalon_status gather_all(struct making *making, const struct jalon_view_lookup *lookup)
{
    enum jalon_status status = jalon_view_cells_visit(&making->scope, lookup, gather, making);
    return making->failed != JALON_OK ? making->failed : status;
}

static enum jalon_status sort_hits(struct making *making)
{
    struct jalon_view_hit *spare =
        jalon_arena_allocate(making->ctx->arena, making->hit_count * sizeof *spare);
    if (spare == NULL) {
        return jalon_no_memory(making->ctx);
    }
    making->hits = jalon_view_sort_hits(making->hits, spare, making->hit_count);
    making->hit_capacity = making->hit_count;
    return JALON_OK;
}

static void put_single(struct making *making, const struct jalon_view_hit *hit,
                       struct jalon_cluster *out)
{
    *out = (struct jalon_cluster){
        .count = 1,
        .key = SINGLES_FROM + (int64_t)hit->key,
        .position = label_of(making, hit->place),
        .item = jalon_snapshot_item(making->snapshot, making->scope.query->collection, hit->place),
        .is_small = is_small(making, hit->place),
    };
}

/* Moves what was gathered to the end of the list, by number. */
static enum jalon_status add_gathered(struct making *making)
{
    size_t count = making->hit_count;
    enum jalon_status status = count > 0 ? sort_hits(making) : JALON_OK;
    if (status != JALON_OK) {
        return status;
    }
    making->hit_count = 0; /* they make room for themselves */
    for (size_t i = 0; i < count; i++) {
        struct jalon_cluster *cluster = add(making);
        if (cluster == NULL) {
            return why(making);
        }
        put_single(making, &making->hits[i], cluster);
        making->list.matched++;
    }
    return JALON_OK;
}

/* --- Clusters --- */

/* Confines a look-up to the cells of a cluster, as long as they stay there. */
static void confine(struct jalon_view_lookup *lookup, const struct jalon_view_cells *cells,
                    uint32_t cluster)
{
    lookup->within_count = 0;
    for (uint32_t at = cluster; at != JALON_VIEW_NO_CELL; at = cells->cells[at].next) {
        size_t i = lookup->within_count++;
        assert(i < 4);
        lookup->within[i].place = (struct jalon_cluster_place){
            lookup->zoom, cells->cells[at].column, cells->cells[at].row};
        jalon_view_cells_confine(cells, at, &lookup->own[i], &lookup->within[i]);
    }
}

static size_t count_clusters(const struct jalon_view_cells *cells)
{
    size_t count = 0;
    for (size_t i = 0; i < cells->count; i++) {
        count += cells->cells[i].cluster == i;
    }
    return count;
}

/* At deep zooms there is no room for the margin: it must stay below a third of a cell (merge.h). */
static double distance_at(const struct making *making, int zoom)
{
    double side = (double)(UINT64_C(1) << (32 - making->plane->bits - zoom));
    return fmin(making->plane->radius / 2 / (double)(UINT32_C(1) << zoom) + MARGIN, side / 3);
}

/* Finds the cells of a look-up and merges them. */
static enum jalon_status merge(struct making *making, const struct jalon_view_lookup *lookup,
                               struct jalon_view_cells *cells)
{
    enum jalon_status status = jalon_view_cells_find(&making->scope, lookup, cells);
    if (status == JALON_OK) {
        jalon_view_cells_merge(cells->cells, cells->count, distance_at(making, lookup->zoom),
                               lookup->has_core ? lookup->core : lookup->range);
    }
    return status;
}

/*
 * At which zoom do the points of a cluster part? `lookup` is confined to them; on success it is
 * that of this zoom.
 */
static enum jalon_status find_expansion(struct making *making,
                                        const struct jalon_view_cell *cluster,
                                        struct jalon_view_lookup *lookup)
{
    struct jalon_view_spot low = {cluster->min_x, cluster->min_y};
    struct jalon_view_spot high = {cluster->max_x, cluster->max_y};
    lookup->without_tallies = true;
    lookup->has_core = false;
    while (++lookup->zoom <= max_zoom_of(making)) {
        lookup->range = range_between(making, lookup->zoom, low, high);
        uint32_t columns = lookup->range.east - lookup->range.west;
        uint32_t rows = lookup->range.south - lookup->range.north;
        if (columns == 0 && rows == 0) {
            continue;
        }
        if (columns > 1 || rows > 1) {
            break; /* more than a cluster can hold */
        }
        enum jalon_status status = merge(making, lookup, &making->split);
        if (status != JALON_OK) {
            return status;
        }
        if (count_clusters(&making->split) > 1) {
            break;
        }
    }
    lookup->without_tallies = false;
    lookup->range = range_between(making, lookup->zoom, low, high);
    return JALON_OK;
}

/* Sums the tallies of all cells of the cluster into those of the first. */
static const uint32_t *sum_tallies(const struct making *making, struct jalon_view_cells *cells,
                                   uint32_t cluster)
{
    size_t count = making->scope.tally_count;
    uint32_t *sums = cells->tallies + cells->cells[cluster].tally;
    for (uint32_t at = cells->cells[cluster].next; at != JALON_VIEW_NO_CELL;
         at = cells->cells[at].next) {
        const uint32_t *tallies = cells->tallies + cells->cells[at].tally;
        for (size_t i = 0; i < count; i++) {
            sums[i] += tallies[i];
        }
    }
    return sums;
}

/* Cells are added by row, then column; there are fewer than 2^28 of each. */
static int64_t key_of(const struct jalon_view_cell *cell)
{
    return ((int64_t)cell->row << 28 | cell->column) + 1;
}

/* A spot may be rounded to the one beside it, and so may the corners of the box. */
#define ROUNDED 2.0

/* Do its points let the cluster stand in the box? The corners of the box tell it of most. */
static bool may_stand_inside(const struct making *making, const struct jalon_view_cell *cell)
{
    const struct jalon_view_spot *low = &making->low, *high = &making->high;
    double west = cell->min_x, east = cell->max_x, north = cell->min_y, south = cell->max_y;
    if (is_cluster(making, cell)) {
        west = east = cell->mean_x;
        north = south = cell->mean_y;
    }
    return !making->has_box ||
           (east >= low->x - ROUNDED && west <= high->x + ROUNDED && south >= low->y - ROUNDED &&
            north <= high->y + ROUNDED);
}

static enum jalon_status add_cluster(struct making *making, struct jalon_view_cells *cells,
                                     uint32_t first)
{
    const struct jalon_view_cell *cell = &cells->cells[first];
    struct jalon_view_lookup lookup = making->lookup;
    if (!may_stand_inside(making, cell)) {
        return JALON_OK;
    }
    if (cell->count == 1) {
        (void)gather(making, cell->first);
        return making->failed;
    }
    confine(&lookup, cells, first);
    if (!is_cluster(making, cell)) {
        lookup.range =
            range_between(making, lookup.zoom, (struct jalon_view_spot){cell->min_x, cell->min_y},
                          (struct jalon_view_spot){cell->max_x, cell->max_y});
        return gather_all(making, &lookup);
    }
    struct jalon_position position =
        jalon_view_plane_position(making->plane, cell->mean_x, cell->mean_y);
    if (!stands_inside(making, position)) {
        return JALON_OK;
    }
    enum jalon_status status = find_expansion(making, cell, &lookup);
    struct jalon_cluster *cluster = status == JALON_OK ? add(making) : NULL;
    if (cluster == NULL) {
        return status == JALON_OK ? why(making) : status;
    }
    struct jalon_position low = jalon_view_plane_position(making->plane, cell->min_x, cell->max_y);
    struct jalon_position high = jalon_view_plane_position(making->plane, cell->max_x, cell->min_y);
    const uint32_t *tallies = sum_tallies(making, cells, first);
    *cluster = (struct jalon_cluster){
        .count = cell->count,
        .key = key_of(cell),
        .position = position,
        .place = {making->lookup.zoom, cell->column, cell->row},
        .box = {low.lon, low.lat, high.lon, high.lat},
        .expansion_zoom = lookup.zoom,
        .categories = tallies,
        .statuses = tallies + making->scope.description->category_root_count,
    };
    making->list.matched += cell->count;
    return JALON_OK;
}

/* --- Answers --- */

static enum jalon_status add_merged(struct making *making, const struct jalon_view_lookup *lookup)
{
    struct jalon_view_cells cells = {.count = 0};
    enum jalon_status status = merge(making, lookup, &cells);
    for (size_t i = 0; status == JALON_OK && i < cells.count; i++) {
        if (cells.cells[i].cluster == i) {
            status = add_cluster(making, &cells, (uint32_t)i);
        }
    }
    return status == JALON_OK ? add_gathered(making) : status;
}

static enum jalon_status add_singles(struct making *making, const struct jalon_view_lookup *lookup)
{
    enum jalon_status status = gather_all(making, lookup);
    return status == JALON_OK ? add_gathered(making) : status;
}

static enum jalon_status add_all(struct making *making, const struct jalon_view_lookup *lookup)
{
    making->lookup.zoom = lookup->zoom;
    return lookup->zoom > max_zoom_of(making) ? add_singles(making, lookup)
                                              : add_merged(making, lookup);
}

/* What stands in one part of the box. */
static enum jalon_status add_part(struct making *making, struct jalon_box part)
{
    struct jalon_position north_west = {part.west, part.north};
    struct jalon_position south_east = {part.east, part.south};
    struct jalon_view_lookup lookup = making->lookup;
    making->part = part;
    making->low = jalon_view_plane_spot(making->plane, north_west);
    making->high = jalon_view_plane_spot(making->plane, south_east);
    set_core(&lookup, range_between(making, lookup.zoom, making->low, making->high),
             making->lookup.range);
    return add_all(making, &lookup);
}

enum jalon_status jalon_snapshot_cluster(struct jalon_context *ctx,
                                         const struct jalon_snapshot *snapshot,
                                         const struct jalon_view_query *query, int zoom,
                                         struct jalon_cluster_list *out)
{
    struct making making;
    enum jalon_status status = begin(ctx, snapshot, query, zoom, &making);
    making.has_box = query->has_box;
    if (status == JALON_OK && query->has_box) {
        struct jalon_view_area area = jalon_view_area_make(query->box);
        for (int i = 0; status == JALON_OK && i < area.count; i++) {
            status = add_part(&making, area.parts[i]);
        }
    } else if (status == JALON_OK) {
        struct jalon_view_lookup lookup = making.lookup;
        status = add_all(&making, &lookup);
    }
    if (status == JALON_OK) {
        *out = making.list;
    }
    return status;
}

/* Confines a look-up to the cluster that has this cell. */
static enum jalon_status find_cluster(struct making *making, struct jalon_cluster_place place,
                                      struct jalon_view_cell *out)
{
    struct jalon_view_cells cells = {.count = 0};
    struct jalon_view_lookup *lookup = &making->lookup;
    struct jalon_view_cell_range all = lookup->range;
    enum jalon_status status = JALON_NOT_FOUND;
    if (place.zoom <= max_zoom_of(making) && place.column <= all.east && place.row <= all.south) {
        struct jalon_view_cell_range one = {place.column, place.row, place.column, place.row};
        set_core(lookup, one, all);
        status = merge(making, lookup, &cells);
    }
    if (status != JALON_OK && status != JALON_NOT_FOUND) {
        return status;
    }
    for (size_t i = 0; i < cells.count; i++) {
        uint32_t first = cells.cells[i].cluster;
        if (cells.cells[i].column == place.column && cells.cells[i].row == place.row &&
            is_cluster(making, &cells.cells[first])) {
            confine(lookup, &cells, first);
            *out = cells.cells[first];
            return JALON_OK;
        }
    }
    return jalon_fail(making->ctx, JALON_NOT_FOUND,
                      "there is no such cluster for this query (any more)");
}

/* Begins with the cluster that has this cell. */
static enum jalon_status begin_at(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                                  const struct jalon_view_query *query,
                                  struct jalon_cluster_place place, struct making *making,
                                  struct jalon_view_cell *cluster)
{
    enum jalon_status status = begin(ctx, snapshot, query, place.zoom, making);
    return status == JALON_OK ? find_cluster(making, place, cluster) : status;
}

enum jalon_status jalon_snapshot_cluster_children(struct jalon_context *ctx,
                                                  const struct jalon_snapshot *snapshot,
                                                  const struct jalon_view_query *query,
                                                  struct jalon_cluster_place place,
                                                  struct jalon_cluster_list *out)
{
    struct making making;
    struct jalon_view_cell cluster;
    enum jalon_status status = begin_at(ctx, snapshot, query, place, &making, &cluster);
    struct jalon_view_lookup lookup = making.lookup;
    if (status == JALON_OK) {
        status = find_expansion(&making, &cluster, &lookup);
    }
    if (status == JALON_OK) {
        status = add_all(&making, &lookup);
    }
    if (status == JALON_OK) {
        *out = making.list;
    }
    return status;
}

/* The page of what was gathered, which is sorted. */
static enum jalon_status make_page(const struct making *making, struct jalon_view_result *out)
{
    const struct jalon_view_query *query = making->scope.query;
    const struct jalon_view_hit *hits = making->hits;
    size_t start = 0, count = making->hit_count;
    while (start < count && (int64_t)hits[start].key <= query->after) {
        start++;
    }
    struct jalon_view_result result = {.matched = (int64_t)count};
    enum jalon_status status = jalon_snapshot_make_page(making->ctx, making->snapshot, query,
                                                        hits + start, count - start, &result);
    if (status == JALON_OK) {
        *out = result;
    }
    return status;
}

enum jalon_status jalon_snapshot_cluster_leaves(struct jalon_context *ctx,
                                                const struct jalon_snapshot *snapshot,
                                                const struct jalon_view_query *query,
                                                struct jalon_cluster_place place,
                                                struct jalon_view_result *out)
{
    struct making making;
    struct jalon_view_cell cluster;
    enum jalon_status status = begin_at(ctx, snapshot, query, place, &making, &cluster);
    if (status == JALON_OK) {
        making.limit = SIZE_MAX;
        status = gather_all(&making, &making.lookup);
    }
    if (status == JALON_OK) {
        status = sort_hits(&making);
    }
    return status == JALON_OK ? make_page(&making, out) : status;
}
