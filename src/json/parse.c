/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * JSON text to tree. Layer 1.
 *
 * jansson takes its memory from the context's arena: a tree goes with its arena, without walking
 * it. jansson 2.14 goes on after some failed allocations as if nothing was (its lexer drops the
 * byte), so a failed allocation leaves it with a jump: nothing of it is left behind, since all it
 * held was arena memory.
 */
#include <assert.h>
#include <pthread.h>
#include <setjmp.h>
#include <string.h>

#include "tree.h"

/* Where jansson's memory comes from while this thread parses. */
struct parsing {
    struct jalon_arena *arena;
    jmp_buf starved;
};

static _Thread_local struct parsing *current;

static void *allocate(size_t size)
{
    assert(current != NULL);
    void *block = jalon_arena_allocate(current->arena, size);
    if (block == NULL) {
        longjmp(current->starved, 1);
    }
    return block;
}

static void release(void *block)
{
    (void)block; /* it goes with the arena */
}

static void set_up_jansson(void)
{
    json_set_alloc_funcs(allocate, release);
    json_object_seed(0);
}

/* NULL with *error set, or with *starved when memory ran out. */
static json_t *load(struct jalon_arena *arena, struct jalon_text text, json_error_t *error,
                    volatile bool *starved)
{
    struct parsing parsing = {.arena = arena};
    json_t *volatile tree = NULL;
    current = &parsing;
    if (setjmp(parsing.starved) == 0) {
        tree = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, error);
    } else {
        *starved = true;
    }
    current = NULL;
    return tree;
}

/* The deepest nesting of brackets outside strings; jansson would recurse 2048 deep. */
static unsigned find_depth(struct jalon_text text)
{
    unsigned depth = 0, deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '"') {
            in_string = !in_string;
        } else if (in_string) {
            i += c == '\\';
        } else if (c == '{' || c == '[') {
            deepest = ++depth > deepest ? depth : deepest;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

static const char *explain(enum json_error_code code)
{
    switch (code) {
    case json_error_invalid_utf8: return JALON_WORDS("not valid UTF-8");
    case json_error_premature_end_of_input: return JALON_WORDS("the JSON text ends too early");
    case json_error_end_of_input_expected: return JALON_WORDS("something follows the end of the JSON value");
    case json_error_null_character:
    case json_error_null_byte_in_key: return JALON_WORDS("the character U+0000 is not allowed in a string");
    case json_error_duplicate_key: return JALON_WORDS("the same member name twice in one object");
    case json_error_numeric_overflow: return JALON_WORDS("a number is out of range");
    default: return JALON_WORDS("not JSON");
    }
}

static struct jalon_text without_byte_order_mark(struct jalon_text text)
{
    bool marked = jalon_text_starts_with(text, "\xEF\xBB\xBF");
    return marked ? jalon_text_slice(text.data + 3, text.length - 3) : text;
}

enum jalon_status jalon_json_parse(struct jalon_context *ctx, struct jalon_text text,
                                   const struct jalon_json **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up_jansson);
    text = without_byte_order_mark(text);
    if (jalon_text_trim(text).length == 0) {
        return jalon_fail(ctx, JALON_INVALID, "expected JSON, found nothing");
    }
    if (memchr(text.data, '\0', text.length) != NULL) {
        /* jansson passes over one that follows a number. */
        return jalon_fail(ctx, JALON_INVALID, "not JSON: there is a byte 0 in it");
    }
    if (find_depth(text) > JALON_JSON_DEPTH_MAX) {
        return jalon_fail(ctx, JALON_TOO_LARGE, "JSON nested deeper than %d levels",
                          JALON_JSON_DEPTH_MAX);
    }
    json_error_t error;
    volatile bool starved = false;
    json_t *tree = load(ctx->arena, text, &error, &starved);
    if (starved) {
        return jalon_no_memory(ctx);
    }
    if (tree == NULL) {
        jalon_error_internal(ctx, "%s", error.text);
        return jalon_fail(ctx, JALON_INVALID, "line %d, column %d: %s", error.line, error.column,
                          jalon_say(ctx, explain(json_error_code(&error))));
    }
    *out = json_of(tree);
    return JALON_OK;
}
