/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What keeps a map usable when somebody does not want it to be, without asking anybody else. Layer 3 (app).
 *
 * Limits that grow with trust, a puzzle for anonymous writers of a map under pressure, places that are
 * closed for a while, and people who are kept out for a while; each with a reason and an end. All
 * state in memory is of fixed size.
 */
#ifndef JALON_APP_ABUSE_H
#define JALON_APP_ABUSE_H

#include "jalon/app.h"
#include "jalon/json.h"
#include "jalon/store_abuse.h"

/* --- Limits --- */
/* How many writes an hour; 0: any. */
struct jalon_write_limit {
    unsigned most;
    bool spares_loopback; /* this machine's own programs are not limited */
};
struct jalon_write_limits {
    struct jalon_write_limit anonymous; /* of one network address in one map */
    /*
     * Of an account: so many when it is new; more with its age and what of it was accepted, up to
     * twenty times, less with complaints that were right. Members of a map are not limited in it.
     */
    struct jalon_write_limit account;
    /* Anonymous ones in one map: beyond them it is under pressure, and they need a proof of work. */
    struct jalon_write_limit pressure;
};
/* Before anybody writes; nothing is limited until then. */
void jalon_app_set_write_limits(struct jalon_app *app, const struct jalon_write_limits *limits);

/* --- Proof of work --- */
/*
 * A puzzle: find a text so that the SHA-256 of "<text>:<nonce>" begins with `bits` zero bits; then
 * "<text>:<nonce>" is the proof, good for one write (Jalon-Proof) until it expires.
 */
struct jalon_challenge {
    bool is_needed; /* now, of anonymous writers */
    struct jalon_text text;
    unsigned bits;
    int64_t expires_us;
};
/* For a map (slug). JALON_NOT_FOUND, and what a map that is not theirs to read says to others. */
enum jalon_status jalon_app_make_challenge(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text map, const struct jalon_actor *actor,
                                           struct jalon_challenge *out) JALON_MUST_USE;

/* --- Zones --- */
enum { JALON_ZONES_MAX = 100, JALON_ABUSE_REASON_MAX = 500 };
/*
 * Closes a zone: reason, ends_us and geometry are given, the rest is set. JALON_INVALID names the
 * member; JALON_CONFLICT: there are JALON_ZONES_MAX already.
 */
enum jalon_status jalon_app_close_zone(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text map, const struct jalon_actor *actor,
                                       struct jalon_zone *zone) JALON_MUST_USE;
/* The zone's geometry from GeoJSON at "/geometry" of a body, and as GeoJSON. */
enum jalon_status jalon_zone_read_geometry(struct jalon_context *ctx,
                                           const struct jalon_json *geometry,
                                           struct jalon_zone *zone) JALON_MUST_USE;
void jalon_zone_write_geometry(struct jalon_buffer *buffer, const struct jalon_zone *zone);
enum jalon_status jalon_app_open_zone(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text map, const struct jalon_actor *actor,
                                      struct jalon_id id) JALON_MUST_USE;
/* Those that have not ended, by id behind `after` (the nil id: from the first); everybody may know them. */
enum jalon_status jalon_app_list_zones(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text map, const struct jalon_actor *actor,
                                       struct jalon_id after, size_t limit,
                                       struct jalon_zone **out, size_t *out_count) JALON_MUST_USE;

/* --- Blocks --- */
enum jalon_block_what { JALON_BLOCK_ACCOUNT, JALON_BLOCK_DEVICE, JALON_BLOCK_ADDRESS };
struct jalon_block_command {
    enum jalon_block_what what;
    struct jalon_text account;     /* of ACCOUNT: its name */
    const struct jalon_id *contribution; /* of the others: an anonymous one that came from there */
    struct jalon_text reason;
    int64_t ends_us; /* 0: for good */
    bool of_server;
};
/*
 * JALON_INVALID names the member; JALON_NOT_FOUND: no such account or contribution, or nothing is
 * known (any more) of where that came from; JALON_FORBIDDEN also for members of the map's own desk.
 */
enum jalon_status jalon_app_block(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text map, const struct jalon_actor *actor,
                                  const struct jalon_block_command *command,
                                  struct jalon_block *out) JALON_MUST_USE;
enum jalon_status jalon_app_unblock(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text map, const struct jalon_actor *actor,
                                    struct jalon_id id) JALON_MUST_USE;
/* Those that have not ended, by id behind `after`. */
enum jalon_status jalon_app_list_blocks(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text map, const struct jalon_actor *actor,
                                        struct jalon_id after, size_t limit,
                                        struct jalon_block **out,
                                        size_t *out_count) JALON_MUST_USE;

/* --- Reverting --- */
/* What somebody did in the last hours is undone, where nobody has built upon it. */
struct jalon_revert_command {
    struct jalon_text account;           /* its name; or empty: */
    const struct jalon_id *contribution; /* whoever made this anonymous one, from the same device */
    int64_t hours;                       /* 1 to JALON_REVERT_HOURS_MAX */
    struct jalon_text reason;            /* a dry run needs none */
    const struct jalon_id *after;        /* only those behind the last one of an answer; or NULL */
    bool dry_run;                        /* only says what would be */
};
enum { JALON_REVERT_HOURS_MAX = 744, JALON_REVERTS_MAX = 500 };
struct jalon_reverted {
    struct jalon_id id;
    struct jalon_text collection; /* its key */
    struct jalon_text title;      /* as it was found; may be empty */
    enum {
        JALON_REVERTED,       /* it is as it was before */
        JALON_REVERTED_HIDDEN, /* it was new: nobody sees it any more */
        JALON_REVERT_CHANGED, /* others have changed it since: left as it is */
        JALON_REVERT_SETTLED, /* it is deleted, or as it was already: left as it is */
    } what;
};
/*
 * At most JALON_REVERTS_MAX contributions, oldest first; *out_more: there are others behind the last one.
 * JALON_INVALID names the member; JALON_NOT_FOUND: no such account or contribution, or nothing is known of
 * its device.
 */
enum jalon_status jalon_app_revert(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_text map, const struct jalon_actor *actor,
                                   const struct jalon_revert_command *command,
                                   struct jalon_reverted **out, size_t *out_count,
                                   bool *out_more) JALON_MUST_USE;

#endif
