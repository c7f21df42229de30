/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The operator's log. Layer 0. */
#include "jalon/log.h"

#include <string.h>
#include <unistd.h>

#include "jalon/buffer.h"
#include "jalon/clock.h"

enum { LINE_MAX_BYTES = 64 * 1024 };

static FILE *log_stream;
static enum jalon_log_format log_format = JALON_LOG_AS_TEXT;
static enum jalon_log_level log_lowest = JALON_LOG_INFO;

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void jalon_log_configure(FILE *stream, enum jalon_log_format format, enum jalon_log_level lowest)
{
    log_stream = stream;
    log_format = format;
    log_lowest = lowest;
}

bool jalon_log_takes(enum jalon_log_level level)
{
    return level >= log_lowest;
}

static bool needs_quotes(struct jalon_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c == '"' || c == '\\' || c == '=') {
            return true;
        }
    }
    return text.length == 0;
}

static void append_text_field(struct jalon_buffer *line, const struct jalon_log_field *field)
{
    jalon_buffer_append_format(line, " %s=", field->name);
    if (field->text.data == NULL) {
        jalon_buffer_append_int(line, field->number);
    } else if (needs_quotes(field->text)) {
        jalon_buffer_append_json(line, field->text);
    } else {
        jalon_buffer_append_text(line, field->text);
    }
}

static void append_json_field(struct jalon_buffer *line, const struct jalon_log_field *field)
{
    jalon_buffer_append_char(line, ',');
    jalon_buffer_append_json(line, jalon_text_from(field->name));
    jalon_buffer_append_char(line, ':');
    if (field->text.data == NULL) {
        jalon_buffer_append_int(line, field->number);
    } else {
        jalon_buffer_append_json(line, field->text);
    }
}

void jalon_log_write(enum jalon_log_level level, const char *event,
                     const struct jalon_log_field *fields, size_t count)
{
    if (!jalon_log_takes(level)) {
        return;
    }
    char time[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(jalon_clock_now_us(), time);
    struct jalon_buffer line;
    jalon_buffer_init(&line, LINE_MAX_BYTES);
    if (log_format == JALON_LOG_AS_JSON) {
        jalon_buffer_append_format(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", time,
                                   level_names[level]);
        jalon_buffer_append_json(&line, jalon_text_from(event));
    } else {
        jalon_buffer_append_format(&line, "%s %s %s", time, level_names[level], event);
    }
    for (size_t i = 0; i < count; i++) {
        if (log_format == JALON_LOG_AS_JSON) {
            append_json_field(&line, &fields[i]);
        } else {
            append_text_field(&line, &fields[i]);
        }
    }
    jalon_buffer_append_string(&line, log_format == JALON_LOG_AS_JSON ? "}\n" : "\n");
    if (jalon_buffer_status(&line) == JALON_OK) {
        FILE *stream = log_stream != NULL ? log_stream : stderr;
        fwrite(line.data, 1, line.length, stream);
        fflush(stream);
    }
    jalon_buffer_finish(&line);
}
