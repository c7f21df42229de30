/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Mail that is to be sent, and what accounts are told: rows <-> structs. Layer 2 (store).
 */
#ifndef JALON_STORE_MAIL_H
#define JALON_STORE_MAIL_H

#include "jalon/store.h"

/* --- Mail --- */
/*
 * A recipient: the mail is a row without words that is never sent. For what must take as long as a mail,
 * so that nobody can tell whether there is somebody to be told.
 */
#define JALON_MAIL_NOBODY "-"
/* Into the outbox, due at once. What it says is the caller's, and may be sent as it is. */
enum jalon_status jalon_store_queue_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text recipient, struct jalon_text subject,
                                         struct jalon_text body) JALON_MUST_USE;
/*
 * Has `wake` called by the thread whose commit brought mail into the outbox; NULL: no more, from the
 * return on.
 */
void jalon_store_on_mail(struct jalon_store *store, void (*wake)(void *object), void *object);

struct jalon_mail {
    int64_t number;
    struct jalon_text recipient;
    struct jalon_text subject;
    struct jalon_text body;
    int64_t created_us;
    int64_t due_us;
    int64_t attempts; /* so far */
};
/* The one that is due first, maybe later. JALON_NOT_FOUND (no message): none waits. */
enum jalon_status jalon_store_next_mail(struct jalon_context *ctx, struct jalon_session *session,
                                        struct jalon_mail *out) JALON_MUST_USE;
/*
 * It is not due again before `until_us`, and one attempt further. JALON_CONFLICT (no message): it is
 * not as it was read any more, or not due now.
 */
enum jalon_status jalon_store_claim_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_mail *mail, int64_t now_us,
                                         int64_t until_us) JALON_MUST_USE;
/* What became of a mail. Of one that was sent or given up the text is not kept. */
enum jalon_mail_end { JALON_MAIL_SENT, JALON_MAIL_FAILED, JALON_MAIL_POSTPONED };
/* `time_us`: when it was sent or given up, or is due again; `error`: what the relay said. */
enum jalon_status jalon_store_end_mail(struct jalon_context *ctx, struct jalon_session *session,
                                       int64_t number, enum jalon_mail_end end, int64_t time_us,
                                       struct jalon_text error) JALON_MUST_USE;
/* How many wait. */
enum jalon_status jalon_store_count_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         int64_t *out) JALON_MUST_USE;

/* Where an account gets its mail. */
struct jalon_contact {
    int64_t account;           /* its number */
    struct jalon_text email;   /* may be empty */
    struct jalon_text language; /* "fr" or "en" */
    bool wants_mails;
    bool is_confirmed; /* the address */
};
/* JALON_NOT_FOUND (no message): there is no such account any more. */
enum jalon_status jalon_store_find_contact(struct jalon_context *ctx, struct jalon_session *session,
                                           struct jalon_text account,
                                           struct jalon_contact *out) JALON_MUST_USE;

/* --- Notifications --- */
struct jalon_notification {
    int64_t number;
    struct jalon_text kind;  /* decision, comment, mention, status, claim, proposal, report, answer */
    struct jalon_text actor; /* who did it; may be empty */
    struct jalon_text detail; /* JSON object */
    int64_t created_us;
    int64_t seen_us; /* 0: not yet */
    /* What it is about, as it is now; of the server, or of what is gone, all of it is empty. */
    struct jalon_text map; /* slug */
    struct jalon_label map_title;
    struct jalon_text collection; /* key */
    struct jalon_id contribution; /* when there is a collection */
    struct jalon_text title;      /* its; may be empty */
};
/* `map` and `contribution` are numbers; 0: none. */
enum jalon_status jalon_store_add_notification(struct jalon_context *ctx,
                                               struct jalon_session *session, int64_t account,
                                               int64_t map, int64_t contribution,
                                               const struct jalon_notification *notification)
    JALON_MUST_USE;
/*
 * Collection, id and title of a contribution, in the last three members. JALON_NOT_FOUND (no
 * message).
 */
enum jalon_status jalon_store_find_notified(struct jalon_context *ctx,
                                            struct jalon_session *session, int64_t map,
                                            int64_t contribution,
                                            struct jalon_notification *out) JALON_MUST_USE;
/* An account's, newest first, with numbers below `before` (0: all). */
enum jalon_status jalon_store_list_notifications(struct jalon_context *ctx,
                                                 struct jalon_session *session, int64_t account,
                                                 int64_t before, size_t limit,
                                                 struct jalon_notification **out,
                                                 size_t *out_count) JALON_MUST_USE;
/* How many of the account's newest `most` were made at this time or since. */
enum jalon_status jalon_store_count_notifications_since(struct jalon_context *ctx,
                                                        struct jalon_session *session,
                                                        int64_t account, int64_t since_us,
                                                        size_t most, int64_t *out) JALON_MUST_USE;
enum jalon_status jalon_store_count_unseen(struct jalon_context *ctx, struct jalon_session *session,
                                           int64_t account, int64_t *out) JALON_MUST_USE;
/* Those up to this number. */
enum jalon_status jalon_store_see_notifications(struct jalon_context *ctx,
                                                struct jalon_session *session, int64_t account,
                                                int64_t up_to, int64_t time_us) JALON_MUST_USE;

#endif
