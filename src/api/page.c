/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pages for people: shells around the browser client, and its files. Layer 4 (api).
 *
 * The files come from src/web, built into the program. A shell's {{…}} are filled with escaped text.
 */
#include "page.h"

#include <string.h>

#include "jalon/web.h"

enum jalon_status jalon_assets_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_asset asset;
    struct jalon_text version;
    if (!jalon_web_find(jalon_request_variable(request, "name"), &asset)) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no such file");
    }
    bool named_by_content = jalon_request_parameter(request, "v", &version) &&
                            jalon_text_equal(version, jalon_web_version());
    response->media_type = asset.media_type;
    response->cache_control = named_by_content ? JALON_TEXT("public, max-age=31536000, immutable")
                                               : JALON_TEXT("no-cache");
    if (!jalon_response_not_modified(request, response, jalon_web_version())) {
        jalon_buffer_append_text(&response->body, asset.data);
    }
    return jalon_endpoint_finish(request, response);
}

/* --- Content Security Policy --- */
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

/* --- Shells --- */
struct placeholder {
    const char *name;
    struct jalon_text value;
};

/* Copies the template, each {{name}} replaced by its value, escaped for HTML. */
static void fill_template(struct jalon_buffer *buffer, struct jalon_text shell,
                          const struct placeholder *values, size_t count)
{
    const char *at = shell.data;
    for (const char *open = strstr(at, "{{"); open != NULL; open = strstr(at, "{{")) {
        const char *close = strstr(open, "}}");
        if (close == NULL) {
            break;
        }
        jalon_buffer_append(buffer, at, (size_t)(open - at));
        struct jalon_text name = jalon_text_slice(open + 2, (size_t)(close - open - 2));
        for (size_t i = 0; i < count; i++) {
            if (jalon_text_is(name, values[i].name)) {
                jalon_buffer_append_html(buffer, values[i].value);
            }
        }
        at = close + 2;
    }
    jalon_buffer_append_string(buffer, at);
}

enum jalon_status jalon_page_write_map(struct jalon_request *request,
                                       struct jalon_response *response, const struct jalon_map *map)
{
    struct jalon_asset shell;
    if (!jalon_web_find(JALON_TEXT("index.html"), &shell)) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND, "this server was built without its pages");
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
    fill_template(&response->body, shell.data, values,
                  sizeof values / sizeof values[0]);
    return set_policy(request, response);
}

void jalon_page_write_directory(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_map_summary *maps, size_t count)
{
    bool english = jalon_text_is(request->language, "en");
    struct jalon_buffer *body = &response->body;
    response->content_security_policy =
        JALON_TEXT("default-src 'none'; style-src 'self'; base-uri 'none'");
    jalon_buffer_append_format(
        body,
        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>Jalon</title>\n<link rel=\"stylesheet\" href=\"/assets/app.css?v=%s\">\n"
        "</head>\n<body class=\"directory\">\n<main>\n<h1>%s</h1>\n<ul>\n",
        english ? "en" : "fr", jalon_web_version().data, english ? "Maps" : "Cartes");
    for (size_t i = 0; i < count; i++) {
        jalon_buffer_append_format(body, "<li><a href=\"/maps/%s\">", maps[i].slug.data);
        jalon_buffer_append_html(body, jalon_endpoint_words(request, maps[i].title));
        jalon_buffer_append_string(body, "</a></li>\n");
    }
    jalon_buffer_append_string(body, "</ul>\n</main>\n</body>\n</html>\n");
}
