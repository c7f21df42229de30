/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * JSON (RFC 8259): reading into trees and structs, writing into buffers. Layer 1.
 *
 * The only module that sees jansson. Trees are for small bodies and configuration; hot paths write
 * through jalon_buffer. Every parsed value lives until its context's arena goes, and is read-only.
 */
#ifndef JALON_JSON_H
#define JALON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jalon/buffer.h"
#include "jalon/context.h"

/* Nesting allowed in anything read. */
#define JALON_JSON_DEPTH_MAX 32

/* --- Reading --- */
struct jalon_json;

enum jalon_json_kind {
    JALON_JSON_NULL,
    JALON_JSON_BOOLEAN,
    JALON_JSON_INTEGER, /* written without fraction and exponent, fits int64_t */
    JALON_JSON_NUMBER,
    JALON_JSON_STRING,
    JALON_JSON_ARRAY,
    JALON_JSON_OBJECT,
};

/*
 * Parses one JSON text. JALON_INVALID: not JSON (line and column are named), not UTF-8, a
 * duplicate key, U+0000 in a string, a number out of range; JALON_TOO_LARGE: too deep. A byte
 * order mark before it is passed over. Any thread, one context each.
 */
enum jalon_status jalon_json_parse(struct jalon_context *ctx, struct jalon_text text,
                                   const struct jalon_json **out) JALON_MUST_USE;
/* Below, a NULL tree (a member that is absent) reads as null. */
enum jalon_json_kind jalon_json_kind(const struct jalon_json *json);
/* "a string", "an object", …: for messages that say what was found. */
const char *jalon_json_kind_name(enum jalon_json_kind kind);
/* Of an object: the member, or NULL when absent. */
const struct jalon_json *jalon_json_member(const struct jalon_json *object, const char *key);
/* Members of an object in their order, or elements of an array. */
size_t jalon_json_size(const struct jalon_json *json);
const struct jalon_json *jalon_json_element(const struct jalon_json *array, size_t index);
/*
 * Walks an object's members in their order: start with *iterator = NULL, ends with false. Keys and
 * strings are borrowed from the tree, NUL-terminated.
 */
bool jalon_json_next(const struct jalon_json *object, void **iterator, struct jalon_text *out_key,
                     const struct jalon_json **out_value);
/* The value, or the neutral one (empty, 0, false) when the kind is another. */
struct jalon_text jalon_json_text(const struct jalon_json *json);
double jalon_json_number(const struct jalon_json *json); /* of INTEGER or NUMBER */
int64_t jalon_json_integer(const struct jalon_json *json);
bool jalon_json_boolean(const struct jalon_json *json);
/* Appends the value as compact JSON, members in their order. */
void jalon_json_write(struct jalon_buffer *buffer, const struct jalon_json *json);
/*
 * Appends what `target` (NULL: there is none) becomes by a merge patch (RFC 7396, 2): the members of the
 * target in their order, then the new ones. No deeper than the deeper of the two.
 */
void jalon_json_write_merged(struct jalon_buffer *buffer, const struct jalon_json *target,
                             const struct jalon_json *patch);

/* --- JSON Pointer (RFC 6901) --- */
/* parent + "/" + token, the token escaped (~0, ~1); NUL-terminated in the arena. */
const char *jalon_json_pointer(struct jalon_context *ctx, const char *parent, struct jalon_text token);
const char *jalon_json_pointer_at(struct jalon_context *ctx, const char *parent, size_t index);

/* --- Structs from objects, by table --- */
enum jalon_json_type {
    JALON_JSON_TO_TEXT,    /* struct jalon_text */
    JALON_JSON_TO_INTEGER, /* int64_t */
    JALON_JSON_TO_NUMBER,  /* double */
    JALON_JSON_TO_BOOLEAN, /* bool */
    JALON_JSON_TO_VALUE,   /* const struct jalon_json *: object, array or anything */
};

struct jalon_json_field {
    const char *name;
    enum jalon_json_type type;
    size_t offset; /* offsetof in the struct */
    bool required;
};

/*
 * Fills a struct from an object: every error at once as details (missing, wrong type, unknown
 * member) with pointers below `pointer`. Members that are absent or null leave the struct as is.
 * Returns OK also when it added details: decide with jalon_error_verdict.
 */
void jalon_json_read_object(struct jalon_context *ctx, const struct jalon_json *object,
                            const char *pointer, const struct jalon_json_field *fields,
                            size_t field_count, void *out);

/* --- Writing small documents --- */
/*
 * Keeps commas and nesting right over a buffer. Usage: begin object, key, value … end. A key is
 * NULL inside arrays and at the top.
 */
struct jalon_json_writer {
    struct jalon_buffer *buffer;
    unsigned depth;
    bool comma[JALON_JSON_DEPTH_MAX];
};

void jalon_json_writer_init(struct jalon_json_writer *writer, struct jalon_buffer *buffer);
void jalon_json_begin_object(struct jalon_json_writer *writer, const char *key);
void jalon_json_end_object(struct jalon_json_writer *writer);
void jalon_json_begin_array(struct jalon_json_writer *writer, const char *key);
void jalon_json_end_array(struct jalon_json_writer *writer);
void jalon_json_put_text(struct jalon_json_writer *writer, const char *key, struct jalon_text value);
void jalon_json_put_string(struct jalon_json_writer *writer, const char *key, const char *value);
void jalon_json_put_integer(struct jalon_json_writer *writer, const char *key, int64_t value);
void jalon_json_put_number(struct jalon_json_writer *writer, const char *key, double value);
void jalon_json_put_boolean(struct jalon_json_writer *writer, const char *key, bool value);
void jalon_json_put_null(struct jalon_json_writer *writer, const char *key);
/* A key that is no C string: comes before a value that is then put with key NULL. */
void jalon_json_put_key(struct jalon_json_writer *writer, struct jalon_text key);
/* A value that is JSON already. */
void jalon_json_put_raw(struct jalon_json_writer *writer, const char *key, struct jalon_text json);

/* --- Splitting long documents --- */
/*
 * Finds the values of one array in a stream of bytes without building a tree: the features of a
 * FeatureCollection of any size. Feed bytes, take slices; each slice then goes to jalon_json_parse.
 */
struct jalon_json_splitter;

/*
 * `array_member` names the member of the top object whose elements are wanted ("features"); a top
 * level array, or a sequence of values separated by white space or record separators (newline-
 * delimited JSON, RFC 8142), is split into its values. A top object without the member is itself
 * the one value. `value_max` bounds one value. NULL when there is no memory.
 */
struct jalon_json_splitter *jalon_json_splitter_create(const char *array_member, size_t value_max);
void jalon_json_splitter_destroy(struct jalon_json_splitter *splitter);
/* Gives the next bytes (any cut); size 0 says the input ends. */
enum jalon_status jalon_json_splitter_feed(struct jalon_context *ctx,
                                           struct jalon_json_splitter *splitter, const void *data,
                                           size_t size) JALON_MUST_USE;
/*
 * The next whole value: JALON_OK with *out valid until the next call of feed or next;
 * JALON_NOT_FOUND when more bytes are needed, or when the input has ended; JALON_INVALID when the
 * input ended inside a value or does not have this structure (message says line number).
 * *out_line is the 1-based line on which the value starts.
 */
enum jalon_status jalon_json_splitter_next(struct jalon_context *ctx,
                                           struct jalon_json_splitter *splitter,
                                           struct jalon_text *out, int64_t *out_line)
    JALON_MUST_USE;
/* Did the input end and all values go out? */
bool jalon_json_splitter_done(const struct jalon_json_splitter *splitter);

#endif
