/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of app share: an application with the sample map, bodies and files as text. */
#ifndef APP_SUPPORT_H
#define APP_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jalon/app.h"
#include "jalon/format.h"

#include "app/internal.h"

#include "location.h"

/* What each test starts with: a database with the map "sample" (sample.json), and an empty folder. */
struct fixture {
    struct jalon_context *ctx;
    struct jalon_app *app;
    struct jalon_map map;
    char location[256]; /* of the database */
    char folder[256];   /* for all else, as the files of views */
};

/* cmocka's setup and teardown of a test. */
int setup(void **state);
int teardown(void **state);

#define RUN(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* A further application on the fixture's folder, as another process would have it. */
struct jalon_app *open_app(struct fixture *fixture, bool follow);
/* A map of the sample's description under another slug. */
void create_map(struct fixture *fixture, const char *slug);

/* Fails the test with the error's words when the status is another one. */
#define expect(ctx, expected, status) expect_status(ctx, expected, status, __FILE__, __LINE__)
void expect_status(struct jalon_context *ctx, enum jalon_status expected, enum jalon_status status,
                   const char *file, int line);
/* The context's error has a detail at `where` whose reason holds `words`. */
#define expect_detail(ctx, where, words) expect_detail_at(ctx, where, words, __FILE__, __LINE__)
void expect_detail_at(struct jalon_context *ctx, const char *where, const char *words,
                      const char *file, int line);
#define expect_text(text, string) assert_string_equal((text).data, string)

/* --- Contributing --- */
/* The record of a POST's body; quotes may be written ' in it. */
struct jalon_record body(struct fixture *fixture, const char *json);
enum jalon_status contribute(struct fixture *fixture, const char *collection, const char *json,
                             const char *account, struct jalon_contributed *out);
/*
 * Beside others who write: did one of them have the database, or the map, for longer than is waited
 * for? Whoever asked is told to ask again, which a slow disk may make necessary more than once.
 */
bool asks_again(struct jalon_context *ctx, enum jalon_status status, int *tries);
/* A body with this point and these properties (members without braces). */
const char *at_point(struct fixture *fixture, const char *properties);
/* The contribution as stored, whatever its state. */
struct jalon_contribution stored(struct fixture *fixture, const char *collection,
                                 struct jalon_id id);
/* The Feature as the view shows it now; NULL when it does not. */
const char *shown(struct fixture *fixture, struct jalon_app *app, const char *collection,
                  struct jalon_id id);
int64_t shown_count(struct fixture *fixture, struct jalon_app *app, const char *collection);
struct jalon_event *list_events(struct fixture *fixture, size_t *out_count);
struct jalon_revision *list_revisions(struct fixture *fixture, int64_t contribution,
                                      size_t *out_count);
/* Stores another state of it, as an editor will one day: `author` did it. */
void edit(struct fixture *fixture, struct jalon_contribution *contribution,
          enum jalon_action action, const char *author);

/* --- Importing --- */
/* What is asked of an import; zeroed is: places, source "file.csv", strict, written. */
struct importing {
    const char *collection;
    const char *source;
    const char *format; /* csv when NULL */
    int32_t srid;       /* 4326 when 0 */
    const char *map;    /* "column=target column=target"; blanks in names as ~ */
    const char *set;
    bool omit_invalid;
    bool dry_run;
    bool sync;
    const char *meanwhile; /* a file that another import of the source brings after the first row */
};
/* What came of it: counts, and the notices as lines "row[!] column: reason\n" (! is refused). */
struct imported {
    enum jalon_status status;
    struct jalon_import_report counts;
    char notices[8192];
};
struct imported import_text(struct fixture *fixture, struct importing options, const char *text);
/* rows, created, updated, unchanged, refused, vanished, withdrawn in this order. */
#define expect_counts(imported, ...)                                                               \
    expect_counts_at(imported, (const int64_t[7]){__VA_ARGS__}, __FILE__, __LINE__)
void expect_counts_at(const struct imported *imported, const int64_t counts[7], const char *file,
                      int line);
#define expect_notice(imported, words) expect_notice_at(imported, words, __FILE__, __LINE__)
void expect_notice_at(const struct imported *imported, const char *words, const char *file,
                      int line);
/* The contribution that the source knows by this key. */
struct jalon_contribution imported_row(struct fixture *fixture, const char *collection,
                                       const char *source, const char *source_id);
/* A public field's value as text: "12.5", "true", "a;b", "" when absent. */
const char *field_text(struct fixture *fixture, const struct jalon_contribution *contribution,
                       const char *key);
const char *value_text(struct jalon_context *ctx, struct jalon_value value);

#endif
