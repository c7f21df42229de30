/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Mail, and telling accounts what concerns them. Layer 3 (app).
 *
 * A mail is a row of the outbox, written in the caller's transaction: it is sent if, and soon after,
 * that is committed. A server sends it (jalon/job.h). The words of mails and notifications, in each
 * language, are in src/app/words.
 */
#ifndef JALON_APP_MAIL_H
#define JALON_APP_MAIL_H

#include "jalon/app.h"
#include "jalon/store_mail.h"

/* --- Mail --- */
/*
 * Stands in a mail's text for the public address of this server, without slash at the end, which only
 * the server that sends it knows: JALON_MAIL_HERE "/account#confirm=…". (The control character SUBSTITUTE;
 * what people write never has it, because control characters are taken out of that.)
 */
#define JALON_MAIL_HERE "\x1a"

/*
 * Plain text to one address. Whatever subject and body hold, they stay subject and body: control
 * characters become spaces, but line feeds in the body stay. JALON_INVALID: not one address.
 */
enum jalon_status jalon_mail_queue(struct jalon_context *ctx, struct jalon_session *session,
                                   struct jalon_text recipient, struct jalon_text subject,
                                   struct jalon_text body) JALON_MUST_USE;

/* What a mail's words name as {name}: one line, as it may be cut after 1000 characters. */
struct jalon_mail_value {
    const char *name;
    struct jalon_text value;
};
/*
 * The mail "KEY.subject" and "KEY.body" of the words in this language ("en", else French), with its
 * values in them. {here} is JALON_MAIL_HERE.
 */
enum jalon_status jalon_mail_write(struct jalon_context *ctx, struct jalon_session *session,
                                   struct jalon_text recipient, struct jalon_text language,
                                   const char *key, const struct jalon_mail_value *values,
                                   size_t count) JALON_MUST_USE;
/* Some words with values in them, in ctx' arena. The key is one of src/app/words. */
enum jalon_status jalon_mail_say(struct jalon_context *ctx, struct jalon_text language,
                                 const char *key, const struct jalon_mail_value *values,
                                 size_t count, struct jalon_text *out) JALON_MUST_USE;
/* Can this be sent to: one address, as RFC 5321 has them, unquoted? */
bool jalon_mail_is_address(struct jalon_text address);

/* --- Sending: for who does (jalon/job.h) --- */
/* As jalon_store_on_mail. */
void jalon_app_on_mail(struct jalon_app *app, void (*wake)(void *object), void *object);
/*
 * The next mail that is due, which nobody else sends within `lease_us` from now. JALON_NOT_FOUND (no
 * message): none is; *out_next_us is then when the next one will be, 0: none waits.
 */
enum jalon_status jalon_app_claim_mail(struct jalon_context *ctx, struct jalon_app *app,
                                       int64_t lease_us, struct jalon_mail *out,
                                       int64_t *out_next_us) JALON_MUST_USE;
/* As jalon_store_end_mail. Counts it. */
enum jalon_status jalon_app_end_mail(struct jalon_context *ctx, struct jalon_app *app,
                                     int64_t number, enum jalon_mail_end end, int64_t time_us,
                                     struct jalon_text error) JALON_MUST_USE;
struct jalon_mail_measures {
    uint64_t sent, failed, postponed; /* by this process */
    int64_t waiting;                  /* when last counted, by whoever sends; -1: nobody does */
};
void jalon_app_measure_mail(struct jalon_app *app, struct jalon_mail_measures *out);
/* Counts what waits, for the measures, and answers it. */
enum jalon_status jalon_app_count_mail(struct jalon_context *ctx, struct jalon_app *app,
                                       int64_t *out) JALON_MUST_USE;

/* --- Notifications --- */
/*
 * Tells an account, in the caller's transaction: a row, and a mail when the account wants mails and
 * its address is confirmed. Nothing, and JALON_OK, when `account` is empty, is not there any more, or
 * is the actor.
 *
 * `kind`: decision, comment, mention, status, claim, proposal, report, answer. `map` NULL and
 * `contribution` (its number) 0: of none. `actor`: empty: somebody without an account. `detail_json`:
 * a JSON object, empty: {}; beside what the kind's clients need:
 *   decision  approve, reject, hide, restore, merge, redact, purge of a contribution; accept, reject of
 *             a claim or proposal that the account made; uphold, dismiss of its report. Without it a
 *             claim, proposal or report is a new one that the account may decide.
 *   status    key of the status that was reached (status_label is added: {"fr": …, "en": …})
 *   reason, text  of whoever did it, or said it
 */
enum jalon_status jalon_notify(struct jalon_context *ctx, struct jalon_session *session,
                               struct jalon_text account, const char *kind,
                               const struct jalon_map *map, int64_t contribution,
                               struct jalon_text actor,
                               struct jalon_text detail_json) JALON_MUST_USE;
/* What a notification says, as one line. */
enum jalon_status jalon_notification_say(struct jalon_context *ctx, struct jalon_text language,
                                         const struct jalon_notification *notification,
                                         struct jalon_text *out) JALON_MUST_USE;
/*
 * An account's, newest first, with numbers below `before` (0: all), and how many of all of them it has
 * not seen.
 */
enum jalon_status jalon_app_list_notifications(struct jalon_context *ctx, struct jalon_app *app,
                                               struct jalon_text account, int64_t before,
                                               size_t limit, struct jalon_notification **out,
                                               size_t *out_count,
                                               int64_t *out_unseen) JALON_MUST_USE;
/* The account has seen all up to this number. */
enum jalon_status jalon_app_see_notifications(struct jalon_context *ctx, struct jalon_app *app,
                                              struct jalon_text account,
                                              int64_t up_to) JALON_MUST_USE;

#endif
