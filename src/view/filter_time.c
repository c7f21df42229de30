/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Instants and intervals in filters. Layer 2 (view).
 *
 * Intervals are closed at both ends (OGC 21-065r2, 7.8). Relations: OWL-Time, after Allen 1983.
 */
#include "filter.h"

static const int64_t day_us = INT64_C(86400000000);

void jalon_view_time_end_day(struct jalon_view_datum *datum)
{
    if (datum->is_days && datum->last_us < INT64_MAX - day_us) {
        datum->last_us += day_us - 1;
    }
}

static void harmonise(struct jalon_view_datum *a, struct jalon_view_datum *b)
{
    if (a->is_days != b->is_days) {
        jalon_view_time_end_day(a);
        jalon_view_time_end_day(b);
    }
}

int jalon_view_time_compare(struct jalon_view_datum a, struct jalon_view_datum b)
{
    harmonise(&a, &b);
    return (a.first_us > b.last_us) - (a.last_us < b.first_us);
}

static bool relates(enum jalon_cql2_op op, const struct jalon_view_datum *a,
                    const struct jalon_view_datum *b)
{
    switch (op) {
    case JALON_CQL2_T_AFTER: return a->first_us > b->last_us;
    case JALON_CQL2_T_BEFORE: return a->last_us < b->first_us;
    case JALON_CQL2_T_DISJOINT: return a->first_us > b->last_us || a->last_us < b->first_us;
    case JALON_CQL2_T_EQUALS: return a->first_us == b->first_us && a->last_us == b->last_us;
    case JALON_CQL2_T_INTERSECTS: return a->first_us <= b->last_us && a->last_us >= b->first_us;
    case JALON_CQL2_T_CONTAINS: return a->first_us < b->first_us && a->last_us > b->last_us;
    case JALON_CQL2_T_FINISHED_BY: return a->last_us == b->last_us && a->first_us < b->first_us;
    case JALON_CQL2_T_MEETS: return a->last_us == b->first_us;
    case JALON_CQL2_T_OVERLAPS:
        return a->first_us < b->first_us && a->last_us > b->first_us && a->last_us < b->last_us;
    case JALON_CQL2_T_STARTED_BY: return a->first_us == b->first_us && a->last_us > b->last_us;
    case JALON_CQL2_T_DURING: return relates(JALON_CQL2_T_CONTAINS, b, a);
    case JALON_CQL2_T_FINISHES: return relates(JALON_CQL2_T_FINISHED_BY, b, a);
    case JALON_CQL2_T_MET_BY: return relates(JALON_CQL2_T_MEETS, b, a);
    case JALON_CQL2_T_OVERLAPPED_BY: return relates(JALON_CQL2_T_OVERLAPS, b, a);
    case JALON_CQL2_T_STARTS: return relates(JALON_CQL2_T_STARTED_BY, b, a);
    default: return false;
    }
}

enum jalon_view_truth jalon_view_time_relate(enum jalon_cql2_op op, struct jalon_view_datum a,
                                             struct jalon_view_datum b)
{
    harmonise(&a, &b);
    return relates(op, &a, &b) ? JALON_VIEW_TRUE : JALON_VIEW_FALSE;
}
