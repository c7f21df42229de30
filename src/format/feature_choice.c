/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A ready Feature with another geometry, or with some of its properties. Layer 2.
 *
 * The bytes are our own (jalon_feature_write), so that they are walked, not parsed: well-formed,
 * without blanks, with "geometry" before "properties" at the end.
 */
#include "feature_choice.h"

#include <assert.h>

#include "jalon/geo.h"

/* Behind the closing quotation mark of the string that begins at `at`. */
static size_t skip_string(struct jalon_text json, size_t at)
{
    assert(json.data[at] == '"');
    for (at++; at < json.length && json.data[at] != '"'; at++) {
        at += json.data[at] == '\\';
    }
    return at + 1;
}

/* Behind the value that begins at `at`: at a comma, a bracket or the end. */
static size_t skip_value(struct jalon_text json, size_t at)
{
    size_t depth = 0;
    while (at < json.length) {
        char c = json.data[at];
        if (c == '"') {
            at = skip_string(json, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
            break;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        at++;
    }
    return at < json.length ? at : json.length;
}

static struct jalon_text between(struct jalon_text json, size_t start, size_t end)
{
    return jalon_text_slice(json.data + start, end - start);
}

/* Appends what follows the brace at `at`, of the members only those that are shown. */
static void write_properties(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                             struct jalon_text json, size_t at)
{
    char separator = '{';
    assert(json.data[at] == '{');
    at++;
    while (at < json.length && json.data[at] == '"') {
        size_t key_end = skip_string(json, at);
        size_t end = skip_value(json, key_end + 1);
        /* The names of properties have nothing in them that JSON would escape. */
        if (jalon_items_frame_shows(frame, between(json, at + 1, key_end - 1))) {
            jalon_buffer_append_char(buffer, separator);
            jalon_buffer_append_text(buffer, between(json, at, end));
            separator = ',';
        }
        at = end < json.length && json.data[end] == ',' ? end + 1 : end;
    }
    jalon_buffer_append_string(buffer, separator == '{' ? "{}" : "}");
}

void jalon_feature_write_choice(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                                const struct jalon_item *item)
{
    struct jalon_text json = item->json;
    size_t at = 1;
    if (frame->properties == NULL && item->geometry == NULL) {
        jalon_buffer_append_text(buffer, json);
        return;
    }
    jalon_buffer_append_char(buffer, '{');
    while (at < json.length && json.data[at] == '"') {
        size_t key_end = skip_string(json, at);
        struct jalon_text key = between(json, at + 1, key_end - 1);
        size_t value = key_end + 1;
        size_t end = skip_value(json, value);
        jalon_buffer_append_text(buffer, between(json, at, value));
        if (jalon_text_is(key, "geometry") && item->geometry != NULL) {
            jalon_geometry_write_json(buffer, item->geometry);
            if (frame->properties == NULL) { /* the rest is as it was */
                jalon_buffer_append_text(buffer, between(json, end, json.length));
                return;
            }
        } else if (jalon_text_is(key, "properties") && frame->properties != NULL) {
            write_properties(buffer, frame, json, value);
        } else {
            jalon_buffer_append_text(buffer, between(json, value, end));
        }
        bool more = end < json.length && json.data[end] == ',';
        jalon_buffer_append_char(buffer, more ? ',' : '}');
        at = end + 1;
    }
}
