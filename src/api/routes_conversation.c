/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes of the conversation around a contribution. Layer 4 (api). */
#include "conversation.h"

enum { BODY_MAX = 64 << 10 };

static const struct jalon_representation json_only[] = {{"json", "application/json"}, {0}};
static const struct jalon_representation one_item[] = {{"geojson", "application/geo+json"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const char *const patch_body[] = {"application/merge-patch+json", "application/json", NULL};
static const struct jalon_parameter none[] = {{0}};
#define PAGE_PARAMETERS                                                                            \
    {"limit", JALON_PARAMETER_INTEGER, "At most this many.", 1, JALON_TALK_LIMIT_MAX, 100},        \
    {"after", JALON_PARAMETER_STRING, "Only those behind this id, as the link `next` says it.",    \
     0, 0, 0}
static const struct jalon_parameter page_parameters[] = {PAGE_PARAMETERS, {0}};
static const struct jalon_parameter comments_parameters[] = {
    PAGE_PARAMETERS,
    {"state", JALON_PARAMETER_STRING,
     "Only comments in this state: pending, hidden or deleted for moderators, or published.", 0, 0,
     0},
    {0},
};
#define WHO_HEADERS                                                                                \
    {"Jalon-Device", JALON_PARAMETER_STRING,                                                       \
     "Without an account: a random text of 16 to 128 visible ASCII characters that this device "   \
     "keeps; with one: the same, so that its earlier voice is the account's.",                     \
     0, 0, 0},                                                                                     \
    {"Jalon-Edit-Secret", JALON_PARAMETER_STRING,                                                  \
     "The `edit_secret` of an anonymous contribution: of its author.", 0, 0, 0}
static const struct jalon_parameter who_headers[] = {WHO_HEADERS, {0}};
static const struct jalon_parameter comment_headers[] = {
    WHO_HEADERS,
    {"Idempotency-Key", JALON_PARAMETER_STRING,
     "A random text for this comment: sent again with the same it is not made again, for a day.", 0,
     0, 0},
    {0},
};
static const struct jalon_parameter reason_headers[] = {
    WHO_HEADERS,
    {"Jalon-Reason", JALON_PARAMETER_STRING, "Why, of a moderator: its author reads it.", 0, 0, 0},
    {0},
};

const struct jalon_route jalon_routes_conversation[] = {
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/comments",
     jalon_comments_get, "getComments",
     "The comments on a contribution, oldest first; answers name their `parent`", "conversation",
     .parameters = comments_parameters, .representations = json_only, .one_language = true,
     .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/comments",
     jalon_comments_post, "createComment",
     "Comment on a contribution, or answer a comment", "conversation", .parameters = none,
     .representations = json_only, .body_types = json_body, .body_max = BODY_MAX,
     .one_language = true, .headers = comment_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_COMMENT,
     .body = &jalon_comments_post_body, .answers = {201}},
    {JALON_PATCH, "/maps/{map}/collections/{collection}/items/{id}/comments/{comment}",
     jalon_comment_patch, "updateComment",
     "Change one's comment, or (moderators) hide or publish one", "conversation",
     .parameters = none, .representations = json_only, .body_types = patch_body,
     .body_max = BODY_MAX, .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_comment_patch_body},
    {JALON_DELETE, "/maps/{map}/collections/{collection}/items/{id}/comments/{comment}",
     jalon_comment_delete, "deleteComment",
     "Take one's comment back, or (moderators, with a reason) hide one", "conversation",
     .parameters = none, .one_language = true, .headers = reason_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/confirmations",
     jalon_confirmations_get, "getConfirmations",
     "Who saw that a contribution is still so, or no longer; oldest first", "conversation",
     .parameters = page_parameters, .representations = json_only, .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/confirmations",
     jalon_confirmations_post, "createConfirmation",
     "Confirm that a contribution is still so, or no longer: one a day", "conversation",
     .parameters = none, .representations = json_only, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_CONFIRM,
     .body = &jalon_confirmations_post_body, .answers = {201}},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/supports",
     jalon_supports_get, "getSupports",
     "How many support a contribution, and whether whoever asks does", "conversation",
     .parameters = none, .representations = json_only, .one_language = true,
     .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_PUT, "/maps/{map}/collections/{collection}/items/{id}/supports/mine",
     jalon_support_put, "support",
     "Support a contribution: once a person, or a device", "conversation", .parameters = none,
     .representations = json_only, .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_SUPPORT},
    {JALON_DELETE, "/maps/{map}/collections/{collection}/items/{id}/supports/mine",
     jalon_support_delete, "withdrawSupport",
     "Support a contribution no more", "conversation", .parameters = none,
     .representations = json_only, .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_SUPPORT,
     .answers = {200}},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/status",
     jalon_status_post, "setStatus",
     "Take a step of a contribution's workflow; what closes needs a reason", "conversation",
     .parameters = none, .representations = one_item, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_SET_STATUS,
     .body = &jalon_status_post_body},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/claims",
     jalon_claims_get, "getClaims",
     "Who asks to become a contribution's author: for who decides, and one's own", "conversation",
     .parameters = page_parameters, .representations = json_only, .one_language = true,
     .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/claims",
     jalon_claims_post, "createClaim",
     "Ask to become a contribution's author, as who holds the place", "conversation",
     .parameters = none, .representations = json_only, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_CLAIM,
     .body = &jalon_claims_post_body, .answers = {201}},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/claim",
     jalon_claims_post, "claim",
     "Ask to become a contribution's author, as who holds the place", "conversation",
     .parameters = none, .representations = json_only, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_CLAIM,
     .body = &jalon_claims_post_body, .answers = {201}},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/claims/{claim}",
     jalon_claim_post, "decideClaim",
     "Accept, reject or withdraw a claim", "conversation", .parameters = none,
     .representations = json_only, .body_types = json_body, .body_max = BODY_MAX,
     .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_claim_post_body},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/links",
     jalon_links_get, "getLinks",
     "What a contribution is related to, both ways, also in other maps of this server",
     "conversation", .parameters = page_parameters, .representations = json_only,
     .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/links",
     jalon_links_post, "createLink",
     "Relate a contribution to another one, from either side", "conversation", .parameters = none,
     .representations = json_only, .body_types = json_body, .body_max = BODY_MAX,
     .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_links_post_body, .answers = {201}},
    {JALON_DELETE, "/maps/{map}/collections/{collection}/items/{id}/links/{link}",
     jalon_link_delete, "deleteLink",
     "Take a relation away, from either side", "conversation", .parameters = none,
     .one_language = true, .headers = who_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {0},
};
