/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Connections that are cut off without a word beside healthy ones: a gateway that has forgotten some of
 * them swallows what they say, and neither end is told. Layer 1 (db).
 *
 * Whoever waits for an answer cannot tell a slow statement from one that never arrived, but the server
 * can: its pg_stat_activity says what each of its processes is at (PostgreSQL 15, 28.2.3). So the thread
 * that asks whether the server is there also asks for the processes of those who have waited long. One
 * that has nothing to do, or waits for its client itself, is cut off; it is looked at a few times, as
 * its answer may be on the way.
 */
#include "db/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jalon/clock.h"

enum { LONG_US = 4000000, LOOKS = 3, ASKED_MAX = JALON_DB_READERS_MAX + 2, SQL_SIZE = 400 };

void jalon_postgres_know(struct jalon_postgres_connection *connection)
{
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)connection->base.db;
    pthread_mutex_lock(&db->known_mutex);
    connection->next_known = db->known;
    db->known = connection;
    pthread_mutex_unlock(&db->known_mutex);
}

void jalon_postgres_unknow(struct jalon_postgres_connection *connection)
{
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)connection->base.db;
    pthread_mutex_lock(&db->known_mutex);
    struct jalon_postgres_connection **at = &db->known;
    while (*at != NULL && *at != connection) {
        at = &(*at)->next_known;
    }
    if (*at != NULL) {
        *at = connection->next_known;
    }
    pthread_mutex_unlock(&db->known_mutex);
}

/* Appends the processes of those that wait long; returns how many. */
static size_t list_waiting(struct jalon_postgres_db *db, char sql[SQL_SIZE], size_t used)
{
    int64_t now_us = jalon_clock_monotonic_us();
    size_t count = 0;
    pthread_mutex_lock(&db->known_mutex);
    for (const struct jalon_postgres_connection *one = db->known; one != NULL && count < ASKED_MAX;
         one = one->next_known) {
        int64_t since_us = atomic_load_explicit(&one->waits_since_us, memory_order_relaxed);
        if (since_us != 0 && now_us - since_us > LONG_US) {
            used += (size_t)snprintf(sql + used, SQL_SIZE - used, "%s%d", count > 0 ? "," : "",
                                     one->process);
            count++;
        }
    }
    pthread_mutex_unlock(&db->known_mutex);
    return count;
}

enum jalon_status jalon_postgres_find_cut_off(struct jalon_context *ctx,
                                              struct jalon_postgres_connection *asker)
{
    static const char question[] =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
        "wait_event_type IS DISTINCT FROM 'Client' AND pid IN (";
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)asker->base.db;
    char sql[SQL_SIZE] = "";
    size_t used = (size_t)snprintf(sql, sizeof sql, "%s", question);
    size_t waiting = list_waiting(db, sql, used);
    PGresult *answer = NULL;
    if (waiting == 0) {
        db->cut_off_looks = 0;
        return JALON_OK;
    }
    used = strlen(sql);
    snprintf(sql + used, sizeof sql - used, ")");
    enum jalon_status status = jalon_postgres_ask(ctx, asker, sql, &answer);
    if (status != JALON_OK) {
        return status;
    }
    bool all_busy = strtoull(PQgetvalue(answer, 0, 0), NULL, 10) >= waiting;
    PQclear(answer);
    db->cut_off_looks = all_busy ? 0 : db->cut_off_looks + 1;
    if (db->cut_off_looks == LOOKS) {
        db->cut_off_looks = 0;
        jalon_db_reach_begin_era(&db->base);
    }
    return JALON_OK;
}
