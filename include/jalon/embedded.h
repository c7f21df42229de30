/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Files that were built into the program. Layer 0 (base).
 *
 * The build makes the tables (src/embed.c, jalon_embed in src/CMakeLists.txt); a module declares
 * the one it uses: extern const struct jalon_embedded web_assets[];
 */
#ifndef JALON_EMBEDDED_H
#define JALON_EMBEDDED_H

#include "jalon/text.h"

/* One file; an entry with a NULL name ends the table, which is sorted by name (byte order). */
struct jalon_embedded {
    const char *name; /* path below the table's root folder, without the suffix cut off */
    struct jalon_text content; /* the bytes as they were, and a NUL after them */
};

#endif
