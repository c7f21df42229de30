/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The operator's log: one line an event, as text or JSON, on one stream. Layer 0 (base).
 *
 * Only http, job and cli call it, once for a failure. Library layers return a status instead.
 */
#ifndef JALON_LOG_H
#define JALON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "jalon/text.h"

enum jalon_log_level { JALON_LOG_DEBUG, JALON_LOG_INFO, JALON_LOG_WARNING, JALON_LOG_ERROR };
enum jalon_log_format { JALON_LOG_AS_TEXT, JALON_LOG_AS_JSON };

/* One `name=value` of a line: a text when `text.data` is set, else the number. */
struct jalon_log_field {
    const char *name;
    struct jalon_text text;
    int64_t number;
};

/* Before any thread starts. The stream is borrowed. Default: text on stderr, from INFO. */
void jalon_log_configure(FILE *stream, enum jalon_log_format format, enum jalon_log_level lowest);
/* Would such a line be written? So that none is made up for nothing. */
bool jalon_log_takes(enum jalon_log_level level);
/* Writes one line with one call to the system; control characters are escaped. Thread-safe. */
void jalon_log_write(enum jalon_log_level level, const char *event,
                     const struct jalon_log_field *fields, size_t count);

#endif
