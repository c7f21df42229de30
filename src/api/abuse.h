/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints against abuse share. Private to api. */
#ifndef JALON_API_ABUSE_H
#define JALON_API_ABUSE_H

#include "jalon/app_abuse.h"

#include "rules.h"

/* A time of the body; JALON_OK and *out untouched when it is empty. Faults are added at `pointer`. */
void jalon_abuse_read_time(struct jalon_request *request, struct jalon_text text,
                           const char *pointer, int64_t *out);

enum jalon_status jalon_challenge_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_zones_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_zones_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_zone_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_blocks_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_blocks_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_block_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_reverts_post(struct jalon_request *, struct jalon_response *);

/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_blocks_post_body;
extern const struct jalon_body jalon_reverts_post_body;
extern const struct jalon_body jalon_zones_post_body;

#endif
