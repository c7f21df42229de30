/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The endpoints of notifications and edit secrets. Private to api. */
#ifndef JALON_API_MAIL_H
#define JALON_API_MAIL_H

#include "jalon/app_secret.h"

#include "people.h"

enum { JALON_MAIL_REASON_MAX = 1000 };

/* The contribution that the path names. JALON_NOT_FOUND. */
enum jalon_status jalon_mail_read_item(struct jalon_request *request,
                                       struct jalon_secret_of *out) JALON_MUST_USE;

/* --- Handlers, one file each --- */
enum jalon_status jalon_notifications_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_notifications_seen(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_secret_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_secret_renew(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_secret_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_adopt_post(struct jalon_request *, struct jalon_response *);

/* The table of these routes. */
extern const struct jalon_route jalon_routes_mail[];

/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_notifications_seen_body;
extern const struct jalon_body jalon_secret_post_body;
extern const struct jalon_body jalon_secret_renew_body;

#endif
