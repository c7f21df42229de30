/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a map remembers of its contributions: earlier states, what was taken out of them, and changes
 * that others propose. Layer 3 (app).
 */
#ifndef JALON_APP_MEMORY_H
#define JALON_APP_MEMORY_H

#include "jalon/app.h"
#include "jalon/store_memory.h"

/* A contribution, and who asks for it. */
struct jalon_item_ref {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_actor actor;
};

/* --- Earlier states --- */
struct jalon_past_revision {
    struct jalon_revision revision; /* without the fields that are not shown */
    struct jalon_text json;         /* the Feature as this version made it */
    struct jalon_text unknown;      /* JSON array of its fields that are not known any more */
};
/* JALON_NOT_FOUND: no such version, or as jalon_app_list_revisions. */
enum jalon_status jalon_app_find_revision(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_item_ref *ref, int64_t version,
                                          struct jalon_past_revision *out) JALON_MUST_USE;

struct jalon_restoring {
    struct jalon_item_ref ref;
    int64_t version;
    struct jalon_text reason; /* needed */
    struct jalon_states if_match;
};
/*
 * Makes the contribution again what it was in that version, by a new revision (`restore`, whose base is
 * that version). Where it comes from, who made it, and the fields that the requester is not shown
 * stay as they are, as do those that were redacted. Something deleted is there again, in the moderation
 * that it had before, and, if it was merged, is a duplicate of nothing any more; else its moderation
 * stays. Where an edit would be held for a moderator, so is this: kept as a proposal (is_proposal; of
 * the status only what the workflow allows), or pending, of something deleted. May whoever has the
 * right `restore`. JALON_NOT_FOUND: as jalon_app_edit, and no such version; JALON_PRECONDITION: no if_match, or not the current state;
 * JALON_CONFLICT: the collection has changed so that it does not take that state, each field at its
 * pointer; or it is like that already.
 */
enum jalon_status jalon_app_restore_revision(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_restoring *restoring,
                                             struct jalon_contributed *out) JALON_MUST_USE;

struct jalon_redaction {
    struct jalon_item_ref ref;
    int64_t version;
    const struct jalon_text *fields; /* that this version set: "title", "geometry", … */
    size_t field_count;
    struct jalon_text text; /* instead of fields: words; may be empty */
    bool with_current;      /* of words: also where the contribution has them now */
    struct jalon_text reason; /* needed; everybody reads it */
};
struct jalon_redacted {
    struct jalon_contribution_state state; /* of the new version that says so */
    int64_t seq;
    size_t revisions; /* in how many the values stood */
    size_t places;    /* of words: in how many things that others said, or that were told */
};
/*
 * Removes the values that this version gave these fields: from each revision and proposal of the
 * contribution in which just they stand, whose change then says {"field","redacted":true} beside what
 * else it had; from kept answers; from details of reviews, audit, notifications, and mails that
 * quote them. Where the contribution has one of them now it is emptied, but: of a required text
 * "…" is left, and of a place its label position to two decimals (about 1 km), as a point.
 *
 * Given words instead (`text`, at least three characters, as they are written), these go wherever they
 * stand in texts: of every version and proposal, of comments, confirmations, claims, reports, reasons
 * and answers "[…]" is left there; what would be no value with it is removed whole, as are details that
 * were told. Fields that the requester is not shown stay. JALON_CONFLICT at /current: the contribution has
 * them now, and with_current is false; JALON_INVALID at /text: they are nowhere; at /reason: it has them.
 *
 * May whoever has the right `redact`. JALON_INVALID: no such field, at /fields/i, or that version did
 * not set it; JALON_CONFLICT: the present place cannot be a point.
 */
enum jalon_status jalon_app_redact(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_redaction *redaction,
                                   struct jalon_redacted *out) JALON_MUST_USE;

/* --- Proposals --- */
/*
 * Proposes what edit->read makes of the current state (JALON_EDIT_PATCH); edit->if_match may be given, and
 * is then the current state (else JALON_PRECONDITION). May whoever has the right `propose`. The author
 * is told. JALON_INVALID: with every fault, or nothing is changed; JALON_CONFLICT: 100 proposals for this
 * contribution are open.
 */
enum jalon_status jalon_app_propose(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_edit *edit,
                                    struct jalon_proposal *out) JALON_MUST_USE;

struct jalon_proposal_list {
    struct jalon_proposal *items;
    size_t count;
    int64_t open; /* how many of all are open */
};
/*
 * The proposals for a contribution, newest first, older than `before` (NULL: all) and in a state
 * (empty: any): its author and moderators see all, others their own, and how many are open. Fields that
 * the reader is not shown are left out of the changes.
 */
enum jalon_status jalon_app_list_proposals(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_item_ref *ref,
                                           const struct jalon_id *before, struct jalon_text state,
                                           size_t limit,
                                           struct jalon_proposal_list *out) JALON_MUST_USE;
/* JALON_NOT_FOUND also for one that the list would not hold. */
enum jalon_status jalon_app_find_proposal(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_item_ref *ref, struct jalon_id id,
                                          struct jalon_proposal *out) JALON_MUST_USE;

enum jalon_proposal_decision {
    JALON_PROPOSAL_ACCEPT,   /* whole, or some fields of it */
    JALON_PROPOSAL_REJECT,   /* with a reason */
    JALON_PROPOSAL_WITHDRAW, /* by whoever made it */
};
struct jalon_proposal_deciding {
    struct jalon_item_ref ref;
    struct jalon_id proposal;
    enum jalon_proposal_decision decision;
    const struct jalon_text *fields; /* of an acceptance; none: all */
    size_t field_count;
    struct jalon_text reason; /* needed to reject */
};
struct jalon_proposal_decided {
    struct jalon_proposal proposal; /* as it is now */
    struct jalon_contribution_state state;
    int64_t seq; /* of the revision that an acceptance made; 0: none */
    struct jalon_text conflicts; /* of JALON_CONFLICT: as in struct jalon_stale; set on failure too */
};
/*
 * Accepting applies the fields to the present state, by a revision whose author is who proposed, and
 * whose reason says which proposal it was and who accepted it; nothing more is written where they are so
 * already. May whoever has the right `decide_proposal`; where changes wait for moderators, only they.
 * JALON_INVALID: a field that is not proposed, at /fields/i, no reason; JALON_CONFLICT: it is decided
 * already, or others have changed since what it changes, or the collection does not take it any more.
 */
enum jalon_status jalon_app_decide_proposal(struct jalon_context *ctx, struct jalon_app *app,
                                            const struct jalon_proposal_deciding *deciding,
                                            struct jalon_proposal_decided *out) JALON_MUST_USE;

#endif
