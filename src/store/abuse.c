/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Closed zones, and who is kept out. Layer 2. */
#include "jalon/store_abuse.h"
#include "store/private.h"

struct id_text {
    char text[JALON_ID_TEXT_SIZE];
};

static struct jalon_db_value id_value(struct jalon_id id, struct id_text *text)
{
    jalon_id_format(id, text->text);
    return jalon_db_text((struct jalon_text){text->text, JALON_ID_TEXT_SIZE - 1});
}

static struct jalon_db_value time_or_null(int64_t time_us)
{
    return time_us != 0 ? jalon_db_time(time_us) : jalon_db_null();
}

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
    struct id_text id;
    struct jalon_db_value values[COLUMNS + BOX] = {
        jalon_db_integer(map->number),      id_value(zone->id, &id),
        jalon_db_text(zone->reason),        jalon_db_text_or_null(zone->author),
        jalon_db_time(zone->created_us),    jalon_db_time(zone->ends_us),
    };
    enum jalon_status status =
        jalon_store_put_geometry(ctx, session, &zone->geometry, &values[COLUMNS - 1]);
    return status == JALON_OK ? jalon_db_execute(ctx, session->connection, JALON_QUERY_ZONE_INSERT,
                                                 values, COLUMNS, NULL)
                              : status;
}

struct zones {
    struct jalon_zone *items;
    size_t count, capacity;
    enum jalon_db_geometry_form form;
};

static enum jalon_status take_zone(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    struct zones *list = object;
    list->items = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   sizeof *list->items, &list->capacity);
    if (list->items == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_zone *zone = &list->items[list->count];
    zone->created_us = jalon_db_to_time_us(&row[3]);
    zone->ends_us = jalon_db_to_time_us(&row[4]);
    if (!jalon_id_parse(jalon_db_to_text(&row[0]), &zone->id)) {
        return jalon_store_bad_row(ctx, "zone", (int64_t)list->count + 1);
    }
    enum jalon_status status = jalon_store_copy_text(ctx, &row[1], &zone->reason);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[2], &zone->author);
    }
    if (status == JALON_OK) {
        status = jalon_store_read_geometry(ctx, list->form, &row[5], &zone->geometry);
    }
    list->count += status == JALON_OK;
    return status;
}

enum jalon_status jalon_store_list_zones(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t now_us,
                                         struct jalon_id after, size_t limit,
                                         struct jalon_zone **out, size_t *out_count)
{
    struct id_text id;
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_time(now_us),
        id_value(after, &id),
        jalon_db_integer((int64_t)limit),
    };
    struct zones list = {.form = jalon_db_geometry_form(session->store->db)};
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_ZONE_LIST, values,
                             JALON_STORE_COUNT(values), take_zone, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_end_zone(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_map *map, struct jalon_id id)
{
    struct id_text text;
    struct jalon_db_value values[] = {jalon_db_integer(map->number), id_value(id, &text)};
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
    struct id_text id;
    struct jalon_db_value values[] = {
        owner(map, block),
        id_value(block->id, &id),
        jalon_db_text_or_null(block->account),
        jalon_db_text_or_null(block->device),
        jalon_db_text_or_null(block->address),
        jalon_db_text(block->reason),
        jalon_db_text_or_null(block->author),
        jalon_db_time(block->created_us),
        time_or_null(block->ends_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_BLOCK_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

struct blocks {
    struct jalon_block *items;
    size_t count, capacity;
};

static enum jalon_status take_block(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    void *object)
{
    struct blocks *list = object;
    list->items = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   sizeof *list->items, &list->capacity);
    if (list->items == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_block *block = &list->items[list->count];
    struct jalon_text *const texts[] = {&block->account, &block->device, &block->address,
                                        &block->reason, &block->author};
    enum jalon_status status = JALON_OK;
    block->is_of_server = jalon_db_to_integer(&row[0]) == 0;
    block->created_us = jalon_db_to_time_us(&row[7]);
    block->ends_us = jalon_db_to_time_us(&row[8]);
    if (!jalon_id_parse(jalon_db_to_text(&row[1]), &block->id)) {
        return jalon_store_bad_row(ctx, "block", (int64_t)list->count + 1);
    }
    for (size_t i = 0; i < JALON_STORE_COUNT(texts) && status == JALON_OK; i++) {
        status = jalon_store_copy_text(ctx, &row[2 + i], texts[i]);
    }
    list->count += status == JALON_OK;
    return status;
}

enum jalon_status jalon_store_list_blocks(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t now_us,
                                          struct jalon_id after, size_t limit,
                                          struct jalon_block **out, size_t *out_count)
{
    struct id_text id;
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_time(now_us),
        id_value(after, &id),
        jalon_db_integer((int64_t)limit),
    };
    struct blocks list = {.count = 0};
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_BLOCK_LIST, values,
                             JALON_STORE_COUNT(values), take_block, &list);
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
    struct id_text text;
    struct jalon_db_value values[] = {jalon_db_integer(map->number), id_value(id, &text)};
    struct blocks list = {.count = 0};
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_BLOCK_LOAD, values,
                             JALON_STORE_COUNT(values), take_block, &list);
    if (status == JALON_OK && list.count == 0) {
        return JALON_NOT_FOUND;
    }
    if (status == JALON_OK) {
        *out = list.items[0];
    }
    return status;
}

enum jalon_status jalon_store_end_block(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, const struct jalon_block *block)
{
    struct id_text text;
    struct jalon_db_value values[] = {owner(map, block), id_value(block->id, &text)};
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

struct doings {
    struct jalon_doing *items;
    size_t count, capacity;
};

static enum jalon_status take_doing(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    void *object)
{
    struct doings *list = object;
    list->items = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   sizeof *list->items, &list->capacity);
    if (list->items == NULL) {
        return jalon_no_memory(ctx);
    }
    list->items[list->count++] = (struct jalon_doing){
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
    struct doings list = {.count = 0};
    enum jalon_status status = jalon_store_each_row(
        ctx, session, is_account ? JALON_QUERY_REVISION_OF_AUTHOR : JALON_QUERY_REVISION_OF_DEVICE,
        values, JALON_STORE_COUNT(values), take_doing, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
