/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An edit of a state that is not the current one any more: what to say, and what can be merged.
 * Private to app. */
#ifndef JALON_APP_STALE_H
#define JALON_APP_STALE_H

#include "jalon/app.h"

#include "past.h"

/*
 * The newest of these states that the contribution had. JALON_NOT_FOUND (no message): none, or one
 * more than 10,000 versions ago.
 */
enum jalon_status jalon_stale_find(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map,
                                   const struct jalon_contribution *now,
                                   const struct jalon_states *states,
                                   struct past *out) JALON_MUST_USE;
/* Is the contribution in one of these states? */
bool jalon_stale_is_current(const struct jalon_states *states,
                            const struct jalon_contribution *contribution);
/*
 * What `yours` changes of `from` though others have changed it since `seen`, and to something else
 * than `now` has: a JSON array [{"field","base","yours","current"}…], without what is absent, or not
 * known any more, and how many there are. Fields that the map does not show are no part of it.
 */
enum jalon_status jalon_stale_compare(struct jalon_context *ctx, const struct jalon_map *map,
                                      const struct past *seen,
                                      const struct jalon_contribution *now,
                                      const struct jalon_contribution *from,
                                      const struct jalon_contribution *yours,
                                      struct jalon_text *out, size_t *out_count) JALON_MUST_USE;

#endif
