/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Requests that wait until what they ask for shows the event of their Jalon-Seq: no thread is held
 * for them, their number is bounded, and so is the time. Layer 2.
 */
#ifndef JALON_HTTP_AWAIT_H
#define JALON_HTTP_AWAIT_H

#include <microhttpd.h>

#include "exchange.h"

struct jalon_awaiting;

/* `shows` NULL: nobody waits. The thread is started when there is somebody. NULL: no memory. */
struct jalon_awaiting *jalon_awaiting_create(jalon_seq_check shows);
/*
 * Does this request have to wait? Then its connection is suspended, and asked again when it need not,
 * or has for long enough: so this is called anew. One that may not wait, or not longer, has its
 * failure as answer. Thread-safe.
 */
bool jalon_await_holds(struct jalon_awaiting *awaiting, struct MHD_Connection *connection,
                       struct jalon_exchange *exchange);
/* Something has happened: those that wait are looked after. Thread-safe. */
void jalon_awaiting_look(struct jalon_awaiting *awaiting);
/* How many wait now, and how many were answered with a failure so far. */
void jalon_awaiting_measure(struct jalon_awaiting *awaiting, size_t *out_waiting,
                            uint64_t *out_failed);
/* Lets all go and takes no more. NULL is allowed. */
void jalon_awaiting_close(struct jalon_awaiting *awaiting);
/* After closing. NULL is allowed. */
void jalon_awaiting_destroy(struct jalon_awaiting *awaiting);

#endif
