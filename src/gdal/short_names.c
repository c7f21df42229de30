/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The names of columns in dBase files. Private to gdal. */
#include "short_names.h"

#include <string.h>
#include <strings.h>

static bool is_taken(const char *name, char (*names)[SHORT_NAME_SIZE], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

size_t cut_text(struct jalon_text text, size_t size)
{
    if (text.length <= size) {
        return text.length;
    }
    while (size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80) {
        size--; /* within a character */
    }
    return size;
}

void make_short_names(const struct column *columns, size_t count, char (*out)[SHORT_NAME_SIZE])
{
    for (size_t i = 0; i < count; i++) {
        struct jalon_text name = columns[i].name;
        int whole = (int)cut_text(name, SHORT_NAME_SIZE - 1);
        (void)snprintf(out[i], SHORT_NAME_SIZE, "%.*s", whole, name.data);
        for (unsigned n = 2; is_taken(out[i], out, i); n++) {
            char suffix[SHORT_NAME_SIZE];
            size_t length = (size_t)snprintf(suffix, sizeof suffix, "_%u", n % 1000);
            size_t kept = cut_text(name, SHORT_NAME_SIZE - 1 - length);
            memcpy(out[i] + kept, suffix, length + 1);
            memcpy(out[i], name.data, kept);
        }
    }
}
