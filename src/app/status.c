/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Steps of a contribution's workflow. Layer 3 (app). */
#include "jalon/clock.h"
#include "jalon/json.h"

#include "admission.h"
#include "talk.h"

enum { STEPS_MAX = 4096 };

struct step {
    struct jalon_text status, reason;
    struct jalon_contributed done;
};

static bool leads(const struct jalon_collection *collection, int32_t from, int32_t to)
{
    for (size_t i = 0; i < collection->transition_count; i++) {
        if (collection->transitions[i].from == from && collection->transitions[i].to == to) {
            return true;
        }
    }
    return false;
}

/* Names the steps that there are. */
static enum jalon_status refuse_step(struct jalon_context *ctx,
                                     const struct jalon_collection *collection, int32_t from,
                                     int32_t to)
{
    struct jalon_buffer names;
    jalon_buffer_init(&names, STEPS_MAX);
    for (size_t i = 0; i < collection->status_count; i++) {
        if (leads(collection, from, (int32_t)i)) {
            jalon_buffer_append_string(&names, names.length > 0 ? ", " : "");
            jalon_buffer_append_text(&names, collection->statuses[i].key);
        }
    }
    struct jalon_text list = jalon_buffer_status(&names) == JALON_OK
                                 ? jalon_text_copy(ctx->arena, jalon_buffer_text(&names))
                                 : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&names);
    return jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_POINTER, "/status",
                         "no step leads from '%s' to '%s'; there are: %s",
                         from >= 0 ? collection->statuses[from].key.data : "",
                         collection->statuses[to].key.data,
                         list.data != NULL && list.length > 0 ? list.data : jalon_say(ctx, "none"));
}

/* The status that is meant, and that it may be reached from here. */
static enum jalon_status judge(struct jalon_context *ctx, const struct talk *talk,
                               const struct step *step, int32_t *out)
{
    const struct jalon_collection *collection =
        &talk->map->collections[talk->subject.collection];
    int32_t from = talk->subject.status;
    int32_t to = jalon_collection_find_status(collection, step->status);
    if (to < 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/status",
                             "%s has no status '%.*s'", collection->key.data,
                             JALON_TEXT_ARGS(step->status));
    }
    if (!leads(collection, from, to)) {
        return refuse_step(ctx, collection, from, to);
    }
    (void)jalon_talk_check_text(ctx, step->reason, "/reason", JALON_TALK_REASON_LENGTH_MAX,
                                !collection->statuses[to].closes, true);
    *out = to;
    return jalon_error_verdict(ctx, "this status needs a reason that everybody can read");
}

/* --- Telling --- */
static enum jalon_status tell(struct jalon_context *ctx, struct talk *talk, const struct step *step)
{
    const struct jalon_talk_member members[] = {{"status", step->status},
                                                {"reason", step->reason}};
    size_t const member_count = sizeof members / sizeof members[0];
    struct jalon_text *supporters = NULL;
    size_t count = 0;
    enum jalon_status status =
        jalon_talk_tell(ctx, talk, talk->subject.author, "status", members, member_count);
    if (status == JALON_OK) {
        status = jalon_store_list_supporters(ctx, talk->session, talk->map, talk->subject.number,
                                             JALON_SUPPORTERS_TOLD_MAX, &supporters, &count);
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        if (!jalon_text_equal(supporters[i], talk->subject.author)) {
            status = jalon_talk_tell(ctx, talk, supporters[i], "status", members, member_count);
        }
    }
    return status;
}

/* --- The write --- */
static enum jalon_status put(struct jalon_context *ctx, struct talk *talk, const struct step *step,
                             struct jalon_contribution *after, int64_t *out_seq)
{
    struct jalon_write write = {
        .action = JALON_ACTION_UPDATE,
        .author = talk->party.actor.account,
        .reason = jalon_text_trim(step->reason),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    after->version++;
    after->updated_us = jalon_clock_not_before_us(talk->subject.updated_us);
    enum jalon_status status =
        jalon_history_changes(ctx, talk->map, &talk->subject, after, &write.changes);
    return status == JALON_OK ? jalon_turn_put(ctx, talk->turn, after, &write, out_seq) : status;
}

static enum jalon_status take_step(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct step *step = object;
    struct jalon_contribution after = talk->subject;
    struct jalon_admission admission = {
        .live = talk->live, .party = &talk->party, .before = &talk->subject, .after = &after};
    enum jalon_status status = judge(ctx, talk, step, &after.status);
    if (status == JALON_OK) {
        status = jalon_admission_judge(ctx, talk->turn, &admission);
    }
    if (status == JALON_OK && admission.is_proposal) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "this map reviews what you change: propose the change instead");
    }
    if (status == JALON_OK) {
        status = put(ctx, talk, step, &after, &step->done.seq);
    }
    if (status == JALON_OK) {
        status = jalon_admission_finish(ctx, talk->turn, &admission);
    }
    if (status == JALON_OK) {
        status = tell(ctx, talk, step);
    }
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, talk->map, &after, &step->done.json);
    }
    step->done.id = after.id;
    step->done.edit_secret = JALON_TEXT_EMPTY;
    step->done.state = jalon_audience_state(talk->map, &after);
    return status;
}

enum jalon_status jalon_app_set_status(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_about *about, struct jalon_text status,
                                       struct jalon_text reason, struct jalon_contributed *out)
{
    struct step step = {.status = status, .reason = reason};
    enum jalon_status outcome =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_SET_STATUS, take_step, &step);
    if (outcome == JALON_OK) {
        *out = step.done;
    }
    return outcome;
}
