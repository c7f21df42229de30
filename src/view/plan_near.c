/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is near a place, by columns. Layer 2 (view). */
#include "plan.h"

static bool reaches(const struct jalon_view_work *work, const struct jalon_geo_circle *circle,
                    uint32_t row)
{
    const struct jalon_view_segment *segment = work->run.segment;
    struct jalon_geometry shape;
    struct jalon_position label;
    if (segment->geometry_types[row] == JALON_GEOMETRY_POINT) {
        label = segment->labels[row];
        shape = (struct jalon_geometry){.type = JALON_GEOMETRY_POINT,
                                        .srid = JALON_SRID_WGS84,
                                        .positions = &label,
                                        .position_count = 1};
    } else {
        shape = jalon_view_record_geometry(jalon_view_segment_record(segment, row));
    }
    return jalon_geo_circle_reaches(circle, &shape);
}

void jalon_view_near_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                         const uint64_t wanted[JALON_VIEW_BLOCK_WORDS],
                         struct jalon_view_verdict *out)
{
    if (jalon_view_block_is_apart(work, &plan->area)) {
        return;
    }
    for (uint32_t i = 0; i < work->count; i++) {
        bool is_asked = (wanted[i / 64] >> i % 64 & 1) != 0;
        if (is_asked && reaches(work, &plan->query->near, work->first + i)) {
            jalon_view_verdict_set(out, i, JALON_VIEW_TRUE);
        }
    }
}
