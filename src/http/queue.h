/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Requests that change something, answered by a thread of their own: they wait for the disk, and
 * nobody else should. Those that came while it was busy are answered as one group. Layer 2.
 *
 * A request that came out as JALON_RETRY, and each of a group whose end did, is answered again by
 * itself, a few times within a few seconds, before its client is sent away with 503. So JALON_RETRY
 * is for what surely was not done: another writer was in the way, or what was written was lost before
 * it was sent to be kept. Whose fate is not known (the connection broke while it was being kept) is
 * JALON_UNAVAILABLE and never done twice; the client's own Idempotency-Key or If-Match tells then.
 * Handlers of methods other than GET may therefore be called again: they change nothing but by what
 * fails.
 */
#ifndef JALON_HTTP_QUEUE_H
#define JALON_HTTP_QUEUE_H

#include <microhttpd.h>

#include "exchange.h"

struct jalon_queue;

/* Starts the thread; the options are borrowed. NULL: no memory, or no thread to be had. */
struct jalon_queue *jalon_queue_create(const struct jalon_http_options *options);
/*
 * Takes a request whose body is whole; its connection is suspended until the answer is ready, and is
 * then asked again with exchange->answered set. Meanwhile the exchange is the queue's. False: too
 * many are waiting, or it is closed; nothing was taken. Thread-safe.
 */
bool jalon_queue_push(struct jalon_queue *queue, struct MHD_Connection *connection,
                      struct jalon_exchange *exchange);
/* How many wait now, and how many were not taken so far. */
void jalon_queue_measure(struct jalon_queue *queue, size_t *out_waiting, uint64_t *out_refused);
/* Answers what is waiting and takes no more. NULL is allowed. */
void jalon_queue_close(struct jalon_queue *queue);
/* After closing. NULL is allowed. */
void jalon_queue_destroy(struct jalon_queue *queue);

#endif
