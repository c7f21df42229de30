/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who may what: the table. Layer 3 (app). `jalon rights` prints it.
 *
 * "Who writes" is about contributions, so it decides the rights that make or change one. The
 * conversation around them is open to all who may read the map: a plan that only a city draws is
 * still commented on by its people, and whoever is concerned may complain.
 */
#include <assert.h>

#include "jalon/app_rights.h"

#define ALL(role) {JALON_ROLE_##role, JALON_ROLE_##role, JALON_ROLE_##role}
#define BY_POLICY(administered, participatory, contributory) \
    {JALON_ROLE_##administered, JALON_ROLE_##participatory, JALON_ROLE_##contributory}

static const struct jalon_right_rule rules[] = {
    [JALON_RIGHT_READ] = {"read", JALON_WORDS("read this map"), ALL(NOBODY),
                          .scope = JALON_SCOPE_READ},
    [JALON_RIGHT_READ_UNPUBLISHED] = {"read_unpublished", JALON_WORDS("read what is not published"),
                                      ALL(MODERATOR), .author = JALON_AUTHOR_ALWAYS,
                                      .scope = JALON_SCOPE_READ, .is_boundable = true},
    [JALON_RIGHT_ADD] = {"add", JALON_WORDS("add to this map"),
                         BY_POLICY(MEMBER, CONTRIBUTOR, CONTRIBUTOR),
                         .anonymous = JALON_ANONYMOUS_LET, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_CHANGE] = {"change", JALON_WORDS("change their own contributions"),
                            BY_POLICY(MEMBER, CONTRIBUTOR, CONTRIBUTOR),
                            .author = JALON_AUTHOR_WRITES, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_CHANGE_OTHERS] = {"change_others", JALON_WORDS("change this contribution"),
                                   BY_POLICY(MEMBER, MODERATOR, CONTRIBUTOR),
                                   .scope = JALON_SCOPE_WRITE, .is_boundable = true,
                                   .is_proposed = true},
    [JALON_RIGHT_DELETE] = {"delete", JALON_WORDS("delete this contribution"),
                            BY_POLICY(MEMBER, MODERATOR, CONTRIBUTOR),
                            .author = JALON_AUTHOR_WRITES, .scope = JALON_SCOPE_WRITE,
                            .is_boundable = true, .is_proposed = true},
    [JALON_RIGHT_RESTORE] = {"restore",
                             JALON_WORDS("restore an earlier state of this contribution"),
                             BY_POLICY(MEMBER, MODERATOR, CONTRIBUTOR),
                             .author = JALON_AUTHOR_WRITES, .scope = JALON_SCOPE_WRITE,
                             .is_boundable = true, .is_proposed = true},
    [JALON_RIGHT_SET_STATUS] = {"set_status", JALON_WORDS("change the status of this contribution"),
                                BY_POLICY(MEMBER, MODERATOR, CONTRIBUTOR),
                                .author = JALON_AUTHOR_WRITES, .scope = JALON_SCOPE_WRITE,
                                .is_boundable = true, .is_proposed = true},
    [JALON_RIGHT_LINK] = {"link", JALON_WORDS("link this contribution to others"),
                          BY_POLICY(MEMBER, MODERATOR, CONTRIBUTOR), .author = JALON_AUTHOR_WRITES,
                          .scope = JALON_SCOPE_WRITE, .is_boundable = true},
    [JALON_RIGHT_PROPOSE] = {"propose", JALON_WORDS("propose changes of others' contributions"),
                             BY_POLICY(MEMBER, CONTRIBUTOR, CONTRIBUTOR),
                             .anonymous = JALON_ANONYMOUS_LET, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_DECIDE_PROPOSAL] = {"decide_proposal",
                                     JALON_WORDS("decide about proposals for this contribution"),
                                     ALL(MODERATOR), .author = JALON_AUTHOR_WRITES,
                                     .scope = JALON_SCOPE_WRITE, .is_boundable = true},
    [JALON_RIGHT_COMMENT] = {"comment", JALON_WORDS("comment on contributions"), ALL(CONTRIBUTOR),
                             .anonymous = JALON_ANONYMOUS_LET, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_CONFIRM] = {"confirm", JALON_WORDS("confirm contributions"), ALL(CONTRIBUTOR),
                             .anonymous = JALON_ANONYMOUS_LET, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_SUPPORT] = {"support", JALON_WORDS("support contributions"), ALL(CONTRIBUTOR),
                             .anonymous = JALON_ANONYMOUS_LET, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_REPORT] = {"report", JALON_WORDS("report contributions"), ALL(CONTRIBUTOR),
                            .anonymous = JALON_ANONYMOUS_ALWAYS, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_CLAIM] = {"claim", JALON_WORDS("claim contributions"), ALL(CONTRIBUTOR),
                           .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_ANSWER] = {"answer", JALON_WORDS("answer for this contribution"), ALL(OPERATOR),
                            .author = JALON_AUTHOR_ALWAYS, .scope = JALON_SCOPE_WRITE},
    [JALON_RIGHT_SEE_MEMBERS] = {"see_members", JALON_WORDS("see who belongs to this map"),
                                 ALL(MEMBER), .scope = JALON_SCOPE_READ},
    [JALON_RIGHT_MODERATE] = {"moderate", JALON_WORDS("moderate this map"), ALL(MODERATOR),
                              .scope = JALON_SCOPE_MODERATE, .is_boundable = true},
    [JALON_RIGHT_MERGE] = {"merge", JALON_WORDS("merge contributions"), ALL(MODERATOR),
                           .scope = JALON_SCOPE_MODERATE, .is_boundable = true},
    [JALON_RIGHT_REDACT] = {"redact", JALON_WORDS("redact the history"), ALL(MODERATOR),
                            .scope = JALON_SCOPE_MODERATE, .is_boundable = true},
    [JALON_RIGHT_SEE_REPORTS] = {"see_reports", JALON_WORDS("see what was reported"),
                                 ALL(MODERATOR), .scope = JALON_SCOPE_MODERATE,
                                 .is_boundable = true},
    [JALON_RIGHT_SEE_AUDIT] = {"see_audit", JALON_WORDS("see what moderators and admins have done"),
                               ALL(MODERATOR), .scope = JALON_SCOPE_MODERATE},
    [JALON_RIGHT_BLOCK] = {"block", JALON_WORDS("keep somebody out"), ALL(MODERATOR),
                           .scope = JALON_SCOPE_MODERATE},
    [JALON_RIGHT_CLOSE_ZONE] = {"close_zone", JALON_WORDS("close an area"), ALL(MODERATOR),
                                .scope = JALON_SCOPE_MODERATE},
    [JALON_RIGHT_REVERT_AUTHOR] = {"revert_author", JALON_WORDS("revert what somebody did"),
                                   ALL(MODERATOR), .scope = JALON_SCOPE_MODERATE},
    [JALON_RIGHT_SET_MAP] = {"set_map", JALON_WORDS("change the settings of this map"), ALL(ADMIN),
                             .scope = JALON_SCOPE_ADMIN},
    [JALON_RIGHT_SET_MEMBERS] = {"set_members", JALON_WORDS("say who belongs to this map"),
                                 ALL(ADMIN), .scope = JALON_SCOPE_ADMIN},
    [JALON_RIGHT_PURGE] = {"purge", JALON_WORDS("remove contributions for good"), ALL(ADMIN),
                           .scope = JALON_SCOPE_ADMIN},
    [JALON_RIGHT_DELETE_MAP] = {"delete_map", JALON_WORDS("remove this map"), ALL(ADMIN),
                                .scope = JALON_SCOPE_ADMIN},
    [JALON_RIGHT_CREATE_MAP] = {"create_map", JALON_WORDS("create maps"), ALL(OPERATOR),
                                .scope = JALON_SCOPE_ADMIN},
};
_Static_assert(sizeof rules / sizeof rules[0] == JALON_RIGHT_COUNT, "a row for each right");

const struct jalon_right_rule *jalon_right_rule(enum jalon_right right)
{
    assert(right < JALON_RIGHT_COUNT);
    return &rules[right];
}

const char *jalon_scope_name(unsigned scope)
{
    switch (scope) {
    case JALON_SCOPE_READ: return "read";
    case JALON_SCOPE_WRITE: return "write";
    case JALON_SCOPE_MODERATE: return "moderate";
    case JALON_SCOPE_ADMIN: return "admin";
    case JALON_SCOPE_ACCOUNT: return "account";
    default: break;
    }
    assert(false); /* one of the scopes */
    return "";
}
