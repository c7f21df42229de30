/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints about accounts share. Private to api. */
#ifndef JALON_API_PEOPLE_H
#define JALON_API_PEOPLE_H

#include "endpoint.h"

/* Longest body of these endpoints, in bytes. */
enum { JALON_PEOPLE_BODY_MAX = 64 << 10 };

/* Of jalon_app_… that may say to wait: has that sent as Retry-After. */
enum jalon_status jalon_people_wait(struct jalon_response *response, enum jalon_status status,
                                    int64_t wait_s) JALON_MUST_USE;
/* Only for who asks, and never kept. */
void jalon_people_keep_private(struct jalon_response *response);
/* {account, display_name, is_operator, language}: who is signed in. */
void jalon_people_put_session(struct jalon_json_writer *writer,
                              const struct jalon_account *account);
/* The session that has begun: 201, its cookie, who it is of. */
enum jalon_status jalon_people_begin_session(struct jalon_request *request,
                                             struct jalon_response *response,
                                             const struct jalon_session_begun *begun)
    JALON_MUST_USE;

/* 202: a mail says how it goes on; the same whoever has the address. */
enum jalon_status jalon_people_say_mailed(struct jalon_request *request,
                                          struct jalon_response *response) JALON_MUST_USE;

/* The account as its owner sees it, as members of an object. */
void jalon_people_put_account(struct jalon_json_writer *writer,
                              const struct jalon_account *account);
/* The same as an answer, with what it belongs to. */
enum jalon_status jalon_people_answer_account(struct jalon_request *request,
                                              struct jalon_response *response,
                                              const struct jalon_account *account,
                                              bool is_mailed) JALON_MUST_USE;
/* A page of contributions; `author` in all states, or only what everybody may see. */
enum jalon_status jalon_people_answer_contributions(struct jalon_request *request,
                                                    struct jalon_response *response,
                                                    struct jalon_text author,
                                                    bool only_public) JALON_MUST_USE;

/* --- Handlers, one file each --- */
enum jalon_status jalon_account_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_account_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_account_patch(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_account_contributions_get(struct jalon_request *,
                                                  struct jalon_response *);
enum jalon_status jalon_account_export_get(struct jalon_request *, struct jalon_response *);
bool jalon_account_export_takes_long(const struct jalon_request *);
enum jalon_status jalon_account_tokens_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_account_tokens_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_account_token_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_profile_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_profile_contributions_get(struct jalon_request *,
                                                  struct jalon_response *);
enum jalon_status jalon_accounts_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_accounts_confirm_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_accounts_password_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_sessions_links_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_sessions_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_session_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_session_delete(struct jalon_request *, struct jalon_response *);

/* The table of these routes. */
extern const struct jalon_route jalon_routes_people[];

/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_account_delete_body;
extern const struct jalon_body jalon_account_patch_body;
extern const struct jalon_body jalon_account_tokens_post_body;
extern const struct jalon_body jalon_accounts_confirm_post_body;
extern const struct jalon_body jalon_accounts_password_post_body;
extern const struct jalon_body jalon_accounts_post_body;
extern const struct jalon_body jalon_sessions_links_post_body;
extern const struct jalon_body jalon_sessions_post_body;

#endif
