/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The store of what is remembered: what redaction removes, and proposals. Layer 2 (store). */
#ifndef JALON_STORE_MEMORY_H
#define JALON_STORE_MEMORY_H

#include "jalon/store.h"

/* --- Redaction --- */
/* Replaces the changes of one revision. */
enum jalon_status jalon_store_redact_revision(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              int64_t version,
                                              struct jalon_text changes) JALON_MUST_USE;
/* Replaces the Feature in the kept answers that hold this contribution. */
enum jalon_status jalon_store_redact_answers(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, struct jalon_id id,
                                             struct jalon_text json) JALON_MUST_USE;
/*
 * Empties the details of reviews, audit and notifications of the contribution that hold `text`, and
 * takes it out of mails (short ones, below 8 bytes, stand for anything and are left there).
 */
enum jalon_status jalon_store_redact_quotes(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            struct jalon_text text) JALON_MUST_USE;

/*
 * Replaces words by `mark` in all that others said of the contribution and in reasons, its history's
 * and the trail's; empties the details that hold them, also of the map's reviews that tell of this
 * contribution beside another; and takes them out of mails that lead to it. *out_count: rows changed.
 */
enum jalon_status jalon_store_redact_words(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map,
                                           const struct jalon_contribution *contribution,
                                           struct jalon_text words, struct jalon_text mark,
                                           int64_t *out_count) JALON_MUST_USE;

/* --- Proposals --- */
enum jalon_proposal_state {
    JALON_PROPOSAL_OPEN,
    JALON_PROPOSAL_ACCEPTED,
    JALON_PROPOSAL_PARTLY_ACCEPTED,
    JALON_PROPOSAL_REJECTED,
    JALON_PROPOSAL_WITHDRAWN,
    JALON_PROPOSAL_STATE_COUNT
};
const char *jalon_proposal_state_name(enum jalon_proposal_state state);
bool jalon_proposal_state_parse(struct jalon_text name, enum jalon_proposal_state *out);

struct jalon_proposal {
    struct jalon_id id; /* of version 7 */
    int64_t base;       /* the version that it changes */
    struct jalon_text changes; /* as in struct jalon_revision */
    struct jalon_text author;  /* account; empty: anonymous */
    struct jalon_text device;  /* hash of an anonymous one's; may be empty */
    struct jalon_text reason;  /* may be empty */
    enum jalon_proposal_state state;
    struct jalon_text accepted; /* JSON array of fields; empty: none was */
    int64_t decided_us;         /* 0: not yet, as the next */
    struct jalon_text decided_by;
    struct jalon_text answer; /* the reason of whoever decided; may be empty */
    int64_t created_us;
};

enum jalon_status jalon_store_insert_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              const struct jalon_proposal *proposal) JALON_MUST_USE;
/* JALON_NOT_FOUND without a message. */
enum jalon_status jalon_store_find_proposal(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            struct jalon_id id,
                                            struct jalon_proposal *out) JALON_MUST_USE;
struct jalon_proposal_filter {
    const struct jalon_id *before;  /* older ones only; NULL: from the newest */
    struct jalon_text author;       /* only of this account, or (it is empty) of this device: */
    struct jalon_text device;       /* both empty: of anybody */
    struct jalon_text state;        /* empty: any */
};
/* Newest first, at most `limit`. */
enum jalon_status jalon_store_list_proposals(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_proposal_filter *filter,
                                             size_t limit, struct jalon_proposal **out,
                                             size_t *out_count) JALON_MUST_USE;
/* How many are open. */
enum jalon_status jalon_store_count_proposals(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              int64_t *out) JALON_MUST_USE;
/* Stores state, accepted and the decision. JALON_CONFLICT: it is not open any more. */
enum jalon_status jalon_store_decide_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map,
                                              const struct jalon_proposal *proposal) JALON_MUST_USE;
enum jalon_status jalon_store_redact_proposal(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, struct jalon_id id,
                                              struct jalon_text changes) JALON_MUST_USE;

#endif
