/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Makes segments: entries in any order in, an image out. Layer 2 (view), private. */
#ifndef JALON_VIEW_BUILDER_H
#define JALON_VIEW_BUILDER_H

#include "segment.h"

/* What a segment is of. */
struct jalon_view_kind {
    const struct jalon_map *map;
    int32_t collection; /* index */
    struct jalon_view_plane plane;
};

struct jalon_view_builder;

/* `folder` (NULL: none) is where files may be made. NULL when there is no memory. */
struct jalon_view_builder *jalon_view_builder_create(const struct jalon_view_kind *kind,
                                                     const char *folder);
void jalon_view_builder_destroy(struct jalon_view_builder *builder);
/* Each id once. False: no memory, or the disk is full. */
bool jalon_view_builder_add(struct jalon_view_builder *builder,
                            const struct jalon_view_entry *entry);
uint32_t jalon_view_builder_count(const struct jalon_view_builder *builder);
/* Where a kept segment comes from; all of it is checked before the file is used again. */
struct jalon_view_origin {
    int64_t seq; /* it is what the collection was after this event */
    int64_t time_us;
    uint64_t digest[2]; /* of the map's description, its territories, and which collection it is */
};

/*
 * Makes the segment and begins anew. With `path` (NULL: none) it is kept as a file with this name,
 * if that can be made. NULL: no memory, or the disk is full.
 */
struct jalon_view_segment *jalon_view_builder_finish(struct jalon_view_builder *builder,
                                                     const char *path,
                                                     const struct jalon_view_origin *origin);
/*
 * A kept segment; NULL when there is none that fits: of another digest than the origin's, of another
 * version, damaged. The origin then is its own.
 */
struct jalon_view_segment *jalon_view_segment_open(const struct jalon_view_kind *kind,
                                                   const char *path,
                                                   struct jalon_view_origin *origin);

#endif
