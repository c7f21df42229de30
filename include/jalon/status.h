/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What every fallible function answers. Layer 0 (base).
 *
 * A status says what the caller may do about it; the detail for a person is in the error slot of
 * the context (jalon/context.h). http/problem.c maps each status to an HTTP code in one table, the
 * command line maps it to an exit code. Programming errors assert, input never does.
 */
#ifndef JALON_STATUS_H
#define JALON_STATUS_H

/* On every fallible function: the compiler refuses a call whose status is dropped. */
#define JALON_MUST_USE __attribute__((warn_unused_result))
/* On every function that takes a printf format: argument numbers count from 1. */
#define JALON_PRINTF(format_at, arguments_at) \
    __attribute__((format(printf, format_at, arguments_at)))
/* On every function that answers the printf format it is given, in another language. */
#define JALON_FORMAT_ARGUMENT(format_at) __attribute__((format_arg(format_at)))

enum jalon_status {
    JALON_OK = 0,
    JALON_INVALID,         /* input does not say something allowed; details point at it */
    JALON_UNAUTHENTICATED, /* who you are is needed and not known */
    JALON_FORBIDDEN,       /* who you are is known and may not */
    JALON_NOT_FOUND,       /* no such thing, or not for you to know */
    JALON_MISMATCH,        /* it says another thing than what was said before under its name */
    JALON_GONE,            /* it was there */
    JALON_CONFLICT,        /* the state forbids it: exists already, closed, in flight */
    JALON_PRECONDITION,    /* If-Match and its kin: you have seen another version */
    JALON_TOO_LARGE,       /* a bound was passed: body, depth, buffer, count */
    JALON_UNSUPPORTED,     /* a media type, format or encoding not known here */
    JALON_RATE_LIMITED,    /* too many; later */
    JALON_RETRY,           /* a lost race inside the store: the same call may succeed */
    JALON_UNAVAILABLE,     /* the store or a peer cannot be reached */
    JALON_NO_SPACE,        /* the disk is full; nothing was half done */
    JALON_NO_MEMORY,       /* an allocation failed; nothing was half done */
    JALON_INTERNAL,        /* ours: a broken invariant or a library that answered nonsense */
    JALON_STATUS_COUNT
};

/* The status' name in lower case ("not_found"), for logs and tests; never NULL. */
const char *jalon_status_name(enum jalon_status status);

#endif
