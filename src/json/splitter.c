/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Finds values in a stream of JSON bytes, one state per place in the grammar. Layer 1.
 *
 * It knows the top of the document only: within a value it follows strings and brackets, and
 * leaves the rest to jalon_json_parse. Bytes are kept from the start of the value being read; a top
 * object is kept in whole, up to value_max, until its member is found, since it may itself be the
 * one value.
 */
#include "jalon/json.h"

#include <string.h>

#include "jalon/memory.h"

enum state {
    AT_TOP,          /* between top values */
    AT_FIRST_KEY,    /* after {  : a key or } */
    AT_KEY,          /* after ,  : a key */
    IN_KEY,
    AT_COLON,
    AT_MEMBER,       /* after :  : a value, or the wanted array */
    AFTER_MEMBER,    /* , or } */
    AT_FIRST_ELEMENT, /* after [ : a value or ] */
    AT_ELEMENT,      /* after ,  : a value */
    AFTER_ELEMENT,   /* , or ] */
    IN_CONTAINER,    /* within an object or array, skipped or wanted */
    IN_CONTAINER_STRING,
    IN_STRING,
    IN_SCALAR,       /* a number or a word: ends before the next delimiter */
};

/* What the byte led to. */
enum step { STEP_ON, STEP_VALUE, STEP_FAILED };

enum { STACK_MAX = 2 * JALON_JSON_DEPTH_MAX };
static const size_t none = SIZE_MAX;

struct jalon_json_splitter {
    char *member;
    size_t value_max;
    struct jalon_buffer bytes;
    size_t at;      /* next byte to look at */
    size_t start;   /* of the value being read, or none */
    size_t object;  /* start of the top object while it may be the value, or none */
    enum state state;
    enum jalon_status failed; /* once failed, every next fails */
    int64_t line, value_line, object_line;
    size_t key_matched;       /* bytes of `member` matched in the key being read, or none */
    uint64_t brackets;        /* one bit a level of IN_CONTAINER: 1 for { */
    unsigned depth;
    unsigned mark;  /* bytes of a byte order mark seen; 3 when it cannot come any more */
    bool escaped;   /* the byte before was a backslash in a string */
    bool in_object; /* the array being split is a member of a top object */
    bool found;     /* the top object had the member */
    bool object_lost; /* the top object passed value_max */
    bool ended;
};

struct jalon_json_splitter *jalon_json_splitter_create(const char *array_member, size_t value_max)
{
    struct jalon_json_splitter *splitter = jalon_memory_allocate_zeroed(1, sizeof *splitter);
    size_t size = strlen(array_member) + 1;
    char *member = jalon_memory_allocate(size);
    if (splitter == NULL || member == NULL) {
        jalon_memory_release(splitter);
        jalon_memory_release(member);
        return NULL;
    }
    memcpy(member, array_member, size);
    splitter->member = member;
    splitter->value_max = value_max;
    splitter->start = none;
    splitter->object = none;
    splitter->line = 1;
    jalon_buffer_init(&splitter->bytes, SIZE_MAX / 4);
    return splitter;
}

void jalon_json_splitter_destroy(struct jalon_json_splitter *splitter)
{
    if (splitter == NULL) {
        return;
    }
    jalon_buffer_finish(&splitter->bytes);
    jalon_memory_release(splitter->member);
    jalon_memory_release(splitter);
}

/* Drops the bytes that no value needs any more. */
static void compact(struct jalon_json_splitter *splitter)
{
    size_t keep = splitter->at;
    keep = splitter->start < keep ? splitter->start : keep;
    keep = splitter->object < keep ? splitter->object : keep;
    if (keep == 0) {
        return;
    }
    struct jalon_buffer *bytes = &splitter->bytes;
    bytes->length -= keep;
    memmove(bytes->data, bytes->data + keep, bytes->length);
    splitter->at -= keep;
    splitter->start -= splitter->start != none ? keep : 0;
    splitter->object -= splitter->object != none ? keep : 0;
}

enum jalon_status jalon_json_splitter_feed(struct jalon_context *ctx,
                                           struct jalon_json_splitter *splitter, const void *data,
                                           size_t size)
{
    if (size == 0) {
        splitter->ended = true;
        return JALON_OK;
    }
    compact(splitter);
    jalon_buffer_append(&splitter->bytes, data, size);
    if (jalon_buffer_status(&splitter->bytes) != JALON_OK) {
        splitter->failed = JALON_NO_MEMORY;
        return jalon_no_memory(ctx);
    }
    return JALON_OK;
}

static enum step refuse(struct jalon_context *ctx, struct jalon_json_splitter *splitter,
                        enum jalon_status status, const char *what)
{
    splitter->failed =
        jalon_fail(ctx, status, "line %lld: %s", (long long)splitter->line, jalon_say(ctx, what));
    return STEP_FAILED;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* A value begins at the byte `c`, which has been passed. */
static enum step begin_value(struct jalon_context *ctx, struct jalon_json_splitter *splitter,
                             char c)
{
    switch (c) {
    case '{':
    case '[':
        splitter->state = IN_CONTAINER;
        splitter->depth = 1;
        splitter->brackets = c == '{';
        return STEP_ON;
    case '"': splitter->state = IN_STRING; return STEP_ON;
    case ',':
    case ':':
    case '}':
    case ']': return refuse(ctx, splitter, JALON_INVALID, "expected a JSON value");
    default: splitter->state = IN_SCALAR; return STEP_ON;
    }
}

static enum step begin_element(struct jalon_context *ctx, struct jalon_json_splitter *splitter,
                               char c)
{
    splitter->start = splitter->at - 1;
    splitter->value_line = splitter->line;
    return begin_value(ctx, splitter, c);
}

static enum step end_object(struct jalon_context *ctx, struct jalon_json_splitter *splitter)
{
    splitter->state = AT_TOP;
    if (splitter->found) {
        return STEP_ON;
    }
    if (splitter->object_lost) {
        return refuse(ctx, splitter, JALON_TOO_LARGE, "the JSON value that ends here is too large");
    }
    splitter->start = splitter->object;
    splitter->value_line = splitter->object_line;
    splitter->object = none;
    return STEP_VALUE;
}

/* After the last byte of a value: an element goes out, a member's value was only skipped. */
static enum step end_value(struct jalon_json_splitter *splitter)
{
    bool wanted = splitter->start != none;
    splitter->state = wanted ? AFTER_ELEMENT : AFTER_MEMBER;
    return wanted ? STEP_VALUE : STEP_ON;
}

static enum step step_top(struct jalon_context *ctx, struct jalon_json_splitter *splitter, char c)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    if (splitter->mark < 3 && c == byte_order_mark[splitter->mark]) {
        splitter->mark++;
        return STEP_ON;
    }
    splitter->mark = 3;
    if (is_space(c) || c == '\x1E') {
        return STEP_ON;
    }
    if (c != '{' && c != '[') {
        return refuse(ctx, splitter, JALON_INVALID, "expected a JSON object or array");
    }
    splitter->in_object = c == '{';
    splitter->state = c == '{' ? AT_FIRST_KEY : AT_FIRST_ELEMENT;
    splitter->found = false;
    splitter->object_lost = false;
    if (c == '{') {
        splitter->object = splitter->at - 1;
        splitter->object_line = splitter->line;
    }
    return STEP_ON;
}

static void step_in_key(struct jalon_json_splitter *splitter, char c)
{
    if (c == '"' && !splitter->escaped) {
        splitter->state = AT_COLON;
        if (splitter->key_matched != none && splitter->member[splitter->key_matched] != '\0') {
            splitter->key_matched = none;
        }
        return;
    }
    /* An escape in the key makes another key of it; members wanted are plain ASCII. */
    bool same = splitter->key_matched != none && c != '\\' && c != '\0' &&
                splitter->member[splitter->key_matched] == c;
    splitter->key_matched = same ? splitter->key_matched + 1 : none;
    splitter->escaped = c == '\\' && !splitter->escaped;
}

static enum step step_object(struct jalon_context *ctx, struct jalon_json_splitter *splitter,
                             char c)
{
    if (is_space(c)) {
        return STEP_ON;
    }
    switch (splitter->state) {
    case AT_COLON:
        splitter->state = AT_MEMBER;
        return c == ':' ? STEP_ON : refuse(ctx, splitter, JALON_INVALID, "expected ':'");
    case AT_MEMBER:
        if (splitter->key_matched == none || c != '[') {
            return begin_value(ctx, splitter, c);
        }
        if (splitter->found) {
            return refuse(ctx, splitter, JALON_INVALID, "the same member twice");
        }
        splitter->found = true;
        splitter->object = none;
        splitter->state = AT_FIRST_ELEMENT;
        return STEP_ON;
    case AFTER_MEMBER:
        if (c == ',') {
            splitter->state = AT_KEY;
            return STEP_ON;
        }
        return c == '}' ? end_object(ctx, splitter)
                        : refuse(ctx, splitter, JALON_INVALID, "expected ',' or '}'");
    default: /* AT_FIRST_KEY, AT_KEY */
        if (c == '}' && splitter->state == AT_FIRST_KEY) {
            return end_object(ctx, splitter);
        }
        splitter->state = IN_KEY;
        splitter->key_matched = 0;
        splitter->escaped = false;
        return c == '"' ? STEP_ON : refuse(ctx, splitter, JALON_INVALID, "expected a member name");
    }
}

static enum step step_array(struct jalon_context *ctx, struct jalon_json_splitter *splitter, char c)
{
    if (is_space(c)) {
        return STEP_ON;
    }
    if (c == ']' && splitter->state != AT_ELEMENT) {
        splitter->state = splitter->in_object ? AFTER_MEMBER : AT_TOP;
        return STEP_ON;
    }
    if (splitter->state != AFTER_ELEMENT) {
        return begin_element(ctx, splitter, c);
    }
    splitter->state = AT_ELEMENT;
    return c == ',' ? STEP_ON : refuse(ctx, splitter, JALON_INVALID, "expected ',' or ']'");
}

/* Within an object or array: strings and matching brackets. */
static enum step step_container(struct jalon_context *ctx, struct jalon_json_splitter *splitter,
                                char c)
{
    switch (c) {
    case '"': splitter->state = IN_CONTAINER_STRING; return STEP_ON;
    case '{':
    case '[':
        if (splitter->depth == STACK_MAX) {
            return refuse(ctx, splitter, JALON_TOO_LARGE, "JSON nested too deep");
        }
        splitter->depth++;
        splitter->brackets = splitter->brackets << 1 | (c == '{');
        return STEP_ON;
    case '}':
    case ']':
        if ((splitter->brackets & 1) != (c == '}')) {
            return refuse(ctx, splitter, JALON_INVALID, "a bracket closes another one");
        }
        splitter->brackets >>= 1;
        return --splitter->depth == 0 ? end_value(splitter) : STEP_ON;
    default: return STEP_ON;
    }
}

static enum step step_string(struct jalon_json_splitter *splitter, char c)
{
    if (splitter->escaped) {
        splitter->escaped = false;
    } else if (c == '\\') {
        splitter->escaped = true;
    } else if (c == '"') {
        if (splitter->state == IN_STRING) {
            return end_value(splitter);
        }
        splitter->state = IN_CONTAINER;
    }
    return STEP_ON;
}

static enum step step_scalar(struct jalon_json_splitter *splitter, char c)
{
    if (!is_space(c) && c != ',' && c != ']' && c != '}') {
        return STEP_ON;
    }
    splitter->at--; /* the delimiter belongs to what follows */
    return end_value(splitter);
}

static enum step step(struct jalon_context *ctx, struct jalon_json_splitter *splitter, char c)
{
    switch (splitter->state) {
    case AT_TOP: return step_top(ctx, splitter, c);
    case IN_KEY: step_in_key(splitter, c); return STEP_ON;
    case AT_FIRST_KEY:
    case AT_KEY:
    case AT_COLON:
    case AT_MEMBER:
    case AFTER_MEMBER: return step_object(ctx, splitter, c);
    case AT_FIRST_ELEMENT:
    case AT_ELEMENT:
    case AFTER_ELEMENT: return step_array(ctx, splitter, c);
    case IN_CONTAINER: return step_container(ctx, splitter, c);
    case IN_CONTAINER_STRING:
    case IN_STRING: return step_string(splitter, c);
    case IN_SCALAR: return step_scalar(splitter, c);
    }
    return STEP_FAILED;
}

/* Bounds what is kept: a value fails, a top object only stops being a value itself. */
static enum step check_size(struct jalon_context *ctx, struct jalon_json_splitter *splitter)
{
    if (splitter->object != none && splitter->at - splitter->object > splitter->value_max) {
        splitter->object = none;
        splitter->object_lost = true;
    }
    if (splitter->start != none && splitter->at - splitter->start > splitter->value_max) {
        return refuse(ctx, splitter, JALON_TOO_LARGE, "one JSON value is too large");
    }
    return STEP_ON;
}

/* Passes the bytes that change nothing within a container or a string in it: most there are. */
static void skip_plain(struct jalon_json_splitter *splitter)
{
    static const bool of_container[256] = {
        ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true, ['\n'] = true,
    };
    static const bool of_string[256] = {['"'] = true, ['\\'] = true, ['\n'] = true};
    if (splitter->escaped ||
        (splitter->state != IN_CONTAINER && splitter->state != IN_CONTAINER_STRING)) {
        return;
    }
    const bool *stops = splitter->state == IN_CONTAINER ? of_container : of_string;
    const unsigned char *bytes = (const unsigned char *)splitter->bytes.data;
    size_t at = splitter->at, length = splitter->bytes.length;
    while (at < length && !stops[bytes[at]]) {
        at++;
    }
    splitter->at = at;
}

/* Steps through the bytes that are there. */
static enum step run(struct jalon_context *ctx, struct jalon_json_splitter *splitter)
{
    enum step result = STEP_ON;
    while (result == STEP_ON && splitter->at < splitter->bytes.length) {
        size_t before = splitter->at;
        char c = splitter->bytes.data[splitter->at++];
        result = step(ctx, splitter, c);
        splitter->line += c == '\n' && splitter->at > before;
        if (result == STEP_ON) {
            skip_plain(splitter);
        }
    }
    return result == STEP_FAILED ? result
           : check_size(ctx, splitter) == STEP_FAILED ? STEP_FAILED
                                                      : result;
}

enum jalon_status jalon_json_splitter_next(struct jalon_context *ctx,
                                           struct jalon_json_splitter *splitter,
                                           struct jalon_text *out, int64_t *out_line)
{
    if (splitter->failed != JALON_OK) {
        return jalon_fail(ctx, splitter->failed, "the JSON text could not be read to its end");
    }
    switch (run(ctx, splitter)) {
    case STEP_FAILED: return splitter->failed;
    case STEP_VALUE:
        *out = jalon_text_slice(splitter->bytes.data + splitter->start,
                                splitter->at - splitter->start);
        *out_line = splitter->value_line;
        splitter->start = none;
        return JALON_OK;
    case STEP_ON: break;
    }
    if (splitter->ended && splitter->state != AT_TOP) {
        refuse(ctx, splitter, JALON_INVALID, "the JSON text ends too early");
        return splitter->failed;
    }
    return JALON_NOT_FOUND;
}

bool jalon_json_splitter_done(const struct jalon_json_splitter *splitter)
{
    return splitter->ended && splitter->failed == JALON_OK && splitter->state == AT_TOP &&
           splitter->at == splitter->bytes.length;
}
