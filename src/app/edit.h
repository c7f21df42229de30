/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a patch makes of a contribution, before anything is done with it. Private to app. */
#ifndef JALON_APP_EDIT_H
#define JALON_APP_EDIT_H

#include "draft.h"
#include "internal.h"
#include "rights.h"

/*
 * What `base` becomes by what edit->read makes of its Feature, as readers of `map` see it; it has the next
 * version. Failures are those of jalon_app_edit from the reader's on.
 */
enum jalon_status jalon_edit_read(struct jalon_context *ctx, const struct jalon_map *map,
                                  const struct jalon_contribution *base,
                                  const struct jalon_edit *edit,
                                  struct jalon_contribution *out) JALON_MUST_USE;

#endif
