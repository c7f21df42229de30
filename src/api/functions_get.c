/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/functions: what a filter may call. OGC 21-065r2, 7.11. Layer 4 (api). */
#include "endpoint.h"

static void put_type(struct jalon_json_writer *writer, const char *key, const char *type)
{
    jalon_json_begin_array(writer, key);
    jalon_json_put_string(writer, NULL, type);
    jalon_json_end_array(writer);
}

static void put_function(struct jalon_json_writer *writer,
                         const struct jalon_view_function *function)
{
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_string(writer, "name", function->name);
    jalon_json_put_string(writer, "description", function->description);
    jalon_json_begin_array(writer, "args");
    jalon_json_begin_object(writer, NULL);
    put_type(writer, "type", function->operand == JALON_VIEW_TEXT ? "string" : "datetime");
    jalon_json_end_object(writer);
    jalon_json_end_array(writer);
    put_type(writer, "returns", "integer");
    jalon_json_end_object(writer);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    struct jalon_json_writer writer;
    size_t count;
    const struct jalon_view_function *functions = jalon_view_functions(&count);
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "functions");
    for (size_t i = 0; i < count; i++) {
        put_function(&writer, &functions[i]);
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return JALON_OK;
}

enum jalon_status jalon_functions_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
