/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/collections/{collection}/schema: what a contribution looks like. Layer 4 (api). */
#include "endpoint.h"
#include "page.h"

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    int32_t index;
    enum jalon_status status = jalon_endpoint_collection(request, reading->map, &index);
    if (status == JALON_OK && !jalon_endpoint_unchanged(request, response, reading)) {
        const struct jalon_collection *collection = &reading->map->collections[index];
        jalon_schema_write(&response->body, reading->map, collection,
                           jalon_endpoint_url(request, "/maps/%s/collections/%s/schema",
                                              reading->map->slug.data, collection->key.data));
        if (jalon_page_is_wanted(request)) {
            status = jalon_page_schema(request, response, reading->map, index);
        }
    }
    return status;
}

enum jalon_status jalon_schema_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
