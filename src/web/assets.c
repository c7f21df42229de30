/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking up the files of the browser client. Layer 2 (web). */
#include "jalon/web.h"

#include <inttypes.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "jalon/embedded.h"

extern const struct jalon_embedded web_assets[];

static const struct {
    const char *suffix;
    const char *media_type;
} media_types[] = {
    {".css", "text/css"},
    {".html", "text/html"},
    {".ico", "image/x-icon"},
    {".js", "text/javascript"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".mjs", "text/javascript"},
    {".pbf", "application/x-protobuf"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain"},
    {".webmanifest", "application/manifest+json"},
    {".woff2", "font/woff2"},
};

static const char *find_media_type(struct jalon_text name)
{
    for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++) {
        if (jalon_text_ends_with(name, media_types[i].suffix)) {
            return media_types[i].media_type;
        }
    }
    return "application/octet-stream";
}

bool jalon_web_find(struct jalon_text name, struct jalon_asset *out)
{
    for (const struct jalon_embedded *asset = web_assets; asset->name != NULL; asset++) {
        if (jalon_text_is(name, asset->name)) {
            *out = (struct jalon_asset){asset->content, find_media_type(name)};
            return true;
        }
    }
    return false;
}

/* FNV-1a, 64 bits (draft-eastlake-fnv): it tells builds apart and is no defence against anybody. */
static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
    }
    return hash;
}

static char version[17];
static pthread_once_t version_once = PTHREAD_ONCE_INIT;

static void make_version(void)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (const struct jalon_embedded *asset = web_assets; asset->name != NULL; asset++) {
        /* With the NUL after each, so that moving a byte from one to the next is a change. */
        hash = hash_bytes(hash, asset->name, jalon_text_from(asset->name).length + 1);
        hash = hash_bytes(hash, asset->content.data, asset->content.length + 1);
    }
    snprintf(version, sizeof version, "%016" PRIx64, hash);
}

struct jalon_text jalon_web_version(void)
{
    pthread_once(&version_once, make_version);
    return jalon_text_slice(version, sizeof version - 1);
}
