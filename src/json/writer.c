/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writing small JSON documents over a buffer. Layer 1. */
#include "jalon/json.h"

#include <assert.h>

void jalon_json_writer_init(struct jalon_json_writer *writer, struct jalon_buffer *buffer)
{
    *writer = (struct jalon_json_writer){.buffer = buffer};
}

/* The comma and the key that come before a value. */
static void begin_value(struct jalon_json_writer *writer, const char *key)
{
    if (writer->comma[writer->depth]) {
        jalon_buffer_append_char(writer->buffer, ',');
    }
    writer->comma[writer->depth] = true;
    if (key != NULL) {
        jalon_buffer_append_json(writer->buffer, jalon_text_from(key));
        jalon_buffer_append_char(writer->buffer, ':');
    }
}

static void begin(struct jalon_json_writer *writer, const char *key, char bracket)
{
    begin_value(writer, key);
    jalon_buffer_append_char(writer->buffer, bracket);
    assert(writer->depth + 1 < JALON_JSON_DEPTH_MAX);
    writer->comma[++writer->depth] = false;
}

static void end(struct jalon_json_writer *writer, char bracket)
{
    assert(writer->depth > 0);
    writer->depth--;
    jalon_buffer_append_char(writer->buffer, bracket);
}

void jalon_json_begin_object(struct jalon_json_writer *writer, const char *key)
{
    begin(writer, key, '{');
}

void jalon_json_end_object(struct jalon_json_writer *writer)
{
    end(writer, '}');
}

void jalon_json_begin_array(struct jalon_json_writer *writer, const char *key)
{
    begin(writer, key, '[');
}

void jalon_json_end_array(struct jalon_json_writer *writer)
{
    end(writer, ']');
}

void jalon_json_put_text(struct jalon_json_writer *writer, const char *key, struct jalon_text value)
{
    begin_value(writer, key);
    jalon_buffer_append_json(writer->buffer, value);
}

void jalon_json_put_string(struct jalon_json_writer *writer, const char *key, const char *value)
{
    jalon_json_put_text(writer, key, jalon_text_from(value));
}

void jalon_json_put_integer(struct jalon_json_writer *writer, const char *key, int64_t value)
{
    begin_value(writer, key);
    jalon_buffer_append_int(writer->buffer, value);
}

void jalon_json_put_number(struct jalon_json_writer *writer, const char *key, double value)
{
    begin_value(writer, key);
    jalon_buffer_append_double(writer->buffer, value);
}

void jalon_json_put_boolean(struct jalon_json_writer *writer, const char *key, bool value)
{
    begin_value(writer, key);
    jalon_buffer_append_string(writer->buffer, value ? "true" : "false");
}

void jalon_json_put_null(struct jalon_json_writer *writer, const char *key)
{
    begin_value(writer, key);
    jalon_buffer_append_string(writer->buffer, "null");
}

void jalon_json_put_key(struct jalon_json_writer *writer, struct jalon_text key)
{
    begin_value(writer, NULL);
    jalon_buffer_append_json(writer->buffer, key);
    jalon_buffer_append_char(writer->buffer, ':');
    writer->comma[writer->depth] = false; /* the value follows its key */
}

void jalon_json_put_raw(struct jalon_json_writer *writer, const char *key, struct jalon_text json)
{
    begin_value(writer, key);
    jalon_buffer_append_text(writer->buffer, json);
}
