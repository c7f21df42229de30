/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /health: this process answers. Layer 4 (api). */
#include "endpoint.h"

enum jalon_status jalon_health_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "status", "ok");
    jalon_json_put_string(&writer, "version", JALON_VERSION);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
