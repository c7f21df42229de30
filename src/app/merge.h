/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Undoing a merge. Private to app. */
#ifndef JALON_APP_MERGE_H
#define JALON_APP_MERGE_H

#include "internal.h"

/*
 * Of a duplicate that is brought back: `after` leads to no other one any more, nor is it linked to that
 * as the same. Nothing where `before` was not merged.
 */
enum jalon_status jalon_merge_undo(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct jalon_contribution *before,
                                   struct jalon_contribution *after) JALON_MUST_USE;

#endif
