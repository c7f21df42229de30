/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of the desk share. Private to api. */
#ifndef JALON_API_DESK_H
#define JALON_API_DESK_H

#include "jalon/app_moderation.h"

#include "endpoint.h"

/* Ids that are decided about at once. */
enum { JALON_DESK_IDS_MAX = 200, JALON_DESK_LIMIT_MAX = 100 };

/* "reasons": why it is to be looked at. */
void jalon_desk_put_reviews(struct jalon_json_writer *writer, const struct jalon_review *reviews,
                            size_t count);

/* The members of a decision's body. */
struct jalon_desk_decision {
    struct jalon_text decision;
    struct jalon_text reason;
    struct jalon_text into;
    const struct jalon_json *fields;
    int64_t version;
};
/* What it says, but for the id; JALON_INVALID at its pointers. */
enum jalon_status jalon_desk_read_decision(struct jalon_request *request,
                                           const struct jalon_desk_decision *body,
                                           struct jalon_id *into,
                                           struct jalon_decide *out) JALON_MUST_USE;
/* What came of it, as members of an object. */
void jalon_desk_put_decided(struct jalon_json_writer *writer, const struct jalon_decided *decided);

#endif
