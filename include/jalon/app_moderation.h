/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The desk: what waits to be looked at, what is decided, and the trail of it. Layer 3 (app).
 */
#ifndef JALON_APP_MODERATION_H
#define JALON_APP_MODERATION_H

#include "jalon/app.h"
#include "jalon/store_moderation.h"
#include "jalon/store_reports.h"

/* Reasons, answers, complaints: code points. */
enum { JALON_MODERATION_TEXT_MAX = 1000 };

/* --- Audit --- */
/*
 * Notes what a moderator, admin or operator has done, in the session that does it; the map is this
 * session's from then on. `map` NULL: of the server. `actor` empty: the server itself; `action` is a
 * word of lower case letters and _; `contribution` 0 and the other texts empty: none; `detail` is a
 * JSON object, of what moderators may see.
 */
enum jalon_status jalon_audit_add(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, struct jalon_text actor,
                                  const char *action, int64_t contribution,
                                  struct jalon_text subject, struct jalon_text reason,
                                  struct jalon_text detail) JALON_MUST_USE;

/* What is wanted of the trail. */
struct jalon_audit_command {
    struct jalon_text map; /* slug */
    struct jalon_actor reader;
    struct jalon_audit_filter filter;
    const struct jalon_id *contribution; /* NULL: any; filter.contribution is not read */
};
/* Newest first; what is private is not in it. As jalon_rights_require; JALON_NOT_FOUND. */
enum jalon_status jalon_app_list_audit(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_audit_command *command,
                                       struct jalon_audit_entry **out,
                                       size_t *out_count) JALON_MUST_USE;

/* --- The desk --- */
/* One contribution that waits, and what there is to know about it before one decides. */
struct jalon_desk_item {
    int64_t since_us;              /* when it was first asked to be looked at */
    struct jalon_contribution contribution;
    struct jalon_text collection;  /* key */
    struct jalon_text json;        /* the Feature */
    const struct jalon_review *reviews;
    size_t review_count;
    int64_t open_reports;
    int64_t standing[JALON_MODERATION_COUNT]; /* how many its author has in each state */
    struct jalon_text changes; /* of its last revision, when it was edited; else empty */
};
struct jalon_desk_command {
    struct jalon_text map; /* slug */
    struct jalon_actor actor;
    struct jalon_text collection;     /* key; empty: any */
    struct jalon_queue_filter filter; /* its collection is not read; limit 1 to 100 */
};
/*
 * What this moderator may decide about, in the order of waiting. *out_more: there may be more, behind
 * *out_after_us and *out_after, also when few came out: the rest is beyond a moderator's bounds.
 * JALON_UNAUTHENTICATED, JALON_FORBIDDEN; JALON_NOT_FOUND: no such map or collection.
 */
struct jalon_desk {
    const struct jalon_desk_item *items;
    size_t count;
    bool has_more;
    int64_t after_us, after;
};
enum jalon_status jalon_app_list_desk(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_desk_command *command,
                                      struct jalon_desk *out) JALON_MUST_USE;

/* --- Decisions --- */
enum jalon_decision {
    JALON_DECIDE_APPROVE, /* it is published; complaints are dismissed */
    JALON_DECIDE_REJECT,  /* complaints are upheld, here and in the next ones */
    JALON_DECIDE_HIDE,
    JALON_DECIDE_RESTORE, /* what was hidden, rejected, deleted or merged is published again */
    JALON_DECIDE_DELETE,  /* its row and history stay */
    JALON_DECIDE_MERGE,   /* into another one, which all that was said of it moves to */
    JALON_DECIDE_PURGE,   /* nothing of it stays but that it was there; admins only */
    JALON_DECIDE_COUNT
};
const char *jalon_decision_name(enum jalon_decision decision);
bool jalon_decision_parse(struct jalon_text name, enum jalon_decision *out);

struct jalon_decide {
    struct jalon_text map; /* slug */
    struct jalon_actor actor;
    struct jalon_id id;
    enum jalon_decision decision;
    struct jalon_text reason; /* needed for all but approve; what its author reads */
    int64_t version;          /* the one that was looked at; 0: whatever there is */
    /* Of a merge: the other one, and what it takes over where it has nothing itself, by key. */
    const struct jalon_id *into;
    const struct jalon_text *fields;
    size_t field_count;
};
struct jalon_decided {
    struct jalon_id id;
    struct jalon_text collection; /* key */
    enum jalon_moderation state;
    int64_t version;
    int64_t seq; /* of the event; 0: nothing of it has changed */
};
/*
 * Decides: the state as a revision with the reason, open reasons to look and complaints closed, a line
 * in the trail; its author and those who complained are told. JALON_INVALID: no reason;
 * JALON_UNAUTHENTICATED, JALON_FORBIDDEN: also of what is beyond a moderator's bounds; JALON_NOT_FOUND;
 * JALON_CONFLICT: not from this state; or `version` is given, and is another one by now or somebody
 * has decided about it: the message says who and when.
 */
enum jalon_status jalon_app_decide(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_decide *command,
                                   struct jalon_decided *out) JALON_MUST_USE;

/* What of it would fail whichever contribution it is about. */
enum jalon_status jalon_app_check_decide(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_decide *command) JALON_MUST_USE;

/* Where a duplicate is found now. */
struct jalon_merged {
    struct jalon_text collection; /* key */
    struct jalon_id id;
};
/*
 * What a contribution that is not shown any more was merged into, also over several steps, when whoever
 * asks may see that one. JALON_NOT_FOUND.
 */
enum jalon_status jalon_app_find_merged(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text slug, const struct jalon_actor *actor,
                                        struct jalon_text collection, struct jalon_id id,
                                        struct jalon_merged *out) JALON_MUST_USE;

/* --- What authors read of it --- */
struct jalon_verdict_command {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_actor actor;
    int64_t before; /* only decisions with lower numbers; 0: from the newest */
    size_t limit;
    struct jalon_text text; /* of an answer */
};
struct jalon_verdict {
    enum jalon_moderation state;
    struct jalon_text reason; /* of the last decision; may be empty */
    const struct jalon_audit_entry *decisions; /* newest first */
    size_t decision_count;
    const struct jalon_review *reviews; /* what is open; moderators only */
    size_t review_count;
};
/* For its author and moderators; to others it is not there (JALON_NOT_FOUND, JALON_FORBIDDEN …). */
enum jalon_status jalon_app_find_verdict(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_verdict_command *command,
                                         struct jalon_verdict *out) JALON_MUST_USE;
/*
 * Its author answers the last decision: it is on the desk again, with the text; whoever decided is
 * told. JALON_CONFLICT: nothing was decided; JALON_INVALID: the text.
 */
enum jalon_status jalon_app_answer_verdict(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_verdict_command *command)
    JALON_MUST_USE;

/* --- Reports --- */
struct jalon_report_command {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_actor actor;
    struct jalon_text kind;
    struct jalon_text text; /* may be empty */
    struct jalon_id after;  /* of a list: behind this one */
    size_t limit;
};
/*
 * A complaint about what is published. From so many voices as the map says it is hidden until a moderator
 * has looked; one about personal data is enough. JALON_CONFLICT: this account, or device, has an open
 * one about it; JALON_INVALID: kind, text, or an anonymous one does not say its device; as
 * jalon_rights_check.
 */
enum jalon_status jalon_app_report(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_report_command *command,
                                   struct jalon_report *out) JALON_MUST_USE;
/* For moderators; oldest first. */
enum jalon_status jalon_app_list_reports(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_report_command *command,
                                         struct jalon_report **out,
                                         size_t *out_count) JALON_MUST_USE;

#endif
