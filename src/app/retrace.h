/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Does the history of a contribution lead to what it is now? Layer 3, private to app. */
#ifndef JALON_APP_RETRACE_H
#define JALON_APP_RETRACE_H

#include "jalon/model.h"
#include "jalon/context.h"

/*
 * `revisions` are all of the contribution's, oldest first. *out_fault tells the first thing that is
 * not so, in the context's arena; its data is NULL when there is none.
 */
enum jalon_status jalon_retrace_history(struct jalon_context *ctx, const struct jalon_map *map,
                                     const struct jalon_contribution *contribution,
                                     const struct jalon_revision *revisions, size_t count,
                                     struct jalon_text *out_fault) JALON_MUST_USE;

#endif
