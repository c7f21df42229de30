/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET and POST /accounts/me/tokens, DELETE …/{id}: keys for programs. Layer 4 (api). */
#include "jalon/clock.h"

#include "list.h"
#include "people.h"

enum { NAME_MAX = 100, SCOPES_MAX = 200 };

/* `secret` empty: not shown. */
static void put_token(struct jalon_json_writer *writer, const struct jalon_token *token,
                      struct jalon_text secret)
{
    unsigned scopes = 0;
    (void)jalon_scopes_parse(token->scopes, &scopes);
    jalon_endpoint_put_id(writer, "id", token->id);
    jalon_endpoint_put_text_or_null(writer, "name", token->name);
    jalon_json_begin_array(writer, "scopes");
    for (unsigned i = 0; i < JALON_SCOPE_COUNT; i++) {
        if ((scopes & 1U << i) != 0) {
            jalon_json_put_string(writer, NULL, jalon_scope_names[i]);
        }
    }
    jalon_json_end_array(writer);
    jalon_endpoint_put_time(writer, "created", token->created_us);
    jalon_endpoint_put_time(writer, "expires", token->expires_us);
    jalon_endpoint_put_time(writer, "used", token->used_us);
    if (secret.length > 0) {
        jalon_json_put_text(writer, "token", secret);
    }
}

/* --- The list --- */
static void put_listed(struct jalon_request *request, struct jalon_json_writer *writer,
                       const void *item)
{
    (void)request;
    put_token(writer, item, JALON_TEXT_EMPTY);
}

enum jalon_status jalon_account_tokens_get(struct jalon_request *request,
                                           struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_token *tokens = NULL;
    struct jalon_list list = {.size = sizeof *tokens, .put = put_listed, .key = "after"};
    struct jalon_id after;
    size_t limit = 0;
    enum jalon_status status = jalon_list_read_page(request, &limit, &after);
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_tokens(request->ctx, api->app, request->account, after, limit + 1,
                                       &tokens, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = tokens;
    jalon_list_cut_by_id(&list, limit, offsetof(struct jalon_token, id));
    return jalon_list_answer(request, response, &list);
}

/* --- A new one --- */
struct body {
    struct jalon_text name, expires;
    const struct jalon_json *scopes;
};

/* "read write" of the list; all of them may be the requester's own. */
static void read_scopes(struct jalon_request *request, const struct jalon_json *list,
                        char out[SCOPES_MAX])
{
    unsigned scopes = 0;
    size_t length = 0;
    out[0] = '\0';
    if (jalon_json_kind(list) != JALON_JSON_ARRAY || jalon_json_size(list) == 0) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/scopes",
                        "must be a list of: read, write, moderate, admin, account");
        return;
    }
    for (size_t i = 0; i < jalon_json_size(list); i++) {
        struct jalon_text name = jalon_json_text(jalon_json_element(list, i));
        unsigned bit = 0;
        bool known = name.length > 0 && jalon_text_find(name, ' ') == name.length &&
                     jalon_scopes_parse(name, &bit);
        const char *where = jalon_json_pointer_at(request->ctx, "/scopes", i);
        if (!known || (bit & ~request->scopes) != 0) {
            jalon_error_add(request->ctx, JALON_ERROR_POINTER, where,
                            known ? "is more than what you are signed in for"
                                  : "must be read, write, moderate, admin or account");
        }
        scopes |= bit;
    }
    for (unsigned i = 0; i < JALON_SCOPE_COUNT; i++) {
        const char *name = (scopes & 1U << i) != 0 ? jalon_scope_names[i] : "";
        if (*name != '\0' && length > 0) {
            out[length++] = ' ';
        }
        while (*name != '\0' && length < SCOPES_MAX - 1) {
            out[length++] = *name++;
        }
    }
    out[length] = '\0';
}

static void read_end(struct jalon_request *request, struct jalon_text text, int64_t *out_us)
{
    static const int64_t day_us = INT64_C(86400000000);
    if (text.length == 0) {
        return;
    }
    if (jalon_clock_parse_date(text, out_us)) {
        *out_us += day_us; /* the day itself is included */
    } else if (!jalon_clock_parse(text, out_us)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/expires",
                        "must be a date or a time, as 2027-01-31 or 2027-01-31T12:00:00Z");
        return;
    }
    if (*out_us <= jalon_clock_now_us()) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/expires", "is in the past");
    }
}

static const struct jalon_json_field fields[] = {
    {"name", JALON_JSON_TO_TEXT, offsetof(struct body, name), false},
    {"scopes", JALON_JSON_TO_VALUE, offsetof(struct body, scopes), true},
    {"expires", JALON_JSON_TO_TEXT, offsetof(struct body, expires), false},
};
const struct jalon_body jalon_account_tokens_post_body = JALON_BODY(fields);

enum jalon_status jalon_account_tokens_post(struct jalon_request *request,
                                            struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct body body = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, NULL};
    struct jalon_token_order order = {.account = request->account};
    struct jalon_token token;
    struct jalon_text secret;
    struct jalon_json_writer writer;
    char scopes[SCOPES_MAX];
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_account_tokens_post_body, &body);
    if (status != JALON_OK) {
        return status;
    }
    read_scopes(request, body.scopes, scopes);
    read_end(request, body.expires, &order.expires_us);
    if (jalon_text_code_points(body.name) > NAME_MAX) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/name", "has more than %d characters",
                        NAME_MAX);
    }
    order.name = body.name;
    order.scopes = jalon_text_from(scopes);
    status = jalon_error_verdict(request->ctx, "the token cannot be made so");
    if (status == JALON_OK) {
        status = jalon_app_create_token(request->ctx, api->app, &order, &token, &secret);
    }
    if (status != JALON_OK) {
        return status;
    }
    response->code = 201;
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    put_token(&writer, &token, secret);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

/* --- The end of one --- */
enum jalon_status jalon_account_token_delete(struct jalon_request *request,
                                             struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_id id;
    if (!jalon_id_parse(jalon_request_variable(request, "id"), &id)) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND, "you have no such token");
    }
    enum jalon_status status =
        jalon_app_delete_token(request->ctx, api->app, request->account, id);
    if (status == JALON_OK) {
        response->code = 204;
        jalon_people_keep_private(response);
    }
    return status;
}
