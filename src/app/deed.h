/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Doing something to one contribution in a turn of its own. Private to app. */
#ifndef JALON_APP_DEED_H
#define JALON_APP_DEED_H

#include "jalon/app_memory.h"

#include "internal.h"
#include "rights.h"

/* What is done in the turn, of which `map` is what the requester is shown. */
typedef enum jalon_status (*jalon_deed)(struct jalon_context *ctx, struct jalon_live_map *live,
                                        struct jalon_turn *turn, void *object);
/*
 * Does it in a turn of its own, once more when the map was removed meanwhile and there is another one
 * of this name. What it made is there when this returns JALON_OK.
 */
enum jalon_status jalon_deed_do(struct jalon_context *ctx, struct jalon_app *app,
                                const struct jalon_item_ref *ref, jalon_deed deed,
                                void *object) JALON_MUST_USE;

struct deed_subject {
    struct jalon_party party;
    struct jalon_contribution contribution;
};
/* The contribution in any moderation, if the party has this right to it. What it may not see is not
 * there: JALON_NOT_FOUND. */
enum jalon_status jalon_deed_find(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, const struct jalon_item_ref *ref,
                                  enum jalon_right right,
                                  struct deed_subject *out) JALON_MUST_USE;
/* Notifies the account (jalon_notify) of a decision: {"decision": …, "reason": …}. */
enum jalon_status jalon_deed_tell_decision(struct jalon_context *ctx, struct jalon_turn *turn,
                                           struct jalon_text account, const char *kind,
                                           const char *decision, int64_t contribution,
                                           struct jalon_text actor,
                                           struct jalon_text reason) JALON_MUST_USE;
/* JALON_INVALID at /reason when there is none. */
enum jalon_status jalon_deed_check_reason(struct jalon_context *ctx,
                                          struct jalon_text reason) JALON_MUST_USE;

#endif
