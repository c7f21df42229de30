/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of the conversation around a contribution share. Private to api. */
#ifndef JALON_API_CONVERSATION_H
#define JALON_API_CONVERSATION_H

#include "jalon/app_conversation.h"

#include "rules.h"

enum { JALON_TALK_LIMIT_MAX = 1000 };

/* The contribution of the path, and who asks. */
enum jalon_status jalon_talk_read_about(struct jalon_request *request,
                                        struct jalon_about *out) JALON_MUST_USE;
/* An id in the path. JALON_NOT_FOUND, in the words of `missing`, when it is not one. */
enum jalon_status jalon_talk_read_id(struct jalon_request *request, const char *variable,
                                     const char *missing, struct jalon_id *out) JALON_MUST_USE;

/* 201 of what was made below this resource, with Location and Jalon-Seq. */
void jalon_talk_set_created(struct jalon_request *request, struct jalon_response *response,
                            struct jalon_id id, int64_t seq);

void jalon_talk_put_comment(struct jalon_json_writer *writer, const struct jalon_comment *comment);
void jalon_talk_put_confirmation(struct jalon_json_writer *writer,
                                 const struct jalon_confirmation *confirmation);
void jalon_talk_put_claim(struct jalon_json_writer *writer, const struct jalon_claim *claim);
void jalon_talk_put_link(struct jalon_request *request, struct jalon_json_writer *writer,
                         const struct jalon_link_view *link);
void jalon_talk_put_supports(struct jalon_json_writer *writer,
                             const struct jalon_supports *supports);

enum jalon_status jalon_comments_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_comments_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_comment_patch(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_comment_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_confirmations_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_confirmations_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_supports_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_support_put(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_support_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_status_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_claims_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_claims_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_claim_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_links_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_links_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_link_delete(struct jalon_request *, struct jalon_response *);

/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_claim_post_body;
extern const struct jalon_body jalon_claims_post_body;
extern const struct jalon_body jalon_comment_patch_body;
extern const struct jalon_body jalon_comments_post_body;
extern const struct jalon_body jalon_confirmations_post_body;
extern const struct jalon_body jalon_links_post_body;
extern const struct jalon_body jalon_status_post_body;

#endif
