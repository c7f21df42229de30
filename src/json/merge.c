/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * JSON merge patches (RFC 7396). Layer 1.
 *
 * Trees are read-only: the patched document is written, and may be read again.
 */
#include "jalon/json.h"

/* One member of the patched object; `separator` stands before it. */
static void write_member(struct jalon_buffer *buffer, char *separator, struct jalon_text key,
                         const struct jalon_json *target, const struct jalon_json *patch)
{
    jalon_buffer_append_char(buffer, *separator);
    *separator = ',';
    jalon_buffer_append_json(buffer, key);
    jalon_buffer_append_char(buffer, ':');
    if (patch != NULL) {
        jalon_json_write_merged(buffer, target, patch);
    } else {
        jalon_json_write(buffer, target);
    }
}

/* What was there, without what the patch takes away. */
static void write_kept(struct jalon_buffer *buffer, char *separator,
                       const struct jalon_json *target, const struct jalon_json *patch)
{
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *value;
    while (jalon_json_next(target, &iterator, &key, &value)) {
        const struct jalon_json *change = jalon_json_member(patch, key.data);
        if (change == NULL || jalon_json_kind(change) != JALON_JSON_NULL) {
            write_member(buffer, separator, key, value, change);
        }
    }
}

static void write_added(struct jalon_buffer *buffer, char *separator,
                        const struct jalon_json *target, const struct jalon_json *patch)
{
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *value;
    while (jalon_json_next(patch, &iterator, &key, &value)) {
        if (jalon_json_kind(value) != JALON_JSON_NULL &&
            jalon_json_member(target, key.data) == NULL) {
            write_member(buffer, separator, key, NULL, value);
        }
    }
}

void jalon_json_write_merged(struct jalon_buffer *buffer, const struct jalon_json *target,
                             const struct jalon_json *patch)
{
    if (jalon_json_kind(patch) != JALON_JSON_OBJECT) {
        jalon_json_write(buffer, patch);
        return;
    }
    char separator = '{';
    /* Another kind of target counts as an empty object. */
    const struct jalon_json *object =
        jalon_json_kind(target) == JALON_JSON_OBJECT ? target : NULL;
    if (object != NULL) {
        write_kept(buffer, &separator, object, patch);
    }
    write_added(buffer, &separator, object, patch);
    jalon_buffer_append_string(buffer, separator == '{' ? "{}" : "}");
}
