/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Limits, blocks and zones before a write. Layer 3 (app). */
#include "abuse.h"

#include <string.h>

#include "jalon/clock.h"
#include "jalon/geo.h"
#include "jalon/memory.h"
#include "jalon/rate.h"
#include "jalon/store_moderation.h"

#include "internal.h"

static const int64_t hour_us = INT64_C(3600) * 1000000;
static const int64_t day_us = INT64_C(24) * 3600 * 1000000;

/* How trust grows: by so many accepted contributions, or days, once more of the first limit. */
enum { ACCEPTED_A_STEP = 5, DAYS_A_STEP = 30, STEPS_MAX = 20, ACCEPTED_MAX = 1000 };
enum { COUNTED_ADDRESS = 'a', COUNTED_ACCOUNT = 'n', COUNTED_TRUSTED = 't', COUNTED_MAP = 'm' };

struct jalon_abuse *jalon_abuse_create(void)
{
    struct jalon_abuse *abuse = jalon_memory_allocate_zeroed(1, sizeof *abuse);
    if (abuse == NULL) {
        return NULL;
    }
    abuse->writes = jalon_rate_create();
    abuse->proofs = jalon_rate_create();
    abuse->texts = jalon_rate_create();
    if (abuse->writes == NULL || abuse->proofs == NULL || abuse->texts == NULL) {
        jalon_abuse_destroy(abuse);
        return NULL;
    }
    return abuse;
}

void jalon_abuse_destroy(struct jalon_abuse *abuse)
{
    if (abuse == NULL) {
        return;
    }
    jalon_rate_destroy(abuse->texts);
    jalon_rate_destroy(abuse->proofs);
    jalon_rate_destroy(abuse->writes);
    jalon_memory_release(abuse);
}

void jalon_app_set_write_limits(struct jalon_app *app, const struct jalon_write_limits *limits)
{
    app->abuse->limits = *limits;
}

/* --- Limits --- */
/* 127.0.0.0/8 as the address of an IPv4 client, or ::1 (of which the network is kept: zeros). */
static bool is_loopback(const struct jalon_actor *actor)
{
    static const uint8_t mapped[13] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    static const uint8_t six[16] = {0};
    return memcmp(actor->address, mapped, sizeof mapped) == 0 ||
           memcmp(actor->address, six, sizeof six) == 0;
}

static bool is_limited(const struct jalon_write_limit *limit, const struct jalon_actor *actor)
{
    return limit->most > 0 && !(limit->spares_loopback && is_loopback(actor));
}

/* One write under a key: what kind of thing is counted, its number, and a map's. */
struct counted {
    char kind;
    int64_t number;
    int64_t map;
};

enum { KEY_SIZE = 1 + 2 * sizeof(int64_t) };

static void make_key(const struct counted *counted, uint8_t out[KEY_SIZE])
{
    out[0] = (uint8_t)counted->kind;
    memcpy(out + 1, &counted->number, sizeof counted->number);
    memcpy(out + 1 + sizeof counted->number, &counted->map, sizeof counted->map);
}

static bool take(struct jalon_app *app, const struct counted *counted, unsigned most,
                 int64_t *out_wait_us)
{
    uint8_t key[KEY_SIZE];
    const struct jalon_rate_limit limit = {hour_us / most, hour_us};
    make_key(counted, key);
    return jalon_rate_take(app->abuse->writes, key, sizeof key, &limit,
                           jalon_clock_monotonic_us(), out_wait_us);
}

static enum jalon_status refuse_rate(struct jalon_context *ctx, const char *whose, int64_t wait_us)
{
    ctx->error.retry_after_s = (wait_us + 999999) / 1000000;
    return jalon_fail(ctx, JALON_RATE_LIMITED, "%s: wait %lld seconds", whose,
                      (long long)ctx->error.retry_after_s);
}

/* An address is 16 bytes: folded into a number, which is enough to count by. */
static int64_t fold_address(const struct jalon_actor *actor)
{
    uint64_t halves[2];
    memcpy(halves, actor->address, sizeof halves);
    return (int64_t)(halves[0] ^ (halves[1] * UINT64_C(0x9e3779b97f4a7c15)));
}

bool jalon_abuse_is_pressed(struct jalon_app *app, const struct jalon_map *map)
{
    unsigned most = app->abuse->limits.pressure.most;
    const struct counted counted = {COUNTED_MAP, 0, map->number};
    const struct jalon_rate_limit limit = {most > 0 ? hour_us / most : hour_us, hour_us};
    uint8_t key[KEY_SIZE];
    make_key(&counted, key);
    return most > 0 && jalon_rate_is_full(app->abuse->writes, key, sizeof key, &limit,
                                          jalon_clock_monotonic_us());
}

static enum jalon_status check_anonymous(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map,
                                         const struct jalon_actor *actor)
{
    const struct jalon_write_limits *limits = &app->abuse->limits;
    const struct counted address = {COUNTED_ADDRESS, fold_address(actor), map->number};
    const struct counted whole = {COUNTED_MAP, 0, map->number};
    int64_t wait_us = 0;
    bool is_proven = false;
    if (is_limited(&limits->anonymous, actor) &&
        !take(app, &address, limits->anonymous.most, &wait_us)) {
        return refuse_rate(ctx,
                           jalon_say(ctx, "so much has been written from this address without an "
                                          "account"),
                           wait_us);
    }
    if (!is_limited(&limits->pressure, actor) ||
        take(app, &whole, limits->pressure.most, &wait_us)) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_abuse_take_proof(ctx, app, map, actor, &is_proven);
    if (status != JALON_OK || is_proven) {
        return status;
    }
    return jalon_fail(ctx, JALON_RATE_LIMITED,
                      "much is being written to this map without an account: sign in, or send a proof "
                      "of work as Jalon-Proof; what it takes is under %s/challenge",
                      map->slug.data);
}

/* How many times the first limit an account may write. */
static enum jalon_status find_trust(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, const struct jalon_party *party,
                                    unsigned *out)
{
    struct jalon_account account;
    int64_t counts[JALON_MODERATION_COUNT];
    enum jalon_status status =
        jalon_store_find_account(ctx, session, party->actor.account, &account);
    if (status == JALON_OK) {
        status = jalon_store_count_by_author(ctx, session, map, party->actor.account, counts);
    }
    if (status == JALON_NOT_FOUND) {
        *out = 1;
        return JALON_OK;
    }
    if (status != JALON_OK) {
        return status;
    }
    int64_t good = counts[JALON_MODERATION_PUBLISHED];
    int64_t bad = counts[JALON_MODERATION_HIDDEN] + counts[JALON_MODERATION_REJECTED];
    int64_t age_us = jalon_clock_now_us() - account.created_us;
    int64_t steps = (good - 5 * bad) / ACCEPTED_A_STEP + age_us / (DAYS_A_STEP * day_us);
    steps = steps > STEPS_MAX - 1 ? STEPS_MAX - 1 : steps;
    *out = good < 5 * bad || steps < 0 ? 1U : (unsigned)(1 + steps);
    return JALON_OK;
}

/* Only who comes to the first limit is looked at more closely. */
static enum jalon_status check_account(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_session *session, const struct jalon_map *map,
                                       const struct jalon_party *party)
{
    const struct jalon_write_limit *limit = &app->abuse->limits.account;
    const struct counted first = {COUNTED_ACCOUNT, party->account_number, 0};
    const struct counted more = {COUNTED_TRUSTED, party->account_number, 0};
    int64_t wait_us = 0;
    unsigned times;
    if (!is_limited(limit, &party->actor) || take(app, &first, limit->most, &wait_us)) {
        return JALON_OK;
    }
    enum jalon_status status = find_trust(ctx, session, map, party, &times);
    if (status != JALON_OK ||
        (times > 1 && take(app, &more, limit->most * (times - 1), &wait_us))) {
        return status;
    }
    return refuse_rate(ctx, jalon_say(ctx, "so much has been written by this account"), wait_us);
}

/* --- Blocks and zones --- */
static enum jalon_status tell_end(struct jalon_context *ctx, const char *what,
                                  struct jalon_text reason, int64_t ends_us)
{
    char end[JALON_CLOCK_TEXT_SIZE];
    if (ends_us == 0) {
        return jalon_fail(ctx, JALON_FORBIDDEN, "%s: %.*s", what, JALON_TEXT_ARGS(reason));
    }
    jalon_clock_format(ends_us, end);
    return jalon_fail(ctx, JALON_FORBIDDEN, "%s until %s: %.*s", what, end,
                      JALON_TEXT_ARGS(reason));
}

static enum jalon_status check_zones(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map,
                                     const struct jalon_geometry *geometry)
{
    struct jalon_zone *zones = NULL;
    size_t count = 0;
    struct jalon_position position;
    enum jalon_status status = jalon_geometry_label_position(ctx, geometry, &position);
    if (status == JALON_OK) {
        status = jalon_store_list_zones(ctx, session, map, jalon_clock_now_us(),
                                        (struct jalon_id){{0}}, JALON_ZONES_MAX, &zones, &count);
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        if (jalon_geometry_holds(&zones[i].geometry, position)) {
            return tell_end(ctx, jalon_say(ctx, "here nobody may write without an account"),
                            zones[i].reason, zones[i].ends_us);
        }
    }
    return status;
}

static enum jalon_status check_hindrances(struct jalon_context *ctx, struct jalon_app *app,
                                          struct jalon_session *session,
                                          const struct jalon_map *map,
                                          const struct jalon_party *party,
                                          const struct jalon_geometry *geometry)
{
    const struct jalon_actor *actor = &party->actor;
    bool is_anonymous = actor->account.length == 0;
    struct jalon_writer writer = {actor->account, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    struct jalon_hindrance found;
    enum jalon_status status = JALON_OK;
    if (is_anonymous) {
        status = jalon_trace_device(ctx, app, actor, &writer.device);
    }
    if (status == JALON_OK && is_anonymous) {
        status = jalon_trace_address(ctx, app, actor, &writer.address);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_hindrance(ctx, session, map, &writer, jalon_clock_now_us(),
                                            &found);
    }
    if (status == JALON_OK && found.is_blocked) {
        return tell_end(ctx, jalon_say(ctx, "you may not write here"), found.reason, found.ends_us);
    }
    bool may_be_closed = status == JALON_OK && found.has_zones && is_anonymous &&
                         geometry != NULL && geometry->type != JALON_GEOMETRY_NONE;
    return may_be_closed ? check_zones(ctx, session, map, geometry) : status;
}

enum jalon_status jalon_abuse_check(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_session *session, const struct jalon_map *map,
                                    const struct jalon_party *party,
                                    const struct jalon_geometry *geometry)
{
    enum jalon_status status = JALON_OK;
    if (jalon_rights_allows(map, party, JALON_RIGHT_MODERATE)) {
        return JALON_OK;
    }
    if (party->actor.account.length == 0) {
        status = check_anonymous(ctx, app, map, &party->actor);
    } else if (party->role < JALON_ROLE_MEMBER) {
        status = check_account(ctx, app, session, map, party);
    }
    return status == JALON_OK ? check_hindrances(ctx, app, session, map, party, geometry) : status;
}
