/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of the store share: a database of their own, a small map, one contribution. */
#ifndef STORE_SUPPORT_H
#define STORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jalon/store.h"

#include "location.h"

/* What each test starts with: an empty store, and the sample map in it. */
struct fixture {
    struct jalon_context *ctx;
    struct jalon_store *store;
    struct jalon_map map;
    char location[256];
};

/* cmocka's setup and teardown of a test. */
int setup(void **state);
int teardown(void **state);

#define RUN(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

struct jalon_store *open_store(struct jalon_context *ctx, const char *location);

/* Collections: places (all field types, statuses, categories) and lines. */
void sample_map(struct jalon_context *ctx, struct jalon_map *out);
/* A whole contribution of `places` at a point; its values differ with `n`. */
void sample_contribution(struct jalon_context *ctx, const struct jalon_map *map, int n,
                         struct jalon_contribution *out);
struct jalon_geometry point(struct jalon_context *ctx, double lon, double lat);
struct jalon_geometry square(struct jalon_context *ctx, double west, double south, double side);

/* Fails the test with the error's words when the status is another one. */
#define expect(ctx, expected, status) expect_status(ctx, expected, status, __FILE__, __LINE__)
void expect_status(struct jalon_context *ctx, enum jalon_status expected, enum jalon_status status,
                   const char *file, int line);
#define expect_text(text, string) assert_string_equal((text).data, string)

struct jalon_session *write_session(struct fixture *fixture);
struct jalon_session *read_session(struct fixture *fixture);
void commit_session(struct fixture *fixture, struct jalon_session *session);

extern const struct jalon_write creation;
/* Puts it in a session of its own; answers the event number. */
int64_t create(struct fixture *fixture, struct jalon_contribution *contribution);
/* Every value of the two, one after the other. */
void assert_contributions_equal(const struct jalon_map *map, const struct jalon_contribution *a,
                                const struct jalon_contribution *b);
/* Revisions 1 … n of every contribution and events 1 … n of the map, each once, nothing else. */
void assert_history_whole(struct fixture *fixture, int64_t expected_events);

/* Records a schema version in the database, as another Jalon would. */
void mark_schema(struct fixture *fixture, int64_t version);

#endif
