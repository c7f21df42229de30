/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A ring of a few pieces. Piece number n lies in place n modulo the ring's size; the maker fills,
 * the thread writes, and either waits for the other. Layer 2 (view).
 */
#include "backlog.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "jalon/memory.h"

enum { PIECES = 8 };

struct jalon_view_backlog {
    int file;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    size_t filled;  /* pieces that were ever filled */
    size_t emptied; /* and written */
    bool ending;
    bool ended; /* the thread has; the maker's */
    bool failed;
    struct jalon_view_checksum checksum; /* of what is written; the thread's until it ends */
    size_t sizes[PIECES];
    unsigned char pieces[PIECES][JALON_VIEW_PIECE];
};

bool jalon_view_write_all(int file, const void *data, size_t size)
{
    const unsigned char *from = data;
    while (size > 0) {
        ssize_t written = write(file, from, size);
        if (written <= 0) {
            return false;
        }
        from += written;
        size -= (size_t)written;
    }
    return true;
}

/* --- The thread --- */

/* Waits for a piece to write; false: there will be none. */
static bool wait_for_piece(struct jalon_view_backlog *backlog)
{
    pthread_mutex_lock(&backlog->mutex);
    while (!backlog->ending && backlog->filled == backlog->emptied) {
        pthread_cond_wait(&backlog->moved, &backlog->mutex);
    }
    bool is_there = backlog->filled != backlog->emptied;
    pthread_mutex_unlock(&backlog->mutex);
    return is_there;
}

static void *run(void *argument)
{
    struct jalon_view_backlog *backlog = argument;
    bool good = true;
    while (good && wait_for_piece(backlog)) {
        size_t place = backlog->emptied % PIECES; /* which nobody else moves */
        good = jalon_view_write_all(backlog->file, backlog->pieces[place], backlog->sizes[place]);
        if (good) {
            jalon_view_checksum_add(&backlog->checksum, backlog->pieces[place],
                                    backlog->sizes[place]);
        }
        pthread_mutex_lock(&backlog->mutex);
        backlog->emptied += good;
        backlog->failed = !good;
        pthread_cond_signal(&backlog->moved);
        pthread_mutex_unlock(&backlog->mutex);
    }
    return NULL;
}

/* --- The maker --- */

static void release(struct jalon_view_backlog *backlog)
{
    pthread_cond_destroy(&backlog->moved);
    pthread_mutex_destroy(&backlog->mutex);
    jalon_memory_release(backlog);
}

struct jalon_view_backlog *jalon_view_backlog_create(int file)
{
    struct jalon_view_backlog *backlog = jalon_memory_allocate_zeroed(1, sizeof *backlog);
    if (backlog == NULL) {
        return NULL;
    }
    backlog->file = file;
    pthread_mutex_init(&backlog->mutex, NULL);
    pthread_cond_init(&backlog->moved, NULL);
    if (pthread_create(&backlog->thread, NULL, run, backlog) != 0) {
        release(backlog);
        return NULL;
    }
    return backlog;
}

bool jalon_view_backlog_add(struct jalon_view_backlog *backlog, const void *data, size_t size)
{
    pthread_mutex_lock(&backlog->mutex);
    while (!backlog->failed && backlog->filled - backlog->emptied == PIECES) {
        pthread_cond_wait(&backlog->moved, &backlog->mutex);
    }
    bool good = !backlog->failed;
    size_t place = backlog->filled % PIECES;
    pthread_mutex_unlock(&backlog->mutex);
    if (!good) {
        return false;
    }
    memcpy(backlog->pieces[place], data, size);
    backlog->sizes[place] = size;
    pthread_mutex_lock(&backlog->mutex);
    backlog->filled++;
    pthread_cond_signal(&backlog->moved);
    pthread_mutex_unlock(&backlog->mutex);
    return true;
}

bool jalon_view_backlog_end(struct jalon_view_backlog *backlog, struct jalon_view_checksum *out)
{
    if (!backlog->ended) {
        pthread_mutex_lock(&backlog->mutex);
        backlog->ending = true;
        pthread_cond_signal(&backlog->moved);
        pthread_mutex_unlock(&backlog->mutex);
        pthread_join(backlog->thread, NULL);
        backlog->ended = true;
    }
    *out = backlog->checksum;
    return !backlog->failed;
}

static bool read_all(int file, unsigned char *out, size_t size)
{
    off_t at = 0;
    while (size > 0) {
        ssize_t got = pread(file, out, size, at);
        if (got <= 0) {
            return false;
        }
        out += got;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

bool jalon_view_backlog_read(const struct jalon_view_backlog *backlog, unsigned char *out)
{
    size_t written = (size_t)backlog->checksum.size;
    if (!read_all(backlog->file, out, written)) {
        return false;
    }
    out += written;
    for (size_t i = backlog->emptied; i < backlog->filled; i++) {
        memcpy(out, backlog->pieces[i % PIECES], backlog->sizes[i % PIECES]);
        out += backlog->sizes[i % PIECES];
    }
    return true;
}

void jalon_view_backlog_destroy(struct jalon_view_backlog *backlog)
{
    if (backlog != NULL) {
        struct jalon_view_checksum unused;
        (void)jalon_view_backlog_end(backlog, &unused);
        release(backlog);
    }
}
