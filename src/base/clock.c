/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Time and its RFC 3339 form. Calendar arithmetic: H. Hinnant, "chrono-compatible low-level date
 * algorithms" (days from civil). Layer 0. */
#include "jalon/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t fixed_us;

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t jalon_clock_now_us(void)
{
    int64_t fixed = atomic_load_explicit(&fixed_us, memory_order_relaxed);
    return fixed != 0 ? fixed : read_clock_us(CLOCK_REALTIME);
}

int64_t jalon_clock_not_before_us(int64_t past_us)
{
    int64_t now_us = jalon_clock_now_us();
    return now_us > past_us ? now_us : past_us;
}

int64_t jalon_clock_monotonic_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}

void jalon_clock_set_us(int64_t now_us)
{
    atomic_store(&fixed_us, now_us);
}

static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int64_t *out_year, int *out_month, int *out_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *out_day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *out_month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *out_year = year_of_era + era * 400 + (*out_month <= 2);
}

int64_t jalon_clock_day(int64_t time_us)
{
    int64_t const day_us = INT64_C(86400000000);
    return time_us / day_us - (time_us % day_us < 0);
}

int64_t jalon_clock_month(int64_t time_us)
{
    int64_t year;
    int month, day;
    civil_from_days(jalon_clock_day(time_us), &year, &month, &day);
    if (year < 0 || year > 9999) {
        return year < 0 ? 0 : 12 * 9999 + 11;
    }
    return 12 * year + month - 1;
}

/* Writes `count` digits of the value and the character that follows; answers where it ends. */
static char *put_digits(char *at, int64_t value, int count, char follower)
{
    for (int i = count - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    at[count] = follower;
    return at + count + 1;
}

void jalon_clock_format(int64_t time_us, char out[JALON_CLOCK_TEXT_SIZE])
{
    int64_t const day_us = INT64_C(86400000000);
    int64_t days = jalon_clock_day(time_us);
    int64_t rest = time_us - days * day_us;
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999) {
        year = year < 0 ? 0 : 9999;
    }
    int64_t fraction = rest % 1000000, seconds = rest / 1000000;
    char *at = out;
    at = put_digits(at, year, 4, '-');
    at = put_digits(at, month, 2, '-');
    at = put_digits(at, day, 2, 'T');
    at = put_digits(at, seconds / 3600, 2, ':');
    at = put_digits(at, seconds / 60 % 60, 2, ':');
    at = put_digits(at, seconds % 60, 2, fraction == 0 ? 'Z' : '.');
    if (fraction % 1000 != 0) {
        at = put_digits(at, fraction, 6, 'Z');
    } else if (fraction != 0) {
        at = put_digits(at, fraction / 1000, 3, 'Z');
    }
    *at = '\0';
}

/* `count` digits at `at`, or -1. */
static int digits(struct jalon_text text, size_t at, size_t count)
{
    if (at + count > text.length) {
        return -1;
    }
    int value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}

static bool parse_civil(struct jalon_text text, int64_t *out_days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || text.data[4] != '-' ||
        text.data[7] != '-') {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > lengths[month - 1] + (month == 2 && leap)) {
        return false;
    }
    *out_days = days_from_civil(year, month, day);
    return true;
}

bool jalon_clock_parse_date(struct jalon_text text, int64_t *out_us)
{
    int64_t days;
    if (text.length != 10 || !parse_civil(text, &days)) {
        return false;
    }
    *out_us = days * INT64_C(86400000000);
    return true;
}

/* The fraction after the dot in microseconds (further digits are cut); *at moves behind it. */
static bool parse_fraction(struct jalon_text text, size_t *at, int64_t *out_us)
{
    int64_t scale = 100000, value = 0;
    size_t start = ++*at;
    while (*at < text.length && text.data[*at] >= '0' && text.data[*at] <= '9') {
        value += (text.data[*at] - '0') * scale;
        scale /= 10;
        ++*at;
    }
    *out_us = value;
    return *at > start;
}

/* "Z" or "+hh:mm" at the end of the text, in minutes. */
static bool parse_offset(struct jalon_text text, size_t at, int *out_minutes)
{
    if (at + 1 == text.length && (text.data[at] == 'Z' || text.data[at] == 'z')) {
        *out_minutes = 0;
        return true;
    }
    if (at + 6 != text.length || (text.data[at] != '+' && text.data[at] != '-') ||
        text.data[at + 3] != ':') {
        return false;
    }
    int hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return false;
    }
    *out_minutes = (text.data[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

bool jalon_clock_parse(struct jalon_text text, int64_t *out_us)
{
    int64_t days, fraction_us = 0;
    if (text.length < 20 || !parse_civil(text, &days)) {
        return false;
    }
    char separator = text.data[10];
    int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if ((separator != 'T' && separator != 't' && separator != ' ') || text.data[13] != ':' ||
        text.data[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 60) {
        return false;
    }
    size_t at = 19;
    int offset;
    if (text.data[at] == '.' && !parse_fraction(text, &at, &fraction_us)) {
        return false;
    }
    if (!parse_offset(text, at, &offset)) {
        return false;
    }
    int64_t const minutes = days * 1440 + hour * 60 + minute - offset;
    if (second == 60 && minutes - jalon_clock_day(minutes * 60000000) * 1440 != 1439) {
        return false; /* a leap second is the last of a day in UTC */
    }
    *out_us = second < 60 ? (minutes * 60 + second) * 1000000 + fraction_us
                          : (minutes + 1) * 60000000 - 1; /* so that it is on its own day */
    return true;
}
