/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Closed zones, and who is kept out. Layer 2 (store). */
#ifndef JALON_STORE_ABUSE_H
#define JALON_STORE_ABUSE_H

#include "jalon/store.h"

/* A polygon in which nobody without an account may write until it ends. */
struct jalon_zone {
    struct jalon_id id;
    struct jalon_text reason;
    struct jalon_text author; /* account name */
    int64_t created_us;
    int64_t ends_us;
    struct jalon_geometry geometry; /* polygon or multipolygon on WGS 84 */
};
/* Somebody who may not write until it ends: one of the three. */
struct jalon_block {
    struct jalon_id id;
    struct jalon_text account; /* name; or empty: */
    struct jalon_text device;  /* keyed hash; or empty: */
    struct jalon_text address; /* keyed hash */
    struct jalon_text reason;
    struct jalon_text author; /* account name */
    int64_t created_us;
    int64_t ends_us;     /* 0: for good */
    bool is_of_server;   /* on all maps of it */
};

enum jalon_status jalon_store_insert_zone(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map,
                                          const struct jalon_zone *zone) JALON_MUST_USE;
/* Those that end after `now_us`, by id behind `after` (the nil id: from the first). */
enum jalon_status jalon_store_list_zones(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t now_us,
                                         struct jalon_id after, size_t limit,
                                         struct jalon_zone **out, size_t *out_count) JALON_MUST_USE;
/* JALON_NOT_FOUND. */
enum jalon_status jalon_store_end_zone(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_map *map,
                                       struct jalon_id id) JALON_MUST_USE;

enum jalon_status jalon_store_insert_block(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map,
                                           const struct jalon_block *block) JALON_MUST_USE;
/* Likewise; also those of the whole server. */
enum jalon_status jalon_store_list_blocks(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t now_us,
                                          struct jalon_id after, size_t limit,
                                          struct jalon_block **out,
                                          size_t *out_count) JALON_MUST_USE;
/* Of the map or of the server. JALON_NOT_FOUND. */
enum jalon_status jalon_store_load_block(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_id id,
                                         struct jalon_block *out) JALON_MUST_USE;
enum jalon_status jalon_store_end_block(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map,
                                        const struct jalon_block *block) JALON_MUST_USE;
/* What of a map has ended. */
enum jalon_status jalon_store_forget_ended(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map,
                                           int64_t now_us) JALON_MUST_USE;

/* Who writes: an account, or a device and an address, as they are kept; each may be empty. */
struct jalon_writer {
    struct jalon_text account, device, address;
};
/* What stands in the way of a writer. */
struct jalon_hindrance {
    bool is_blocked;
    struct jalon_text reason; /* of the block */
    int64_t ends_us;          /* 0: for good */
    bool has_zones;           /* there are closed zones in the map */
};
enum jalon_status jalon_store_find_hindrance(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             const struct jalon_writer *writer, int64_t now_us,
                                             struct jalon_hindrance *out) JALON_MUST_USE;
/* What somebody has done to a contribution lately. */
struct jalon_doing {
    int64_t contribution; /* its number */
    int64_t first, last;  /* versions */
    int64_t count;
};
/* Of an account, or (account empty) of a device, since a time; by contribution behind `after`. */
enum jalon_status jalon_store_list_doings(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map,
                                          const struct jalon_writer *writer, int64_t since_us,
                                          int64_t after, size_t limit, struct jalon_doing **out,
                                          size_t *out_count) JALON_MUST_USE;
/* Where an anonymous contribution came from. JALON_NOT_FOUND: that is not known, or not any more. */
enum jalon_status jalon_store_find_trace(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t contribution,
                                         struct jalon_text *out_device,
                                         struct jalon_text *out_address) JALON_MUST_USE;

#endif
