/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* PATCH /accounts/me: profile, address, password; a merge patch. Layer 4 (api). */
#include "people.h"

/* Kept by the request's arena while `change` points at them. */
struct values {
    struct jalon_text display_name, about, website, language, profile;
    struct jalon_text email, password, current_password;
    bool shows_contributions, mails;
};

#define FIELD(name, type) {#name, type, offsetof(struct values, name), false}
static const struct jalon_json_field fields[] = {
    FIELD(display_name, JALON_JSON_TO_TEXT),
    FIELD(about, JALON_JSON_TO_TEXT),
    FIELD(website, JALON_JSON_TO_TEXT),
    FIELD(language, JALON_JSON_TO_TEXT),
    FIELD(profile, JALON_JSON_TO_TEXT),
    FIELD(email, JALON_JSON_TO_TEXT),
    FIELD(password, JALON_JSON_TO_TEXT),
    FIELD(current_password, JALON_JSON_TO_TEXT),
    FIELD(shows_contributions, JALON_JSON_TO_BOOLEAN),
    FIELD(mails, JALON_JSON_TO_BOOLEAN),
};
const struct jalon_body jalon_account_patch_body = JALON_BODY(fields);

/* The text when the body says it; what is set to null becomes empty. */
static const struct jalon_text *given(const struct jalon_json *body, const char *name,
                                      const struct jalon_text *value)
{
    return jalon_json_member(body, name) != NULL ? value : NULL;
}

/* The same of what cannot be taken away. */
static const void *said(const struct jalon_json *body, const char *name, const void *value)
{
    return jalon_json_kind(jalon_json_member(body, name)) != JALON_JSON_NULL ? value : NULL;
}

static void list_changes(const struct jalon_json *body, const struct values *values,
                         struct jalon_account_change *out)
{
    out->display_name = given(body, "display_name", &values->display_name);
    out->about = given(body, "about", &values->about);
    out->website = given(body, "website", &values->website);
    out->password = given(body, "password", &values->password);
    out->language = said(body, "language", &values->language);
    out->profile = said(body, "profile", &values->profile);
    out->email = said(body, "email", &values->email);
    out->current_password = said(body, "current_password", &values->current_password);
    out->shows_contributions = said(body, "shows_contributions", &values->shows_contributions);
    out->mails = said(body, "mails", &values->mails);
}

enum jalon_status jalon_account_patch(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct values values = {.display_name = JALON_TEXT_EMPTY,
                            .about = JALON_TEXT_EMPTY,
                            .website = JALON_TEXT_EMPTY,
                            .password = JALON_TEXT_EMPTY};
    struct jalon_account_change change = {.session = request->session};
    struct jalon_account account;
    const struct jalon_json *body;
    bool is_mailed = false;
    int64_t wait_s = 0;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_account_patch_body, &values);
    if (status == JALON_OK) {
        status = jalon_json_parse(request->ctx, request->body, &body);
    }
    if (status == JALON_OK) {
        list_changes(body, &values, &change);
        status = jalon_app_change_account(request->ctx, api->app, &actor, &change, &account,
                                          &is_mailed, &wait_s);
    }
    return status == JALON_OK
               ? jalon_people_answer_account(request, response, &account, is_mailed)
               : jalon_people_wait(response, status, wait_s);
}
