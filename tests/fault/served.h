/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A server in the test's own process, on the folder of an application's fixture. */
#ifndef FAULT_SERVED_H
#define FAULT_SERVED_H

#include "../unit/http_client.h"

#include "support.h"

#include "jalon/api.h"

struct served {
    struct jalon_api api;
    struct jalon_http *http;
    uint16_t port;
};

/* Also opens the fixture's application, which must be closed; NULL when that fails. */
static inline enum jalon_status serve(struct fixture *fixture, struct served *out)
{
    struct jalon_app_options options = {
        .data = jalon_text_from(fixture->location),
        .follow = true,
        .view_folder = JALON_TEXT_EMPTY,
    };
    fixture->app = NULL;
    enum jalon_status status = jalon_app_open(fixture->ctx, &options, &fixture->app);
    if (status != JALON_OK) {
        return status;
    }
    out->api = (struct jalon_api){.app = fixture->app};
    expect(fixture->ctx, JALON_OK,
           jalon_crs_list_make(fixture->ctx, NULL, 0, &out->api.crs));
    struct jalon_http_options http = {
        .address = JALON_TEXT("127.0.0.1"),
        .public_url = JALON_TEXT_EMPTY,
        .threads = 2,
        .routes = jalon_api_routes(),
        .application = &out->api,
        .authenticate = jalon_api_authenticate,
        .begin_group = jalon_api_begin_group,
        .end_group = jalon_api_end_group,
    };
    expect(fixture->ctx, JALON_OK, jalon_http_start(fixture->ctx, &http, &out->http));
    out->port = jalon_http_port(out->http);
    return JALON_OK;
}

static inline void stop_serving(struct fixture *fixture, struct served *served)
{
    jalon_http_stop(served->http, 10000);
    jalon_app_close(fixture->app);
    served->http = NULL;
    fixture->app = NULL;
}

#endif
