/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of an import share. Private to app. */
#ifndef JALON_APP_IMPORT_STATE_H
#define JALON_APP_IMPORT_STATE_H

#include "import_columns.h"
#include "import_digest.h"
#include "import_known.h"
#include "internal.h"
#include "lexicon.h"

/*
 * A transaction: long enough for bulk speed, short enough for others who write meanwhile, and who
 * get their turn in the pause before the next one. Its end is looked for every IMPORT_STEP_ROWS.
 */
enum {
    IMPORT_STEP_ROWS = 500,
    IMPORT_BATCH_ROWS = 50000,
    IMPORT_BATCH_US = 500000,
    IMPORT_PAUSE_US = 5000,
};

/* How often an identity was met lately; a miss costs look-ups, not correctness. */
struct identity_count {
    uint64_t hash;
    int64_t count;
};

struct jalon_import {
    struct jalon_context *ctx; /* lives as long as the import */
    struct jalon_app *app;
    struct jalon_map map;
    int32_t collection;
    struct jalon_import_options options;
    struct import_columns columns;
    struct lexicon words;
    struct digest_names digest;
    struct draft base; /* what --set gives every row */
    jalon_import_listener listener;
    void *listener_handle;
    struct jalon_session *session; /* NULL between batches */
    int64_t batch_rows;
    int64_t batch_started_us; /* monotonic */
    bool checked;             /* every column of --map was met */
    int64_t first_created;    /* the lowest number this run has made; 0: none */
    bool unidentified; /* a row was refused, and which earlier one it is cannot be told */
    struct known_rows known;
    int64_t known_seq; /* the event up to which they are known */
    struct identity_count *identities;
    struct jalon_import_report report;
    int64_t committed; /* rows in batches that are on disk */
};

/* A digest with this in front belongs to a row that an import has withdrawn, not a person. */
#define IMPORT_WITHDRAWN "-"

/* --- import.c --- */
void jalon_import_notify(struct jalon_import *import, int64_t row, bool refused,
                         struct jalon_text column, struct jalon_text reason);
/* Begins a batch when there is none: the map is held, and what is known is what is there. */
enum jalon_status jalon_import_need_session(struct jalon_context *ctx,
                                            struct jalon_import *import) JALON_MUST_USE;
enum jalon_status jalon_import_end_batch(struct jalon_context *ctx,
                                         struct jalon_import *import) JALON_MUST_USE;

/* Counts and tells a refused row whose key is known. */
void jalon_import_refuse_known(struct jalon_context *ctx, struct jalon_import *import, int64_t row);

/* --- import_row.c --- */
/* Room for the identities of rows without a key. */
enum { IMPORT_IDENTITY_CACHE = 1 << 14 };
/* Creates, updates or leaves the contribution that the draft is about; a batch is open. */
enum jalon_status jalon_import_write_row(struct jalon_context *ctx, struct jalon_import *import,
                                         int64_t row, struct draft *draft) JALON_MUST_USE;
/* A refused row is still in the file: it has not vanished. A batch is open. */
enum jalon_status jalon_import_see_refused(struct jalon_context *ctx, struct jalon_import *import,
                                           struct draft *draft) JALON_MUST_USE;
/* One write in the open batch. */
enum jalon_status jalon_import_put(struct jalon_context *ctx, struct jalon_import *import,
                                   struct jalon_contribution *contribution,
                                   const struct jalon_write *write) JALON_MUST_USE;

/* --- import_vanished.c --- */
/* Tells, counts and with sync withdraws what the source has brought and the file does not hold. */
enum jalon_status jalon_import_handle_vanished(struct jalon_context *ctx,
                                               struct jalon_import *import) JALON_MUST_USE;

#endif
