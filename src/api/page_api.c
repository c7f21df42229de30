/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The API description for people: every operation with its parameters, and addresses to try. Read
 * from the OpenAPI document, so that it says the same. Layer 4 (api).
 */
#include <string.h>

#include "page.h"

/* --- Parameters --- */
static void put_choices(struct jalon_page *page, const struct jalon_json *schema)
{
    const struct jalon_json *choices = jalon_json_member(schema, "enum");
    for (size_t i = 0; i < jalon_json_size(choices); i++) {
        jalon_page_put(page, i > 0 ? JALON_TEXT(", <code>{}</code>") : JALON_TEXT(" <code>{}</code>"),
                       jalon_json_text(jalon_json_element(choices, i)));
    }
}

/* "integer 1 … 10000". */
static void put_type(struct jalon_page *page, const struct jalon_json *schema)
{
    const struct jalon_json *least = jalon_json_member(schema, "minimum");
    const struct jalon_json *most = jalon_json_member(schema, "maximum");
    jalon_page_put(page, JALON_TEXT("{}"), jalon_json_text(jalon_json_member(schema, "type")));
    if (least != NULL && most != NULL) {
        jalon_page_put(page, JALON_TEXT(" "));
        jalon_page_put_double(page, jalon_json_number(least));
        jalon_page_put(page, JALON_TEXT(" … "));
        jalon_page_put_double(page, jalon_json_number(most));
    }
    put_choices(page, schema);
}

static void put_parameters(struct jalon_page *page, const struct jalon_json *parameters)
{
    if (jalon_json_size(parameters) == 0) {
        return;
    }
    jalon_page_put(page, JALON_TEXT("<details><summary>{api.parameters}</summary>\n"
                                    "<dl class=\"parameters\">\n"));
    for (size_t i = 0; i < jalon_json_size(parameters); i++) {
        const struct jalon_json *one = jalon_json_element(parameters, i);
        jalon_page_put(page, JALON_TEXT("<dt><code>{}</code> <span class=\"type\">"),
                       jalon_json_text(jalon_json_member(one, "name")));
        put_type(page, jalon_json_member(one, "schema"));
        jalon_page_put(page, JALON_TEXT("</span></dt>\n<dd>"));
        jalon_page_put_english(page, jalon_json_text(jalon_json_member(one, "description")));
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
    jalon_page_put(page, JALON_TEXT("</dl>\n</details>\n"));
}

/* --- Operations --- */
/* Below a list what it can be asked for, to be opened by whoever wants to see an answer. */
static void put_tries(struct jalon_page *page, struct jalon_text server, struct jalon_text path,
                      const struct jalon_json *operation)
{
    const struct jalon_json *parameters = jalon_json_member(operation, "parameters");
    struct jalon_text below = jalon_text_is(path, "/") ? JALON_TEXT_EMPTY : path;
    jalon_page_put(page, JALON_TEXT("<p class=\"tries\">{api.try}"));
    for (size_t i = 0; i < jalon_json_size(parameters); i++) {
        const struct jalon_json *one = jalon_json_element(parameters, i);
        if (!jalon_text_is(jalon_json_text(jalon_json_member(one, "name")), "f")) {
            continue;
        }
        const struct jalon_json *formats =
            jalon_json_member(jalon_json_member(one, "schema"), "enum");
        for (size_t j = 0; j < jalon_json_size(formats); j++) {
            struct jalon_text format = jalon_json_text(jalon_json_element(formats, j));
            jalon_page_put(page, JALON_TEXT(" <a href=\"{}{}?f={}\">{}</a>"), server, below, format,
                           format);
        }
    }
    jalon_page_put(page, JALON_TEXT("</p>\n"));
}

static bool needs_more(struct jalon_text path, const struct jalon_json *operation)
{
    const struct jalon_json *parameters = jalon_json_member(operation, "parameters");
    for (size_t i = 0; i < jalon_json_size(parameters); i++) {
        if (jalon_json_boolean(
                jalon_json_member(jalon_json_element(parameters, i), "required"))) {
            return true;
        }
    }
    return jalon_text_find(path, '{') < path.length;
}

static void put_operation(struct jalon_page *page, struct jalon_text server,
                          struct jalon_text path, struct jalon_text method,
                          const struct jalon_json *operation)
{
    char verb[16] = "";
    for (size_t i = 0; i < method.length && i + 1 < sizeof verb; i++) {
        verb[i] = (char)(method.data[i] - 'a' + 'A');
    }
    jalon_page_put(page,
                   JALON_TEXT("<section class=\"card\">\n<h3><span class=\"verb\">{}</span> "
                              "<code>{}</code></h3>\n<p>"),
                   jalon_text_from(verb), path);
    jalon_page_put_english(page, jalon_json_text(jalon_json_member(operation, "summary")));
    jalon_page_put(page, JALON_TEXT("</p>\n"));
    if (jalon_text_is(method, "get") && !needs_more(path, operation)) {
        put_tries(page, server, path, operation);
    }
    put_parameters(page, jalon_json_member(operation, "parameters"));
    jalon_page_put(page, JALON_TEXT("</section>\n"));
}

static void put_path(struct jalon_page *page, struct jalon_text server, struct jalon_text path,
                     const struct jalon_json *operations, struct jalon_text tag)
{
    static const char *const methods[] = {"get", "post", "put", "patch", "delete"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        const struct jalon_json *operation = jalon_json_member(operations, methods[i]);
        const struct jalon_json *tags = jalon_json_member(operation, "tags");
        if (jalon_json_size(tags) > 0 &&
            jalon_text_equal(jalon_json_text(jalon_json_element(tags, 0)), tag)) {
            put_operation(page, server, path, jalon_text_from(methods[i]), operation);
        }
    }
}

/* --- The page --- */
static void put_tag(struct jalon_page *page, struct jalon_text server, struct jalon_text tag)
{
    const struct jalon_json *paths = jalon_json_member(page->document, "paths");
    const struct jalon_json *operations;
    struct jalon_text path;
    void *iterator = NULL;
    jalon_page_put(page, JALON_TEXT("<h2 id=\"{}\">"), tag);
    jalon_page_put_english(page, tag);
    jalon_page_put(page, JALON_TEXT("</h2>\n"));
    while (jalon_json_next(paths, &iterator, &path, &operations)) {
        put_path(page, server, path, operations, tag);
    }
}

/* Every group of operations once, in the order of the route table. */
static void put_tags(struct jalon_page *page, struct jalon_text server,
                     void (*put)(struct jalon_page *page, struct jalon_text server,
                                 struct jalon_text tag))
{
    const struct jalon_route *routes = jalon_api_routes();
    for (const struct jalon_route *route = routes; route->path != NULL; route++) {
        bool is_new = strncmp(route->path, "/maps/{map}", 11) == 0;
        for (const struct jalon_route *earlier = routes; is_new && earlier != route; earlier++) {
            is_new = strncmp(earlier->path, "/maps/{map}", 11) != 0 ||
                     strcmp(earlier->tag, route->tag) != 0;
        }
        if (is_new) {
            put(page, server, jalon_text_from(route->tag));
        }
    }
}

static void put_jump(struct jalon_page *page, struct jalon_text server, struct jalon_text tag)
{
    (void)server;
    jalon_page_put(page, JALON_TEXT("<li><a href=\"#{}\">"), tag);
    jalon_page_put_english(page, tag);
    jalon_page_put(page, JALON_TEXT("</a></li>\n"));
}

enum jalon_status jalon_page_api(struct jalon_request *request, struct jalon_response *response,
                                 const struct jalon_map *map)
{
    struct jalon_page page;
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text server = jalon_json_text(jalon_json_member(
        jalon_json_element(jalon_json_member(page.document, "servers"), 0), "url"));
    jalon_page_begin_part(&page, map, "api.title");
    jalon_page_put(&page,
                   JALON_TEXT("<p>{api.about} <code>{}</code></p>\n"
                              "<p><a href=\"{}/api?f=json\">{api.document}</a></p>\n"
                              "<nav aria-label=\"{api.groups}\"><ul class=\"jumps\">\n"),
                   server, server);
    put_tags(&page, server, put_jump);
    jalon_page_put(&page, JALON_TEXT("</ul></nav>\n"));
    put_tags(&page, server, put_tag);
    jalon_page_end(&page);
    return JALON_OK;
}
