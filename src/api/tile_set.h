/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the documents about tiles share. Private to api. */
#ifndef JALON_API_TILE_SET_H
#define JALON_API_TILE_SET_H

#include "endpoint.h"

/* The path below the server's address of what has the tiles: "/maps/m" or "/maps/m/collections/c". */
struct jalon_text jalon_tile_set_base(struct jalon_request *request, const struct jalon_map *map,
                                      int32_t collection);
/* The collection of the path, -1 when the path has none. JALON_NOT_FOUND. */
enum jalon_status jalon_tile_set_collection(struct jalon_request *request,
                                            const struct jalon_map *map, int32_t *out)
    JALON_MUST_USE;
/* Is the collection (an index) in the tiles of `one` (-1: of the whole map)? */
bool jalon_tile_set_has(const struct jalon_map *map, int32_t one, size_t collection);
/* The box around what is in the tiles, the map's when there is nothing. */
struct jalon_box jalon_tile_set_box(const struct jalon_reading *reading, int32_t one);

/* An attribute of the features of a layer; `type` is JSON Schema's. */
typedef void (*jalon_tile_attribute_writer)(struct jalon_json_writer *writer, const char *key,
                                            const char *type, struct jalon_text words);
/* Calls for every attribute that features of the collection may have. */
void jalon_tile_set_put_attributes(struct jalon_json_writer *writer,
                                   const struct jalon_request *request,
                                   const struct jalon_collection *collection,
                                   jalon_tile_attribute_writer put);

#endif
