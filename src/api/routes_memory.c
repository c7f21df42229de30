/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes of history and proposals. Layer 4 (api). */
#include "memory.h"
#include "rules.h"

enum { MEMORY_BODY_MAX = 64 << 10, PATCH_BODY_MAX = 4 << 20 };

static const struct jalon_representation as_json[] = {{"json", "application/json"}, {0}};
static const struct jalon_representation as_feature[] = {
    {"geojson", "application/geo+json"},
    {"json", "application/geo+json"},
    {0},
};
static const struct jalon_parameter no_parameters[] = {{0}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_parameter restore_headers[] = {
    {"If-Match", JALON_PARAMETER_STRING,
     "The ETag of the state that is to be replaced, `*` for any: 428 without, 412 when there is "
     "another one.",
     0, 0, 0},
    {"Jalon-Edit-Secret", JALON_PARAMETER_STRING,
     "The `edit_secret` of an anonymous contribution, from the answer that created it.", 0, 0, 0},
    {0},
};

static const char *const patch_body[] = {"application/merge-patch+json", NULL};
static const struct jalon_parameter proposals_parameters[] = {
    {"state", JALON_PARAMETER_STRING,
     "Only these: open, accepted, partly_accepted, rejected or withdrawn.", 0, 0, 0},
    {"limit", JALON_PARAMETER_INTEGER, "At most this many proposals.", 1, 1000, 100},
    {"before", JALON_PARAMETER_STRING, "Only those older than this one, by its id.", 0, 0, 0},
    {0},
};
static const struct jalon_parameter propose_headers[] = {
    {"If-Match", JALON_PARAMETER_STRING,
     "The ETag of the state that was read: 412 when there is another one.", 0, 0, 0},
    {"Content-Crs", JALON_PARAMETER_STRING,
     "The URI of the coordinate reference system of the body's geometry; longitude and latitude "
     "(CRS84) when nothing is said.",
     0, 0, 0},
    {"Jalon-Reason", JALON_PARAMETER_STRING, "Why: percent-encoded UTF-8.", 0, 0, 0},
    {"Jalon-Device", JALON_PARAMETER_STRING,
     "A random text that a client without an account keeps, to see and withdraw what it proposed.",
     0, 0, 0},
    {0},
};

const struct jalon_route jalon_routes_memory[] = {
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/revisions/{version}", jalon_revision_get, "getRevision",
     "One revision, with the contribution as it was then", "items", .parameters = no_parameters,
     .representations = as_json, .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/revisions/{version}/restore", jalon_revision_restore, "restoreRevision",
     "Make the contribution what it was then, also a deleted one; `reason` is needed. 202 where "
     "an edit would be held: it is kept as a proposal",
     "items",
     .parameters = no_parameters, .representations = as_feature, .body_types = json_body,
     .body_max = MEMORY_BODY_MAX, .one_language = true, .headers = restore_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_RESTORE,
     .body = &jalon_revision_restore_body, .answers = {200, 202}},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/revisions/{version}/redact", jalon_revision_redact, "redactRevision",
     "Remove what this version brought to some `fields` from the contribution and all of its "
     "history, or the words `text` wherever they stand, with `current` also in its present state; "
     "`reason` is needed, and public",
     "items", .parameters = no_parameters, .representations = as_json, .body_types = json_body,
     .body_max = MEMORY_BODY_MAX, .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_REDACT,
     .body = &jalon_revision_redact_body},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/proposals", jalon_proposals_get,
     "getProposals",
     "Changes that others propose, newest first: its author and moderators see all, others their "
     "own and how many are open",
     "items", .parameters = proposals_parameters, .representations = as_json,
     .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/proposals", jalon_proposals_post,
     "createProposal", "Propose a change, by a merge patch of the contribution", "items",
     .parameters = no_parameters, .representations = as_json, .body_types = patch_body,
     .body_max = PATCH_BODY_MAX, .one_language = true, .headers = propose_headers,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_PROPOSE,
     .body = &jalon_feature_patch_body, .answers = {201}},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/proposals/{proposal}",
     jalon_proposal_get, "getProposal", "One proposal", "items", .parameters = no_parameters,
     .representations = as_json, .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/proposals/{proposal}",
     jalon_proposal_post, "decideProposal",
     "Accept a proposal, whole or some `fields` of it, reject it with a `reason`, or withdraw one's "
     "own",
     "items", .parameters = no_parameters, .representations = as_json, .body_types = json_body,
     .body_max = MEMORY_BODY_MAX, .one_language = true,
     .asked_first = jalon_talk_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_proposal_post_body},
    {0},
};
