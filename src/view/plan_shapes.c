/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Shapes beside a shape that is written out: told for whole blocks by the boxes around them, where
 * they can be. Layer 2 (view).
 */
#include <math.h>

#include "plan.h"

enum { WORDS = JALON_VIEW_BLOCK_WORDS };

/* "literal op contribution", of all those in some box. */
struct question {
    struct jalon_view_work *work;
    const struct jalon_view_plan *plan;
    const struct jalon_view_spatial *literal;
    bool literal_is_first;
    bool meets_only; /* S_INTERSECTS or S_DISJOINT, which the literal's area answers if it is a box
                      */
};

/* Around `fan` to the power of level + 1 rows, this one among them. */
static struct jalon_box box_at(const struct jalon_view_work *work, int level, uint32_t row)
{
    uint32_t size = level == 0 ? JALON_VIEW_BOXES_FAN : JALON_VIEW_BLOCK;
    struct jalon_view_bounds bounds = work->run.segment->boxes.levels[level][row / size];
    return (struct jalon_box){(double)bounds.west, (double)bounds.south, (double)bounds.east,
                              (double)bounds.north};
}

bool jalon_view_block_is_apart(const struct jalon_view_work *work,
                               const struct jalon_view_area *area)
{
    const struct jalon_view_segment *segment = work->run.segment;
    if (work->first >= segment->placed) {
        return true;
    }
    struct jalon_box box = box_at(work, segment->boxes.level_count > 1 ? 1 : 0, work->first);
    bool is_all = segment->boxes.level_count > 1 || segment->placed <= JALON_VIEW_BOXES_FAN;
    return is_all && !jalon_view_area_meets(area, &box);
}

/* What holds of points strictly inside the literal, which is a polygon. */
static bool holds_inside(const struct question *question)
{
    return question->plan->op == JALON_CQL2_S_INTERSECTS ||
           question->plan->op ==
               (question->literal_is_first ? JALON_CQL2_S_CONTAINS : JALON_CQL2_S_WITHIN);
}

static void set(struct jalon_view_verdict *out, uint32_t from, uint32_t to, bool is_so)
{
    for (uint32_t i = from; is_so && i < to; i++) {
        out->yes[i / 64] |= UINT64_C(1) << i % 64;
    }
}

static void ask_row(const struct question *question, uint32_t at, struct jalon_view_verdict *out)
{
    struct jalon_view_work *work = question->work;
    work->run.row = work->first + at;
    jalon_view_verdict_set(out, at, jalon_view_spatial_truth(&work->run, question->plan->node));
}

/* --- Points --- */

enum { CHUNK = 64 }; /* points that are looked at together */

/* Points of a block that have to be looked at, and where on the literal each turns out to be. */
struct points {
    uint32_t count;
    uint8_t rows[JALON_VIEW_BLOCK]; /* of the block */
    double lon[JALON_VIEW_BLOCK];
    double lat[JALON_VIEW_BLOCK];
    uint64_t is_inside[JALON_VIEW_BLOCK]; /* all ones or none */
    uint64_t is_open[JALON_VIEW_BLOCK];   /* on the border, or so near that doubles cannot tell */
};

static struct jalon_box box_around(const struct points *points, uint32_t from, uint32_t to)
{
    struct jalon_box box = {points->lon[from], points->lat[from], points->lon[from],
                            points->lat[from]};
    for (uint32_t i = from + 1; i < to; i++) {
        box.west = points->lon[i] < box.west ? points->lon[i] : box.west;
        box.east = points->lon[i] > box.east ? points->lon[i] : box.east;
        box.south = points->lat[i] < box.south ? points->lat[i] : box.south;
        box.north = points->lat[i] > box.north ? points->lat[i] : box.north;
    }
    return box;
}

/*
 * Turns the points left of an edge round, between its ends' latitudes. The side is that of doubles
 * where they are sure of its sign (Shewchuk 1997, "Adaptive precision floating-point arithmetic",
 * the bound of ORIENT2D's first step).
 */
static void cross_edge(struct points *points, uint32_t from, uint32_t to, struct jalon_position a,
                       struct jalon_position b)
{
    double const bound = 3.3306690738754716e-16;
    double south = a.lat < b.lat ? a.lat : b.lat, north = a.lat < b.lat ? b.lat : a.lat;
    double up = b.lat > a.lat ? 1 : -1;
    for (uint32_t i = from; i < to; i++) {
        double x = points->lon[i], y = points->lat[i];
        double left = (a.lon - x) * (b.lat - y), right = (a.lat - y) * (b.lon - x);
        double side = (left - right) * up;
        double least = bound * (fabs(left) + fabs(right));
        uint64_t is_beside = (uint64_t)((a.lat > y) != (b.lat > y));
        uint64_t is_level = (uint64_t)((y >= south) & (y <= north));
        points->is_inside[i] ^= is_beside & (uint64_t)(side > 0);
        points->is_open[i] |= is_level & (uint64_t)(fabs(side) <= least);
    }
}

/* By crossings of a ray to the east, over all rings (Shimrat 1962, Algorithm 112). */
static void cross_outline(struct points *points, uint32_t from, uint32_t to,
                          const struct jalon_geometry *outline, const struct jalon_box *box)
{
    for (size_t ring = 0; ring < outline->ring_count; ring++) {
        for (size_t i = jalon_geometry_ring_start(outline, ring) + 1; i < outline->ring_ends[ring];
             i++) {
            struct jalon_position a = outline->positions[i - 1], b = outline->positions[i];
            bool is_off = (a.lat > box->north && b.lat > box->north) ||
                          (a.lat < box->south && b.lat < box->south) ||
                          (a.lon < box->west && b.lon < box->west);
            if (!is_off) {
                cross_edge(points, from, to, a, b);
            }
        }
    }
}

/* Asks GEOS of the box around many: is all of it, or nothing of it, in the literal? */
static enum jalon_geo_side side_of(const struct question *question, const struct jalon_box *box)
{
    enum jalon_geo_side side = JALON_GEO_SIDE_OPEN;
    if (!jalon_view_area_meets(&question->literal->area, box)) {
        return JALON_GEO_SIDE_OUTSIDE;
    }
    return jalon_geo_shape_find_side(question->literal->shape, *box, &side) == JALON_OK
               ? side
               : JALON_GEO_SIDE_OPEN;
}

static size_t count_edges(const struct question *question)
{
    size_t count = 0;
    for (size_t i = 0; i < question->literal->outline_count; i++) {
        count += question->literal->outlines[i].position_count;
    }
    return count;
}

/* So many are as soon crossed as GEOS is asked. */
enum { FEW_EDGES = 12 };

static void place_points(const struct question *question, struct points *points, uint32_t from,
                         uint32_t to)
{
    size_t edges = count_edges(question);
    struct jalon_box box = box_around(points, from, to);
    enum jalon_geo_side side =
        edges > 0 && edges <= FEW_EDGES ? JALON_GEO_SIDE_OPEN : side_of(question, &box);
    uint32_t middle = from + (to - from) / 2;
    if (side == JALON_GEO_SIDE_OPEN && (to - from > CHUNK || (edges == 0 && to - from > 8))) {
        place_points(question, points, from, middle);
        place_points(question, points, middle, to);
        return;
    }
    for (uint32_t i = from; i < to; i++) {
        points->is_inside[i] = side == JALON_GEO_SIDE_INSIDE;
        points->is_open[i] = side == JALON_GEO_SIDE_OPEN && edges == 0;
    }
    for (size_t i = 0; side == JALON_GEO_SIDE_OPEN && i < question->literal->outline_count; i++) {
        cross_outline(points, from, to, &question->literal->outlines[i], &box);
    }
}

static void ask_points(const struct question *question, struct points *points,
                       struct jalon_view_verdict *out)
{
    bool outside_holds = question->plan->op == JALON_CQL2_S_DISJOINT;
    if (points->count > 0) {
        place_points(question, points, 0, points->count);
    }
    for (uint32_t i = 0; i < points->count; i++) {
        if (points->is_open[i] != 0) {
            ask_row(question, points->rows[i], out);
        } else {
            set(out, points->rows[i], points->rows[i] + 1U,
                points->is_inside[i] != 0 ? holds_inside(question) : outside_holds);
        }
    }
}

/* --- Rows --- */

/* A point that the literal's area does not decide goes to the points. */
static void ask_or_gather(const struct question *question, uint32_t at, struct points *points,
                          struct jalon_view_verdict *out)
{
    const struct jalon_view_segment *segment = question->work->run.segment;
    uint32_t row = question->work->first + at;
    if (segment->geometry_types[row] != JALON_GEOMETRY_POINT) {
        ask_row(question, at, out);
        return;
    }
    struct jalon_position p = segment->labels[row];
    struct jalon_box box = {p.lon, p.lat, p.lon, p.lat};
    bool meets_area = jalon_view_area_meets(&question->literal->area, &box);
    if (!meets_area || (question->literal->is_box && question->meets_only)) {
        set(out, at, at + 1, meets_area != (question->plan->op == JALON_CQL2_S_DISJOINT));
        return;
    }
    points->rows[points->count] = (uint8_t)at;
    points->lon[points->count] = p.lon;
    points->lat[points->count++] = p.lat;
}

/* True: the box tells it of all of them. */
static bool decide(const struct question *question, const struct jalon_box *box, uint32_t from,
                   uint32_t to, struct jalon_view_verdict *out)
{
    bool is_disjoint = question->plan->op == JALON_CQL2_S_DISJOINT;
    if (!jalon_view_area_meets(&question->literal->area, box)) {
        set(out, from, to, is_disjoint);
        return true;
    }
    if (question->meets_only && question->literal->is_box &&
        jalon_view_area_holds(&question->literal->area, box)) {
        set(out, from, to, !is_disjoint);
        return true;
    }
    return false;
}

static void ask_runs(const struct question *question, uint32_t placed, const uint64_t wanted[WORDS],
                     struct jalon_view_verdict *out)
{
    enum { RUN = JALON_VIEW_BOXES_FAN };
    struct points points;
    points.count = 0;
    for (uint32_t from = 0; from < placed; from += RUN) {
        uint32_t to = from + RUN < placed ? from + RUN : placed;
        struct jalon_box box = box_at(question->work, 0, question->work->first + from);
        if (decide(question, &box, from, to, out)) {
            continue;
        }
        for (uint32_t i = from; i < to; i++) {
            if ((wanted[i / 64] >> i % 64 & 1) != 0) {
                ask_or_gather(question, i, &points, out);
            }
        }
    }
    ask_points(question, &points, out);
}

void jalon_view_shapes_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                           const uint64_t wanted[WORDS], struct jalon_view_verdict *out)
{
    const struct jalon_view_node *left = plan->node->operands[0];
    bool is_first = left->kind == JALON_VIEW_NODE_LITERAL;
    struct question question = {
        .work = work,
        .plan = plan,
        .literal = is_first ? &left->spatial : &plan->node->operands[1]->spatial,
        .literal_is_first = is_first,
        .meets_only = plan->op == JALON_CQL2_S_INTERSECTS || plan->op == JALON_CQL2_S_DISJOINT,
    };
    const struct jalon_view_segment *segment = work->run.segment;
    uint32_t left_of = segment->placed > work->first ? segment->placed - work->first : 0;
    uint32_t placed = left_of < work->count ? left_of : work->count;
    for (uint32_t i = placed; i < work->count; i++) {
        jalon_view_verdict_set(out, i, JALON_VIEW_UNKNOWN);
    }
    if (placed > 0 && segment->boxes.level_count > 1) {
        struct jalon_box box = box_at(work, 1, work->first);
        if (decide(&question, &box, 0, placed, out)) {
            return;
        }
    }
    ask_runs(&question, placed, wanted, out);
}
