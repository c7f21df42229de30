/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of mails and notifications, by key. Private to app. */
#ifndef JALON_APP_WORDS_H
#define JALON_APP_WORDS_H

#include "jalon/app_mail.h"

/* The words under the first key in this language ("en", else French); false: there are none. */
enum jalon_status jalon_words_find(struct jalon_context *ctx, struct jalon_text language,
                                   const char *key, bool *out_found,
                                   struct jalon_text *out) JALON_MUST_USE;
/* Appends words with what {name} stands for. Control characters of values become spaces. */
void jalon_words_fill(struct jalon_buffer *out, struct jalon_text words,
                      const struct jalon_mail_value *values, size_t count);
/* Appends a text without control characters (each run of them and of spaces becomes one space). */
void jalon_words_append_line(struct jalon_buffer *out, struct jalon_text text, size_t most);

#endif
