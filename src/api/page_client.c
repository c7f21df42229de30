/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pages that the browser client fills where scripts run: of a map, with what the landing page
 * says in it, and those around it, which say without scripts what they need. Layer 4 (api).
 *
 * The shells are src/web/index.html and src/web/page.html; their {{…}} are filled with escaped text,
 * {{landing}} with content.
 */
#include "page_client.h"

#include <string.h>

#include "jalon/web.h"

/* Appends the scheme and host of a base map's URL, once each. */
static void append_origins(struct jalon_buffer *buffer, const struct jalon_api *api)
{
    for (size_t i = 0; i < api->base_map_count; i++) {
        struct jalon_text url = api->base_maps[i].url;
        size_t at = jalon_text_starts_with(url, "https://") ? 8 : 7;
        while (at < url.length && url.data[at] != '/') {
            at++;
        }
        jalon_buffer_append_char(buffer, ' ');
        jalon_buffer_append(buffer, url.data, at);
    }
}

static enum jalon_status set_policy(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_buffer policy;
    jalon_buffer_init(&policy, 16384);
    jalon_buffer_append_string(&policy, "default-src 'none'; script-src 'self'; style-src 'self'; "
                                        "worker-src 'self'; font-src 'self'; manifest-src 'self'; "
                                        "form-action 'self'; base-uri 'none'; "
                                        "frame-ancestors 'self'; img-src 'self' data: blob:");
    append_origins(&policy, request->application);
    jalon_buffer_append_string(&policy, "; connect-src 'self'");
    append_origins(&policy, request->application);
    response->content_security_policy = jalon_text_copy(request->ctx->arena,
                                                        jalon_buffer_text(&policy));
    bool good = jalon_buffer_status(&policy) == JALON_OK &&
                response->content_security_policy.data != NULL;
    jalon_buffer_finish(&policy);
    return good ? JALON_OK : jalon_no_memory(request->ctx);
}

struct placeholder {
    const char *name;
    struct jalon_text value;
};

/* Appends the shell up to `{{landing}}`, or what comes after it; each {{name}} filled. */
static const char *fill_shell(struct jalon_buffer *buffer, const char *at,
                              const struct placeholder *values, size_t count)
{
    for (const char *open = strstr(at, "{{"); open != NULL; open = strstr(at, "{{")) {
        const char *close = strstr(open, "}}");
        if (close == NULL) {
            break;
        }
        jalon_buffer_append(buffer, at, (size_t)(open - at));
        struct jalon_text name = jalon_text_slice(open + 2, (size_t)(close - open - 2));
        at = close + 2;
        if (jalon_text_is(name, "landing")) {
            return at;
        }
        for (size_t i = 0; i < count; i++) {
            if (jalon_text_is(name, values[i].name)) {
                jalon_buffer_append_html(buffer, values[i].value);
            }
        }
    }
    jalon_buffer_append_string(buffer, at);
    return "";
}

enum jalon_status jalon_page_client(struct jalon_page *page, const struct jalon_map *map,
                                    void (*put_content)(struct jalon_page *page,
                                                        const struct jalon_map *map))
{
    struct jalon_request *request = page->request;
    struct jalon_asset shell;
    if (!jalon_web_find(JALON_TEXT("index.html"), &shell)) {
        struct jalon_crumb crumbs[JALON_CRUMBS_MAX];
        size_t count = jalon_page_crumbs(page, map, NULL, crumbs);
        jalon_page_begin(page, jalon_endpoint_words(request, map->title), crumbs, count);
        put_content(page, map);
        jalon_page_end(page);
        return JALON_OK;
    }
    struct jalon_text path = jalon_text_format(request->ctx->arena, "/maps/%s", map->slug.data);
    if (path.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    const struct placeholder values[] = {
        {"map_path", path},
        {"title", jalon_endpoint_words(request, map->title)},
        {"description", jalon_endpoint_words(request, map->description)},
        {"lang", request->language},
        {"version", jalon_web_version()},
    };
    const char *rest =
        fill_shell(page->body, shell.data.data, values, sizeof values / sizeof values[0]);
    put_content(page, map);
    fill_shell(page->body, rest, values, sizeof values / sizeof values[0]);
    return set_policy(request, page->response);
}

/* What stands there without scripts: that they are needed, and where the same is done without. */
static void put_need(struct jalon_page *page, struct jalon_text map_path)
{
    jalon_page_put(page, JALON_TEXT("<noscript><p>{part.scripts}</p></noscript>\n<p><a href=\"{}{}\">"
                                    "{part.api}</a></p>\n"),
                   map_path.length > 0 ? map_path : JALON_TEXT("/maps"),
                   map_path.length > 0 ? JALON_TEXT("/api?f=html") : JALON_TEXT_EMPTY);
}

enum jalon_status jalon_page_client_part(struct jalon_request *request,
                                         struct jalon_response *response, const char *script,
                                         const char *title_key)
{
    struct jalon_page page;
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text slug = jalon_request_variable(request, "map");
    struct jalon_text path =
        slug.length > 0 ? jalon_text_format(request->ctx->arena, "/maps/%.*s", (int)slug.length,
                                            slug.data)
                        : JALON_TEXT("");
    struct jalon_text title = jalon_page_word(&page, title_key);
    struct jalon_asset shell;
    if (path.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    if (!jalon_web_find(JALON_TEXT("page.html"), &shell)) {
        jalon_page_begin(&page, title, NULL, 0);
        put_need(&page, path);
        jalon_page_end(&page);
        return jalon_endpoint_finish_hashed(request, response);
    }
    const struct placeholder values[] = {
        {"map_path", path},
        {"title", title},
        {"script", jalon_text_from(script)},
        {"lang", request->language},
        {"version", jalon_web_version()},
    };
    const size_t count = sizeof values / sizeof values[0];
    const char *rest = fill_shell(page.body, shell.data.data, values, count);
    put_need(&page, path);
    fill_shell(page.body, rest, values, count);
    status = set_policy(request, response);
    return status == JALON_OK ? jalon_endpoint_finish_hashed(request, response) : status;
}
