/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values that go into statements and come out of rows. Layer 1. */
#include <string.h>

#include "db/driver.h"
#include "jalon/clock.h"

struct jalon_db_value jalon_db_null(void)
{
    return (struct jalon_db_value){.kind = JALON_DB_NULL};
}

struct jalon_db_value jalon_db_integer(int64_t value)
{
    return (struct jalon_db_value){.kind = JALON_DB_INTEGER, .integer = value};
}

struct jalon_db_value jalon_db_double(double value)
{
    /* Minus zero becomes zero here, which not every engine keeps. */
    return (struct jalon_db_value){.kind = JALON_DB_DOUBLE, .number = value + 0.0};
}

struct jalon_db_value jalon_db_boolean(bool value)
{
    return (struct jalon_db_value){.kind = JALON_DB_BOOLEAN, .integer = value};
}

struct jalon_db_value jalon_db_time(int64_t time_us)
{
    return (struct jalon_db_value){.kind = JALON_DB_TIME, .integer = time_us};
}

struct jalon_db_value jalon_db_text(struct jalon_text value)
{
    return (struct jalon_db_value){.kind = JALON_DB_TEXT, .text = value};
}

struct jalon_db_value jalon_db_text_or_null(struct jalon_text value)
{
    return value.length == 0 ? jalon_db_null() : jalon_db_text(value);
}

struct jalon_db_value jalon_db_integer_or_null(int64_t value)
{
    return value != 0 ? jalon_db_integer(value) : jalon_db_null();
}

struct jalon_db_value jalon_db_time_or_null(int64_t time_us)
{
    return time_us != 0 ? jalon_db_time(time_us) : jalon_db_null();
}

struct jalon_db_value jalon_db_blob(const void *data, size_t size)
{
    return (struct jalon_db_value){.kind = JALON_DB_BLOB, .text = {data, size}};
}

int64_t jalon_db_to_integer(const struct jalon_db_value *value)
{
    switch (value->kind) {
    case JALON_DB_INTEGER:
    case JALON_DB_BOOLEAN: return value->integer;
    default: return 0;
    }
}

double jalon_db_to_double(const struct jalon_db_value *value)
{
    switch (value->kind) {
    case JALON_DB_DOUBLE: return value->number;
    case JALON_DB_INTEGER: return (double)value->integer;
    default: return 0;
    }
}

struct jalon_text jalon_db_to_text(const struct jalon_db_value *value)
{
    if (value->kind == JALON_DB_TEXT || value->kind == JALON_DB_BLOB) {
        return value->text;
    }
    return JALON_TEXT_EMPTY;
}

int64_t jalon_db_to_time_us(const struct jalon_db_value *value)
{
    int64_t time_us = 0;
    if (value->kind == JALON_DB_TIME) {
        return value->integer;
    }
    /* An engine without a type for time: RFC 3339. What a foreign hand wrote otherwise reads as 0. */
    if (value->kind == JALON_DB_TEXT && !jalon_clock_parse(value->text, &time_us)) {
        return 0;
    }
    return time_us;
}

void jalon_db_format_time(struct jalon_db_time_cache *cache, int64_t time_us,
                          char out[JALON_DB_TIME_SIZE])
{
    int64_t fraction = time_us % 1000000;
    fraction += fraction < 0 ? 1000000 : 0;
    int64_t second = (time_us - fraction) / 1000000;
    if (second != cache->second || second == -1) {
        jalon_clock_format(second * 1000000, cache->text);
        cache->second = second;
    }
    memcpy(out, cache->text, 19);
    out[19] = '.';
    for (int i = 25; i >= 20; i--) {
        out[i] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    out[26] = 'Z';
}
