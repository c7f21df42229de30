/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of a community's rules share. Private to api. */
#ifndef JALON_API_RULES_H
#define JALON_API_RULES_H

#include "jalon/app_rules.h"

#include "endpoint.h"

enum { JALON_RULES_REASON_MAX = 1000, JALON_RULES_LIMIT_MAX = 1000 };

/* Who may not is told so before anything is said of the body. */
enum jalon_status jalon_rules_require(struct jalon_request *request,
                                      enum jalon_right right) JALON_MUST_USE;
/* `asked_first` of routes below a map, and of those below a contribution: by the row's right. */
enum jalon_status jalon_rules_asked_first(struct jalon_request *request) JALON_MUST_USE;
enum jalon_status jalon_talk_asked_first(struct jalon_request *request) JALON_MUST_USE;
/* The header Jalon-Reason; may be empty. */
enum jalon_status jalon_rules_reason(struct jalon_request *request,
                                     struct jalon_text *out) JALON_MUST_USE;
/* The members of it, into an object that is begun. */
void jalon_rules_put_member(struct jalon_json_writer *writer, const struct jalon_member *member);
/* All settings, as a flat object of the answer. */
void jalon_rules_put_settings(struct jalon_json_writer *writer, const struct jalon_map *map);

enum jalon_status jalon_members_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_member_put(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_member_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_me_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_settings_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_settings_patch(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_charter_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_charter_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_maps_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_map_delete(struct jalon_request *, struct jalon_response *);

/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_charter_post_body;
extern const struct jalon_body jalon_maps_post_body;
extern const struct jalon_body jalon_member_put_body;
extern const struct jalon_body jalon_settings_patch_body;

#endif
