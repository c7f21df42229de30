/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Closed zones, and who is kept out. Layer 2. */
#include "jalon/store_abuse.h"
#include "store/private.h"

/* A change of exactly one row. */
static enum jalon_status change_one(struct jalon_context *ctx, struct jalon_session *session,
                                    int query, const struct jalon_db_value *values, size_t count)
{
    int64_t changed = 0;
    enum jalon_status status =
        jalon_db_execute(ctx, session->connection, query, values, count, &changed);
    return status == JALON_OK && changed == 0 ? JALON_NOT_FOUND : status;
}

/* --- Zones --- */
enum jalon_status jalon_store_insert_zone(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, const struct jalon_zone *zone)
{
    enum { COLUMNS = 7, BOX = 4 };
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[COLUMNS + BOX] = {
        jalon_db_integer(map->number),      jalon_store_id(zone->id, id),
        jalon_db_text(zone->reason),        jalon_db_text_or_null(zone->author),
        jalon_db_time(zone->created_us),    jalon_db_time(zone->ends_us),
    };
    jalon_session_note_hindrance(session);
    enum jalon_status status =
        jalon_store_put_geometry(ctx, session, &zone->geometry, &values[COLUMNS - 1]);
    return status == JALON_OK ? jalon_db_execute(ctx, session->connection, JALON_QUERY_ZONE_INSERT,
                                                 values, COLUMNS, NULL)
                              : status;
}

static enum jalon_status read_zone(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   const void *with, void *object)
{
    enum { ID, REASON, AUTHOR, CREATED, ENDS, GEOMETRY };
    const struct jalon_store_place *place = with;
    struct jalon_zone *zone = object;
    zone->created_us = jalon_db_to_time_us(&row[CREATED]);
    zone->ends_us = jalon_db_to_time_us(&row[ENDS]);
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &zone->id)) {
        return jalon_store_bad_row(ctx, "a zone of map", place->map->number);
    }
    const struct jalon_store_text texts[] = {
        {REASON, &zone->reason}, {AUTHOR, &zone->author}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    return status == JALON_OK ? jalon_store_read_geometry(ctx, place->form, &row[GEOMETRY],
                                                          &zone->geometry)
                              : status;
}

enum jalon_status jalon_store_list_zones(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t now_us,
                                         struct jalon_id after, size_t limit,
                                         struct jalon_zone **out, size_t *out_count)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_time(now_us),
        jalon_store_id(after, id),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_place place = {map, jalon_db_geometry_form(session->store->db)};
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_zone), .read = read_zone, .with = &place};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_ZONE_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_end_zone(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_map *map, struct jalon_id id)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_store_id(id, text)};
    return change_one(ctx, session, JALON_QUERY_ZONE_END, values, JALON_STORE_COUNT(values));
}

/* --- Blocks --- */
/* The number under which a block is kept: the map's, or the server's. */
static struct jalon_db_value owner(const struct jalon_map *map, const struct jalon_block *block)
{
    return jalon_db_integer(block->is_of_server ? 0 : map->number);
}

enum jalon_status jalon_store_insert_block(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map,
                                           const struct jalon_block *block)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        owner(map, block),
        jalon_store_id(block->id, id),
        jalon_db_text_or_null(block->account),
        jalon_db_text_or_null(block->device),
        jalon_db_text_or_null(block->address),
        jalon_db_text(block->reason),
        jalon_db_text_or_null(block->author),
        jalon_db_time(block->created_us),
        jalon_db_time_or_null(block->ends_us),
    };
    jalon_session_note_hindrance(session);
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_BLOCK_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

static enum jalon_status read_block(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    const void *with, void *object)
{
    enum { MAP, ID, ACCOUNT, DEVICE, ADDRESS, REASON, AUTHOR, CREATED, ENDS };
    struct jalon_block block = {
        .is_of_server = jalon_db_to_integer(&row[MAP]) == 0,
        .created_us = jalon_db_to_time_us(&row[CREATED]),
        .ends_us = jalon_db_to_time_us(&row[ENDS]),
    };
    struct jalon_block *out = object;
    (void)with;
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &block.id)) {
        return jalon_store_bad_row(ctx, "a block of map", jalon_db_to_integer(&row[MAP]));
    }
    const struct jalon_store_text texts[] = {
        {ACCOUNT, &block.account}, {DEVICE, &block.device}, {ADDRESS, &block.address},
        {REASON, &block.reason},   {AUTHOR, &block.author}, {0, NULL},
    };
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        *out = block;
    }
    return status;
}

enum jalon_status jalon_store_list_blocks(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t now_us,
                                          struct jalon_id after, size_t limit,
                                          struct jalon_block **out, size_t *out_count)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_time(now_us),
        jalon_store_id(after, id),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_block), .read = read_block};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_BLOCK_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_load_block(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_id id,
                                         struct jalon_block *out)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_store_id(id, text)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_BLOCK_LOAD, values,
                                JALON_STORE_COUNT(values), read_block, NULL, out);
}

enum jalon_status jalon_store_end_block(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, const struct jalon_block *block)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {owner(map, block), jalon_store_id(block->id, text)};
    return change_one(ctx, session, JALON_QUERY_BLOCK_END, values, JALON_STORE_COUNT(values));
}

enum jalon_status jalon_store_forget_ended(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t now_us)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_time(now_us)};
    enum jalon_status status = jalon_db_execute(ctx, session->connection, JALON_QUERY_ZONE_FORGET,
                                                values, JALON_STORE_COUNT(values), NULL);
    return status == JALON_OK
               ? jalon_db_execute(ctx, session->connection, JALON_QUERY_BLOCK_FORGET, values,
                                  JALON_STORE_COUNT(values), NULL)
               : status;
}

/* --- Who writes --- */
static enum jalon_status take_hindrance(struct jalon_context *ctx,
                                        const struct jalon_db_value *row, void *object)
{
    struct jalon_hindrance *found = object;
    if (jalon_db_to_integer(&row[2]) > 0) {
        found->has_zones = true;
    }
    if (row[0].kind == JALON_DB_NULL || found->is_blocked) {
        return JALON_OK;
    }
    found->is_blocked = true;
    found->ends_us = jalon_db_to_time_us(&row[1]);
    return jalon_store_copy_text(ctx, &row[0], &found->reason);
}

enum jalon_status jalon_store_find_hindrance(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             const struct jalon_writer *writer, int64_t now_us,
                                             struct jalon_hindrance *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text_or_null(writer->account),
        jalon_db_text_or_null(writer->device),
        jalon_db_text_or_null(writer->address),
        jalon_db_time(now_us),
    };
    struct jalon_hindrance found = {.reason = JALON_TEXT_EMPTY};
    if (!jalon_session_may_hinder(session, map->number)) {
        *out = found;
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_BLOCK_FIND, values,
                             JALON_STORE_COUNT(values), take_hindrance, &found);
    if (status == JALON_OK) {
        *out = found;
    }
    return status;
}

enum jalon_status jalon_store_find_trace(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t contribution,
                                         struct jalon_text *out_device,
                                         struct jalon_text *out_address)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    struct jalon_text device, address;
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_BLOCK_ORIGIN, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_store_copy_text(ctx, &row[0], &device);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[1], &address);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out_device = device;
        *out_address = address;
    }
    return status;
}

static enum jalon_status read_doing(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    const void *with, void *object)
{
    struct jalon_doing *doing = object;
    (void)ctx;
    (void)with;
    *doing = (struct jalon_doing){
        .contribution = jalon_db_to_integer(&row[0]),
        .first = jalon_db_to_integer(&row[1]),
        .last = jalon_db_to_integer(&row[2]),
        .count = jalon_db_to_integer(&row[3]),
    };
    return JALON_OK;
}

enum jalon_status jalon_store_list_doings(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map,
                                          const struct jalon_writer *writer, int64_t since_us,
                                          int64_t after, size_t limit, struct jalon_doing **out,
                                          size_t *out_count)
{
    bool is_account = writer->account.length > 0;
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(is_account ? writer->account : writer->device),
        jalon_db_time(since_us),
        jalon_db_integer(after),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_doing), .read = read_doing};
    enum jalon_status status = jalon_store_read_list(
        ctx, session, is_account ? JALON_QUERY_REVISION_OF_AUTHOR : JALON_QUERY_REVISION_OF_DEVICE,
        values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
