/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who may what, as one table. Layer 3 (app).
 *
 * A right is had by a role or one above it, which depends on who writes the map; some of them its
 * author has too, and some of them nobody in particular where the map needs no account. Who may not
 * read a map may do nothing in it. Operators may all.
 */
#ifndef JALON_APP_RIGHTS_H
#define JALON_APP_RIGHTS_H

#include "jalon/app.h"

enum jalon_right {
    JALON_RIGHT_READ,             /* the map and what is published in it; from members where so set */
    JALON_RIGHT_READ_UNPUBLISHED, /* pending, hidden, rejected, deleted; with the reason for it */
    JALON_RIGHT_ADD,
    JALON_RIGHT_CHANGE,        /* what one has contributed; of another's it is change_others */
    JALON_RIGHT_CHANGE_OTHERS,
    JALON_RIGHT_DELETE,
    JALON_RIGHT_RESTORE,       /* an earlier state */
    JALON_RIGHT_SET_STATUS,
    JALON_RIGHT_LINK,          /* from this contribution to another */
    JALON_RIGHT_PROPOSE,
    JALON_RIGHT_DECIDE_PROPOSAL,
    JALON_RIGHT_COMMENT,
    JALON_RIGHT_CONFIRM,
    JALON_RIGHT_SUPPORT,
    JALON_RIGHT_REPORT,
    JALON_RIGHT_CLAIM,
    JALON_RIGHT_ANSWER,        /* what moderators decided about one's contribution */
    JALON_RIGHT_SEE_MEMBERS,
    JALON_RIGHT_MODERATE,
    JALON_RIGHT_MERGE,
    JALON_RIGHT_REDACT,
    JALON_RIGHT_SEE_REPORTS,
    JALON_RIGHT_SEE_AUDIT,
    JALON_RIGHT_BLOCK,
    JALON_RIGHT_CLOSE_ZONE,
    JALON_RIGHT_REVERT_AUTHOR,
    JALON_RIGHT_SET_MAP,
    JALON_RIGHT_SET_MEMBERS,
    JALON_RIGHT_PURGE,
    JALON_RIGHT_DELETE_MAP,
    JALON_RIGHT_CREATE_MAP,
    JALON_RIGHT_COUNT
};

enum jalon_author_may {
    JALON_AUTHOR_NOT_AS_SUCH, /* by the role only */
    JALON_AUTHOR_WRITES,      /* except where only members write */
    JALON_AUTHOR_ALWAYS,
};
enum jalon_anonymous_may {
    JALON_ANONYMOUS_NEVER,
    JALON_ANONYMOUS_LET, /* where the map needs no account: what every account may */
    JALON_ANONYMOUS_ALWAYS,
};

/* One row: who has the right. */
struct jalon_right_rule {
    const char *name;  /* "change_others" */
    const char *words; /* what may be done, behind "may" */
    enum jalon_role roles[3]; /* the least one, by enum jalon_write_policy */
    enum jalon_author_may author;
    enum jalon_anonymous_may anonymous;
    unsigned scope; /* JALON_SCOPE_… that a token needs for it */
    /* A moderator of some categories or a territory has it too, for what is within. */
    bool is_boundable;
    /* Moderators only, beside the author, where edits are proposals. */
    bool is_proposed;
};
/*
 * Has this requester (NULL: whoever sits at the machine) the right in the map, as far as that does not
 * depend on a contribution? Asked before a body is looked at. JALON_NOT_FOUND: the map.
 */
enum jalon_status jalon_app_may(struct jalon_context *ctx, struct jalon_app *app,
                                struct jalon_text slug, const struct jalon_actor *actor,
                                enum jalon_right right) JALON_MUST_USE;
/* For right < JALON_RIGHT_COUNT. */
const struct jalon_right_rule *jalon_right_rule(enum jalon_right right);
/* "read", "write", … of one JALON_SCOPE_… */
const char *jalon_scope_name(unsigned scope);

#endif
