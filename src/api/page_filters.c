/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The form above a list: what it is filtered by, in the same parameters that programs send, and
 * without scripts. Layer 4 (api).
 */
#include "page.h"

#include <stdio.h>

enum { URL_MAX = 16384 };

/* What the form asks for; empty, none of them means anything. */
static const char *const asked[] = {"q",        "category", "status", "within", "bbox",
                                    "datetime", "sortby",   "filter", "limit"};

static bool is_asked(struct jalon_text name)
{
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        if (jalon_text_is(name, asked[i])) {
            return true;
        }
    }
    return false;
}

/* This request's address without the page and without parameters of that name. */
static struct jalon_text address_without(struct jalon_request *request, struct jalon_text left_out,
                                         bool empty_too)
{
    struct jalon_buffer url;
    jalon_buffer_init(&url, URL_MAX);
    jalon_buffer_append_text(&url, request->public_url);
    jalon_buffer_append_text(&url, request->path);
    jalon_buffer_append_string(&url, "?f=html");
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        bool said = value.length > 0 || !empty_too || !is_asked(name);
        if (said && !jalon_text_equal(name, left_out) && !jalon_text_is(name, "f") &&
            !jalon_text_is(name, "next")) {
            jalon_endpoint_append_parameter(&url, name, value);
        }
    }
    struct jalon_text out = jalon_buffer_status(&url) == JALON_OK
                                ? jalon_text_copy(request->ctx->arena, jalon_buffer_text(&url))
                                : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&url);
    return out.data != NULL ? out : JALON_TEXT_EMPTY;
}

struct jalon_text jalon_page_address(struct jalon_request *request)
{
    return address_without(request, JALON_TEXT_EMPTY, true);
}

bool jalon_page_redirects(struct jalon_request *request, struct jalon_response *response)
{
    bool any = false;
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        any = any || (value.length == 0 && is_asked(name));
    }
    if (!any || !jalon_page_is_wanted(request)) {
        return false;
    }
    response->location = jalon_page_address(request);
    response->code = 303;
    return response->location.length > 0;
}

/* --- The form --- */
static struct jalon_text value_of(const struct jalon_page *page, const char *name)
{
    struct jalon_text value = JALON_TEXT_EMPTY;
    jalon_request_parameter(page->request, name, &value);
    return value;
}

static void put_input(struct jalon_page *page, const char *name, const char *type,
                      struct jalon_text hint)
{
    if (!jalon_route_declares(page->request->route, jalon_text_from(name))) {
        return;
    }
    struct jalon_text id = jalon_text_from(name);
    char key[32];
    snprintf(key, sizeof key, "filter.%s", name);
    jalon_page_put(page,
                   JALON_TEXT("<div><label for=\"by-{}\">{}</label>"
                              "<input id=\"by-{}\" name=\"{}\" type=\"{}\" value=\"{}\""),
                   id, jalon_page_word(page, key), id, id, jalon_text_from(type),
                   value_of(page, name));
    if (hint.length > 0) {
        jalon_page_put(page,
                       JALON_TEXT(" aria-describedby=\"by-{}-hint\">"
                                  "<p class=\"hint\" id=\"by-{}-hint\">{}</p></div>\n"),
                       id, id, hint);
    } else {
        jalon_page_put(page, JALON_TEXT("></div>\n"));
    }
}

static void begin_select(struct jalon_page *page, const char *name, struct jalon_text label)
{
    struct jalon_text id = jalon_text_from(name);
    jalon_page_put(page,
                   JALON_TEXT("<div><label for=\"by-{}\">{}</label>"
                              "<select id=\"by-{}\" name=\"{}\">\n"
                              "<option value=\"\">{filter.any}</option>\n"),
                   id, label, id, id);
}

static void put_option(struct jalon_page *page, struct jalon_text chosen, struct jalon_text value,
                       struct jalon_text label, unsigned depth)
{
    jalon_page_put(page, jalon_text_equal(chosen, value)
                             ? JALON_TEXT("<option value=\"{}\" selected>")
                             : JALON_TEXT("<option value=\"{}\">"),
                   value);
    for (; depth > 0; depth--) {
        jalon_page_put(page, JALON_TEXT("\u2003"));
    }
    jalon_page_put(page, JALON_TEXT("{}</option>\n"), label);
}

static void end_select(struct jalon_page *page)
{
    jalon_page_put(page, JALON_TEXT("</select></div>\n"));
}

static void put_category(struct jalon_page *page, const struct jalon_map *map,
                         const struct jalon_collection *collection)
{
    begin_select(page, "category", jalon_page_word(page, "filter.category"));
    for (size_t i = 0; i < map->category_count; i++) {
        unsigned depth = 0;
        for (int32_t up = map->categories[i].parent; up >= 0; up = map->categories[up].parent) {
            depth++;
        }
        if (jalon_collection_uses_category(map, collection, (int32_t)i)) {
            put_option(page, value_of(page, "category"), map->categories[i].key,
                       jalon_endpoint_words(page->request, map->categories[i].label), depth);
        }
    }
    end_select(page);
}

static void put_status(struct jalon_page *page, const struct jalon_collection *collection)
{
    begin_select(page, "status", jalon_page_word(page, "filter.status"));
    for (size_t i = 0; i < collection->status_count; i++) {
        put_option(page, value_of(page, "status"), collection->statuses[i].key,
                   jalon_endpoint_words(page->request, collection->statuses[i].label), 0);
    }
    end_select(page);
}

static void put_territory(struct jalon_page *page, const struct jalon_snapshot *snapshot)
{
    size_t count;
    const struct jalon_territory *territories = jalon_snapshot_territories(snapshot, &count);
    if (count == 0) {
        return;
    }
    begin_select(page, "within", jalon_page_word(page, "filter.within"));
    for (size_t i = 0; i < count; i++) {
        put_option(page, value_of(page, "within"), territories[i].key, territories[i].name, 0);
    }
    end_select(page);
}

/* What is asked for beside the form stays asked for. */
static void put_hidden(struct jalon_page *page)
{
    for (size_t i = 0; i < jalon_request_parameter_count(page->request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(page->request, i, &name, &value);
        if (!is_asked(name) && !jalon_text_is(name, "f") && !jalon_text_is(name, "next")) {
            jalon_page_put(page, JALON_TEXT("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n"),
                           name, value);
        }
    }
    jalon_page_put(page, JALON_TEXT("<input type=\"hidden\" name=\"f\" value=\"html\">\n"));
}

/* Each filter with a link that takes it away. */
static void put_active(struct jalon_page *page, const struct jalon_collection *collection)
{
    bool any = false;
    for (size_t i = 0; i < jalon_request_parameter_count(page->request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(page->request, i, &name, &value);
        if (jalon_text_is(name, "f") || jalon_text_is(name, "next")) {
            continue;
        }
        int32_t field = jalon_collection_find_field(collection, name);
        struct jalon_text label =
            field >= 0 && collection->fields[field].visibility == JALON_VISIBILITY_PUBLIC &&
                    !jalon_route_declares(page->request->route, name)
                ? jalon_endpoint_words(page->request, collection->fields[field].label)
                : name;
        jalon_page_put(page, any ? JALON_TEXT("") : JALON_TEXT("<ul class=\"active\">\n"));
        jalon_page_put(page,
                       JALON_TEXT("<li>{} = <code>{}</code> <a href=\"{}\" aria-label=\"{filter.drop}\""
                                  ">×</a></li>\n"),
                       label, value, address_without(page->request, name, false), label);
        any = true;
    }
    jalon_page_put(page, any ? JALON_TEXT("</ul>\n") : JALON_TEXT(""));
}

void jalon_page_put_filters(struct jalon_page *page, const struct jalon_reading *reading,
                            const struct jalon_collection *collection)
{
    put_active(page, collection);
    jalon_page_put(page,
                   JALON_TEXT("<details class=\"filters\"><summary>{filter.title}</summary>\n"
                              "<form method=\"get\" action=\"{}\" role=\"search\">\n"),
                   page->request->path);
    put_input(page, "q", "search", JALON_TEXT_EMPTY);
    if (reading->map->category_count > 0) {
        put_category(page, reading->map, collection);
    }
    if (collection->status_count > 0) {
        put_status(page, collection);
    }
    put_territory(page, reading->snapshot);
    put_input(page, "bbox", "text", jalon_page_word(page, "filter.bbox_hint"));
    put_input(page, "datetime", "text", jalon_page_word(page, "filter.datetime_hint"));
    put_input(page, "sortby", "text", jalon_page_word(page, "filter.sortby_hint"));
    put_input(page, "filter", "text", jalon_page_word(page, "filter.filter_hint"));
    put_input(page, "limit", "number", JALON_TEXT_EMPTY);
    put_hidden(page);
    jalon_page_put(page, JALON_TEXT("<p><button type=\"submit\">{filter.send}</button></p>\n"
                                    "</form>\n</details>\n"));
}
