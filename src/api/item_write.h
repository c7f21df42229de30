/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints that write one contribution share. Private to api. */
#ifndef JALON_API_ITEM_WRITE_H
#define JALON_API_ITEM_WRITE_H

#include "endpoint.h"

/* The ETag of a contribution in a state: it changes with that contribution only. */
struct jalon_text jalon_item_etag(struct jalon_request *request,
                                  struct jalon_contribution_state state);
/* The states that a header names, compared strongly. */
enum jalon_status jalon_item_read_states(struct jalon_request *request, const char *header,
                                         struct jalon_states *out) JALON_MUST_USE;
/* A jalon_edit_reader of merge patches; `user` is the request. */
enum jalon_status jalon_item_read_patched(struct jalon_context *ctx, void *user,
                                          struct jalon_text current,
                                          struct jalon_record *out) JALON_MUST_USE;
/* Answers with what was stored. */
enum jalon_status jalon_item_answer(struct jalon_request *request, struct jalon_response *response,
                                    unsigned code,
                                    const struct jalon_contributed *contributed) JALON_MUST_USE;
/* 202: it waits for somebody's decision, and where that can be followed. */
enum jalon_status jalon_item_answer_proposal(
    struct jalon_request *request, struct jalon_response *response,
    const struct jalon_contributed *contributed) JALON_MUST_USE;
/* What the request's headers say of an edit, and its path but for the id. */
enum jalon_status jalon_item_read_edit(struct jalon_request *request, enum jalon_edit_kind kind,
                                       struct jalon_edit *out) JALON_MUST_USE;
/* The body as a record, its coordinates as Content-Crs says. */
enum jalon_status jalon_item_read_body(struct jalon_request *request, struct jalon_text body,
                                       struct jalon_record *out) JALON_MUST_USE;
/* The Idempotency-Key; empty when absent. JALON_INVALID names the header. */
enum jalon_status jalon_item_read_key(struct jalon_request *request,
                                      struct jalon_text *out) JALON_MUST_USE;
/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_feature_body;
extern const struct jalon_body jalon_feature_patch_body;

/*
 * Edits, and answers: 204 to a deletion, 202 where the edit is kept as a proposal, else 200 with what
 * was stored; 428 without If-Match.
 */
enum jalon_status jalon_item_edit(struct jalon_request *request, struct jalon_response *response,
                                  const struct jalon_edit *edit) JALON_MUST_USE;
/*
 * Makes the contribution of the body, under the id of the path when that is chosen there; answers 201
 * with what was stored, and where.
 */
enum jalon_status jalon_item_create(struct jalon_request *request, struct jalon_response *response,
                                    bool chooses_id) JALON_MUST_USE;

/* --- For OPTIONS: may this requester do it, here? --- */
enum jalon_status jalon_item_may_add(struct jalon_request *request) JALON_MUST_USE;
enum jalon_status jalon_item_may_put(struct jalon_request *request) JALON_MUST_USE;
/* The same whatever the id: why none can be made under it is told to whoever may add. */
enum jalon_status jalon_item_put_asked_first(struct jalon_request *request) JALON_MUST_USE;
enum jalon_status jalon_item_may_edit(struct jalon_request *request) JALON_MUST_USE;
enum jalon_status jalon_item_may_delete(struct jalon_request *request) JALON_MUST_USE;

#endif
