/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The thread that accepts connections. Layer 2 (http). */
#ifndef JALON_HTTP_DOOR_H
#define JALON_HTTP_DOOR_H

#include <microhttpd.h>

#include "exchange.h"

struct jalon_door;

/* Accepts from the listening socket, which it takes over, into the daemon. NULL: no memory or
 * thread; then the socket stays the caller's. */
struct jalon_door *jalon_door_open(const struct jalon_http *http, int listening);
/* Nobody comes in any more, and the port is free for another server. NULL is allowed. */
void jalon_door_close(struct jalon_door *door);

#endif
