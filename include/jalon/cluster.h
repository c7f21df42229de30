/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Clusters of a collection's contributions at a zoom, from a snapshot of the view. Layer 2 (view).
 *
 * Every contribution counts at one position, its label position (jalon_geometry_label_position), on
 * the Mercator square of web maps; zoom z shows that square 512 * 2^z pixels wide, as MapLibre and
 * vector tiles do. A collection has a cluster radius r in these pixels, a least number of points that
 * make a cluster, and a last zoom beyond which nothing is merged.
 *
 * What holds, and why, is in src/view/merge.h:
 *  - The clusters are a function of the set of matching contributions: neither the order of
 *    insertions nor the box that is asked for changes one.
 *  - Each contribution with a position is in exactly one: the counts add up to what a list of the
 *    same filter without box matches.
 *  - A cluster stands at the mean of its points; no two of a zoom, contributions that stand alone
 *    among them, are closer than r / 2, but for what positions are rounded by (3 cm on the ground).
 *  - All points of a cluster lie in a square of side 2 s, s being the side of a cell, 1.5 r or a
 *    little more; a contribution that comes, goes or moves changes no cluster with a cell more than
 *    4 cells away from its own.
 * What is merged from fewer points than the least number is given as these points. Of all that was
 * said the distance alone is then less: it holds between clusters, not for what stands beside them.
 * They are not a tree: a cluster of the next zoom may hold points of two neighbours. So the children
 * of a cluster are what its own points become by themselves.
 */
#ifndef JALON_CLUSTER_H
#define JALON_CLUSTER_H

#include "jalon/view.h"

/* Zooms that can be asked for: 0 to this. */
#define JALON_CLUSTER_ZOOM_LIMIT 24
/* Clusters and contributions one answer holds at most. */
#define JALON_CLUSTER_LIMIT 100000

/* Names a cluster: a zoom, and the first of its cells there (lowest row, then column). */
struct jalon_cluster_place {
    int zoom;
    uint32_t column; /* from the west */
    uint32_t row;    /* from the north */
};

struct jalon_cluster {
    int64_t count; /* contributions in it; 1: `item` is it, as are all that are not merged */
    struct jalon_position position; /* degrees */
    int64_t key; /* > 0, unlike any other of its list, and greater than all before it */
    struct jalon_view_item item;    /* zero for a cluster */
    /* A line, polygon or set of points that is small (jalon_cluster_is_small): its position stands
     * for it. */
    bool is_small;
    /* The rest is of clusters. */
    struct jalon_cluster_place place;
    struct jalon_box box; /* around the positions of its points; never across the antimeridian */
    /* The lowest zoom at which its own points are not in one cluster any more. */
    int expansion_zoom;
    const uint32_t *categories; /* of its points, by the collection's category roots */
    const uint32_t *statuses;   /* by the collection's statuses */
};

struct jalon_cluster_list {
    struct jalon_cluster *clusters; /* in the context's arena; the order is always the same: in each
                                     * part of the box clusters from the north, then the others */
    size_t count;
    int64_t matched; /* sum of counts */
};

/*
 * The clusters that stand in the query's box (degrees, borders included, may cross the antimeridian;
 * without a box: all), made from all that match the rest of the query; its `after` and `limit` are
 * not looked at. `zoom` is from 0 to JALON_CLUSTER_ZOOM_LIMIT. Valid until the snapshot is unpinned.
 * JALON_TOO_LARGE: more than JALON_CLUSTER_LIMIT; JALON_NO_MEMORY.
 */
enum jalon_status jalon_snapshot_cluster(struct jalon_context *ctx,
                                         const struct jalon_snapshot *snapshot,
                                         const struct jalon_view_query *query, int zoom,
                                         struct jalon_cluster_list *out) JALON_MUST_USE;
/*
 * What a cluster falls apart into at its expansion zoom; the query is the one that it came from, its
 * box is not looked at. JALON_NOT_FOUND: nothing is merged there (any more).
 */
enum jalon_status jalon_snapshot_cluster_children(struct jalon_context *ctx,
                                                  const struct jalon_snapshot *snapshot,
                                                  const struct jalon_view_query *query,
                                                  struct jalon_cluster_place place,
                                                  struct jalon_cluster_list *out) JALON_MUST_USE;
/* The contributions in a cluster: a page by number, as jalon_snapshot_query gives it. */
enum jalon_status jalon_snapshot_cluster_leaves(struct jalon_context *ctx,
                                                const struct jalon_snapshot *snapshot,
                                                const struct jalon_view_query *query,
                                                struct jalon_cluster_place place,
                                                struct jalon_view_result *out) JALON_MUST_USE;

/*
 * Is a shape with this box (degrees; never across the antimeridian) too small at the zoom to be seen
 * as one: less wide and high than the radius? Nothing is beyond the last zoom that merges.
 */
bool jalon_cluster_is_small(const struct jalon_collection *collection, struct jalon_box box,
                            int zoom);
/*
 * Where everything lies that has a part in the clusters standing in the box (degrees, may cross the
 * antimeridian) at the zoom: what comes, goes or changes elsewhere changes none of them.
 */
struct jalon_box jalon_cluster_reach(const struct jalon_collection *collection, int zoom,
                                     struct jalon_box box);
/* What a cluster is called outside: the key of its collection, zoom, column and row. */
#define JALON_CLUSTER_ID_SIZE 96
void jalon_cluster_format_id(const struct jalon_collection *collection,
                             struct jalon_cluster_place place, char out[JALON_CLUSTER_ID_SIZE]);

#endif
