/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where the last changes were: so that what was drawn from an earlier state is known to be still
 * right without drawing it again. Layer 2 (view), private.
 */
#ifndef JALON_VIEW_CHANGES_H
#define JALON_VIEW_CHANGES_H

#include <stdint.h>

#include "meets.h"

/* How many are remembered; what is older counts as changed. */
enum { JALON_VIEW_CHANGES_KEPT = 1024 };

struct jalon_view_change {
    int64_t seq;
    struct jalon_box boxes[2]; /* before and after */
    int box_count;
};

/* A ring: the change with seq n is at n % KEPT. Zeroed, it knows nothing. */
struct jalon_view_changes {
    struct jalon_view_change ring[JALON_VIEW_CHANGES_KEPT];
    int64_t known_from; /* every change after this event is in the ring, or was not shown */
    int64_t last;
};

/* Nothing before `seq` is known any more. */
void jalon_view_changes_forget(struct jalon_view_changes *changes, int64_t seq);
/*
 * Notes event `seq`, greater than all before: the box of what was shown, and of what is now; NULL:
 * nothing on the map.
 */
void jalon_view_changes_note(struct jalon_view_changes *changes, int64_t seq,
                             const struct jalon_box *before, const struct jalon_box *after);
/* Did anything within the area change after event `since`? True also when it is not known. */
bool jalon_view_changes_meet(const struct jalon_view_changes *changes, int64_t since,
                             const struct jalon_view_area *area);

#endif
