/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Accepts connections, or says at once that there are too many. Layer 2.
 *
 * The library could accept by itself, but then it stops at its limit and leaves everybody waiting,
 * and a listening socket cannot be taken from its threads without a race.
 */
#include "door.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jalon/memory.h"

#include "connection.h"
#include "refusal.h"

enum {
    PAUSE_US = 20000, /* when the system has nothing to accept with */
    /* What the system may hold of an answer beyond what is on its way; by itself it goes up to
     * four times that, for each client that takes nothing. */
    UNSENT_MAX = 1 << 20,
};

struct jalon_door {
    const struct jalon_http *http;
    int listening;
    _Atomic bool closing;
    pthread_t thread;
};

static void let_in(const struct jalon_http *http, int socket, const struct sockaddr_storage *peer,
                   socklen_t size)
{
    struct jalon_client client;
    int unsent = UNSENT_MAX;
    jalon_address_from_socket(peer, &client);
    bool limited = http->options.connections_per_address.most > 0 &&
                   !(http->options.connections_per_address.spares_loopback &&
                     jalon_address_is_loopback(&client)) &&
                   !jalon_client_is_proxy(http, &client);
    const char *refusal = jalon_connections_admit(http->connections, socket, &client, limited);
    if (refusal != NULL) {
        jalon_refusal_send(http->linger, socket, &client, 503, refusal);
        close(socket);
        return;
    }
    setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    if (MHD_add_connection(http->daemon, socket, (const struct sockaddr *)peer, size) != MHD_YES) {
        jalon_connections_remove(http->connections, socket); /* closed by the library */
    }
}

static void *run(void *argument)
{
    struct jalon_door *door = argument;
    while (!atomic_load(&door->closing)) {
        struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
        socklen_t size = sizeof peer;
        int socket = accept(door->listening, (struct sockaddr *)&peer, &size);
        if (socket >= 0) {
            fcntl(socket, F_SETFD, FD_CLOEXEC);
            let_in(door->http, socket, &peer, size);
        } else if (errno != EINTR && errno != ECONNABORTED && !atomic_load(&door->closing)) {
            usleep(PAUSE_US);
        }
    }
    return NULL;
}

struct jalon_door *jalon_door_open(const struct jalon_http *http, int listening)
{
    struct jalon_door *door = jalon_memory_allocate_zeroed(1, sizeof *door);
    if (door == NULL) {
        return NULL;
    }
    door->http = http;
    door->listening = listening;
    if (pthread_create(&door->thread, NULL, run, door) != 0) {
        jalon_memory_release(door);
        return NULL;
    }
    return door;
}

void jalon_door_close(struct jalon_door *door)
{
    if (door == NULL) {
        return;
    }
    atomic_store(&door->closing, true);
    shutdown(door->listening, SHUT_RDWR); /* wakes accept */
    pthread_join(door->thread, NULL);
    close(door->listening);
    jalon_memory_release(door);
}
