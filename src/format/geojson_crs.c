/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The "crs" member of a GeoJSON document, found in passing. Layer 2. */
#include "geojson_crs.h"

#include <string.h>

#include "jalon/geo.h"
#include "jalon/json.h"

/* A CRS object is some hundred bytes; what is longer is none that we know. */
enum { CRS_MAX = 4096 };

void jalon_crs_scanner_init(struct jalon_crs_scanner *scanner)
{
    *scanner = (struct jalon_crs_scanner){0};
    jalon_buffer_init(&scanner->value, CRS_MAX);
}

void jalon_crs_scanner_finish(struct jalon_crs_scanner *scanner)
{
    jalon_buffer_finish(&scanner->value);
}

static bool key_is(const struct jalon_crs_scanner *scanner, const char *key)
{
    return scanner->key_length == strlen(key) &&
           memcmp(scanner->key, key, scanner->key_length) == 0;
}

/* A byte inside a string. */
static void scan_string(struct jalon_crs_scanner *scanner, char c)
{
    if (scanner->escaped) {
        scanner->escaped = false;
    } else if (c == '\\') {
        scanner->escaped = true;
    } else if (c == '"') {
        scanner->in_string = false;
        scanner->in_key = false;
        return;
    }
    if (scanner->in_key && scanner->key_length < sizeof scanner->key) {
        scanner->key[scanner->key_length++] = c;
    }
}

static void scan_member_start(struct jalon_crs_scanner *scanner)
{
    scanner->key_next = false;
    scanner->capturing = key_is(scanner, "crs");
    if (scanner->capturing) {
        jalon_buffer_clear(&scanner->value);
        scanner->after_features = scanner->in_features;
    }
    scanner->in_features = scanner->in_features || key_is(scanner, "features");
}

/* A byte outside strings. */
static void scan_structure(struct jalon_crs_scanner *scanner, char c)
{
    switch (c) {
    case '"':
        scanner->in_string = true;
        scanner->in_key = scanner->depth == 1 && scanner->key_next;
        scanner->key_length = scanner->in_key ? 0 : scanner->key_length;
        break;
    case '{':
    case '[':
        scanner->key_next = scanner->depth == 0 && c == '{';
        scanner->depth++;
        break;
    case '}':
    case ']': scanner->depth -= scanner->depth > 0; break;
    case ',': scanner->key_next = scanner->depth == 1; break;
    default: break;
    }
}

/* Bytes at the start of `text` that change nothing: the inside of strings and of numbers. */
static size_t dull_length(const struct jalon_crs_scanner *scanner, struct jalon_text text)
{
    if (scanner->capturing || scanner->in_key || scanner->escaped) {
        return 0;
    }
    size_t at = 0;
    if (scanner->in_string) {
        while (at < text.length && text.data[at] != '"' && text.data[at] != '\\') {
            at++;
        }
        return at;
    }
    while (at < text.length && ((text.data[at] >= '-' && text.data[at] <= '9') ||
                                text.data[at] == ' ')) {
        at++;
    }
    return at;
}

void jalon_crs_scanner_feed(struct jalon_crs_scanner *scanner, struct jalon_text bytes)
{
    for (size_t at = 0; at < bytes.length; at++) {
        at += dull_length(scanner, jalon_text_slice(bytes.data + at, bytes.length - at));
        if (at == bytes.length) {
            return;
        }
        char c = bytes.data[at];
        if (scanner->in_string) {
            scan_string(scanner, c);
        } else if (c == ':' && scanner->depth == 1 && scanner->key_next) {
            scan_member_start(scanner);
            continue;
        } else {
            scan_structure(scanner, c);
        }
        bool outside = !scanner->in_string && (scanner->depth == 0 || scanner->key_next);
        scanner->capturing = scanner->capturing && !outside;
        if (scanner->capturing) {
            jalon_buffer_append_char(&scanner->value, c);
        }
    }
}

enum jalon_status jalon_crs_scanner_srid(struct jalon_context *ctx,
                                         const struct jalon_crs_scanner *scanner, int32_t *out)
{
    const struct jalon_json *crs;
    struct jalon_text value = jalon_text_trim(jalon_buffer_text(&scanner->value));
    if (value.length == 0 || scanner->capturing) {
        *out = 0;
        return JALON_OK;
    }
    enum jalon_status status = jalon_buffer_status(&scanner->value);
    if (status == JALON_OK) {
        status = jalon_json_parse(ctx, value, &crs);
    }
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "the \"crs\" member cannot be read");
    }
    if (jalon_json_kind(crs) == JALON_JSON_NULL) {
        *out = 0;
        return JALON_OK;
    }
    const struct jalon_json *properties = jalon_json_member(crs, "properties");
    const struct jalon_json *name =
        properties != NULL ? jalon_json_member(properties, "name") : NULL;
    if (name == NULL || jalon_json_kind(name) != JALON_JSON_STRING) {
        return jalon_fail(ctx, JALON_INVALID,
                          "the \"crs\" member names no coordinate reference system");
    }
    return jalon_geo_parse_crs(ctx, jalon_json_text(name), out);
}
