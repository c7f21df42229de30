/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests that wait for a thread, in the order in which they came. Layer 2. */
#ifndef JALON_HTTP_LINE_H
#define JALON_HTTP_LINE_H

#include <microhttpd.h>

#include "exchange.h"

enum { JALON_LINE_MAX = 256 };

/* Its connection is suspended, the exchange the thread's, until that resumes it. */
struct jalon_waiting {
    struct MHD_Connection *connection;
    struct jalon_exchange *exchange;
};

/* Zeroed but for `most` it is empty. Who uses it has a mutex for it. */
struct jalon_line {
    size_t most; /* that may wait, at most JALON_LINE_MAX */
    size_t first;
    size_t count;
    struct jalon_waiting ring[JALON_LINE_MAX];
};

/* Suspends the connection, before a thread can resume it. False: there is no room. */
bool jalon_line_add(struct jalon_line *line, struct MHD_Connection *connection,
                    struct jalon_exchange *exchange);
/* The first one, out of the line; there must be one. */
struct jalon_waiting jalon_line_take(struct jalon_line *line);

#endif
