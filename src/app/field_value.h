/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What field_value.c and field_choice.c share. Private to app. */
#ifndef JALON_APP_FIELD_VALUE_H
#define JALON_APP_FIELD_VALUE_H

#include "draft.h"

/* The reading of one value; `status` is JALON_NO_MEMORY when memory ran out on the way. */
struct field_reading {
    struct jalon_context *ctx;
    const struct jalon_field *field;
    const struct lexicon *words; /* NULL: strict */
    enum jalon_status status;
};

/* Readers answer NULL when *out is the value, else what was expected. */
const char *jalon_field_read_enum(struct field_reading *reading, struct jalon_value value,
                                  struct jalon_value *out);
const char *jalon_field_read_multi_enum(struct field_reading *reading, struct jalon_value value,
                                        struct jalon_value *out);
/* The text as a reason; a general one when there was no memory for it. */
const char *jalon_field_reason(const struct field_reading *reading, struct jalon_text text);

#endif
