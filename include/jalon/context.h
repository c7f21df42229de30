/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a piece of work carries with it: its arena and its error slot. Layer 0 (base).
 *
 * The first parameter of nearly every fallible function. The slot is written by whoever finds the
 * failure, in words for the person who sent the input: never SQL, paths or library text.
 */
#ifndef JALON_CONTEXT_H
#define JALON_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "jalon/arena.h"
#include "jalon/status.h"
#include "jalon/text.h"

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
};

/* NULL when there is no memory. */
struct jalon_context *jalon_context_create(void);
/* Frees the arena and all that was taken from it. NULL is allowed. */
void jalon_context_destroy(struct jalon_context *ctx);
/* Forgets the error and everything in the arena: the next row, the next command. */
void jalon_context_reset(struct jalon_context *ctx);

/* Sets the slot's message and returns `status`, so that `return jalon_fail(…)` is one line. */
enum jalon_status jalon_fail(struct jalon_context *ctx, enum jalon_status status,
                             const char *format, ...) JALON_PRINTF(3, 4);
/* Same, with a first detail; the message is kept when there is one already. */
enum jalon_status jalon_fail_at(struct jalon_context *ctx, enum jalon_status status,
                                enum jalon_error_place place, const char *where,
                                const char *format, ...) JALON_PRINTF(5, 6);
/* Adds a detail without deciding: for "all errors at once"; see jalon_error_verdict. */
void jalon_error_add(struct jalon_context *ctx, enum jalon_error_place place, const char *where,
                     const char *format, ...) JALON_PRINTF(4, 5);
/* JALON_OK when no detail was added since the slot was clear, JALON_INVALID with `message` else. */
enum jalon_status jalon_error_verdict(struct jalon_context *ctx, const char *message) JALON_MUST_USE;
/* What only the operator may read. */
void jalon_error_internal(struct jalon_context *ctx, const char *format, ...) JALON_PRINTF(2, 3);
/* Sets the message and returns JALON_NO_MEMORY; itself takes no memory. */
enum jalon_status jalon_no_memory(struct jalon_context *ctx);
void jalon_error_clear(struct jalon_context *ctx);

#endif
