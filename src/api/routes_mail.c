/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes of notifications and edit secrets. Layer 4 (api). */
#include "mail.h"
#include "rules.h"

enum { PAGE_MAX = 200, PAGE_DEFAULT = 50 };

static const struct jalon_representation json[] = {{"json", "application/json"}, {0}};
static const struct jalon_representation feature[] = {{"geojson", "application/geo+json"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_parameter none[] = {{0}};
static const struct jalon_parameter pages[] = {
    {"limit", JALON_PARAMETER_INTEGER, "At most this many.", 1, PAGE_MAX, PAGE_DEFAULT},
    {"before", JALON_PARAMETER_INTEGER, "Only notifications with smaller numbers; 0: all.", 0,
     INT64_MAX, 0},
    {0},
};
static const struct jalon_parameter secret[] = {
    {"Jalon-Edit-Secret", JALON_PARAMETER_STRING,
     "The `edit_secret` of an anonymous contribution, from the answer that created it.", 0, 0, 0},
    {0},
};
static const struct jalon_parameter secret_and_reason[] = {
    {"Jalon-Edit-Secret", JALON_PARAMETER_STRING,
     "The `edit_secret` of an anonymous contribution, from the answer that created it.", 0, 0, 0},
    {"Jalon-Reason", JALON_PARAMETER_STRING,
     "Why, for the history: at most 1000 characters of UTF-8, percent-encoded where not ASCII.", 0,
     0, 0},
    {0},
};

const struct jalon_route jalon_routes_mail[] = {
    {JALON_GET, "/accounts/me/notifications", jalon_notifications_get, "listNotifications",
     "What concerns the account, newest first", "accounts", .parameters = pages,
     .representations = json, .needs_account = true, .scope = JALON_SCOPE_ACCOUNT},
    {JALON_POST, "/accounts/me/notifications/seen", jalon_notifications_seen, "seeNotifications",
     "The account has seen its notifications up to a number", "accounts", .parameters = none,
     .representations = json, .body_types = json_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .one_language = true, .needs_account = true, .scope = JALON_SCOPE_ACCOUNT, .apart = true,
     .body = &jalon_notifications_seen_body, .answers = {204}},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/secret", jalon_secret_post,
     "askEditSecret",
     "Mail a link that makes a new edit secret, if this is the address that was left", "items",
     .parameters = none, .representations = json, .body_types = json_body,
     .body_max = JALON_PEOPLE_BODY_MAX, .apart = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_secret_post_body, .answers = {202}},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/secret/renew", jalon_secret_renew,
     "renewEditSecret",
     "A new edit secret, by a mailed link; the old one opens no more", "items",
     .parameters = none, .representations = json, .body_types = json_body,
     .body_max = JALON_PEOPLE_BODY_MAX, .one_language = true, .apart = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_secret_renew_body},
    {JALON_DELETE, "/maps/{map}/collections/{collection}/items/{id}/secret", jalon_secret_delete,
     "revokeEditSecret",
     "Revoke the edit secret", "items", .parameters = none, .one_language = true,
     .headers = secret, .apart = true},
    {JALON_POST, "/maps/{map}/collections/{collection}/items/{id}/adopt", jalon_adopt_post,
     "adoptItem",
     "Become the author of an anonymous contribution, by its edit secret", "items",
     .parameters = none, .representations = feature, .one_language = true,
     .headers = secret_and_reason, .needs_account = true, .scope = JALON_SCOPE_WRITE},
    {0},
};

enum jalon_status jalon_mail_read_item(struct jalon_request *request, struct jalon_secret_of *out)
{
    *out = (struct jalon_secret_of){
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
    };
    return jalon_endpoint_id(request, &out->id);
}
