/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Closes connections whose request was refused before its body came, without losing the answer.
 * Layer 2.
 *
 * Closing a socket that still receives makes the kernel reset it, and a client that is busy sending
 * loses the answer it did not read yet (RFC 9112, section 9.6). So the sending side is shut at once
 * and what arrives is thrown away, for a short time, by a thread of its own.
 */
#include "linger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

enum {
    SOCKETS_MAX = 1024, /* more at once are closed without waiting */
    WAIT_US = 2000000,
    DROP_MAX = 64 << 20, /* bytes of one connection */
};

struct lingering {
    int socket;
    int64_t until_us;
    int64_t dropped;
};

struct jalon_linger {
    pthread_t thread;
    pthread_mutex_t mutex; /* of all below */
    int wake[2];           /* a pipe: something was added, or the end */
    bool ending;
    size_t count;
    struct lingering sockets[SOCKETS_MAX];
};

static void forget(struct jalon_linger *linger, size_t index)
{
    close(linger->sockets[index].socket);
    linger->sockets[index] = linger->sockets[--linger->count];
}

/* Throws away what has come. False: the client has ended, or it is enough. */
static bool drop_bytes(struct lingering *lingering)
{
    static char nowhere[65536]; /* written by one thread, read by none */
    ssize_t got = recv(lingering->socket, nowhere, sizeof nowhere, MSG_DONTWAIT);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    lingering->dropped += got;
    return got > 0 && lingering->dropped < DROP_MAX;
}

static void sweep(struct jalon_linger *linger)
{
    int64_t now_us = jalon_clock_monotonic_us();
    for (size_t i = linger->count; i > 0; i--) {
        struct lingering *lingering = &linger->sockets[i - 1];
        if (now_us >= lingering->until_us || !drop_bytes(lingering)) {
            forget(linger, i - 1);
        }
    }
}

static size_t fill_polls(const struct jalon_linger *linger, struct pollfd *out)
{
    out[0] = (struct pollfd){.fd = linger->wake[0], .events = POLLIN};
    for (size_t i = 0; i < linger->count; i++) {
        out[i + 1] = (struct pollfd){.fd = linger->sockets[i].socket, .events = POLLIN};
    }
    return linger->count + 1;
}

static void *run(void *argument)
{
    struct jalon_linger *linger = argument;
    struct pollfd polls[SOCKETS_MAX + 1];
    char woken[64];
    pthread_mutex_lock(&linger->mutex);
    while (!linger->ending) {
        size_t count = fill_polls(linger, polls);
        pthread_mutex_unlock(&linger->mutex);
        poll(polls, (nfds_t)count, count > 1 ? WAIT_US / 1000 / 4 : -1);
        while (read(linger->wake[0], woken, sizeof woken) > 0) {
        }
        pthread_mutex_lock(&linger->mutex);
        sweep(linger);
    }
    while (linger->count > 0) {
        forget(linger, linger->count - 1);
    }
    pthread_mutex_unlock(&linger->mutex);
    return NULL;
}

static void wake(struct jalon_linger *linger)
{
    /* A full pipe wakes as well as one more byte would. */
    while (write(linger->wake[1], "", 1) < 0 && errno == EINTR) {
    }
}

struct jalon_linger *jalon_linger_create(void)
{
    struct jalon_linger *linger = jalon_memory_allocate_zeroed(1, sizeof *linger);
    if (linger == NULL) {
        return NULL;
    }
    if (pipe(linger->wake) != 0) {
        jalon_memory_release(linger);
        return NULL;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(linger->wake[i], F_SETFL, O_NONBLOCK);
        fcntl(linger->wake[i], F_SETFD, FD_CLOEXEC);
    }
    pthread_mutex_init(&linger->mutex, NULL);
    if (pthread_create(&linger->thread, NULL, run, linger) != 0) {
        close(linger->wake[0]);
        close(linger->wake[1]);
        pthread_mutex_destroy(&linger->mutex);
        jalon_memory_release(linger);
        return NULL;
    }
    return linger;
}

void jalon_linger_destroy(struct jalon_linger *linger)
{
    if (linger == NULL) {
        return;
    }
    pthread_mutex_lock(&linger->mutex);
    linger->ending = true;
    pthread_mutex_unlock(&linger->mutex);
    wake(linger);
    pthread_join(linger->thread, NULL);
    close(linger->wake[0]);
    close(linger->wake[1]);
    pthread_mutex_destroy(&linger->mutex);
    jalon_memory_release(linger);
}

void jalon_linger_add(struct jalon_linger *linger, int socket)
{
    shutdown(socket, SHUT_WR);
    pthread_mutex_lock(&linger->mutex);
    bool room = linger->count < SOCKETS_MAX && !linger->ending;
    if (room) {
        linger->sockets[linger->count++] =
            (struct lingering){socket, jalon_clock_monotonic_us() + WAIT_US, 0};
    }
    pthread_mutex_unlock(&linger->mutex);
    if (room) {
        wake(linger);
    } else {
        close(socket);
    }
}
