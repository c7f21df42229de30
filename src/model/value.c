/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Field values: comparing, and writing as JSON, the same in rows, features and history. Layer 1. */
#include "jalon/model.h"

static bool equal_lists(struct jalon_value a, struct jalon_value b)
{
    if (a.list.count != b.list.count) {
        return false;
    }
    for (size_t i = 0; i < a.list.count; i++) {
        if (!jalon_text_equal(a.list.items[i], b.list.items[i])) {
            return false;
        }
    }
    return true;
}

bool jalon_value_equal(struct jalon_value a, struct jalon_value b)
{
    if (a.kind != b.kind) {
        return false;
    }
    switch (a.kind) {
    case JALON_VALUE_NONE: return true;
    case JALON_VALUE_TEXT: return jalon_text_equal(a.text, b.text);
    case JALON_VALUE_NUMBER: return !(a.number < b.number) && !(a.number > b.number);
    case JALON_VALUE_INTEGER: return a.integer == b.integer;
    case JALON_VALUE_BOOLEAN: return a.boolean == b.boolean;
    case JALON_VALUE_LIST: return equal_lists(a, b);
    }
    return false;
}

static void write_list(struct jalon_buffer *buffer, const struct jalon_text *items, size_t count)
{
    jalon_buffer_append_char(buffer, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            jalon_buffer_append_char(buffer, ',');
        }
        jalon_buffer_append_json(buffer, items[i]);
    }
    jalon_buffer_append_char(buffer, ']');
}

void jalon_value_write(struct jalon_buffer *buffer, const struct jalon_value *value)
{
    switch (value->kind) {
    case JALON_VALUE_NONE: jalon_buffer_append_string(buffer, "null"); break;
    case JALON_VALUE_TEXT: jalon_buffer_append_json(buffer, value->text); break;
    case JALON_VALUE_NUMBER: jalon_buffer_append_double(buffer, value->number); break;
    case JALON_VALUE_INTEGER: jalon_buffer_append_int(buffer, value->integer); break;
    case JALON_VALUE_BOOLEAN:
        jalon_buffer_append_string(buffer, value->boolean ? "true" : "false");
        break;
    case JALON_VALUE_LIST: write_list(buffer, value->list.items, value->list.count); break;
    }
}
