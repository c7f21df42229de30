/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A tile for whoever asks: drawn once, kept, told apart by its bytes. Layer 3 (app). */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "jalon/hash.h"
#include "jalon/memory.h"

#include "internal.h"
#include "tiles.h"

/* Everything a tile depends on beside the map's state. */
static enum jalon_status make_key(struct jalon_context *ctx, const struct jalon_live_map *live,
                                  struct jalon_tile tile, const struct jalon_tile_command *command,
                                  struct jalon_text *out)
{
    struct jalon_text queries = command->key;
    *out = jalon_text_format(ctx->arena, "%llu/%d/%d/%d/", (unsigned long long)live->id, tile.zoom,
                             tile.row, tile.column);
    char *key = out->data == NULL
                    ? NULL
                    : jalon_arena_allocate(ctx->arena, out->length + queries.length + 1);
    if (key == NULL) {
        return jalon_no_memory(ctx);
    }
    memcpy(key, out->data, out->length);
    memcpy(key + out->length, queries.data, queries.length);
    *out = jalon_text_slice(key, out->length + queries.length);
    return JALON_OK;
}

/* Gives back what growing took too much; it may be kept for long. */
static void trim(struct jalon_buffer *buffer)
{
    char *data =
        buffer->data != NULL ? jalon_memory_resize(buffer->data, buffer->length + 1) : NULL;
    if (data != NULL) {
        buffer->data = data;
        buffer->capacity = buffer->length + 1;
    }
}

/* The form that is wanted, made when it is for the first time. */
static struct jalon_text find_form(struct jalon_app *app, struct jalon_tile_entry *entry,
                                   const struct jalon_tile_command *command)
{
    struct jalon_text bytes = jalon_buffer_text(&entry->bytes);
    struct jalon_text compressed = JALON_TEXT_EMPTY;
    struct jalon_buffer buffer;
    assert(command->form < JALON_TILE_FORMS);
    if (command->form == 0 || bytes.length == 0 ||
        jalon_tile_cache_find_form(app->tiles, entry, command->form, &compressed)) {
        return compressed;
    }
    if (!command->compress(command->form, bytes, &buffer)) {
        jalon_buffer_init(&buffer, 0);
    }
    trim(&buffer);
    return jalon_tile_cache_add_form(app->tiles, entry, command->form, &buffer);
}

static enum jalon_status fill(struct jalon_context *ctx, struct jalon_app *app,
                              struct jalon_reading *reading, struct jalon_tile tile,
                              const struct jalon_tile_command *command,
                              struct jalon_tile_entry *entry)
{
    static const uint8_t key[JALON_HASH_KEY_SIZE] = "jalon tile bytes";
    enum jalon_status status = jalon_tile_draw(ctx, reading, tile, command, &entry->bytes);
    if (status != JALON_OK) {
        jalon_tile_cache_give_up(app->tiles, entry);
        return status;
    }
    jalon_app_end_reading(app, reading); /* writers need not wait for the compression */
    struct jalon_text bytes = jalon_buffer_text(&entry->bytes);
    snprintf(entry->etag, sizeof entry->etag, "%016llx",
             (unsigned long long)jalon_hash_keyed(key, bytes.data, bytes.length));
    trim(&entry->bytes);
    (void)find_form(app, entry, command); /* once, for all who wait */
    jalon_tile_cache_publish(app->tiles, entry);
    return JALON_OK;
}

enum jalon_status jalon_app_draw_tile(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_reading *reading,
                                      const struct jalon_tile_command *command,
                                      struct jalon_drawn_tile *out)
{
    struct jalon_tile tile;
    struct jalon_text key;
    bool fresh;
    if (!jalon_tile_parse(command->zoom, command->row, command->column, &tile)) {
        return jalon_fail(ctx, JALON_NOT_FOUND,
                          "there is no such tile: zooms go from 0 to %d, rows and columns from 0 to "
                          "2^zoom - 1",
                          JALON_TILE_ZOOM_MAX);
    }
    enum jalon_status status = make_key(ctx, reading->live, tile, command, &key);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_tile_entry *entry =
        jalon_tile_cache_take(app->tiles, key, reading->snapshot,
                              jalon_tile_area(reading->map, tile, command), &fresh);
    if (entry == NULL) {
        return jalon_no_memory(ctx);
    }
    status = fresh ? fill(ctx, app, reading, tile, command, entry) : JALON_OK;
    if (status == JALON_OK) {
        *out = (struct jalon_drawn_tile){
            .bytes = jalon_buffer_text(&entry->bytes),
            .compressed = find_form(app, entry, command),
            .etag = entry->etag,
            .entry = entry,
        };
    }
    return status;
}

void jalon_app_release_tile(struct jalon_app *app, struct jalon_drawn_tile *tile)
{
    if (tile->entry != NULL) {
        jalon_tile_cache_release(app->tiles, tile->entry);
    }
    *tile = (struct jalon_drawn_tile){.entry = NULL};
}
