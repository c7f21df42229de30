/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bytes that are written once from front to back and then only read: in memory, or in a file that is
 * mapped, whose pages the system may drop and read again. Layer 2 (view), private.
 */
#ifndef JALON_VIEW_IMAGE_H
#define JALON_VIEW_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backlog.h"

struct jalon_view_image {
    unsigned char *data; /* all of it in memory; of a file: what is not written yet */
    size_t used;
    size_t capacity;
    uint64_t written; /* bytes of the file before `data`, or on their way into it */
    const char *folder; /* where a file may be made; NULL: nowhere, or it has been */
    int file;         /* -1: in memory */
    char *path;       /* of the file, while it is written */
    struct jalon_view_backlog *backlog; /* what writes it; as long as there is a file */
    bool failed;      /* no memory: what follows does nothing */
};

/* Visits the files of a folder, by name and path; none when it cannot be read. */
void jalon_view_each_file(const char *folder,
                          void (*visit)(void *user, const char *name, const char *path),
                          void *user);
/*
 * In memory as long as it is small; beyond, in a file in `folder` (borrowed; NULL: none) if one can be
 * made there, and for as long as it can be written.
 */
void jalon_view_image_begin(struct jalon_view_image *image, const char *folder);
/* Appends at the next multiple of 8; answers where. */
uint64_t jalon_view_image_append(struct jalon_view_image *image, const void *data, size_t size);
/*
 * Ends it. True: *out_data has *out_size bytes, aligned to 8, released by jalon_view_image_unmap with
 * *out_is_mapped. With `path` it is in a file with this name, in place of one that has it, if that
 * can be; that it cannot is no failure. False: nothing is left.
 */
bool jalon_view_image_end(struct jalon_view_image *image, const char *path,
                          const unsigned char **out_data, size_t *out_size, bool *out_is_mapped);
/* Gives up. */
void jalon_view_image_abandon(struct jalon_view_image *image);
/* A file made so, mapped; false when there is none, or it is damaged. All of it is read. */
bool jalon_view_image_map(const char *path, const unsigned char **out_data, size_t *out_size);
void jalon_view_image_unmap(const unsigned char *data, size_t size, bool is_mapped);

#endif
