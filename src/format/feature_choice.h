/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A ready Feature with what the frame chooses of it. Layer 2, private to format. */
#ifndef JALON_FORMAT_FEATURE_CHOICE_H
#define JALON_FORMAT_FEATURE_CHOICE_H

#include "jalon/format.h"

/*
 * Appends the item's Feature (jalon_feature_write made it): its bytes as they are where nothing is
 * chosen, else with item->geometry in the place of its own, and without the properties that the frame
 * does not show.
 */
void jalon_feature_write_choice(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                                const struct jalon_item *item);

#endif
