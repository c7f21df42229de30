/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What time does to what is kept: each class of personal data has its days, by the map's rules.
 * Layer 3 (app).
 */
#include "jalon/app_tidy.h"

#include <stdatomic.h>

#include "jalon/clock.h"

#include "internal.h"

enum { MAIL_DAYS = 7, NOTIFICATION_DAYS = 180 };
static const int64_t day_us = INT64_C(86400) * 1000000;

const char *jalon_tidy_kind_name(enum jalon_tidy_kind kind)
{
    static const char *const names[JALON_TIDY_KIND_COUNT] = {
        [JALON_TIDY_CONTACTS] = "contacts", [JALON_TIDY_TRACES] = "traces",
        [JALON_TIDY_REPORTS] = "reports",   [JALON_TIDY_LATE] = "late",
        [JALON_TIDY_SESSIONS] = "sessions", [JALON_TIDY_TICKETS] = "links",
        [JALON_TIDY_MAILS] = "mails",       [JALON_TIDY_NOTIFICATIONS] = "notifications",
    };
    return names[kind];
}

/* Days for which a kind is kept; 0: always. */
static int32_t days_of(enum jalon_tidy_kind kind, const struct jalon_rules *rules)
{
    switch (kind) {
    case JALON_TIDY_CONTACTS: return rules->contact_days;
    case JALON_TIDY_TRACES: return rules->trace_days;
    case JALON_TIDY_REPORTS: return rules->report_days;
    case JALON_TIDY_LATE: return rules->pending_days;
    case JALON_TIDY_MAILS: return MAIL_DAYS;
    case JALON_TIDY_NOTIFICATIONS: return NOTIFICATION_DAYS;
    case JALON_TIDY_SESSIONS:
    case JALON_TIDY_TICKETS:
    case JALON_TIDY_KIND_COUNT: break;
    }
    return 0;
}

static bool is_stopped(const _Atomic bool *stop)
{
    return stop != NULL && atomic_load(stop);
}

/* One step of some kinds in one transaction; *out_more: there may be more to do. */
static enum jalon_status step(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_map *map, enum jalon_tidy_kind from,
                              enum jalon_tidy_kind to, struct jalon_tidied *done, bool *out_more)
{
    int64_t now_us = jalon_clock_now_us();
    enum jalon_status status = JALON_OK;
    *out_more = false;
    for (enum jalon_tidy_kind kind = from; kind < to && status == JALON_OK; kind++) {
        int32_t days = days_of(kind, map != NULL ? &map->rules : NULL);
        bool is_by_end = kind == JALON_TIDY_SESSIONS || kind == JALON_TIDY_TICKETS;
        int64_t count = 0;
        if (days > 0 || is_by_end) {
            status = jalon_store_tidy(ctx, session, kind, map != NULL ? map->number : 0,
                                      now_us - days * day_us, &count);
        }
        done->counts[kind] += count;
        *out_more = *out_more || count >= JALON_TIDY_STEP;
    }
    return status;
}

static bool is_something(const struct jalon_tidied *done)
{
    int64_t sum = 0;
    for (size_t i = 0; i < JALON_TIDY_KIND_COUNT; i++) {
        sum += done->counts[i];
    }
    return sum > 0;
}

/* A map (NULL: the server), until there is nothing more to do. */
static enum jalon_status tidy(struct jalon_context *ctx, struct jalon_app *app,
                              const struct jalon_map *map, const _Atomic bool *stop,
                              struct jalon_tidied *sums)
{
    enum jalon_tidy_kind from = map != NULL ? 0 : JALON_TIDY_MAP_COUNT;
    enum jalon_tidy_kind to = map != NULL ? JALON_TIDY_MAP_COUNT : JALON_TIDY_KIND_COUNT;
    enum jalon_status status = JALON_OK;
    for (bool more = true; more && status == JALON_OK && !is_stopped(stop);) {
        struct jalon_session *session = NULL;
        struct jalon_tidied done = {{0}};
        status = jalon_store_write(ctx, app->store, &session);
        if (status == JALON_OK && map != NULL) { /* nobody decides about what is late meanwhile */
            status = jalon_session_lock_map(ctx, session, map, true);
        }
        if (status == JALON_OK) {
            status = step(ctx, session, map, from, to, &done, &more);
        }
        if (status == JALON_OK && is_something(&done)) {
            status = jalon_session_commit(ctx, session);
        }
        jalon_session_end(session);
        for (size_t i = 0; i < JALON_TIDY_KIND_COUNT && status == JALON_OK; i++) {
            sums->counts[i] += done.counts[i];
        }
    }
    return status;
}

enum jalon_status jalon_app_tidy(struct jalon_context *ctx, struct jalon_app *app,
                                 const _Atomic bool *stop, struct jalon_tidied *out)
{
    struct jalon_map_summary *maps = NULL;
    size_t count = 0;
    *out = (struct jalon_tidied){{0}};
    enum jalon_status status = jalon_app_list_maps(ctx, app, &maps, &count);
    for (size_t i = 0; i < count && status == JALON_OK && !is_stopped(stop); i++) {
        struct jalon_map map;
        status = jalon_app_find_map(ctx, app, maps[i].slug, &map);
        if (status == JALON_OK) {
            status = tidy(ctx, app, &map, stop, out);
        }
        if (status == JALON_NOT_FOUND || status == JALON_GONE) { /* removed meanwhile */
            jalon_error_clear(ctx);
            status = JALON_OK;
        }
    }
    return status == JALON_OK ? tidy(ctx, app, NULL, stop, out) : status;
}
