/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Telling accounts what concerns them. Layer 3 (app). */
#include "jalon/app_mail.h"

#include <stdio.h>
#include <string.h>

#include "jalon/clock.h"
#include "jalon/json.h"

#include "internal.h"
#include "words.h"

enum { DETAIL_MAX = 64 << 10, MAIL_MAX = 32 << 10, KEY_SIZE = 80 };

/* What an account is mailed within an hour of the clock; the rest of its news waits on its page. */
enum { MAILS_AN_HOUR = 20 };
static const int64_t hour_us = INT64_C(3600000000);

/* --- Words --- */
/* What notifications are said with: the values that all of their words may name. */
enum { VALUE_ACTOR, VALUE_TITLE, VALUE_STATUS, VALUE_MAP, VALUE_REASON, VALUE_TEXT, VALUE_LINK,
       VALUE_ACCOUNT, VALUE_SENTENCE, VALUE_MOST, VALUE_COUNT };

static struct jalon_text or_words(struct jalon_context *ctx, struct jalon_text language,
                                  struct jalon_text text, const char *key)
{
    bool found = false;
    struct jalon_text words = JALON_TEXT_EMPTY;
    if (text.length > 0 || jalon_words_find(ctx, language, key, &found, &words) != JALON_OK) {
        return text;
    }
    return words;
}

static struct jalon_text words_of(struct jalon_text language, struct jalon_label label)
{
    bool is_english = jalon_text_is(language, "en");
    struct jalon_text wanted = is_english ? label.en : label.fr;
    return wanted.length > 0 ? wanted : is_english ? label.fr : label.en;
}

/* The status that was reached, in the reader's words where the map has them. */
static struct jalon_text status_words(struct jalon_text language, const struct jalon_json *detail)
{
    const struct jalon_json *label = jalon_json_member(detail, "status_label");
    struct jalon_label words = {jalon_json_text(jalon_json_member(label, "fr")),
                                jalon_json_text(jalon_json_member(label, "en"))};
    struct jalon_text text = words_of(language, words);
    return text.length > 0 ? text : jalon_json_text(jalon_json_member(detail, "status"));
}

static void fill_values(struct jalon_context *ctx, struct jalon_text language,
                        const struct jalon_notification *told, const struct jalon_json *detail,
                        struct jalon_mail_value out[VALUE_COUNT])
{
    const struct jalon_mail_value values[VALUE_COUNT] = {
        [VALUE_ACTOR] = {"actor", or_words(ctx, language, told->actor, "somebody")},
        [VALUE_TITLE] = {"title", or_words(ctx, language, told->title, "untitled")},
        [VALUE_STATUS] = {"status", status_words(language, detail)},
        [VALUE_MAP] = {"map", words_of(language, told->map_title)},
        [VALUE_REASON] = {"reason", jalon_json_text(jalon_json_member(detail, "reason"))},
        [VALUE_TEXT] = {"text", jalon_json_text(jalon_json_member(detail, "text"))},
        [VALUE_LINK] = {"link", JALON_TEXT_EMPTY},
        [VALUE_ACCOUNT] = {"account", JALON_TEXT_EMPTY},
        [VALUE_SENTENCE] = {"sentence", JALON_TEXT_EMPTY},
        [VALUE_MOST] = {"most", JALON_TEXT_EMPTY},
    };
    memcpy(out, values, sizeof values);
}

/* "notify.KIND.DECISION" when there are such words, else "notify.KIND", else those of a decision. */
static enum jalon_status find_sentence(struct jalon_context *ctx, struct jalon_text language,
                                       struct jalon_text kind, struct jalon_text decision,
                                       struct jalon_text *out)
{
    char keys[3][KEY_SIZE];
    snprintf(keys[0], KEY_SIZE, "notify.%.20s.%.20s", kind.data,
             decision.length > 0 ? decision.data : "-");
    snprintf(keys[1], KEY_SIZE, "notify.%.20s", kind.data);
    snprintf(keys[2], KEY_SIZE, "notify.decision");
    bool found = false;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < 3 && status == JALON_OK && !found; i++) {
        status = jalon_words_find(ctx, language, keys[i], &found, out);
    }
    return status;
}

static enum jalon_status say(struct jalon_context *ctx, struct jalon_text language,
                             const struct jalon_notification *told, const struct jalon_json *detail,
                             struct jalon_mail_value values[VALUE_COUNT])
{
    struct jalon_text words;
    struct jalon_buffer line;
    fill_values(ctx, language, told, detail, values);
    enum jalon_status status =
        find_sentence(ctx, language, told->kind,
                      jalon_json_text(jalon_json_member(detail, "decision")), &words);
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_init(&line, MAIL_MAX);
    jalon_words_fill(&line, words, values, VALUE_COUNT);
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_buffer_text(&line));
    bool good = jalon_buffer_status(&line) == JALON_OK && copy.data != NULL;
    jalon_buffer_finish(&line);
    values[VALUE_SENTENCE].value = copy;
    return good ? JALON_OK : jalon_no_memory(ctx);
}

enum jalon_status jalon_notification_say(struct jalon_context *ctx, struct jalon_text language,
                                         const struct jalon_notification *notification,
                                         struct jalon_text *out)
{
    const struct jalon_json *detail = NULL;
    struct jalon_mail_value values[VALUE_COUNT];
    enum jalon_status status = jalon_json_parse(ctx, notification->detail, &detail);
    if (status == JALON_OK) {
        status = say(ctx, language, notification, detail, values);
    }
    if (status == JALON_OK) {
        *out = values[VALUE_SENTENCE].value;
    }
    return status;
}

/* --- The mail --- */
static struct jalon_text make_link(struct jalon_context *ctx, const struct jalon_notification *told)
{
    char id[JALON_ID_TEXT_SIZE];
    if (told->collection.length == 0) {
        return JALON_TEXT_EMPTY;
    }
    jalon_id_format(told->contribution, id);
    struct jalon_text link = jalon_text_format(
        ctx->arena, JALON_MAIL_HERE "/maps/%.*s/collections/%.*s/items/%s",
        JALON_TEXT_ARGS(told->map), JALON_TEXT_ARGS(told->collection), id);
    return link.data != NULL ? link : JALON_TEXT_EMPTY;
}

/* The parts of the body that have something to say. */
static enum jalon_status write_body(struct jalon_context *ctx, struct jalon_text language,
                                    const struct jalon_mail_value values[VALUE_COUNT],
                                    struct jalon_buffer *out)
{
    static const struct {
        const char *key;
        size_t needed;
    } parts[] = {{"notify.body", VALUE_SENTENCE},
                 {"notify.reason", VALUE_REASON},
                 {"notify.text", VALUE_TEXT},
                 {"notify.link", VALUE_LINK},
                 {"notify.last", VALUE_MOST},
                 {"notify.foot", VALUE_ACCOUNT}};
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == JALON_OK; i++) {
        struct jalon_text text = JALON_TEXT_EMPTY;
        if (values[parts[i].needed].value.length > 0) {
            status = jalon_mail_say(ctx, language, parts[i].key, values, VALUE_COUNT, &text);
        }
        if (status == JALON_OK) {
            jalon_buffer_append_text(out, text);
        }
    }
    return status;
}

/* The last mail of the hour says so. */
static enum jalon_status send_mail(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_contact *contact, struct jalon_text account,
                                   const struct jalon_notification *told,
                                   const struct jalon_json *detail, bool is_last)
{
    struct jalon_mail_value values[VALUE_COUNT];
    struct jalon_text subject = JALON_TEXT_EMPTY;
    struct jalon_buffer body;
    enum jalon_status status = say(ctx, contact->language, told, detail, values);
    if (status != JALON_OK) {
        return status;
    }
    values[VALUE_LINK].value = make_link(ctx, told);
    values[VALUE_ACCOUNT].value = account;
    if (is_last) {
        values[VALUE_MOST].value = jalon_text_format(ctx->arena, "%d", MAILS_AN_HOUR);
    }
    bool has_map = values[VALUE_MAP].value.length > 0;
    subject = values[VALUE_SENTENCE].value;
    if (has_map) {
        status = jalon_mail_say(ctx, contact->language, "notify.subject", values, VALUE_COUNT,
                                &subject);
    }
    jalon_buffer_init(&body, MAIL_MAX);
    if (status == JALON_OK) {
        status = write_body(ctx, contact->language, values, &body);
    }
    if (status == JALON_OK && jalon_buffer_status(&body) != JALON_OK) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        status = jalon_mail_queue(ctx, session, contact->email, subject, jalon_buffer_text(&body));
    }
    jalon_buffer_finish(&body);
    return status;
}

static enum jalon_status mail_within_limit(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_contact *contact,
                                           struct jalon_text account,
                                           const struct jalon_notification *told,
                                           const struct jalon_json *detail)
{
    int64_t count; /* with this one */
    enum jalon_status status = jalon_store_count_notifications_since(
        ctx, session, contact->account, told->created_us - told->created_us % hour_us,
        MAILS_AN_HOUR + 1, &count);
    return status == JALON_OK && count <= MAILS_AN_HOUR
               ? send_mail(ctx, session, contact, account, told, detail, count == MAILS_AN_HOUR)
               : status;
}

/* --- Telling --- */
/* The detail, with the label of a status in it where the map has one. */
static enum jalon_status complete_detail(struct jalon_context *ctx, const struct jalon_map *map,
                                         struct jalon_notification *told,
                                         const struct jalon_json **out)
{
    const struct jalon_json *detail = NULL, *patch = NULL;
    struct jalon_json_writer writer;
    struct jalon_buffer buffer;
    enum jalon_status status = jalon_json_parse(ctx, told->detail, &detail);
    if (status != JALON_OK) {
        return status;
    }
    *out = detail;
    struct jalon_text key = jalon_json_text(jalon_json_member(detail, "status"));
    int32_t collection = map == NULL ? -1 : jalon_map_find_collection(map, told->collection);
    int32_t index = collection < 0 || key.length == 0
                        ? -1
                        : jalon_collection_find_status(&map->collections[collection], key);
    if (index < 0) {
        return JALON_OK;
    }
    struct jalon_label label = map->collections[collection].statuses[index].label;
    jalon_buffer_init(&buffer, DETAIL_MAX);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_object(&writer, "status_label");
    jalon_json_put_text(&writer, "fr", label.fr);
    jalon_json_put_text(&writer, "en", label.en);
    jalon_json_end_object(&writer);
    jalon_json_end_object(&writer);
    status = jalon_buffer_status(&buffer);
    if (status == JALON_OK) {
        status = jalon_json_parse(ctx, jalon_buffer_text(&buffer), &patch);
    }
    if (status == JALON_OK) {
        jalon_buffer_clear(&buffer);
        jalon_json_write_merged(&buffer, detail, patch);
        status = jalon_buffer_status(&buffer);
    }
    if (status == JALON_OK) {
        told->detail = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
        status = told->detail.data != NULL ? jalon_json_parse(ctx, told->detail, out)
                                           : JALON_NO_MEMORY;
    }
    jalon_buffer_finish(&buffer);
    return status == JALON_NO_MEMORY ? jalon_no_memory(ctx) : status;
}

enum jalon_status jalon_notify(struct jalon_context *ctx, struct jalon_session *session,
                               struct jalon_text account, const char *kind,
                               const struct jalon_map *map, int64_t contribution,
                               struct jalon_text actor, struct jalon_text detail_json)
{
    struct jalon_contact contact;
    const struct jalon_json *detail = NULL;
    struct jalon_notification told = {
        .kind = jalon_text_from(kind),
        .actor = actor,
        .detail = detail_json.length > 0 ? detail_json : JALON_TEXT("{}"),
        .created_us = jalon_clock_now_us(),
        .map = map != NULL ? map->slug : JALON_TEXT_EMPTY,
        .collection = JALON_TEXT_EMPTY,
        .title = JALON_TEXT_EMPTY,
    };
    if (map != NULL) {
        told.map_title = map->title;
    }
    if (account.length == 0 || jalon_text_equal(account, actor)) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_store_find_contact(ctx, session, account, &contact);
    if (status == JALON_NOT_FOUND) {
        return JALON_OK; /* nobody is there any more */
    }
    if (status == JALON_OK && map != NULL && contribution != 0) {
        status = jalon_store_find_notified(ctx, session, map->number, contribution, &told);
        status = status == JALON_NOT_FOUND ? JALON_OK : status;
    }
    if (status == JALON_OK) {
        status = complete_detail(ctx, map, &told, &detail);
    }
    if (status == JALON_OK) {
        status = jalon_store_add_notification(ctx, session, contact.account,
                                              map != NULL ? map->number : 0, contribution, &told);
    }
    bool is_mailed = contact.wants_mails && contact.is_confirmed &&
                     jalon_mail_is_address(contact.email);
    return status == JALON_OK && is_mailed
               ? mail_within_limit(ctx, session, &contact, account, &told, detail)
               : status;
}

/* --- Reading --- */
static enum jalon_status find_account(struct jalon_context *ctx, struct jalon_session *session,
                                      struct jalon_text account, int64_t *out)
{
    struct jalon_contact contact;
    enum jalon_status status = jalon_store_find_contact(ctx, session, account, &contact);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED, "there is no such account any more");
    }
    if (status == JALON_OK) {
        *out = contact.account;
    }
    return status;
}

enum jalon_status jalon_app_list_notifications(struct jalon_context *ctx, struct jalon_app *app,
                                               struct jalon_text account, int64_t before,
                                               size_t limit, struct jalon_notification **out,
                                               size_t *out_count, int64_t *out_unseen)
{
    struct jalon_session *session = NULL;
    int64_t number = 0;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = find_account(ctx, session, account, &number);
    }
    if (status == JALON_OK) {
        status = jalon_store_count_unseen(ctx, session, number, out_unseen);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_notifications(ctx, session, number, before, limit, out,
                                                out_count);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_see_notifications(struct jalon_context *ctx, struct jalon_app *app,
                                              struct jalon_text account, int64_t up_to)
{
    struct jalon_session *session = NULL;
    int64_t number = 0;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = find_account(ctx, session, account, &number);
    }
    if (status == JALON_OK) {
        status = jalon_store_see_notifications(ctx, session, number, up_to, jalon_clock_now_us());
    }
    return jalon_write_end(ctx, session, status);
}
