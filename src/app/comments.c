/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Comments on a contribution, threads one deep. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/clock.h"

#include "mentions.h"
#include "talk.h"

/* As of other answers that are given again (replay.c): a day, and another one. */
static const int64_t kept_us = INT64_C(48) * 3600 * 1000000;

/* --- Reading --- */
struct listing {
    const struct jalon_comment_page *page;
    struct jalon_comment **out;
    size_t *out_count;
};

/* What is not there any more but was answered shows that, and nothing else. */
static void redact(const struct talk *talk, const struct jalon_comment_filter *filter,
                   struct jalon_comment *comment)
{
    bool is_own = (comment->author.length > 0 &&
                   jalon_text_equal(comment->author, talk->party.actor.account)) ||
                  (comment->device.length > 0 && jalon_text_equal(comment->device, talk->device));
    bool is_shown = comment->moderation == JALON_MODERATION_PUBLISHED || filter->has_state ||
                    (is_own && comment->moderation != JALON_MODERATION_DELETED);
    if (!is_shown) {
        comment->text = comment->author = comment->reason = JALON_TEXT_EMPTY;
    }
    comment->device = JALON_TEXT_EMPTY;
}

static enum jalon_status list(struct jalon_context *ctx, struct talk *talk, void *object)
{
    const struct listing *listing = object;
    const struct jalon_comment_page *page = listing->page;
    const struct jalon_comment_filter filter = {
        .after = page->after,
        .has_state = page->has_state,
        .state = page->state,
        .author = talk->party.actor.account,
        .device = talk->device,
        .limit = page->limit,
    };
    enum jalon_status status = JALON_OK;
    if (page->has_state && page->state != JALON_MODERATION_PUBLISHED) {
        status = jalon_rights_check(ctx, talk->session, talk->map, &talk->party,
                                    JALON_RIGHT_MODERATE, &talk->subject);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_comments(ctx, talk->session, talk->map, talk->subject.number,
                                           &filter, listing->out, listing->out_count);
    }
    for (size_t i = 0; status == JALON_OK && i < *listing->out_count; i++) {
        redact(talk, &filter, &(*listing->out)[i]);
    }
    return status;
}

enum jalon_status jalon_app_list_comments(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_about *about,
                                          const struct jalon_comment_page *page,
                                          struct jalon_comment **out, size_t *out_count)
{
    struct listing listing = {page, out, out_count};
    return jalon_talk_read(ctx, app, about, list, &listing);
}

/* --- Judging --- */
static void read_kind(struct jalon_context *ctx, struct jalon_text name,
                      enum jalon_comment_kind *out)
{
    if (!jalon_comment_kind_parse(name, out)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/kind",
                        "expected information, question, correction, proposal, help or event");
    }
}

/* A comment that may be answered: an answer is not. */
static enum jalon_status check_parent(struct jalon_context *ctx, struct talk *talk,
                                      struct jalon_text given, struct jalon_comment *out)
{
    struct jalon_id id;
    enum jalon_status status = JALON_NOT_FOUND;
    if (jalon_id_parse(given, &id)) {
        status = jalon_store_find_comment(ctx, talk->session, talk->map, talk->subject.number, id,
                                          out);
    }
    if (status == JALON_NOT_FOUND ||
        (status == JALON_OK && out->moderation != JALON_MODERATION_PUBLISHED)) {
        jalon_error_clear(ctx);
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/parent",
                             "there is no such comment on this contribution");
    }
    if (status == JALON_OK && !jalon_talk_is_none(out->parent)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/parent",
                             "is an answer itself: answer the comment that it answers, %s",
                             jalon_talk_id_text(ctx, out->parent).data);
    }
    return status;
}

/* Shows at once, or when a moderator has read it. */
static enum jalon_status find_state(struct jalon_context *ctx, struct talk *talk,
                                    enum jalon_moderation *out)
{
    const struct jalon_rules *rules = &talk->map->rules;
    int64_t accepted = 0;
    bool is_moderator = false;
    *out = JALON_MODERATION_PUBLISHED;
    if (rules->moderation == JALON_MODERATE_POST) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_talk_may(ctx, talk, JALON_RIGHT_MODERATE, &is_moderator);
    if (status == JALON_OK && !is_moderator && rules->moderation == JALON_MODERATE_TRUST &&
        talk->party.actor.account.length > 0) {
        status = jalon_store_count_accepted(ctx, talk->session, talk->map,
                                            talk->party.actor.account, rules->trust_count,
                                            &accepted);
    }
    bool is_trusted =
        rules->moderation == JALON_MODERATE_TRUST && accepted >= rules->trust_count;
    if (status == JALON_OK && !is_moderator && !is_trusted) {
        *out = JALON_MODERATION_PENDING;
    }
    return status;
}

/* --- Telling --- */
static enum jalon_status tell_of(struct jalon_context *ctx, struct talk *talk,
                                 const struct jalon_comment *comment, struct jalon_text account,
                                 const char *kind)
{
    const struct jalon_talk_member members[] = {
        {"comment", jalon_talk_id_text(ctx, comment->id)},
        {"comment_kind", jalon_text_from(jalon_comment_kind_name(comment->kind))},
        {"text", jalon_mentions_excerpt(comment->text)},
    };
    struct talk said = *talk; /* by its author, also when a moderator lets it through */
    said.party.actor.account = comment->author;
    return jalon_talk_tell(ctx, &said, account, kind, members,
                           sizeof members / sizeof members[0]);
}

static bool is_told(const struct mentions *told, struct jalon_text account)
{
    for (size_t i = 0; i < told->count; i++) {
        if (jalon_text_equal(told->names[i], account)) {
            return true;
        }
    }
    return false;
}

/* Those whom it names; then the contribution's author, and of an answer who is answered; each once. */
static enum jalon_status tell_all(struct jalon_context *ctx, struct talk *talk,
                                  const struct jalon_comment *comment)
{
    struct mentions told;
    struct jalon_comment parent = {.author = JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_mentions_find(ctx, talk, comment->text, &told);
    for (size_t i = 0; status == JALON_OK && i < told.count; i++) {
        status = tell_of(ctx, talk, comment, told.names[i], "mention");
    }
    if (status == JALON_OK && !jalon_talk_is_none(comment->parent)) {
        status = jalon_store_find_comment(ctx, talk->session, talk->map, talk->subject.number,
                                          comment->parent, &parent);
    }
    if (status == JALON_OK && !is_told(&told, talk->subject.author)) {
        status = tell_of(ctx, talk, comment, talk->subject.author, "comment");
    }
    if (status == JALON_OK && !is_told(&told, parent.author) &&
        !jalon_text_equal(parent.author, talk->subject.author)) {
        status = tell_of(ctx, talk, comment, parent.author, "comment");
    }
    return status;
}

/* It has come to show (by 1), or has gone (by -1). */
static enum jalon_status count(struct jalon_context *ctx, struct talk *talk,
                               const struct jalon_comment *comment, int by, int64_t *out_seq)
{
    talk->subject.comments += by;
    enum jalon_status status = jalon_turn_touch(ctx, talk->turn, &talk->subject, out_seq);
    return status == JALON_OK && by > 0 ? tell_all(ctx, talk, comment) : status;
}

/* --- Adding --- */
struct adding {
    const struct jalon_new_comment *command;
    struct jalon_comment done;
    int64_t seq;
};

static enum jalon_status digest_of(struct jalon_context *ctx, const struct talk *talk,
                                   const struct jalon_new_comment *command, struct jalon_text *out)
{
    struct jalon_text text =
        jalon_text_format(ctx->arena, "comment\n%s\n%.*s",
                          jalon_talk_id_text(ctx, talk->subject.id).data,
                          JALON_TEXT_ARGS(command->said));
    return text.data != NULL ? jalon_secret_hash(ctx, text, out) : jalon_no_memory(ctx);
}

/* The comment that this request has made before. JALON_NOT_FOUND (no message): none. */
static enum jalon_status find_again(struct jalon_context *ctx, struct talk *talk,
                                    struct adding *adding)
{
    struct jalon_kept_answer kept;
    struct jalon_text digest;
    if (adding->command->idempotency_key.length == 0) {
        return JALON_NOT_FOUND;
    }
    enum jalon_status status = jalon_store_find_answer(
        ctx, talk->session, talk->map, talk->party.actor.account,
        adding->command->idempotency_key, jalon_clock_now_us() - kept_us, &kept);
    if (status == JALON_OK) {
        status = digest_of(ctx, talk, adding->command, &digest);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!jalon_text_equal(digest, kept.digest)) {
        return jalon_fail_at(ctx, JALON_MISMATCH, JALON_ERROR_PARAMETER, "Idempotency-Key",
                             "was sent with another request before: take a new one for each");
    }
    if (kept.seq > 0 && !jalon_turn_is_flushed(talk->turn, kept.seq)) {
        return jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_PARAMETER, "Idempotency-Key",
                             "the request that has it is still being done");
    }
    adding->seq = kept.seq;
    return jalon_store_find_comment(ctx, talk->session, talk->map, talk->subject.number,
                                    kept.contribution, &adding->done);
}

static enum jalon_status keep_for_again(struct jalon_context *ctx, struct talk *talk,
                                        const struct adding *adding)
{
    struct jalon_kept_answer answer = {
        .contribution = adding->done.id,
        .seq = adding->seq,
        .json = JALON_TEXT("{}"),
        .created_us = adding->done.created_us,
    };
    if (adding->command->idempotency_key.length == 0) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_store_forget_answers(ctx, talk->session, talk->map,
                                                          answer.created_us - kept_us);
    if (status == JALON_OK) {
        status = digest_of(ctx, talk, adding->command, &answer.digest);
    }
    return status == JALON_OK
               ? jalon_store_keep_answer(ctx, talk->session, talk->map, talk->party.actor.account,
                                         adding->command->idempotency_key, &answer)
               : status;
}

static enum jalon_status make_comment(struct jalon_context *ctx, struct talk *talk,
                                      const struct jalon_new_comment *command,
                                      struct jalon_comment *out)
{
    struct jalon_comment parent = {.author = JALON_TEXT_EMPTY};
    struct jalon_text account = talk->party.actor.account;
    *out = (struct jalon_comment){
        .id = jalon_id_make(),
        .author = account,
        .device = account.length > 0 ? JALON_TEXT_EMPTY : talk->device,
        .reason = JALON_TEXT_EMPTY,
        .created_us = jalon_clock_now_us(),
    };
    out->updated_us = out->created_us;
    read_kind(ctx, command->kind, &out->kind);
    out->text = jalon_talk_check_text(ctx, command->text, "/text", JALON_COMMENT_LENGTH_MAX, false,
                                      true);
    enum jalon_status status =
        jalon_error_verdict(ctx, "the comment cannot be accepted as it is");
    if (status == JALON_OK && command->parent.length > 0) {
        status = check_parent(ctx, talk, command->parent, &parent);
        out->parent = parent.id;
    }
    return status == JALON_OK ? find_state(ctx, talk, &out->moderation) : status;
}

static enum jalon_status add(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct adding *adding = object;
    enum jalon_status status = find_again(ctx, talk, adding);
    if (status != JALON_NOT_FOUND) {
        return status;
    }
    status = make_comment(ctx, talk, adding->command, &adding->done);
    if (status == JALON_OK) {
        status = jalon_store_insert_comment(ctx, talk->session, talk->map, talk->subject.number,
                                            &adding->done);
    }
    if (status == JALON_OK && adding->done.moderation == JALON_MODERATION_PUBLISHED) {
        status = count(ctx, talk, &adding->done, 1, &adding->seq);
    }
    return status == JALON_OK ? keep_for_again(ctx, talk, adding) : status;
}

enum jalon_status jalon_app_add_comment(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_about *about,
                                        const struct jalon_new_comment *command,
                                        struct jalon_comment *out, int64_t *out_seq)
{
    struct adding adding = {.command = command};
    enum jalon_status status =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_COMMENT, add, &adding);
    if (status == JALON_OK) {
        *out = adding.done;
        *out_seq = adding.seq;
    }
    return status;
}

/* --- Changing --- */
struct changing {
    const struct jalon_change_comment *command;
    struct jalon_comment done;
    int64_t seq;
};

static bool is_own(const struct talk *talk, const struct jalon_comment *comment)
{
    struct jalon_text account = talk->party.actor.account;
    return account.length > 0
               ? jalon_text_equal(comment->author, account)
               : comment->author.length == 0 && comment->device.length > 0 &&
                     jalon_text_equal(comment->device, talk->device);
}

static enum jalon_status change_own(struct jalon_context *ctx, struct talk *talk,
                                    const struct jalon_change_comment *command,
                                    struct jalon_comment *comment)
{
    if (command->is_removal) {
        comment->moderation = JALON_MODERATION_DELETED;
        comment->text = comment->reason = JALON_TEXT_EMPTY;
        return JALON_OK;
    }
    if (command->kind.length > 0) {
        read_kind(ctx, command->kind, &comment->kind);
    }
    if (command->text.length > 0) {
        comment->text = jalon_talk_check_text(ctx, command->text, "/text",
                                              JALON_COMMENT_LENGTH_MAX, false, true);
    }
    enum jalon_status status =
        jalon_error_verdict(ctx, "the comment cannot be accepted as it is");
    return status == JALON_OK && comment->moderation == JALON_MODERATION_PUBLISHED
               ? find_state(ctx, talk, &comment->moderation)
               : status;
}

/* Its author reads why. */
static enum jalon_status note_decision(struct jalon_context *ctx, struct talk *talk,
                                       const struct jalon_comment *comment, bool hides)
{
    struct jalon_text id = jalon_talk_id_text(ctx, comment->id);
    const struct jalon_talk_member members[] = {
        {"decision", hides ? JALON_TEXT("hide") : JALON_TEXT("approve")},
        {"comment", id},
        {"reason", comment->reason},
    };
    enum jalon_status status =
        jalon_audit_add(ctx, talk->session, talk->map, talk->party.actor.account,
                        hides ? JALON_WORDS("hide_comment") : JALON_WORDS("publish_comment"),
                        talk->subject.number, id, comment->reason, JALON_TEXT("{}"));
    return status == JALON_OK
               ? jalon_talk_tell(ctx, talk, comment->author, "decision", members,
                                 sizeof members / sizeof members[0])
               : status;
}

static enum jalon_status moderate(struct jalon_context *ctx, struct talk *talk,
                                  const struct jalon_change_comment *command,
                                  struct jalon_comment *comment)
{
    bool hides = command->is_removal || jalon_text_is(command->state, "hidden");
    enum jalon_status status = jalon_rights_check(ctx, talk->session, talk->map, &talk->party,
                                                  JALON_RIGHT_MODERATE, &talk->subject);
    if (status == JALON_OK && !hides && !jalon_text_is(command->state, "published")) {
        status = jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/moderation",
                               "expected published or hidden");
    }
    if (status == JALON_OK && hides) {
        status = jalon_talk_need_reason(ctx, command->reason);
    }
    if (status != JALON_OK) {
        return status;
    }
    comment->moderation = hides ? JALON_MODERATION_HIDDEN : JALON_MODERATION_PUBLISHED;
    comment->reason = hides ? jalon_text_trim(command->reason) : JALON_TEXT_EMPTY;
    return note_decision(ctx, talk, comment, hides);
}

static enum jalon_status change(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct changing *changing = object;
    const struct jalon_change_comment *command = changing->command;
    struct jalon_comment *comment = &changing->done;
    enum jalon_status status = jalon_store_find_comment(
        ctx, talk->session, talk->map, talk->subject.number, command->id, comment);
    if (status == JALON_OK && comment->moderation == JALON_MODERATION_DELETED) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such comment on this contribution");
    }
    if (status != JALON_OK) {
        return status;
    }
    bool was_shown = comment->moderation == JALON_MODERATION_PUBLISHED;
    bool as_author = is_own(talk, comment) && command->state.length == 0;
    status = as_author ? change_own(ctx, talk, command, comment)
                       : moderate(ctx, talk, command, comment);
    if (status == JALON_OK) {
        comment->updated_us = jalon_clock_not_before_us(comment->updated_us);
        status = jalon_store_update_comment(ctx, talk->session, talk->map, talk->subject.number,
                                            comment);
    }
    int by = (comment->moderation == JALON_MODERATION_PUBLISHED) - was_shown;
    return status == JALON_OK && by != 0 ? count(ctx, talk, comment, by, &changing->seq) : status;
}

enum jalon_status jalon_app_change_comment(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_about *about,
                                           const struct jalon_change_comment *command,
                                           struct jalon_comment *out, int64_t *out_seq)
{
    struct changing changing = {.command = command};
    /* Whose comment it is decides: who may read it may ask. */
    enum jalon_status status =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_READ, change, &changing);
    if (status == JALON_OK) {
        *out = changing.done;
        *out_seq = changing.seq;
    }
    return status;
}
