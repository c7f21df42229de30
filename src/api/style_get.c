/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET /maps/{map}/styles/{style}: how a map may be drawn from its tiles, in MapLibre's style
 * language. Layer 4 (api).
 *
 * A style is a template of tiles/styles: JSON with words to fill in. ${title}, ${tilejson},
 * ${longitude} and ${latitude} (of the middle) are the map's; an element of a list that says
 * ${collection} is written once for every collection, with its key, its ${color} and its ${shift}
 * (pixels to the right and down). Of an element that is a list all members are written, for one
 * collection after the other: their order among the layers is then that of the collections.
 */
#include <math.h>

#include "jalon/embedded.h"

#include "tile_set.h"

#define PI 3.14159265358979323846

extern const struct jalon_embedded style_files[];

struct filling {
    struct jalon_request *request;
    const struct jalon_reading *reading;
    const struct jalon_collection *collection; /* NULL outside an element of one */
    struct jalon_json_writer *writer;
};

static bool says_collection(const struct jalon_json *json)
{
    void *iterator = NULL;
    struct jalon_text key, text = jalon_json_text(json);
    const struct jalon_json *value;
    bool is_object = jalon_json_kind(json) == JALON_JSON_OBJECT;
    bool is_array = jalon_json_kind(json) == JALON_JSON_ARRAY;
    while (is_object && jalon_json_next(json, &iterator, &key, &value)) {
        if (says_collection(value)) {
            return true;
        }
    }
    for (size_t i = 0; is_array && i < jalon_json_size(json); i++) {
        if (says_collection(jalon_json_element(json, i))) {
            return true;
        }
    }
    return jalon_text_starts_with(text, "${collection}");
}

/* The word at the start of the text, with what stands for it; false when there is none. */
static bool fill_word(const struct filling *filling, struct jalon_text text,
                      struct jalon_text *out)
{
    const struct jalon_map *map = filling->reading->map;
    const struct jalon_collection *collection = filling->collection;
    if (jalon_text_is(text, "${title}")) {
        *out = jalon_endpoint_words(filling->request, map->title);
    } else if (jalon_text_is(text, "${tilejson}")) {
        *out = jalon_endpoint_url(filling->request, "/maps/%s/tilejson?f=json", map->slug.data);
    } else if (jalon_text_is(text, "${color}") && collection != NULL) {
        *out = collection->color.length > 0 ? collection->color : JALON_TEXT("#3949ab");
    } else if (jalon_text_starts_with(text, "${collection}") && collection != NULL) {
        static const size_t word = sizeof "${collection}" - 1;
        *out = jalon_text_format(filling->request->ctx->arena, "%s%s", collection->key.data,
                                 text.data + word);
    } else {
        return false;
    }
    return true;
}

/*
 * Clusters of several collections often stand in one place, the middle of a town: each collection's
 * are moved in a direction of their own, as much as the smallest of their discs needs.
 */
static void put_shift(const struct filling *filling)
{
    static const double pixels = 9;
    const struct jalon_map *map = filling->reading->map;
    double index = 0, count = 0;
    for (size_t i = 0; i < map->collection_count; i++) {
        index = &map->collections[i] == filling->collection ? count : index;
        count += jalon_tile_set_has(map, -1, i) ? 1 : 0;
    }
    double angle = 2 * PI * index / count, length = count > 1 ? pixels : 0;
    jalon_json_begin_array(filling->writer, NULL);
    jalon_json_put_number(filling->writer, NULL, round(length * sin(angle)));
    jalon_json_put_number(filling->writer, NULL, round(-length * cos(angle)));
    jalon_json_end_array(filling->writer);
}

static void fill_text(const struct filling *filling, struct jalon_text text)
{
    struct jalon_box box = jalon_tile_set_box(filling->reading, -1);
    struct jalon_text filled;
    if (jalon_text_is(text, "${longitude}")) {
        jalon_json_put_number(filling->writer, NULL, (box.west + box.east) / 2);
    } else if (jalon_text_is(text, "${latitude}")) {
        jalon_json_put_number(filling->writer, NULL, (box.south + box.north) / 2);
    } else if (jalon_text_is(text, "${shift}") && filling->collection != NULL) {
        put_shift(filling);
    } else {
        filled = fill_word(filling, text, &filled) ? filled : text;
        jalon_json_put_text(filling->writer, NULL,
                            filled.data != NULL ? filled : JALON_TEXT_EMPTY);
    }
}

static void fill(const struct filling *filling, const struct jalon_json *json);

/* A list among the elements is for keeping together what is of one collection. */
static void fill_members(const struct filling *filling, const struct jalon_json *element)
{
    if (jalon_json_kind(element) != JALON_JSON_ARRAY) {
        fill(filling, element);
        return;
    }
    for (size_t i = 0; i < jalon_json_size(element); i++) {
        fill(filling, jalon_json_element(element, i));
    }
}

static void fill_element(const struct filling *filling, const struct jalon_json *element)
{
    const struct jalon_map *map = filling->reading->map;
    if (filling->collection != NULL || !says_collection(element)) {
        fill(filling, element);
        return;
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        if (jalon_tile_set_has(map, -1, i)) {
            struct filling one = *filling;
            one.collection = &map->collections[i];
            fill_members(&one, element);
        }
    }
}

static void fill(const struct filling *filling, const struct jalon_json *json)
{
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *value;
    switch (jalon_json_kind(json)) {
    case JALON_JSON_OBJECT:
        jalon_json_begin_object(filling->writer, NULL);
        while (jalon_json_next(json, &iterator, &key, &value)) {
            jalon_json_put_key(filling->writer, key);
            fill(filling, value);
        }
        jalon_json_end_object(filling->writer);
        break;
    case JALON_JSON_ARRAY:
        jalon_json_begin_array(filling->writer, NULL);
        for (size_t i = 0; i < jalon_json_size(json); i++) {
            fill_element(filling, jalon_json_element(json, i));
        }
        jalon_json_end_array(filling->writer);
        break;
    case JALON_JSON_STRING: fill_text(filling, jalon_json_text(json)); break;
    case JALON_JSON_INTEGER:
        jalon_json_put_integer(filling->writer, NULL, jalon_json_integer(json));
        break;
    case JALON_JSON_NUMBER:
        jalon_json_put_number(filling->writer, NULL, jalon_json_number(json));
        break;
    case JALON_JSON_BOOLEAN:
        jalon_json_put_boolean(filling->writer, NULL, jalon_json_boolean(json));
        break;
    case JALON_JSON_NULL: jalon_json_put_null(filling->writer, NULL); break;
    }
}

static enum jalon_status find_template(struct jalon_request *request, struct jalon_text *out)
{
    struct jalon_text name = jalon_request_variable(request, "style");
    for (const struct jalon_embedded *file = style_files; file->name != NULL; file++) {
        if (jalon_text_is(name, file->name)) {
            *out = file->content;
            return JALON_OK;
        }
    }
    return jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no style '%.*s'",
                      JALON_TEXT_ARGS(name));
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    struct jalon_text template;
    const struct jalon_json *json = NULL;
    enum jalon_status status = find_template(request, &template);
    if (status != JALON_OK || jalon_endpoint_unchanged(request, response, reading)) {
        return status;
    }
    status = jalon_json_parse(request->ctx, template, &json);
    if (status == JALON_OK) {
        struct jalon_json_writer writer;
        jalon_json_writer_init(&writer, &response->body);
        fill(&(struct filling){request, reading, NULL, &writer}, json);
    }
    return status;
}

enum jalon_status jalon_style_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
