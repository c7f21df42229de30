/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What connection.c and sweep.c share. Layer 2 (http). */
#ifndef JALON_HTTP_CONNECTION_PRIVATE_H
#define JALON_HTTP_CONNECTION_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "jalon/hash.h"

#include "connection.h"
#include "framing.h"

enum { JALON_CONNECTION_BUCKETS = 1024 };

struct jalon_connections {
    struct jalon_connection_limits limits;
    struct jalon_linger *linger;
    uint8_t key[JALON_HASH_KEY_SIZE];
    pthread_mutex_t mutex;  /* of the buckets and all below; taken before a connection's */
    pthread_cond_t changed; /* the first one came, the last one went, draining, ending */
    pthread_t thread;
    struct jalon_connection *buckets[JALON_CONNECTION_BUCKETS]; /* by address */
    size_t count;
    int64_t draining_us; /* since when; 0: not */
    bool ending;
    _Atomic size_t answers_bytes;
    _Atomic uint64_t cut; /* refused or hung up on so far */
};

struct jalon_connection {
    struct jalon_connections *connections;
    struct jalon_connection *next; /* in its bucket */
    struct jalon_client client;
    uint8_t group[JALON_ADDRESS_SIZE];
    int socket;

    pthread_mutex_t mutex; /* of all below */
    struct jalon_framing framing;
    uint64_t answered;  /* requests */
    bool cut;           /* nothing more is read */
    int64_t refused_us; /* when it was cut with an answer that may be on its way yet; 0: not */
    bool refusal_waits; /* until the requests before are answered */
    int64_t since_us;   /* when this part of a request, or the time between two, began */
    int64_t last_us;    /* when something came */
    uint64_t bytes;     /* that came since since_us */
    bool sending;
    size_t answer_bytes;
    int64_t sending_us;      /* when the sweep first saw it; 0: not yet */
    uint64_t taken_at_start; /* bytes that the client's side had acknowledged then */
    uint64_t taken;          /* when last looked at */
    int64_t taken_us;        /* when that last changed */
};

/* --- connection.c; with the connection's mutex --- */
/* Refuses what it is sending with 4xx or 5xx; hung up on by its next byte, or by the sweep. */
void jalon_connection_refuse(struct jalon_connection *connection, unsigned code,
                             const char *reason);
/* Hangs up without a word. */
void jalon_connection_cut(struct jalon_connection *connection);
/* Bytes that the client's side has acknowledged so far; false: the system does not say. */
bool jalon_connection_taken(const struct jalon_connection *connection, uint64_t *out);

/* --- sweep.c --- */
/* The thread: looks after all connections until `ending`. */
void *jalon_sweep_run(void *connections);
/*
 * Hangs up on who has been taking an answer for longest, until what waits is within its limit.
 * False: it is not, as everybody else has only just begun.
 */
bool jalon_sweep_make_room(struct jalon_connections *connections);

#endif
