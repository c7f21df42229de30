/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/conformance: the classes that the tests prove. Layer 4 (api). */
#include "endpoint.h"

/*
 * A class is added with the tests of its requirements. OGC API Features core waits for datetime;
 * what is served today is proven by tests/http and by GDAL's client.
 */
static const char *const classes[] = {
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/collections-selection",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
    "http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
};

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    struct jalon_json_writer writer;
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "conformsTo");
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        jalon_json_put_string(&writer, NULL, classes[i]);
    }
    jalon_json_end_array(&writer);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(
        &writer, "self", "application/json", "This document",
        jalon_endpoint_url(request, "/maps/%s/conformance", reading->map->slug.data));
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return JALON_OK;
}

enum jalon_status jalon_conformance_get(struct jalon_request *request,
                                        struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
