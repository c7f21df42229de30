/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The maps that a write session has for itself, and their event numbers. Layer 2.
 *
 * One writer at a time has a map, so its last number is read once a session and counted on from
 * there; what is rolled back was never anybody's.
 */
#include <assert.h>

#include "jalon/memory.h"
#include "store/private.h"

static struct jalon_session_map *find_map(const struct jalon_session *session, int64_t number)
{
    for (size_t i = 0; i < session->map_count; i++) {
        if (session->maps[i].number == number) {
            return &session->maps[i];
        }
    }
    return NULL;
}

static enum jalon_status make_room(struct jalon_context *ctx, struct jalon_session *session)
{
    if (session->map_count < session->map_capacity) {
        return JALON_OK;
    }
    size_t capacity = session->map_capacity == 0 ? 4 : 2 * session->map_capacity;
    struct jalon_session_map *grown =
        jalon_memory_resize(session->maps, capacity * sizeof *grown);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    session->maps = grown;
    session->map_capacity = capacity;
    return JALON_OK;
}

enum jalon_status jalon_session_lock_map(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, bool wait)
{
    if (find_map(session, map->number) != NULL) {
        return JALON_OK;
    }
    enum jalon_status status = make_room(ctx, session);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_db_value value = jalon_db_integer(map->number);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    status =
        jalon_store_query_row(ctx, session, wait ? JALON_QUERY_MAP_LOCK : JALON_QUERY_MAP_LOCK_FREE,
                              &value, 1, &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return wait ? jalon_fail(ctx, JALON_GONE, "this map is not there any more")
                    : jalon_fail(ctx, JALON_RETRY, "others are writing; try again in a moment");
    }
    if (status == JALON_OK) {
        int64_t last_seq = wait ? jalon_db_to_integer(&row[0]) : -1;
        bool is_hindered = !wait || jalon_db_to_integer(&row[1]) != 0;
        jalon_db_cursor_end(cursor);
        session->maps[session->map_count++] =
            (struct jalon_session_map){map->number, last_seq, last_seq, is_hindered};
        /* A map's numbers grow: those taken before may be below another writer's. */
        session->next_number = session->number_count;
    }
    return status;
}

enum jalon_status jalon_session_next_seq(struct jalon_context *ctx, struct jalon_session *session,
                                         int64_t map, int64_t *out)
{
    struct jalon_session_map *mine = find_map(session, map);
    assert(mine != NULL);
    if (mine->last_seq < 0) {
        struct jalon_db_value value = jalon_db_integer(map);
        struct jalon_db_cursor *cursor;
        const struct jalon_db_value *row;
        enum jalon_status status = jalon_store_query_row(
            ctx, session, JALON_QUERY_EVENT_LAST_SEQ, &value, 1, &cursor, &row);
        if (status != JALON_OK) {
            return status;
        }
        mine->last_seq = jalon_db_to_integer(&row[0]);
        jalon_db_cursor_end(cursor);
    }
    *out = ++mine->last_seq;
    return JALON_OK;
}

bool jalon_session_may_hinder(const struct jalon_session *session, int64_t map)
{
    const struct jalon_session_map *mine = find_map(session, map);
    return mine == NULL || mine->is_hindered;
}

void jalon_session_note_hindrance(struct jalon_session *session)
{
    for (size_t i = 0; i < session->map_count; i++) {
        session->maps[i].is_hindered = true;
    }
}

void jalon_session_forget_map(struct jalon_session *session, int64_t map)
{
    struct jalon_session_map *mine = find_map(session, map);
    if (mine != NULL) {
        mine->number = 0; /* no map's */
    }
}

void jalon_session_mark_maps(struct jalon_session *session)
{
    session->kept_map_count = session->map_count;
    for (size_t i = 0; i < session->map_count; i++) {
        session->maps[i].kept_seq = session->maps[i].last_seq;
    }
}

/* A lock that was taken since is given back with the savepoint, where an engine has such locks. */
void jalon_session_undo_maps(struct jalon_session *session)
{
    session->map_count = session->kept_map_count;
    for (size_t i = 0; i < session->map_count; i++) {
        session->maps[i].last_seq = session->maps[i].kept_seq;
    }
}
