/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Writing a file behind its maker's back: a thread of its own writes one piece and sums it up while
 * the next one is made. Layer 2 (view), private to image.c.
 */
#ifndef JALON_VIEW_BACKLOG_H
#define JALON_VIEW_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "checksum.h"

/*
 * More bytes at once make the system look for large runs of pages, which are seldom those that it
 * has at hand. Whole steps of a checksum.
 */
#define JALON_VIEW_PIECE ((size_t)1 << 16)

struct jalon_view_backlog;

/* For an empty file, borrowed. NULL: no memory, or no thread. */
struct jalon_view_backlog *jalon_view_backlog_create(int file);
/* NULL is allowed. What was not written yet may never be. */
void jalon_view_backlog_destroy(struct jalon_view_backlog *backlog);

/*
 * Takes a copy of at most JALON_VIEW_PIECE bytes, whole steps of a checksum but for the last,
 * waiting for room. False: the file cannot be written, and nothing was taken.
 */
bool jalon_view_backlog_add(struct jalon_view_backlog *backlog, const void *data, size_t size);
/*
 * Waits until all is written, nothing being added any more. False: it could not be. May be called
 * again.
 */
bool jalon_view_backlog_end(struct jalon_view_backlog *backlog, struct jalon_view_checksum *out);
/* Behind the end: all that was ever added, from the file and from memory. */
bool jalon_view_backlog_read(const struct jalon_view_backlog *backlog, unsigned char *out);

/* False: not all of it. */
bool jalon_view_write_all(int file, const void *data, size_t size);

#endif
