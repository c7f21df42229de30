/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of the conversation share: paths, pages, answers. Layer 4 (api). */
#include "conversation.h"

#include "jalon/clock.h"

/* --- Requests --- */
enum jalon_status jalon_talk_read_about(struct jalon_request *request, struct jalon_about *out)
{
    struct jalon_about about = {
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
    };
    enum jalon_status status = jalon_endpoint_id(request, &about.id);
    if (status == JALON_OK) {
        *out = about;
    }
    return status;
}

enum jalon_status jalon_talk_asked_first(struct jalon_request *request)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    return status == JALON_OK ? jalon_app_may_about(request->ctx, api->app, &about,
                                                    (enum jalon_right)request->route->right)
                              : status;
}

enum jalon_status jalon_talk_read_id(struct jalon_request *request, const char *variable,
                                     const char *missing, struct jalon_id *out)
{
    return jalon_id_parse(jalon_request_variable(request, variable), out)
               ? JALON_OK
               : jalon_fail(request->ctx, JALON_NOT_FOUND, "%s",
                            jalon_say(request->ctx, missing));
}

void jalon_talk_set_created(struct jalon_request *request, struct jalon_response *response,
                            struct jalon_id id, int64_t seq)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    response->code = 201;
    response->seq = seq;
    response->location = jalon_endpoint_url(request, "%s/%s", request->path.data, text);
}

void jalon_talk_put_comment(struct jalon_json_writer *writer, const struct jalon_comment *comment)
{
    static const struct jalon_id none = {{0}};
    jalon_endpoint_put_id(writer, "id", comment->id);
    if (jalon_id_compare(comment->parent, none) != 0) {
        jalon_endpoint_put_id(writer, "parent", comment->parent);
    }
    jalon_json_put_string(writer, "kind", jalon_comment_kind_name(comment->kind));
    jalon_endpoint_put_text_or_null(writer, "text", comment->text);
    jalon_endpoint_put_text_or_null(writer, "author", comment->author);
    jalon_json_put_string(writer, "moderation", jalon_moderation_name(comment->moderation));
    if (comment->reason.length > 0) {
        jalon_json_put_text(writer, "reason", comment->reason);
    }
    jalon_endpoint_put_time(writer, "created", comment->created_us);
    jalon_endpoint_put_time(writer, "updated", comment->updated_us);
}

void jalon_talk_put_confirmation(struct jalon_json_writer *writer,
                                 const struct jalon_confirmation *confirmation)
{
    jalon_endpoint_put_id(writer, "id", confirmation->id);
    jalon_json_put_boolean(writer, "still", confirmation->still);
    jalon_json_put_text(writer, "observed", confirmation->observed);
    jalon_endpoint_put_text_or_null(writer, "remark", confirmation->remark);
    jalon_endpoint_put_text_or_null(writer, "author", confirmation->author);
    jalon_endpoint_put_time(writer, "created", confirmation->created_us);
}

void jalon_talk_put_claim(struct jalon_json_writer *writer, const struct jalon_claim *claim)
{
    jalon_endpoint_put_id(writer, "id", claim->id);
    jalon_json_put_text(writer, "account", claim->account);
    jalon_json_put_text(writer, "text", claim->text);
    jalon_json_put_text(writer, "state", claim->state);
    if (claim->decided_us != 0) {
        jalon_endpoint_put_time(writer, "decided", claim->decided_us);
        jalon_endpoint_put_text_or_null(writer, "decided_by", claim->decided_by);
        jalon_endpoint_put_text_or_null(writer, "reason", claim->reason);
    }
    jalon_endpoint_put_time(writer, "created", claim->created_us);
}

void jalon_talk_put_link(struct jalon_request *request, struct jalon_json_writer *writer,
                         const struct jalon_link_view *link)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(link->other.id, id);
    jalon_endpoint_put_id(writer, "id", link->id);
    jalon_json_put_string(writer, "type", link->type);
    jalon_json_begin_object(writer, "target");
    jalon_json_put_text(writer, "map", link->other.map);
    jalon_json_put_text(writer, "collection", link->other.collection);
    jalon_json_put_string(writer, "id", id);
    if (link->other.title.length > 0) {
        jalon_json_put_text(writer, "title", link->other.title);
    }
    jalon_json_put_text(writer, "href",
                        jalon_endpoint_url(request, "/maps/%.*s/collections/%.*s/items/%s",
                                           JALON_TEXT_ARGS(link->other.map),
                                           JALON_TEXT_ARGS(link->other.collection), id));
    jalon_json_end_object(writer);
    jalon_endpoint_put_text_or_null(writer, "author", link->author);
    jalon_endpoint_put_time(writer, "created", link->created_us);
}

void jalon_talk_put_supports(struct jalon_json_writer *writer,
                             const struct jalon_supports *supports)
{
    jalon_json_put_integer(writer, "count", supports->count);
    jalon_json_put_boolean(writer, "mine", supports->mine);
}
