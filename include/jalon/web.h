/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The files of the browser client, built into the program. Layer 2 (web).
 *
 * What src/web/build.mjs writes when Jalon is built; nothing when it is built without the client
 * (JALON_WEB=OFF). Everything is constant: any thread, any time.
 */
#ifndef JALON_WEB_H
#define JALON_WEB_H

#include <stdbool.h>

#include "jalon/text.h"

struct jalon_asset {
    struct jalon_text data; /* the bytes; static */
    const char *media_type; /* without charset; the texts are UTF-8 */
};

/* The file of that name ("map.js", "locales/fr.json"), or false. */
bool jalon_web_find(struct jalon_text name, struct jalon_asset *out);

/*
 * A token for ETags and for URLs that may be cached for ever: 16 hexadecimal digits, the same for
 * all files of a build, another when a byte of any of them differs.
 */
struct jalon_text jalon_web_version(void);

#endif
