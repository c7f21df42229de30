/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A map's description, copied. Layer 2 (view), private. */
#ifndef JALON_VIEW_MAP_COPY_H
#define JALON_VIEW_MAP_COPY_H

#include "jalon/arena.h"
#include "jalon/model.h"

/* A deep copy in the arena; NULL when there is no memory. */
const struct jalon_map *jalon_view_copy_map(struct jalon_arena *arena,
                                            const struct jalon_map *map);

#endif
