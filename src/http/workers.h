/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A few threads for answers that take long to make (jalon_route.takes_long), so that those who wait
 * for short ones do not wait behind them, nor more of the long ones run than the machine can bear.
 * Layer 2.
 */
#ifndef JALON_HTTP_WORKERS_H
#define JALON_HTTP_WORKERS_H

#include <microhttpd.h>

#include "exchange.h"

struct jalon_workers;

/* Threads are started when there is something to do. NULL: no memory. */
struct jalon_workers *jalon_workers_create(void);
/*
 * Takes a request as jalon_queue_push does: its connection is suspended until the answer is ready.
 * False: too many are waiting, or it is closed; nothing was taken. Thread-safe.
 */
bool jalon_workers_push(struct jalon_workers *workers, struct MHD_Connection *connection,
                        struct jalon_exchange *exchange);
/* Answers what is waiting and takes no more. NULL is allowed. */
void jalon_workers_close(struct jalon_workers *workers);
/* After closing. NULL is allowed. */
void jalon_workers_destroy(struct jalon_workers *workers);

#endif
