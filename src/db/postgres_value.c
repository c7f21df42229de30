/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Values in the forms of PostgreSQL's protocol. Layer 1.
 *
 * Numbers and times travel in binary, in network order and in the width that the server expects;
 * texts as they are, which suits every type that has a text form. A type that is none of those
 * below is an extension's (a geometry), and its binary form a BLOB.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "db/postgres.h"

/* Object identifiers of types, fixed in PostgreSQL's catalogue (pg_type.dat). */
enum {
    TYPE_BOOL = 16,
    TYPE_CHAR = 18,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_JSON = 114,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_UNKNOWN = 705,
    TYPE_BPCHAR = 1042,
    TYPE_VARCHAR = 1043,
    TYPE_DATE = 1082,
    TYPE_TIMESTAMP = 1114,
    TYPE_TIMESTAMPTZ = 1184,
    TYPE_UUID = 2950,
};

/* 2000-01-01, from which the server counts, in ours. */
static const int64_t epoch_us = INT64_C(946684800000000);
static const int64_t day_us = INT64_C(86400000000);

/* --- Parameters --- */

static void put_number(struct jalon_postgres_parameter *out, uint64_t value, int size)
{
    for (int i = 0; i < size; i++) {
        out->number[i] = (char)(unsigned char)(value >> (8 * (size - 1 - i)));
    }
    out->data = out->number;
    out->length = size;
    out->format = 1;
}

static void put_digits(struct jalon_postgres_parameter *out, int length)
{
    out->data = out->number;
    out->length = length;
    out->format = 0;
}

static void put_double(struct jalon_postgres_parameter *out, double value, Oid type)
{
    if (type == TYPE_FLOAT4) {
        float narrow = (float)value;
        uint32_t bits;
        memcpy(&bits, &narrow, sizeof bits);
        put_number(out, bits, 4);
    } else if (type == TYPE_FLOAT8) {
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        put_number(out, bits, 8);
    } else {
        put_digits(out, snprintf(out->number, sizeof out->number, "%.17g", value));
    }
}

static void put_integer(struct jalon_postgres_parameter *out, int64_t value, Oid type)
{
    switch (type) {
    case TYPE_BOOL: put_number(out, value != 0, 1); return;
    case TYPE_INT8: put_number(out, (uint64_t)value, 8); return;
    case TYPE_INT4:
        if (value >= INT32_MIN && value <= INT32_MAX) {
            put_number(out, (uint64_t)value, 4);
            return;
        }
        break;
    case TYPE_INT2:
        if (value >= INT16_MIN && value <= INT16_MAX) {
            put_number(out, (uint64_t)value, 2);
            return;
        }
        break;
    case TYPE_FLOAT4:
    case TYPE_FLOAT8: put_double(out, (double)value, type); return;
    default: break;
    }
    /* Out of its range, which the server says, or a type with a text form. */
    put_digits(out, snprintf(out->number, sizeof out->number, "%lld", (long long)value));
}

static void put_time(struct jalon_postgres_parameter *out, int64_t time_us, Oid type)
{
    if (type == TYPE_TIMESTAMPTZ || type == TYPE_TIMESTAMP) {
        put_number(out, (uint64_t)(time_us - epoch_us), 8);
        return;
    }
    struct jalon_db_time_cache cache = {.second = -1};
    jalon_db_format_time(&cache, time_us, out->number);
    out->number[JALON_DB_TIME_SIZE] = '\0';
    put_digits(out, JALON_DB_TIME_SIZE);
}

static enum jalon_status put_bytes(struct jalon_context *ctx,
                                   struct jalon_postgres_parameter *out, struct jalon_text bytes,
                                   int format)
{
    if (bytes.length > INT_MAX / 2) {
        return jalon_fail(ctx, JALON_TOO_LARGE, "this is too large to be stored");
    }
    out->data = bytes.length == 0 ? "" : bytes.data;
    out->length = (int)bytes.length;
    out->format = format;
    return JALON_OK;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* False when the text is not the usual form, of 36 characters. */
static bool put_uuid(struct jalon_postgres_parameter *out, struct jalon_text text)
{
    enum { DIGITS = 32, LENGTH = 36 };
    int digits = 0;
    for (size_t i = 0; i < text.length && text.length == LENGTH; i++) {
        int value = hex_value(text.data[i]);
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text.data[i] != '-' : value < 0) {
            return false;
        }
        if (!is_dash) {
            int high = digits % 2 == 0 ? 0 : (unsigned char)out->number[digits / 2] << 4;
            out->number[digits / 2] = (char)(unsigned char)(high | value);
            digits++;
        }
    }
    out->data = out->number;
    out->length = DIGITS / 2;
    out->format = 1;
    return digits == DIGITS;
}

static bool put_date(struct jalon_postgres_parameter *out, struct jalon_text text)
{
    int64_t time_us;
    if (!jalon_clock_parse_date(text, &time_us)) {
        return false;
    }
    put_number(out, (uint64_t)((time_us - epoch_us) / day_us), 4);
    return true;
}

/* As another engine keeps it. */
static bool put_time_text(struct jalon_postgres_parameter *out, struct jalon_text text)
{
    int64_t time_us;
    if (!jalon_clock_parse(text, &time_us)) {
        return false;
    }
    put_time(out, time_us, TYPE_TIMESTAMPTZ);
    return true;
}

/* What every type that has a text form takes as binary too, without a NUL behind it. */
static bool is_text_type(Oid type)
{
    return type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_BPCHAR || type == TYPE_JSON ||
           type == TYPE_NAME;
}

static enum jalon_status put_text(struct jalon_context *ctx, struct jalon_postgres_parameter *out,
                                  struct jalon_text text, Oid type)
{
    if (is_text_type(type)) {
        return put_bytes(ctx, out, text, 1);
    }
    if ((type == TYPE_UUID && put_uuid(out, text)) ||
        (type == TYPE_DATE && put_date(out, text)) ||
        (type == TYPE_TIMESTAMPTZ && put_time_text(out, text))) {
        return JALON_OK;
    }
    /* The text form of another type is short, and ends with a NUL. */
    struct jalon_text copy = jalon_text_copy(ctx->arena, text);
    return copy.data == NULL ? jalon_no_memory(ctx) : put_bytes(ctx, out, copy, 0);
}

enum jalon_status jalon_postgres_encode(struct jalon_context *ctx,
                                        const struct jalon_db_value *value, Oid type,
                                        struct jalon_postgres_parameter *out)
{
    switch (value->kind) {
    case JALON_DB_NULL:
        out->data = NULL;
        out->length = 0;
        out->format = 0;
        break;
    case JALON_DB_INTEGER:
    case JALON_DB_BOOLEAN: put_integer(out, value->integer, type); break;
    case JALON_DB_DOUBLE: put_double(out, value->number, type); break;
    case JALON_DB_TIME: put_time(out, value->integer, type); break;
    case JALON_DB_TEXT: return put_text(ctx, out, value->text, type);
    case JALON_DB_BLOB: return put_bytes(ctx, out, value->text, 1);
    }
    return JALON_OK;
}

/* --- Columns --- */

static uint64_t read_unsigned(const char *data, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value = value << 8 | (unsigned char)data[i];
    }
    return value;
}

static double read_double(const char *data, int size)
{
    if (size == 4) {
        uint32_t bits = (uint32_t)read_unsigned(data, 4);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    uint64_t bits = read_unsigned(data, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int64_t read_signed(const char *data, int size)
{
    switch (size) {
    case 2: return (int16_t)(uint16_t)read_unsigned(data, 2);
    case 4: return (int32_t)(uint32_t)read_unsigned(data, 4);
    default: return (int64_t)read_unsigned(data, 8);
    }
}

/* RFC 9562: groups of 8, 4, 4, 4 and 12 digits. */
static struct jalon_text write_uuid(const char *data, char text[JALON_POSTGRES_SHORT_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[(unsigned char)data[i] >> 4];
        *at++ = digits[(unsigned char)data[i] & 15];
    }
    *at = '\0';
    return (struct jalon_text){text, (size_t)(at - text)};
}

static struct jalon_text write_date(int64_t days, char text[JALON_POSTGRES_SHORT_TEXT])
{
    struct jalon_db_time_cache cache = {.second = -1};
    jalon_db_format_time(&cache, epoch_us + days * day_us, text);
    text[10] = '\0';
    return (struct jalon_text){text, 10};
}

void jalon_postgres_decode(const PGresult *row, int column, char text[JALON_POSTGRES_SHORT_TEXT],
                           struct jalon_db_value *out)
{
    if (PQgetisnull(row, 0, column)) {
        *out = jalon_db_null();
        return;
    }
    const char *data = PQgetvalue(row, 0, column);
    int size = PQgetlength(row, 0, column);
    struct jalon_text bytes = {data, (size_t)size};
    switch (PQftype(row, column)) {
    case TYPE_BOOL: *out = jalon_db_boolean(data[0] != 0); break;
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8: *out = jalon_db_integer(read_signed(data, size)); break;
    case TYPE_FLOAT4:
    case TYPE_FLOAT8: *out = jalon_db_double(read_double(data, size)); break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ: *out = jalon_db_time(read_signed(data, 8) + epoch_us); break;
    case TYPE_DATE: *out = jalon_db_text(write_date(read_signed(data, 4), text)); break;
    case TYPE_UUID: *out = jalon_db_text(write_uuid(data, text)); break;
    case TYPE_CHAR:
    case TYPE_NAME:
    case TYPE_TEXT:
    case TYPE_JSON:
    case TYPE_UNKNOWN:
    case TYPE_BPCHAR:
    case TYPE_VARCHAR: *out = jalon_db_text(bytes); break;
    default: *out = jalon_db_blob(bytes.data, bytes.length); break;
    }
}
