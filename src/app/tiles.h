/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Drawing tiles and keeping them. Private to app. */
#ifndef JALON_APP_TILES_H
#define JALON_APP_TILES_H

#include "jalon/app.h"

/* --- tile_draw.c --- */
/* The tile's bytes; the caller finishes the buffer in any case. Nothing in it: no bytes. */
enum jalon_status jalon_tile_draw(struct jalon_context *ctx, const struct jalon_reading *reading,
                                  struct jalon_tile tile, const struct jalon_tile_command *command,
                                  struct jalon_buffer *out) JALON_MUST_USE;
/* What is outside has no part in the tile's bytes. */
struct jalon_box jalon_tile_area(const struct jalon_map *map, struct jalon_tile tile,
                                 const struct jalon_tile_command *command);

/* --- tile_cache.c --- */
/*
 * Tiles that were drawn, and those that are being drawn. One for the application; any thread.
 *
 * A tile is asked for with a key and a state of its map. The kept one is right when nothing within
 * its area changed since the event it was drawn at: asked when it is wanted, so that a write costs
 * nothing here however many tiles there are.
 */
struct jalon_tile_cache;

/* One tile; what it says does not change while it is held. */
struct jalon_tile_entry {
    struct jalon_buffer bytes;
    char etag[17];
};

/* Keeps up to `budget` bytes, the last used. NULL: no memory. */
struct jalon_tile_cache *jalon_tile_cache_create(size_t budget);
/* Nobody may hold an entry any more. NULL is allowed. */
void jalon_tile_cache_destroy(struct jalon_tile_cache *cache);
/*
 * A held entry; NULL when there is no memory. With *out_fresh it is empty and the caller's to fill
 * (jalon_tile_cache_publish, or _give_up): whoever else wants it waits meanwhile. Never asked for a
 * second one by a thread that has still one to fill.
 */
struct jalon_tile_entry *jalon_tile_cache_take(struct jalon_tile_cache *cache,
                                               struct jalon_text key,
                                               const struct jalon_snapshot *snapshot,
                                               struct jalon_box area, bool *out_fresh);
/* The entry is filled; it stays held. */
void jalon_tile_cache_publish(struct jalon_tile_cache *cache, struct jalon_tile_entry *entry);
/* It could not be filled; it is released. */
void jalon_tile_cache_give_up(struct jalon_tile_cache *cache, struct jalon_tile_entry *entry);
/* A compressed form that was made before, empty when that was not smaller; false: never made. */
bool jalon_tile_cache_find_form(struct jalon_tile_cache *cache,
                                const struct jalon_tile_entry *entry, unsigned form,
                                struct jalon_text *out);
/*
 * Keeps a form of an entry that is held, as long as the entry: the buffer is the cache's now. Two may
 * have made the same: the first one stays. Whichever it is, is returned.
 */
struct jalon_text jalon_tile_cache_add_form(struct jalon_tile_cache *cache,
                                            struct jalon_tile_entry *entry, unsigned form,
                                            struct jalon_buffer *compressed);
/* Fills the members about tiles. */
void jalon_tile_cache_measure(struct jalon_tile_cache *cache, struct jalon_app_measures *out);
void jalon_tile_cache_release(struct jalon_tile_cache *cache, struct jalon_tile_entry *entry);

#endif
