/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What people say about a contribution: comments, confirmations, supports, its status, claims, links.
 * Layer 3 (app).
 *
 * Every use case is about one contribution as whoever asks may see it: JALON_NOT_FOUND when they may
 * not. What is not published is read by its author and moderators, and nobody adds to it
 * (JALON_CONFLICT). JALON_UNAUTHENTICATED and JALON_FORBIDDEN by the table of rights.
 */
#ifndef JALON_APP_CONVERSATION_H
#define JALON_APP_CONVERSATION_H

#include "jalon/app.h"
#include "jalon/app_rights.h"
#include "jalon/store_conversation.h"

/* Which contribution, and who asks. */
struct jalon_about {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_actor actor;
};

/*
 * May whoever asks see the contribution, and have they this right to it? Asked before a body is looked
 * at.
 */
enum jalon_status jalon_app_may_about(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_about *about,
                                      enum jalon_right right) JALON_MUST_USE;

/* In code points. */
enum {
    JALON_COMMENT_LENGTH_MAX = 4000,
    JALON_REMARK_LENGTH_MAX = 500,
    JALON_CLAIM_LENGTH_MAX = 2000,
    JALON_TALK_REASON_LENGTH_MAX = 1000,
    JALON_MENTIONS_MAX = 10,  /* accounts that one comment tells */
    JALON_SUPPORTERS_TOLD_MAX = 1000,
    JALON_LINKS_MAX = 100, /* that begin at one contribution */
};

/* --- Comments --- */
struct jalon_comment_page {
    struct jalon_id after; /* all zeros: from the first */
    bool has_state;        /* of moderators: those in this state alone */
    enum jalon_moderation state;
    size_t limit;
};
/* Oldest first: published ones, and one's own; what others have answered keeps its place. */
enum jalon_status jalon_app_list_comments(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_about *about,
                                          const struct jalon_comment_page *page,
                                          struct jalon_comment **out,
                                          size_t *out_count) JALON_MUST_USE;
struct jalon_new_comment {
    struct jalon_text kind;
    struct jalon_text text;
    struct jalon_text parent; /* the id of the comment that it answers; empty: none */
    /* As of struct jalon_contribute. */
    struct jalon_text idempotency_key;
    struct jalon_text said;
};
/* JALON_INVALID names the member. *out_seq 0: nothing that is shown has changed. */
enum jalon_status jalon_app_add_comment(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_about *about,
                                        const struct jalon_new_comment *command,
                                        struct jalon_comment *out, int64_t *out_seq) JALON_MUST_USE;
/* What is empty stays: its author changes kind and text, a moderator the state ("published", "hidden"). */
struct jalon_change_comment {
    struct jalon_id id;
    struct jalon_text kind;
    struct jalon_text text;
    struct jalon_text state;
    struct jalon_text reason; /* of what is hidden: needed */
    bool is_removal; /* by its author; by a moderator it hides */
};
enum jalon_status jalon_app_change_comment(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_about *about,
                                           const struct jalon_change_comment *command,
                                           struct jalon_comment *out,
                                           int64_t *out_seq) JALON_MUST_USE;

/* --- Confirmations --- */
struct jalon_new_confirmation {
    bool still;
    struct jalon_text observed; /* a date until today; empty: today */
    struct jalon_text remark;
};
/*
 * One of an account or device a day: the next one replaces it. Without an account a device has to be
 * said. `confirmed` becomes the last day on which it was seen to be still so; two who say that it no
 * longer is, after the last one who said that it was, ask moderators for a look.
 */
enum jalon_status jalon_app_add_confirmation(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_about *about,
                                    const struct jalon_new_confirmation *command,
                                    struct jalon_confirmation *out,
                                    int64_t *out_seq) JALON_MUST_USE;
/* Oldest first. */
enum jalon_status jalon_app_list_confirmations(struct jalon_context *ctx, struct jalon_app *app,
                                               const struct jalon_about *about,
                                               struct jalon_id after, size_t limit,
                                               struct jalon_confirmation **out,
                                               size_t *out_count) JALON_MUST_USE;

/* --- Supports --- */
struct jalon_supports {
    int64_t count;
    bool mine;
    int64_t seq; /* of the change; 0: there was none */
};
enum jalon_status jalon_app_find_supports(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_about *about,
                                          struct jalon_supports *out) JALON_MUST_USE;
/*
 * A person has one voice, or a device where no account is needed; those of the device an account writes
 * from, in this map, become the account's. What is closed takes no more (JALON_CONFLICT), but one may withdraw.
 */
enum jalon_status jalon_app_support(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_about *about, bool wanted,
                                    struct jalon_supports *out) JALON_MUST_USE;

/*
 * To be called when an account (its number) has signed in from the actor's device: from now on what the
 * device supports, in all maps, is supported by the account, which has one voice where both had.
 * What fails is left for the next time. Without a device, or of a text that is none, nothing.
 */
void jalon_app_adopt_supports(struct jalon_context *ctx, struct jalon_app *app,
                              const struct jalon_actor *actor, int64_t account);

/* --- Status --- */
/*
 * A step of the workflow. JALON_CONFLICT: no step leads there; the reason names those there are. JALON_INVALID:
 * no such status, or one that closes without a reason. Author and supporters are told.
 */
enum jalon_status jalon_app_set_status(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_about *about, struct jalon_text status,
                                       struct jalon_text reason,
                                       struct jalon_contributed *out) JALON_MUST_USE;

/* --- Claims --- */
/* One that is open an account and contribution: JALON_CONFLICT. Its author has nothing to claim. */
enum jalon_status jalon_app_claim(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_about *about, struct jalon_text text,
                                  struct jalon_claim *out) JALON_MUST_USE;
/* All of them for its author and moderators, else one's own. */
enum jalon_status jalon_app_list_claims(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_about *about, struct jalon_id after,
                                        size_t limit, struct jalon_claim **out,
                                        size_t *out_count) JALON_MUST_USE;
/*
 * By moderators, or the present author: "accept" makes the claimant the author, and the contribution
 * declared by its holder; "reject" needs a reason. "withdraw" by the claimant. JALON_CONFLICT: it is
 * decided. *out_seq 0: nothing that is shown has changed.
 */
enum jalon_status jalon_app_decide_claim(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_about *about, struct jalon_id id,
                                         struct jalon_text decision, struct jalon_text reason,
                                         struct jalon_claim *out, int64_t *out_seq) JALON_MUST_USE;

/* --- Links --- */
/* As seen from one end. */
struct jalon_link_view {
    struct jalon_id id;
    const char *type; /* answers, answered_by … */
    struct jalon_linked other;
    struct jalon_text author; /* account name; may be empty */
    int64_t created_us;
};
struct jalon_add_link {
    struct jalon_text type;
    struct jalon_text map; /* of the other end; empty: the same */
    struct jalon_text collection;
    struct jalon_text id;
};
/*
 * From either end; the right is that at the source. JALON_INVALID: no such type, or nothing that whoever
 * asks may read there, or itself. JALON_CONFLICT: there is such a link, a part would be its own whole, or
 * there are JALON_LINKS_MAX.
 */
enum jalon_status jalon_app_add_link(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_about *about,
                                     const struct jalon_add_link *command,
                                     struct jalon_link_view *out) JALON_MUST_USE;
/*
 * Those whose other end whoever asks may read. *out_next: behind which id there may be more; all zeros:
 * nowhere.
 */
enum jalon_status jalon_app_list_links(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_about *about, struct jalon_id after,
                                       size_t limit, struct jalon_link_view **out,
                                       size_t *out_count, struct jalon_id *out_next) JALON_MUST_USE;
enum jalon_status jalon_app_remove_link(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_about *about,
                                        struct jalon_id id) JALON_MUST_USE;

#endif
