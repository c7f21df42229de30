/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The trail of what moderators, admins and operators do. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/clock.h"

enum jalon_status jalon_audit_add(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, struct jalon_text actor,
                                  const char *action, int64_t contribution,
                                  struct jalon_text subject, struct jalon_text reason,
                                  struct jalon_text detail)
{
    struct jalon_audit_entry entry = {
        .time_us = jalon_clock_now_us(),
        .actor = actor,
        .action = jalon_text_from(action),
        .contribution = contribution,
        .subject = subject,
        .reason = reason,
        .detail = detail,
    };
    return jalon_store_add_audit(ctx, session, map, &entry);
}
