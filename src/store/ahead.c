/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading contributions ahead: a thread of its own fills batches while the caller works on those
 * before. Layer 2.
 *
 * A ring of a few batches, each with its own arena. Batch number n lies in place n modulo the
 * ring's size; the thread fills, the caller gives back, and either waits for the other. The thread
 * has the session to itself: one connection, one transaction, one state of the store.
 */
#include <pthread.h>

#include "jalon/memory.h"
#include "store/private.h"

/* So many rows fill an arena of blocks that go back to the heap, not to the system. */
enum { BATCH_ROWS = 128, BATCHES = 4 };

struct batch {
    struct jalon_context *ctx;
    enum jalon_status status; /* JALON_OK, JALON_NOT_FOUND behind the last row, or what failed */
    size_t count;
    struct jalon_contribution rows[BATCH_ROWS];
};

struct jalon_contribution_reader {
    struct jalon_contribution_cursor *cursor;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    size_t filled;  /* batches that were ever filled */
    size_t emptied; /* and given back */
    bool stopping;
    bool holding; /* the caller has the batch behind the emptied ones */
    bool over;    /* and it was the last one */
    struct batch batches[BATCHES];
};

/* --- The thread --- */

static void fill(struct batch *batch, struct jalon_contribution_cursor *cursor)
{
    jalon_context_reset(batch->ctx);
    batch->count = 0;
    batch->status = JALON_OK;
    while (batch->count < BATCH_ROWS && batch->status == JALON_OK) {
        batch->status =
            jalon_contribution_cursor_next(batch->ctx, cursor, &batch->rows[batch->count]);
        batch->count += batch->status == JALON_OK;
    }
}

/* The next batch to fill, when there is room for one; NULL when nobody wants any more. */
static struct batch *wait_for_room(struct jalon_contribution_reader *reader)
{
    pthread_mutex_lock(&reader->mutex);
    while (!reader->stopping && reader->filled - reader->emptied == BATCHES) {
        pthread_cond_wait(&reader->moved, &reader->mutex);
    }
    struct batch *batch = reader->stopping ? NULL : &reader->batches[reader->filled % BATCHES];
    pthread_mutex_unlock(&reader->mutex);
    return batch;
}

static void *run(void *argument)
{
    struct jalon_contribution_reader *reader = argument;
    enum jalon_status status = JALON_OK;
    while (status == JALON_OK) {
        struct batch *batch = wait_for_room(reader);
        if (batch == NULL) {
            break;
        }
        fill(batch, reader->cursor);
        status = batch->status;
        pthread_mutex_lock(&reader->mutex);
        reader->filled++;
        pthread_cond_signal(&reader->moved);
        pthread_mutex_unlock(&reader->mutex);
    }
    return NULL;
}

/* --- The caller --- */

static void destroy(struct jalon_contribution_reader *reader)
{
    for (size_t i = 0; i < BATCHES; i++) {
        jalon_context_destroy(reader->batches[i].ctx);
    }
    pthread_cond_destroy(&reader->moved);
    pthread_mutex_destroy(&reader->mutex);
    jalon_memory_release(reader);
}

static struct jalon_contribution_reader *create(void)
{
    struct jalon_contribution_reader *reader = jalon_memory_allocate_zeroed(1, sizeof *reader);
    if (reader == NULL) {
        return NULL;
    }
    pthread_mutex_init(&reader->mutex, NULL);
    pthread_cond_init(&reader->moved, NULL);
    for (size_t i = 0; i < BATCHES; i++) {
        reader->batches[i].ctx = jalon_context_create();
        if (reader->batches[i].ctx == NULL) {
            destroy(reader);
            return NULL;
        }
    }
    return reader;
}

enum jalon_status jalon_store_read_ahead(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_contribution_filter *filter,
                                         struct jalon_contribution_reader **out)
{
    struct jalon_contribution_reader *reader = create();
    if (reader == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        jalon_store_scan_contributions(ctx, session, map, filter, &reader->cursor);
    if (status == JALON_OK && pthread_create(&reader->thread, NULL, run, reader) != 0) {
        jalon_contribution_cursor_end(reader->cursor);
        status = jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    if (status != JALON_OK) {
        destroy(reader);
        return status;
    }
    *out = reader;
    return JALON_OK;
}

/* Gives back the batch that the caller has, and waits for the one behind it. */
static const struct batch *next_batch(struct jalon_contribution_reader *reader)
{
    pthread_mutex_lock(&reader->mutex);
    if (reader->holding) {
        reader->emptied++;
        pthread_cond_signal(&reader->moved);
    }
    while (reader->filled == reader->emptied) {
        pthread_cond_wait(&reader->moved, &reader->mutex);
    }
    const struct batch *batch = &reader->batches[reader->emptied % BATCHES];
    reader->holding = true;
    reader->over = batch->status != JALON_OK;
    pthread_mutex_unlock(&reader->mutex);
    return batch;
}

enum jalon_status jalon_contribution_reader_next(struct jalon_context *ctx,
                                                 struct jalon_contribution_reader *reader,
                                                 const struct jalon_contribution **out,
                                                 size_t *out_count)
{
    if (reader->over) {
        *out_count = 0;
        return JALON_OK;
    }
    const struct batch *batch = next_batch(reader);
    switch (batch->status) {
    case JALON_OK:
    case JALON_NOT_FOUND: break;
    default: return jalon_fail_like(ctx, batch->status, batch->ctx);
    }
    *out = batch->rows;
    *out_count = batch->count;
    return JALON_OK;
}

void jalon_contribution_reader_end(struct jalon_contribution_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    pthread_mutex_lock(&reader->mutex);
    reader->stopping = true;
    pthread_cond_signal(&reader->moved);
    pthread_mutex_unlock(&reader->mutex);
    pthread_join(reader->thread, NULL);
    jalon_contribution_cursor_end(reader->cursor);
    destroy(reader);
}
