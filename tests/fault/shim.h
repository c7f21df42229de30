/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A file system for SQLite that fails when it is told to: over the real one, whose calls it counts.
 * Also memory for SQLite that runs out at the n-th allocation.
 */
#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

#include <stdbool.h>
#include <stdint.h>

/* Before SQLite is used for the first time; every database is opened through it then. */
void shim_install(void);

/* Counting starts anew: the n-th call from now fails, and with `on` all that follow. */
void shim_fail_at(int64_t n, bool on);
/* From the n-th call on nothing can be written, as on a disk that is mounted read-only. */
void shim_read_only_at(int64_t n);
/* Files may grow by so many bytes together, then the disk is full. */
void shim_fill_after(int64_t bytes);
/* The n-th allocation of SQLite's from now fails, once. */
void shim_memory_fail_at(int64_t n);
/* Nothing fails any more. */
void shim_heal(void);
/* Calls, or SQLite's allocations, since the last of these. */
int64_t shim_calls(void);
int64_t shim_allocations(void);
/* Has anything failed since the last of these? */
bool shim_has_failed(void);

#endif
