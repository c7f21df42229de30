/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Closing refused connections without losing the answer. Layer 2. */
#ifndef JALON_HTTP_LINGER_H
#define JALON_HTTP_LINGER_H

struct jalon_linger;

/* Starts the thread. NULL: no memory, or no thread or pipe to be had. */
struct jalon_linger *jalon_linger_create(void);
/* Closes what is still open and ends the thread. NULL is allowed. */
void jalon_linger_destroy(struct jalon_linger *linger);
/* Takes the socket over: ends sending, drops what comes, closes within two seconds. Thread-safe. */
void jalon_linger_add(struct jalon_linger *linger, int socket);

#endif
