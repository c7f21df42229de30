/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a piece of work carries with it: its arena, its error slot, and the language that is spoken
 * in it. Layer 0 (base).
 *
 * The first parameter of nearly every fallible function. The slot is written by whoever finds the
 * failure, in words for the person who sent the input: never SQL, paths or library text.
 *
 * These words are English in the code and said in the language of the context (jalon/wording.h): a
 * format is looked up as it stands, so what is put into a sentence is a name, a number, a quotation,
 * or was said by itself (jalon_say). tests/lint/reasons finds those that nobody has translated.
 */
#ifndef JALON_CONTEXT_H
#define JALON_CONTEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "jalon/arena.h"
#include "jalon/status.h"
#include "jalon/text.h"
#include "jalon/wording.h"

/* How many details an error keeps; more are counted, not kept. */
#define JALON_ERROR_DETAILS_MAX 64

enum jalon_error_place {
    JALON_ERROR_POINTER,   /* JSON Pointer (RFC 6901) into the body: "/properties/width" */
    JALON_ERROR_PARAMETER, /* a query parameter, header, option or column: "bbox" */
};

struct jalon_error_detail {
    enum jalon_error_place place;
    struct jalon_text where;  /* NUL-terminated, in the arena */
    struct jalon_text reason; /* what was expected; NUL-terminated, in the arena */
};

struct jalon_error {
    struct jalon_text message; /* one line for a person; empty when nothing failed */
    /* The message for the operator's log; empty when it is the message itself. */
    struct jalon_text english;
    struct jalon_error_detail details[JALON_ERROR_DETAILS_MAX];
    size_t detail_count; /* kept */
    size_t detail_total; /* found */
    /* More for whoever asked, as members of a JSON object without its braces; in the arena; may be
     * empty. */
    struct jalon_text members;
    int64_t retry_after_s; /* when it is worth to try again; 0: nothing is known of that */
    /* What the operator's log may say beyond the message (library text, path); never sent out. */
    struct jalon_text internal;
};

struct jalon_context {
    struct jalon_arena *arena; /* owned */
    struct jalon_error error;
    const struct jalon_wording *wording; /* of what is said; borrowed; NULL: English */
};

/* NULL when there is no memory. English. */
struct jalon_context *jalon_context_create(void);
/* One for a part of the work of another, whose failures go on to it: in its language. */
struct jalon_context *jalon_context_create_beside(const struct jalon_context *other);
/* Frees the arena and all that was taken from it. NULL is allowed. */
void jalon_context_destroy(struct jalon_context *ctx);
/* Forgets the error and everything in the arena, not the language: the next row, the next command. */
void jalon_context_reset(struct jalon_context *ctx);

/*
 * The words in the language of the context, to be put into a reason: jalon_say(ctx, "a number").
 * Takes no memory.
 */
const char *jalon_say(const struct jalon_context *ctx, const char *english)
    JALON_FORMAT_ARGUMENT(2);

/* Sets the slot's message and returns `status`, so that `return jalon_fail(…)` is one line. */
enum jalon_status jalon_fail(struct jalon_context *ctx, enum jalon_status status,
                             const char *format, ...) JALON_PRINTF(3, 4);
enum jalon_status jalon_fail_list(struct jalon_context *ctx, enum jalon_status status,
                                  const char *format, va_list args) JALON_PRINTF(3, 0);
/* Same, with a first detail; the message is kept when there is one already. */
enum jalon_status jalon_fail_at(struct jalon_context *ctx, enum jalon_status status,
                                enum jalon_error_place place, const char *where,
                                const char *format, ...) JALON_PRINTF(5, 6);
/* Adds a detail without deciding: for "all errors at once"; see jalon_error_verdict. */
void jalon_error_add(struct jalon_context *ctx, enum jalon_error_place place, const char *where,
                     const char *format, ...) JALON_PRINTF(4, 5);
/* JALON_OK when no detail was added since the slot was clear, JALON_INVALID with `message` else. */
enum jalon_status jalon_error_verdict(struct jalon_context *ctx, const char *message) JALON_MUST_USE;
/*
 * Says in `ctx` all that the slot of another one says, which may be gone before it is told. In the
 * language of `ctx` what that one says in English, if nothing was put into the sentence.
 */
enum jalon_status jalon_fail_like(struct jalon_context *ctx, enum jalon_status status,
                                  const struct jalon_context *other);
/* What only the operator may read; English. */
void jalon_error_internal(struct jalon_context *ctx, const char *format, ...) JALON_PRINTF(2, 3);
/* Sets the message and returns JALON_NO_MEMORY; itself takes no memory. */
enum jalon_status jalon_no_memory(struct jalon_context *ctx);
void jalon_error_clear(struct jalon_context *ctx);

#endif
