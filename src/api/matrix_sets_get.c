/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET /tileMatrixSets and /tileMatrixSets/{tileMatrixSetId}: how the world is cut into tiles, as
 * tiles/matrix_sets has it (OGC 17-083r4, annex D.1; JSON by 8.1). Layer 4 (api).
 */
#include "jalon/embedded.h"

#include "endpoint.h"

extern const struct jalon_embedded matrix_set_files[];

enum jalon_status jalon_matrix_sets_get(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "tileMatrixSets");
    for (const struct jalon_embedded *file = matrix_set_files; file->name != NULL; file++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_json_put_string(&writer, "id", file->name);
        jalon_json_begin_array(&writer, "links");
        jalon_endpoint_put_link(&writer, "self", "application/json", file->name,
                                jalon_endpoint_url(request, "/tileMatrixSets/%s?f=json",
                                                   file->name));
        jalon_json_end_array(&writer);
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish_hashed(request, response);
}

enum jalon_status jalon_matrix_set_get(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_text id = jalon_request_variable(request, "tileMatrixSetId");
    for (const struct jalon_embedded *file = matrix_set_files; file->name != NULL; file++) {
        if (jalon_text_is(id, file->name)) {
            jalon_buffer_append_text(&response->body, file->content);
            return jalon_endpoint_finish_hashed(request, response);
        }
    }
    return jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no tile matrix set '%.*s'",
                      JALON_TEXT_ARGS(id));
}
