/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pages for people: the HTML representations of what is JSON for programs. Private to api.
 *
 * Made here, complete without scripts; only the page of a map also starts the browser client. They
 * show what the JSON document says, read back from it, so that neither can lag behind the other; the
 * pages of contributions are written from the model. A template is a literal: whatever stands for a
 * "{}" of it is escaped.
 */
#ifndef JALON_API_PAGE_H
#define JALON_API_PAGE_H

#include "endpoint.h"

/* --- page.c: what pages are made with --- */
struct jalon_page {
    struct jalon_request *request;
    struct jalon_response *response;
    struct jalon_buffer *body;
    const struct jalon_json *words;    /* of the request's language */
    const struct jalon_json *document; /* the JSON representation; NULL: there was none */
};

/* Was HTML negotiated? */
bool jalon_page_is_wanted(const struct jalon_request *request);
/* Of a link: a page speaks its reader's language, a document English whoever asks. */
struct jalon_text jalon_page_link_title(const struct jalon_request *request,
                                        struct jalon_label label);
/*
 * Begins a page in place of the JSON document that is in the response's body, if there is one, and
 * sets the policy under which the page lives.
 */
enum jalon_status jalon_page_open(struct jalon_request *request, struct jalon_response *response,
                                  struct jalon_page *out) JALON_MUST_USE;

/* A step on the way to the page. The last one is the page itself. */
struct jalon_crumb {
    struct jalon_text name;
    struct jalon_text path; /* "/maps/montpellier"; not looked at in the last one */
};
enum { JALON_CRUMBS_MAX = 6 };
/* The steps to the map of the request, and to its collections; how many there are. */
size_t jalon_page_crumbs(struct jalon_page *page, const struct jalon_map *map,
                         const struct jalon_collection *collection,
                         struct jalon_crumb out[JALON_CRUMBS_MAX]);
/* Everything up to the heading and with it; `crumbs` may be none. `end` closes what it opens. */
void jalon_page_begin(struct jalon_page *page, struct jalon_text title,
                      const struct jalon_crumb *crumbs, size_t crumb_count);
/* The same for a part of a map, named by a key of the words ("api.title"). */
void jalon_page_begin_part(struct jalon_page *page, const struct jalon_map *map, const char *key);
void jalon_page_end(struct jalon_page *page);

/*
 * Appends a template: "{}" is the next value, "{%}" the next value as a part of a URL, "{a.key}" the
 * words of that key, which may hold "{}" too. Values are escaped for text and quoted attributes.
 */
void jalon_page_fill(struct jalon_page *page, const struct jalon_text *template_and_values,
                     size_t count);
#define JALON_PAGE_TEXTS(...) ((const struct jalon_text[]){__VA_ARGS__})
#define jalon_page_put(page, ...)                                                                  \
    jalon_page_fill(page, JALON_PAGE_TEXTS(__VA_ARGS__),                                           \
                    sizeof JALON_PAGE_TEXTS(__VA_ARGS__) / sizeof(struct jalon_text))
/* The words of a key, or of what is not a key but English; NULL data: there are none. */
struct jalon_text jalon_page_word(const struct jalon_page *page, const char *key);

/* 1,234 or 0.5, as the reader's language writes it. */
void jalon_page_put_integer(struct jalon_page *page, int64_t number);
void jalon_page_put_double(struct jalon_page *page, double number);
/* A time element: "21 November 2026, 08:52 UTC"; a date alone as it stands in JSON. */
void jalon_page_put_moment(struct jalon_page *page, int64_t time_us);
void jalon_page_put_date(struct jalon_page *page, struct jalon_text date);
/* What somebody typed: a link when it is an address of the web, with nothing else in it. */
void jalon_page_put_typed(struct jalon_page *page, struct jalon_text text);
/* The name of a licence, linked to its text when it is a known one. */
void jalon_page_put_licence(struct jalon_page *page, struct jalon_text licence);
/* English words of an API document in the reader's language, where there are some. */
void jalon_page_put_english(struct jalon_page *page, struct jalon_text english);
/* The member `links` of a document, all of it; and links that have not been written yet. */
void jalon_page_put_links(struct jalon_page *page, const struct jalon_json *links);
void jalon_page_put_link_array(struct jalon_page *page, const struct jalon_link *links,
                               size_t count);
/* JSON-LD (W3C, JSON-LD 1.1, 7): a block of data that no browser runs. */
void jalon_page_put_data(struct jalon_page *page, struct jalon_text json);

/* --- page_value.c --- */
/* The value of a field as a person reads it. */
void jalon_page_put_value(struct jalon_page *page, const struct jalon_field *field,
                          const struct jalon_value *value);
void jalon_page_put_categories(struct jalon_page *page, const struct jalon_map *map,
                               const struct jalon_contribution *contribution);
/* Its title, or what stands for one; in the request's arena. */
struct jalon_text jalon_page_title(const struct jalon_page *page,
                                   const struct jalon_contribution *contribution);

/* --- The pages, one file each; the JSON document is in the response's body --- */
/* JALON_NOT_FOUND when this program was built without the browser client. */
enum jalon_status jalon_page_landing(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_map *map) JALON_MUST_USE;
enum jalon_status jalon_page_directory(struct jalon_request *request,
                                       struct jalon_response *response) JALON_MUST_USE;
enum jalon_status jalon_page_collections(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_map *map) JALON_MUST_USE;
enum jalon_status jalon_page_collection(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_map *map,
                                        int32_t collection) JALON_MUST_USE;
enum jalon_status jalon_page_conformance(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_map *map) JALON_MUST_USE;
enum jalon_status jalon_page_api(struct jalon_request *request, struct jalon_response *response,
                                 const struct jalon_map *map) JALON_MUST_USE;
/* Of queryables, sortables and schema. */
enum jalon_status jalon_page_schema(struct jalon_request *request,
                                    struct jalon_response *response, const struct jalon_map *map,
                                    int32_t collection) JALON_MUST_USE;

/* --- page_items.c --- */
enum jalon_status jalon_page_items(struct jalon_request *request, struct jalon_response *response,
                                   const struct jalon_reading *reading,
                                   const struct jalon_view_query *query,
                                   const struct jalon_view_result *result,
                                   const struct jalon_items_frame *frame) JALON_MUST_USE;

/* --- page_filters.c --- */
/* A browser sends what was left empty in a form too: the address without that is answered. */
bool jalon_page_redirects(struct jalon_request *request, struct jalon_response *response);
/* This list from its first page, without what was left empty; empty: no memory. */
struct jalon_text jalon_page_address(struct jalon_request *request);
void jalon_page_put_filters(struct jalon_page *page, const struct jalon_reading *reading,
                            const struct jalon_collection *collection);

/* --- page_item.c --- */
enum jalon_status jalon_page_item(struct jalon_request *request, struct jalon_response *response,
                                  const struct jalon_items_frame *frame,
                                  const struct jalon_item *item) JALON_MUST_USE;

#endif
