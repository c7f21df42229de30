/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values that are to be removed wherever a contribution's history has them. Private to app. */
#ifndef JALON_APP_REDACT_H
#define JALON_APP_REDACT_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/json.h"

struct redact_value {
    struct jalon_text field;
    const struct jalon_json *json; /* what it was; not NULL */
    struct jalon_text text;        /* the same, as it is written */
};
struct redact_list {
    struct redact_value *values;
    size_t count;
};

/* The value as this program writes it, in the arena. */
enum jalon_status jalon_redact_write(struct jalon_context *ctx, const struct jalon_json *json,
                                     struct jalon_text *out) JALON_MUST_USE;
/* The buffer's text in the arena; the buffer goes, whatever the status. */
enum jalon_status jalon_redact_take(struct jalon_context *ctx, struct jalon_buffer *buffer,
                                    struct jalon_text *out) JALON_MUST_USE;

/* Appends the change as it is to be; counts it when that is not as it was. */
typedef enum jalon_status redact_change_writer(struct jalon_context *ctx, const void *what,
                                               const struct jalon_json *change,
                                               struct jalon_buffer *buffer, size_t *count);
/*
 * The changes (as in struct jalon_revision) as `write` writes them, in the arena. *out_count: how many
 * have changed; none: *out is not set.
 */
enum jalon_status jalon_redact_each_change(struct jalon_context *ctx, redact_change_writer *write,
                                           const void *what, struct jalon_text changes,
                                           struct jalon_text *out, size_t *out_count) JALON_MUST_USE;
/*
 * The changes without these values: one that has such a value on either side says "redacted" instead,
 * and keeps the other side.
 */
enum jalon_status jalon_redact_changes(struct jalon_context *ctx, const struct redact_list *list,
                                       struct jalon_text changes, struct jalon_text *out,
                                       size_t *out_count) JALON_MUST_USE;

#endif
