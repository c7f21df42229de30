/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The context of a piece of work: arena and error slot. Layer 0. */
#include "jalon/context.h"

#include <stdio.h>
#include <string.h>

#include "jalon/memory.h"

struct jalon_context *jalon_context_create(void)
{
    struct jalon_context *ctx = jalon_memory_allocate_zeroed(1, sizeof *ctx);
    if (ctx == NULL) {
        return NULL;
    }
    ctx->arena = jalon_arena_create();
    if (ctx->arena == NULL) {
        jalon_memory_release(ctx);
        return NULL;
    }
    jalon_error_clear(ctx);
    return ctx;
}

struct jalon_context *jalon_context_create_beside(const struct jalon_context *other)
{
    struct jalon_context *ctx = jalon_context_create();
    if (ctx != NULL) {
        ctx->wording = other->wording;
    }
    return ctx;
}

void jalon_context_destroy(struct jalon_context *ctx)
{
    if (ctx == NULL) {
        return;
    }
    jalon_arena_destroy(ctx->arena);
    jalon_memory_release(ctx);
}

void jalon_context_reset(struct jalon_context *ctx)
{
    jalon_error_clear(ctx);
    jalon_arena_reset(ctx->arena);
}

void jalon_error_clear(struct jalon_context *ctx)
{
    ctx->error.message = JALON_TEXT_EMPTY;
    ctx->error.english = JALON_TEXT_EMPTY;
    ctx->error.internal = JALON_TEXT_EMPTY;
    ctx->error.members = JALON_TEXT_EMPTY;
    ctx->error.retry_after_s = 0;
    ctx->error.detail_count = 0;
    ctx->error.detail_total = 0;
}

/* What is quoted may be cut in the middle of a character, or never have been UTF-8: "?" for these. */
static void make_utf8(char *data, size_t length)
{
    for (size_t at = 0, size; at < length; at += size) {
        for (size = 1; size < 4 && at + size < length; size++) {
            if (jalon_text_is_utf8(jalon_text_slice(data + at, size))) {
                break;
            }
        }
        if (!jalon_text_is_utf8(jalon_text_slice(data + at, size))) {
            data[at] = '?';
            size = 1;
        }
    }
}

const char *jalon_say(const struct jalon_context *ctx, const char *english)
{
    return jalon_wording_find(ctx->wording, english);
}

/* A formatted text in the arena; a fixed one when there is no memory for it. */
static JALON_PRINTF(2, 0) struct jalon_text format_text(struct jalon_context *ctx,
                                                         const char *format, va_list args)
{
    char small[512];
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, args);
    char *data = length < 0 ? NULL : jalon_arena_allocate(ctx->arena, (size_t)length + 1);
    if (data != NULL) {
        vsnprintf(data, (size_t)length + 1, format, again);
        if (!jalon_text_is_utf8(jalon_text_slice(data, (size_t)length))) {
            make_utf8(data, (size_t)length);
        }
    }
    va_end(again);
    if (data == NULL) {
        return jalon_text_from(
            jalon_say(ctx, "there is no memory left to say what went wrong"));
    }
    return (struct jalon_text){data, (size_t)length};
}

/* Who answers reads the message, and the operator what was said to whom in whatever language. */
static JALON_PRINTF(2, 0) void set_message(struct jalon_context *ctx, const char *format,
                                            va_list args)
{
    ctx->error.english = JALON_TEXT_EMPTY;
    if (jalon_say(ctx, format) != format) {
        va_list again;
        va_copy(again, args);
        ctx->error.english = format_text(ctx, format, again);
        va_end(again);
    }
    ctx->error.message = format_text(ctx, jalon_say(ctx, format), args);
}

enum jalon_status jalon_fail_list(struct jalon_context *ctx, enum jalon_status status,
                                  const char *format, va_list args)
{
    set_message(ctx, format, args);
    return status;
}

enum jalon_status jalon_fail(struct jalon_context *ctx, enum jalon_status status,
                             const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_message(ctx, format, args);
    va_end(args);
    return status;
}

static void add_detail(struct jalon_context *ctx, enum jalon_error_place place, const char *where,
                       struct jalon_text reason)
{
    ctx->error.detail_total++;
    if (ctx->error.detail_count == JALON_ERROR_DETAILS_MAX) {
        return;
    }
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_from(where));
    ctx->error.details[ctx->error.detail_count++] = (struct jalon_error_detail){
        .place = place,
        .where = copy.data != NULL ? copy : JALON_TEXT_EMPTY,
        .reason = reason,
    };
}

enum jalon_status jalon_fail_at(struct jalon_context *ctx, enum jalon_status status,
                                enum jalon_error_place place, const char *where,
                                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct jalon_text reason = format_text(ctx, jalon_say(ctx, format), args);
    va_end(args);
    add_detail(ctx, place, where, reason);
    if (ctx->error.message.length == 0) {
        struct jalon_text message = jalon_text_format(ctx->arena, "%s: %s", where, reason.data);
        ctx->error.message = message.data != NULL ? message : reason;
        ctx->error.english = JALON_TEXT_EMPTY;
    }
    return status;
}

void jalon_error_add(struct jalon_context *ctx, enum jalon_error_place place, const char *where,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_detail(ctx, place, where, format_text(ctx, jalon_say(ctx, format), args));
    va_end(args);
}

enum jalon_status jalon_error_verdict(struct jalon_context *ctx, const char *message)
{
    if (ctx->error.detail_total == 0) {
        return JALON_OK;
    }
    return jalon_fail(ctx, JALON_INVALID, "%s", jalon_say(ctx, message));
}

/* Empty when it was, or there is no memory. */
static struct jalon_text keep(struct jalon_context *ctx, struct jalon_text text)
{
    struct jalon_text copy = text.length > 0 ? jalon_text_copy(ctx->arena, text) : JALON_TEXT_EMPTY;
    return copy.data != NULL ? copy : JALON_TEXT_EMPTY;
}

enum jalon_status jalon_fail_like(struct jalon_context *ctx, enum jalon_status status,
                                  const struct jalon_context *other)
{
    const struct jalon_error *error = &other->error;
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < error->detail_count; i++) {
        const struct jalon_error_detail *detail = &error->details[i];
        add_detail(ctx, detail->place, detail->where.data, keep(ctx, detail->reason));
    }
    ctx->error.message = keep(ctx, error->message);
    ctx->error.english = keep(ctx, error->english);
    if (other->wording == NULL && ctx->wording != NULL) {
        ctx->error.english = ctx->error.message;
        ctx->error.message = jalon_text_from(jalon_say(ctx, ctx->error.english.data));
    }
    ctx->error.internal = keep(ctx, error->internal);
    return status;
}

void jalon_error_internal(struct jalon_context *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ctx->error.internal = format_text(ctx, format, args);
    va_end(args);
}

enum jalon_status jalon_no_memory(struct jalon_context *ctx)
{
    static const char english[] = JALON_WORDS("there is not enough memory to do this now");
    ctx->error.message = jalon_text_from(jalon_say(ctx, english));
    ctx->error.english = jalon_text_from(english);
    return JALON_NO_MEMORY;
}
