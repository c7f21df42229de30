/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* …/items/{id}/proposals: changes that others propose, and what became of them. Layer 4 (api). */
#include "jalon/names.h"

#include "list.h"
#include "memory.h"

enum { CONFLICTS_MAX = 64 << 20 };

/* --- Writing them --- */
static struct jalon_text proposal_url(struct jalon_request *request, struct jalon_id id)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    return jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s/proposals/%s",
                              jalon_request_variable(request, "map").data,
                              jalon_request_variable(request, "collection").data,
                              jalon_request_variable(request, "id").data, text);
}

static void put_proposal(struct jalon_request *request, struct jalon_json_writer *writer,
                         const void *item)
{
    const struct jalon_proposal *proposal = item;
    jalon_endpoint_put_id(writer, "id", proposal->id);
    jalon_json_put_string(writer, "state", jalon_proposal_state_name(proposal->state));
    jalon_json_put_integer(writer, "base", proposal->base);
    jalon_endpoint_put_text_or_null(writer, "author", proposal->author);
    jalon_endpoint_put_text_or_null(writer, "reason", proposal->reason);
    jalon_endpoint_put_time(writer, "created", proposal->created_us);
    jalon_json_put_raw(writer, "changes", proposal->changes);
    if (proposal->accepted.length > 0) {
        jalon_json_put_raw(writer, "accepted", proposal->accepted);
    }
    if (proposal->decided_us > 0) {
        jalon_endpoint_put_time(writer, "decided", proposal->decided_us);
        jalon_endpoint_put_text_or_null(writer, "decided_by", proposal->decided_by);
        jalon_endpoint_put_text_or_null(writer, "answer", proposal->answer);
    }
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This proposal",
                            proposal_url(request, proposal->id));
    jalon_json_end_array(writer);
}

static enum jalon_status answer_one(struct jalon_request *request,
                                    struct jalon_response *response,
                                    const struct jalon_proposal *proposal)
{
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    put_proposal(request, &writer, proposal);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

/* --- Listing --- */
static enum jalon_status read_page(struct jalon_request *request, struct jalon_id *before,
                                   bool *has_before, struct jalon_text *state, int64_t *limit)
{
    struct jalon_text text;
    enum jalon_proposal_state ignored;
    *has_before = jalon_request_parameter(request, "before", &text);
    if (*has_before && !jalon_id_parse(text, before)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "before",
                             "expected the id of a proposal");
    }
    *state = JALON_TEXT_EMPTY;
    if (jalon_request_parameter(request, "state", state) &&
        !jalon_proposal_state_parse(*state, &ignored)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "state",
                             "expected open, accepted, partly_accepted, rejected or withdrawn");
    }
    return jalon_request_integer(request, "limit", limit);
}

enum jalon_status jalon_proposals_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_item_ref ref;
    struct jalon_proposal_list proposals;
    struct jalon_id before;
    struct jalon_text state;
    bool has_before = false;
    int64_t limit = 0;
    enum jalon_status status = jalon_memory_ref(request, &ref);
    if (status == JALON_OK) {
        status = read_page(request, &before, &has_before, &state, &limit);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_proposals(request->ctx, api->app, &ref,
                                          has_before ? &before : NULL, state, (size_t)limit + 1,
                                          &proposals);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    struct jalon_list list = {
        .items = proposals.items,
        .count = proposals.count,
        .size = sizeof proposals.items[0],
        .put = put_proposal,
        .key = "before",
    };
    jalon_list_cut_by_id(&list, (size_t)limit, offsetof(struct jalon_proposal, id));
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_integer(&writer, "open", proposals.open);
    jalon_list_put_items(request, &writer, "items", &list);
    return jalon_list_end_answer(request, response, &writer, &list);
}

/* --- One --- */
static enum jalon_status read_id(struct jalon_request *request, struct jalon_id *out)
{
    return jalon_id_parse(jalon_request_variable(request, "proposal"), out)
               ? JALON_OK
               : jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no such proposal here");
}

enum jalon_status jalon_proposal_get(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_item_ref ref;
    struct jalon_proposal proposal;
    struct jalon_id id;
    enum jalon_status status = jalon_memory_ref(request, &ref);
    if (status == JALON_OK) {
        status = read_id(request, &id);
    }
    if (status == JALON_OK) {
        status = jalon_app_find_proposal(request->ctx, api->app, &ref, id, &proposal);
    }
    return status == JALON_OK ? answer_one(request, response, &proposal) : status;
}

/* --- Proposing --- */
enum jalon_status jalon_proposals_post(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_edit edit;
    struct jalon_proposal proposal;
    enum jalon_status status = jalon_item_read_edit(request, JALON_EDIT_PATCH, &edit);
    if (status == JALON_OK) {
        status = jalon_endpoint_id(request, &edit.id);
    }
    edit.read = jalon_item_read_patched;
    if (status == JALON_OK) {
        status = jalon_app_propose(request->ctx, api->app, &edit, &proposal);
    }
    if (status != JALON_OK) {
        return status;
    }
    response->code = 201;
    response->location = proposal_url(request, proposal.id);
    return answer_one(request, response, &proposal);
}

/* --- Deciding --- */
struct body {
    struct jalon_text decision;
    struct jalon_text reason;
    const struct jalon_json *fields;
};

static enum jalon_status read_decision(struct jalon_request *request, const struct body *body,
                                       struct jalon_proposal_deciding *out)
{
    static const char *const decisions[] = {
        [JALON_PROPOSAL_ACCEPT] = "accept",
        [JALON_PROPOSAL_REJECT] = "reject",
        [JALON_PROPOSAL_WITHDRAW] = "withdraw",
    };
    size_t at = jalon_names_find(decisions, JALON_NAMES_COUNT(decisions), body->decision);
    if (at == JALON_NAMES_COUNT(decisions)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/decision",
                             "expected accept, reject or withdraw");
    }
    out->decision = (enum jalon_proposal_decision)at;
    out->reason = body->reason;
    if (body->fields != NULL && out->decision != JALON_PROPOSAL_ACCEPT) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/fields",
                             "only goes with accept");
    }
    enum jalon_status status = jalon_memory_texts(request, body->fields, "/fields", &out->fields,
                                                  &out->field_count);
    return status == JALON_OK && body->fields != NULL && out->field_count == 0
               ? jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/fields",
                               "names no field")
               : status;
}

static void attach_conflicts(struct jalon_request *request, struct jalon_text conflicts)
{
    struct jalon_buffer members;
    jalon_buffer_init(&members, CONFLICTS_MAX);
    jalon_buffer_append_string(&members, "\"conflicts\":");
    jalon_buffer_append_text(&members, conflicts);
    if (jalon_buffer_status(&members) == JALON_OK) {
        struct jalon_text text =
            jalon_text_copy(request->ctx->arena, jalon_buffer_text(&members));
        request->ctx->error.members = text.data != NULL ? text : JALON_TEXT_EMPTY;
    }
    jalon_buffer_finish(&members);
}

static const struct jalon_json_field fields[] = {
    {"decision", JALON_JSON_TO_TEXT, offsetof(struct body, decision), true},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct body, reason), false},
    {"fields", JALON_JSON_TO_VALUE, offsetof(struct body, fields), false},
};
const struct jalon_body jalon_proposal_post_body = JALON_BODY(fields);

enum jalon_status jalon_proposal_post(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct body body = {.decision = JALON_TEXT_EMPTY, .reason = JALON_TEXT_EMPTY};
    struct jalon_proposal_deciding deciding = {.reason = JALON_TEXT_EMPTY};
    struct jalon_proposal_decided decided = {.conflicts = JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_memory_ref(request, &deciding.ref);
    if (status == JALON_OK) {
        status = read_id(request, &deciding.proposal);
    }
    if (status == JALON_OK) {
        status = jalon_memory_body(request, &jalon_proposal_post_body, &body);
    }
    if (status == JALON_OK) {
        status = read_decision(request, &body, &deciding);
    }
    if (status == JALON_OK) {
        status = jalon_app_decide_proposal(request->ctx, api->app, &deciding, &decided);
    }
    if (status == JALON_CONFLICT && decided.conflicts.length > 0) {
        attach_conflicts(request, decided.conflicts);
    }
    if (status != JALON_OK) {
        return status;
    }
    response->seq = decided.seq;
    return answer_one(request, response, &decided.proposal);
}
