/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One value of one field: is it what the field's type allows? Choices are in field_choice.c.
 * Layer 3 (app).
 *
 * A new field type is a name in model.c, a row in `readers` with its function here, a case in the
 * schema writer (format/schema.c) and a widget in the form (web/form.ts).
 */
#include "field_value.h"

#include <math.h>
#include <string.h>

#include "jalon/clock.h"

#include "lenient.h"
#include "opening_hours.h"

const char *jalon_field_reason(const struct field_reading *reading, struct jalon_text text)
{
    return text.data != NULL ? text.data
                             : jalon_say(reading->ctx, "is not what this field expects");
}

static bool has_control(struct jalon_text text, bool lines_allowed)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool line = c == '\n' || c == '\r' || c == '\t';
        if ((c < 0x20 || c == 0x7f) && !(line && lines_allowed)) {
            return true;
        }
    }
    return false;
}

/* The checks all texts share. */
static const char *check_text(struct field_reading *reading, struct jalon_value value,
                              bool lines_allowed)
{
    if (value.kind != JALON_VALUE_TEXT) {
        return jalon_say(reading->ctx, "must be a text");
    }
    if (has_control(value.text, lines_allowed)) {
        return lines_allowed
                   ? jalon_say(reading->ctx, "must not hold control characters")
                   : jalon_say(reading->ctx, "must be one line without control characters");
    }
    if ((int64_t)jalon_text_code_points(value.text) > reading->field->max_length) {
        return jalon_field_reason(
            reading,
            jalon_text_format(reading->ctx->arena,
                              jalon_say(reading->ctx, "must be at most %lld characters long"),
                              (long long)reading->field->max_length));
    }
    return NULL;
}

static const char *read_string(struct field_reading *reading, struct jalon_value value,
                               struct jalon_value *out)
{
    *out = value;
    return check_text(reading, value, false);
}

static const char *read_text(struct field_reading *reading, struct jalon_value value,
                             struct jalon_value *out)
{
    *out = value;
    return check_text(reading, value, true);
}

static const char *check_bounds(struct field_reading *reading, double number)
{
    const struct jalon_field *field = reading->field;
    struct jalon_context *ctx = reading->ctx;
    if (number < field->minimum) {
        return jalon_field_reason(
            reading, jalon_text_format(ctx->arena, jalon_say(ctx, "must be at least %.15g"),
                                       field->minimum));
    }
    if (number > field->maximum) {
        return jalon_field_reason(
            reading,
            jalon_text_format(ctx->arena, jalon_say(ctx, "must be at most %.15g"), field->maximum));
    }
    return NULL;
}

static bool number_of(struct field_reading *reading, struct jalon_value value, double *out)
{
    switch (value.kind) {
    case JALON_VALUE_NUMBER: *out = value.number; return isfinite(value.number);
    case JALON_VALUE_INTEGER: *out = (double)value.integer; return true;
    case JALON_VALUE_TEXT: return reading->words != NULL && jalon_lenient_number(value.text, out);
    case JALON_VALUE_NONE:
    case JALON_VALUE_BOOLEAN:
    case JALON_VALUE_LIST: break;
    }
    return false;
}

static const char *read_number(struct field_reading *reading, struct jalon_value value,
                               struct jalon_value *out)
{
    double number;
    if (!number_of(reading, value, &number)) {
        return jalon_say(reading->ctx, "must be a number");
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = number};
    return check_bounds(reading, number);
}

static const char *read_integer(struct field_reading *reading, struct jalon_value value,
                                struct jalon_value *out)
{
    double number;
    double const exact = 9007199254740992.0; /* 2^53: every JSON reader holds it */
    if (!number_of(reading, value, &number) || number > floor(number) || fabs(number) > exact ||
        (value.kind == JALON_VALUE_INTEGER && value.integer != (int64_t)number)) {
        return jalon_say(reading->ctx, "must be a whole number, and not beyond 9007199254740992");
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = (int64_t)number};
    return check_bounds(reading, number);
}

static const char *read_boolean(struct field_reading *reading, struct jalon_value value,
                                struct jalon_value *out)
{
    bool meaning;
    if (value.kind == JALON_VALUE_BOOLEAN) {
        *out = value;
        return NULL;
    }
    if (reading->words == NULL) {
        return jalon_say(reading->ctx, "must be true or false");
    }
    if (!jalon_lenient_boolean(value, &meaning)) {
        return jalon_say(reading->ctx, "must be yes or no (oui, non, true, false, 1, 0)");
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = meaning};
    return NULL;
}

static const char *read_date(struct field_reading *reading, struct jalon_value value,
                             struct jalon_value *out)
{
    int64_t time_us;
    char date[11];
    if (value.kind == JALON_VALUE_TEXT && jalon_clock_parse_date(value.text, &time_us)) {
        *out = value;
        return NULL;
    }
    if (reading->words == NULL) {
        return jalon_say(reading->ctx, "must be a date that exists, as YYYY-MM-DD");
    }
    if (value.kind != JALON_VALUE_TEXT || !jalon_lenient_date(value.text, date)) {
        return jalon_say(reading->ctx, "must be a date that exists, as YYYY-MM-DD or DD/MM/YYYY");
    }
    out->kind = JALON_VALUE_TEXT;
    out->text = jalon_text_copy(reading->ctx->arena, jalon_text_slice(date, 10));
    reading->status = out->text.data == NULL ? jalon_no_memory(reading->ctx) : JALON_OK;
    return NULL;
}

/* Bytes of "http://" or "https://" in front, whatever their case (RFC 3986, 3.1); 0: neither. */
static size_t scheme_length(struct jalon_text text)
{
    for (size_t length = 7; length <= 8 && length < text.length; length++) {
        if (jalon_text_equal_ascii_case(jalon_text_slice(text.data, length),
                                        jalon_text_from(length == 7 ? "http://" : "https://"))) {
            return length;
        }
    }
    return 0;
}

static const char *read_url(struct field_reading *reading, struct jalon_value value,
                            struct jalon_value *out)
{
    if (reading->words != NULL && value.kind == JALON_VALUE_TEXT &&
        jalon_lenient_is_host(value.text)) {
        value.text = jalon_text_format(reading->ctx->arena, "http://%s", value.text.data);
        if (value.text.data == NULL) {
            reading->status = jalon_no_memory(reading->ctx);
            return NULL;
        }
    }
    const char *reason = check_text(reading, value, false);
    if (reason != NULL) {
        return reason;
    }
    size_t scheme = scheme_length(value.text);
    bool has_host = scheme > 0 && strchr("/?#:", value.text.data[scheme]) == NULL;
    if (!has_host || strpbrk(value.text.data, " <>\"{}|\\^`") != NULL) {
        return jalon_say(reading->ctx,
                         "must be a web address that starts with http:// or https://");
    }
    *out = value;
    return NULL;
}

static const char *read_email(struct field_reading *reading, struct jalon_value value,
                              struct jalon_value *out)
{
    const char *reason = check_text(reading, value, false);
    if (reason != NULL) {
        return reason;
    }
    const char *at = strchr(value.text.data, '@');
    bool good = at != NULL && at > value.text.data && strchr(at + 1, '@') == NULL &&
                strchr(at + 1, '.') != NULL && at[1] != '.' && value.text.length <= 254 &&
                value.text.data[value.text.length - 1] != '.' &&
                strpbrk(value.text.data, " ,;<>\"()[]\\") == NULL;
    *out = value;
    return good ? NULL : jalon_say(reading->ctx, "must be an e-mail address (name@example.org)");
}

static const char *read_phone(struct field_reading *reading, struct jalon_value value,
                              struct jalon_value *out)
{
    const char *reason = check_text(reading, value, false);
    if (reason != NULL) {
        return reason;
    }
    size_t digits = 0, others = 0;
    for (size_t i = 0; i < value.text.length; i++) {
        char c = value.text.data[i];
        digits += c >= '0' && c <= '9';
        others += (c < '0' || c > '9') && strchr(" .-/()+;", c) == NULL;
    }
    *out = value;
    return digits >= 3 && digits <= 32 && others == 0
               ? NULL
               : jalon_say(reading->ctx, "must be a telephone number (+33 4 67 34 70 00)");
}

static const char *read_opening_hours(struct field_reading *reading, struct jalon_value value,
                                      struct jalon_value *out)
{
    const char *reason = check_text(reading, value, false);
    *out = value;
    if (reason != NULL) {
        return reason;
    }
    const char *fault = jalon_opening_hours_fault(value.text);
    return fault != NULL ? jalon_say(reading->ctx, fault) : NULL;
}

/* The same moment, in UTC. In files a time without offset is taken as UTC. */
static const char *read_date_time(struct field_reading *reading, struct jalon_value value,
                                  struct jalon_value *out)
{
    const char *expected = jalon_say(
        reading->ctx, "must be a date and time with its offset, as 2026-05-17T14:30:00+02:00");
    int64_t time_us;
    char text[JALON_CLOCK_TEXT_SIZE];
    if (value.kind != JALON_VALUE_TEXT) {
        return expected;
    }
    if (!jalon_clock_parse(value.text, &time_us)) {
        struct jalon_text completed = jalon_text_format(reading->ctx->arena, "%.*sZ",
                                                        JALON_TEXT_ARGS(value.text));
        if (reading->words == NULL || completed.data == NULL ||
            !jalon_clock_parse(completed, &time_us)) {
            return expected;
        }
    }
    jalon_clock_format(time_us, text);
    out->kind = JALON_VALUE_TEXT;
    out->text = jalon_text_copy(reading->ctx->arena, jalon_text_from(text));
    reading->status = out->text.data == NULL ? jalon_no_memory(reading->ctx) : JALON_OK;
    return NULL;
}

typedef const char *(*value_reader)(struct field_reading *reading, struct jalon_value value,
                                    struct jalon_value *out);

static const value_reader readers[JALON_FIELD_TYPE_COUNT] = {
    [JALON_FIELD_STRING] = read_string,
    [JALON_FIELD_TEXT] = read_text,
    [JALON_FIELD_NUMBER] = read_number,
    [JALON_FIELD_INTEGER] = read_integer,
    [JALON_FIELD_BOOLEAN] = read_boolean,
    [JALON_FIELD_DATE] = read_date,
    [JALON_FIELD_DATE_TIME] = read_date_time,
    [JALON_FIELD_ENUM] = jalon_field_read_enum,
    [JALON_FIELD_MULTI_ENUM] = jalon_field_read_multi_enum,
    [JALON_FIELD_URL] = read_url,
    [JALON_FIELD_EMAIL] = read_email,
    [JALON_FIELD_PHONE] = read_phone,
    [JALON_FIELD_OPENING_HOURS] = read_opening_hours,
};

/* In imports a number column may hold what the field takes as text (a postcode, say). */
static enum jalon_status text_from_number(struct jalon_context *ctx, struct jalon_value *value)
{
    struct jalon_text text;
    if (value->kind == JALON_VALUE_INTEGER) {
        text = jalon_text_format(ctx->arena, "%lld", (long long)value->integer);
    } else if (value->kind == JALON_VALUE_NUMBER) {
        text = jalon_text_format(ctx->arena, "%.15g", value->number);
    } else {
        return JALON_OK;
    }
    *value = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = text};
    return text.data != NULL ? JALON_OK : jalon_no_memory(ctx);
}

static bool takes_numbers_as_text(enum jalon_field_type type)
{
    return type == JALON_FIELD_STRING || type == JALON_FIELD_TEXT || type == JALON_FIELD_PHONE ||
           type == JALON_FIELD_ENUM || type == JALON_FIELD_DATE;
}

/* Is an empty text the same as no value? Always in a file; in JSON where texts are expected. */
static bool may_be_empty(enum jalon_field_type type, bool lenient)
{
    return lenient || (type != JALON_FIELD_NUMBER && type != JALON_FIELD_INTEGER &&
                       type != JALON_FIELD_BOOLEAN && type != JALON_FIELD_MULTI_ENUM);
}

static bool is_free_text(enum jalon_field_type type)
{
    return type == JALON_FIELD_STRING || type == JALON_FIELD_TEXT;
}

/* The value as the strict rules can read it: numbers as text, spaces in order. */
static enum jalon_status relax(struct jalon_context *ctx, const struct jalon_field *field,
                               struct jalon_value *value)
{
    if (takes_numbers_as_text(field->type)) {
        enum jalon_status status = text_from_number(ctx, value);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (value->kind == JALON_VALUE_TEXT) {
        struct jalon_text text = jalon_text_trim(value->text);
        value->text = field->type == JALON_FIELD_PHONE ? jalon_lenient_spaces(ctx, text)
                      : is_free_text(field->type)
                          ? jalon_text_copy(ctx->arena, text)
                          : jalon_text_copy(ctx->arena, jalon_lenient_unquote(text));
        return value->text.data != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    return JALON_OK;
}

const char *jalon_field_value_read(struct jalon_context *ctx, const struct jalon_field *field,
                                   struct jalon_value value, const struct lexicon *words,
                                   struct jalon_value *out, enum jalon_status *out_status)
{
    struct field_reading reading = {ctx, field, words, JALON_OK};
    *out_status = words != NULL ? relax(ctx, field, &value) : JALON_OK;
    if (*out_status != JALON_OK) {
        return NULL;
    }
    if (value.kind == JALON_VALUE_NONE ||
        (value.kind == JALON_VALUE_TEXT && jalon_text_trim(value.text).length == 0 &&
         may_be_empty(field->type, words != NULL))) {
        *out = (struct jalon_value){.kind = JALON_VALUE_NONE};
        return NULL;
    }
    struct jalon_value read = {.kind = JALON_VALUE_NONE};
    const char *reason = readers[field->type](&reading, value, &read);
    *out_status = reading.status;
    if (reason == NULL && reading.status == JALON_OK) {
        *out = read;
    }
    return reason;
}
