/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes of the desk: queue, decisions, reports, trail. Layer 4 (api). */
#include "desk.h"
#include "rules.h"

enum { BODY_MAX = 64 << 10 };

static const struct jalon_representation as_json[] = {{"json", "application/json"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_parameter none[] = {{0}};

#define LIMIT_PARAMETER                                                                            \
    {"limit", JALON_PARAMETER_INTEGER, "At most this many.", 1, JALON_DESK_LIMIT_MAX, 50}

static const struct jalon_parameter queue_parameters[] = {
    {"reason", JALON_PARAMETER_STRING,
     "Only what is to be looked at for this: new, edited, reported, outside, spam, duplicate, late, "
     "answered.",
     0, 0, 0},
    {"state", JALON_PARAMETER_STRING, "Only what is pending, published, hidden or rejected.", 0, 0,
     0},
    {"collection", JALON_PARAMETER_STRING, "Only of this collection, by key.", 0, 0, 0},
    {"after", JALON_PARAMETER_STRING, "Behind this place, as the link `next` says it.", 0, 0, 0},
    LIMIT_PARAMETER,
    {0},
};
static const struct jalon_parameter audit_parameters[] = {
    {"actor", JALON_PARAMETER_STRING, "Only what this account did.", 0, 0, 0},
    {"action", JALON_PARAMETER_STRING, "Only this: approve, hide, set_member, …", 0, 0, 0},
    {"contribution", JALON_PARAMETER_STRING, "Only about this contribution, by id.", 0, 0, 0},
    {"before", JALON_PARAMETER_INTEGER, "Only lower numbers; 0: from the newest.", 0, INT64_MAX, 0},
    LIMIT_PARAMETER,
    {0},
};
static const struct jalon_parameter verdict_parameters[] = {
    {"before", JALON_PARAMETER_INTEGER, "Only lower numbers; 0: from the newest.", 0, INT64_MAX, 0},
    LIMIT_PARAMETER,
    {0},
};
static const struct jalon_parameter reports_parameters[] = {
    {"after", JALON_PARAMETER_STRING, "Behind this report, by id.", 0, 0, 0},
    LIMIT_PARAMETER,
    {0},
};
static const struct jalon_parameter author_headers[] = {
    {"Jalon-Edit-Secret", JALON_PARAMETER_STRING,
     "The `edit_secret` of an anonymous contribution, from the answer that created it.", 0, 0, 0},
    {0},
};
static const struct jalon_parameter device_headers[] = {
    {"Jalon-Device", JALON_PARAMETER_STRING,
     "Of who has no account: a random text of 16 to 128 characters that the device keeps.", 0, 0, 0},
    {0},
};

const struct jalon_route jalon_routes_moderation[] = {
    {JALON_GET, "/maps/{map}/moderation", jalon_moderation_get, "getQueue",
     "What waits for a moderator, what has waited longest first", "moderation",
     .parameters = queue_parameters, .representations = as_json, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_MODERATE},
    {JALON_POST, "/maps/{map}/moderation", jalon_moderation_post, "decideMany",
     "One decision about up to 200 contributions (`ids`, `versions`); each has its own outcome",
     "moderation", .parameters = none, .representations = as_json, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_MODERATE,
     .body = &jalon_moderation_post_body},
    {JALON_POST, "/maps/{map}/moderation/{id}", jalon_moderation_item_post, "decide",
     "Decide about a contribution: approve, reject, hide, restore, delete, merge (`into`, `fields`) "
     "or purge; with the `version` that was looked at 409 says who has decided meanwhile",
     "moderation", .parameters = none, .representations = as_json, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_MODERATE,
     .body = &jalon_moderation_item_post_body},
    {JALON_GET, "/maps/{map}/audit", jalon_audit_get, "getAudit",
     "What moderators, admins and operators did, newest first", "moderation",
     .parameters = audit_parameters, .representations = as_json, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_SEE_AUDIT},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/moderation", jalon_verdict_get,
     "getDecisions", "What was decided about a contribution and why, for its author", "moderation",
     .parameters = verdict_parameters, .representations = as_json, .one_language = true,
     .headers = author_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/answer", jalon_answer_post,
     "answerDecision", "Answer what was decided about one's contribution: it is looked at again",
     "moderation", .parameters = none, .body_types = json_body, .body_max = BODY_MAX,
     .one_language = true, .headers = author_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_ANSWER,
     .body = &jalon_answer_post_body, .answers = {204}},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/reports", jalon_reports_get,
     "getReports", "The complaints about a contribution, for moderators", "moderation",
     .parameters = reports_parameters, .representations = as_json, .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_SEE_REPORTS},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/reports", jalon_reports_post,
     "report", "Complain about a contribution: not_there, wrong, charter, duplicate, personal_data",
     "moderation", .parameters = none, .representations = as_json, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .headers = device_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_REPORT,
     .body = &jalon_reports_post_body, .answers = {201}},
    {0},
};
