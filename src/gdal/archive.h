/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A folder of files as one zip. Private to gdal. */
#ifndef JALON_GDAL_ARCHIVE_H
#define JALON_GDAL_ARCHIVE_H

#include "jalon/context.h"

/* Makes the zip of the files in the folder, in the order of their names, and removes the folder. */
enum jalon_status pack_folder(struct jalon_context *ctx, const char *folder,
                              const char *zip) JALON_MUST_USE;
/* Writes a small file. */
enum jalon_status write_file(struct jalon_context *ctx, const char *folder, const char *name,
                             struct jalon_text content) JALON_MUST_USE;

#endif
