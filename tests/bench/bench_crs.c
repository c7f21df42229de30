/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What SpatiaLite takes to give the contributions of a box in another coordinate reference system:
 * ST_Transform for each row.
 *
 *   bench_crs DATABASE SRID BOXES once | SECONDS
 *
 * BOXES holds lines of "west,south,east,north". once, to be asked first: prints for the first box
 * how many there are and the sums of their coordinates, to be compared. Else as many threads as
 * there are processors ask for box after box, each through a connection of its own; prints answers
 * a second.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "jalon/clock.h"
#include "jalon/text.h"

enum { BOXES_MAX = 4096, THREADS_MAX = 64 };

static double boxes[BOXES_MAX][4];
static size_t box_count;
static const char *database;
static int srid;
static int64_t end_us;
static atomic_size_t answers;

static void check(sqlite3 *handle, int code, int expected)
{
    if (code != expected) {
        fprintf(stderr, "bench_crs: %s\n", sqlite3_errmsg(handle));
        exit(1);
    }
}

static sqlite3 *open_database(void)
{
    sqlite3 *handle = NULL;
    check(handle, sqlite3_open_v2(database, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    check(handle, sqlite3_load_extension(handle, "mod_spatialite", NULL, NULL), SQLITE_OK);
    check(handle,
          sqlite3_exec(handle, "PRAGMA query_only = ON; PRAGMA cache_size = -262144", NULL, NULL,
                       NULL),
          SQLITE_OK);
    return handle;
}

static sqlite3_stmt *prepare(sqlite3 *handle, const char *columns)
{
    char sql[512];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof sql,
             "SELECT %s FROM contribution JOIN idx_contribution_geometry AS place "
             "ON contribution.number = place.pkid WHERE xmax >= ?1 AND xmin <= ?3 AND ymax >= ?2 "
             "AND ymin <= ?4 AND ST_X(geometry) BETWEEN ?1 AND ?3 "
             "AND ST_Y(geometry) BETWEEN ?2 AND ?4",
             columns);
    check(handle, sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static void bind(sqlite3_stmt *statement, size_t box)
{
    sqlite3_reset(statement);
    for (int i = 0; i < 4; i++) {
        sqlite3_bind_double(statement, i + 1, boxes[box][i]);
    }
    sqlite3_bind_int(statement, 5, srid);
}

/* The file is a copy: it is told about the system, which ours need not know. */
static void add_system(void)
{
    char sql[64];
    sqlite3 *handle = open_database();
    snprintf(sql, sizeof sql, "PRAGMA query_only = OFF; SELECT InsertEpsgSrid(%d)", srid);
    check(handle, sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
}

static void print_first(void)
{
    sqlite3 *handle = open_database();
    sqlite3_stmt *statement =
        prepare(handle, "ST_X(ST_Transform(geometry, ?5)), ST_Y(ST_Transform(geometry, ?5))");
    double sums[2] = {0, 0};
    int count = 0;
    bind(statement, 0);
    int code;
    for (; (code = sqlite3_step(statement)) == SQLITE_ROW; count++) {
        sums[0] += sqlite3_column_double(statement, 0);
        sums[1] += sqlite3_column_double(statement, 1);
    }
    check(handle, code, SQLITE_DONE);
    printf("%d %.3f %.3f\n", count, sums[0], sums[1]);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

/* Answers box after box, the bytes of each row put together as a server would. */
static void *answer_all(void *user)
{
    const size_t *first = user;
    sqlite3 *handle = open_database();
    sqlite3_stmt *statement = prepare(handle, "AsGeoJSON(ST_Transform(geometry, ?5), 4)");
    char *body = malloc(1 << 20);
    for (size_t box = *first % box_count;
         body != NULL && jalon_clock_monotonic_us() < end_us; box = (box + 1) % box_count) {
        size_t length = 0;
        bind(statement, box);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            size_t size = (size_t)sqlite3_column_bytes(statement, 0);
            if (length + size <= 1 << 20) {
                memcpy(body + length, sqlite3_column_blob(statement, 0), size);
                length += size;
            }
        }
        atomic_fetch_add(&answers, 1);
    }
    free(body);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return NULL;
}

static void measure(double seconds)
{
    pthread_t threads[THREADS_MAX];
    size_t firsts[THREADS_MAX]; /* each begins elsewhere in the list */
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = processors < 1 ? 1 : processors > THREADS_MAX ? THREADS_MAX : (size_t)processors;
    int64_t began_us = jalon_clock_monotonic_us();
    end_us = began_us + (int64_t)(seconds * 1e6);
    for (size_t i = 0; i < count; i++) {
        firsts[i] = i * box_count / count;
        if (pthread_create(&threads[i], NULL, answer_all, &firsts[i]) != 0) {
            exit(1);
        }
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("%.2f\n", (double)atomic_load(&answers) * 1e6 /
                         (double)(jalon_clock_monotonic_us() - began_us));
}

static int read_boxes(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return 1;
    }
    while (box_count < BOXES_MAX && fscanf(file, "%lf,%lf,%lf,%lf", &boxes[box_count][0],
                                           &boxes[box_count][1], &boxes[box_count][2],
                                           &boxes[box_count][3]) == 4) {
        box_count++;
    }
    fclose(file);
    return box_count == 0;
}

int main(int argc, char **argv)
{
    int64_t code = 0;
    double seconds = 0;
    bool once = argc == 5 && strcmp(argv[4], "once") == 0;
    if (argc != 5 || !jalon_text_to_int64(jalon_text_from(argv[2]), &code) || code > INT32_MAX ||
        (!once && !jalon_text_to_double(jalon_text_from(argv[4]), &seconds)) ||
        read_boxes(argv[3]) != 0) {
        fprintf(stderr, "usage: bench_crs DATABASE SRID BOXES once|SECONDS\n");
        return 2;
    }
    database = argv[1];
    srid = (int)code;
    if (once) {
        add_system();
        print_first();
    } else {
        measure(seconds);
    }
    return 0;
}
