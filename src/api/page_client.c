/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The page of a map: what the landing page says, in the shell of the browser client, which takes the
 * place of it where scripts run. Layer 4 (api).
 *
 * The shell is src/web/index.html; its {{…}} are filled with escaped text, {{landing}} with content.
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
