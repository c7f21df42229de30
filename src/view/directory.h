/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The end of a segment's image: where everything in it is. Layer 2 (view), private. */
#ifndef JALON_VIEW_DIRECTORY_H
#define JALON_VIEW_DIRECTORY_H

#include "builder.h"

/* Another one for every change of what images hold, or how. */
#define JALON_VIEW_IMAGE_VERSION UINT64_C(4)

struct jalon_view_directory {
    uint64_t version;
    struct jalon_view_origin origin;
    uint8_t id_key[16];
    uint32_t count;
    uint32_t placed;
    uint32_t tally_count;
    uint32_t id_mask;
    struct jalon_box extent;
    /* Where in the image: */
    uint64_t spots, labels, geometry_types, numbers, records, by_number;
    uint64_t levels[JALON_VIEW_BOXES_LEVELS];
    uint64_t created_us, updated_us, first_observed_us, last_observed_us, id_table, columns, quads;
};

/* Takes the image over; NULL, and the image unmapped, when there is no memory. */
struct jalon_view_segment *jalon_view_segment_make(const unsigned char *image, size_t size,
                                                   bool is_mapped);

#endif
