/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A growing byte buffer with a maximum. Numbers and escapes are in buffer_write.c. Layer 0. */
#include "jalon/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "jalon/memory.h"

void jalon_buffer_init(struct jalon_buffer *buffer, size_t maximum)
{
    *buffer = (struct jalon_buffer){.maximum = maximum};
}

void jalon_buffer_finish(struct jalon_buffer *buffer)
{
    jalon_memory_release(buffer->data);
    *buffer = (struct jalon_buffer){.maximum = buffer->maximum};
}

void jalon_buffer_clear(struct jalon_buffer *buffer)
{
    buffer->length = 0;
    buffer->status = JALON_OK;
    if (buffer->data != NULL) {
        buffer->data[0] = '\0';
    }
}

enum jalon_status jalon_buffer_status(const struct jalon_buffer *buffer)
{
    return buffer->status;
}

struct jalon_text jalon_buffer_text(const struct jalon_buffer *buffer)
{
    return buffer->data != NULL ? (struct jalon_text){buffer->data, buffer->length}
                                : JALON_TEXT_EMPTY;
}

static bool grow(struct jalon_buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity < 256 ? 256 : buffer->capacity * 2;
    if (capacity < needed) {
        capacity = needed;
    }
    char *data = jalon_memory_resize(buffer->data, capacity);
    if (data == NULL) {
        buffer->status = JALON_NO_MEMORY;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *jalon_buffer_reserve(struct jalon_buffer *buffer, size_t size)
{
    if (buffer->status != JALON_OK) {
        return NULL;
    }
    if (size > buffer->maximum || buffer->length > buffer->maximum - size) {
        buffer->status = JALON_TOO_LARGE;
        return NULL;
    }
    size_t needed = buffer->length + size + 1;
    if (needed > buffer->capacity && !grow(buffer, needed)) {
        return NULL;
    }
    return buffer->data + buffer->length;
}

void jalon_buffer_append_format(struct jalon_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *at = length < 0 ? NULL : jalon_buffer_reserve(buffer, (size_t)length);
    if (at != NULL) {
        vsnprintf(at, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
    va_end(args);
}
