/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The connections of a server: how many there may be, what they may send, how long they may take.
 * Layer 2 (http).
 *
 * A connection is known by its socket from jalon_connections_admit to jalon_connections_remove.
 * Everything here may be called by any thread.
 */
#ifndef JALON_HTTP_CONNECTION_H
#define JALON_HTTP_CONNECTION_H

#include "address.h"
#include "linger.h"

struct jalon_connections;
struct jalon_connection;

/* All above 0 unless said. */
struct jalon_connection_limits {
    unsigned most;
    unsigned per_address; /* of those it is counted for; 0: none */
    unsigned head_s;          /* from its first byte (the first one's: from the connection's) */
    unsigned body_s;
    unsigned idle_s;          /* without a byte: between requests, in a body, in taking an answer */
    unsigned bytes_a_second;  /* least, in the mean: of a body, of taking an answer */
    size_t answers_bytes_max; /* that wait for being taken */
};

/* Starts the thread that looks at the clock. The linger is borrowed. NULL: no memory or thread. */
struct jalon_connections *jalon_connections_create(const struct jalon_connection_limits *limits,
                                                   struct jalon_linger *linger);
/* No connection may be left but such as the library lost. NULL is allowed. */
void jalon_connections_destroy(struct jalon_connections *connections);

/* NULL: let in. Else why not, for who is told with 503. `limited`: the limit of addresses is its. */
const char *jalon_connections_admit(struct jalon_connections *connections, int socket,
                                    const struct jalon_client *client, bool limited);
void jalon_connections_remove(struct jalon_connections *connections, int socket);
/*
 * Lets requests that run finish, for at most `wait_ms`; who asks nothing is hung up on in half a
 * second, who is slow in two, and everybody at the end.
 */
void jalon_connections_drain(struct jalon_connections *connections, int64_t wait_ms);

/* Those that are open, and how many were refused or hung up on so far. */
void jalon_connections_measure(struct jalon_connections *connections, size_t *out_open,
                               uint64_t *out_cut);

/* The connection of a socket, or NULL; it lives until it is removed. */
struct jalon_connection *jalon_connection_of(int socket);
const struct jalon_client *jalon_connection_client(const struct jalon_connection *connection);
/* Have its bytes been read by framing.c? */
bool jalon_connection_is_framed(struct jalon_connection *connection);
/* recv(2) of what may be passed on. */
ssize_t jalon_connection_receive(struct jalon_connection *connection, void *buffer, size_t size,
                                 int flags);
/*
 * An answer of so many bytes goes out. False, if it may fail: more is waiting to be taken than this
 * server keeps; nothing is counted then.
 */
bool jalon_connection_send(struct jalon_connection *connection, size_t bytes, bool may_fail);
/* The oldest request is over; `closing`: the connection is, too. */
void jalon_connection_answered(struct jalon_connection *connection, bool closing);

#endif
