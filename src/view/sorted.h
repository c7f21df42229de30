/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists that are sorted by properties. Layer 2 (view), private. */
#ifndef JALON_VIEW_SORTED_H
#define JALON_VIEW_SORTED_H

#include "snapshot.h"

/* As jalon_snapshot_query, but for lists by distance; also by number alone. */
enum jalon_status jalon_view_query_sorted(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_view_query *query,
                                          struct jalon_view_result *out) JALON_MUST_USE;

#endif
