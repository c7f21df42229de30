/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What pages are made with: templates, words, the frame around a page. Layer 4 (api). */
#include "page.h"

#include <assert.h>
#include <string.h>

#include "jalon/clock.h"
#include "jalon/plot.h"
#include "jalon/translations.h"
#include "jalon/web.h"

extern const struct jalon_embedded page_words[];

static struct jalon_translations translations = JALON_TRANSLATIONS_OF(page_words);

bool jalon_page_is_wanted(const struct jalon_request *request)
{
    return jalon_text_is(jalon_text_from(request->representation->name), "html");
}

struct jalon_text jalon_page_link_title(const struct jalon_request *request,
                                        struct jalon_label label)
{
    return jalon_page_is_wanted(request) ? jalon_endpoint_words(request, label) : label.en;
}

enum jalon_status jalon_page_open(struct jalon_request *request, struct jalon_response *response,
                                  struct jalon_page *out)
{
    struct jalon_page page = {request, response, &response->body, NULL, NULL};
    enum jalon_status status = jalon_buffer_status(page.body);
    if (status == JALON_OK) {
        status = jalon_translations_read(request->ctx, &translations, request->language,
                                         &page.words);
    }
    if (status == JALON_OK && page.body->length > 0) {
        status = jalon_json_parse(request->ctx, jalon_buffer_text(page.body), &page.document);
        assert(status != JALON_INVALID);
        jalon_buffer_clear(page.body);
    }
    if (status != JALON_OK) {
        return jalon_no_memory(request->ctx);
    }
    response->content_security_policy =
        JALON_TEXT("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                   "base-uri 'none'; frame-ancestors 'self'");
    *out = page;
    return JALON_OK;
}

/* --- Templates --- */
struct jalon_text jalon_page_word(const struct jalon_page *page, const char *key)
{
    const struct jalon_json *word = jalon_json_member(page->words, key);
    assert(word != NULL);
    return jalon_json_text(word);
}

/* The values that are left, the first one first. */
struct values {
    const struct jalon_text *next;
    const struct jalon_text *end;
};

static struct jalon_text take(struct values *values)
{
    assert(values->next < values->end);
    return *values->next++;
}

/* What stands in the words of a key is text: all of it is escaped but the values' places. */
static void fill_words(struct jalon_page *page, struct jalon_text words, struct values *values)
{
    const char *at = words.data;
    for (const char *gap = strstr(at, "{}"); gap != NULL; gap = strstr(at, "{}")) {
        jalon_buffer_append_html(page->body, jalon_text_slice(at, (size_t)(gap - at)));
        jalon_buffer_append_html(page->body, take(values));
        at = gap + 2;
    }
    jalon_buffer_append_html(page->body, jalon_text_from(at));
}

static void fill_gap(struct jalon_page *page, struct jalon_text name, struct values *values)
{
    char key[64];
    if (name.length == 0) {
        jalon_buffer_append_html(page->body, take(values));
    } else if (jalon_text_is(name, "%")) {
        jalon_buffer_append_url(page->body, take(values));
    } else {
        assert(name.length < sizeof key);
        memcpy(key, name.data, name.length);
        key[name.length] = '\0';
        fill_words(page, jalon_page_word(page, key), values);
    }
}

void jalon_page_fill(struct jalon_page *page, const struct jalon_text *template_and_values,
                     size_t count)
{
    struct values values = {template_and_values + 1, template_and_values + count};
    const char *at = template_and_values[0].data;
    for (const char *open = strchr(at, '{'); open != NULL; open = strchr(at, '{')) {
        const char *close = strchr(open, '}');
        assert(close != NULL);
        jalon_buffer_append(page->body, at, (size_t)(open - at));
        fill_gap(page, jalon_text_slice(open + 1, (size_t)(close - open - 1)), &values);
        at = close + 1;
    }
    jalon_buffer_append_string(page->body, at);
    assert(values.next == values.end);
}

/* --- The frame --- */
size_t jalon_page_crumbs(struct jalon_page *page, const struct jalon_map *map,
                         const struct jalon_collection *collection,
                         struct jalon_crumb out[JALON_CRUMBS_MAX])
{
    struct jalon_request *request = page->request;
    struct jalon_arena *arena = request->ctx->arena;
    size_t count = 0;
    out[count++] = (struct jalon_crumb){jalon_page_word(page, "maps.title"), JALON_TEXT("/maps")};
    out[count++] = (struct jalon_crumb){jalon_endpoint_words(request, map->title),
                                        jalon_text_format(arena, "/maps/%s", map->slug.data)};
    if (collection != NULL) {
        out[count++] =
            (struct jalon_crumb){jalon_page_word(page, "collections.title"),
                                 jalon_text_format(arena, "/maps/%s/collections", map->slug.data)};
        out[count++] = (struct jalon_crumb){
            jalon_endpoint_words(request, collection->title),
            jalon_text_format(arena, "/maps/%s/collections/%s", map->slug.data,
                              collection->key.data)};
    }
    for (size_t i = 0; i < count; i++) {
        out[i].path = jalon_text_from(out[i].path.data);
    }
    return count;
}

static void put_crumbs(struct jalon_page *page, const struct jalon_crumb *crumbs, size_t count)
{
    jalon_page_put(page, JALON_TEXT("<nav class=\"crumbs\" aria-label=\"{page.way}\">\n<ol>\n"));
    for (size_t i = 0; i + 1 < count; i++) {
        jalon_page_put(page, JALON_TEXT("<li><a href=\"{}\">{}</a></li>\n"), crumbs[i].path,
                       crumbs[i].name);
    }
    jalon_page_put(page, JALON_TEXT("<li><span aria-current=\"page\">{}</span></li>\n</ol>\n</nav>\n"),
                   crumbs[count - 1].name);
}

void jalon_page_begin(struct jalon_page *page, struct jalon_text title,
                      const struct jalon_crumb *crumbs, size_t crumb_count)
{
    bool deep = crumb_count > 2; /* below a map: which one is in the title */
    jalon_page_put(
        page,
        JALON_TEXT("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>{}{}{}</title>\n"
                   "<link rel=\"icon\" href=\"/assets/icon.svg?v={}\" type=\"image/svg+xml\">\n"
                   "<link rel=\"stylesheet\" href=\"/assets/page.css?v={}\">\n</head>\n<body>\n"
                   "<a class=\"skip\" href=\"#content\">{page.skip}</a>\n"),
        page->request->language, title, deep ? JALON_TEXT(" · ") : JALON_TEXT_EMPTY,
        deep ? crumbs[1].name : JALON_TEXT_EMPTY, jalon_web_version(), jalon_web_version());
    if (crumb_count > 0) {
        jalon_page_put(page, JALON_TEXT("<header>\n"));
        put_crumbs(page, crumbs, crumb_count);
        jalon_page_put(page, JALON_TEXT("</header>\n"));
    }
    jalon_page_put(page, JALON_TEXT("<main id=\"content\" tabindex=\"-1\">\n<h1>{}</h1>\n"), title);
}

void jalon_page_begin_part(struct jalon_page *page, const struct jalon_map *map, const char *key)
{
    struct jalon_crumb crumbs[JALON_CRUMBS_MAX];
    size_t count = jalon_page_crumbs(page, map, NULL, crumbs);
    crumbs[count++].name = jalon_page_word(page, key);
    jalon_page_begin(page, crumbs[count - 1].name, crumbs, count);
}

void jalon_page_end(struct jalon_page *page)
{
    jalon_page_put(page, JALON_TEXT("</main>\n</body>\n</html>\n"));
}

/* --- Numbers and times --- */
void jalon_page_put_integer(struct jalon_page *page, int64_t number)
{
    jalon_plot_write_number(page->body, number, page->request->language);
}

void jalon_page_put_double(struct jalon_page *page, double number)
{
    size_t start = page->body->length;
    jalon_buffer_append_double(page->body, number);
    char *point = jalon_buffer_status(page->body) == JALON_OK
                      ? strchr(page->body->data + start, '.')
                      : NULL;
    if (point != NULL && jalon_text_is(page->request->language, "fr")) {
        *point = ',';
    }
}

/* "21 November 2026" of "2026-11-21…"; anything else as it is. */
static void put_day(struct jalon_page *page, struct jalon_text date)
{
    int64_t ignored, day, month;
    struct jalon_text months = jalon_page_word(page, "page.months");
    if (date.length < 10 ||
        !jalon_clock_parse_date(jalon_text_slice(date.data, 10), &ignored) ||
        !jalon_text_to_int64(jalon_text_slice(date.data + 8, 2), &day) ||
        !jalon_text_to_int64(jalon_text_slice(date.data + 5, 2), &month)) {
        jalon_buffer_append_html(page->body, date);
        return;
    }
    for (; month > 1; month--) {
        size_t next = jalon_text_find(months, ' ') + 1;
        months = jalon_text_slice(months.data + next, months.length - next);
    }
    jalon_buffer_append_int(page->body, day);
    jalon_page_put(page, JALON_TEXT(" {} {}"),
                   jalon_text_slice(months.data, jalon_text_find(months, ' ')),
                   jalon_text_slice(date.data, 4));
}

void jalon_page_put_date(struct jalon_page *page, struct jalon_text date)
{
    jalon_page_put(page, JALON_TEXT("<time datetime=\"{}\">"), date);
    put_day(page, date);
    jalon_page_put(page, JALON_TEXT("</time>"));
}

void jalon_page_put_moment(struct jalon_page *page, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, text);
    jalon_page_put(page, JALON_TEXT("<time datetime=\"{}\">"), jalon_text_from(text));
    put_day(page, jalon_text_from(text));
    jalon_page_put(page, JALON_TEXT(", {} UTC</time>"), jalon_text_slice(text + 11, 5));
}

/* --- What others have written --- */
/* RFC 3986 without what ends or hides an address: white space, control characters, quotes, <>. */
static bool is_web_address(struct jalon_text text)
{
    size_t scheme = text.length >= 8 && jalon_text_equal_ascii_case(
                                            jalon_text_slice(text.data, 8), JALON_TEXT("https://"))
                        ? 8
                        : 7;
    bool good = text.length > scheme &&
                (scheme == 8 || jalon_text_equal_ascii_case(jalon_text_slice(text.data, 7),
                                                            JALON_TEXT("http://")));
    for (size_t i = 0; good && i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        good = byte > 0x20 && byte != 0x7F && strchr("\"'<>\\`", (char)byte) == NULL;
    }
    return good;
}

void jalon_page_put_typed(struct jalon_page *page, struct jalon_text text)
{
    if (is_web_address(text)) {
        jalon_page_put(page, JALON_TEXT("<a href=\"{}\" rel=\"noopener nofollow ugc\">{}</a>"), text,
                       text);
    } else {
        jalon_page_put(page, JALON_TEXT("{}"), text);
    }
}

static const struct {
    const char *key;
    struct jalon_text name;
    struct jalon_text url;
} licences[] = {
    {"etalab-2.0", JALON_TEXT("Licence Ouverte 2.0"),
     JALON_TEXT("https://www.etalab.gouv.fr/licence-ouverte-open-licence/")},
    {"ODbL-1.0", JALON_TEXT("ODbL 1.0"),
     JALON_TEXT("https://opendatacommons.org/licenses/odbl/1-0/")},
    {"CC0-1.0", JALON_TEXT("CC0 1.0"),
     JALON_TEXT("https://creativecommons.org/publicdomain/zero/1.0/")},
    {"CC-BY-4.0", JALON_TEXT("CC BY 4.0"), JALON_TEXT("https://creativecommons.org/licenses/by/4.0/")},
    {"CC-BY-SA-4.0", JALON_TEXT("CC BY-SA 4.0"),
     JALON_TEXT("https://creativecommons.org/licenses/by-sa/4.0/")},
};

void jalon_page_put_licence(struct jalon_page *page, struct jalon_text licence)
{
    for (size_t i = 0; i < sizeof licences / sizeof licences[0]; i++) {
        if (jalon_text_equal_ascii_case(licence, jalon_text_from(licences[i].key))) {
            jalon_page_put(page, JALON_TEXT("<a href=\"{}\" rel=\"license\">{}</a>"), licences[i].url,
                           licences[i].name);
            return;
        }
    }
    jalon_page_put_typed(page, licence);
}

/* --- What the documents of the API say --- */
void jalon_page_put_english(struct jalon_page *page, struct jalon_text english)
{
    const struct jalon_json *all = jalon_json_member(page->words, "english");
    struct jalon_text key = jalon_text_copy(page->request->ctx->arena, english);
    const struct jalon_json *own = key.data != NULL ? jalon_json_member(all, key.data) : NULL;
    if (own != NULL) {
        jalon_page_put(page, JALON_TEXT("{}"), jalon_json_text(own));
    } else if (jalon_text_is(page->request->language, "en")) {
        jalon_page_put(page, JALON_TEXT("{}"), english);
    } else {
        jalon_page_put(page, JALON_TEXT("<span lang=\"en\">{}</span>"), english);
    }
}

static void put_link(struct jalon_page *page, const struct jalon_link *link)
{
    jalon_page_put(page, JALON_TEXT("<li><a href=\"{}\">"), link->href);
    jalon_page_put_english(page, link->title.length > 0 ? link->title : link->rel);
    jalon_page_put(page, JALON_TEXT("</a> <span class=\"type\">{}</span></li>\n"), link->type);
}

void jalon_page_put_links(struct jalon_page *page, const struct jalon_json *links)
{
    jalon_page_put(page, JALON_TEXT("<ul class=\"links\">\n"));
    for (size_t i = 0; i < jalon_json_size(links); i++) {
        const struct jalon_json *one = jalon_json_element(links, i);
        struct jalon_link link = {.rel = jalon_json_text(jalon_json_member(one, "rel")),
                                  .type = jalon_json_text(jalon_json_member(one, "type")),
                                  .title = jalon_json_text(jalon_json_member(one, "title")),
                                  .href = jalon_json_text(jalon_json_member(one, "href"))};
        put_link(page, &link);
    }
    jalon_page_put(page, JALON_TEXT("</ul>\n"));
}

void jalon_page_put_link_array(struct jalon_page *page, const struct jalon_link *links,
                               size_t count)
{
    jalon_page_put(page, JALON_TEXT("<ul class=\"links\">\n"));
    for (size_t i = 0; i < count; i++) {
        put_link(page, &links[i]);
    }
    jalon_page_put(page, JALON_TEXT("</ul>\n"));
}

void jalon_page_put_data(struct jalon_page *page, struct jalon_text json)
{
    jalon_page_put(page, JALON_TEXT("<script type=\"application/ld+json\">"));
    for (size_t i = 0; i < json.length; i++) {
        /* Nothing in it may look like the element's end; in JSON these are only in strings. */
        unsigned char byte = (unsigned char)json.data[i];
        if (byte == '<' || byte == '>' || byte == '&') {
            jalon_buffer_append_format(page->body, "\\u%04x", byte);
        } else {
            jalon_buffer_append_char(page->body, (char)byte);
        }
    }
    jalon_page_put(page, JALON_TEXT("</script>\n"));
}
