/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A decision in the making: what the files of the desk share. Private to app. */
#ifndef JALON_APP_DECIDE_H
#define JALON_APP_DECIDE_H

#include "jalon/app_moderation.h"

#include "internal.h"
#include "rights.h"

/* One decision, in its turn. */
struct deciding {
    struct jalon_turn *turn;
    const struct jalon_decide *command;
    struct jalon_party party;
    struct jalon_contribution before; /* as it was found */
    struct jalon_contribution after;  /* as it is now */
    int64_t seq;                      /* of its last event; 0: none was made */
};

/*
 * Another state of a contribution as a revision: `after` is what it becomes, but for version and
 * updated_us, which are set.
 */
enum jalon_status jalon_decide_put(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct jalon_contribution *before,
                                   struct jalon_contribution *after, enum jalon_action action,
                                   struct jalon_text author, struct jalon_text reason,
                                   int64_t *out_seq) JALON_MUST_USE;

/* --- merge.c --- */
/* JALON_INVALID at /into or /fields; JALON_CONFLICT. */
enum jalon_status jalon_decide_merge(struct jalon_context *ctx,
                                     struct deciding *deciding) JALON_MUST_USE;

/* --- purge.c --- */
enum jalon_status jalon_decide_purge(struct jalon_context *ctx,
                                     struct deciding *deciding) JALON_MUST_USE;

#endif
