/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Voices for a contribution: one a person, or a device. Layer 3 (app). */
#include "jalon/clock.h"

#include "talk.h"

enum { ADOPTED_A_TURN = 50 };

/* Whose voices whoever asks may have; empty ones: none. */
struct voices {
    struct jalon_text account;
    struct jalon_text device;
};

static enum jalon_status name_voices(struct jalon_context *ctx, int64_t account,
                                     struct jalon_text device, struct voices *out)
{
    struct voices voices = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    if (account != 0) {
        voices.account = jalon_text_format(ctx->arena, "account:%lld", (long long)account);
    }
    if (device.length > 0) {
        voices.device = jalon_text_format(ctx->arena, "device:%.*s", JALON_TEXT_ARGS(device));
    }
    if (voices.account.data == NULL || voices.device.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = voices;
    return JALON_OK;
}

/* --- Reading --- */
static enum jalon_status find(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct jalon_supports *supports = object;
    struct voices voices = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    bool has_account = false, has_device = false;
    enum jalon_status status = name_voices(ctx, talk->party.account_number, talk->device, &voices);
    if (status == JALON_OK && voices.account.length > 0) {
        status = jalon_store_has_support(ctx, talk->session, talk->map, talk->subject.number,
                                         voices.account, &has_account);
    }
    if (status == JALON_OK && voices.device.length > 0) {
        status = jalon_store_has_support(ctx, talk->session, talk->map, talk->subject.number,
                                         voices.device, &has_device);
    }
    *supports = (struct jalon_supports){talk->subject.supports, has_account || has_device, 0};
    return status;
}

enum jalon_status jalon_app_find_supports(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_about *about,
                                          struct jalon_supports *out)
{
    return jalon_talk_read(ctx, app, about, find, out);
}

/* --- Of a device that is an account's --- */
/* Where both have one, the count falls. */
static enum jalon_status adopt_one(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct voices *voices, int64_t number)
{
    struct jalon_contribution contribution;
    bool is_moved = false, is_removed = false;
    int64_t seq;
    enum jalon_status status =
        jalon_store_move_support(ctx, turn->session, turn->map, number, voices->device,
                                 voices->account, &is_moved);
    if (status == JALON_OK && !is_moved) {
        status = jalon_store_remove_support(ctx, turn->session, turn->map, number, voices->device,
                                            &is_removed);
    }
    if (status != JALON_OK || !is_removed) {
        return status;
    }
    status = jalon_store_load_contribution(ctx, turn->session, turn->map, number, &contribution);
    if (status == JALON_OK) {
        contribution.supports--;
        status = jalon_turn_touch(ctx, turn, &contribution, &seq);
    }
    return status;
}

/* Those of the list that are in the turn's map; `but` is somebody else's to do. */
static enum jalon_status adopt_some(struct jalon_context *ctx, struct jalon_turn *turn,
                                    const struct voices *voices,
                                    const struct jalon_supported *list, size_t count, int64_t but)
{
    enum jalon_status status = jalon_turn_keep(ctx, turn);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        if (list[i].map == turn->map->number && list[i].contribution != but) {
            status = adopt_one(ctx, turn, voices, list[i].contribution);
        }
    }
    return status;
}

/* All in the map of which one is supported now. */
static enum jalon_status adopt_in_map(struct jalon_context *ctx, struct talk *talk,
                                      const struct voices *voices)
{
    struct jalon_supported after = {.map = talk->map->number};
    struct jalon_supported *list = NULL;
    size_t count = 0;
    enum jalon_status status;
    do {
        status = jalon_store_list_supported(ctx, talk->session, voices->device, after,
                                            ADOPTED_A_TURN, &list, &count);
        if (status == JALON_OK && count > 0) {
            after = list[count - 1];
            status = adopt_some(ctx, talk->turn, voices, list, count, talk->subject.number);
        }
    } while (status == JALON_OK && count == ADOPTED_A_TURN && after.map == talk->map->number);
    return status;
}

/* In the map of the first of them. */
static enum jalon_status adopt_in_turn(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct voices *voices,
                                       const struct jalon_supported *list, size_t count)
{
    struct jalon_live_map *live;
    struct jalon_turn turn;
    enum jalon_status status =
        jalon_live_hold(ctx, app, list[0].slug, JALON_VISIBILITY_MODERATORS, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_begin(ctx, app, jalon_view_map(live->view), &turn);
    if (status == JALON_OK) {
        status = adopt_some(ctx, &turn, voices, list, count, 0);
        status = jalon_turn_end(ctx, &turn, status);
    }
    jalon_live_release(app, live);
    if (status == JALON_GONE) { /* there may be another one of this name */
        jalon_live_drop(app, list[0].slug);
    }
    return status;
}

static enum jalon_status list_supported(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text voice, struct jalon_supported after,
                                        struct jalon_supported **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_supported(ctx, session, voice, after, ADOPTED_A_TURN, out,
                                            out_count);
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status adopt_everywhere(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct voices *voices)
{
    struct jalon_supported after = {.map = 0};
    struct jalon_supported *list = NULL;
    size_t count = 0;
    enum jalon_status status;
    do {
        status = list_supported(ctx, app, voices->device, after, &list, &count);
        if (status == JALON_OK && count > 0) {
            status = adopt_in_turn(ctx, app, voices, list, count);
            for (size_t i = 0; i < count && list[i].map == list[0].map; i++) {
                after = list[i];
            }
        }
    } while (status == JALON_OK && count > 0);
    return status;
}

void jalon_app_adopt_supports(struct jalon_context *ctx, struct jalon_app *app,
                              const struct jalon_actor *actor, int64_t account)
{
    struct voices voices = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    struct jalon_text device = JALON_TEXT_EMPTY;
    enum jalon_status status = jalon_trace_device(ctx, app, actor, &device);
    if (status == JALON_OK) {
        status = name_voices(ctx, account, device, &voices);
    }
    if (status == JALON_OK && device.length > 0) {
        status = adopt_everywhere(ctx, app, &voices);
    }
    if (status != JALON_OK) {
        jalon_error_clear(ctx); /* the next time */
    }
}

/* --- Writing --- */
static bool is_closed(const struct talk *talk)
{
    const struct jalon_contribution *subject = &talk->subject;
    return subject->status >= 0 &&
           talk->map->collections[subject->collection].statuses[subject->status].closes;
}

/* What changes the count: one voice more or less. */
static enum jalon_status add(struct jalon_context *ctx, struct talk *talk, struct jalon_text voice)
{
    bool changed = false;
    enum jalon_status status =
        jalon_store_add_support(ctx, talk->session, talk->map, talk->subject.number, voice,
                                jalon_clock_now_us(), &changed);
    talk->subject.supports += status == JALON_OK && changed;
    return status;
}

static enum jalon_status take_away(struct jalon_context *ctx, struct talk *talk,
                                   struct jalon_text voice)
{
    bool changed = false;
    enum jalon_status status =
        voice.length > 0 ? jalon_store_remove_support(ctx, talk->session, talk->map,
                                                      talk->subject.number, voice, &changed)
                         : JALON_OK;
    talk->subject.supports -= status == JALON_OK && changed;
    return status;
}

struct change {
    bool wanted;
    struct jalon_supports done;
};

static enum jalon_status change_voice(struct jalon_context *ctx, struct talk *talk,
                                      const struct voices *voices, bool wanted)
{
    bool has_account = voices->account.length > 0;
    enum jalon_status status = JALON_OK;
    if (!wanted || has_account) { /* the device's voice is the person's who writes from it */
        status = take_away(ctx, talk, voices->device);
    }
    if (status == JALON_OK && wanted) {
        status = add(ctx, talk, has_account ? voices->account : voices->device);
    }
    if (status == JALON_OK && !wanted) {
        status = take_away(ctx, talk, voices->account);
    }
    return status;
}

static enum jalon_status support(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct change *change = object;
    struct voices voices = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    int64_t before = talk->subject.supports, seq = 0;
    enum jalon_status status = name_voices(ctx, talk->party.account_number, talk->device, &voices);
    if (status == JALON_OK && voices.account.length == 0 && voices.device.length == 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Jalon-Device",
                             "without an account, say which device this is: by a random text that it "
                             "keeps");
    }
    if (status == JALON_OK && voices.account.length > 0 && voices.device.length > 0) {
        status = adopt_in_map(ctx, talk, &voices);
    }
    if (status == JALON_OK) {
        status = change_voice(ctx, talk, &voices, change->wanted);
    }
    if (status == JALON_OK && talk->subject.supports > before && is_closed(talk)) {
        status = jalon_fail(ctx, JALON_CONFLICT, "this contribution is closed");
    }
    if (status == JALON_OK && talk->subject.supports != before) {
        status = jalon_turn_touch(ctx, talk->turn, &talk->subject, &seq);
    }
    change->done = (struct jalon_supports){talk->subject.supports, change->wanted, seq};
    return status;
}

enum jalon_status jalon_app_support(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_about *about, bool wanted,
                                    struct jalon_supports *out)
{
    struct change change = {.wanted = wanted};
    enum jalon_status status =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_SUPPORT, support, &change);
    if (status == JALON_OK) {
        *out = change.done;
    }
    return status;
}
