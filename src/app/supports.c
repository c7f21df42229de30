/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Voices for a contribution: one a person, or a device. Layer 3 (app). */
#include "jalon/clock.h"

#include "talk.h"

/* Whose voices whoever asks may have; empty ones: none. */
struct voices {
    struct jalon_text account;
    struct jalon_text device;
};

static enum jalon_status name_voices(struct jalon_context *ctx, const struct talk *talk,
                                     struct voices *out)
{
    struct voices voices = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    if (talk->party.account_number != 0) {
        voices.account = jalon_text_format(ctx->arena, "account:%lld",
                                           (long long)talk->party.account_number);
    }
    if (talk->device.length > 0) {
        voices.device =
            jalon_text_format(ctx->arena, "device:%.*s", JALON_TEXT_ARGS(talk->device));
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
    struct voices voices;
    bool has_account = false, has_device = false;
    enum jalon_status status = name_voices(ctx, talk, &voices);
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
    struct voices voices;
    int64_t before = talk->subject.supports, seq = 0;
    enum jalon_status status = name_voices(ctx, talk, &voices);
    if (status == JALON_OK && voices.account.length == 0 && voices.device.length == 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Jalon-Device",
                             "without an account, say which device this is: by a random text that it "
                             "keeps");
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
