/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* "Still so", "no longer so": freshness without editing another's text. Layer 3 (app). */
#include "jalon/clock.h"
#include "jalon/store_moderation.h"

#include "talk.h"

enum { DOUBTS_FOR_A_LOOK = 2 };
static const int64_t day_us = INT64_C(86400000000);

struct confirming {
    const struct jalon_new_confirmation *command;
    struct jalon_confirmation done;
    int64_t seq;
};

/* The day of it, until today. */
static enum jalon_status read_day(struct jalon_context *ctx, struct jalon_text given,
                                  int64_t now_us, struct jalon_text *out)
{
    int64_t time_us = 0;
    char now[JALON_CLOCK_TEXT_SIZE];
    enum { DATE_LENGTH = 10 };
    jalon_clock_format(now_us, now);
    *out = jalon_text_copy(ctx->arena, given.length > 0 ? given
                                                        : jalon_text_slice(now, DATE_LENGTH));
    if (out->data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (!jalon_clock_parse_date(*out, &time_us)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/observed", "expected a date, as 2024-05-31");
    } else if (time_us > now_us + day_us) { /* it may be tomorrow already where that was seen */
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/observed", "is still to come");
    }
    return JALON_OK;
}

/* Somebody is to look at what several people no longer find. */
static enum jalon_status ask_for_a_look(struct jalon_context *ctx, struct talk *talk,
                                        int64_t doubts, int64_t now_us)
{
    struct jalon_review review = {
        .reason = JALON_REVIEW_REPORTED,
        .detail = jalon_text_format(ctx->arena, "{\"no_longer_so\":%lld}", (long long)doubts),
        .created_us = now_us,
    };
    return review.detail.data != NULL
               ? jalon_store_put_review(ctx, talk->session, talk->map, talk->subject.number,
                                        &review)
               : jalon_no_memory(ctx);
}

static enum jalon_status count(struct jalon_context *ctx, struct talk *talk,
                               struct confirming *confirming)
{
    struct jalon_text day = JALON_TEXT_EMPTY;
    int64_t doubts = 0;
    enum jalon_status status = jalon_store_find_confirmed(
        ctx, talk->session, talk->map, talk->subject.number, &day, &doubts);
    if (status == JALON_OK && doubts >= DOUBTS_FOR_A_LOOK && !confirming->command->still) {
        status = ask_for_a_look(ctx, talk, doubts, confirming->done.created_us);
    }
    if (status == JALON_OK && !jalon_text_equal(day, talk->subject.confirmed)) {
        talk->subject.confirmed = day;
        status = jalon_turn_touch(ctx, talk->turn, &talk->subject, &confirming->seq);
    }
    return status;
}

static enum jalon_status confirm(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct confirming *confirming = object;
    struct jalon_text account = talk->party.actor.account;
    int64_t now_us = jalon_clock_now_us();
    confirming->done = (struct jalon_confirmation){
        .id = jalon_id_make(),
        .still = confirming->command->still,
        .author = account,
        .device = account.length > 0 ? JALON_TEXT_EMPTY : talk->device,
        .created_us = now_us,
    };
    if (account.length == 0 && talk->device.length == 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Jalon-Device",
                             "without an account, say which device this is: by a random text that it "
                             "keeps");
    }
    enum jalon_status status =
        read_day(ctx, confirming->command->observed, now_us, &confirming->done.observed);
    confirming->done.remark = jalon_talk_check_text(
        ctx, confirming->command->remark, "/remark", JALON_REMARK_LENGTH_MAX, true, true);
    if (status == JALON_OK) {
        status = jalon_error_verdict(ctx, "the confirmation cannot be accepted as it is");
    }
    if (status == JALON_OK) {
        status = jalon_store_put_confirmation(ctx, talk->session, talk->map, talk->subject.number,
                                              &confirming->done,
                                              jalon_clock_day(now_us) * day_us);
    }
    return status == JALON_OK ? count(ctx, talk, confirming) : status;
}

enum jalon_status jalon_app_add_confirmation(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_about *about,
                                    const struct jalon_new_confirmation *command,
                                    struct jalon_confirmation *out, int64_t *out_seq)
{
    struct confirming confirming = {.command = command};
    enum jalon_status status =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_CONFIRM, confirm, &confirming);
    if (status == JALON_OK) {
        *out = confirming.done;
        *out_seq = confirming.seq;
    }
    return status;
}

/* --- Reading --- */
struct page {
    struct jalon_id after;
    size_t limit;
    struct jalon_confirmation **out;
    size_t *out_count;
};

static enum jalon_status list(struct jalon_context *ctx, struct talk *talk, void *object)
{
    const struct page *page = object;
    return jalon_store_list_confirmations(ctx, talk->session, talk->map, talk->subject.number,
                                          page->after, page->limit, page->out, page->out_count);
}

enum jalon_status jalon_app_list_confirmations(struct jalon_context *ctx, struct jalon_app *app,
                                               const struct jalon_about *about,
                                               struct jalon_id after, size_t limit,
                                               struct jalon_confirmation **out, size_t *out_count)
{
    struct page page = {after, limit, out, out_count};
    return jalon_talk_read(ctx, app, about, list, &page);
}
