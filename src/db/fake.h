/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A database that fails when it is told to: for tests. Layer 1, private to db and the tests.
 *
 * Over a real database it passes every call on, counts them, and lets one fail. Alone it answers
 * from a script: rows that no engine of ours would give.
 */
#ifndef JALON_DB_FAKE_H
#define JALON_DB_FAKE_H

#include "db/driver.h"

/* The rows of one statement; queries without an answer have none. */
struct jalon_db_fake_answer {
    int query;
    size_t row_count, column_count;
    const struct jalon_db_value *values; /* row by row */
};

struct jalon_db_fake {
    /* Given. */
    const struct jalon_db_driver *driver; /* what is under it; NULL: it is alone */
    const struct jalon_db_fake_answer *answers; /* alone only */
    size_t answer_count;
    int64_t schema_version; /* alone only */
    int64_t fail_at;        /* the n-th call from now fails with `status`; 0: none */
    enum jalon_status status;
    int muted_query; /* over a real database: this statement finds nothing; 0: none */
    /* Counted: begin, commit, savepoint, execute, query, step, schema_version, run_script. */
    int64_t calls;
    int64_t begun, committed, rolled_back;
    struct jalon_db_driver self; /* what it is to db.c */
};

/* `fake` must outlive the database and may be changed at any time from one thread. */
enum jalon_status jalon_db_fake_open(struct jalon_context *ctx, struct jalon_db_fake *fake,
                                     const struct jalon_db_options *options, struct jalon_db **out)
    JALON_MUST_USE;

#endif
