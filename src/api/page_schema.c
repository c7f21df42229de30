/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A JSON Schema of what a collection's contributions have, for people. Layer 4 (api). */
#include "page.h"

/* The alternatives of an enum, or of oneOf with a const each. */
static void put_values(struct jalon_page *page, const struct jalon_json *property)
{
    const struct jalon_json *items = jalon_json_member(property, "items");
    const struct jalon_json *from = items != NULL ? items : property;
    const struct jalon_json *list = jalon_json_member(from, "enum");
    list = list != NULL ? list : jalon_json_member(from, "oneOf");
    for (size_t i = 0; i < jalon_json_size(list); i++) {
        const struct jalon_json *one = jalon_json_element(list, i);
        struct jalon_text value = jalon_json_kind(one) == JALON_JSON_OBJECT
                                      ? jalon_json_text(jalon_json_member(one, "const"))
                                      : jalon_json_text(one);
        if (value.length > 0) {
            jalon_page_put(page, i > 0 ? JALON_TEXT(", <code>{}</code>") : JALON_TEXT("<code>{}</code>"),
                           value);
        }
    }
}

/* In the reader's language, where the schema has it in several. */
static struct jalon_text title_of(const struct jalon_page *page, const struct jalon_json *property)
{
    const struct jalon_json *labels = jalon_json_member(property, "x-label");
    struct jalon_text own = jalon_json_text(jalon_json_member(labels, page->request->language.data));
    return own.length > 0 ? own : jalon_json_text(jalon_json_member(property, "title"));
}

static void put_property(struct jalon_page *page, struct jalon_text name,
                         const struct jalon_json *property)
{
    struct jalon_text format = jalon_json_text(jalon_json_member(property, "format"));
    jalon_page_put(page,
                   JALON_TEXT("<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}{}{}</td><td>"),
                   name, title_of(page, property),
                   jalon_json_text(jalon_json_member(property, "type")),
                   format.length > 0 ? JALON_TEXT(" · ") : JALON_TEXT_EMPTY, format);
    put_values(page, property);
    jalon_page_put(page, JALON_TEXT("</td></tr>\n"));
}

/* A schema of a whole Feature has the properties one level deeper. */
static const struct jalon_json *find_properties(const struct jalon_json *schema)
{
    const struct jalon_json *outer = jalon_json_member(schema, "properties");
    const struct jalon_json *inner =
        jalon_json_member(jalon_json_member(outer, "properties"), "properties");
    return inner != NULL ? inner : outer;
}

enum jalon_status jalon_page_schema(struct jalon_request *request,
                                    struct jalon_response *response, const struct jalon_map *map,
                                    int32_t index)
{
    struct jalon_page page;
    struct jalon_crumb crumbs[JALON_CRUMBS_MAX];
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    size_t count = jalon_page_crumbs(&page, map, &map->collections[index], crumbs);
    size_t last = request->path.length; /* "…/queryables": the last step of the address */
    while (last > 0 && request->path.data[last - 1] != '/') {
        last--;
    }
    crumbs[count++].name =
        jalon_text_slice(request->path.data + last, request->path.length - last);
    jalon_page_begin(&page, crumbs[count - 1].name, crumbs, count);
    jalon_page_put(
        &page,
        JALON_TEXT("<p><a href=\"?f=json\">{schema.json}</a></p>\n"
                   "<section class=\"wide\" aria-label=\"{}\" tabindex=\"0\">\n<table>\n"
                   "<thead><tr><th scope=\"col\">{collection.key}</th>"
                   "<th scope=\"col\">{collection.field}</th><th scope=\"col\">{schema.type}</th>"
                   "<th scope=\"col\">{collection.values}</th></tr></thead>\n<tbody>\n"),
        crumbs[count - 1].name);
    void *iterator = NULL;
    struct jalon_text name;
    const struct jalon_json *property;
    while (jalon_json_next(find_properties(page.document), &iterator, &name, &property)) {
        put_property(&page, name, property);
    }
    jalon_page_put(&page, JALON_TEXT("</tbody>\n</table>\n</section>\n"));
    jalon_page_end(&page);
    return JALON_OK;
}
