/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where the last changes were. Layer 2 (view). */
#include "changes.h"

void jalon_view_changes_forget(struct jalon_view_changes *changes, int64_t seq)
{
    changes->known_from = seq;
    changes->last = seq;
}

static void add_box(struct jalon_view_change *change, const struct jalon_box *box)
{
    if (box != NULL) {
        change->boxes[change->box_count++] = *box;
    }
}

void jalon_view_changes_note(struct jalon_view_changes *changes, int64_t seq,
                             const struct jalon_box *before, const struct jalon_box *after)
{
    struct jalon_view_change *change = &changes->ring[seq % JALON_VIEW_CHANGES_KEPT];
    *change = (struct jalon_view_change){.seq = seq};
    add_box(change, before);
    add_box(change, after);
    if (changes->known_from < seq - JALON_VIEW_CHANGES_KEPT) {
        changes->known_from = seq - JALON_VIEW_CHANGES_KEPT;
    }
    changes->last = seq;
}

static bool change_meets(const struct jalon_view_change *change,
                         const struct jalon_view_area *area)
{
    bool meets = false;
    for (int i = 0; i < change->box_count && !meets; i++) {
        meets = jalon_view_area_meets(area, &change->boxes[i]);
    }
    return meets;
}

bool jalon_view_changes_meet(const struct jalon_view_changes *changes, int64_t since,
                             const struct jalon_view_area *area)
{
    if (since < changes->known_from) {
        return true;
    }
    for (int64_t seq = since + 1; seq <= changes->last; seq++) {
        const struct jalon_view_change *change = &changes->ring[seq % JALON_VIEW_CHANGES_KEPT];
        /* Another one in its place: the event was skipped, and changed nothing here. */
        if (change->seq == seq && change_meets(change, area)) {
            return true;
        }
    }
    return false;
}
