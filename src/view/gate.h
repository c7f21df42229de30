/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Many readers or one writer, in turns: a writer waits for the readers inside, those who come after
 * it wait for it, and all of them go in before the next writer. So neither side starves. Any thread
 * may let a reader out. Layer 2 (view), private.
 *
 * The alternation is that of phase-fair locks (Brandenburg and Anderson 2010, "Spin-based
 * reader-writer synchronization for multiprocessor real-time systems").
 */
#ifndef JALON_VIEW_GATE_H
#define JALON_VIEW_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jalon_view_gate {
    pthread_mutex_t mutex;
    pthread_cond_t opened;  /* the writer has left */
    pthread_cond_t drained; /* the last reader has left */
    size_t inside;          /* readers */
    size_t waiting;         /* readers that came while it was closed */
    uint64_t phase;         /* how often it was opened */
    bool closed;
};

/* False when the system has no resources for it. */
bool jalon_view_gate_init(struct jalon_view_gate *gate);
void jalon_view_gate_finish(struct jalon_view_gate *gate);

void jalon_view_gate_enter(struct jalon_view_gate *gate);
void jalon_view_gate_leave(struct jalon_view_gate *gate);
/* Returns with no reader inside and none to come before open. One writer at a time. */
void jalon_view_gate_close(struct jalon_view_gate *gate);
void jalon_view_gate_open(struct jalon_view_gate *gate);

#endif
