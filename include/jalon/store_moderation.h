/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the desk keeps: reasons to look at a contribution, and what was decided. Layer 2 (store).
 *
 * All of it belongs to a map and is written by who has it (jalon_session_lock_map).
 */
#ifndef JALON_STORE_MODERATION_H
#define JALON_STORE_MODERATION_H

#include "jalon/store.h"

/* --- Reviews --- */
/* Why a contribution is to be looked at. */
enum jalon_review_reason {
    JALON_REVIEW_NEW,       /* by somebody who is not trusted yet */
    JALON_REVIEW_EDITED,    /* likewise */
    JALON_REVIEW_REPORTED,  /* somebody complained */
    JALON_REVIEW_OUTSIDE,   /* of all the map's territories */
    JALON_REVIEW_SPAM,      /* it looks like it */
    JALON_REVIEW_DUPLICATE, /* there is something like it near by */
    JALON_REVIEW_LATE,      /* it has been pending for too long */
    JALON_REVIEW_ANSWERED,  /* its author has answered a decision */
    JALON_REVIEW_REASON_COUNT
};
const char *jalon_review_reason_name(enum jalon_review_reason reason);
bool jalon_review_reason_parse(struct jalon_text name, enum jalon_review_reason *out);

struct jalon_review {
    enum jalon_review_reason reason;
    struct jalon_text detail; /* a JSON object, by reason */
    int64_t created_us;
};
/* Asks for a look; a reason that is there already stays as it is. */
enum jalon_status jalon_store_put_review(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t contribution,
                                         const struct jalon_review *review) JALON_MUST_USE;
/* Oldest first. */
enum jalon_status jalon_store_list_reviews(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_review **out, size_t *out_count)
    JALON_MUST_USE;
/* All reasons of a contribution: somebody has decided. */
enum jalon_status jalon_store_close_reviews(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map,
                                            int64_t contribution) JALON_MUST_USE;
/* One of them. */
enum jalon_status jalon_store_close_review(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           enum jalon_review_reason reason) JALON_MUST_USE;

/* What of the queue is wanted. */
struct jalon_queue_filter {
    int64_t after_us; /* behind the one whose oldest reason (that is asked for) is of this time … */
    int64_t after;    /* … and that has this number; both 0: from the start */
    const enum jalon_review_reason *reason; /* NULL, as the next: any */
    const enum jalon_moderation *state;
    int32_t collection; /* -1: any */
    size_t limit;
};
struct jalon_queued {
    int64_t since_us; /* of its oldest reason that is asked for */
    struct jalon_contribution contribution;
};
/* Contributions with a reason to be looked at, those that have waited longest first. */
enum jalon_status jalon_store_list_queue(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_queue_filter *filter,
                                         struct jalon_queued **out,
                                         size_t *out_count) JALON_MUST_USE;

/* --- Authors --- */
/* How many published contributions of a map an account has, at most `most`. */
enum jalon_status jalon_store_count_accepted(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             struct jalon_text account, int64_t most,
                                             int64_t *out) JALON_MUST_USE;
/* How many contributions of a map an account has, by enum jalon_moderation. */
enum { JALON_MODERATION_COUNT = JALON_MODERATION_DELETED + 1 };
enum jalon_status jalon_store_count_by_author(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map,
                                              struct jalon_text account,
                                              int64_t out[JALON_MODERATION_COUNT]) JALON_MUST_USE;
/* The contribution with this id, of whatever collection and state. JALON_NOT_FOUND. */
enum jalon_status jalon_store_find_by_id(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_id id,
                                         struct jalon_contribution *out) JALON_MUST_USE;

/* --- Audit --- */
struct jalon_audit_entry {
    int64_t number; /* given by the store: 1, 2, 3 … of the map */
    int64_t time_us;
    struct jalon_text actor;   /* account name; empty: the server itself */
    struct jalon_text action;  /* a word: "approve", "set_member" */
    int64_t contribution;      /* its number; 0: none */
    struct jalon_text subject; /* an account's name, or an id; may be empty */
    struct jalon_text reason;  /* may be empty */
    struct jalon_text detail;  /* a JSON object, by action */
    /* When read: of the contribution, if it is there. */
    struct jalon_id id;
    int32_t collection; /* index in the map; -1: not known */
    struct jalon_text collection_key; /* set by app: empty when not known */
};
/* `map` NULL: of the server. */
enum jalon_status jalon_store_add_audit(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map,
                                        const struct jalon_audit_entry *entry) JALON_MUST_USE;
struct jalon_audit_filter {
    int64_t before;           /* only lower numbers; 0: from the newest */
    struct jalon_text actor;  /* empty, as the next: any */
    struct jalon_text action;
    int64_t contribution; /* 0: any */
    size_t limit;
};
/* Newest first. */
enum jalon_status jalon_store_list_audit(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_audit_filter *filter,
                                         struct jalon_audit_entry **out,
                                         size_t *out_count) JALON_MUST_USE;

#endif
