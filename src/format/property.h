/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The properties of contributions as columns, for the writers that have columns. Layer 2, private to
 * format.
 */
#ifndef JALON_FORMAT_PROPERTY_H
#define JALON_FORMAT_PROPERTY_H

#include "jalon/format.h"

struct jalon_property {
    struct jalon_text name;
    struct jalon_label label;
    enum jalon_field_type type;
    const struct jalon_field *field; /* NULL for those that every contribution has */
    size_t number;                   /* private */
};

/*
 * The next one of those that the frame shows: what every contribution has, in the order of
 * jalon_feature_write, then the public fields. *position starts at 0. False: there are no more.
 */
bool jalon_property_next(const struct jalon_items_frame *frame, size_t *position,
                         struct jalon_property *out);
/*
 * Appends the value as plain text, nothing where there is none: times as jalon_clock_format, several
 * keys with | between.
 */
void jalon_property_write(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                          const struct jalon_contribution *contribution,
                          const struct jalon_property *property);
/* Where the item is, in the frame's system. */
const struct jalon_geometry *jalon_item_geometry(const struct jalon_item *item);

#endif
