/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The value of a field as a person reads it, in a page. Layer 4 (api). */
#include <string.h>

#include "page.h"

static void put_choice(struct jalon_page *page, const struct jalon_field *field,
                       struct jalon_text key)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (jalon_text_equal(field->choices[i].key, key)) {
            key = jalon_endpoint_words(page->request, field->choices[i].label);
            break;
        }
    }
    jalon_page_put(page, JALON_TEXT("{}"), key);
}

/* UCUM codes that are not what people write. */
static struct jalon_text unit_name(struct jalon_text unit)
{
    static const struct {
        const char *code;
        struct jalon_text name;
    } units[] = {{"m2", JALON_TEXT("m²")}, {"m3", JALON_TEXT("m³")}, {"Cel", JALON_TEXT("°C")},
                 {"deg", JALON_TEXT("°")}, {"1", JALON_TEXT("")}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (jalon_text_is(unit, units[i].code)) {
            return units[i].name;
        }
    }
    return unit;
}

static void put_unit(struct jalon_page *page, const struct jalon_field *field)
{
    struct jalon_text unit = unit_name(field->unit);
    if (unit.length > 0) {
        jalon_page_put(page, JALON_TEXT("\u00a0{}"), unit);
    }
}

/* How many bytes from the start are among these. */
static size_t span(struct jalon_text text, const char *bytes)
{
    size_t length = 0;
    while (length < text.length && text.data[length] != '\0' &&
           strchr(bytes, text.data[length]) != NULL) {
        length++;
    }
    return length;
}

static bool is_made_of(struct jalon_text text, const char *bytes)
{
    return text.length > 0 && span(text, bytes) == text.length;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static void put_email(struct jalon_page *page, struct jalon_text text)
{
    bool plain = is_made_of(text, LETTERS DIGITS "@._+-") &&
                 jalon_text_find(text, '@') < text.length;
    jalon_page_put(page, plain ? JALON_TEXT("<a href=\"mailto:{}\">{}</a>") : JALON_TEXT("{}{}"),
                   plain ? text : JALON_TEXT_EMPTY, text);
}

static void put_phone(struct jalon_page *page, struct jalon_text text)
{
    char number[32] = "";
    size_t length = 0;
    for (size_t i = 0; i < text.length && length + 1 < sizeof number; i++) {
        if (span(jalon_text_slice(text.data + i, 1), DIGITS "+") == 1) {
            number[length++] = text.data[i];
        }
    }
    bool dials = length > 2 && is_made_of(text, DIGITS "+ ().-/");
    jalon_page_put(page, dials ? JALON_TEXT("<a href=\"tel:{}\">{}</a>") : JALON_TEXT("{}{}"),
                   dials ? jalon_text_slice(number, length) : JALON_TEXT_EMPTY, text);
}

/* The word of OpenStreetMap's opening hours in the reader's language, or as it is. */
static struct jalon_text hours_word(const struct jalon_page *page, struct jalon_text word)
{
    static const char *const known[] = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su",
                                        "PH", "SH", "off", "closed"};
    static const char *const keys[] = {"hours.Mo", "hours.Tu", "hours.We", "hours.Th",
                                       "hours.Fr", "hours.Sa", "hours.Su", "hours.PH",
                                       "hours.SH", "hours.off", "hours.off"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (jalon_text_is(word, known[i])) {
            return jalon_page_word(page, keys[i]);
        }
    }
    return word;
}

static void put_hours(struct jalon_page *page, struct jalon_text text)
{
    if (jalon_text_is(text, "24/7")) {
        jalon_page_put(page, JALON_TEXT("{hours.always}"));
        return;
    }
    for (size_t i = 0; i < text.length;) {
        size_t letters = span(jalon_text_slice(text.data + i, text.length - i), LETTERS);
        if (letters > 0) {
            jalon_page_put(page, JALON_TEXT("{}"),
                           hours_word(page, jalon_text_slice(text.data + i, letters)));
            i += letters;
        } else if (text.data[i] == ';') {
            jalon_page_put(page, JALON_TEXT("<br>"));
            i++;
        } else {
            jalon_page_put(page, JALON_TEXT("{}"), jalon_text_slice(text.data + i, 1));
            i++;
        }
    }
}

static void put_text(struct jalon_page *page, const struct jalon_field *field,
                     struct jalon_text text)
{
    switch (field->type) {
    case JALON_FIELD_ENUM: put_choice(page, field, text); break;
    case JALON_FIELD_DATE:
    case JALON_FIELD_DATE_TIME: jalon_page_put_date(page, text); break;
    case JALON_FIELD_EMAIL: put_email(page, text); break;
    case JALON_FIELD_PHONE: put_phone(page, text); break;
    case JALON_FIELD_OPENING_HOURS: put_hours(page, text); break;
    case JALON_FIELD_TEXT:
        jalon_page_put(page, JALON_TEXT("<span class=\"lines\">{}</span>"), text);
        break;
    default: jalon_page_put_typed(page, text); break;
    }
}

void jalon_page_put_value(struct jalon_page *page, const struct jalon_field *field,
                          const struct jalon_value *value)
{
    switch (value->kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: put_text(page, field, value->text); break;
    case JALON_VALUE_NUMBER:
        jalon_page_put_double(page, value->number);
        put_unit(page, field);
        break;
    case JALON_VALUE_INTEGER:
        jalon_page_put_integer(page, value->integer);
        put_unit(page, field);
        break;
    case JALON_VALUE_BOOLEAN:
        jalon_page_put(page, value->boolean ? JALON_TEXT("{page.yes}") : JALON_TEXT("{page.no}"));
        break;
    case JALON_VALUE_LIST:
        for (size_t i = 0; i < value->list.count; i++) {
            jalon_page_put(page, i > 0 ? JALON_TEXT(", ") : JALON_TEXT(""));
            put_choice(page, field, value->list.items[i]);
        }
        break;
    }
}

void jalon_page_put_categories(struct jalon_page *page, const struct jalon_map *map,
                               const struct jalon_contribution *contribution)
{
    for (size_t i = 0; i < contribution->category_count; i++) {
        const struct jalon_category *category = &map->categories[contribution->categories[i]];
        jalon_page_put(page, i > 0 ? JALON_TEXT(", {}") : JALON_TEXT("{}"),
                       jalon_endpoint_words(page->request, category->label));
    }
}

struct jalon_text jalon_page_title(const struct jalon_page *page,
                                   const struct jalon_contribution *contribution)
{
    char id[JALON_ID_TEXT_SIZE];
    if (contribution->title.length > 0) {
        return contribution->title;
    }
    jalon_id_format(contribution->id, id);
    struct jalon_text made =
        jalon_text_format(page->request->ctx->arena, "%s %s",
                          jalon_page_word(page, "item.untitled").data, id + 24);
    return made.data != NULL ? made : jalon_page_word(page, "item.untitled");
}
