/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A growing byte buffer with a maximum, and the number and string writers of the hot paths.
 * Layer 0 (base).
 *
 * Appending never answers: a failure (no memory, maximum passed) is kept, later appends do nothing,
 * and jalon_buffer_status tells at the end. The bytes are always NUL-terminated.
 */
#ifndef JALON_BUFFER_H
#define JALON_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "jalon/status.h"
#include "jalon/text.h"

struct jalon_buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t maximum;
    enum jalon_status status;
};

/* An empty buffer that will hold at most `maximum` bytes; takes no memory yet. */
void jalon_buffer_init(struct jalon_buffer *buffer, size_t maximum);
/* Frees the bytes; the buffer may be initialised again. A zeroed buffer is allowed. */
void jalon_buffer_finish(struct jalon_buffer *buffer);
/* Forgets the content and any failure, keeps the memory. */
void jalon_buffer_clear(struct jalon_buffer *buffer);
/* JALON_OK, JALON_NO_MEMORY or JALON_TOO_LARGE. */
enum jalon_status jalon_buffer_status(const struct jalon_buffer *buffer) JALON_MUST_USE;
/* What is in it; borrowed until the next append. */
struct jalon_text jalon_buffer_text(const struct jalon_buffer *buffer);

/* Room for `size` more bytes at data + length and a NUL behind them, which the caller adds to
 * length and writes; NULL: there is none. */
char *jalon_buffer_reserve(struct jalon_buffer *buffer, size_t size);

/* The appends of the hot writers are here for the compiler to see the sizes that are constant. */
static inline void jalon_buffer_append(struct jalon_buffer *buffer, const void *data, size_t size)
{
    bool has_room = buffer->status == JALON_OK && size < buffer->capacity - buffer->length &&
                    size <= buffer->maximum - buffer->length; /* nearly always */
    char *at = has_room ? buffer->data + buffer->length : jalon_buffer_reserve(buffer, size);
    if (at == NULL) {
        return;
    }
    if (size > 0) {
        memcpy(at, data, size);
    }
    at[size] = '\0';
    buffer->length += size;
}

static inline void jalon_buffer_append_text(struct jalon_buffer *buffer, struct jalon_text text)
{
    jalon_buffer_append(buffer, text.data, text.length);
}

static inline void jalon_buffer_append_string(struct jalon_buffer *buffer, const char *string)
{
    jalon_buffer_append(buffer, string, strlen(string));
}

static inline void jalon_buffer_append_char(struct jalon_buffer *buffer, char c)
{
    jalon_buffer_append(buffer, &c, 1);
}

void jalon_buffer_append_format(struct jalon_buffer *buffer, const char *format, ...)
    JALON_PRINTF(2, 3);
void jalon_buffer_append_int(struct jalon_buffer *buffer, int64_t value);
/* The shortest decimal that reads back as the same double; JSON syntax; value must be finite. */
void jalon_buffer_append_double(struct jalon_buffer *buffer, double value);
/* At most 7 decimals (about 1 cm), half away from zero, no trailing zeros, never "-0"; finite. */
void jalon_buffer_append_coordinate(struct jalon_buffer *buffer, double value);
/* A JSON string with its quotes (RFC 8259, section 7); text is valid UTF-8. */
void jalon_buffer_append_json(struct jalon_buffer *buffer, struct jalon_text text);
/* Text for HTML content and quoted attributes: & < > " ' escaped. */
void jalon_buffer_append_html(struct jalon_buffer *buffer, struct jalon_text text);
/* One URL path segment or query value, percent-encoded (RFC 3986 unreserved kept). */
void jalon_buffer_append_url(struct jalon_buffer *buffer, struct jalon_text text);

#endif
