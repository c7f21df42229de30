/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Many readers or one writer, in turns. Layer 2 (view). */
#include "gate.h"

#include <assert.h>

bool jalon_view_gate_init(struct jalon_view_gate *gate)
{
    *gate = (struct jalon_view_gate){.closed = false};
    if (pthread_mutex_init(&gate->mutex, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&gate->opened, NULL) != 0) {
        pthread_mutex_destroy(&gate->mutex);
        return false;
    }
    if (pthread_cond_init(&gate->drained, NULL) != 0) {
        pthread_cond_destroy(&gate->opened);
        pthread_mutex_destroy(&gate->mutex);
        return false;
    }
    return true;
}

void jalon_view_gate_finish(struct jalon_view_gate *gate)
{
    assert(gate->inside == 0 && !gate->closed);
    pthread_cond_destroy(&gate->drained);
    pthread_cond_destroy(&gate->opened);
    pthread_mutex_destroy(&gate->mutex);
}

void jalon_view_gate_enter(struct jalon_view_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    if (!gate->closed) {
        gate->inside++;
    } else {
        /* Whoever opens counts those who wait as inside: the next writer finds them there. */
        uint64_t phase = gate->phase;
        gate->waiting++;
        while (gate->phase == phase) {
            pthread_cond_wait(&gate->opened, &gate->mutex);
        }
    }
    pthread_mutex_unlock(&gate->mutex);
}

void jalon_view_gate_leave(struct jalon_view_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    assert(gate->inside > 0);
    gate->inside--;
    if (gate->inside == 0 && gate->closed) {
        pthread_cond_signal(&gate->drained);
    }
    pthread_mutex_unlock(&gate->mutex);
}

void jalon_view_gate_close(struct jalon_view_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    assert(!gate->closed);
    gate->closed = true;
    while (gate->inside > 0) {
        pthread_cond_wait(&gate->drained, &gate->mutex);
    }
    pthread_mutex_unlock(&gate->mutex);
}

void jalon_view_gate_open(struct jalon_view_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->closed = false;
    gate->inside += gate->waiting;
    gate->waiting = 0;
    gate->phase++;
    pthread_cond_broadcast(&gate->opened);
    pthread_mutex_unlock(&gate->mutex);
}
