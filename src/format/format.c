/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The table of formats: a new one is its file and one row here. Layer 2. */
#include "jalon/format.h"

#include <string.h>

#include "reader.h"

static const struct jalon_format *const formats[] = {
    &jalon_format_geojson,
    &jalon_format_csv,
    &jalon_format_ndjson,
    &jalon_format_kml,
    &jalon_format_gpx,
    &jalon_format_gpkg,
    &jalon_format_shp,
};

const struct jalon_format *const *jalon_formats(size_t *out_count)
{
    *out_count = sizeof formats / sizeof *formats;
    return formats;
}

const struct jalon_format *jalon_format_find(struct jalon_text name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (jalon_text_is(name, formats[i]->name)) {
            return formats[i];
        }
    }
    return NULL;
}

/* Is `wanted` one of the words of `list`, without regard to case? */
static bool has_word(const char *list, struct jalon_text wanted)
{
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, " ");
        if (jalon_text_equal_ascii_case(jalon_text_slice(list, length), wanted)) {
            return true;
        }
        list += length + (list[length] == ' ');
    }
    return false;
}

const struct jalon_format *jalon_format_for_path(struct jalon_text path)
{
    size_t start = path.length;
    while (start > 0 && path.data[start - 1] != '.' && path.data[start - 1] != '/') {
        start--;
    }
    if (start == 0 || path.data[start - 1] != '.') {
        return NULL;
    }
    struct jalon_text extension = jalon_text_slice(path.data + start, path.length - start);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (has_word(formats[i]->extension, extension) ||
            has_word(formats[i]->other_extensions, extension)) {
            return formats[i];
        }
    }
    return NULL;
}

bool jalon_items_frame_shows(const struct jalon_items_frame *frame, struct jalon_text property)
{
    for (size_t i = 0; i < frame->property_count; i++) {
        if (jalon_text_equal(frame->properties[i], property)) {
            return true;
        }
    }
    return frame->properties == NULL;
}
