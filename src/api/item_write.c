/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the endpoints that write one contribution share: entity tags, headers, answers. OGC 20-002,
 * optimistic-locking-etags. Layer 4 (api).
 *
 * An item's tag is "version.time" of the state and ".time" of what others have said of it since, if
 * they have, then what shaped the bytes: the program, and centrally the representation and its coding.
 * To change a state it is enough to have seen it in any shape, whatever was said since.
 */
#include "item_write.h"

#include "crs.h"

enum { REASON_MAX = 1000, IDEMPOTENCY_KEY_MAX = 255, STALE_MAX = 128 << 20 };

/* --- Bodies --- */
const struct jalon_body jalon_feature_body = {
    .description = "A GeoJSON Feature as the collection's schema (…/schema) says. The answer that "
                   "creates an anonymous contribution holds `edit_secret`, once; the top-level member "
                   "`contact_email` of the body, never shown, is where it can be recovered.",
};
const struct jalon_body jalon_feature_patch_body = {
    .description = "A merge patch (RFC 7396) of the contribution's Feature: null takes a property away.",
};

/* --- Entity tags --- */
struct jalon_text jalon_item_etag(struct jalon_request *request,
                                  struct jalon_contribution_state state)
{
    struct jalon_text etag =
        state.touched_us == 0
            ? jalon_text_format(request->ctx->arena, "%lld.%lld-%s-%llx", (long long)state.version,
                                (long long)state.updated_us, JALON_VERSION,
                                (unsigned long long)state.look)
            : jalon_text_format(request->ctx->arena, "%lld.%lld.%lld-%s-%llx",
                                (long long)state.version, (long long)state.updated_us,
                                (long long)state.touched_us, JALON_VERSION,
                                (unsigned long long)state.look);
    return etag.data != NULL ? etag : JALON_TEXT_EMPTY;
}

/* The state that a tag of ours is of; false: it is none of ours. */
static bool parse_tag(struct jalon_text tag, struct jalon_contribution_state *out)
{
    struct jalon_text state = jalon_text_slice(tag.data, jalon_text_find(tag, '-'));
    size_t dot = jalon_text_find(state, '.');
    if (dot >= state.length) {
        return false;
    }
    struct jalon_text updated = jalon_text_slice(state.data + dot + 1, state.length - dot - 1);
    updated = jalon_text_slice(updated.data, jalon_text_find(updated, '.'));
    *out = (struct jalon_contribution_state){.version = 0};
    return jalon_text_to_int64(jalon_text_slice(state.data, dot), &out->version) &&
           jalon_text_to_int64(updated, &out->updated_us);
}

static enum jalon_status read_states(struct jalon_request *request, const char *header,
                                     bool with_weak, struct jalon_states *out)
{
    struct jalon_etags etags;
    enum jalon_status status = jalon_request_etags(request, header, with_weak, &etags);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_contribution_state *list =
        jalon_arena_allocate(request->ctx->arena, etags.count * sizeof *list);
    if (list == NULL) {
        return jalon_no_memory(request->ctx);
    }
    size_t count = 0;
    for (size_t i = 0; i < etags.count; i++) {
        count += parse_tag(etags.tags[i], &list[count]);
    }
    *out = (struct jalon_states){etags.given, etags.any, list, count};
    return JALON_OK;
}

enum jalon_status jalon_item_read_states(struct jalon_request *request, const char *header,
                                         struct jalon_states *out)
{
    return read_states(request, header, false, out);
}

/* --- Requests --- */
enum jalon_status jalon_item_read_edit(struct jalon_request *request, enum jalon_edit_kind kind,
                                       struct jalon_edit *out)
{
    struct jalon_edit edit = {
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
        .kind = kind,
        .user = request,
    };
    enum jalon_status status =
        jalon_request_words(request, "Jalon-Reason", REASON_MAX, &edit.reason);
    if (status == JALON_OK) {
        status = read_states(request, "If-Match", false, &edit.if_match);
    }
    if (status == JALON_OK) {
        status = read_states(request, "If-None-Match", true, &edit.if_none_match);
    }
    edit.merges = kind == JALON_EDIT_PATCH && jalon_endpoint_prefers(request, "merge", "");
    if (status == JALON_OK) {
        *out = edit;
    }
    return status;
}

/* As a structured string ("…") or bare (draft-ietf-httpapi-idempotency-key-header). */
enum jalon_status jalon_item_read_key(struct jalon_request *request, struct jalon_text *out)
{
    struct jalon_text key;
    if (!jalon_request_header(request, "Idempotency-Key", &key)) {
        *out = JALON_TEXT_EMPTY;
        return JALON_OK;
    }
    if (key.length >= 2 && key.data[0] == '"' && key.data[key.length - 1] == '"') {
        key = jalon_text_slice(key.data + 1, key.length - 2);
    }
    bool good = key.length >= 1 && key.length <= IDEMPOTENCY_KEY_MAX;
    for (size_t i = 0; good && i < key.length; i++) {
        good = key.data[i] > ' ' && key.data[i] < 0x7f && key.data[i] != '"';
    }
    if (!good) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Idempotency-Key",
                             "expected 1 to %d visible ASCII characters, such as a UUID",
                             IDEMPOTENCY_KEY_MAX);
    }
    *out = key;
    return JALON_OK;
}

static enum jalon_status read_key(struct jalon_request *request, struct jalon_contribute *command)
{
    struct jalon_text key;
    enum jalon_status status = jalon_item_read_key(request, &key);
    if (status != JALON_OK || key.length == 0) {
        return status;
    }
    struct jalon_text id = jalon_request_variable(request, "id");
    struct jalon_text crs = jalon_endpoint_header(request, "Content-Crs");
    command->idempotency_key = key;
    command->said = jalon_text_format(
        request->ctx->arena, "%.*s\n%.*s\n%.*s\n%.*s", JALON_TEXT_ARGS(id), JALON_TEXT_ARGS(crs),
        JALON_TEXT_ARGS(command->reason), JALON_TEXT_ARGS(request->body));
    return command->said.data != NULL ? JALON_OK : jalon_no_memory(request->ctx);
}

static enum jalon_status read_contribute(struct jalon_request *request,
                                         struct jalon_contribute *out)
{
    *out = (struct jalon_contribute){
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
        .refuses_duplicates = jalon_endpoint_prefers(request, "handling", "strict"),
        .idempotency_key = JALON_TEXT_EMPTY,
        .said = JALON_TEXT_EMPTY,
    };
    enum jalon_status status =
        jalon_request_words(request, "Jalon-Reason", REASON_MAX, &out->reason);
    return status == JALON_OK ? read_key(request, out) : status;
}

enum jalon_status jalon_item_read_body(struct jalon_request *request, struct jalon_text body,
                                       struct jalon_record *out)
{
    struct jalon_record record;
    enum jalon_status status = jalon_feature_read(request->ctx, body, &record);
    if (status == JALON_OK) {
        status = jalon_api_take_content_crs(request, &record.geometry);
    }
    if (status == JALON_OK) {
        *out = record;
    }
    return status;
}

/* --- Answers --- */
/* The stored Feature, with what only this answer says as further top-level members (RFC 7946, 6.1). */
static void write_feature(struct jalon_buffer *body, const struct jalon_contributed *contributed)
{
    jalon_buffer_append(body, contributed->json.data, contributed->json.length - 1);
    if (contributed->edit_secret.length > 0) {
        jalon_buffer_append_string(body, ",\"edit_secret\":");
        jalon_buffer_append_json(body, contributed->edit_secret);
    }
    if (contributed->repaired) {
        jalon_buffer_append_string(body, ",\"geometry_repaired\":true");
    }
    jalon_buffer_append_char(body, '}');
}

enum jalon_status jalon_item_answer(struct jalon_request *request, struct jalon_response *response,
                                    unsigned code, const struct jalon_contributed *contributed)
{
    response->code = code;
    response->media_type = "application/geo+json";
    response->seq = contributed->seq;
    response->cache_control = JALON_TEXT("no-store");
    response->etag = jalon_item_etag(request, contributed->state);
    write_feature(&response->body, contributed);
    const struct jalon_api *api = request->application;
    enum jalon_status status =
        jalon_api_set_content_crs(request, response, &api->crs.items[0]);
    if (status == JALON_OK) {
        status = jalon_endpoint_finish(request, response);
    }
    /* It is stored: that it cannot be shown, for want of memory, must not be told as a failure. */
    if (status != JALON_OK) {
        jalon_error_clear(request->ctx);
        jalon_buffer_finish(&response->body);
        response->code = code == 200 ? 204 : code;
    }
    return JALON_OK;
}

enum jalon_status jalon_item_answer_proposal(struct jalon_request *request,
                                             struct jalon_response *response,
                                             const struct jalon_contributed *contributed)
{
    struct jalon_text map = jalon_request_variable(request, "map");
    struct jalon_text collection = jalon_request_variable(request, "collection");
    struct jalon_json_writer writer;
    char item[JALON_ID_TEXT_SIZE], proposal[JALON_ID_TEXT_SIZE];
    jalon_id_format(contributed->id, item);
    jalon_id_format(contributed->proposal, proposal);
    response->code = 202;
    response->media_type = "application/json";
    response->cache_control = JALON_TEXT("no-store");
    response->location = jalon_endpoint_url(
        request, "/maps/%s/collections/%s/items/%s/proposals/%s", map.data,
        collection.data, item, proposal);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "proposal", proposal);
    jalon_json_put_string(&writer, "state", "open");
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

/* --- What they do --- */
static enum jalon_status answer_created(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_contribute *command,
                                        const struct jalon_contributed *contributed)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(contributed->id, id);
    response->location = jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s",
                                            command->map.data, command->collection.data, id);
    if (command->refuses_duplicates) {
        response->preference_applied = JALON_TEXT("handling=strict");
    }
    return jalon_item_answer(request, response, 201, contributed);
}

static enum jalon_status read_new_id(struct jalon_request *request, struct jalon_id *out)
{
    struct jalon_id id;
    if (!jalon_id_parse(jalon_request_variable(request, "id"), &id) ||
        !jalon_id_is_version_7(id)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "id",
                             "expected a UUID of version 7 (RFC 9562), made for this contribution");
    }
    *out = id;
    return JALON_OK;
}

/* The address that who has no account leaves, beside what is the Feature's. */
static enum jalon_status read_contact(struct jalon_request *request,
                                      const struct jalon_json *body, struct jalon_text *out)
{
    const struct jalon_json *email = jalon_json_member(body, "contact_email");
    enum jalon_json_kind kind = jalon_json_kind(email);
    if (kind != JALON_JSON_NULL && kind != JALON_JSON_STRING) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/contact_email",
                             "expected a string, found %s",
                             jalon_say(request->ctx, jalon_json_kind_name(kind)));
    }
    *out = jalon_json_text(email);
    return JALON_OK;
}

/* The Feature, and what is beside it; parsed once. */
static enum jalon_status read_new(struct jalon_request *request, struct jalon_record *out,
                                  struct jalon_text *out_contact)
{
    const struct jalon_json *body;
    enum jalon_status status = jalon_json_parse(request->ctx, request->body, &body);
    if (status == JALON_OK) {
        status = jalon_feature_read_tree(request->ctx, body, out);
    }
    if (status == JALON_OK) {
        status = jalon_api_take_content_crs(request, &out->geometry);
    }
    return status == JALON_OK ? read_contact(request, body, out_contact) : status;
}

enum jalon_status jalon_item_create(struct jalon_request *request, struct jalon_response *response,
                                    bool chooses_id)
{
    struct jalon_api *api = request->application;
    struct jalon_id id;
    struct jalon_record record;
    struct jalon_contribute command;
    struct jalon_contributed contributed;
    enum jalon_status status = read_contribute(request, &command);
    /* Who may not contribute is told so before anything is said of id and body. */
    if (status == JALON_OK) {
        status = jalon_app_may_contribute(request->ctx, api->app, &command);
    }
    if (status == JALON_OK && chooses_id) {
        status = read_new_id(request, &id);
        command.id = &id;
    }
    if (status == JALON_OK) {
        status = read_new(request, &record, &command.contact_email);
    }
    command.record = &record;
    if (status == JALON_OK) {
        status = jalon_app_contribute(request->ctx, api->app, &command, &contributed);
    }
    return status == JALON_OK ? answer_created(request, response, &command, &contributed) : status;
}

/* Both versions, as further members of the problem document. */
static void attach_stale(struct jalon_request *request, const struct jalon_stale *stale)
{
    struct jalon_text etag = jalon_item_etag(request, stale->state);
    struct jalon_buffer members;
    jalon_buffer_init(&members, STALE_MAX);
    jalon_buffer_append_format(&members, "\"current_etag\":\"\\\"%s\\\"\",\"current\":",
                               etag.data);
    jalon_buffer_append_text(&members, stale->current);
    jalon_buffer_append_string(&members, ",\"base\":");
    jalon_buffer_append_text(&members, stale->base);
    if (stale->conflicts.length > 0) {
        jalon_buffer_append_string(&members, ",\"conflicts\":");
        jalon_buffer_append_text(&members, stale->conflicts);
    }
    if (jalon_buffer_status(&members) == JALON_OK) {
        struct jalon_text text =
            jalon_text_copy(request->ctx->arena, jalon_buffer_text(&members));
        request->ctx->error.members = text.data != NULL ? text : JALON_TEXT_EMPTY;
    }
    jalon_buffer_finish(&members);
}

enum jalon_status jalon_item_edit(struct jalon_request *request, struct jalon_response *response,
                                  const struct jalon_edit *asked)
{
    struct jalon_api *api = request->application;
    struct jalon_contributed contributed;
    struct jalon_stale stale = {.state = {.version = 0}};
    struct jalon_edit telling = *asked;
    const struct jalon_edit *edit = &telling;
    telling.stale = &stale;
    enum jalon_status status = jalon_app_edit(request->ctx, api->app, edit, &contributed);
    if (status == JALON_PRECONDITION && stale.state.version > 0) {
        attach_stale(request, &stale);
    }
    if (status == JALON_PRECONDITION && !edit->if_match.given && !edit->if_none_match.given) {
        response->code = 428; /* RFC 6585, 3 */
    }
    if (status != JALON_OK) {
        return status;
    }
    if (contributed.is_proposal) {
        return jalon_item_answer_proposal(request, response, &contributed);
    }
    if (edit->kind == JALON_EDIT_DELETE) {
        response->code = 204;
        response->seq = contributed.seq;
        return JALON_OK;
    }
    if (contributed.merged_from > 0) {
        response->preference_applied = JALON_TEXT("merge");
    }
    return jalon_item_answer(request, response, 200, &contributed);
}

/* --- Permission --- */
enum jalon_status jalon_item_may_add(struct jalon_request *request)
{
    struct jalon_api *api = request->application;
    struct jalon_contribute command;
    enum jalon_status status = read_contribute(request, &command);
    return status == JALON_OK ? jalon_app_may_contribute(request->ctx, api->app, &command)
                              : status;
}

static enum jalon_status may_do(struct jalon_request *request, enum jalon_edit_kind kind)
{
    struct jalon_api *api = request->application;
    struct jalon_edit edit;
    enum jalon_status status = jalon_item_read_edit(request, kind, &edit);
    if (status == JALON_OK) {
        status = jalon_endpoint_id(request, &edit.id);
    }
    return status == JALON_OK ? jalon_app_may_edit(request->ctx, api->app, &edit) : status;
}

enum jalon_status jalon_item_may_edit(struct jalon_request *request)
{
    return may_do(request, JALON_EDIT_PATCH);
}

enum jalon_status jalon_item_may_delete(struct jalon_request *request)
{
    return may_do(request, JALON_EDIT_DELETE);
}

/* What is not there may be put there, under an id that a client can have made. */
enum jalon_status jalon_item_may_put(struct jalon_request *request)
{
    struct jalon_id id;
    enum jalon_status status = jalon_item_may_edit(request);
    bool is_free = status == JALON_NOT_FOUND &&
                   jalon_endpoint_id(request, &id) == JALON_OK && jalon_id_is_version_7(id);
    return is_free ? jalon_item_may_add(request) : status;
}

enum jalon_status jalon_item_put_asked_first(struct jalon_request *request)
{
    enum jalon_status status = jalon_item_may_edit(request);
    if (status != JALON_NOT_FOUND) {
        return status;
    }
    jalon_error_clear(request->ctx);
    return jalon_item_may_add(request);
}
