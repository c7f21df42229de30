/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every byte of a connection passes here before the library sees it. Layer 2.
 *
 * libmicrohttpd 0.9.75 gives an application nothing to read with: it calls recv(2) itself and
 * hands over what it made of the bytes, when it is too late to tell a bare LF from a CR LF, or where
 * a chunk's size ended. So recv is defined here; a program's own definition goes before the C
 * library's for every library it loads (System V ABI, dynamic linking, symbol resolution). Sockets
 * of others are received from as ever. Should a way of linking bypass it, requests are refused
 * (jalon_connection_is_framed).
 */
#include "connection_private.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "jalon/clock.h"
#include "jalon/id.h"
#include "jalon/memory.h"

#include "refusal.h"

enum { SOCKETS_MAX = 1 << 17 };

/* By socket, for recv, which is told nothing else. */
static struct jalon_connection *_Atomic by_socket[SOCKETS_MAX];

ssize_t recv(int socket, void *buffer, size_t size, int flags)
{
    struct jalon_connection *connection = jalon_connection_of(socket);
    return connection != NULL ? jalon_connection_receive(connection, buffer, size, flags)
                              : recvfrom(socket, buffer, size, flags, NULL, NULL);
}

/* --- The set --- */

struct jalon_connections *jalon_connections_create(const struct jalon_connection_limits *limits,
                                                   struct jalon_linger *linger)
{
    struct jalon_connections *connections = jalon_memory_allocate_zeroed(1, sizeof *connections);
    pthread_condattr_t attributes;
    if (connections == NULL) {
        return NULL;
    }
    connections->limits = *limits;
    connections->linger = linger;
    jalon_random_bytes(connections->key, sizeof connections->key);
    pthread_mutex_init(&connections->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&connections->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&connections->thread, NULL, jalon_sweep_run, connections) != 0) {
        pthread_cond_destroy(&connections->changed);
        pthread_mutex_destroy(&connections->mutex);
        jalon_memory_release(connections);
        return NULL;
    }
    return connections;
}

/* Takes it out of everything and frees it; with the set's mutex. */
static void forget(struct jalon_connection **place)
{
    struct jalon_connection *connection = *place;
    struct jalon_connections *connections = connection->connections;
    *place = connection->next;
    atomic_store(&by_socket[connection->socket], NULL);
    atomic_fetch_sub(&connections->answers_bytes, connection->answer_bytes);
    pthread_mutex_destroy(&connection->mutex);
    jalon_memory_release(connection);
    if (--connections->count == 0) {
        pthread_cond_broadcast(&connections->changed);
    }
}

void jalon_connections_destroy(struct jalon_connections *connections)
{
    if (connections == NULL) {
        return;
    }
    pthread_mutex_lock(&connections->mutex);
    connections->ending = true;
    pthread_cond_broadcast(&connections->changed);
    pthread_mutex_unlock(&connections->mutex);
    pthread_join(connections->thread, NULL);
    for (size_t i = 0; i < JALON_CONNECTION_BUCKETS; i++) {
        while (connections->buckets[i] != NULL) {
            forget(&connections->buckets[i]);
        }
    }
    pthread_cond_destroy(&connections->changed);
    pthread_mutex_destroy(&connections->mutex);
    jalon_memory_release(connections);
}

static struct jalon_connection **bucket_of(struct jalon_connections *connections,
                                           const uint8_t group[JALON_ADDRESS_SIZE])
{
    uint64_t hash = jalon_hash_keyed(connections->key, group, JALON_ADDRESS_SIZE);
    return &connections->buckets[hash % JALON_CONNECTION_BUCKETS];
}

static unsigned count_group(const struct jalon_connection *bucket,
                            const uint8_t group[JALON_ADDRESS_SIZE])
{
    unsigned count = 0;
    for (; bucket != NULL; bucket = bucket->next) {
        count += memcmp(bucket->group, group, JALON_ADDRESS_SIZE) == 0;
    }
    return count;
}

static struct jalon_connection *make(struct jalon_connections *connections, int socket,
                                     const struct jalon_client *client)
{
    struct jalon_connection *connection = jalon_memory_allocate_zeroed(1, sizeof *connection);
    if (connection != NULL) {
        connection->connections = connections;
        connection->client = *client;
        jalon_client_network(client, connection->group);
        connection->socket = socket;
        connection->since_us = connection->last_us = jalon_clock_monotonic_us();
        pthread_mutex_init(&connection->mutex, NULL);
    }
    return connection;
}

const char *jalon_connections_admit(struct jalon_connections *connections, int socket,
                                    const struct jalon_client *client, bool limited)
{
    const struct jalon_connection_limits *limits = &connections->limits;
    const char *refusal = "this server has as many connections as it can serve";
    struct jalon_connection *connection =
        socket < SOCKETS_MAX ? make(connections, socket, client) : NULL;
    if (connection == NULL) {
        return refusal;
    }
    struct jalon_connection **bucket = bucket_of(connections, connection->group);
    pthread_mutex_lock(&connections->mutex);
    if (limited && count_group(*bucket, connection->group) >= limits->per_address) {
        refusal = "there are too many connections from this address";
    } else if (connections->count < limits->most && connections->draining_us == 0) {
        refusal = NULL;
        connection->next = *bucket;
        *bucket = connection;
        atomic_store(&by_socket[socket], connection);
        if (connections->count++ == 0) {
            pthread_cond_broadcast(&connections->changed);
        }
    }
    pthread_mutex_unlock(&connections->mutex);
    if (refusal != NULL) {
        atomic_fetch_add(&connections->cut, 1);
        pthread_mutex_destroy(&connection->mutex);
        jalon_memory_release(connection);
    }
    return refusal;
}

void jalon_connections_remove(struct jalon_connections *connections, int socket)
{
    struct jalon_connection *connection = jalon_connection_of(socket);
    if (connection == NULL) {
        return;
    }
    pthread_mutex_lock(&connections->mutex);
    struct jalon_connection **place = bucket_of(connections, connection->group);
    while (*place != connection) {
        place = &(*place)->next;
    }
    forget(place);
    pthread_mutex_unlock(&connections->mutex);
}

void jalon_connections_measure(struct jalon_connections *connections, size_t *out_open,
                               uint64_t *out_cut)
{
    pthread_mutex_lock(&connections->mutex);
    *out_open = connections->count;
    pthread_mutex_unlock(&connections->mutex);
    *out_cut = atomic_load(&connections->cut);
}

/* --- One of them --- */

struct jalon_connection *jalon_connection_of(int socket)
{
    return socket >= 0 && socket < SOCKETS_MAX ? atomic_load(&by_socket[socket]) : NULL;
}

const struct jalon_client *jalon_connection_client(const struct jalon_connection *connection)
{
    return &connection->client;
}

bool jalon_connection_is_framed(struct jalon_connection *connection)
{
    pthread_mutex_lock(&connection->mutex);
    bool framed = connection->framing.ended > connection->answered ||
                  jalon_framing_phase(&connection->framing) != JALON_PHASE_BETWEEN;
    pthread_mutex_unlock(&connection->mutex);
    return framed;
}

static void mark_cut(struct jalon_connection *connection)
{
    atomic_fetch_add(&connection->connections->cut, connection->cut ? 0 : 1);
    connection->cut = true;
}

void jalon_connection_cut(struct jalon_connection *connection)
{
    mark_cut(connection);
    shutdown(connection->socket, SHUT_RDWR); /* which the library's thread wakes up from */
}

void jalon_connection_refuse(struct jalon_connection *connection, unsigned code,
                             const char *reason)
{
    mark_cut(connection);
    connection->refused_us = jalon_clock_monotonic_us();
    jalon_refusal_send(connection->connections->linger, connection->socket, &connection->client,
                       code, reason);
}

/* What the framing made of `got` bytes that have come; with the mutex. */
static ssize_t take_in(struct jalon_connection *connection, const char *bytes, size_t got)
{
    struct jalon_framing *framing = &connection->framing;
    enum jalon_phase phase = jalon_framing_phase(framing);
    uint64_t ended = framing->ended;
    size_t good = jalon_framing_read(framing, bytes, got);
    connection->last_us = jalon_clock_monotonic_us();
    connection->bytes += got;
    if (framing->ended != ended || jalon_framing_phase(framing) != phase) {
        connection->since_us = connection->last_us;
        connection->bytes = 0;
    }
    if (framing->refusal != 0 && framing->ended <= connection->answered) {
        jalon_connection_refuse(connection, framing->refusal, framing->reason);
    } else if (framing->refusal != 0) {
        connection->refusal_waits = true;
    }
    if (connection->cut) {
        errno = ECONNRESET;
        return -1;
    }
    errno = EAGAIN; /* nothing of it is for the library */
    return good > 0 ? (ssize_t)good : -1;
}

ssize_t jalon_connection_receive(struct jalon_connection *connection, void *buffer, size_t size,
                                 int flags)
{
    pthread_mutex_lock(&connection->mutex);
    ssize_t got = -1;
    if (connection->cut) {
        errno = ECONNRESET;
    } else {
        got = recvfrom(connection->socket, buffer, size, flags, NULL, NULL);
    }
    if (got > 0) {
        got = take_in(connection, buffer, (size_t)got);
    }
    int error = errno;
    pthread_mutex_unlock(&connection->mutex);
    errno = error;
    return got;
}

bool jalon_connection_taken(const struct jalon_connection *connection, uint64_t *out)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(connection->socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        size < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) {
        return false;
    }
    *out = info.tcpi_bytes_acked;
    return true;
}

bool jalon_connection_send(struct jalon_connection *connection, size_t bytes, bool may_fail)
{
    struct jalon_connections *connections = connection->connections;
    size_t before = atomic_fetch_add(&connections->answers_bytes, bytes);
    if (before > 0 && before + bytes > connections->limits.answers_bytes_max &&
        !jalon_sweep_make_room(connections) && may_fail) {
        atomic_fetch_sub(&connections->answers_bytes, bytes);
        return false;
    }
    pthread_mutex_lock(&connection->mutex);
    connection->sending = true;
    connection->answer_bytes = bytes;
    connection->sending_us = 0;
    pthread_mutex_unlock(&connection->mutex);
    return true;
}

void jalon_connection_answered(struct jalon_connection *connection, bool closing)
{
    struct jalon_framing *framing = &connection->framing;
    pthread_mutex_lock(&connection->mutex);
    atomic_fetch_sub(&connection->connections->answers_bytes, connection->answer_bytes);
    connection->answer_bytes = 0;
    connection->sending = false;
    connection->answered++;
    if (jalon_framing_phase(framing) == JALON_PHASE_BETWEEN) {
        connection->since_us = jalon_clock_monotonic_us();
    }
    if (connection->refusal_waits && !closing && framing->ended <= connection->answered) {
        connection->refusal_waits = false;
        jalon_connection_refuse(connection, framing->refusal, framing->reason);
    }
    pthread_mutex_unlock(&connection->mutex);
}
